"""A payout waits for a case that may change it, as long as that is open and no longer.

A breach means that money went to a host while support was looking into whether it is theirs, or
that a host waits for a case that nobody looks into any more. Call support with the case named.
"""

from collections import defaultdict
from typing import ClassVar

from ledger.events import Recorded
from ledger.events.payout import (
    PayoutCancelled,
    PayoutHeld,
    PayoutHoldLifted,
    PayoutNetted,
    PayoutReleased,
    PayoutRetried,
)
from ledger.events.support_case import CaseOpened, CaseReopened, CaseResolved
from ledger.values.cases import CaseKind
from ledger.values.clearance import Hold
from replay.rules.rule import Connection, Extent, Handlers, Rule

MAY_CHANGE_A_PAYOUT = (CaseKind.SAFETY, CaseKind.PAYOUT_DISPUTE)


class CasesHoldPayouts(Rule):
    """Remembers the open cases of bookings that have one, and the payouts that wait for a case."""

    invariants: ClassVar = {
        "INV-B9": "A payout waits for a case that may change it, while that is open and no longer."
    }

    def __init__(self) -> None:
        super().__init__()
        self._matters: dict[str, str] = {}
        self._open: defaultdict[str, set[str]] = defaultdict(set)
        self._held: dict[str, str] = {}

    def hears(self) -> Handlers:
        """Cases, and payouts on their way out."""
        return {
            CaseOpened: self.open,
            CaseReopened: self.reopen,
            CaseResolved: self.resolve,
            PayoutHeld: self.hold,
            PayoutHoldLifted: self.lift,
            PayoutCancelled: self.cancel,
            PayoutReleased: self.let_out,
            PayoutRetried: self.let_out,
            PayoutNetted: self.let_out,
        }

    def open(self, recorded: Recorded[CaseOpened]) -> None:
        """A case that may change what the host gets is open."""
        if recorded.event.kind in MAY_CHANGE_A_PAYOUT:
            self._matters[recorded.stream_id] = recorded.event.booking_id
            self._open[recorded.event.booking_id].add(recorded.stream_id)

    def reopen(self, recorded: Recorded[CaseReopened]) -> None:
        """It is open again."""
        booking_id = self._matters.get(recorded.stream_id)
        if booking_id is not None:
            self._open[booking_id].add(recorded.stream_id)

    def resolve(self, recorded: Recorded[CaseResolved]) -> None:
        """It changes nothing any more."""
        booking_id = self._matters.get(recorded.stream_id)
        if booking_id is not None:
            self._open[booking_id].discard(recorded.stream_id)

    def hold(self, recorded: Recorded[PayoutHeld]) -> None:
        """A payout waits for a case that there is."""
        if recorded.event.reason is not Hold.CASE_OPEN:
            return
        self._held[recorded.stream_id] = recorded.case_id
        if not self._open[recorded.case_id]:
            self.breach("INV-B9", "held for a case, and none is open", recorded)

    def lift(self, recorded: Recorded[PayoutHoldLifted]) -> None:
        """It waits no longer, because none is open."""
        if recorded.event.reason is not Hold.CASE_OPEN:
            return
        self._held.pop(recorded.stream_id, None)
        if self._open[recorded.case_id]:
            self.breach("INV-B9", "let go, and a case is open", recorded)

    def cancel(self, recorded: Recorded[PayoutCancelled]) -> None:
        """There is nothing to wait for."""
        self._held.pop(recorded.stream_id, None)

    def let_out(self, recorded: Recorded[PayoutReleased | PayoutRetried | PayoutNetted]) -> None:
        """Money goes to the host, or pays what they owe."""
        if self._open.get(recorded.case_id):
            self.breach("INV-B9", "let out while a case is open", recorded)

    def end(self, db: Connection, extent: Extent) -> None:
        """Nothing waits for cases that are resolved."""
        del db, extent
        for payout_id, booking_id in self._held.items():
            if not self._open[booking_id]:
                self.breach("INV-B9", "still held, and no case is open", stream=payout_id)
