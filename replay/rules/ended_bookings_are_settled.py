"""When a booking and everything that follows from it has ended, nobody owes anybody anything.

A booking ends in one of its last states, a payment when it is completed, has failed or is
cancelled, a refund when it reached the guest, a payout when it reached the host or was cancelled,
money that came without a place when it is back or adopted. A payment that is tried again begins
again. From then on the accounts that are kept per booking are zero.

A breach means that money of an ended booking lies about: a leg was forgotten. Nothing is urgent;
call finance with the booking named, who will find whose it is.
"""

from typing import Any, ClassVar

from msgspec import Struct, field

from ledger.events import MoneyEvent, Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingCancelled,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    BookingWithdrawn,
    CaptureFailedForBooking,
    NoShowReported,
    NoShowReversed,
    StayCompleted,
    StayCurtailed,
)
from ledger.events.dispute import (
    DisputeClosed,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeReopened,
    DisputeWon,
)
from ledger.events.payment import (
    PaymentCancelled,
    PaymentCompleted,
    PaymentFailed,
    PaymentOpened,
    PaymentRetried,
)
from ledger.events.payout import (
    PayoutCancelled,
    PayoutNetted,
    PayoutReversed,
    PayoutScheduled,
    PayoutTransferred,
    ReversalFailed,
    ReversalOrdered,
)
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    ExternalRefundMatched,
    ExternalRefundReversed,
    RefundCancelled,
    RefundFailed,
    RefundRejected,
    RefundRequested,
    RefundSettledAlternatively,
    RefundSettledByDispute,
    RefundSettledElsewhere,
    RefundSucceeded,
)
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptDetected,
    ReceiptReturned,
    ReceiptReturnReversed,
    ReceiptSettledAlternatively,
    ReceiptSettledByDispute,
)
from ledger.events.unit_calendar import ReservationMade
from ledger.values.journal import Account
from replay.rules.entries_balance import MONEY_EVENTS
from replay.rules.rule import Connection, Extent, Handlers, Rule

BEGINS = (
    NoShowReversed,
    *(BookingRequested, PaymentOpened, PaymentRetried, PayoutScheduled, RefundRequested),
    *(ReceiptDetected, ReceiptReturnReversed, ExternalRefundDetected),
    *(ReversalOrdered, DisputeOpened, DisputeReopened),
)
"""A part of a case begins."""

ENDS = (
    *(BookingAbandoned, BookingCancelled, BookingExpired, NoShowReported, StayCompleted),
    *(BookingDeclined, BookingWithdrawn, CaptureFailedForBooking, StayCurtailed),
    *(PaymentCompleted, PaymentFailed, PaymentCancelled),
    *(PayoutCancelled, PayoutTransferred, RefundSucceeded, ReceiptReturned, ReceiptAdopted),
    *(RefundRejected, RefundCancelled, RefundSettledAlternatively, ExternalRefundClassified),
    *(
        RefundSettledElsewhere,
        RefundSettledByDispute,
        ReceiptSettledByDispute,
        ReceiptSettledAlternatively,
    ),
    *(PayoutNetted, PayoutReversed, ReversalFailed, ExternalRefundReversed),
    *(DisputeWon, DisputeLost, DisputeClosed, DisputePrevented),
)
"""A part of a case ends."""

KEPT = frozenset(
    account.value
    for account in (
        Account.GUEST_RECEIVABLE,
        Account.HOST_DEFERRED,
        Account.REVENUE_DEFERRED,
        Account.TAX_DEFERRED,
        Account.HOST_PAYABLE,
        Account.REFUND_PAYABLE,
        Account.HOST_HELD,
    )
)
"""The accounts that a case must leave at zero."""


class Case(Struct):
    """What of a case is still open: how many parts, and which balances in minor units."""

    open_parts: int = 0
    balances: dict[tuple[str, str], int] = field(default_factory=dict)
    position: int = 0


class EndedBookingsAreSettled(Rule):
    """Remembers the cases that have open parts or balances."""

    invariants: ClassVar = {
        "INV-L11": "A booking that has ended with all its money owes nobody anything."
    }

    def __init__(self) -> None:
        super().__init__()
        self._cases: dict[str, Case] = {}

    def hears(self) -> Handlers:
        """What begins, what ends, and what moves money; some events do two of these."""
        money_that_begins = {event: self.post_and_begin for event in BEGINS if event.moves_money}
        money_that_ends = {event: self.post_and_end for event in ENDS if event.moves_money}
        return {
            **dict.fromkeys(MONEY_EVENTS, self.post),
            **dict.fromkeys(BEGINS, self.part_begins),
            **dict.fromkeys(ENDS, self.part_ends),
            **money_that_begins,
            **money_that_ends,
            ReservationMade: self.reacquire,
            RefundFailed: self.fail,
            ExternalRefundMatched: self.match,
        }

    def part_begins(self, recorded: Recorded[Any]) -> None:
        """A part begins."""
        self._case(recorded).open_parts += 1

    def reacquire(self, recorded: Recorded[ReservationMade]) -> None:
        """A booking that had ended goes on: its money came late."""
        if recorded.event.reacquired:
            self.part_begins(recorded)

    def part_ends(self, recorded: Recorded[Any]) -> None:
        """A part ends."""
        case = self._case(recorded)
        case.open_parts -= 1
        self._forget_settled(recorded, case)

    def post(self, recorded: Recorded[MoneyEvent]) -> None:
        """Money moves."""
        case = self._case(recorded)
        balances = case.balances
        for entry in recorded.event.entries:
            for line in entry.lines:
                if line.account in KEPT:
                    key = (line.account, line.currency)
                    balance = balances.get(key, 0) + line.minor
                    if balance:
                        balances[key] = balance
                    else:
                        balances.pop(key, None)
        self._forget_settled(recorded, case)

    def post_and_begin(self, recorded: Recorded[MoneyEvent]) -> None:
        """Money moves, and with it a part begins."""
        self._case(recorded).open_parts += 1
        self.post(recorded)

    def fail(self, recorded: Recorded[RefundFailed]) -> None:
        """A refund that had reached the guest, and so ended, begins again when it comes back."""
        if recorded.event.entries:
            self.post_and_begin(recorded)

    def match(self, recorded: Recorded[ExternalRefundMatched]) -> None:
        """A refund made elsewhere ends where all of it was the money of refunds of ours."""
        if not recorded.event.left.minor:
            self.part_ends(recorded)

    def post_and_end(self, recorded: Recorded[MoneyEvent]) -> None:
        """Money moves, and with it a part ends."""
        self._case(recorded).open_parts -= 1
        self.post(recorded)

    def end(self, db: Connection, extent: Extent) -> None:
        """Whoever has no open part left, and a balance, should have none."""
        del db, extent
        for case_id, case in self._cases.items():
            if case.open_parts <= 0 and case.balances:
                self.breach("INV-L11", _text(case), position=case.position, stream=case_id)

    def _case(self, recorded: Recorded[Any]) -> Case:
        case = self._cases.get(recorded.case_id)
        if case is None:
            case = self._cases[recorded.case_id] = Case()
        case.position = recorded.position
        return case

    def _forget_settled(self, recorded: Recorded[Any], case: Case) -> None:
        if not case.balances and case.open_parts == 0:
            self._cases.pop(recorded.case_id, None)


def _text(case: Case) -> str:
    left = (f"{minor} {currency} on {name}" for (name, currency), minor in case.balances.items())
    return f"all has ended, and still there are, in minor units: {', '.join(left)}"
