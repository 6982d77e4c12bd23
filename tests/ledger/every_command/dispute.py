"""Every command of a dispute."""

from ledger.aggregates.dispute import (
    AcceptDispute,
    ChargeFee,
    CloseDispute,
    EscalateDispute,
    FailEvidence,
    LapseDispute,
    LoseDispute,
    PreventDispute,
    RecordEvidence,
    ReinstateFunds,
    ReopenDispute,
    SubmitEvidence,
    WinDispute,
)
from ledger.events.dispute import Stage
from tests.facts import (
    DISPUTE,
    EVIDENCE_DUE,
    FINANCE,
    MARTA,
    PAUL,
    PROCESSOR,
    SUPPORT,
    THE_DIGEST,
    TIMER,
    a_dispute,
    a_stake,
    dispute_withdrawn,
    evidence,
    given_up,
    money,
    to_open_dispute,
    to_withdraw,
    won,
)
from tests.ledger.every_command.happened import TOTAL, Happened

INQUIRY = Stage.INQUIRY
TAKEN = (a_dispute(), dispute_withdrawn())

COMMANDS = (
    Happened(to_open_dispute(stage=Stage.INQUIRY), PROCESSOR),
    Happened(to_open_dispute(), PROCESSOR),
    Happened(
        EscalateDispute(dispute_id=DISPUTE, due_by=EVIDENCE_DUE), PROCESSOR, (a_dispute(INQUIRY),)
    ),
    Happened(
        EscalateDispute(dispute_id=DISPUTE, due_by=EVIDENCE_DUE),
        PROCESSOR,
        (a_dispute(INQUIRY), evidence()),
    ),
    Happened(SubmitEvidence(dispute_id=DISPUTE, digest=THE_DIGEST), SUPPORT, (a_dispute(),)),
    Happened(RecordEvidence(dispute_id=DISPUTE, answers=1), PROCESSOR, (*TAKEN, evidence())),
    Happened(
        FailEvidence(dispute_id=DISPUTE, reason="dispute_not_open"),
        PROCESSOR,
        (*TAKEN, evidence()),
    ),
    Happened(
        ChargeFee(dispute_id=DISPUTE, fee=money("20.00 EUR"), balance_transactions=("txn_3",)),
        PROCESSOR,
        (*TAKEN, evidence()),
    ),
    Happened(WinDispute(dispute_id=DISPUTE), PROCESSOR, TAKEN),
    Happened(
        AcceptDispute(dispute_id=DISPUTE, proposer=MARTA, approver=PAUL), FINANCE, (a_dispute(),)
    ),
    Happened(to_withdraw(), PROCESSOR, (a_dispute(),)),
    Happened(
        ReinstateFunds(
            dispute_id=DISPUTE,
            amount=TOTAL,
            fee=money("0.00 EUR"),
            balance_transactions=("txn_2",),
        ),
        PROCESSOR,
        (*TAKEN, evidence(), won()),
    ),
    Happened(WinDispute(dispute_id=DISPUTE), PROCESSOR, (*TAKEN, evidence())),
    Happened(LoseDispute(dispute_id=DISPUTE, stake=a_stake()), PROCESSOR, (*TAKEN, evidence())),
    Happened(LoseDispute(dispute_id=DISPUTE, stake=a_stake()), PROCESSOR, (*TAKEN, given_up())),
    Happened(
        LapseDispute(dispute_id=DISPUTE, by_clock=True, stake=a_stake()),
        TIMER,
        TAKEN,
        EVIDENCE_DUE,
    ),
    Happened(CloseDispute(dispute_id=DISPUTE), PROCESSOR, (a_dispute(INQUIRY),)),
    Happened(CloseDispute(dispute_id=DISPUTE), PROCESSOR, (a_dispute(INQUIRY), evidence())),
    Happened(PreventDispute(dispute_id=DISPUTE), PROCESSOR, (a_dispute(INQUIRY),)),
    Happened(
        ReopenDispute(dispute_id=DISPUTE, due_by=EVIDENCE_DUE),
        PROCESSOR,
        (*TAKEN, evidence(), won()),
    ),
)
