"""Timers of what is claimed for damage."""

from typing import Any

from ledger.events import Recorded
from ledger.events.damage_claim import (
    DamageAsked,
    DamageCharged,
    DamageClaimAgreed,
    DamageClaimContested,
    DamageClaimEscalated,
    DamageClaimOpened,
    DamageClaimWithdrawn,
    DamageLeftUnpaid,
)
from ledger.values.timers import TimerKind
from projections.projection import Rows
from projections.timers.table import begin, end

DamageTimerEvent = (
    DamageClaimOpened
    | DamageClaimAgreed
    | DamageClaimContested
    | DamageClaimEscalated
    | DamageClaimWithdrawn
    | DamageAsked
    | DamageCharged
    | DamageLeftUnpaid
)


def project(rows: Rows, recorded: Recorded[Any], event: DamageTimerEvent) -> None:
    """Until when the guest may answer what is claimed of them, and then pay it."""
    end(rows, recorded.stream_id, TimerKind.ESCALATE_DAMAGE_CLAIM, TimerKind.GIVE_UP_DAMAGE)
    if isinstance(event, DamageClaimOpened):
        kind = TimerKind.ESCALATE_DAMAGE_CLAIM
        begin(rows, recorded, kind, event.answer_by, of=recorded.stream_id)
    elif isinstance(event, DamageAsked):
        begin(rows, recorded, TimerKind.GIVE_UP_DAMAGE, event.pay_by, of=recorded.stream_id)
