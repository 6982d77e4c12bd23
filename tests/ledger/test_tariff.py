"""A tariff: what a property costs, set by host and operator, in versions counted apart."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.errors import (
    CurrenciesDiffer,
    LeviesContradict,
    RatesContradict,
    Refused,
    TransitionNotAllowed,
    UnknownCurrency,
    UnknownPolicy,
)
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.penalty import BY_HOST
from ledger.values.policy import NON_REFUNDABLE
from ledger.values.rates import Season, Tiered
from ledger.values.stay_rules import SeasonalRules, StayRules
from ledger.values.tariff import RoomRates
from tests.facts import (
    GUEST,
    HOST,
    OPERATOR,
    a_rate_plan,
    levies_set,
    rates_set,
    some_rates,
    to_set_levies,
    to_set_rates,
)
from tests.given import given

# -- TF1: rates -------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [HOST, OPERATOR])
def test_rates_are_set_by_the_host_or_an_operator(actor: Any) -> None:
    given().when(actor, to_set_rates()).then(rates_set())


def test_a_guest_sets_no_rates() -> None:
    given().when(GUEST, to_set_rates()).refused(TransitionNotAllowed, aggregate="tariff")


def test_each_change_is_a_version_of_its_own_that_every_plan_carries() -> None:
    outcome = given(rates_set()).when(HOST, to_set_rates(policy="strict"))

    outcome.then(rates_set(version=2, policy="strict"))
    assert outcome.state.rates_version == 2
    assert [room.plan.version for room in outcome.state.rates.rooms] == [2]


def test_rates_and_levies_count_each_for_itself() -> None:
    history = (rates_set(), rates_set(version=2, policy="strict"))

    given(*history).when(OPERATOR, to_set_levies()).then(levies_set(version=1))


def test_what_holds_already_is_no_new_version() -> None:
    given(rates_set()).when(HOST, to_set_rates()).then()
    given(levies_set()).when(OPERATOR, to_set_levies()).then()


def in_season(*seasons: tuple[str, str], **rules: Any) -> tuple[RoomRates, ...]:
    """The sea-view rooms, with rules of their own for arrivals in some seasons."""
    seasonal = tuple(
        SeasonalRules(date.fromisoformat(first), date.fromisoformat(last), StayRules(**rules))
        for first, last in seasons
    )
    return (RoomRates("sea view", a_rate_plan(), seasonal=seasonal),)


def one_room(rules: StayRules | None = None, **changed: Any) -> tuple[RoomRates, ...]:
    return (RoomRates("sea view", a_rate_plan(**changed), rules or StayRules()),)


JULY = date(2026, 7, 1), date(2026, 7, 31)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"policy": "whatever"}, UnknownPolicy),
        ({"currency": "XXX"}, UnknownCurrency),
        ({"currency": "USD"}, CurrenciesDiffer),
        ({"rooms": ()}, RatesContradict),
        ({"rooms": one_room() * 2}, RatesContradict),
        ({"rooms": one_room(base_minor=-1)}, RatesContradict),
        (
            {"rooms": one_room(seasons=(Season("a", *JULY, 1), Season("b", *JULY, 2)))},
            RatesContradict,
        ),
        ({"rooms": one_room(last_minute=Tiered(28, 100))}, RatesContradict),
        ({"rooms": one_room(StayRules(min_nights=0))}, RatesContradict),
        ({"rooms": one_room(StayRules(min_nights=3, max_nights=2))}, RatesContradict),
        ({"rooms": one_room(StayRules(arrival_days=()))}, RatesContradict),
        ({"rooms": one_room(StayRules(departure_days=(0,)))}, RatesContradict),
        ({"rooms": one_room(StayRules(notice_days=3, window_days=2))}, RatesContradict),
        ({"rooms": one_room(StayRules(capacity=0))}, RatesContradict),
        ({"rooms": one_room(StayRules(buffer_nights=-1))}, RatesContradict),
        ({"rooms": in_season(("2026-07-01", "2026-06-30"))}, RatesContradict),
        (
            {"rooms": in_season(("2026-07-01", "2026-07-31"), ("2026-07-31", "2026-08-31"))},
            RatesContradict,
        ),
        ({"rooms": in_season(("2026-07-01", "2026-07-31"), min_nights=0)}, RatesContradict),
    ],
)
def test_rates_that_cannot_be_are_refused_when_they_are_set(
    changed: dict[str, Any], rule: type[Refused]
) -> None:
    given().when(HOST, to_set_rates(**changed)).refused(rule)


def test_each_day_of_arrival_has_the_rules_of_its_season_to_its_last_day() -> None:
    (room,) = in_season(("2026-07-01", "2026-07-31"), ("2026-08-01", "2026-08-31"), min_nights=7)
    given().when(HOST, to_set_rates(rooms=(room,))).then(rates_set(rooms=(room,)))

    nights = {day: room.rules_for(day).min_nights for day in map(date.fromisoformat, EDGES)}

    assert list(nights.values()) == [1, 7, 7, 7, 7, 1]


EDGES = ("2026-06-30", "2026-07-01", "2026-07-31", "2026-08-01", "2026-08-31", "2026-09-01")


def test_the_longest_stay_may_be_the_shortest() -> None:
    rooms = one_room(StayRules(min_nights=2, max_nights=2, notice_days=2, window_days=2))

    given().when(HOST, to_set_rates(rooms=rooms)).then(rates_set(rooms=rooms))


def test_a_guest_who_gives_up_every_refund_has_the_policy_for_it() -> None:
    rates = some_rates()

    assert rates.policy_for(non_refundable=False).name == "flexible"
    assert rates.policy_for(non_refundable=True) is NON_REFUNDABLE
    assert rates.of("sea view") is rates.rooms[0]
    assert rates.of("cellar") is None


# -- TF2: levies ------------------------------------------------------------------------


def test_levies_are_set_by_operators_only() -> None:
    given().when(OPERATOR, to_set_levies()).then(levies_set())
    given().when(HOST, to_set_levies()).refused(TransitionNotAllowed)


def test_every_rule_carries_the_version() -> None:
    fees = FeePlan("host only", 0, 0, 1_500)

    levies = given(levies_set()).when(OPERATOR, to_set_levies(fee_plan=fees)).state.levies

    assert levies.fee_plan.version == 2
    assert [rule.version for rule in levies.taxes] == [2]
    assert levies.penalty.version == 2


def a_tax(**changed: Any) -> TaxRule:
    told: dict[str, Any] = {"name": "city", "version": 1, "jurisdiction": "PT-LIS"}
    return TaxRule(**{**told, "base": TaxBase.NIGHTS, "part_bp": 600, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"fee_plan": FeePlan("too much", 1, 10_001, 0)},
        {"fee_plan": FeePlan("below nothing", 1, 0, -1)},
        {"fee_plan": FeePlan("crossed", 1, 0, 0, 500, 400)},
        {"penalty": replace(BY_HOST, early_bp=20_000)},
        {"penalty": replace(BY_HOST, at_least_minor=-1)},
        {"taxes": (a_tax(), a_tax())},
        {"taxes": (a_tax(part_bp=10_001),)},
        {"taxes": (a_tax(minor=100),)},
        {"taxes": (a_tax(base=TaxBase.UNIT_NIGHT),)},
        {"taxes": (a_tax(cap_nights=-1),)},
        {"taxes": (a_tax(inclusive=True, compound=True),)},
        {"taxes": (a_tax(base=TaxBase.UNIT_NIGHT, part_bp=0, minor=5, inclusive=True),)},
        {"taxes": (a_tax(valid_from=JULY[1], valid_until=JULY[0]),)},
    ],
)
def test_levies_that_cannot_be_worked_out_are_refused_when_they_are_set(
    changed: dict[str, Any],
) -> None:
    given().when(OPERATOR, to_set_levies(**changed)).refused(LeviesContradict)
