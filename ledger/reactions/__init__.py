"""When this happened, do that: when a timer's time has come, when the processor must be told or has
told us something.

Whatever calls outside is committed before the call, called under a key of its own, and its result
committed after it; so all of it may be interrupted anywhere, and happens once.
"""

from ledger.reactions.errand import Errand
from ledger.reactions.errands import run
from ledger.reactions.feeds import Source, clear_away, note_failure, read_feed
from ledger.reactions.notices import read_notice
from ledger.reactions.timers import WHEN_DUE, DueTimer, fire
from ledger.reactions.world import Inside, World

__all__ = [
    "WHEN_DUE",
    "DueTimer",
    "Errand",
    "Inside",
    "Source",
    "World",
    "clear_away",
    "fire",
    "note_failure",
    "read_feed",
    "read_notice",
    "run",
]
