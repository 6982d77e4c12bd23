"""A storage that speaks S3, on a port of this machine: nanio, which checks every signature.

It ignores `If-None-Match`, so that is done here, as Amazon does it: after the signature.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

import uvicorn
from nanio.app import build_app
from nanio.auth.credentials import StaticCredentialResolver
from nanio.config import Settings
from nanio.errors import NoSuchKey
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ledger.gateways.objects.s3 import Access
from tests.api.conftest import until

KEY_ID, SECRET_KEY = "AKIDOFTHETESTS", "a secret of the tests"
BUCKET = "stayledger-documents"


ALREADY_THERE = b"<Error><Code>PreconditionFailed</Code><Message>It is there</Message></Error>"
"""What Amazon says, with 412, where `If-None-Match: *` meets an object."""


class OnlyOnce:
    """Lets nobody overwrite an object who asks not to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._one_by_one = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or not."""
        once = (b"if-none-match", b"*") in scope.get("headers", ())
        if scope["type"] != "http" or scope["method"] != "PUT" or not once:
            await self._app(scope, receive, send)
            return
        async with self._one_by_one:
            if _is_there(scope):
                while (await receive()).get("more_body"):
                    pass  # What was sent is read all the same: the connection is used again.
                await Response(ALREADY_THERE, 412)(scope, receive, send)
            else:
                await self._app(scope, receive, send)


def _is_there(scope: Scope) -> bool:
    bucket, _, key = unquote(scope["path"]).lstrip("/").partition("/")
    with suppress(NoSuchKey):
        scope["app"].state.storage.head_object(bucket, key)
        return True
    return False


@contextmanager
def s3_serving(folder: Path) -> Iterator[Access]:
    """A server in a thread, with one empty bucket; how to get in."""
    credentials = StaticCredentialResolver({KEY_ID: SECRET_KEY})
    app = build_app(Settings(data_dir=folder, credentials=credentials))
    app.state.storage.create_bucket(BUCKET)
    app.user_middleware.append(Middleware(OnlyOnce))
    config = uvicorn.Config(app, port=0, access_log=False, log_level="error")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        address: Any = server.servers[0].sockets[0].getsockname()
        endpoint = f"http://127.0.0.1:{address[1]}"
        yield Access(region="us-east-1", endpoint=endpoint, key_id=KEY_ID, secret_key=SECRET_KEY)
    finally:
        server.should_exit = True
        thread.join()
