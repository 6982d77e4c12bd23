"""Decisions about nights that are kept for somebody for a while."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from ledger.aggregates.unit_calendar.commands import (
    ConvertHold,
    ExpireHold,
    ExtendHold,
    HoldCommand,
    PlaceHold,
    ReleaseHold,
    ToRequestHold,
)
from ledger.aggregates.unit_calendar.lifecycle import LIFECYCLE
from ledger.aggregates.unit_calendar.refusals import refuse_unless_bookable
from ledger.aggregates.unit_calendar.state import HOLD, Claim, UnitCalendar
from ledger.errors import HoldHasExpired, NoPaymentInFlight, NoTimeToAnswer, TooEarly
from ledger.events.unit_calendar import (
    HoldExpired,
    HoldExtended,
    HoldKind,
    HoldPlaced,
    HoldReleased,
    ReservationMade,
    UnitCalendarEvent,
)
from ledger.values.clock import Instant

TO_ANSWER = timedelta(hours=24)
"""How long nights are kept for a host's answer, at most (UC3)."""

TO_CAPTURE = timedelta(hours=12)
"""What must be left of an authorization when the host's time to answer ends."""


def decide_hold(
    calendar: UnitCalendar, command: HoldCommand, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """What a command does to a hold. Raises Refused."""
    match command:
        case PlaceHold():
            return hold(calendar, command, now)
        case ExtendHold():
            return extend(calendar, command, now)
        case ToRequestHold():
            return keep_for_the_host(calendar, command, now)
        case ConvertHold():
            return convert(calendar, command, now)
        case ExpireHold():
            return expire(calendar, command, now)
        case ReleaseHold():
            held = calendar.claims[command.booking_id]
            return [
                HoldReleased(
                    booking_id=command.booking_id,
                    stay=held.stay,
                    buffer_nights=held.buffer_nights,
                )
            ]
        case _:
            assert_never(command)


def hold(calendar: UnitCalendar, command: PlaceHold, now: Instant) -> Sequence[UnitCalendarEvent]:
    """Keep nights that can be booked, for `HOLD`. Raises Refused, as `refuse_unless_bookable`."""
    refuse_unless_bookable(calendar, command, now)
    return [
        HoldPlaced(
            booking_id=command.booking_id,
            stay=command.stay,
            expires_at=now + HOLD,
            buffer_nights=command.buffer_nights,
        )
    ]


def extend(
    calendar: UnitCalendar, command: ExtendHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Keep nights longer while they are being paid; nothing where they are kept as long already.

    A hold is alive until somebody says that it ran out: the clock may say so, or the payment that
    is under way comes first. Only who converts it is held to the time itself (UC4).
    Raises NoPaymentInFlight, HoldHasExpired, TransitionNotAllowed.
    """
    held = calendar.claims[command.booking_id]
    assert held.expires_at is not None
    if held.extendable_until is None:
        LIFECYCLE.refuse(ExtendHold, held.status)
    if not command.in_flight:
        raise NoPaymentInFlight(booking_id=command.booking_id)
    if now >= held.extendable_until:
        raise HoldHasExpired(booking_id=command.booking_id, expired_at=held.extendable_until)
    until = min(now + HOLD, held.extendable_until)
    return _extended(command, held, HoldKind.PAYMENT, until) if until > held.expires_at else []


def keep_for_the_host(
    calendar: UnitCalendar, command: ToRequestHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Keep nights until the host answers, once. Raises NoTimeToAnswer, TransitionNotAllowed."""
    held = calendar.claims[command.booking_id]
    if held.extendable_until is None:
        LIFECYCLE.refuse(ToRequestHold, held.status)
    until = min(now + TO_ANSWER, command.capture_before - TO_CAPTURE, command.check_in_at)
    if until <= now:
        raise NoTimeToAnswer(
            booking_id=command.booking_id,
            capture_before=command.capture_before,
            check_in_at=command.check_in_at,
        )
    return _extended(command, held, HoldKind.REQUEST, until)


def _extended(
    command: ExtendHold | ToRequestHold, held: Claim, kind: HoldKind, until: Instant
) -> Sequence[UnitCalendarEvent]:
    return [
        HoldExtended(booking_id=command.booking_id, stay=held.stay, kind=kind, expires_at=until)
    ]


def convert(
    calendar: UnitCalendar, command: ConvertHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Make a live hold a reservation. Raises HoldHasExpired."""
    held = calendar.claims[command.booking_id]
    assert held.expires_at is not None
    if now >= held.expires_at:
        raise HoldHasExpired(booking_id=command.booking_id, expired_at=held.expires_at)
    return [
        ReservationMade(
            booking_id=command.booking_id, stay=held.stay, buffer_nights=held.buffer_nights
        )
    ]


def expire(
    calendar: UnitCalendar, command: ExpireHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Free the nights of a hold whose time has passed. Raises TooEarly."""
    held = calendar.claims[command.booking_id]
    assert held.expires_at is not None
    if now < held.expires_at:
        raise TooEarly(booking_id=command.booking_id, not_before=held.expires_at)
    return [
        HoldExpired(booking_id=command.booking_id, stay=held.stay, buffer_nights=held.buffer_nights)
    ]
