"""A host's debt: what one host owes the platform, kept apart per currency.

A debt is netted from what the host would be paid next, collected by taking a transfer back, or
written off by two persons. It never goes below zero, and no currency pays for another.

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `owing` (more is owed,
or less) and `write_off`; and `decider`, which holds them together.
"""

from ledger.aggregates.host_debt.commands import (
    ApproveWriteOff,
    CollectDebt,
    DropDebt,
    HostDebtCommand,
    NetDebt,
    ProposeWriteOff,
    RaiseDebt,
    RejectWriteOff,
)
from ledger.aggregates.host_debt.decider import HOST_DEBT
from ledger.aggregates.host_debt.lifecycle import LIFECYCLE
from ledger.aggregates.host_debt.state import Cause, HostDebt, Status, debt_of

__all__ = [
    "HOST_DEBT",
    "LIFECYCLE",
    "ApproveWriteOff",
    "Cause",
    "CollectDebt",
    "DropDebt",
    "HostDebt",
    "HostDebtCommand",
    "NetDebt",
    "ProposeWriteOff",
    "RaiseDebt",
    "RejectWriteOff",
    "Status",
    "debt_of",
]
