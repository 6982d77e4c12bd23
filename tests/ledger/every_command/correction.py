"""Every command of a correction."""

from ledger.aggregates.correction import ApplyCorrection, RefuseCorrection, SubmitCorrection
from tests.facts import CLARA, CORRECTION, DINIS, correction_submitted, drafted, to_draft_correction
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_draft_correction(), CLARA),
    Happened(SubmitCorrection(correction_id=CORRECTION), CLARA, (drafted(),)),
    Happened(
        ApplyCorrection(correction_id=CORRECTION, approved_by=DINIS.id),
        DINIS,
        (drafted(), correction_submitted()),
    ),
    Happened(
        RefuseCorrection(correction_id=CORRECTION, reason="the fee was not waived"),
        DINIS,
        (drafted(), correction_submitted()),
    ),
)
