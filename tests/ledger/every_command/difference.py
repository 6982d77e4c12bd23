"""Every command of a difference."""

from ledger.aggregates.difference import (
    CorrectDifference,
    ExplainDifference,
    MatchDifference,
    WriteOffDifference,
)
from tests.facts import (
    CLARA,
    CORRECTION,
    DIFFERENCE,
    DINIS,
    PROCESS,
    a_difference,
    money,
    to_find_difference,
)
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_find_difference(), PROCESS),
    Happened(
        ExplainDifference(difference_id=DIFFERENCE, reason="told a day later"),
        CLARA,
        (a_difference(),),
    ),
    Happened(
        CorrectDifference(difference_id=DIFFERENCE, correction_id=CORRECTION),
        CLARA,
        (a_difference(),),
    ),
    Happened(MatchDifference(difference_id=DIFFERENCE), PROCESS, (a_difference(),)),
    Happened(
        WriteOffDifference(
            difference_id=DIFFERENCE,
            amount=money("2.50 EUR"),
            reason="not worth asking for",
            proposed_by=CLARA.id,
            approved_by=DINIS.id,
            time_zone="Europe/Lisbon",
        ),
        CLARA,
        (a_difference(),),
    ),
)
