"""Moves that end a stay before its time, by whomever, and one that takes a no-show back."""

from datetime import timedelta
from functools import partial
from random import Random

from ledger import processes
from ledger.aggregates.booking import (
    Booking,
    CancelByPlatform,
    Curtail,
    PlatformReason,
    Status,
)
from ledger.draft import Draft
from ledger.events import Actor
from ledger.values.ids import BookingId
from ledger.values.penalty import BY_HOST, penalty
from ledger.values.policy import Ending
from tests.facts import SUPPORT
from tests.ledger.market import NotPossible
from tests.machine.town import Town

DAY = timedelta(days=1)


def calls_off(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """The guest calls the stay off, for what is shown at that moment."""

    def plan(draft: Draft) -> None:
        booking = _going_on(processes.booking_in(draft, booking_id))
        shown = processes.would_give_back(draft, booking_id, Ending.BY_GUEST)
        processes.cancel_by_guest(draft, Actor("G", booking.guest_id), booking_id, shown.digest)

    town.decide(plan, booking_id)


def calls_off_as_shown_before(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest calls the stay off for what was shown some days ago."""
    booking = _going_on(town.booking_of(booking_id))
    shown = booking.settled(Ending.BY_GUEST, town.clock.now - chance.randint(1, 9) * DAY)
    guest = Actor("G", booking.guest_id)
    town.decide(
        lambda draft: processes.cancel_by_guest(draft, guest, booking_id, shown.digest), booking_id
    )


def host_calls_off(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """The host calls the stay off, for the penalty that is shown."""

    def plan(draft: Draft) -> None:
        booking = _going_on(processes.booking_in(draft, booking_id))
        owed = penalty(booking.price, BY_HOST, booking.occupancy(draft.now))
        processes.cancel_by_host(
            draft, Actor("H", booking.host_id), booking_id, "a burst pipe", owed
        )

    town.decide(plan, booking_id)


def support_calls_off(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Support calls the stay off for a host, or the platform does."""

    def plan(draft: Draft) -> None:
        _going_on(processes.booking_in(draft, booking_id))
        if chance.random() < 0.4:
            processes.cancel_for_host(draft, SUPPORT, booking_id, "illness")
            return
        command = CancelByPlatform(
            booking_id=booking_id,
            reason=PlatformReason.SAFETY,
            requested_by=SUPPORT.id,
            by_policy=chance.random() < 0.3,
        )
        processes.cancel_by_platform(draft, SUPPORT, command)

    town.decide(plan, booking_id)


def somebody_came(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """Support finds that the guest did come."""
    town.decide(
        partial(
            processes.reverse_no_show, support=SUPPORT, booking_id=booking_id, evidence="the log"
        ),
        booking_id,
    )


def leaves_early(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest leaves, or must leave, some nights early."""
    booking = _going_on(town.booking_of(booking_id))
    nights = booking.stay.nights_count()
    check_out = booking.stay.check_in + chance.randint(1, max(nights - 1, 1)) * DAY
    by_host = chance.random() < 0.4
    actor = SUPPORT if by_host else Actor("G", booking.guest_id)
    ending = Ending.BY_HOST if by_host else Ending.BY_GUEST

    def plan(draft: Draft) -> None:
        shown = processes.would_give_back(draft, booking_id, ending, check_out).digest
        command = Curtail(
            booking_id=booking_id, check_out=check_out, accepted=shown, by_host=by_host
        )
        processes.curtail(draft, actor, command)

    town.decide(plan, booking_id)


def _going_on(booking: Booking) -> Booking:
    """A booking whose stay is to come or has begun. Raises NotPossible for any other."""
    if booking.status not in (Status.CONFIRMED, Status.IN_STAY):
        raise NotPossible("it does not take place")
    return booking
