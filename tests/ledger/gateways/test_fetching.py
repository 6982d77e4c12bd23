"""Addresses that strangers name: https to public ones, bounded, and never a word of them told."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from ledger.errors import FeedUnavailable
from ledger.gateways.fetching import MOST_REDIRECTS, Fetcher, Validators, is_public
from tests.ledger.gateways.elsewhere import Elsewhere, elsewhere

NOTHING = Validators()
AT_HOME = Fetcher(at_home=True, deadline_seconds=5)


@pytest.fixture
def platform() -> Iterator[Elsewhere]:
    with elsewhere() as platform:
        platform.content = b"BEGIN:VCALENDAR"
        yield platform


def why_not(address: str, fetcher: Fetcher = AT_HOME, at_most: int = 1000) -> str:
    """What a fetch fails with; never anything of the address."""
    with pytest.raises(FeedUnavailable) as failure:
        fetcher.fetch(address, NOTHING, at_most=at_most)
    assert "secret" not in str(failure.value)
    return str(failure.value)


def test_what_is_there_is_fetched_with_what_to_ask_by_next_time(platform: Elsewhere) -> None:
    fetched = AT_HOME.fetch(platform.address, NOTHING, at_most=1000)

    assert (fetched.content, fetched.validators.etag) == (platform.content, platform.etag)
    assert AT_HOME.fetch(platform.address, fetched.validators, at_most=1000).content is None


def test_one_byte_more_than_is_wanted_is_read_and_no_more(platform: Elsewhere) -> None:
    platform.content = b"x" * 100_000

    fetched = AT_HOME.fetch(platform.address, NOTHING, at_most=1000)

    assert fetched.content is not None
    assert len(fetched.content) == 1001


@pytest.mark.parametrize("status", [201, 204, 400, 404, 500, 503])
def test_what_is_not_well_answered_is_not_read(platform: Elsewhere, status: int) -> None:
    platform.status = status
    assert str(status) in why_not(platform.address)


def test_an_answer_that_ends_too_early_is_not_read(platform: Elsewhere) -> None:
    platform.headers = {"Content-Length": "500"}
    assert "too early" in why_not(platform.address)


def test_an_encoding_that_was_not_asked_for_is_not_read(platform: Elsewhere) -> None:
    platform.headers = {"Content-Encoding": "gzip"}
    assert "encoding" in why_not(platform.address)


def test_a_redirect_is_followed_a_few_times(platform: Elsewhere) -> None:
    platform.status, platform.headers = 302, {"Location": "/again"}

    assert "redirects" in why_not(platform.address)
    assert len(platform.asked) == 1 + MOST_REDIRECTS


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://elsewhere.example", "gopher:x"])
def test_a_redirect_to_another_kind_of_address_is_not_followed(
    platform: Elsewhere, location: str
) -> None:
    platform.status, platform.headers = 302, {"Location": location}
    assert "https" in why_not(platform.address)


@pytest.mark.parametrize(
    "address",
    [
        "http://calendars.example/secret.ics",
        "file:///etc/secret",
        "https:///secret",
        "https://ines@calendars.example/secret",
        "https://calendars.example:8443/secret",
        "https://calendars.example:many/secret",
        "https://[secret/",
        "https://calendars.example/secret" + "x" * 2_000,
    ],
)
def test_only_https_without_a_caller_or_a_port_is_fetched(address: str) -> None:
    assert "its address" in why_not(address, Fetcher())


def test_what_calendars_call_webcal_is_fetched_as_https() -> None:
    parts = Fetcher().checked("webcal://calendars.example/7f3a.ics?s=secret")

    assert parts.geturl() == "https://calendars.example/7f3a.ics?s=secret"
    assert "public" in why_not("webcal://127.0.0.1/secret", Fetcher())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "169.254.169.254", "[::1]"])
def test_an_address_that_points_inwards_is_not_called(host: str) -> None:
    assert "public" in why_not(f"https://{host}/secret", Fetcher())


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("192.168.1.1", False),
        ("172.16.0.1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::1", False),
    ],
)
def test_an_ip_address_is_public_whatever_it_is_wrapped_in(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_who_sends_a_byte_now_and_then_does_not_hold_us() -> None:
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        caller, _ = server.accept()
        with closing(caller):
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
            while not stop.wait(0.02):
                try:
                    caller.sendall(b"x")
                except OSError:
                    return

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        began = time.monotonic()
        hasty = Fetcher(at_home=True, deadline_seconds=0.2)
        why_not(f"http://127.0.0.1:{server.getsockname()[1]}/secret", hasty)
        took = time.monotonic() - began
        stop.set()
        thread.join()

    assert took < 3
