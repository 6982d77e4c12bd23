"""A core with a clock and a file: what both shells drive.

Calls are carried out one at a time, in the order in which they come; a machine belongs to one
thread, or its callers take turns (`InProcessClient` does).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from sandbox.stripe import snapshot
from sandbox.stripe.clock import wall_seconds
from sandbox.stripe.core import api, control, webhooks
from sandbox.stripe.core.api import Answer
from sandbox.stripe.core.errors import Refusal, malformed
from sandbox.stripe.core.timers import advance
from sandbox.stripe.core.webhooks import Posting
from sandbox.stripe.core.world import Settings

_encode = msgspec.json.Encoder().encode


class StripeMachine:
    """One sandbox: its world, its clock, and the file that keeps it between runs."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        file: Path | None = None,
        clock: Callable[[], float] = wall_seconds,
    ) -> None:
        """Open the world in `file`, or a new one.

        What `settings` says about addresses and fees holds for a restored world too; its seed and
        currencies are its own. Raises `snapshot.NotASnapshot` for a file that is something else.
        """
        self.clock = clock
        self.file = file
        self.dirty = False
        settings = settings or Settings()
        if file is not None and file.exists():
            self.world = snapshot.load(file)
            old = self.world.settings
            self.world.settings = replace(
                settings, seed=old.seed, settlement_currencies=old.settlement_currencies
            )
        else:
            self.world = api.new_world(settings, now=clock())

    def call(self, method: str, path: str, form: str | bytes, headers: Mapping[str, str]) -> Answer:
        """One call of the API; `headers` have names in lower case."""
        self.dirty = True
        return api.handle(self.world, method, path, form, headers, self.clock())

    def control(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """One call of the control plane: status and JSON."""
        self.dirty = True
        self.tick()
        try:
            given = msgspec.json.decode(body) if body else None
            if method == "POST" and path == "reset":
                return 200, _encode(self.reset((given or {}).get("seed")))
            return 200, _encode(control.perform(self.world, method, path, given))
        except (msgspec.DecodeError, AttributeError):
            refusal = malformed("The body must be a JSON object.")
            return 400, _encode(refusal.envelope(""))
        except Refusal as refusal:
            return refusal.status, _encode(refusal.envelope(""))

    def reset(self, seed: Any = None) -> dict[str, str]:
        """Begin again with an empty world; the clock keeps its offset of none."""
        settings = self.world.settings
        if seed is not None:
            settings = replace(settings, seed=str(seed)[:200])
        self.world = api.new_world(settings, now=self.clock())
        return {"seed": settings.seed, "platform": self.world.platform.id}

    @property
    def now(self) -> float:
        """The present on the sandbox's clock, seconds since 1970."""
        return self.clock() + self.world.offset

    def tick(self) -> None:
        """Let happen what has fallen due."""
        advance(self.world, self.now)

    def due_postings(self) -> list[Posting]:
        """The webhooks to post now; tell `report` how each went."""
        self.tick()
        return webhooks.due_postings(self.world)

    def report(self, delivery_id: str, answer: int | None) -> None:
        """How a posting went: its HTTP status, or None."""
        self.dirty = True
        webhooks.report(self.world, delivery_id, answer)

    def save(self) -> None:
        """Write the world to its file, if it has one and anything may have changed."""
        if self.file is not None and self.dirty:
            snapshot.save(snapshot.rows(self.world), self.file)
            self.dirty = False
