"""Decisions from the request to the confirmation."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates import postings
from ledger.aggregates.booking.commands import (
    Abandon,
    Accept,
    AwaitHost,
    Book,
    CheckoutCommand,
    Confirm,
    ConfirmFree,
    ConfirmLate,
    Decline,
    Expire,
    FailCapture,
    HostsWordCommand,
    Withdraw,
)
from ledger.aggregates.booking.state import Booking, Status
from ledger.errors import (
    AmountsDiffer,
    AuthorizationHasExpired,
    HoldHasExpired,
    NothingVouchedFor,
    OwnListing,
    TooEarly,
)
from ledger.events.booking import (
    BookingAbandoned,
    BookingConfirmed,
    BookingDeclined,
    BookingEvent,
    BookingExpired,
    BookingRequested,
    BookingWithdrawn,
    CaptureFailedForBooking,
    HostAccepted,
    HostDecisionRequested,
)
from ledger.values.clock import Instant
from ledger.values.money import same_currency
from ledger.values.stay import local_date


def decide_checkout(
    booking: Booking, command: CheckoutCommand, now: Instant
) -> Sequence[BookingEvent]:
    """What a command does to a booking that is not confirmed yet. Raises Refused."""
    match command:
        case Confirm():
            return confirm(booking, command, now)
        case ConfirmLate():
            return confirm_paid(booking, command, now)
        case ConfirmFree():
            return confirm_free(booking, command, now)
        case AwaitHost() | Accept() | FailCapture() | Decline() | Withdraw():
            return decide_request(booking, command, now)
        case Expire():
            return expire(booking, command, now)
        case Abandon():
            return [BookingAbandoned()]
        case _:
            assert_never(command)


def book(command: Book, now: Instant) -> Sequence[BookingEvent]:
    """Ask for a stay. Raises OwnListing, NothingVouchedFor."""
    if str(command.guest_id) == str(command.host_id):
        raise OwnListing(property_id=command.property_id)
    if command.vouched_by is None and command.revision is None:
        raise NothingVouchedFor(property_id=command.property_id)
    assert command.hold_expires_at is not None, "the nights are held before they are asked for"
    return [
        BookingRequested(
            guest_id=command.guest_id,
            host_id=command.host_id,
            property_id=command.property_id,
            unit_id=command.unit_id,
            room_type=command.room_type,
            stay=command.stay,
            house=command.house,
            party=command.party,
            price=command.price,
            policy=command.policy,
            vouched_by=command.vouched_by,
            hold_expires_at=command.hold_expires_at,
            booked_at=now,
            mode=command.mode,
            quote_id=command.quote_id,
            policy_text=command.policy_text,
            revision=command.revision,
        )
    ]


def confirm(booking: Booking, command: Confirm, now: Instant) -> Sequence[BookingEvent]:
    """Confirm a paid booking. Raises AmountsDiffer, HoldHasExpired."""
    refuse_expired(booking, command, now)
    return confirm_paid(booking, command, now)


def confirm_paid(
    booking: Booking, command: Confirm | ConfirmLate, now: Instant
) -> Sequence[BookingEvent]:
    """Confirm a booking whose nights are sure. Raises AmountsDiffer, CurrenciesDiffer."""
    total = booking.price.total
    if command.paid != total:
        raise AmountsDiffer(due=str(total), paid=str(command.paid))
    ids, shares = (command.booking_id, command.payment_id), booking.price.shares
    if total.currency == shares.currency:
        entry = postings.booking_confirmed(*ids, shares)
    else:
        settled = same_currency(shares.total, command.settled or total)
        entry = postings.booking_confirmed_abroad(*ids, shares, total, settled)
    return [
        BookingConfirmed(
            payment_id=command.payment_id,
            total=total,
            effective_on=local_date(now, booking.house.time_zone),
            entries=(entry,),
        )
    ]


def confirm_free(booking: Booking, command: ConfirmFree, now: Instant) -> Sequence[BookingEvent]:
    """Confirm a booking that costs nothing. Raises AmountsDiffer, HoldHasExpired."""
    refuse_expired(booking, command, now)
    total = booking.price.total
    if total.minor:
        raise AmountsDiffer(due=str(total), paid=None)
    effective_on = local_date(now, booking.house.time_zone)
    return [BookingConfirmed(payment_id=None, total=total, effective_on=effective_on, entries=())]


def refuse_expired(booking: Booking, command: Confirm | ConfirmFree, now: Instant) -> None:
    """Let a booking pass whose hold is alive. Raises HoldHasExpired."""
    expires_at = command.hold_expires_at or booking.hold_expires_at
    if now >= expires_at:
        raise HoldHasExpired(expired_at=expires_at)


def expire(booking: Booking, command: Expire, now: Instant) -> Sequence[BookingEvent]:
    """Give up on a booking whose hold ran out. Raises TooEarly."""
    expires_at = command.hold_expires_at or booking.hold_expires_at
    if now < expires_at:
        raise TooEarly(not_before=expires_at)
    return [BookingExpired()]


def decide_request(
    booking: Booking, command: HostsWordCommand, now: Instant
) -> Sequence[BookingEvent]:
    """Everything between an authorised payment and the host's word. Raises Refused."""
    match command:
        case AwaitHost():
            return await_host(booking, command, now)
        case Accept():
            return accept(booking, command, now)
        case FailCapture():
            to = Status.AWAITING_HOST if command.may_retry else Status.DECLINED
            return [CaptureFailedForBooking(to=to.value, reason=command.reason)]
        case Decline():
            return [BookingDeclined(reason=command.reason)]
        case Withdraw():
            return [BookingWithdrawn()]
        case _:
            assert_never(command)


def await_host(booking: Booking, command: AwaitHost, now: Instant) -> Sequence[BookingEvent]:
    """Ask the host, who has some time. Raises AmountsDiffer, HoldHasExpired."""
    if command.authorized != booking.price.total:
        raise AmountsDiffer(due=str(booking.price.total), authorized=str(command.authorized))
    if now >= command.decide_by:
        raise HoldHasExpired(expired_at=command.decide_by)
    return [HostDecisionRequested(payment_id=command.payment_id, decide_by=command.decide_by)]


def accept(booking: Booking, command: Accept, now: Instant) -> Sequence[BookingEvent]:
    """Welcome the guest in time. Raises HoldHasExpired, AuthorizationHasExpired."""
    if now >= booking.hold_expires_at:
        raise HoldHasExpired(expired_at=booking.hold_expires_at)
    if now >= command.capture_before:
        raise AuthorizationHasExpired(expired_at=command.capture_before)
    return [HostAccepted()]
