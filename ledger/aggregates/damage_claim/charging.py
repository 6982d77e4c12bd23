"""Decisions about what the guest pays: asked for, and here."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.damage_claim.commands import AskForDamage, ChargeDamage
from ledger.aggregates.damage_claim.lifecycle import LIFECYCLE
from ledger.aggregates.damage_claim.state import DamageClaim
from ledger.errors import AmountsDiffer
from ledger.events.damage_claim import DamageAsked, DamageCharged, DamageClaimEvent
from ledger.values.clock import Instant
from ledger.values.damage import PAID_WITHIN
from ledger.values.money import same_currency
from ledger.values.stay import local_date


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
