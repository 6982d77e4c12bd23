"""Every command of an alteration."""

from ledger.aggregates.alteration import (
    AcceptAlteration,
    CompleteAlteration,
    DeclineAlteration,
    ExpireAlteration,
    FailAlteration,
    SettleAlteration,
    WithdrawAlteration,
)
from tests.facts import (
    ALTERATION,
    GUEST,
    HOST,
    PAYMENT,
    PROCESS,
    TIMER,
    alteration_accepted,
    alteration_settling,
    proposed,
    to_propose,
)
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_propose(), GUEST),
    Happened(AcceptAlteration(alteration_id=ALTERATION, number=1, by="H"), HOST, (proposed(),)),
    Happened(
        DeclineAlteration(alteration_id=ALTERATION, by="H", reason="booked already"),
        HOST,
        (proposed(),),
    ),
    Happened(WithdrawAlteration(alteration_id=ALTERATION, by="G"), GUEST, (proposed(),)),
    Happened(
        ExpireAlteration(alteration_id=ALTERATION), TIMER, (proposed(),), proposed().expires_at
    ),
    Happened(
        SettleAlteration(
            alteration_id=ALTERATION,
            payment_id=PAYMENT,
            waits_until=alteration_settling().waits_until,
        ),
        PROCESS,
        (proposed(), alteration_accepted()),
    ),
    Happened(
        CompleteAlteration(alteration_id=ALTERATION, revision=1),
        PROCESS,
        (proposed(), alteration_accepted(), alteration_settling()),
    ),
    Happened(
        FailAlteration(alteration_id=ALTERATION, reason="the difference was not paid"),
        PROCESS,
        (proposed(), alteration_accepted(), alteration_settling()),
    ),
)
