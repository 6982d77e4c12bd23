"""Decisions about a stay that takes place: its days, its changes, its earnings."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.booking.commands import (
    ApplyAlteration,
    CompleteStay,
    GrantAllowance,
    RecognizeEarnings,
    RevokeAllowance,
    StartStay,
    TakingPlaceCommand,
)
from ledger.aggregates.booking.falling_away import refuse_begun
from ledger.aggregates.booking.lifecycle import LIFECYCLE
from ledger.aggregates.booking.state import Booking, Status
from ledger.errors import (
    AmountsDiffer,
    ChangesBothWays,
    NightsHaveBegun,
    TooEarly,
    TooLate,
)
from ledger.events.booking import (
    AllowanceGranted,
    AllowanceRevoked,
    BookingAltered,
    BookingEvent,
    EarningsRecognized,
    StayCompleted,
    StayStarted,
)
from ledger.values.clock import Instant
from ledger.values.ids import PaymentId
from ledger.values.journal import Entry
from ledger.values.money import Money, same_currency
from ledger.values.price import Price
from ledger.values.shares import Shares
from ledger.values.stay import Stay, local_date


def decide_taking_place(
    booking: Booking, command: TakingPlaceCommand, now: Instant
) -> Sequence[BookingEvent]:
    """What a command does to a stay that takes place. Raises Refused."""
    match command:
        case StartStay():
            return start_stay(booking, command, now)
        case CompleteStay():
            return complete_stay(booking, command, now)
        case ApplyAlteration():
            return alter(booking, command, now)
        case GrantAllowance():
            return grant_allowance(booking, command)
        case RevokeAllowance():
            return revoke_allowance(booking, command)
        case RecognizeEarnings():
            return recognize_earnings(booking, command, now)
        case _:
            assert_never(command)


def start_stay(booking: Booking, command: StartStay, now: Instant) -> Sequence[BookingEvent]:
    """Begin the stay: the clock at check-in, the host on the local day of it. Raises TooEarly."""
    check_in_at = booking.house.check_in_at(booking.stay)
    if local_date(now, booking.house.time_zone) < booking.stay.check_in:
        raise TooEarly(not_before=check_in_at)
    refuse_early_clock(command, check_in_at, now)
    return [StayStarted()]


def complete_stay(booking: Booking, command: CompleteStay, now: Instant) -> Sequence[BookingEvent]:
    """End the stay: the clock at check-out, the host whenever the guest left. Raises TooEarly."""
    refuse_early_clock(command, booking.house.check_out_at(booking.stay), now)
    return [StayCompleted()]


def refuse_early_clock(
    command: StartStay | CompleteStay, not_before: Instant, now: Instant
) -> None:
    """Let pass what a person says, who may know better than the clock. Raises TooEarly."""
    if command.by_clock and now < not_before:
        raise TooEarly(not_before=not_before)


def alter(booking: Booking, command: ApplyAlteration, now: Instant) -> Sequence[BookingEvent]:
    """Make another stay of it, once.

    Raises TransitionNotAllowed where another alteration came first, AmountsDiffer, NightsHaveBegun,
    TooLate, ChangesBothWays, CurrenciesDiffer.
    """
    if command.revision != booking.revision + 1:
        LIFECYCLE.refuse(ApplyAlteration, booking.status)
    refuse_past(booking, command.stay, now)
    refuse_both_ways(booking, command.price)
    due = command.price.total - booking.price.total
    if due.minor > 0 and command.paid != due:
        raise AmountsDiffer(due=str(due), paid=str(command.paid))
    return [
        BookingAltered(
            revision=command.revision,
            unit_id=command.unit_id,
            stay=command.stay,
            house=booking.house,
            party=command.party,
            price=command.price,
            payment_id=command.payment_id,
            effective_on=local_date(now, booking.house.time_zone),
            entries=tuple(dearer(booking, command, due)),
        )
    ]


def refuse_past(booking: Booking, stay: Stay, now: Instant) -> None:
    """Let pass a stay that only changes what is to come. Raises NightsHaveBegun, TooLate."""
    arrives_anew = stay.check_in != booking.stay.check_in
    if booking.status is Status.IN_STAY:
        if arrives_anew:
            raise NightsHaveBegun(check_in=booking.stay.check_in)
        refuse_begun(booking, stay.check_out, now)
    elif arrives_anew and now >= booking.house.check_in_at(stay):
        raise TooLate(check_in=stay.check_in)


def refuse_both_ways(booking: Booking, price: Price) -> None:
    """Let pass a change that takes nothing earned away, unless all of its difference goes back.

    What is earned goes back by a refund (J10, J11), what is dearer is paid for (J27): one change
    that does both has one amount for two entries. Raises ChangesBothWays.
    """
    by = price.shares - booking.price.shares
    if booking.earned is None or by.total.minor < 0:
        return
    cheaper = replace(Shares(by.currency) - by, coupon_minor=0).above_nothing
    of_earned = cheaper - cheaper.at_most(booking.deferred)
    if not of_earned.is_nothing:
        raise ChangesBothWays(back=str(of_earned.total), due=str(by.total))


def dearer(booking: Booking, command: ApplyAlteration, due: Money) -> Iterator[Entry]:
    """J27, where the guest paid a difference, or where it only moved between the shares.

    What is cheaper was booked when its refund was approved. Raises CurrenciesDiffer.
    """
    by = command.price.shares - booking.price.shares
    if due.minor < 0 or by.is_nothing:
        return
    ids = (command.booking_id, command.payment_id or PaymentId(""))
    if due.currency == by.currency or not due.minor:
        yield postings.booking_altered(*ids, by)
    else:
        settled = same_currency(by.total, command.settled or due)
        yield postings.booking_altered_abroad(*ids, by, due, settled)


def grant_allowance(booking: Booking, command: GrantAllowance) -> Sequence[BookingEvent]:
    """Count what goes back beside the stay's end. Raises TransitionNotAllowed a second time."""
    if command.refund_id in booking.allowances:
        LIFECYCLE.refuse(GrantAllowance, booking.status)
    return [AllowanceGranted(refund_id=command.refund_id, lines=command.lines, back=command.back)]


def revoke_allowance(booking: Booking, command: RevokeAllowance) -> Sequence[BookingEvent]:
    """Count it no more. Raises TransitionNotAllowed where it was not granted."""
    granted = booking.allowances.get(command.refund_id)
    if granted is None or granted.revoked:
        LIFECYCLE.refuse(RevokeAllowance, booking.status)
    return [AllowanceRevoked(refund_id=command.refund_id)]


def recognize_earnings(
    booking: Booking, command: RecognizeEarnings, now: Instant
) -> Sequence[BookingEvent]:
    """Count as earned what the stay has brought by now and was not counted, tranche by tranche.

    Raises TransitionNotAllowed where that is nothing, TooEarly.
    """
    if booking.settlement is None and now < booking.earned_at:
        raise TooEarly(not_before=booking.earned_at)
    earned = booking.to_earn(now, command.lost)
    if earned.gross_minor <= 0:
        LIFECYCLE.refuse(RecognizeEarnings, booking.status)
    rule = "J5" if booking.settlement is None else "J9"
    entry = postings.earnings_recognized(rule, command.booking_id, booking.host_id, earned)
    return [
        EarningsRecognized(
            earned=earned,
            effective_on=local_date(now, booking.house.time_zone),
            entries=(entry,),
        )
    ]
