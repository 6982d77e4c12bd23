"""A damage claim: what a host wants of a guest who has left, until it is charged or dismissed.

One stream for each booking, so a booking has one claim at most; a host who took it back may open it
anew. While a claim is `opened` it waits for the guest's answer; silence is none, and leaves it to
the platform. What is agreed or decided is asked for at once, by a payment of its own (spec: domain,
section 10; money, J26).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import AmountsDiffer, DamageExceedsLimit, NotFound, TooEarly, TooLate
from ledger.events.damage_claim import (
    DamageAsked,
    DamageCharged,
    DamageClaimAgreed,
    DamageClaimContested,
    DamageClaimDecided,
    DamageClaimDismissed,
    DamageClaimEscalated,
    DamageClaimEvent,
    DamageClaimOpened,
    DamageClaimWithdrawn,
    DamageLeftUnpaid,
)
from ledger.values.clock import Instant
from ledger.values.consent import told
from ledger.values.damage import ANSWERED_WITHIN, CAP, OPENED_WITHIN, PAID_WITHIN, DamageTerms
from ledger.values.ids import BookingId, DamageClaimId, HostId, PaymentId
from ledger.values.money import Money, same_currency
from ledger.values.shares import Shares
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a claim stands."""

    OPENED = "opened"
    AGREED = "agreed"
    ESCALATED = "escalated"
    DECIDED = "decided"
    CHARGING = "charging"
    UNPAID = "unpaid"
    CHARGED = "charged"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class DamageClaim(Struct, frozen=True):
    """What the rules need to remember.

    `amount` is what is claimed, or what was decided of it; `asked` counts how often the guest was
    asked to pay, the last time by `payment_id`; `shares` are who got what once it is charged.
    """

    status: Status
    booking_id: BookingId
    host_id: HostId
    amount: Money
    terms: DamageTerms
    answer_by: Instant
    time_zone: str
    asked: int = 0
    payment_id: PaymentId | None = None
    pay_by: Instant | None = None
    shares: Shares | None = None


# -- Commands ---------------------------------------------------------------------------


class OpenClaim(Command, frozen=True, kw_only=True):
    """Claim an amount of a guest; `check_out_at` is when the stay was to end."""

    claim_id: DamageClaimId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    reason: str
    terms: DamageTerms
    check_out_at: Instant
    time_zone: str


class AgreeToClaim(Command, frozen=True, kw_only=True):
    """Agree, as the guest, to pay what is claimed."""

    claim_id: DamageClaimId


class ContestClaim(Command, frozen=True, kw_only=True):
    """Do not agree, as the guest."""

    claim_id: DamageClaimId
    reason: str


class EscalateClaim(Command, frozen=True, kw_only=True):
    """Leave it to the platform, because the guest does not answer."""

    claim_id: DamageClaimId


class WithdrawClaim(Command, frozen=True, kw_only=True):
    """Take the claim back, as the host."""

    claim_id: DamageClaimId


class DecideClaim(Command, frozen=True, kw_only=True):
    """Decide, for the platform, how much the guest is to pay."""

    claim_id: DamageClaimId
    amount: Money
    reason: str
    decided_by: str


class DismissClaim(Command, frozen=True, kw_only=True):
    """Decide, for the platform, that the guest is asked for nothing, or no more."""

    claim_id: DamageClaimId
    reason: str
    decided_by: str


class AskForDamage(Command, frozen=True, kw_only=True):
    """Ask the guest for what is agreed or decided, by this payment."""

    claim_id: DamageClaimId
    payment_id: PaymentId


class ChargeDamage(Command, frozen=True, kw_only=True):
    """Record that the guest has paid; `settled` is the gross that the processor holds for it."""

    claim_id: DamageClaimId
    payment_id: PaymentId
    paid: Money
    settled: Money | None = None


class LeaveUnpaid(Command, frozen=True, kw_only=True):
    """Wait no longer for the guest's money."""

    claim_id: DamageClaimId
    reason: str


