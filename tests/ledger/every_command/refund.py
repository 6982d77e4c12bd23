"""Every command of a refund."""

from ledger.aggregates.refund import (
    AcceptRefund,
    ApproveRefund,
    AskForApproval,
    AutoApprove,
    CancelRefund,
    FailRefund,
    MatchExternalRefund,
    RejectRefund,
    ResubmitRefund,
    ReverseExternalRefund,
    SettleAlternatively,
    SettleByDispute,
    SettleElsewhere,
    SubmitRefund,
    SucceedRefund,
    UseAlternative,
)
from ledger.events.refund import Doubt
from tests.facts import (
    CLARA,
    DINIS,
    DISPUTE,
    EXTERNAL_REFUND,
    LEFT_ON_LINES,
    PROCESS,
    PROCESSOR,
    REFUND,
    THE_DIGEST,
    a_refund,
    a_settlement,
    alternative_chosen,
    approval_asked,
    approved,
    external_refund,
    failed_refund,
    money,
    pending,
    submitted,
    to_classify_refund,
    to_request_refund,
    to_see_external_refund,
    unanswered,
)
from tests.ledger.every_command.happened import TOTAL, Happened

UNDER_WAY = (a_refund(), approved(), submitted(), pending())

COMMANDS = (
    Happened(
        SettleByDispute(refund_id=REFUND, dispute_id=DISPUTE), PROCESS, (a_refund(), approved())
    ),
    Happened(to_request_refund(), PROCESS),
    Happened(
        AutoApprove(
            refund_id=REFUND,
            preview=a_settlement().digest,
            refundable=TOTAL,
            earned=False,
            payable=money("0.00 EUR"),
            remitted=(),
        ),
        PROCESS,
        (a_refund(),),
    ),
    Happened(
        AskForApproval(refund_id=REFUND, reasons=(Doubt.ABOVE_LIMIT,)), PROCESS, (a_refund(),)
    ),
    Happened(
        ApproveRefund(
            refund_id=REFUND,
            approved_by=CLARA.id,
            refundable=TOTAL,
            left_on_lines=LEFT_ON_LINES,
            earned=False,
            payable=money("0.00 EUR"),
            remitted=(),
        ),
        CLARA,
        (a_refund(), approval_asked()),
    ),
    Happened(
        RejectRefund(refund_id=REFUND, reason="the stay was as described"),
        CLARA,
        (a_refund(), approval_asked()),
    ),
    Happened(
        CancelRefund(refund_id=REFUND, reason="asked for twice"), CLARA, (a_refund(), approved())
    ),
    Happened(
        SubmitRefund(refund_id=REFUND, idempotency_key=f"{REFUND}/1", disputed=False),
        PROCESS,
        (a_refund(), approved()),
    ),
    Happened(
        AcceptRefund(refund_id=REFUND, processor_refund="re_1"),
        PROCESSOR,
        (a_refund(), approved(), submitted()),
    ),
    Happened(
        AcceptRefund(refund_id=REFUND, processor_refund="re_1"),
        PROCESSOR,
        (a_refund(), approved(), submitted(), unanswered()),
    ),
    Happened(
        SucceedRefund(refund_id=REFUND, amount=money("180.00 EUR")),
        PROCESSOR,
        UNDER_WAY,
    ),
    Happened(FailRefund(refund_id=REFUND, reason="expired_or_canceled_card"), PROCESSOR, UNDER_WAY),
    Happened(
        ResubmitRefund(
            refund_id=REFUND, idempotency_key=f"{REFUND}/2", refundable=TOTAL, disputed=False
        ),
        CLARA,
        (*UNDER_WAY, failed_refund()),
    ),
    Happened(
        UseAlternative(
            refund_id=REFUND,
            reason="the card is closed",
            chosen_by=CLARA.id,
            refundable=TOTAL,
        ),
        CLARA,
        (*UNDER_WAY, failed_refund()),
    ),
    Happened(
        SettleAlternatively(
            refund_id=REFUND, settled_by=DINIS.id, reference="E2E-1", proof=THE_DIGEST
        ),
        DINIS,
        (*UNDER_WAY, failed_refund(), alternative_chosen()),
    ),
    Happened(to_see_external_refund(), PROCESSOR),
    Happened(to_classify_refund(), CLARA, (external_refund(),)),
    Happened(
        ReverseExternalRefund(
            refund_id=EXTERNAL_REFUND,
            reason="expired_or_canceled_card",
            balance_transaction="txn_back_at_the_desk",
            settled=None,
        ),
        PROCESSOR,
        (external_refund(),),
    ),
    Happened(
        MatchExternalRefund(
            refund_id=EXTERNAL_REFUND, pays=REFUND, amount=external_refund().amount
        ),
        CLARA,
        (external_refund(),),
    ),
    Happened(
        SettleElsewhere(
            refund_id=REFUND,
            external_refund=EXTERNAL_REFUND,
            amount=money("180.00 EUR"),
            taken=money("180.00 EUR"),
        ),
        CLARA,
        (*UNDER_WAY, failed_refund()),
    ),
    Happened(
        SettleElsewhere(
            refund_id=REFUND,
            external_refund=EXTERNAL_REFUND,
            amount=external_refund().amount,
            taken=external_refund().amount,
        ),
        CLARA,
        (*UNDER_WAY, failed_refund(), alternative_chosen()),
    ),
)
