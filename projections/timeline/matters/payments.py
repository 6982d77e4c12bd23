"""What the timeline tells of the money that guests pay, and of what has no place."""

from ledger.events.payment import (
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
    PaymentIntentClosed,
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
)
from projections.timeline.telling import (
    Facts,
    Telling,
    Told,
    its_amount,
    its_amount_and_reason,
    its_reason,
    of_amount,
)


def of_claim(event: PaymentOpened) -> Facts:
    """A payment is for the booking, which goes without saying, for an alteration, or for damage."""
    if event.for_damage:
        return of_amount(event.due, detail="for damage")
    return of_amount(event.due, detail="for the alteration" if event.for_alteration else None)


PAYMENTS: Telling = {
    CaptureRequested: Told("Capture of {amount} requested", its_amount),
    DisputedAmountReinstated: Told("{amount} reinstated after a dispute", its_amount),
    DisputedAmountWithdrawn: Told("{amount} withdrawn over a dispute", its_amount),
    FundsAvailable: Told("{amount} of the payment available for use, after fees", its_amount),
    PaymentActionRequired: Told("The guest's bank asks the guest to confirm (3-D Secure)"),
    PaymentAdopted: Told(
        "Payment of {amount} made of money that had come without a place",
        lambda event: of_amount(event.due),
    ),
    PaymentAuthorized: Told(
        "{amount} held by the guest's bank, to be captured before {due_at}",
        lambda event: of_amount(event.amount, event.capture_before),
    ),
    PaymentCancelled: Told("Payment cancelled: {detail}", its_reason),
    PaymentCompleted: Told("Payment of {amount} completed", its_amount),
    PaymentCancellationAsked: Told("Processor asked to give the payment up: {detail}", its_reason),
    PaymentIntentClosed: Told("Processor takes no more money for the payment"),
    PaymentFailed: Told("Payment failed: {detail}", lambda event: Facts(detail=event.decline_code)),
    PaymentIntentLinked: Told("Payment linked to an intent of the processor"),
    PaymentOpened: Told("Payment of {amount} opened {detail}", of_claim),
    PaymentOutcomeUnknown: Told(
        "Payment without an answer, looked {detail} times",
        lambda event: Facts(detail=str(event.looks)),
    ),
    PaymentProcessing: Told(
        "Payment handed to the processor, attempt {detail}",
        lambda event: Facts(detail=str(event.attempt)),
    ),
    PaymentRefundRecorded: Told(
        "Payment {detail} by {amount}", lambda event: of_amount(event.amount, detail=event.to)
    ),
    PaymentRefundReversed: Told(
        "Refund of {amount} came back, payment {detail}",
        lambda event: of_amount(event.amount, detail=event.to),
    ),
    PaymentRetried: Told(
        "Payment to be tried again, attempt {detail}",
        lambda event: Facts(detail=str(event.attempt)),
    ),
    RefundReservationReleased: Told("{amount} no longer reserved for a refund", its_amount),
    RefundReserved: Told("{amount} reserved for a refund", its_amount),
    ReceiptAdopted: Told("Money without a place became a payment"),
    ReceiptAlternativeChosen: Told(
        "Money without a place is to be paid by our bank: {detail}", its_reason
    ),
    ReceiptDetected: Told(
        "{amount} came without a place: {detail}",
        lambda event: of_amount(event.amount, detail=event.why),
    ),
    ReceiptDisputed: Told("The guest's bank asks about money without a place"),
    ReceiptLessened: Told(
        "{amount} without a place reached the guest by a dispute; {detail} is owed still",
        lambda event: of_amount(event.amount, detail=str(event.left)),
    ),
    ReceiptSettledAlternatively: Told(
        "{amount} without a place paid by our bank, reference {detail}",
        lambda event: of_amount(event.amount, detail=event.reference),
    ),
    ReceiptSettledByDispute: Told(
        "{amount} without a place reached the guest by a dispute", its_amount
    ),
    ReceiptFundsAvailable: Told("{amount} of money without a place available for use", its_amount),
    ReceiptReturnFailed: Told("Money without a place could not be returned: {detail}", its_reason),
    ReceiptReturned: Told("{amount} without a place returned to the guest", its_amount),
    ReceiptReturnReversed: Told(
        "{amount} came back from the guest's bank: {detail}", its_amount_and_reason
    ),
    ReceiptReturning: Told(
        "Return of money without a place ordered, attempt {detail}",
        lambda event: Facts(detail=str(event.attempt)),
    ),
}
