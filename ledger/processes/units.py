"""Units: which rooms of a property are let, as it was approved, and as its host takes some out."""

from collections.abc import Iterator, Sequence

from ledger.aggregates.booking import BOOKING
from ledger.aggregates.property import PROPERTY, Status
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    ChangeHours,
    Deactivate,
    OpenCalendar,
    ReopenCalendar,
)
from ledger.aggregates.unit_calendar import Status as Nights
from ledger.draft import Draft
from ledger.events import Actor
from ledger.processes.found import calendar_in, property_in
from ledger.processes.names import PROCESS
from ledger.values.ids import BookingId, PropertyId, UnitId
from ledger.values.listing import Facts, Occupant, units_of
from ledger.values.stay import ONE_DAY


def let_units(draft: Draft, property_id: PropertyId, there: Sequence[UnitId]) -> None:
    """Let the units that were approved, by the hours that were, and no more those that are gone.

    Of those that were `there` before, one that its host took out stays out while the property goes
    on with it, for what is approved is seldom about that; one that was gone and comes back is let
    again. Raises ObligationsAreOpen where one that is gone has a guest to come (N14).
    """
    listed = property_in(draft, property_id)
    assert listed.facts is not None, "they were approved a line ago"
    units = {
        unit_id: (room, number) for unit_id, room, number in units_of(property_id, listed.facts)
    }
    for unit_id in there:
        if unit_id not in units:
            _let_no_more(draft, unit_id)
    for unit_id, (room, number) in units.items():
        calendar = draft.state(UNIT_CALENDAR, unit_id)
        if calendar is None:
            opened = OpenCalendar(
                unit_id=unit_id,
                property_id=property_id,
                host_id=listed.host_id,
                room_type=room.room_type,
                number=number,
                house=listed.facts.house,
            )
            draft.do(PROCESS, opened)
        elif calendar.active:
            draft.do(PROCESS, ChangeHours(unit_id=unit_id, house=listed.facts.house))
        elif unit_id not in there:
            _let_again(draft, PROCESS, unit_id, listed.facts)


def reopen_unit(draft: Draft, by: Actor, unit_id: UnitId) -> None:
    """Let a unit again that was taken out of its house, by the hours that hold there now.

    Raises NotFound; TransitionNotAllowed where it is let, where its property was not approved with
    it, or is let no more.
    """
    property_id = calendar_in(draft, unit_id).property_id
    listed = draft.state(PROPERTY, property_id)
    if listed is None:  # somebody vouches for it, and its units were never approved
        draft.do(by, ReopenCalendar(unit_id=unit_id))
        return
    approved = units_of(property_id, listed.facts) if listed.facts else ()
    is_approved = any(unit_id == one for one, _, _ in approved)
    if listed.facts is None or not is_approved or listed.status is Status.ARCHIVED:
        UNIT_CALENDAR.lifecycle.refuse(
            ReopenCalendar, Nights.INACTIVE, property=listed.status.value
        )
    _let_again(draft, by, unit_id, listed.facts)


def _let_again(draft: Draft, by: Actor, unit_id: UnitId, facts: Facts) -> None:
    draft.do(by, ReopenCalendar(unit_id=unit_id))
    draft.do(PROCESS, ChangeHours(unit_id=unit_id, house=facts.house))


def _let_no_more(draft: Draft, unit_id: UnitId) -> None:
    calendar = draft.state(UNIT_CALENDAR, unit_id)
    if calendar is not None and calendar.active:
        take_out(draft, PROCESS, unit_id)


def take_out(draft: Draft, by: Actor, unit_id: UnitId) -> None:
    """Take a unit out of its house that nobody stays in, nor comes to.

    Raises ObligationsAreOpen, NotFound, TransitionNotAllowed.
    """
    staying = tuple(BookingId(one.booking_id) for one in occupants_in(draft, unit_id))
    draft.do(by, Deactivate(unit_id=unit_id, staying=staying))


def occupants_in(draft: Draft, unit_id: UnitId) -> Iterator[Occupant]:
    """Who has booked a unit and has not left, by the hours of the booking, or holds nights of it.

    Hours that were approved since differ from those by less than a day. Raises NotFound.
    """
    calendar = calendar_in(draft, unit_id)
    for claim_id, claim in calendar.claims.items():
        comes = claim.status in (Nights.HOLD, Nights.RESERVATION)
        if comes and calendar.house.check_out_at(claim.stay) + ONE_DAY > draft.now:
            booking = draft.state(BOOKING, claim_id)
            house = calendar.house if booking is None else booking.house
            heads = 0 if booking is None else booking.party.heads()
            if house.check_out_at(claim.stay) > draft.now:
                room_type, zone = calendar.room_type, house.time_zone
                yield Occupant(BookingId(claim_id), unit_id, room_type, heads, zone)
