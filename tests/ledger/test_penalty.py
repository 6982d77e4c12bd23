"""What a host pays who calls a stay off."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from ledger.values.clock import Instant
from ledger.values.penalty import BY_HOST, penalty
from ledger.values.policy import Occupancy
from ledger.values.stay import stay
from tests.facts import AN_INSTANT, LISBON, a_price, money
from tests.ledger.worked import DAY, HOUR, LONG_BEFORE, A, the_price, the_stay


def at(moment: Instant) -> Occupancy:
    return Occupancy(the_stay(), LISBON, LONG_BEFORE, moment)


@pytest.mark.parametrize(
    ("moment", "amount"),
    [
        (A - 60 * DAY, "90.02 EUR"),
        (A - 30 * DAY - AN_INSTANT, "90.02 EUR"),
        (A - 30 * DAY, "225.06 EUR"),
        (A - 48 * HOUR, "225.06 EUR"),
        (A - 48 * HOUR + AN_INSTANT, "450.12 EUR"),
        (A + DAY, "450.12 EUR"),
    ],
)
def test_the_later_a_host_cancels_the_larger_the_part_of_the_subtotal(
    moment: Instant, amount: str
) -> None:
    assert penalty(the_price(), BY_HOST, at(moment)) == money(amount)


def test_a_penalty_is_never_less_than_the_rules_least_amount() -> None:
    rule = replace(BY_HOST, at_least_minor=10_000)

    assert penalty(the_price(), rule, at(A - 60 * DAY)) == money("100.00 EUR")
    assert penalty(the_price(), rule, at(A)) == money("450.12 EUR")
    assert penalty(a_price(each="0.00 EUR"), rule, at(A)) == money("100.00 EUR")


def test_days_are_local_dates_and_hours_are_hours_where_the_clocks_change() -> None:
    spring = stay(date(2026, 3, 30), date(2026, 4, 1))
    check_in_at = LISBON.check_in_at(spring)
    thirty_dates = check_in_at - timedelta(days=30) + HOUR

    def part(moment: Instant) -> int:
        occupancy = Occupancy(spring, LISBON, LONG_BEFORE, moment)
        return penalty(a_price(each="100.00 EUR"), BY_HOST, occupancy).minor

    assert part(thirty_dates - AN_INSTANT) == 3_000
    assert part(thirty_dates) == 7_500
    assert part(check_in_at - 48 * HOUR) == 7_500
    assert part(check_in_at - 48 * HOUR + AN_INSTANT) == 15_000


def test_a_rule_is_named_with_its_version() -> None:
    assert BY_HOST.label == "by_host/1"
