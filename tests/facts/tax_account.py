"""What Lisbon is owed of the stays of May, and what of it goes back."""

from datetime import date
from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.tax_account import (
    GiveTaxBack,
    OweTaxAgain,
    ProposeRemittance,
    RejectRemittance,
    RemitTax,
    tax_account_of,
)
from ledger.events.tax_account import (
    RemittanceProposed,
    RemittanceRejected,
    TaxGivenBack,
    TaxOwedAgain,
    TaxRemitted,
)
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import CLARA, DINIS, REFUND
from tests.facts.values import money

LISBON_CITY = "PT-LIS"
TAX_ACCOUNT_OF_LISBON = tax_account_of(LISBON_CITY, "EUR")
MAY_THIRD, MID_MAY = date(2026, 5, 3), date(2026, 5, 15)


def to_give_tax_back(amount: str = "6.60 EUR", **changed: Any) -> GiveTaxBack:
    """A refund gives two nights of city tax back, of a stay of early May."""
    told: dict[str, Any] = {
        "jurisdiction": LISBON_CITY,
        "amount": money(amount),
        "earned_on": MAY_THIRD,
        "recoverable": False,
        "caused_by": REFUND,
    }
    return GiveTaxBack(**told | changed)


def to_owe_tax_again(amount: str = "6.60 EUR", **changed: Any) -> OweTaxAgain:
    """The refund is cancelled."""
    back = to_give_tax_back(amount, **changed)
    return OweTaxAgain(**{name: getattr(back, name) for name in OweTaxAgain.__struct_fields__})


def to_propose_remittance(amount: str = "100.00 EUR", **changed: Any) -> ProposeRemittance:
    """Clara proposes to remit what the first half of May brought: 100 euros."""
    told: dict[str, Any] = {
        "jurisdiction": LISBON_CITY,
        "begins": None,
        "until": MID_MAY,
        "earned": money("100.00 EUR"),
        "amount": money(amount),
        "proposer": CLARA.id,
    }
    return ProposeRemittance(**told | changed)


def to_reject_remittance(amount: str = "100.00 EUR") -> RejectRemittance:
    """Dinis does not agree."""
    return RejectRemittance(
        jurisdiction=LISBON_CITY,
        amount=money(amount),
        reason="wrong_period",
        reviewer=DINIS.id,
    )


def to_remit_tax(amount: str = "100.00 EUR", **changed: Any) -> RemitTax:
    """Dinis has seen that the bank paid."""
    told: dict[str, Any] = {
        "jurisdiction": LISBON_CITY,
        "amount": money(amount),
        "approver": DINIS.id,
        "reference": "E2E 2026-05 PT-LIS",
        "proof": "7d" * 32,
    }
    return RemitTax(**told | changed)


def tax_given_back(amount: str = "6.60 EUR", **changed: Any) -> TaxGivenBack:
    """It goes back; nothing is proposed."""
    told = to_give_tax_back(amount)
    fields = {name: getattr(told, name) for name in GiveTaxBack.__struct_fields__}
    return TaxGivenBack(**{**fields, "to": "open"} | changed)


def tax_owed_again(amount: str = "6.60 EUR", **changed: Any) -> TaxOwedAgain:
    """It does not go back after all, and no remittance was lower by it."""
    told = to_owe_tax_again(amount)
    fields: dict[str, Any] = {name: getattr(told, name) for name in OweTaxAgain.__struct_fields__}
    booked: dict[str, Any] = {"to": "open", "effective_on": JUNE_FIRST, "entries": ()}
    return TaxOwedAgain(**fields | booked | changed)


def remittance_proposed(recovered: str = "0.00 EUR", **changed: Any) -> RemittanceProposed:
    """100 euros are payable, of which Lisbon has had some too much."""
    payable = money("100.00 EUR")
    told: dict[str, Any] = {
        "jurisdiction": LISBON_CITY,
        "begins": None,
        "until": MID_MAY,
        "payable": payable,
        "recovered": money(recovered),
        "amount": payable - money(recovered),
        "proposer": CLARA.id,
    }
    return RemittanceProposed(**told | changed)


def remittance_rejected() -> RemittanceRejected:
    """Dinis said no."""
    told = to_reject_remittance()
    fields = {name: getattr(told, name) for name in RejectRemittance.__struct_fields__}
    return RemittanceRejected(**fields)


def tax_remitted(recovered: str = "0.00 EUR", **changed: Any) -> TaxRemitted:
    """Our bank paid what was proposed."""
    waits, said = remittance_proposed(recovered, **changed), to_remit_tax()
    return TaxRemitted(
        jurisdiction=LISBON_CITY,
        until=waits.until,
        payable=waits.payable,
        recovered=waits.recovered,
        amount=waits.amount,
        proposer=waits.proposer,
        approver=DINIS.id,
        reference=said.reference,
        proof=said.proof,
        effective_on=JUNE_FIRST,
        entries=(postings.tax_remitted(LISBON_CITY, waits.payable, waits.recovered),),
    )
