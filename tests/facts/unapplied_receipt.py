"""Money of Inês's that came when nobody waited for it any more."""

from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.unapplied_receipt import DetectReceipt
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptAlternativeChosen,
    ReceiptDetected,
    ReceiptDisputed,
    ReceiptFundsAvailable,
    ReceiptLessened,
    ReceiptReturned,
    ReceiptReturnFailed,
    ReceiptReturning,
    ReceiptReturnReversed,
    ReceiptSettledAlternatively,
    ReceiptSettledByDispute,
    Why,
)
from ledger.values.received import Received
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import ADOPTED, BOOKING, CLARA, DISPUTE, PAYMENT, RECEIPT, THE_DIGEST
from tests.facts.values import a_price, money


def to_detect_receipt(**changed: Any) -> DetectReceipt:
    """Inês paid when her payment was cancelled already; the processor kept 12.52 of it."""
    told: dict[str, Any] = {
        "receipt_id": RECEIPT,
        "booking_id": BOOKING,
        "payment_id": PAYMENT,
        "amount": a_price().total,
        "charge": "ch_late",
        "why": Why.LATE_SUCCESS,
        "time_zone": "Europe/Lisbon",
        "intent": "pi_1",
        "balance_transaction": "txn_late",
        "fee": money("12.52 EUR"),
    }
    return DetectReceipt(**told | changed)


def a_receipt(**changed: Any) -> ReceiptDetected:
    """Money came when her payment was cancelled already."""
    told = to_detect_receipt(**changed)
    names = set(ReceiptDetected.__struct_fields__) & set(told.__struct_fields__)
    charge = Received(told.amount, told.settled, told.fee)
    return ReceiptDetected(
        **{name: getattr(told, name) for name in names},
        effective_on=JUNE_FIRST,
        entries=postings.receipt_received(RECEIPT, BOOKING, charge),
    )


def receipt_funds(amount: str = "397.88 EUR") -> ReceiptFundsAvailable:
    """What is left of it after the fee can be used."""
    return ReceiptFundsAvailable(
        booking_id=BOOKING,
        amount=money(amount),
        effective_on=JUNE_FIRST,
        entries=(postings.funds_available(money(amount)),),
    )


def returning(attempt: int = 1) -> ReceiptReturning:
    """The processor was asked to give it back."""
    return ReceiptReturning(attempt=attempt, idempotency_key=f"{RECEIPT}/{attempt}")


def returned() -> ReceiptReturned:
    """She has it back."""
    amount = a_price().total
    return ReceiptReturned(
        booking_id=BOOKING,
        amount=amount,
        processor_refund="re_late",
        balance_transaction="txn_back",
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.receipt_returned(RECEIPT, amount),),
    )


def return_failed() -> ReceiptReturnFailed:
    """It could not be given back."""
    return ReceiptReturnFailed(reason="expired_or_canceled_card")


def return_reversed() -> ReceiptReturnReversed:
    """It was with her, and came back."""
    amount = a_price().total
    return ReceiptReturnReversed(
        booking_id=BOOKING,
        amount=amount,
        reason="expired_or_canceled_card",
        balance_transaction="txn_again",
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.receipt_came_back(RECEIPT, amount),),
    )


def disputed_receipt() -> ReceiptDisputed:
    """Her bank asks about it."""
    return ReceiptDisputed(dispute_id=DISPUTE)


def receipt_settled() -> ReceiptSettledByDispute:
    """Her bank gave it to her."""
    amount = a_price().total
    return ReceiptSettledByDispute(
        booking_id=BOOKING,
        dispute_id=DISPUTE,
        amount=amount,
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.receipt_paid_by_dispute(RECEIPT, amount),),
    )


def receipt_lessened(part: str = "110.40 EUR", left: str = "300.00 EUR") -> ReceiptLessened:
    """Her bank gave a part of it to her."""
    return ReceiptLessened(
        booking_id=BOOKING,
        dispute_id=DISPUTE,
        amount=money(part),
        left=money(left),
        settled=None,
        position=None,
        effective_on=JUNE_FIRST,
        entries=(postings.receipt_paid_by_dispute(RECEIPT, money(part)),),
    )


def receipt_alternative_chosen() -> ReceiptAlternativeChosen:
    """Clara of finance gave her card up."""
    return ReceiptAlternativeChosen(reason="card_closed", chosen_by=CLARA.id)


def receipt_settled_alternatively() -> ReceiptSettledAlternatively:
    """Our bank gave it back to her."""
    amount = a_price().total
    return ReceiptSettledAlternatively(
        booking_id=BOOKING,
        amount=amount,
        reference="SEPA 2026-06-01 0017",
        proof=THE_DIGEST,
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.receipt_paid_by_bank(RECEIPT, amount),),
    )


def adopted() -> ReceiptAdopted:
    """It became a payment of its own."""
    return ReceiptAdopted(payment_id=ADOPTED)
