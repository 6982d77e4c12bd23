"""A tax account: what the platform owes one authority in one currency, and has remitted.

Remittances follow one another without a gap: each takes what stays brought before a day, less what
of that went back to guests. What stays bring stands in their own streams, and is over for a day
that is over; what goes back afterwards is told here, in the same commit, so that nobody remits what
is not payable. A proposal fixes its amount: what goes back from then on is the authority's to
return, and lessens the next one.

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `changes` (what goes
back) and `remittance`; and `decider`, which holds them together.
"""

from ledger.aggregates.tax_account.commands import (
    GiveTaxBack,
    OweTaxAgain,
    ProposeRemittance,
    RejectRemittance,
    RemitTax,
    TaxAccountCommand,
)
from ledger.aggregates.tax_account.decider import TAX_ACCOUNT
from ledger.aggregates.tax_account.lifecycle import LIFECYCLE
from ledger.aggregates.tax_account.state import (
    NEW,
    Change,
    Proposal,
    Status,
    TaxAccount,
    tax_account_of,
)

__all__ = [
    "LIFECYCLE",
    "NEW",
    "TAX_ACCOUNT",
    "Change",
    "GiveTaxBack",
    "OweTaxAgain",
    "Proposal",
    "ProposeRemittance",
    "RejectRemittance",
    "RemitTax",
    "Status",
    "TaxAccount",
    "TaxAccountCommand",
    "tax_account_of",
]
