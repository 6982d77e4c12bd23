"""Another platform: a server on this machine that answers with the calendar that it is given."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Elsewhere:
    """What the other platform answers, and what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.content = b""
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.address = ""

    @property
    def etag(self) -> str:
        """By what it says whether it has anything new."""
        return f'"{hash(self.content)}"'


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Another platform, for as long as it is needed."""
    platform = Elsewhere()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            platform.asked.append(dict(self.headers.items()))
            known = self.headers.get("If-None-Match") == platform.etag
            status = 304 if known and platform.status == 200 else platform.status
            self.send_response(status)
            told = {"ETag": platform.etag, "Content-Length": str(len(platform.content))}
            for name, value in (told | platform.headers).items():
                if status != 304 or name == "ETag":
                    self.send_header(name, value)
            self.end_headers()
            if status != 304:
                self.wfile.write(platform.content)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    platform.address = f"http://127.0.0.1:{server.server_address[1]}/7f3a.ics?s=secret"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
