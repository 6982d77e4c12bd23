"""Decisions about a stay that does not take place, or not to its end."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from ledger.aggregates import postings
from ledger.aggregates.booking.commands import (
    CancelByGuest,
    CancelByHost,
    CancelByPlatform,
    CancelForHost,
    Curtail,
    FallingAwayCommand,
    ReportNoShow,
    ReverseNoShow,
)
from ledger.aggregates.booking.state import Booking, Status
from ledger.errors import (
    NightsHaveBegun,
    PenaltyChanged,
    RefundChanged,
    SecondPersonRequired,
    SelfApproval,
    TooEarly,
    TooLate,
)
from ledger.events.booking import (
    BookingCancelled,
    BookingEvent,
    NoShowReported,
    NoShowReversed,
    PenaltyCharged,
    StayCurtailed,
)
from ledger.values.clock import Instant
from ledger.values.penalty import penalty
from ledger.values.policy import Ending, Settlement
from ledger.values.stay import local_date

NO_SHOW_FROM, NO_SHOW_UNTIL = timedelta(hours=6), timedelta(hours=48)
"""When a host may say that nobody came, counted from check-in (spec: domain, BK18)."""

NO_SHOW_REVERSED_UNTIL = timedelta(days=14)
"""How long support may find that somebody did come (spec: domain, BK19)."""


def decide_falling_away(
    booking: Booking, command: FallingAwayCommand, now: Instant
) -> Sequence[BookingEvent]:
    """What a command does to a stay that falls away, or had. Raises Refused."""
    match command:
        case CancelByGuest():
            return cancel_by_guest(booking, command, now)
        case CancelByHost():
            return cancel_by_host(booking, command, now)
        case CancelForHost():
            return cancel_for_host(booking, command, now)
        case CancelByPlatform():
            return cancel_by_platform(booking, command, now)
        case Curtail():
            return curtail(booking, command, now)
        case ReportNoShow():
            return report_no_show(booking, command, now)
        case ReverseNoShow():
            return reverse_no_show(booking, command, now)
        case _:
            assert_never(command)


def cancel_by_guest(
    booking: Booking, command: CancelByGuest, now: Instant
) -> Sequence[BookingEvent]:
    """Call the stay off for the refund the guest was shown. Raises TooLate, RefundChanged."""
    refuse_after_check_in(booking, now)
    settlement = booking.settled(Ending.BY_GUEST, now)
    refuse_other_than_shown(booking.gives_back(settlement, command.room), command.accepted)
    return [_cancelled(booking, command, Status.CANCELLED_BY_GUEST, Ending.BY_GUEST, settlement)]


def refuse_after_check_in(booking: Booking, now: Instant) -> None:
    """Let pass what happens before the guest may come. Raises TooLate."""
    check_in_at = booking.house.check_in_at(booking.stay)
    if now >= check_in_at:
        raise TooLate(check_in_at=check_in_at)


def refuse_other_than_shown(settlement: Settlement, accepted: str) -> None:
    """Let pass the settlement that somebody was shown. Raises RefundChanged."""
    if settlement.digest != accepted:
        raise RefundChanged(refund=str(settlement.refund), preview=settlement.digest)


CancelCommand = CancelByGuest | CancelByHost | CancelForHost | CancelByPlatform


def _cancelled(
    booking: Booking,
    command: CancelCommand,
    to: Status,
    ending: Ending,
    settlement: Settlement,
) -> BookingCancelled:
    """The event of a stay that is called off."""
    return BookingCancelled(
        to=to.value,
        ending=ending,
        settlement=settlement,
        capped=booking.capped_to(settlement, command.room),
        reason="" if isinstance(command, CancelByGuest) else str(command.reason),
        approved_by=command.approved_by if isinstance(command, CancelByPlatform) else None,
    )


def cancel_by_host(booking: Booking, command: CancelByHost, now: Instant) -> Sequence[BookingEvent]:
    """Call the guest's stay off, for a penalty. Raises TooLate, PenaltyChanged."""
    refuse_after_check_in(booking, now)
    owed = penalty(booking.price, command.penalty, booking.occupancy(now))
    if owed != command.accepted_penalty:
        raise PenaltyChanged(penalty=str(owed), accepted=str(command.accepted_penalty))
    settlement = booking.settled(Ending.BY_HOST, now)
    called_off = _cancelled(booking, command, Status.CANCELLED_BY_HOST, Ending.BY_HOST, settlement)
    if not owed.minor:
        return [called_off]
    charged = PenaltyCharged(
        host_id=booking.host_id,
        penalty=owed,
        effective_on=local_date(now, booking.house.time_zone),
        entries=(postings.penalty_charged(booking.host_id, owed),),
    )
    return [charged, called_off]


