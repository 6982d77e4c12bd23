"""The stay: it begins and ends by the clock, or by what the host says."""

from ledger.aggregates.booking import CompleteStay, StartStay
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.processes.found import booking_in
from ledger.processes.settlement import earn_what_is_left
from ledger.values.ids import BookingId


def start_stay(draft: Draft, actor: Actor, booking_id: BookingId) -> None:
    """Begin the stay: the clock at check-in, the host on that day. Raises NotFound, TooEarly."""
    booking_in(draft, booking_id)
    draft.do(actor, StartStay(booking_id=booking_id, by_clock=_is_clock(actor)))


def complete_stay(draft: Draft, actor: Actor, booking_id: BookingId) -> None:
    """End the stay: the clock at check-out, the host whenever the guest left.

    Of a long stay the last fees and taxes may be left whose host has nothing to wait for, so that
    no payout has earned them. Raises NotFound, TooEarly.
    """
    booking = booking_in(draft, booking_id)
    draft.do(actor, CompleteStay(booking_id=booking_id, by_clock=_is_clock(actor)))
    if booking.earned is not None:
        earn_what_is_left(draft, booking_id)


def _is_clock(actor: Actor) -> bool:
    return actor.role == Role.TIMER
