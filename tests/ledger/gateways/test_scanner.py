"""A virus scanner is asked by clamd's own words; what it does not say clearly, nobody believes."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from ledger.errors import AnswerNotUnderstood, GatewayUnavailable
from ledger.gateways.scanner import CHUNK_BYTES, Clamd, Verdict

ENGINE = "ClamAV 1.5.1/27801/Mon Nov 23 09:24:11 2026"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every engine takes for malware, so that one can try whether it does."""

Answers = Callable[[bytes], bytes]


def as_clamd_does(raw: bytes) -> bytes:
    """What clamd answers to a file."""
    return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in raw else b"stream: OK\0"


def received(connection: socket.socket) -> bytes:
    """A file, put together from its chunks as clamd does."""
    told, raw = connection.makefile("rb"), b""
    while length := int.from_bytes(told.read(4), "big"):
        assert length <= CHUNK_BYTES
        raw += told.read(length)
    return raw


def answer(connection: socket.socket, answers: Answers) -> None:
    """Answer one question, and hang up."""
    with connection:
        asked = b""
        while not asked.endswith(b"\0"):
            asked += connection.recv(1)
        said = ENGINE.encode() + b"\0" if asked == b"zVERSION\0" else answers(received(connection))
        connection.sendall(said)


@contextmanager
def listening(server: socket.socket, answers: Answers) -> Iterator[None]:
    """Somebody who answers two questions: what it is, and what it says of a file."""

    def serve() -> None:
        for _ in range(2):
            answer(server.accept()[0], answers)

    thread = Thread(target=serve, daemon=True)
    with server:
        thread.start()
        yield
        thread.join(5)


def asked(raw: bytes, answers: Answers = as_clamd_does) -> Verdict:
    """What a scanner on a port of this machine says of a file."""
    server = socket.create_server(("127.0.0.1", 0))
    host, port = server.getsockname()
    with listening(server, answers):
        return Clamd(f"{host}:{port}", deadline_seconds=5).scan(raw)


@pytest.mark.parametrize("raw", [b"", b"a picture", bytes(3 * CHUNK_BYTES + 1)])
def test_s42_what_is_clean_is_said_to_be_so_and_by_whom(raw: bytes) -> None:
    assert asked(raw) == Verdict(ENGINE, infected=False)


@pytest.mark.parametrize("before", [0, CHUNK_BYTES - 10])
def test_s42_what_is_infected_is_found_wherever_it_hides(before: int) -> None:
    assert asked(bytes(before) + EICAR).infected


def test_a_scanner_may_listen_at_a_path(tmp_path: Path) -> None:
    path = str(tmp_path / "clamd")
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen()
    with listening(server, as_clamd_does):
        assert not Clamd(path).scan(b"a picture").infected


def test_an_answer_that_is_no_verdict_is_none() -> None:
    with pytest.raises(AnswerNotUnderstood):
        asked(b"a picture", lambda _: b"INSTREAM size limit exceeded. ERROR\0")


@pytest.mark.parametrize("said", [b"", b"stream: O"])
def test_an_answer_that_is_cut_off_is_none(said: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        asked(b"a picture", lambda _: said)


def test_a_scanner_that_is_away_may_come_back(tmp_path: Path) -> None:
    with pytest.raises(GatewayUnavailable):
        Clamd("127.0.0.1:9").scan(b"a picture")
    with pytest.raises(GatewayUnavailable):
        Clamd(str(tmp_path / "nobody")).scan(b"a picture")
