"""Every command of a damage claim."""

from ledger.aggregates.damage_claim import (
    AgreeToClaim,
    AskForDamage,
    ChargeDamage,
    ContestClaim,
    DecideClaim,
    DismissClaim,
    EscalateClaim,
    LeaveUnpaid,
    WithdrawClaim,
)
from tests.facts import (
    AFTER_THE_STAY,
    ANSWER_BY,
    DAMAGE,
    DAMAGE_PAYMENT,
    GUEST,
    HOST,
    PROCESS,
    SUPPORT,
    TIMER,
    asked_for_damage,
    claim_agreed,
    claim_contested,
    claimed,
    money,
    to_claim,
)
from tests.ledger.every_command.happened import Happened

ESCALATED = (claimed(), claim_contested())
CHARGING = (claimed(), claim_agreed(), asked_for_damage())

COMMANDS = (
    Happened(to_claim(), HOST, at=AFTER_THE_STAY),
    Happened(AgreeToClaim(claim_id=DAMAGE), GUEST, (claimed(),)),
    Happened(ContestClaim(claim_id=DAMAGE, reason="was_there_before"), GUEST, (claimed(),)),
    Happened(EscalateClaim(claim_id=DAMAGE), TIMER, (claimed(),), ANSWER_BY),
    Happened(WithdrawClaim(claim_id=DAMAGE), HOST, (claimed(),)),
    Happened(
        DecideClaim(
            claim_id=DAMAGE, amount=money("80.00 EUR"), reason="partly_shown", decided_by="support"
        ),
        SUPPORT,
        ESCALATED,
    ),
    Happened(
        DismissClaim(claim_id=DAMAGE, reason="not_shown", decided_by="support"), SUPPORT, ESCALATED
    ),
    Happened(
        AskForDamage(claim_id=DAMAGE, payment_id=DAMAGE_PAYMENT),
        PROCESS,
        (claimed(), claim_agreed()),
        AFTER_THE_STAY,
    ),
    Happened(
        ChargeDamage(claim_id=DAMAGE, payment_id=DAMAGE_PAYMENT, paid=money("120.00 EUR")),
        PROCESS,
        CHARGING,
        AFTER_THE_STAY,
    ),
    Happened(LeaveUnpaid(claim_id=DAMAGE, reason="not paid in time"), PROCESS, CHARGING),
)
