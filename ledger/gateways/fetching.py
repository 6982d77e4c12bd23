"""Fetching what a stranger's address points to: over https, from public addresses, and never long.

The name is looked up once, every address that it has must be public, and that one is called which
was checked: so it cannot point inwards a moment later. A redirect is an address like the first
(spec: security, S35). What goes wrong names neither address nor content: an address is a secret.
"""

import socket
import ssl
import time
from contextlib import closing, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from msgspec import Struct

from ledger.errors import FeedUnavailable

DEADLINE_SECONDS = 20.0
MOST_REDIRECTS = 3
LONGEST_ADDRESS = 2_000
LONGEST_VALIDATOR = 200
WEBCAL = "webcal"
"""How calendars call their addresses so that a click adds them; they are fetched like any other."""

TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for an IPv4 one, which may be any."""

MOVED = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)


class Validators(Struct, frozen=True):
    """By what a source says whether it has anything new; empty where it did not say."""

    etag: str = ""
    last_modified: str = ""


class Fetched(Struct, frozen=True):
    """What a source answered: its content, or None where it has nothing new."""

    content: bytes | None
    validators: Validators


class Fetcher:
    """Fetches from public addresses; from this machine only where it is told to, for tests."""

    def __init__(
        self, *, at_home: bool = False, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._at_home = at_home
        self._deadline_seconds = deadline_seconds

    def fetch(self, address: str, known: Validators, *, at_most: int) -> Fetched:
        """The content of an address, one byte more than `at_most` at most. Raises FeedUnavailable.

        Redirects are followed, a few of them, and each is checked as if it had been given to us.
        """
        ends_at = time.monotonic() + self._deadline_seconds
        try:
            for _ in range(1 + MOST_REDIRECTS):
                parts = self.checked(address)
                found = self._ask(parts, known, at_most, ends_at)
                if isinstance(found, Fetched):
                    return found
                address = urljoin(parts.geturl(), found)
        except (OSError, HTTPException, ValueError) as error:
            raise FeedUnavailable(because=type(error).__name__) from None
        raise FeedUnavailable(because="it redirects too often")

    def checked(self, address: str) -> SplitResult:
        """An address of a kind that may be fetched; whom it points to is another matter.

        Raises FeedUnavailable.
        """
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            raise FeedUnavailable(because="its address is none") from None
        if parts.scheme == WEBCAL:
            parts = parts._replace(scheme="https")
        schemes = ("https", "http") if self._at_home else ("https",)
        if parts.scheme not in schemes or not parts.hostname or len(address) > LONGEST_ADDRESS:
            raise FeedUnavailable(because="its address is not one of https")
        if parts.username or parts.password or (port not in (None, 443) and not self._at_home):
            raise FeedUnavailable(because="its address names a caller or a port")
        return parts

    def _ask(
        self, parts: SplitResult, known: Validators, at_most: int, ends_at: float
    ) -> Fetched | str:
        """What one address answers, or where it sends us."""
        with closing(self._connected(parts, ends_at)) as connection:
            left = ends_at - time.monotonic()
            hanging_up = Timer(max(left, 0), _hang_up, [connection.sock])
            hanging_up.start()
            try:
                target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
                connection.request("GET", target, headers=_headers(parts, known))
                with connection.getresponse() as response:
                    found = _read(response, at_most)
            finally:
                hanging_up.cancel()
        if time.monotonic() > ends_at:
            raise TimeoutError
        return found

    def _connected(self, parts: SplitResult, ends_at: float) -> HTTPConnection:
        host = parts.hostname or ""
        tls = parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        left = max(ends_at - time.monotonic(), 0.001)
        connection = HTTPConnection(host, port, timeout=left)
        connection.auto_open = 0  # It would look the name up again.
        plain = socket.create_connection((self._address_of(host, port), port), timeout=left)
        try:
            connection.sock = _shielded(plain, host) if tls else plain
        except BaseException:
            plain.close()
            raise
        return connection

    def _address_of(self, host: str, port: int) -> str:
        """One of the addresses of a host, all of which must be public."""
        found = [
            str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ]
        if not self._at_home and not all(map(is_public, found)):
            raise FeedUnavailable(because="its address is not a public one")
        return found[0]


def _shielded(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever it is wrapped in."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if found in TRANSLATED:
            inner = IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _headers(parts: SplitResult, known: Validators) -> dict[str, str]:
    told = {
        "Host": parts.netloc,
        "User-Agent": "stayledger",
        "Accept": "text/calendar",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if known.etag:
        told["If-None-Match"] = known.etag
    if known.last_modified:
        told["If-Modified-Since"] = known.last_modified
    return told


def _read(response: HTTPResponse, at_most: int) -> Fetched | str:
    if response.status in MOVED:
        return response.headers["Location"] or ""
    validators = Validators(_short(response, "ETag"), _short(response, "Last-Modified"))
    if response.status == HTTPStatus.NOT_MODIFIED:
        return Fetched(None, validators)
    if response.status != HTTPStatus.OK:
        raise FeedUnavailable(because=f"it answers {response.status}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise FeedUnavailable(because="it answers in an encoding that was not asked for")
    content = response.read(at_most + 1)
    if response.length and len(content) <= at_most:
        raise FeedUnavailable(because="it ends too early")
    return Fetched(content, validators)


def _short(response: HTTPResponse, name: str) -> str:
    told = response.headers.get(name, "")
    return told if len(told) <= LONGEST_VALIDATOR and told.isprintable() else ""


def _hang_up(connected: socket.socket) -> None:
    # Below TLS, and from beside the thread that reads: closing would pull the file from under it.
    with suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
