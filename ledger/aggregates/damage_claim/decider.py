"""The rules of a damage claim, whole: which decision answers a command, and what follows."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.damage_claim.charging import ask, charge
from ledger.aggregates.damage_claim.claiming import (
    decide_amount,
    dismiss,
    escalate,
    open_claim,
    refuse_late_answer,
)
from ledger.aggregates.damage_claim.commands import (
    AgreeToClaim,
    AskForDamage,
    ChargeDamage,
    ContestClaim,
    DamageClaimCommand,
    DecideClaim,
    DismissClaim,
    EscalateClaim,
    LeaveUnpaid,
    OpenClaim,
    WithdrawClaim,
)
from ledger.aggregates.damage_claim.lifecycle import LIFECYCLE
from ledger.aggregates.damage_claim.state import DamageClaim
from ledger.aggregates.decider import Decider
from ledger.errors import NotFound
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
        case DecideClaim():
            return decide_amount(claim, command)
        case DismissClaim():
            return dismiss(command)
        case AskForDamage():
            return ask(claim, command, now)
        case ChargeDamage():
            return charge(claim, command, now)
        case LeaveUnpaid():
            return [DamageLeftUnpaid(amount=claim.amount, reason=command.reason)]
        case _:
            assert_never(command)


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
