"""Currencies: how little, how much, how fine; and what conversion does to refunds and disputes."""

from typing import Any

import pytest
import stripe

from sandbox.stripe.core import currencies
from tests.sandbox.stripe.shells import Shell, fresh_machine, in_process, paid


def charged(shell: Shell, amount: int, currency: str) -> Any:
    return shell.v1.payment_intents.create({"amount": amount, "currency": currency})


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("eur", 49), ("usd", 49), ("gbp", 29), ("jpy", 49), ("sek", 299), ("czk", 1_499)],
)
def test_too_little_cannot_be_charged(shell: Shell, currency: str, amount: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        charged(shell, amount, currency)
    assert refused.value.code == "amount_too_small"


@pytest.mark.parametrize("currency", ["eur", "jpy"])
def test_no_more_than_eight_digits_can_be_charged(shell: Shell, currency: str) -> None:
    assert charged(shell, 99_999_999, currency).amount == 99_999_999
    with pytest.raises(stripe.InvalidRequestError) as refused:
        charged(shell, 100_000_000, currency)
    assert refused.value.code == "amount_too_large"


def test_three_decimals_end_in_zero(inside: Shell) -> None:
    assert charged(inside, 5_120, "kwd").amount == 5_120
    with pytest.raises(stripe.InvalidRequestError):
        charged(inside, 5_124, "kwd")


def test_some_currencies_have_decimals_only_on_paper(inside: Shell) -> None:
    assert charged(inside, 50_000, "isk").amount == 50_000
    with pytest.raises(stripe.InvalidRequestError):
        charged(inside, 50_050, "isk")


def test_there_is_no_such_currency(shell: Shell) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        charged(shell, 1_000, "xyz")
    assert refused.value.param == "currency"


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("jpy", 500, "500 jpy"), ("eur", 500, "5.00 eur"), ("kwd", 5_120, "5.120 kwd")],
)
def test_minor_units_follow_the_currency(currency: str, amount: int, shown: str) -> None:
    assert currencies.shown(amount, currency) == shown


def test_a_foreign_charge_is_converted_when_it_is_charged(inside: Shell) -> None:
    intent = paid(inside, 10_800, currency="usd")
    booked: Any = inside.v1.charges.retrieve(
        str(intent.latest_charge), {"expand": ["balance_transaction"]}
    ).balance_transaction
    assert (booked.currency, booked.amount) == ("eur", 10_000)
    assert booked.exchange_rate == pytest.approx(0.925926)


def test_a_refund_is_exact_for_the_guest_and_at_the_rate_of_the_day_for_us(inside: Shell) -> None:
    # given a charge in dollars, and a dollar that has become dearer
    intent = paid(inside, 10_800, currency="usd")
    inside.behind("rates", {"usd": "0.90"})
    # when it is refunded
    refund: Any = inside.v1.refunds.create(
        {"payment_intent": intent.id, "expand": ["balance_transaction"]}
    )
    # then the guest has the same dollars, and we have fewer euros
    assert (refund.amount, refund.currency) == (10_800, "usd")
    assert refund.balance_transaction.amount == -12_000


def test_a_dispute_is_converted_at_the_rate_of_the_day(inside: Shell) -> None:
    intent = paid(inside, 10_800, currency="usd")
    inside.behind("rates", {"usd": "1.20"})
    dispute = inside.behind("disputes", {"charge": intent.latest_charge})
    assert (dispute["amount"], dispute["currency"]) == (10_800, "usd")
    assert dispute["balance_transactions"][0]["amount"] == -9_000


def test_a_currency_that_the_platform_holds_is_not_converted() -> None:
    shell = in_process(fresh_machine(settlement_currencies=("eur", "usd")))
    paid(shell, 10_000, currency="usd")
    held = {one.currency: one.amount for one in shell.v1.balance.retrieve().pending}
    assert held == {"eur": 0, "usd": 9_680}


def test_forints_are_paid_out_whole() -> None:
    shell = in_process(fresh_machine(settlement_currencies=("huf",)))
    paid(shell, 100_000, "pm_card_bypassPending", currency="huf")
    with pytest.raises(stripe.InvalidRequestError):
        shell.v1.payouts.create({"amount": 1_050, "currency": "huf"})
    assert shell.v1.payouts.create({"amount": 1_000, "currency": "huf"}).amount == 1_000
