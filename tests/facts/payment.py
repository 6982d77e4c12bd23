"""What Inês pays for her booking, and what becomes of it."""

from datetime import timedelta
from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.payment import AdoptPayment, OpenPayment
from ledger.events.payment import (
    Capture,
    CaptureRequested,
    DisputedAmountReinstated,
    DisputedAmountWithdrawn,
    FundsAvailable,
    PaymentActionRequired,
    PaymentAdopted,
    PaymentAuthorized,
    PaymentCancellationAsked,
    PaymentCancelled,
    PaymentCompleted,
    PaymentFailed,
    PaymentIntentLinked,
    PaymentOpened,
    PaymentOutcomeUnknown,
    PaymentProcessing,
    PaymentRefundRecorded,
    PaymentRefundReversed,
    PaymentRetried,
    RefundReservationReleased,
    RefundReserved,
)
from ledger.values.clock import Instant
from ledger.values.ids import RefundId
from ledger.values.price import Price
from ledger.values.received import Received
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import (
    ADOPTED,
    ANSWER_DUE,
    BOOKING,
    CAPTURE_BEFORE,
    DISPUTE,
    INES,
    NOW,
    PAYMENT,
    RECEIPT,
    REFUND,
)
from tests.facts.values import a_price, money


def to_open_payment(**changed: Any) -> OpenPayment:
    """Ask Inês for what the booking costs."""
    told: dict[str, Any] = {
        "payment_id": PAYMENT,
        "booking_id": BOOKING,
        "guest_id": INES,
        "price": a_price(),
        "time_zone": "Europe/Lisbon",
    }
    return OpenPayment(**told | changed)


def to_adopt_payment(**changed: Any) -> AdoptPayment:
    """Her nights are still free: let the money that came late pay for them."""
    told: dict[str, Any] = {
        "payment_id": ADOPTED,
        "booking_id": BOOKING,
        "guest_id": INES,
        "price": a_price(),
        "time_zone": "Europe/Lisbon",
        "receipt_id": RECEIPT,
        "amount": a_price().total,
        "charge": "ch_late",
        "intent": "pi_1",
        "fee": money("12.52 EUR"),
        "available_at": NOW + timedelta(days=2),
    }
    return AdoptPayment(**told | changed)


def a_payment(price: Price | None = None, capture: Capture = Capture.AUTOMATIC) -> PaymentOpened:
    """The total is due."""
    price = price or a_price()
    return PaymentOpened(
        booking_id=BOOKING,
        guest_id=INES,
        due=price.total,
        price=price,
        time_zone="Europe/Lisbon",
        capture=capture,
    )


def linked(intent: str = "pi_1") -> PaymentIntentLinked:
    """The processor opened an intent."""
    return PaymentIntentLinked(intent=intent)


def processing(attempt: int = 1) -> PaymentProcessing:
    """The payment was handed to the processor."""
    return PaymentProcessing(
        attempt=attempt, idempotency_key=f"{PAYMENT}/{attempt}", answer_due_at=ANSWER_DUE
    )


def action_required() -> PaymentActionRequired:
    """Her bank wants to hear from her."""
    return PaymentActionRequired(attempt=1)


def authorized() -> PaymentAuthorized:
    """Her bank holds the total for a week."""
    return PaymentAuthorized(amount=a_price().total, capture_before=CAPTURE_BEFORE)


def capture_requested(amount: str = "410.40 EUR") -> CaptureRequested:
    """The processor was asked for what is held."""
    return CaptureRequested(
        amount=money(amount), idempotency_key=f"{PAYMENT}/capture", answer_due_at=ANSWER_DUE
    )


def outcome_unknown(
    looks: int = 1, look_again_at: Instant | None = ANSWER_DUE + timedelta(minutes=1)
) -> PaymentOutcomeUnknown:
    """Nobody has answered for a minute."""
    return PaymentOutcomeUnknown(attempt=1, looks=looks, look_again_at=look_again_at)


def cancellation_asked() -> PaymentCancellationAsked:
    """Nobody waits for her bank any more."""
    return PaymentCancellationAsked(reason="the hold ran out")


