"""Every command of a payment."""

from ledger.aggregates.payment import (
    AskToCancel,
    AuthorizePayment,
    CancelPayment,
    CapturePayment,
    ClearDispute,
    CloseIntent,
    CompletePayment,
    ExpireAuthorization,
    FailPayment,
    FinishAction,
    LinkIntent,
    MarkDisputed,
    RecordFunds,
    RecordRefund,
    ReleaseRefund,
    ReportUnknownOutcome,
    RequireAction,
    ReserveRefund,
    RetryPayment,
    ReverseRefund,
    SubmitPayment,
    VoidPayment,
)
from ledger.events.payment import Capture
from tests.facts import (
    ANSWER_DUE,
    CAPTURE_BEFORE,
    DISPUTE,
    GUEST,
    PAYMENT,
    PROCESS,
    PROCESSOR,
    REFUND,
    TIMER,
    a_payment,
    a_refund_recorded,
    action_required,
    authorized,
    card_declined,
    disputed,
    funds_available,
    linked,
    money,
    paid,
    processing,
    reserved,
    to_adopt_payment,
    to_open_payment,
)
from tests.ledger.every_command.happened import TOTAL, Happened

PAID = (a_payment(), processing(), paid())
AUTHORIZED = (a_payment(capture=Capture.MANUAL), processing(), authorized())

COMMANDS = (
    Happened(to_open_payment(), PROCESS),
    Happened(
        SubmitPayment(payment_id=PAYMENT, idempotency_key=f"{PAYMENT}/1"), GUEST, (a_payment(),)
    ),
    Happened(
        CompletePayment(payment_id=PAYMENT, amount=TOTAL, charge="ch_1"),
        PROCESSOR,
        (a_payment(), processing()),
    ),
    Happened(RecordFunds(payment_id=PAYMENT), PROCESSOR, PAID),
    Happened(LinkIntent(payment_id=PAYMENT, intent="pi_1"), PROCESS, (a_payment(),)),
    Happened(RequireAction(payment_id=PAYMENT), PROCESSOR, (a_payment(), processing())),
    Happened(
        FinishAction(payment_id=PAYMENT), GUEST, (a_payment(), processing(), action_required())
    ),
    Happened(
        AuthorizePayment(payment_id=PAYMENT, amount=TOTAL, capture_before=CAPTURE_BEFORE),
        PROCESSOR,
        AUTHORIZED[:2],
    ),
    Happened(
        CapturePayment(payment_id=PAYMENT, amount=TOTAL, idempotency_key=f"{PAYMENT}/capture"),
        PROCESS,
        AUTHORIZED,
    ),
    Happened(
        AskToCancel(payment_id=PAYMENT, reason="the hold ran out"),
        TIMER,
        (a_payment(), linked(), processing()),
    ),
    Happened(
        CloseIntent(payment_id=PAYMENT),
        PROCESSOR,
        (a_payment(), linked(), processing(), card_declined()),
    ),
    Happened(
        FailPayment(payment_id=PAYMENT, decline_code="insufficient_funds", retryable=True),
        PROCESSOR,
        (a_payment(), processing(), action_required()),
    ),
    Happened(
        RetryPayment(payment_id=PAYMENT, due=TOTAL, hold_alive=True),
        GUEST,
        (a_payment(), processing(), card_declined()),
    ),
    Happened(CancelPayment(payment_id=PAYMENT, reason="hold_expired"), TIMER, (a_payment(),)),
    Happened(VoidPayment(payment_id=PAYMENT, reason="declined_by_host"), PROCESS, AUTHORIZED),
    Happened(ExpireAuthorization(payment_id=PAYMENT), PROCESSOR, AUTHORIZED),
    Happened(
        ReportUnknownOutcome(payment_id=PAYMENT), TIMER, (a_payment(), processing()), ANSWER_DUE
    ),
    Happened(
        ReserveRefund(payment_id=PAYMENT, refund_id=REFUND, amount=money("180.00 EUR")),
        PROCESS,
        PAID,
    ),
    Happened(ReleaseRefund(payment_id=PAYMENT, refund_id=REFUND), PROCESS, (*PAID, reserved())),
    Happened(
        ReverseRefund(payment_id=PAYMENT, refund_id=REFUND),
        PROCESSOR,
        (*PAID, a_refund_recorded()),
    ),
    Happened(MarkDisputed(payment_id=PAYMENT, dispute_id=DISPUTE, amount=TOTAL), PROCESS, PAID),
    Happened(ClearDispute(payment_id=PAYMENT, dispute_id=DISPUTE), PROCESS, (*PAID, disputed())),
    Happened(to_adopt_payment(), PROCESS),
    Happened(
        RecordRefund(payment_id=PAYMENT, refund_id=REFUND, amount=money("180.00 EUR")),
        PROCESS,
        (*PAID, funds_available()),
    ),
)
