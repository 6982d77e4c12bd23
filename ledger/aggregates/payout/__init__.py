"""A payout: what one host is paid for one tranche of a booking, and when.

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `schedule`, `transfer`
and `reversal`; and `decider`, which holds them together.
"""

from ledger.aggregates.payout.commands import (
    FailReversal,
    FailTransfer,
    HoldPayout,
    LiftPayoutHold,
    MaturePayout,
    OrderReversal,
    PayoutCommand,
    RecalculatePayout,
    RecordReversal,
    RecordTransfer,
    ReleasePayout,
    ReportUnknownTransfer,
    RetryPayout,
    SchedulePayout,
)
from ledger.aggregates.payout.decider import PAYOUT
from ledger.aggregates.payout.lifecycle import ARRIVED, LIFECYCLE, OPEN
from ledger.aggregates.payout.state import Payout, Status

__all__ = [
    "ARRIVED",
    "LIFECYCLE",
    "OPEN",
    "PAYOUT",
    "FailReversal",
    "FailTransfer",
    "HoldPayout",
    "LiftPayoutHold",
    "MaturePayout",
    "OrderReversal",
    "Payout",
    "PayoutCommand",
    "RecalculatePayout",
    "RecordReversal",
    "RecordTransfer",
    "ReleasePayout",
    "ReportUnknownTransfer",
    "RetryPayout",
    "SchedulePayout",
    "Status",
]
