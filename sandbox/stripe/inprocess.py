"""The official SDK against a core in the same process: no sockets, simulation at speed."""

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from sandbox.stripe.machine import StripeMachine


class InProcessClient(stripe.HTTPClient):
    """An HTTP client for the SDK that never leaves the process.

    `stripe.StripeClient("sk_test_…", http_client=InProcessClient(machine))`. A fault that loses the
    answer raises the SDK's own connection error; a slow answer comes at once, with its key in use.
    """

    name = "stayledger-sandbox"

    def __init__(self, machine: StripeMachine) -> None:
        super().__init__()
        self.machine = machine
        self._turn = threading.Lock()

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """One call: body, status, headers."""
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        form = parts.query if method.lower() in ("get", "delete") else post_data or ""
        with self._turn:
            answer = self.machine.call(method.upper(), parts.path, form, lower)
        if answer.lost:
            raise stripe.APIConnectionError(  # type: ignore[no-untyped-call]  # the SDK's own
                "The answer was lost (a fault).", should_retry=True
            )
        # The SDK looks headers up in either case, as requests' dictionaries allow.
        shown = answer.headers | {name.lower(): one for name, one in answer.headers.items()}
        return answer.body.decode(), answer.status, shown

    async def request_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """The same for the SDK's async methods; it never waits."""
        body, status, shown = self.request(method, url, headers, post_data)
        return body.encode(), status, shown

    async def sleep_async(self, secs: float) -> None:
        """Between retries: no need to wait for a core in the same process."""

    def close(self) -> None:
        """Nothing is open."""

    async def close_async(self) -> None:
        """Nothing is open."""
