"""A virus scanner that we hand files to: clamd, by its own words, over a socket."""

import socket
from dataclasses import dataclass
from typing import Protocol

from ledger.errors import AnswerNotUnderstood, GatewayUnavailable

DEADLINE_SECONDS = 30.0
CHUNK_BYTES = 64 * 1024
LONGEST_ANSWER_BYTES = 4096


@dataclass(frozen=True)
class Verdict:
    """What an engine says of a file; `engine` names it, with the age of what it knows."""

    engine: str
    infected: bool


class Scanner(Protocol):
    """Whoever looks for malware."""

    def scan(self, raw: bytes) -> Verdict:
        """Look through a file. Raises GatewayUnavailable, AnswerNotUnderstood."""


class Clamd:
    """clamd at `host:port`, or at the path of a socket."""

    def __init__(self, address: str, *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._address = address
        self._deadline_seconds = deadline_seconds

    def scan(self, raw: bytes) -> Verdict:
        """Look through a file, whole. Raises GatewayUnavailable, AnswerNotUnderstood."""
        engine = self._asked(b"zVERSION\0")
        said = self._asked(b"zINSTREAM\0" + _in_chunks(raw))
        if said == "stream: OK":
            return Verdict(engine, infected=False)
        if said.endswith(" FOUND"):
            return Verdict(engine, infected=True)
        raise AnswerNotUnderstood(said=said)

    def _asked(self, words: bytes) -> str:
        try:
            with self._connected() as connection:
                connection.settimeout(self._deadline_seconds)
                connection.sendall(words)
                answer = connection.makefile("rb").read(LONGEST_ANSWER_BYTES)
        except OSError as error:
            raise GatewayUnavailable(reason=type(error).__name__) from error
        if not answer.endswith(b"\0"):
            raise GatewayUnavailable(reason="its answer was cut off")
        return answer[:-1].decode(errors="replace")

    def _connected(self) -> socket.socket:
        host, colon, port = self._address.rpartition(":")
        if colon:
            return socket.create_connection((host, int(port)), timeout=self._deadline_seconds)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(self._deadline_seconds)
            connection.connect(self._address)
        except OSError:
            connection.close()
            raise
        return connection


def _in_chunks(raw: bytes) -> bytes:
    chunks = (raw[at : at + CHUNK_BYTES] for at in range(0, len(raw), CHUNK_BYTES))
    return b"".join(len(chunk).to_bytes(4, "big") + chunk for chunk in chunks) + bytes(4)