def cancel_for_host(
    booking: Booking, command: CancelForHost, now: Instant
) -> Sequence[BookingEvent]:
    """Call the stay off for a host who cannot help it, without a penalty. Raises TooLate."""
    refuse_after_check_in(booking, now)
    settlement = booking.settled(Ending.BY_HOST, now)
    return [_cancelled(booking, command, Status.CANCELLED_BY_HOST, Ending.BY_HOST, settlement)]


def cancel_by_platform(
    booking: Booking, command: CancelByPlatform, now: Instant
) -> Sequence[BookingEvent]:
    """Call the stay off from above. Raises SecondPersonRequired, SelfApproval, TooLate."""
    if now >= booking.house.check_out_at(booking.stay):
        raise TooLate(check_out_at=booking.house.check_out_at(booking.stay))
    ending = Ending.BY_GUEST if command.by_policy else Ending.BY_PLATFORM
    settlement = booking.settled(ending, now)
    if command.limit is not None and (settlement.refund - command.limit).minor > 0:
        refuse_alone(command)
    return [_cancelled(booking, command, Status.CANCELLED_BY_PLATFORM, ending, settlement)]


def refuse_alone(command: CancelByPlatform) -> None:
    """Let pass what two people want. Raises SecondPersonRequired, SelfApproval."""
    if command.approved_by is None:
        raise SecondPersonRequired(limit=str(command.limit))
    if command.approved_by == command.requested_by:
        raise SelfApproval(by=command.requested_by)


def curtail(booking: Booking, command: Curtail, now: Instant) -> Sequence[BookingEvent]:
    """End the stay early. Raises NightsHaveBegun, TooLate, RefundChanged."""
    refuse_begun(booking, command.check_out, now)
    if command.check_out >= booking.stay.check_out:
        raise TooLate(check_out=booking.stay.check_out)
    ending = Ending.BY_HOST if command.by_host else Ending.BY_GUEST
    settlement = booking.curtailed(command.check_out, ending, now)
    refuse_other_than_shown(booking.gives_back(settlement, command.room), command.accepted)
    return [
        StayCurtailed(
            check_out=command.check_out,
            ending=ending,
            settlement=settlement,
            capped=booking.capped_to(settlement, command.room),
        )
    ]


def refuse_begun(booking: Booking, check_out: date, now: Instant) -> None:
    """Let pass a departure after the nights that have begun. Raises NightsHaveBegun."""
    begun = max(booking.occupancy(now).nights_begun, 1)
    earliest = booking.stay.check_in + timedelta(days=begun)
    if check_out < earliest:
        raise NightsHaveBegun(check_out=check_out, earliest=earliest)


def report_no_show(booking: Booking, command: ReportNoShow, now: Instant) -> Sequence[BookingEvent]:
    """Say that nobody came, in the window for it. Raises TooEarly, TooLate."""
    check_in_at = booking.house.check_in_at(booking.stay)
    if now < check_in_at + NO_SHOW_FROM:
        raise TooEarly(not_before=check_in_at + NO_SHOW_FROM)
    if now > check_in_at + NO_SHOW_UNTIL:
        raise TooLate(not_after=check_in_at + NO_SHOW_UNTIL)
    settlement = booking.settled(Ending.NO_SHOW, now)
    return [
        NoShowReported(settlement=settlement, capped=booking.capped_to(settlement, command.room))
    ]


def reverse_no_show(
    booking: Booking, command: ReverseNoShow, now: Instant
) -> Sequence[BookingEvent]:
    """Let the stay have taken place after all. Raises TooLate."""
    not_after = booking.house.check_in_at(booking.stay) + NO_SHOW_REVERSED_UNTIL
    if now > not_after:
        raise TooLate(not_after=not_after)
    over = now >= booking.house.check_out_at(booking.stay)
    to = Status.COMPLETED if over else Status.IN_STAY
    return [NoShowReversed(to=to.value, evidence=command.evidence)]
