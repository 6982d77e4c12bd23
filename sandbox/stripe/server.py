"""The HTTP shell: an ASGI application without a framework, for this machine only.

`/v1/…` is the API, `/_control/…` the control plane, everything else pages for people. Requests that
were not addressed to this machine by name are refused, so that no web page elsewhere can reach the
sandbox through the browser of somebody who has it running.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, TypeAlias
from urllib.parse import unquote

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.stripe.core.api import BODY_AT_MOST, Answer
from sandbox.stripe.core.errors import Refusal, internal, malformed
from sandbox.stripe.delivery import deliver_forever
from sandbox.stripe.machine import StripeMachine

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SAVE_EVERY_S = 5.0
OWN_NAMES = ("127.0.0.1", "localhost", "[::1]", "testserver")

# A browser's card form may speak to the API with a publishable key, from any origin, as Stripe.
CROSS_ORIGIN = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, "
    "Stripe-Account, Stripe-Version",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Request-Id",
}

log = logging.getLogger("sandbox.stripe")


class StripeServer:
    """The ASGI application over one machine."""

    def __init__(self, machine: StripeMachine) -> None:
        self.machine = machine
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    # -- Life ------------------------------------------------------------------------------

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._tasks = [
                    asyncio.create_task(deliver_forever(self.machine)),
                    asyncio.create_task(self._save_forever()),
                ]
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                for task in self._tasks:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
                self.machine.save()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _save_forever(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            self.machine.save()

    # -- Requests --------------------------------------------------------------------------

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): one.decode("latin-1") for name, one in scope["headers"]}
        path = scope["path"]
        body = await _body(receive)
        if body is None:
            return
        if not _is_addressed_here(headers):
            answer = _refused(malformed("This sandbox answers only under a name of this machine."))
            answer.status = 421
        elif path.startswith("/v1/") or path == "/v1":
            answer = self._api(scope, path, body, headers)
        elif path.startswith("/_control"):
            answer = self._control(scope["method"], path, body, headers)
        else:
            answer = self._page(scope, path, body)
        if answer.hold_s:
            await asyncio.sleep(answer.hold_s)
        if answer.lost:
            await _break_off(scope, receive)
        else:
            await _send(answer, send)

    def _api(self, scope: Scope, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        method = scope["method"]
        if method == "OPTIONS":
            return Answer(204, b"", dict(CROSS_ORIGIN))
        form = body if method == "POST" else scope["query_string"]
        try:
            answer = self.machine.call(method, path, form, headers)
        except Exception:
            # A defect of the sandbox: shown as Stripe's own failure, and loudly logged.
            log.exception("%s %s failed", method, path)
            return _refused(internal())
        answer.headers |= CROSS_ORIGIN
        return answer

    def _control(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        # A form of some web page cannot send JSON, so it cannot move our clock.
        if method == "POST" and not headers.get("content-type", "").startswith("application/json"):
            return _refused(malformed("The control plane takes application/json."))
        verb = path.removeprefix("/_control").strip("/")
        status, shown = self.machine.control(method, verb, body)
        return Answer(status, shown, {"Content-Type": "application/json"})

    def _page(self, scope: Scope, path: str, body: bytes) -> Answer:
        # Pages bring a template engine along, which the API alone need not wait for.
        from sandbox.stripe.pages import answer, refused_page

        query = unquote(scope["query_string"].decode("latin-1"))
        self.machine.tick()
        try:
            page = answer(self.machine, scope["method"], path, query, body)
        except Refusal as refusal:
            page = refused_page(refusal)
        return Answer(page.status, page.body, page.headers)


def _is_addressed_here(headers: dict[str, str]) -> bool:
    host = headers.get("host", "").lower()
    name = host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host
    return name in OWN_NAMES


def _refused(refusal: Refusal) -> Answer:
    body = msgspec.json.encode(refusal.envelope(""))
    return Answer(refusal.status, body, {"Content-Type": "application/json"})


async def _body(receive: Receive) -> bytes | None:
    """The body of a request, cut a little beyond its limit; None when the caller has gone."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        # What is too much is read and dropped: the caller shall get an answer, not a broken pipe.
        if size <= BODY_AT_MOST:
            parts.append(part[: BODY_AT_MOST + 1 - size])
        size += len(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(answer: Answer, send: Send) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in answer.headers.items()
    ]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _break_off(scope: Scope, receive: Receive) -> None:
    """Let the caller hear nothing: the connection breaks without a byte of an answer."""
    scope["extensions"]["sandbox.break_off"]()
    while (await receive())["type"] != "http.disconnect":
        pass


class BreakableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, with a way for the application to break a connection off."""

    def on_message_begin(self) -> None:
        """A request begins: give its application the way."""
        super().on_message_begin()
        extensions: Any = dict(self.scope.get("extensions") or {})
        extensions["sandbox.break_off"] = self.transport.abort
        self.scope["extensions"] = extensions
