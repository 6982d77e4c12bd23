"""Every command of an unapplied receipt."""

from ledger.aggregates.unapplied_receipt import (
    AdoptReceipt,
    DisputeReceipt,
    FailReturn,
    RecordReceiptFunds,
    RecordReturn,
    ReturnReceipt,
    ReverseReturn,
    SettleReceiptAlternatively,
    SettleReceiptByDispute,
    UseReceiptAlternative,
)
from tests.facts import (
    ADOPTED,
    CLARA,
    DINIS,
    DISPUTE,
    PROCESS,
    PROCESSOR,
    RECEIPT,
    THE_DIGEST,
    a_receipt,
    money,
    receipt_alternative_chosen,
    return_failed,
    returned,
    returning,
    to_detect_receipt,
)
from tests.ledger.every_command.happened import TOTAL, Happened

RETURNING = (a_receipt(), returning())
FAILED = (*RETURNING, return_failed())
A_PART = money("110.40 EUR")

COMMANDS = (
    Happened(to_detect_receipt(), PROCESSOR),
    Happened(RecordReceiptFunds(receipt_id=RECEIPT), PROCESSOR, (a_receipt(),)),
    Happened(
        ReturnReceipt(receipt_id=RECEIPT, idempotency_key=f"{RECEIPT}/1"), PROCESS, (a_receipt(),)
    ),
    Happened(
        RecordReturn(receipt_id=RECEIPT, amount=TOTAL, processor_refund="re_late"),
        PROCESSOR,
        RETURNING,
    ),
    Happened(
        FailReturn(receipt_id=RECEIPT, reason="expired_or_canceled_card"), PROCESSOR, RETURNING
    ),
    Happened(
        ReverseReturn(
            receipt_id=RECEIPT,
            amount=TOTAL,
            reason="expired_or_canceled_card",
            balance_transaction="txn_again",
        ),
        PROCESSOR,
        (*RETURNING, returned()),
    ),
    Happened(DisputeReceipt(receipt_id=RECEIPT, dispute_id=DISPUTE), PROCESS, (a_receipt(),)),
    Happened(
        SettleReceiptByDispute(receipt_id=RECEIPT, dispute_id=DISPUTE, amount=TOTAL, lost=TOTAL),
        PROCESS,
        (a_receipt(),),
    ),
    Happened(
        SettleReceiptByDispute(receipt_id=RECEIPT, dispute_id=DISPUTE, amount=A_PART, lost=A_PART),
        PROCESS,
        FAILED,
    ),
    Happened(
        UseReceiptAlternative(receipt_id=RECEIPT, reason="card_closed", chosen_by=CLARA.id),
        CLARA,
        FAILED,
    ),
    Happened(
        SettleReceiptAlternatively(
            receipt_id=RECEIPT, settled_by=DINIS.id, reference="SEPA 1", proof=THE_DIGEST
        ),
        DINIS,
        (*FAILED, receipt_alternative_chosen()),
    ),
    Happened(
        AdoptReceipt(receipt_id=RECEIPT, payment_id=ADOPTED, due=TOTAL), PROCESS, (a_receipt(),)
    ),
)
