"""A booking paid in another currency: the exchange position closes, and the result shows."""

from collections import defaultdict

import pytest

from ledger.aggregates import postings
from ledger.aggregates.booking import Confirm
from ledger.errors import CurrenciesDiffer
from ledger.events.booking import BookingConfirmed
from ledger.values.journal import Entry
from ledger.values.money import Money
from ledger.values.price import Price, paid_by
from ledger.values.received import received
from tests.facts import BOOKING, PAYMENT, PROCESS, a_booking, a_price, money
from tests.given import given
from tests.ledger.test_exchange import quoted


def in_dollars() -> Price:
    return paid_by(a_price(), quoted())


def to_confirm(settled: Money | None) -> Confirm:
    return Confirm(booking_id=BOOKING, payment_id=PAYMENT, paid=in_dollars().total, settled=settled)


def balances(*entries: Entry) -> dict[tuple[str, str], int]:
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        for line in entry.lines:
            sums[line.account, line.currency] += line.minor
    return {key: minor for key, minor in sums.items() if minor}


@pytest.mark.parametrize(("settled", "lost"), [("405.00 EUR", 540), ("415.00 EUR", -460)])
def test_case_m1_the_exchange_position_closes_and_what_it_cost_is_booked(
    settled: str, lost: int
) -> None:
    price, gross = in_dollars(), money(settled)
    came = postings.payment_received(PAYMENT, BOOKING, received(price.total, gross, None))
    outcome = given(a_booking(price=price)).when(PROCESS, to_confirm(gross)).then(BookingConfirmed)
    (confirmed,) = outcome.events
    assert isinstance(confirmed, BookingConfirmed)

    left = balances(*came, *confirmed.entries)

    assert left == {
        ("stripe_pending", "EUR"): gross.minor,
        ("host_deferred", "EUR"): -price.shares.host_minor,
        ("revenue_deferred", "EUR"): -price.shares.fees.minor,
        ("fx_gain_loss", "EUR"): lost,
    }
    assert confirmed.total == price.total
    assert confirmed.total.currency == "USD"


@pytest.mark.parametrize("settled", [None, "330.00 CHF"])
def test_what_did_not_settle_in_the_listings_currency_is_refused(settled: str | None) -> None:
    gross = None if settled is None else money(settled)

    given(a_booking(price=in_dollars())).when(PROCESS, to_confirm(gross)).refused(CurrenciesDiffer)
