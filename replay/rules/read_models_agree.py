"""Each read model says what the history makes of it.

A second copy is folded from the beginning to the same position, and the fingerprints of both are
held against each other: how many rows, and order-independent sums over the hashes of all of them.

A breach means that people read something that did not happen, or miss something that did. The
history itself is sound. Rebuild the read model named; if it comes back, call the engineer on duty.
"""

from contextlib import ExitStack
from typing import ClassVar

from replay.rules.read_models_are_not_ahead import exists
from replay.rules.rule import Connection, Extent, Rule
from replay.shadow import Compared, Shadows


class ReadModelsAgree(Rule):
    """Lets a second copy be made while the others read."""

    invariants: ClassVar = {"INV-R1": "Each read model says what the history makes of it."}
    needs_whole = True

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._shadows: Shadows | None = None

    def begin(self, db: Connection, extent: Extent) -> None:
        """Take down what the read models say, and begin with the copies."""
        if exists(db):
            self._shadows = self._stack.enter_context(Shadows(extent.url))

    def end(self, db: Connection, extent: Extent) -> None:
        """Compare."""
        del db, extent
        for compared in self._shadows.compare() if self._shadows else ():
            if not compared.agrees:
                self.breach("INV-R1", _text(compared), position=compared.position)

    def close(self) -> None:
        """Drop the copies."""
        self._stack.close()


def _text(compared: Compared) -> str:
    says = f"{compared.name} has {compared.live}"
    if compared.shadow is None:
        return f"{says}, and cannot be made again: {compared.trouble}"
    return f"{says}, the history makes {compared.shadow}"