def card_declined(attempt: int = 1, *, retryable: bool = True) -> PaymentFailed:
    """Her card was declined."""
    code = "insufficient_funds" if retryable else "stolen_card"
    return PaymentFailed(attempt=attempt, decline_code=code, retryable=retryable)


def retried(attempt: int = 2) -> PaymentRetried:
    """She will try once more."""
    return PaymentRetried(attempt=attempt)


def cancelled_payment(reason: str = "hold_expired") -> PaymentCancelled:
    """The payment will not take place."""
    return PaymentCancelled(booking_id=BOOKING, reason=reason)


def adopted_payment(price: Price | None = None) -> PaymentAdopted:
    """Money that had come too late pays for the stay all the same."""
    price = price or a_price()
    return PaymentAdopted(
        booking_id=BOOKING,
        guest_id=INES,
        due=price.total,
        price=price,
        time_zone="Europe/Lisbon",
        receipt_id=RECEIPT,
        charge="ch_late",
        intent="pi_1",
        settled=None,
        fee=money("12.52 EUR"),
        available=False,
        available_at=NOW + timedelta(days=2),
        effective_on=JUNE_FIRST,
        entries=(postings.receipt_adopted(RECEIPT, ADOPTED, price.total),),
    )


def paid(
    amount: str = "410.40 EUR", settled: str | None = None, fee: str | None = None
) -> PaymentCompleted:
    """The processor has the guest's money; as far as it told, what it settled as and its fee."""
    charge = Received(
        money(amount), money(settled) if settled else None, money(fee) if fee else None
    )
    told = bool(settled or fee)
    return PaymentCompleted(
        booking_id=BOOKING,
        amount=charge.amount,
        charge="ch_1",
        intent="pi_1" if told else None,
        balance_transaction="txn_1" if told else None,
        settled=charge.settled,
        fee=charge.fee,
        effective_on=JUNE_FIRST,
        entries=postings.payment_received(PAYMENT, BOOKING, charge),
    )


def funds_available(net: str = "410.40 EUR") -> FundsAvailable:
    """The captured money can be used."""
    amount = money(net)
    return FundsAvailable(
        booking_id=BOOKING,
        amount=amount,
        effective_on=JUNE_FIRST,
        entries=(postings.funds_available(amount),),
    )


def a_refund_recorded(
    amount: str = "180.00 EUR", so_far: str = "180.00 EUR", refund_id: RefundId = REFUND
) -> PaymentRefundRecorded:
    """A refund of the payment reached the guest."""
    refunded = money(so_far)
    whole = refunded == a_price().total
    return PaymentRefundRecorded(
        booking_id=BOOKING,
        refund_id=refund_id,
        amount=money(amount),
        refunded=refunded,
        to="refunded" if whole else "partially_refunded",
    )


def a_refund_reversed(
    amount: str = "180.00 EUR", left: str = "0.00 EUR", refund_id: RefundId = REFUND
) -> PaymentRefundReversed:
    """A refund of the payment came back."""
    return PaymentRefundReversed(
        booking_id=BOOKING,
        refund_id=refund_id,
        amount=money(amount),
        refunded=money(left),
        to="partially_refunded" if money(left).minor else "completed",
    )


def reserved(amount: str = "180.00 EUR", refund_id: RefundId = REFUND) -> RefundReserved:
    """A part of the payment is spoken for by a refund."""
    return RefundReserved(refund_id=refund_id, amount=money(amount))


def reservation_released(
    amount: str = "180.00 EUR", refund_id: RefundId = REFUND
) -> RefundReservationReleased:
    """The refund will not take place."""
    return RefundReservationReleased(refund_id=refund_id, amount=money(amount))


def disputed(amount: str = "410.40 EUR") -> DisputedAmountWithdrawn:
    """Her bank took the money back."""
    return DisputedAmountWithdrawn(dispute_id=DISPUTE, amount=money(amount))


def undisputed(amount: str = "410.40 EUR") -> DisputedAmountReinstated:
    """Her bank gave the money back to us."""
    return DisputedAmountReinstated(dispute_id=DISPUTE, amount=money(amount))
