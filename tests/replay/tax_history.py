"""Taxes that are remitted, and one that goes back afterwards: a part of the small history."""

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from ledger import processes
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.tax_account import ProposeRemittance, RejectRemittance, tax_account_of
from ledger.draft import Draft
from ledger.events.refund import Funding
from ledger.values.ids import BookingId
from ledger.values.levies import TaxBase, TaxRule
from ledger.values.money import Money
from ledger.values.policy import STRICT, LineBack
from ledger.values.price import Terms, price_under
from ledger.values.rates import Occasion
from tests.facts import (
    CLARA,
    DINIS,
    FINANCE,
    MARTA,
    PAUL,
    SUPPORT,
    a_stay,
    an_id,
    to_book,
    to_remit_tax,
)
from tests.ledger.worked import FEES, OCCASION, RATES

if TYPE_CHECKING:
    from tests.replay.small_history import History

TAXED = BookingId(an_id("taxed"))
STATE_TAX = TaxRule(name="state", version=1, jurisdiction="PT", base=TaxBase.NIGHTS, part_bp=1_000)
AUTHORITY = ("PT", "EUR")


def sell_what_is_taxed(history: "History") -> None:
    """Sell a stay of next year whose rent the state taxes."""
    stay = a_stay("2026-03-10")
    occasion = Occasion(OCCASION.party, history.clock.now.date())
    booked = to_book(
        booking_id=TAXED,
        stay=stay,
        party=OCCASION.party,
        price=price_under(Terms(RATES, FEES, (STATE_TAX,)), stay, occasion),
        policy=STRICT,
        hold_expires_at=history.clock.now + timedelta(minutes=15),
    )
    history.sell(booked)


def remit_taxes(history: "History") -> None:
    """The tax on what its host keeps is remitted; then it goes back, until finance takes that back.

    Somebody says no to the remittance first.
    """
    booking = history.ledger.state(BOOKING, TAXED)
    assert booking is not None
    assert booking.earned is not None, "half of it is kept"
    tax = booking.earned.tax
    propose = ProposeRemittance(
        jurisdiction="PT",
        begins=None,
        until=date(2025, 7, 1),
        earned=tax,
        amount=tax,
        proposer=MARTA,
    )
    reject = RejectRemittance(jurisdiction="PT", amount=tax, reason="wrong_period", reviewer=PAUL)
    pay = to_remit_tax(jurisdiction="PT", amount=str(tax), approver=PAUL)
    steps = ((FINANCE, propose), (FINANCE, reject), (FINANCE, propose), (FINANCE, pay))
    history.take(tax_account_of(*AUTHORITY), *steps)
    give_back(history, tax)


def give_back(history: "History", tax: Money) -> None:
    """Support gives the guest the tax back, until finance sees that it was due."""
    asked = processes.AskedRefund(
        booking_id=TAXED,
        lines=(LineBack("sale_tax", "state", tax.minor),),
        funded_by=Funding.BOOKING,
        reason="complaint",
    )
    refund_id = processes.staff_refund_of(TAXED, 1)

    def ask(draft: Draft) -> None:
        shown = processes.shown_refund(draft, asked)
        processes.ask_refund(draft, SUPPORT, asked, shown.digest)

    def approve(draft: Draft) -> None:
        shown = processes.shown_again(draft, refund_id)
        processes.approve_refund(draft, CLARA, refund_id, shown.digest)

    cancel = partial(
        processes.cancel_refund, staff=DINIS, refund_id=refund_id, reason="not_justified"
    )
    for step in (ask, approve, cancel):
        history.do(TAXED, step)
