"""A payment: what one guest pays for one booking, from the claim to the last refund of it.

A processor has much to say of one charge, so its sections are files: `state`, `commands`,
`lifecycle`; the decisions in `on_the_way`, until the money is here, and `afterwards`; and
`decider`, which holds them together.
"""

from ledger.aggregates.payment.commands import (
    AdoptPayment,
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
    OpenPayment,
    PaymentCommand,
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
from ledger.aggregates.payment.decider import PAYMENT
from ledger.aggregates.payment.lifecycle import LIFECYCLE
from ledger.aggregates.payment.on_the_way import ATTEMPTS
from ledger.aggregates.payment.state import Payment, Status

__all__ = [
    "ATTEMPTS",
    "LIFECYCLE",
    "PAYMENT",
    "AdoptPayment",
    "AskToCancel",
    "AuthorizePayment",
    "CancelPayment",
    "CapturePayment",
    "ClearDispute",
    "CloseIntent",
    "CompletePayment",
    "ExpireAuthorization",
    "FailPayment",
    "FinishAction",
    "LinkIntent",
    "MarkDisputed",
    "OpenPayment",
    "Payment",
    "PaymentCommand",
    "RecordFunds",
    "RecordRefund",
    "ReleaseRefund",
    "ReportUnknownOutcome",
    "RequireAction",
    "ReserveRefund",
    "RetryPayment",
    "ReverseRefund",
    "Status",
    "SubmitPayment",
    "VoidPayment",
]
