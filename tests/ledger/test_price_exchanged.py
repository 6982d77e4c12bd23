"""Prices in the guest's currency: converted once, and given back from the lines that were paid."""

from datetime import date, timedelta
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import CurrenciesDiffer
from ledger.values.clock import Instant
from ledger.values.exchange import EURO, Exchange
from ledger.values.guests import Party
from ledger.values.money import Money, round_half_even
from ledger.values.policy import FLEXIBLE, POLICIES, Ending, Occupancy, Settlement, settle
from ledger.values.price import CouponUse, Price, Terms, paid_by, price_under
from ledger.values.rates import Occasion
from tests.facts import LISBON, a_price, a_rate_plan, a_stay, money, some_levies
from tests.ledger.test_exchange import DOLLARS, EUROS, quoted

WEEK = a_stay("2026-07-02", nights=7)
CHECK_IN = LISBON.check_in_at(WEEK)
BOOKED = CHECK_IN - timedelta(days=60)


def the_worked_price(currency: str = EURO, coupon: CouponUse | None = None) -> Price:
    """The worked price of the money page (section 8)."""
    levies = some_levies()
    terms = Terms(a_rate_plan(currency=currency), levies.fee_plan, levies.taxes)
    return price_under(terms, WEEK, Occasion(Party(2, 2), date(2026, 6, 1)), coupon)


def settled(price: Price, at: Instant, ending: Ending = Ending.BY_GUEST) -> Settlement:
    return settle(price, FLEXIBLE, ending, Occupancy(WEEK, LISBON, BOOKED, at))


def test_the_worked_price_in_dollars_is_that_of_the_page_line_by_line() -> None:
    price = paid_by(the_worked_price(), quoted())

    assert [line.minor for line in price.lines()] == EUROS
    assert list(price.guest_minors) == list(price.paid_minors) == DOLLARS
    assert price.total == money("1176.17 USD")
    assert price.listing_total == money("1074.58 EUR")
    assert price.currency == EURO, "what the host is owed stays in the listing's currency"
    assert price.shares == the_worked_price().shares


def test_m1_the_refund_in_dollars_comes_from_the_dollars_that_were_paid() -> None:
    price = paid_by(the_worked_price(), quoted())

    ten_hours_before = settled(price, CHECK_IN - timedelta(hours=10))

    assert ten_hours_before.refund == money("903.92 USD"), "converting anew would give 903.91"
    assert sum(line.minor for line in ten_hours_before.lines) == 90_392
    in_euros = settled(the_worked_price(), CHECK_IN - timedelta(hours=10))
    assert in_euros.refund == money("825.84 EUR")
    assert ten_hours_before.back == in_euros.back
    assert ten_hours_before.kept == in_euros.kept


@pytest.mark.parametrize("ending", [Ending.BY_HOST, Ending.BY_PLATFORM])
def test_everything_back_is_everything_that_was_paid(ending: Ending) -> None:
    price = paid_by(the_worked_price(), quoted(guest="KWD"))

    assert settled(price, BOOKED, ending).refund == price.total


def test_a_price_that_a_guest_pays_in_euros_is_stored_as_before() -> None:
    price = a_price()

    assert paid_by(price, quoted(guest="EUR")) is price
    assert b"exchange" not in msgspec.json.encode(price)
    assert b"minors" not in msgspec.json.encode(price)


def test_a_price_of_another_listing_currency_keeps_its_euros_and_no_second_copy_of_itself() -> None:
    price = the_worked_price("USD")

    same = paid_by(price, quoted("USD", "USD"))

    assert same.total == price.total
    assert same.guest_minors == ()
    assert sum(same.euro_minors) == round_half_even(
        *(Fraction(price.total.minor) / Fraction("1.0837")).as_integer_ratio()
    )
    assert paid_by(price, quoted("USD", "EUR")).total.currency == "EUR"


def test_a_price_is_only_converted_by_an_exchange_of_its_own_currency() -> None:
    with pytest.raises(CurrenciesDiffer):
        paid_by(a_price(), quoted("USD", "GBP"))


def test_a_price_with_its_exchange_is_read_back_as_it_was_stored() -> None:
    price = paid_by(the_worked_price(), quoted())

    assert msgspec.json.decode(msgspec.json.encode(price), type=Price) == price
    assert price.digest != the_worked_price().digest


moments = st.integers(-70 * 24, 8 * 24).map(lambda hours: CHECK_IN + timedelta(hours=hours))
exchanges: st.SearchStrategy[Exchange] = st.builds(
    quoted,
    listing=st.just("EUR"),
    guest=st.sampled_from(["USD", "JPY", "GBP", "HUF"]),
    margin_bp=st.integers(0, 500),
)


@given(
    exchanges,
    moments,
    st.sampled_from(sorted(POLICIES)),
    st.sampled_from(Ending),
    st.none() | st.integers(1, 20_000).map(lambda minor: CouponUse("WELCOME", minor)),
)
def test_no_refund_exceeds_what_was_paid_and_its_lines_explain_it(
    exchange: Exchange, at: Instant, policy: str, ending: Ending, coupon: CouponUse | None
) -> None:
    price = paid_by(the_worked_price(coupon=coupon), exchange)
    occupancy = Occupancy(WEEK, LISBON, min(BOOKED, at), at)

    settlement = settle(price, POLICIES[policy], ending, occupancy)

    assert 0 <= settlement.refund.minor <= price.total.minor
    assert settlement.refund.currency == exchange.guest
    assert settlement.refund.minor == sum(line.minor for line in settlement.lines)
    assert (settlement.back + settlement.kept) == price.shares
    paid = dict(
        zip([(line.code, line.of) for line in price.lines()], price.paid_minors, strict=True)
    )
    assert all(abs(line.minor) <= abs(paid[line.code, line.of]) for line in settlement.lines)
    assert Money(sum(price.paid_minors), exchange.guest) == price.total
