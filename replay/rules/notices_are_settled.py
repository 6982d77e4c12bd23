"""What others told us is taken in: no notice waits for long.

That each is worked on once, Postgres sees to: a notice is one row, and is settled once.

A breach means that the processor said something and nobody has listened: a guest's payment may not
be confirmed, a host's payout not be held. Look at the notice's last trouble in the inbox, and call
the engineer on duty.
"""

from datetime import timedelta
from typing import ClassVar

from ledger.store import inbox
from replay.rules.rule import Connection, Extent, Rule

WAITS = timedelta(hours=1)
"""How long a notice may wait. What fails is tried again every ten minutes."""


class NoticesAreSettled(Rule):
    """One look at the inbox."""

    invariants: ClassVar = {"INV-E6": "No notice waits longer than an hour to be taken in."}
    needs_whole = True

    def begin(self, db: Connection, extent: Extent) -> None:
        """Look for what waits too long."""
        for notice in inbox.waiting(db, extent.now - WAITS):
            trouble = f": {notice.last_trouble}" if notice.last_trouble else ""
            found = f"{notice.type} {notice.notice_id} waits, tried {notice.attempts} times"
            self.breach("INV-E6", f"{found}{trouble}")
