"""Posting webhooks: what the core schedules, carried out over HTTP by a few threads."""

import asyncio
import http.client
import ssl
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from sandbox.stripe.core.webhooks import Posting
from sandbox.stripe.machine import StripeMachine

TICK_S = 0.05
TIMEOUT_S = 10.0
AT_ONCE = 8


def post(posting: Posting) -> int | None:
    """The HTTP status of an attempt; None when nobody answered. Redirects are not followed."""
    parts = urlsplit(posting.url)
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, posting.body, posting.headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)


async def deliver_forever(machine: StripeMachine) -> None:
    """Let the sandbox's time pass, and post what falls due, until cancelled."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as threads:
        underway: set[asyncio.Task[None]] = set()

        async def attempt(posting: Posting) -> None:
            answer = await loop.run_in_executor(threads, post, posting)
            machine.report(posting.delivery_id, answer)

        while True:
            for posting in machine.due_postings():
                task = asyncio.create_task(attempt(posting))
                underway.add(task)
                task.add_done_callback(underway.discard)
            await asyncio.sleep(TICK_S)
