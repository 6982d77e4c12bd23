"""The steps in the life of a tax account (spec: money, J24)."""

from ledger.aggregates.decider import Lifecycle, Step, actors, states
from ledger.aggregates.tax_account.commands import (
    GiveTaxBack,
    OweTaxAgain,
    ProposeRemittance,
    RejectRemittance,
    RemitTax,
)
from ledger.aggregates.tax_account.state import Status
from ledger.events.tax_account import (
    RemittanceProposed,
    RemittanceRejected,
    TaxGivenBack,
    TaxOwedAgain,
    TaxRemitted,
)

S = Status
ANY = states(None, S.OPEN, S.PROPOSED)

LIFECYCLE = Lifecycle(
    "tax_account",
    Step("TA1", GiveTaxBack, ANY, actors("X"), TaxGivenBack, (S.OPEN, S.PROPOSED),
         "above zero; nothing that is proposed is taken away"),
    Step("TA2", OweTaxAgain, ANY, actors("X"), TaxOwedAgain, (S.OPEN, S.PROPOSED), "above zero"),
    Step("TA3", ProposeRemittance, states(None, S.OPEN), actors("F"), RemittanceProposed,
         S.PROPOSED, "the days are over; as much as is payable, and above zero"),
    Step("TA4", RejectRemittance, states(S.PROPOSED), actors("FO"), RemittanceRejected, S.OPEN,
         "a reason; what was proposed"),
    Step("TA5", RemitTax, states(S.PROPOSED), actors("FO"), TaxRemitted, S.OPEN,
         "what was proposed; approver ≠ proposer; the bank's proof"),
)  # fmt: skip
