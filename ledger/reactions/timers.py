"""When a timer's time has come: give the command it stands for.

A timer fires at least once, late if need be, and what it causes happens once: the command's id is
made of the timer's name and time. History from outside sets no timer (see `projections/timers/`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC

from ledger import processes
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.store import Receipt
from ledger.values.clock import Instant
from ledger.values.ids import (
    BookingId,
    CommandId,
    DocumentId,
    HostId,
    PaymentId,
    PayoutId,
    PropertyId,
    ReceiptId,
    VerificationId,
    derived_id,
)
from ledger.values.timers import TimerKind


@dataclass(frozen=True)
class DueTimer:
    """A timer whose time has come.

    `stream_id` is what it acts upon, `set_by` the event that set it, as `stream/version`.
    """

    timer: str
    kind: TimerKind
    case_id: str
    stream_id: str
    fires_at: Instant
    set_by: str

    @property
    def command_id(self) -> CommandId:
        """The id of the command that it causes: it follows from its name and its time alone.

        So a timer that fires late, or twice because somebody was killed in between, or in two
        processes, is still one command.
        """
        return CommandId(derived_id("timer", self.timer, self.time))

    @property
    def time(self) -> str:
        """When it fires, in UTC: the same words for the same instant, whoever read it where."""
        return self.fires_at.astimezone(UTC).isoformat()


Step = Callable[[Draft, DueTimer], None]


def of_booking(step: Callable[[Draft, BookingId], None]) -> Step:
    """A step of the booking that the timer belongs to, whatever stream the timer acts upon."""
    return lambda draft, due: step(draft, BookingId(due.case_id))


WHEN_DUE: Mapping[TimerKind, Step] = {
    TimerKind.EXPIRE_HOLD: of_booking(processes.expire),
    TimerKind.START_STAY: lambda draft, due: processes.start_stay(
        draft, processes.TIMER, BookingId(due.case_id)
    ),
    TimerKind.COMPLETE_STAY: lambda draft, due: processes.complete_stay(
        draft, processes.TIMER, BookingId(due.case_id)
    ),
    TimerKind.RECOGNIZE_EARNINGS: of_booking(processes.earn),
    TimerKind.MATURE_PAYOUT: lambda draft, due: processes.mature(
        draft, BookingId(due.case_id), PayoutId(due.stream_id)
    ),
    TimerKind.EXPIRE_ALTERATION: of_booking(processes.expire_alteration),
    TimerKind.GIVE_UP_ALTERATION: of_booking(processes.give_up_alteration),
    TimerKind.ESCALATE_DAMAGE_CLAIM: of_booking(processes.escalate_claim),
    TimerKind.GIVE_UP_DAMAGE: of_booking(processes.give_up_damage),
    TimerKind.OPEN_REVIEWS: lambda draft, due: processes.open_reviews(
        draft, BookingId(due.case_id), due.fires_at
    ),
    TimerKind.CLOSE_REVIEWS: of_booking(processes.close_reviews),
    TimerKind.RECORD_FUNDS: lambda draft, due: processes.funds_have_arrived(
        draft, PaymentId(due.stream_id)
    ),
    TimerKind.RECORD_RECEIPT_FUNDS: lambda draft, due: processes.receipt_funds_have_arrived(
        draft, ReceiptId(due.stream_id)
    ),
    TimerKind.TIME_OUT_REVIEW: lambda draft, due: processes.time_out_review(
        draft, VerificationId(due.stream_id)
    ),
    TimerKind.ASK_FOR_RENEWAL: lambda draft, due: processes.ask_for_renewal(
        draft, HostId(due.stream_id)
    ),
    TimerKind.REMIND_OF_RENEWAL: lambda draft, due: processes.remind_of_renewal(
        draft, HostId(due.stream_id)
    ),
    TimerKind.ASK_FOR_PAPERS: lambda draft, due: processes.ask_for_papers(
        draft, PropertyId(due.stream_id)
    ),
    TimerKind.MISS_RENEWAL: lambda draft, due: processes.miss_renewal(draft, HostId(due.stream_id)),
    TimerKind.EXPIRE_DOCUMENT: lambda draft, due: processes.expire_document(
        draft, DocumentId(due.stream_id)
    ),
}
"""What each kind of timer asks for, of its booking or of the stream that it acts upon."""


def fire(ledger: Ledger, due: DueTimer) -> Receipt:
    """Do what a timer stands for. Raises Refused where the booking has moved on, StoreUnavailable.

    A refusal is remembered like any answer: firing again gives it again and changes nothing.
    """
    request = Request(
        command_id=due.command_id,
        case_id=due.case_id,
        content=f"{due.timer} at {due.time}".encode(),
        causation=due.set_by,
    )
    step = WHEN_DUE[due.kind]
    return ledger.execute(request, lambda draft: step(draft, due))
