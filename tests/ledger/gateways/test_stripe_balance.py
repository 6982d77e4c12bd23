"""The balance at Stripe, in our words: every movement, in order, and what it sums up to."""

from datetime import timedelta
from itertools import islice

import pytest

from ledger.errors import GatewayUnavailable
from ledger.gateways.calls import Period
from ledger.gateways.stripe.amounts import decimals_of, from_stripe, step_of, to_stripe
from ledger.gateways.stripe.movements import KINDS, Kind, Movement
from ledger.gateways.stripe.refunds import RefundWanted
from ledger.values.currency import EXPONENTS
from ledger.values.ids import RefundId, derived_id
from ledger.values.money import Money
from sandbox.stripe.core import currencies
from tests.ledger.gateways.outside import DAY, START, VISA, Outside, charge_of, euros


def a_day(outside: Outside) -> str:
    """A payment, a refund, a chargeback, a transfer, a payout and a top-up; returns the charge."""
    outside.behind("funds", amount=100_000, currency="eur")
    transfer = outside.transferred(euros(100))
    assert transfer.charge is not None
    wanted = RefundWanted(
        refund_id=RefundId(derived_id("refund", 17)), payment=transfer.charge, amount=euros(40)
    )
    outside.stripe.refunds.create(wanted, "refund")
    outside.behind("disputes", charge=transfer.charge)
    outside.sdk.v1.payouts.create({"amount": 50_000, "currency": "eur"})
    return transfer.charge


def test_the_balance_is_the_sum_of_its_movements(outside: Outside) -> None:
    a_day(outside)
    every = list(outside.stripe.balance.between(outside.lately()))

    balance = outside.stripe.balance.read()

    assert balance.available == (sum((one.net for one in every), euros(0)),)
    assert balance.pending == (euros(0),)
    assert all(one.net == one.amount - one.fee for one in every)


def test_every_movement_says_what_it_is(outside: Outside) -> None:
    charge = a_day(outside)

    every = list(outside.stripe.balance.between(outside.lately()))

    assert [one.kind for one in reversed(every)] == [
        Kind.TOP_UP, Kind.PAYMENT, Kind.TRANSFER, Kind.REFUND, Kind.DISPUTE, Kind.PAYOUT,
    ]  # fmt: skip
    payment = every[-2]
    assert (payment.source, payment.stripe_type) == (charge, "charge")
    assert outside.stripe.balance.movement(payment.movement_id) == payment


def test_money_waits_and_becomes_available(outside: Outside) -> None:
    outside.paid(method=VISA)
    before = outside.stripe.balance.read()
    outside.let_pass(3 * DAY)
    after = outside.stripe.balance.read()

    assert before.pending == after.available == (Money(23_274, "EUR"),)
    assert next(outside.stripe.balance.between(outside.lately())).available


def test_one_goes_on_where_one_stopped_oldest_first(outside: Outside) -> None:
    outside.behind("funds", amount=1, currency="eur")
    (first,) = outside.stripe.balance.between(outside.lately())
    for amount in range(2, 252):
        outside.behind("funds", amount=amount, currency="eur")

    def amounts(movements: list[Movement]) -> list[int]:
        return [one.amount.minor for one in movements]

    some = list(islice(outside.stripe.balance.after(first.movement_id), 130))
    rest = list(outside.stripe.balance.after(some[-1].movement_id))

    assert amounts(some + rest) == list(range(2, 252))
    assert not list(outside.stripe.balance.after(rest[-1].movement_id))


def test_a_page_is_fetched_only_when_it_is_wanted(outside: Outside) -> None:
    for amount in range(1, 251):
        outside.behind("funds", amount=amount, currency="eur")
    newest_first = outside.stripe.balance.between(outside.lately())
    next(newest_first)
    outside.behind("faults", kind="rate_limit", method="GET")

    assert len(list(islice(newest_first, 99))) == 99
    with pytest.raises(GatewayUnavailable):
        next(newest_first)


def test_a_period_has_both_its_ends(outside: Outside) -> None:
    for _ in range(3):
        outside.behind("funds", amount=100, currency="eur")
        outside.let_pass(timedelta(hours=1))
    hour = timedelta(hours=1)
    within = Period(START + hour, START + 2 * hour)
    assert len(list(outside.stripe.balance.between(within))) == 2


def test_a_fee_of_stripes_is_a_movement_without_an_amount(outside: Outside) -> None:
    disputed = outside.behind("disputes", charge=charge_of(outside.paid()))["id"]
    outside.sdk.v1.disputes.update(disputed, {"evidence": {"uncategorized_text": "We object."}})

    newest = next(outside.stripe.balance.between(outside.lately()))

    assert (newest.kind, newest.amount, newest.fee) == (Kind.DISPUTE, euros(0), euros(20))


@pytest.mark.parametrize(("theirs", "ours"), [*KINDS.items(), ("reserve_hold", Kind.OTHER)])
def test_each_type_has_its_kind(outside: Outside, theirs: str, ours: Kind) -> None:
    outside.behind("funds", amount=100, currency="eur")
    (only,) = outside.all("balance_transaction")
    only["type"] = theirs
    assert outside.stripe.balance.movement(only["id"]).kind is ours


def test_an_adjustment_that_is_no_dispute_is_for_a_person(outside: Outside) -> None:
    outside.behind("funds", amount=100, currency="eur")
    (only,) = outside.all("balance_transaction")
    only |= {"type": "adjustment", "reporting_category": "other_adjustment"}
    assert outside.stripe.balance.movement(only["id"]).kind is Kind.OTHER


# -- Amounts -----------------------------------------------------------------------------


@pytest.mark.parametrize("currency", EXPONENTS)
def test_an_amount_goes_there_and_comes_back(currency: str) -> None:
    money = Money(12_340, currency)
    assert from_stripe(*to_stripe(money)) == money


@pytest.mark.parametrize("currency", sorted(currencies.RATES_PER_EURO))
def test_decimals_are_those_of_the_stand_in(currency: str) -> None:
    """Two hands wrote them down from Stripe's pages."""
    assert decimals_of(currency.upper()) == currencies.decimals(currency)
    step = step_of(currency.upper())
    currencies.check_granularity(step, currency)
    assert step in (1, 10, 100)
