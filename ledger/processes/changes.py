"""What a change of a confirmed booking would cost, and whether it could be made so now."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.booking import BOOKING, ApplyAlteration, Booking
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.decider import Command
from ledger.aggregates.refund import within_lines
from ledger.aggregates.unit_calendar import MoveReservation, Reacquire, ReleaseReservation
from ledger.draft import Draft, decider_of
from ledger.errors import NotDiscoverable, NotFound, NothingToAlter
from ledger.processes.discovery import approved_heads
from ledger.processes.found import booking_in, calendar_in
from ledger.processes.names import (
    PROCESS,
    alteration_payment_of,
)
from ledger.processes.refunds import left_to_give_back
from ledger.processes.room_rates import room_rates_of, rules_of
from ledger.values.change import Change, Wished, adds_nights, altered_price, given_back
from ledger.values.clock import Instant
from ledger.values.currency import chargeable, refundable
from ledger.values.guests import Party
from ledger.values.ids import BookingId, UnitId
from ledger.values.money import zero
from ledger.values.price import Price
from ledger.values.stay import Stay, local_date, local_instant
from ledger.values.stay_rules import refuse_too_many
from ledger.values.tariff import RoomRates


class AlterationWish(Struct, frozen=True, kw_only=True):
    """What somebody wants to be different: what is left out stays as it is."""

    stay: Stay | None = None
    party: Party | None = None
    unit_id: UnitId | None = None


def work_out(draft: Draft, booking_id: BookingId, wish: AlterationWish) -> Change:
    """What a booking would become, and cost, if both sides agreed now.

    Raises NotFound, TransitionNotAllowed where the stay does not stand any more, NothingToAlter,
    NotDiscoverable where nobody asks for a price of nights that are added, BelowProcessorMinimum
    and its kin, RefundLineExceeded where an allowance has given back what the change would, and
    what `refuse_impossible` raises.
    """
    booking = alterable(draft, booking_id)
    stay, party = wish.stay or booking.stay, wish.party or booking.party
    unit_id = wish.unit_id or booking.unit_id
    if (stay, party, unit_id) == (booking.stay, booking.party, booking.unit_id):
        raise NothingToAlter(booking_id=booking_id)
    room = _room(draft, booking, unit_id)
    if room is None and adds_nights(booking.price, stay):
        raise NotDiscoverable(unit_id=unit_id, because="it has no rates")
    wished = Wished(
        stay=stay,
        party=party,
        today=local_date(draft.now, booking.house.time_zone),
        rates=room.plan if room else None,
    )
    price = altered_price(booking.price, wished)
    change = Change(unit_id=unit_id, stay=stay, party=party, price=price)
    difference = price.total - booking.price.total
    if difference.minor > 0:
        chargeable(difference)
    else:
        refundable(zero(difference.currency) - difference)
        _refuse_given_back(booking, price)
    refuse_impossible(draft, booking_id, change)
    return change


def _refuse_given_back(booking: Booking, price: Price) -> None:
    """Let a cheaper price pass that gives no line back twice. Raises RefundLineExceeded.

    What would be refused where the other side agrees is refused before it is proposed.
    """
    if price.total == booking.price.total:
        return
    back = given_back(booking.price, price)
    within_lines(back.lines, left_to_give_back(booking, back))


def alterable(draft: Draft, booking_id: BookingId) -> Booking:
    """A booking whose stay is to come or under way. Raises NotFound, TransitionNotAllowed."""
    booking = booking_in(draft, booking_id)
    if booking.status not in (Stands.CONFIRMED, Stands.IN_STAY):
        BOOKING.lifecycle.refuse(ApplyAlteration, booking.status)
    return booking


def refuse_impossible(draft: Draft, booking_id: BookingId, change: Change) -> None:
    """Let a change pass that could be made so now, once its difference is settled.

    Raises PartyExceedsCapacity, NightsAreTaken, NightsHaveBegun, NoNights, TooLate,
    ChangesBothWays, TransitionNotAllowed.
    """
    booking = booking_in(draft, booking_id)
    _refuse_too_many(draft, booking, change)
    applied = replace(
        application(booking, booking_id, change),
        payment_id=alteration_payment_of(booking_id, booking.revision + 1),
        paid=change.price.total - booking.price.total,
        settled=(change.price.shares - booking.price.shares).total,
    )
    for command in (*moves(draft, booking_id, change), applied):
        decider = decider_of(type(command))
        state = draft.state(decider, decider.stream_of(command))
        decider.run(state, command, draft.now, PROCESS)


def possible_until(booking: Booking, change: Change) -> Instant:
    """Until when the clock lets a change be made: a night it changes begins, or all is over."""
    ends_at = booking.house.check_out_at(booking.stay)
    changed = set(booking.stay.nights()) ^ set(change.stay.nights())
    if not changed:
        return ends_at
    house = booking.house
    return min(local_instant(min(changed), house.check_in_time, house.time_zone), ends_at)


def moves(draft: Draft, booking_id: BookingId, change: Change) -> Iterator[Command]:
    """What makes the nights those that were agreed: in one unit at once, or from one to another.

    The pause after the stay is as long as it was when the stay was booked.
    """
    booking = booking_in(draft, booking_id)
    own = calendar_in(draft, booking.unit_id).claims.get(booking_id)
    if change.unit_id == booking.unit_id:
        yield MoveReservation(unit_id=booking.unit_id, booking_id=booking_id, stay=change.stay)
        return
    yield ReleaseReservation(unit_id=booking.unit_id, booking_id=booking_id)
    yield Reacquire(
        unit_id=change.unit_id,
        booking_id=booking_id,
        stay=change.stay,
        buffer_nights=own.buffer_nights if own else 0,
    )


def application(booking: Booking, booking_id: BookingId, change: Change) -> ApplyAlteration:
    """What makes the booking what was agreed, but for how its difference was settled."""
    return ApplyAlteration(
        booking_id=booking_id,
        revision=booking.revision + 1,
        unit_id=change.unit_id,
        stay=change.stay,
        party=change.party,
        price=change.price,
    )


def _room(draft: Draft, booking: Booking, unit_id: UnitId) -> RoomRates | None:
    """What a unit like the booking's own costs now, if anybody says. Raises NotFound for others."""
    own, other = calendar_in(draft, booking.unit_id), calendar_in(draft, unit_id)
    if (own.property_id, own.room_type) != (other.property_id, other.room_type):
        raise NotFound(unit_id=unit_id, room_type=own.room_type)
    return room_rates_of(draft, unit_id)


def _refuse_too_many(draft: Draft, booking: Booking, change: Change) -> None:
    """Let a party pass that fits, as its host lets the room and as the room was approved.

    Who only comes for less than was booked keeps it. Raises PartyExceedsCapacity.
    """
    heads, same_unit = change.party.heads(), change.unit_id == booking.unit_id
    no_more = heads <= booking.party.heads() and not adds_nights(booking.price, change.stay)
    if same_unit and no_more:
        return
    calendar = calendar_in(draft, change.unit_id)
    rules = rules_of(draft, change.unit_id, change.stay)
    approved = approved_heads(draft, calendar.property_id, calendar.room_type)
    for capacity in (rules.capacity if rules else None, approved):
        refuse_too_many(heads, capacity)
