"""What holds for every request before anything else looks at it, and for every answer after."""

import time
from collections.abc import Collection
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.bodies import largest_bytes_at
from api.faults import BodyTooLarge, Unexpected, WrongHost
from ledger.errors import LedgerError
from ledger.values.ids import fresh_id

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""The names under which a browser may reach a server that has no sign-in."""

SLOW_SECONDS = 1.0

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer, errors included; an answer that needs another value says so itself."""

log = structlog.get_logger("api")


class Door:
    """Gives each request an id, refuses what is not for us or too large, and times and logs it.

    Ids are always made here, because no proxy stands before us whose ids could be trusted. The log
    names the route and never the path, the query or the body: those may lead to a person.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str] = LOOPBACK_HOSTS,
    ) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = Passage(scope, send)
        try:
            await self._let_in(scope, receive, passage)
        except Exception as error:
            log.error("unexpected", exc_info=error, **passage.facts())
            await passage.refuse(Unexpected(), receive)
        passage.close()

    async def _let_in(self, scope: Scope, receive: Receive, passage: "Passage") -> None:
        headers = Headers(scope=scope)
        largest_bytes = largest_bytes_at(scope["path"])
        if _without_port(headers.get("host", "")) not in self._hosts:
            # Another name that leads to a loopback address is a page in a browser attacking us.
            await passage.refuse(WrongHost(), receive)
        elif _declared_bytes(headers) > largest_bytes:
            await passage.refuse(BodyTooLarge(largest_bytes=largest_bytes), receive)
        else:
            await self._app(scope, self._counted(receive, largest_bytes), passage.send)

    def _counted(self, receive: Receive, largest_bytes: int) -> Receive:
        seen_bytes = 0

        async def counted() -> Message:
            nonlocal seen_bytes
            message = await receive()
            seen_bytes += len(message.get("body", b""))
            if seen_bytes > largest_bytes:
                raise HTTPException(413)
            return message

        return counted


class Passage:
    """One request on its way through: its id, its time, and the headers of its answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.request_id = fresh_id()
        self._scope = scope
        self._send = send
        self._began = time.perf_counter()
        self._status: int | None = None
        scope.setdefault("state", {})["request_id"] = self.request_id
        structlog.contextvars.bind_contextvars(request_id=self.request_id)

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._add_headers(MutableHeaders(scope=message))
        await self._send(message)

    async def refuse(self, error: LedgerError, receive: Receive) -> None:
        """Answer with a problem, unless an answer has begun already."""
        if self._status is None:
            response = problems.answer(error, self.request_id)
            await response(self._scope, receive, self.send)

    def close(self) -> None:
        """Log what happened."""
        seconds = time.perf_counter() - self._began
        say = log.warning if seconds > SLOW_SECONDS else log.info
        say("request", status=self._status, ms=round(seconds * 1000, 1), **self.facts())

    def facts(self) -> dict[str, Any]:
        """What the log may say of the request."""
        route = self._scope.get("route")
        return {"method": self._scope["method"], "route": getattr(route, "path", None)}

    def _add_headers(self, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers["Request-Id"] = self.request_id
        ms = (time.perf_counter() - self._began) * 1000
        headers["Server-Timing"] = f"app;dur={ms:.1f}"
        position = self._scope["state"].get("position")
        if position is not None:
            headers["Ledger-Position"] = str(position)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _declared_bytes(headers: Headers) -> int:
    declared = headers.get("content-length", "0")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
