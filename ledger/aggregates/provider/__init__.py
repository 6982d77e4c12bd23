"""A provider: the legal person who hosts, whether they may, and the account that they are paid to.

The payout account is the processor's; what stands here is a mirror of what it says, newest word
first to last: words may come late, twice, and in any order. It never changes the provider's own
state by itself: who is suspended for it is decided.

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `hosting` and
`payout_account`; `evolution`; and `decider`, which holds them together.
"""

from ledger.aggregates.provider.commands import (
    AskForRenewal,
    CloseProvider,
    MissRenewal,
    ProviderCommand,
    RecordPayoutAccount,
    RegisterProvider,
    ReinstateProvider,
    RejectProvider,
    RemindOfRenewal,
    ReopenProvider,
    RetireBankAccount,
    ReviewBankAccount,
    SuspendProvider,
    VerifyProvider,
    VouchForProvider,
)
from ledger.aggregates.provider.decider import PROVIDER
from ledger.aggregates.provider.lifecycle import CAN_FOLLOW, LIFECYCLE, LIVING
from ledger.aggregates.provider.state import Provider, Reason, Standing, Status

__all__ = [
    "CAN_FOLLOW",
    "LIFECYCLE",
    "LIVING",
    "PROVIDER",
    "AskForRenewal",
    "CloseProvider",
    "MissRenewal",
    "Provider",
    "ProviderCommand",
    "Reason",
    "RecordPayoutAccount",
    "RegisterProvider",
    "ReinstateProvider",
    "RejectProvider",
    "RemindOfRenewal",
    "ReopenProvider",
    "RetireBankAccount",
    "ReviewBankAccount",
    "Standing",
    "Status",
    "SuspendProvider",
    "VerifyProvider",
    "VouchForProvider",
]
