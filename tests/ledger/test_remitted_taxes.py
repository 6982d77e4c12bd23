"""Taxes that are remitted, and stays of which some goes back before, meanwhile or afterwards."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.tax_account import (
    NEW,
    TAX_ACCOUNT,
    ProposeRemittance,
    TaxAccount,
    tax_account_of,
)
from ledger.draft import Draft
from ledger.errors import TaxNotPayable
from ledger.events.booking import EarningsRecognized
from ledger.events.event import MoneyEvent
from ledger.events.refund import RefundApproved
from ledger.values.allowance import paid_lines
from ledger.values.journal import Account, Line
from ledger.values.levies import TaxBase, TaxRule
from ledger.values.money import Money
from ledger.values.price import Price, Terms, price_under
from tests.facts import CLARA, DINIS, EARNED
from tests.ledger.test_disputed_money import Disputed
from tests.ledger.test_staff_refunds import FIRST, approve, ask, for_nights, in_order
from tests.ledger.worked import CITY_TAX, FEES, OCCASION, RATES, the_stay
from tests.machine.judge import judged

DAY = timedelta(days=1)
CITY, STATE = "PT-LIS", "PT"
STATE_TAX = TaxRule(name="state", version=1, jurisdiction=STATE, base=TaxBase.NIGHTS, part_bp=1_000)
JULY_TENTH = date(2026, 7, 10)


def the_price() -> Price:
    """A week by the sea: 23.10 for the city, 84.02 for the state."""
    return price_under(Terms(RATES, FEES, (CITY_TAX, STATE_TAX)), the_stay(), OCCASION)


@pytest.fixture
def market() -> Disputed:
    """The stay was paid and is earned; a week later finance looks at the taxes."""
    market = Disputed()
    market.sold(price=the_price(), stay=the_stay(), party=OCCASION.party)
    market.until(EARNED + 12 * DAY, step=DAY)
    return market


def account(market: Disputed, of: str) -> TaxAccount:
    return market.ledger.state(TAX_ACCOUNT, tax_account_of(of, "EUR")) or NEW


def lines(market: Disputed, *kinds: type[MoneyEvent]) -> Iterable[Line]:
    for recorded in market.store.history:
        if isinstance(recorded.event, kinds):
            yield from (line for entry in recorded.event.entries for line in entry.lines)


def to_propose(market: Disputed, of: str) -> ProposeRemittance:
    """What finance proposes: what is due."""
    earned = -sum(
        line.minor
        for line in lines(market, EarningsRecognized)
        if (line.account, line.of) == (Account.TAX_PAYABLE, of)
    )
    payable = account(market, of).payable(Money(earned, "EUR"), JULY_TENTH)
    return ProposeRemittance(
        jurisdiction=of,
        begins=None,
        until=JULY_TENTH,
        earned=Money(earned, "EUR"),
        amount=payable,
        proposer=CLARA.id,
    )


def remits(market: Disputed, of: str) -> Money:
    """Two of finance remit what is due; how much."""
    command = to_propose(market, of)
    market.decide(partial(processes.propose_remittance, staff=CLARA, command=command))
    pays(market, of, command.amount)
    return command.amount


def pays(market: Disputed, of: str, amount: Money) -> None:
    paid: dict[str, Any] = {"reference": "E2E", "proof": "7d" * 32}
    market.decide(partial(processes.remit_tax, staff=DINIS, jurisdiction=of, amount=amount, **paid))


def taxes_back(market: Disputed) -> None:
    """Support finds that no tax was due, and asks for all of it to go back."""
    back = (line for line in paid_lines(the_price()) if line.code in ("stay_tax", "sale_tax"))
    ask(market, for_nights(*back))


def on(market: Disputed, account: Account) -> dict[str, int]:
    """What stands on an account, by its key; debits are above zero."""
    sums: dict[str, int] = {}
    for line in lines(market, MoneyEvent):
        if line.account == account:
            sums[line.of] = sums.get(line.of, 0) + line.minor
    return {of: minor for of, minor in sums.items() if minor}


def test_what_a_stay_brought_is_paid_by_our_bank_j24(market: Disputed) -> None:
    assert str(remits(market, CITY)) == "23.10 EUR"

    assert on(market, Account.TAX_PAYABLE) == {STATE: -8_402}
    assert on(market, Account.BANK) == {"": -2_310}
    in_order(market)


def test_what_went_back_before_is_not_remitted_j10(market: Disputed) -> None:
    taxes_back(market)
    approve(market)
    market.settle()

    assert on(market, Account.TAX_PAYABLE) == {}
    with pytest.raises(TaxNotPayable):
        remits(market, CITY)
    in_order(market)


def test_what_was_remitted_already_the_authority_has_to_return_j11(market: Disputed) -> None:
    remits(market, CITY)
    taxes_back(market)
    approve(market)
    market.settle()

    assert on(market, Account.TAX_RECOVERABLE) == {CITY: 2_310}
    assert on(market, Account.TAX_PAYABLE) == {}
    (approved,) = market.events(RefundApproved)
    assert approved.remitted
    assert account(market, CITY).recoverable_minor == 2_310
    in_order(market)


def test_what_goes_back_while_a_remittance_waits_is_recovered_and_the_bank_pays_as_proposed(
    market: Disputed,
) -> None:
    command = to_propose(market, CITY)
    market.decide(partial(processes.propose_remittance, staff=CLARA, command=command))
    taxes_back(market)
    approve(market)
    pays(market, CITY, command.amount)
    market.settle()

    assert on(market, Account.TAX_RECOVERABLE) == {CITY: 2_310}
    in_order(market)


def test_a_refund_that_is_cancelled_is_owed_to_the_authority_again(market: Disputed) -> None:
    remits(market, CITY)
    taxes_back(market)
    approve(market)
    cancel = partial(processes.cancel_refund, staff=DINIS, refund_id=FIRST, reason="asked_twice")
    market.decide(cancel)
    market.settle()

    assert on(market, Account.TAX_RECOVERABLE) == {}
    assert on(market, Account.TAX_PAYABLE) == {STATE: -8_402}
    in_order(market)


def test_a_refund_and_a_remittance_do_not_pass_each_other_unseen(market: Disputed) -> None:
    taxes_back(market)
    shown = to_propose(market, CITY)
    tries: list[Draft] = []

    def plan(draft: Draft) -> None:
        processes.propose_remittance(draft, CLARA, shown)
        if not tries:
            approve(market)
        tries.append(draft)

    with pytest.raises(TaxNotPayable):
        market.decide(plan)

    assert len(tries) == 1
    market.settle()
    in_order(market)


def test_what_a_dispute_takes_after_it_was_remitted_is_recovered_j20(market: Disputed) -> None:
    remits(market, CITY)
    market.bank()
    market.settle()
    market.bank("lost")
    market.settle()

    assert on(market, Account.TAX_RECOVERABLE) == {CITY: 2_310}
    assert on(market, Account.TAX_PAYABLE) == {}
    in_order(market)


def test_the_audit_sees_what_is_taken_of_an_authority_that_has_its_tax(
    market: Disputed, monkeypatch: pytest.MonkeyPatch
) -> None:
    remits(market, CITY)
    monkeypatch.setattr("ledger.processes.refunds.remitted_to", lambda *_: ())
    taxes_back(market)
    approve(market)

    found = {finding.id for finding in judged(market.store, market.clock.now)}
    assert found >= {"INV-L3", "INV-L4"}


def test_the_audit_sees_what_is_remitted_and_no_stay_brought(market: Disputed) -> None:
    cent = Money(1, "EUR")
    due = to_propose(market, CITY)
    more = replace(due, earned=due.earned + cent, amount=due.amount + cent)
    market.decide(partial(processes.propose_remittance, staff=CLARA, command=more))
    pays(market, CITY, more.amount)

    found = {finding.id for finding in judged(market.store, market.clock.now)}
    assert found >= {"INV-L3", "INV-L4"}