DamageClaimCommand = (
    OpenClaim
    | AgreeToClaim
    | ContestClaim
    | EscalateClaim
    | WithdrawClaim
    | DecideClaim
    | DismissClaim
    | AskForDamage
    | ChargeDamage
    | LeaveUnpaid
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status
OPENED = states(S.OPENED)
STAFF = actors("SF")

LIFECYCLE = Lifecycle(
    "damage_claim",
    Step("DM1", OpenClaim, states(None, S.WITHDRAWN), actors("H"), DamageClaimOpened, S.OPENED,
         "14 days after check-out at the latest; within the cap; in the guest's currency"),
    Step("DM2", AgreeToClaim, OPENED, actors("G"), DamageClaimAgreed, S.AGREED,
         "the time for an answer has not passed"),
    Step("DM3", ContestClaim, OPENED, actors("G"), DamageClaimContested, S.ESCALATED,
         "a reason; the time for an answer has not passed"),
    Step("DM4", EscalateClaim, OPENED, actors("T"), DamageClaimEscalated, S.ESCALATED,
         "the time for an answer has passed"),
    Step("DM5", WithdrawClaim, states(S.OPENED, S.ESCALATED), actors("H"), DamageClaimWithdrawn,
         S.WITHDRAWN),
    Step("DM6", DecideClaim, states(S.ESCALATED), STAFF, DamageClaimDecided, S.DECIDED,
         "no more than was claimed; a reason"),
    Step("DM7", DismissClaim, states(S.ESCALATED, S.UNPAID), STAFF, DamageClaimDismissed,
         S.DISMISSED, "a reason"),
    Step("DM8", AskForDamage, states(S.AGREED, S.DECIDED, S.UNPAID), actors("XSF"), DamageAsked,
         S.CHARGING, "PM1 in the same commit"),
    Step("DM9", ChargeDamage, states(S.CHARGING), actors("X"), DamageCharged, S.CHARGED,
         "exactly what was asked for, by the payment that it was asked by"),
    Step("DM10", LeaveUnpaid, states(S.CHARGING), actors("XT"), DamageLeftUnpaid, S.UNPAID),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    claim: DamageClaim | None, command: DamageClaimCommand, now: Instant
) -> Sequence[DamageClaimEvent]:
    """What a command does to a booking's damage claim. Raises Refused."""
    if isinstance(command, OpenClaim):
        return open_claim(command, now)
    if claim is None:
        raise NotFound(claim_id=command.claim_id)
    match command:
        case AgreeToClaim():
            refuse_late_answer(claim, now)
            return [DamageClaimAgreed()]
        case ContestClaim():
            refuse_late_answer(claim, now)
            return [DamageClaimContested(reason=told(command.reason))]
        case EscalateClaim():
            return escalate(claim, now)
        case WithdrawClaim():
            return [DamageClaimWithdrawn()]
        case DecideClaim() | DismissClaim():
            return decide_for_the_platform(claim, command)
        case AskForDamage():
            return ask(claim, command, now)
        case ChargeDamage():
            return charge(claim, command, now)
        case LeaveUnpaid():
            return [DamageLeftUnpaid(amount=claim.amount, reason=command.reason)]
        case _:
            assert_never(command)


def open_claim(command: OpenClaim, now: Instant) -> Sequence[DamageClaimEvent]:
    """Put a claim before the guest.

    Raises TooLate, AmountsDiffer, CurrenciesDiffer, DamageExceedsLimit, ReasonIsMissing.
    """
    closes_at = command.check_out_at + OPENED_WITHIN
    if now > closes_at:
        raise TooLate(not_after=closes_at)
    at_most = CAP.at_most(command.terms.paid)
    refuse_more(command.amount, at_most)
    return [
        DamageClaimOpened(
            booking_id=command.booking_id,
            host_id=command.host_id,
            amount=command.amount,
            reason=told(command.reason),
            cap=CAP.label,
            at_most=at_most,
            terms=command.terms,
            answer_by=now + ANSWERED_WITHIN,
            time_zone=command.time_zone,
        )
    ]


def refuse_more(amount: Money, at_most: Money) -> None:
    """Let something pass that is within a limit.

    Raises AmountsDiffer where it is nothing, DamageExceedsLimit, CurrenciesDiffer.
    """
    if same_currency(at_most, amount).minor <= 0:
        raise AmountsDiffer(amount=str(amount))
    if amount.minor > at_most.minor:
        raise DamageExceedsLimit(amount=str(amount), at_most=str(at_most))


def refuse_late_answer(claim: DamageClaim, now: Instant) -> None:
    """Let an answer pass that is in time. Raises TooLate."""
    if now >= claim.answer_by:
        raise TooLate(not_after=claim.answer_by)


def escalate(claim: DamageClaim, now: Instant) -> Sequence[DamageClaimEvent]:
    """Leave it to the platform, not before its time. Raises TooEarly."""
    if now < claim.answer_by:
        raise TooEarly(not_before=claim.answer_by)
    return [DamageClaimEscalated()]


def decide_for_the_platform(
    claim: DamageClaim, command: DecideClaim | DismissClaim
) -> Sequence[DamageClaimEvent]:
    """Say what the guest pays, never more than was claimed; or that they pay nothing.

    Raises AmountsDiffer, CurrenciesDiffer, DamageExceedsLimit, ReasonIsMissing.
    """
    reason, by = told(command.reason), command.decided_by
    if isinstance(command, DismissClaim):
        return [DamageClaimDismissed(reason=reason, decided_by=by)]
    refuse_more(command.amount, claim.amount)
    return [DamageClaimDecided(amount=command.amount, reason=reason, decided_by=by)]


def ask(claim: DamageClaim, command: AskForDamage, now: Instant) -> Sequence[DamageClaimEvent]:
    """Ask for it, each time by another payment."""
    return [
        DamageAsked(
            number=claim.asked + 1,
            amount=claim.amount,
            payment_id=command.payment_id,
            pay_by=now + PAID_WITHIN,
        )
    ]


def charge(claim: DamageClaim, command: ChargeDamage, now: Instant) -> Sequence[DamageClaimEvent]:
    """The guest has paid exactly what was asked, so it is the host's less our fee.

    Raises TransitionNotAllowed for a payment not asked for last, AmountsDiffer, CurrenciesDiffer.
    """
    if command.payment_id != claim.payment_id:
        LIFECYCLE.refuse(ChargeDamage, claim.status)
    if command.paid != claim.amount:
        raise AmountsDiffer(due=str(claim.amount), paid=str(command.paid))
    shares = claim.terms.shares(command.paid)
    abroad = shares.currency != command.paid.currency
    settled = same_currency(shares.total, command.settled or command.paid) if abroad else None
    of = (claim.booking_id, claim.host_id, command.payment_id)
    return [
        DamageCharged(
            booking_id=claim.booking_id,
            host_id=claim.host_id,
            payment_id=command.payment_id,
            paid=command.paid,
            settled=settled,
            shares=shares,
            effective_on=local_date(now, claim.time_zone),
            entries=(postings.damage_charged(*of, shares, command.paid, settled),),
        )
    ]


# -- Evolution --------------------------------------------------------------------------


def evolve(claim: DamageClaim | None, event: DamageClaimEvent) -> DamageClaim:
    """The claim after an event."""
    status = LIFECYCLE.after(event, claim and claim.status)
    if isinstance(event, DamageClaimOpened):
        return DamageClaim(
            status=status,
            booking_id=event.booking_id,
            host_id=event.host_id,
            amount=event.amount,
            terms=event.terms,
            answer_by=event.answer_by,
            time_zone=event.time_zone,
        )
    assert claim is not None
    claim = replace(claim, status=status)
    match event:
        case DamageClaimDecided():
            return replace(claim, amount=event.amount)
        case DamageAsked(number=number, payment_id=payment_id, pay_by=pay_by):
            return replace(claim, asked=number, payment_id=payment_id, pay_by=pay_by)
        case DamageCharged():
            return replace(claim, shares=event.shares)
        case (
            DamageClaimAgreed()
            | DamageClaimContested()
            | DamageClaimEscalated()
            | DamageClaimWithdrawn()
            | DamageClaimDismissed()
            | DamageLeftUnpaid()
        ):
            return claim
        case _:
            assert_never(event)


DAMAGE_CLAIM = Decider(
    lifecycle=LIFECYCLE,
    state=DamageClaim,
    stream_of=lambda command: command.claim_id,
    decide=decide,
    evolve=evolve,
)
