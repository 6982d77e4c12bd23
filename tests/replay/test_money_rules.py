"""The auditor's rules of money on its way: what they let pass, and where they begin to speak."""

from datetime import timedelta
from typing import Any, cast

import pytest

from ledger.events import Event, Recorded
from ledger.values.clock import Instant
from ledger.values.ids import StreamId
from ledger.values.journal import Account
from ledger.values.money import Money
from replay.rules import Rule
from replay.rules.clearing_accounts_clear import LIMITS, ClearingAccountsClear
from replay.rules.deals_are_closed import DealsAreClosed
from replay.rules.rule import Connection, Extent
from tests.facts import (
    BOOKING,
    NOW,
    PAYMENT,
    a_payment,
    funds_available,
    paid,
)
from tests.ledger.test_booking_abroad import in_dollars

AN_INSTANT, DAY = timedelta(microseconds=1), timedelta(days=1)
NOBODY_ASKS = cast(Connection, None)


def found_by(rule: Rule, *events: Event, now: Instant = NOW, origin: bytes = b"") -> list[str]:
    """What a rule says of events of one payment, and of the time that has passed since."""
    for version, event in enumerate(events, start=1):
        place = (version, StreamId(PAYMENT), version, BOOKING, NOW, NOW, None, origin)
        recorded: Recorded[Any] = Recorded(*place, event)
        if handler := rule.hears().get(type(event)):
            handler(recorded)
    rule.end(NOBODY_ASKS, Extent("", len(events), len(events), now))
    return [finding.found for finding in rule.findings()]


# -- On its way -------------------------------------------------------------------------


def test_money_may_wait_at_the_processor_for_its_time_and_no_longer() -> None:
    limit = NOW + LIMITS[Account.STRIPE_PENDING]

    assert found_by(ClearingAccountsClear(), paid(), now=limit) == []
    late = found_by(ClearingAccountsClear(), paid(), now=limit + AN_INSTANT)

    assert ["stripe_pending" in found for found in late] == [True, False]
    assert "unapplied_receipts" in late[1]


def test_what_has_gone_again_waits_for_nothing() -> None:
    (left,) = found_by(ClearingAccountsClear(), paid(), funds_available(), now=NOW + 365 * DAY)

    assert "unapplied_receipts" in left


def test_history_from_outside_came_to_rest_where_it_came_from() -> None:
    origin = b'{"origin":"import"}'

    assert found_by(ClearingAccountsClear(), paid(), now=NOW + 365 * DAY, origin=origin) == []


# -- Two currencies ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settled", "speaks"), [(90, False), (110, False), (89, True), (111, True)]
)
def test_what_is_settled_is_near_the_price(settled: int, speaks: bool) -> None:
    price = in_dollars()
    promised = price.listing_total
    euros = str(Money(promised.minor * settled // 100, promised.currency))

    found = found_by(
        DealsAreClosed(), a_payment(price=price), paid(str(price.total), settled=euros)
    )

    assert ["settled as" in one for one in found] == [True] * speaks


def test_a_price_in_one_currency_promises_no_rate() -> None:
    assert found_by(DealsAreClosed(), a_payment(), paid(settled="100.00 CHF")) == []
