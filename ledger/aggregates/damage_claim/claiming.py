"""Decisions about what is claimed: put before the guest, answered, and decided."""

from collections.abc import Sequence

from ledger.aggregates.damage_claim.commands import DecideClaim, DismissClaim, OpenClaim
from ledger.aggregates.damage_claim.state import DamageClaim
from ledger.errors import AmountsDiffer, DamageExceedsLimit, TooEarly, TooLate
from ledger.events.damage_claim import (
    DamageClaimDecided,
    DamageClaimDismissed,
    DamageClaimEscalated,
    DamageClaimEvent,
    DamageClaimOpened,
)
from ledger.values.clock import Instant
from ledger.values.consent import told
from ledger.values.damage import ANSWERED_WITHIN, CAP, OPENED_WITHIN
from ledger.values.money import Money, same_currency


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


def decide_amount(claim: DamageClaim, command: DecideClaim) -> Sequence[DamageClaimEvent]:
    """Say what the guest pays, never more than was claimed.

    Raises AmountsDiffer, CurrenciesDiffer, DamageExceedsLimit, ReasonIsMissing.
    """
    reason = told(command.reason)
    refuse_more(command.amount, claim.amount)
    return [DamageClaimDecided(amount=command.amount, reason=reason, decided_by=command.decided_by)]


def dismiss(command: DismissClaim) -> Sequence[DamageClaimEvent]:
    """Say that the guest pays nothing, or no more is asked for. Raises ReasonIsMissing."""
    return [DamageClaimDismissed(reason=told(command.reason), decided_by=command.decided_by)]
