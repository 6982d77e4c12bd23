"""A TCP proxy that goes wrong when it is told to: between a client and the real Postgres."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from enum import Enum, auto
from urllib.parse import urlsplit, urlunsplit

READY_FOR_QUERY_BYTES = 6
"""Length of the message that ends every answer."""

APPEND = b"append_"
"""Only appends are of interest: the calls carry the function's name as a prepared statement."""


class Weather(Enum):
    """What the proxy does to traffic."""

    FAIR = auto()
    CUT_BEFORE_SENDING = auto()
    """The next append never reaches the server; the connection breaks."""
    CUT_BEFORE_ANSWER = auto()
    """The next append reaches the server and commits; its answer is dropped with the line."""
    SILENT = auto()
    """The next append's answer never comes, and nobody hangs up."""
    TORN = auto()
    """The next append's answer comes without its last message, and then nothing more."""


class Proxy:
    """Listens on loopback and passes on to the server of a URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        port = self._listener.getsockname()[1]
        credentials = parts.netloc.rpartition("@")[0]
        self.url = urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{port}"))
        self.weather = Weather.FAIR
        self.struck = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Hang up on everybody."""
        for opened in [self._listener, *self._sockets]:
            _hang_up(opened)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                self._sockets += [client, server]
                line = _Line(self, client, server)
                threading.Thread(target=line.pass_requests, daemon=True).start()
                threading.Thread(target=line.pass_answers, daemon=True).start()


class _Line:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._doomed = Weather.FAIR

    def pass_requests(self) -> None:
        """Client to server."""
        for data in _received(self._client):
            if data[:1] == b"B" and APPEND in data:
                self._doomed, self._proxy.weather = self._proxy.weather, Weather.FAIR
            if self._doomed is Weather.CUT_BEFORE_SENDING:
                break
            with contextlib.suppress(OSError):
                self._server.sendall(data)
        self._end()

    def pass_answers(self) -> None:
        """Server to client."""
        for data in _received(self._server):
            if self._doomed is Weather.CUT_BEFORE_ANSWER:
                break  # the answer is here, so the server has committed
            if self._doomed in (Weather.SILENT, Weather.TORN):
                if self._doomed is Weather.TORN and not self._proxy.struck.is_set():
                    self._client.sendall(data[:-READY_FOR_QUERY_BYTES])
                self._proxy.struck.set()
                continue
            with contextlib.suppress(OSError):
                self._client.sendall(data)
        if self._doomed not in (Weather.SILENT, Weather.TORN):
            self._end()

    def _end(self) -> None:
        if self._doomed is not Weather.FAIR:
            self._proxy.struck.set()
        _hang_up(self._client)
        _hang_up(self._server)


def _received(sock: socket.socket) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        while data := sock.recv(65536):
            yield data


def _hang_up(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
