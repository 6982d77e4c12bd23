"""The steps in the life of a damage claim (spec: domain, section 10)."""

from ledger.aggregates.damage_claim.commands import (
    AgreeToClaim,
    AskForDamage,
    ChargeDamage,
    ContestClaim,
    DecideClaim,
    DismissClaim,
    EscalateClaim,
    LeaveUnpaid,
    OpenClaim,
    WithdrawClaim,
)
from ledger.aggregates.damage_claim.state import Status
from ledger.aggregates.decider import Lifecycle, Step, actors, states
from ledger.events.damage_claim import (
    DamageAsked,
    DamageCharged,
    DamageClaimAgreed,
    DamageClaimContested,
    DamageClaimDecided,
    DamageClaimDismissed,
    DamageClaimEscalated,
    DamageClaimOpened,
    DamageClaimWithdrawn,
    DamageLeftUnpaid,
)

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
