"""A dispute: a guest's bank asks about a charge, or takes it back, and somebody bears it.

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `stages`, `funds` and
`outcome`; and `decider`, which holds them together.
"""

from ledger.aggregates.dispute.commands import (
    AcceptDispute,
    ChargeFee,
    CloseDispute,
    DisputeCommand,
    EscalateDispute,
    FailEvidence,
    LapseDispute,
    LoseDispute,
    OpenDispute,
    PreventDispute,
    RecordEvidence,
    ReinstateFunds,
    ReopenDispute,
    SubmitEvidence,
    WinDispute,
    WithdrawFunds,
)
from ledger.aggregates.dispute.decider import DISPUTE
from ledger.aggregates.dispute.lifecycle import LIFECYCLE
from ledger.aggregates.dispute.state import UNDECIDED, Dispute, Status

__all__ = [
    "DISPUTE",
    "LIFECYCLE",
    "UNDECIDED",
    "AcceptDispute",
    "ChargeFee",
    "CloseDispute",
    "Dispute",
    "DisputeCommand",
    "EscalateDispute",
    "FailEvidence",
    "LapseDispute",
    "LoseDispute",
    "OpenDispute",
    "PreventDispute",
    "RecordEvidence",
    "ReinstateFunds",
    "ReopenDispute",
    "Status",
    "SubmitEvidence",
    "WinDispute",
    "WithdrawFunds",
]
