"""A refund: money of one payment on its way back to the guest.

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `request`, `approval`,
`at_the_processor`, `by_bank` and `external`, with what bounds them all in `limits`; and `decider`,
which holds them together.
"""

from ledger.aggregates.refund.commands import (
    AcceptRefund,
    ApproveRefund,
    AskForApproval,
    AutoApprove,
    CancelRefund,
    ClassifyRefund,
    FailRefund,
    MatchExternalRefund,
    RefundCommand,
    RejectRefund,
    RequestRefund,
    ResubmitRefund,
    ReverseExternalRefund,
    SeeExternalRefund,
    SettleAlternatively,
    SettleByDispute,
    SettleElsewhere,
    SubmitRefund,
    SucceedRefund,
    UseAlternative,
)
from ledger.aggregates.refund.decider import REFUND
from ledger.aggregates.refund.lifecycle import LIFECYCLE
from ledger.aggregates.refund.limits import within_lines
from ledger.aggregates.refund.state import Refund, Status, external_refund_of

__all__ = [
    "LIFECYCLE",
    "REFUND",
    "AcceptRefund",
    "ApproveRefund",
    "AskForApproval",
    "AutoApprove",
    "CancelRefund",
    "ClassifyRefund",
    "FailRefund",
    "MatchExternalRefund",
    "Refund",
    "RefundCommand",
    "RejectRefund",
    "RequestRefund",
    "ResubmitRefund",
    "ReverseExternalRefund",
    "SeeExternalRefund",
    "SettleAlternatively",
    "SettleByDispute",
    "SettleElsewhere",
    "Status",
    "SubmitRefund",
    "SucceedRefund",
    "UseAlternative",
    "external_refund_of",
    "within_lines",
]
