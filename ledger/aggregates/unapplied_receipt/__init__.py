"""An unapplied receipt: a guest's money that came where no payment had room for it.

So a cancelled payment stays cancelled, and no money is lost: it goes back, or is adopted by a new
payment of the same booking.

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `coming_in`,
`going_back`, `by_bank` and `disputed`; and `decider`, which holds them together.
"""

from ledger.aggregates.unapplied_receipt.commands import (
    AdoptReceipt,
    DetectReceipt,
    DisputeReceipt,
    FailReturn,
    RecordReceiptFunds,
    RecordReturn,
    ReturnReceipt,
    ReverseReturn,
    SettleReceiptAlternatively,
    SettleReceiptByDispute,
    UnappliedReceiptCommand,
    UseReceiptAlternative,
)
from ledger.aggregates.unapplied_receipt.decider import UNAPPLIED_RECEIPT
from ledger.aggregates.unapplied_receipt.lifecycle import LIFECYCLE
from ledger.aggregates.unapplied_receipt.state import Status, UnappliedReceipt, receipt_of

__all__ = [
    "LIFECYCLE",
    "UNAPPLIED_RECEIPT",
    "AdoptReceipt",
    "DetectReceipt",
    "DisputeReceipt",
    "FailReturn",
    "RecordReceiptFunds",
    "RecordReturn",
    "ReturnReceipt",
    "ReverseReturn",
    "SettleReceiptAlternatively",
    "SettleReceiptByDispute",
    "Status",
    "UnappliedReceipt",
    "UnappliedReceiptCommand",
    "UseReceiptAlternative",
    "receipt_of",
]
