"""What follows from an event: which claims are alive after it."""

from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.unit_calendar.state import (
    HOLD,
    LONGEST_HOLD,
    Claim,
    ClaimId,
    Conflict,
    Status,
    UnitCalendar,
    taken_without,
)
from ledger.events.unit_calendar import (
    BlockedNightsEvent,
    BlockKind,
    BookedNightsEvent,
    CalendarOpened,
    CalendarReopened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
    HoldExpired,
    HoldExtended,
    HoldKind,
    HoldPlaced,
    HoldReleased,
    HoursChanged,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitCalendarEvent,
    UnitDeactivated,
)
from ledger.values.ids import BlockId
from ledger.values.stay import Stay


def evolve(calendar: UnitCalendar | None, event: UnitCalendarEvent) -> UnitCalendar:
    """The calendar after an event."""
    if isinstance(event, CalendarOpened):
        return UnitCalendar(
            property_id=event.property_id,
            host_id=event.host_id,
            room_type=event.room_type,
            house=event.house,
            claims={},
        )
    assert calendar is not None
    match event:
        case (
            NightsBlocked()
            | NightsUnblocked()
            | ExternalBlockAdded()
            | FeedConflictDetected()
            | ExternalBlockRemoved()
            | FeedConflictEnded()
        ):
            return _after_block(calendar, event)
        case HoursChanged():
            return replace(calendar, house=event.house)
        case UnitDeactivated():
            return replace(calendar, active=False)
        case CalendarReopened():
            return replace(calendar, active=True)
        case _:
            return _after_booking(calendar, event)


def _after_booking(calendar: UnitCalendar, event: BookedNightsEvent) -> UnitCalendar:
    match event:
        case HoldPlaced():
            longest = event.expires_at + (LONGEST_HOLD - HOLD)
            held = Claim(
                Status.HOLD,
                event.stay,
                event.expires_at,
                longest,
                buffer_nights=event.buffer_nights,
            )
            return _claimed(calendar, event.booking_id, held)
        case HoldExtended():
            held = replace(calendar.claims[event.booking_id], expires_at=event.expires_at)
            if event.kind is HoldKind.REQUEST:
                held = replace(held, extendable_until=None)
            return _kept(calendar, event.booking_id, held)
        case ReservationMade(reacquired=True) | ReservationMoved():
            return _claimed(calendar, event.booking_id, _reserved(event))
        case ReservationMade():
            return _kept(calendar, event.booking_id, _reserved(event))
        case HoldExpired() | HoldReleased() | ReservationReleased():
            return _freed(calendar, event.booking_id, event.stay.kept(event.buffer_nights))
        case _:
            assert_never(event)


def _reserved(event: ReservationMade | ReservationMoved) -> Claim:
    return Claim(Status.RESERVATION, event.stay, buffer_nights=event.buffer_nights)


def _after_block(calendar: UnitCalendar, event: BlockedNightsEvent) -> UnitCalendar:
    match event:
        case NightsBlocked():
            cancelled = event.kind is BlockKind.HOST_CANCELLED
            blocked = Claim(Status.HOST_BLOCK, event.stay, host_cancelled=cancelled)
            return _claimed(calendar, event.block_id, blocked)
        case NightsUnblocked():
            return _freed(calendar, event.block_id, event.stay)
        case ExternalBlockAdded():
            blocked = Claim(
                Status.EXTERNAL_BLOCK,
                event.stay,
                parts=event.parts,
                feed_id=event.feed_id,
                revision=event.revision,
            )
            return _claimed(_settled(calendar, event.block_id), event.block_id, blocked)
        case FeedConflictDetected():
            conflict = Conflict(event.feed_id, event.stay, event.revision)
            return replace(calendar, conflicts={**calendar.conflicts, event.block_id: conflict})
        case FeedConflictEnded():
            return _settled(calendar, event.block_id)
        case ExternalBlockRemoved():
            return _freed(_settled(calendar, event.block_id), event.block_id, *event.parts)
        case _:
            assert_never(event)


def _claimed(calendar: UnitCalendar, claim_id: ClaimId, claim: Claim) -> UnitCalendar:
    """A claim on nights, in the place of any that it had."""
    before = calendar.claims.get(claim_id)
    taken = calendar.taken if before is None else taken_without(calendar.taken, before.nights)
    for part in claim.nights:
        taken = taken.with_(part)
    return replace(calendar, claims={**calendar.claims, claim_id: claim}, taken=taken)


def _kept(calendar: UnitCalendar, claim_id: ClaimId, claim: Claim) -> UnitCalendar:
    """Another claim on the same nights."""
    return replace(calendar, claims={**calendar.claims, claim_id: claim})


def _freed(calendar: UnitCalendar, claim_id: ClaimId, *nights: Stay) -> UnitCalendar:
    claims = {key: claim for key, claim in calendar.claims.items() if key != claim_id}
    return replace(calendar, claims=claims, taken=taken_without(calendar.taken, nights))


def _settled(calendar: UnitCalendar, block_id: BlockId) -> UnitCalendar:
    """No conflict is told of this item any more."""
    if block_id not in calendar.conflicts:
        return calendar
    told = {key: conflict for key, conflict in calendar.conflicts.items() if key != block_id}
    return replace(calendar, conflicts=told)
