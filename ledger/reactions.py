"""When this happened, do that. So far: when a timer's time has come, give the command it stands for.

A timer fires at least once, late if need be, and what it causes happens once: the command's id is
made of the timer's name and time. History from outside sets no timer (see `projections/timers.py`).
"""

from collections.abc import Callable, Mapping

from ledger import processes
from ledger.application import Draft, Ledger, Request
from ledger.store import Receipt
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, CommandId, derived_id

WHEN_DUE: Mapping[str, Callable[[Draft, BookingId], None]] = {
    "expire_hold": processes.expire,
    "start_stay": lambda draft, booking: processes.start_stay(draft, processes.TIMER, booking),
    "complete_stay": lambda draft, booking: processes.complete_stay(
        draft, processes.TIMER, booking
    ),
    "recognize_earnings": processes.earn,
    "mature_payout": processes.mature,
}
"""What each kind of timer asks for, of the booking that it belongs to."""


def command_of(timer: str, due_at: Instant) -> CommandId:
    """The id of the command that a timer causes: it follows from its name and its time alone.

    So a timer that fires late, or twice because somebody was killed in between, or in two
    processes, is still one command.
    """
    return CommandId(derived_id("timer", timer, due_at.isoformat()))


def fire(ledger: Ledger, timer: str, kind: str, booking_id: BookingId, due_at: Instant) -> Receipt:
    """Do what a timer stands for. Raises Refused where the booking has moved on, StoreUnavailable.

    A refusal is remembered like any answer: firing again gives it again and changes nothing.
    """
    request = Request(
        command_id=command_of(timer, due_at),
        case_id=booking_id,
        content=f"{timer} at {due_at.isoformat()}".encode(),
        causation=timer,
    )
    step = WHEN_DUE[kind]
    return ledger.execute(request, lambda draft: step(draft, booking_id))
