"""A damage claim: what a host wants of a guest who has left, until it is charged or dismissed.

One stream for each booking, so a booking has one claim at most; a host who took it back may open it
anew. While a claim is `opened` it waits for the guest's answer; silence is none, and leaves it to
the platform. What is agreed or decided is asked for at once, by a payment of its own (spec: domain,
section 10; money, J26).

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `claiming` and
`charging`; and `decider`, which holds them together.
"""

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
from ledger.aggregates.damage_claim.decider import DAMAGE_CLAIM
from ledger.aggregates.damage_claim.lifecycle import LIFECYCLE
from ledger.aggregates.damage_claim.state import DamageClaim, Status

__all__ = [
    "DAMAGE_CLAIM",
    "LIFECYCLE",
    "AgreeToClaim",
    "AskForDamage",
    "ChargeDamage",
    "ContestClaim",
    "DamageClaim",
    "DamageClaimCommand",
    "DecideClaim",
    "DismissClaim",
    "EscalateClaim",
    "LeaveUnpaid",
    "OpenClaim",
    "Status",
    "WithdrawClaim",
]
