"""Search: what is found is what can be booked, for the whole stay, at its whole price."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace as changed
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from msgspec.structs import replace

from ledger.aggregates.property import PROPERTY as PROPERTIES
from ledger.aggregates.provider import PROVIDER, Standing
from ledger.aggregates.tariff import TARIFF, tariff_of
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.draft import Draft
from ledger.errors import NotFound, SearchTooWide
from ledger.events import Event
from ledger.events.tariff import RatesSet
from ledger.processes import hindrances
from ledger.values.clock import instant
from ledger.values.exchange import reference_rates
from ledger.values.guests import Party
from ledger.values.ids import PropertyId
from ledger.values.listing import PropertyKind, RoomType
from ledger.values.rates import Season
from ledger.values.stay_rules import SeasonalRules, StayRules
from ledger.values.tariff import BookingMode, RoomRates
from projections.finding.cells import Cell
from projections.finding.clusters import clusters_to_book
from projections.finding.found import FoundRoom, stays_to_book
from projections.finding.sought import Box, Order, Sought, Spot
from projections.finding.visibility import visibility_of
from projections.properties import PropertyListed, properties
from tests.facts import (
    GOOD_UNTIL,
    NOW,
    SEA_VIEW,
    a_calendar,
    a_deactivation,
    a_provider,
    a_rate_plan,
    a_reopening,
    a_stay,
    an_account,
    an_account_that_is,
    an_id,
    archived,
    blocked,
    closed,
    her_stay,
    of_stay,
    published,
    rates_set,
    reinstated,
    reinstated_house,
    renewal_due,
    review_hidden,
    review_shown,
    reviews_published,
    revised,
    revision_proposed,
    some_facts,
    suspended,
    suspended_house,
    unblocked,
    unlisted,
    verified,
)
from tests.projections.houses import (
    JULY,
    Listed,
    find,
    follow,
    later,
    list_house,
    pages,
    sought,
    take,
    tell_of,
)
from tests.projections.story import Story, asking


def names(found: Sequence[FoundRoom | PropertyListed], *houses: Listed) -> list[str]:
    """What the houses that were found are called, in the order of the answer."""
    by_id = {str(house.property_id): house.name for house in houses}
    return [by_id[each.property_id] for each in found]


# -- What can be found ------------------------------------------------------------------

IN_FIJI = replace(some_facts().place, country="FJ")
IN_EVERY_STATE = (
    Listed("open"),
    Listed("unlisted", afterwards=(unlisted(),)),
    Listed("let again", afterwards=(unlisted(), published())),
    Listed("suspended", afterwards=(suspended_house(),)),
    Listed("reinstated", afterwards=(suspended_house(), reinstated_house())),
    Listed("archived", afterwards=(unlisted(), archived())),
    Listed("blocked", afterwards=(blocked(),)),
    Listed("unblocked", afterwards=(blocked(), unblocked())),
    Listed("of a suspended host", afterwards=(suspended(),)),
    Listed("of a reinstated host", afterwards=(suspended(), reinstated())),
    Listed("of a host to be renewed", afterwards=(renewal_due(),)),
    Listed("of a closed host", afterwards=(closed(),)),
    Listed("of a host nobody verified", hosts=(a_provider(), an_account(), an_account_that_is())),
    Listed("of a host without account", hosts=(a_provider(), verified())),
    Listed("of a host in onboarding", hosts=(a_provider(), verified(), an_account())),
    Listed("of a restricted host", afterwards=(an_account_that_is(Standing.RESTRICTED),)),
    Listed("without number", facts=some_facts(registration=None)),
    Listed("where none is asked", facts=some_facts(registration=None, place=IN_FIJI)),
    Listed("without rates", rates_and_levies=(False, True)),
    Listed("with another room's price", rates={"rooms": (RoomRates("cellar", a_rate_plan()),)}),
    Listed("without levies", rates_and_levies=(True, False)),
    Listed("without either", rates_and_levies=(False, False)),
    Listed("without room", afterwards=(a_deactivation(),)),
    Listed("with its room again", afterwards=(a_deactivation(), a_reopening())),
    Listed("with papers for a day", valid_until=NOW.date() + timedelta(days=1)),
    Listed("with papers that ran out", valid_until=NOW.date()),
    Listed("to be revised", afterwards=(revision_proposed(),)),
    Listed("revised", afterwards=(revision_proposed(), revised())),
)


class Judged:
    """What the write side knows of a house: its streams, folded from the same events."""

    def __init__(self, house: Listed) -> None:
        self.told: dict[str, Any] = {}
        of_property = house.events_of_property()
        self._fold(PROVIDER, house.host_id, house.hosts)
        self._fold(PROPERTIES, house.property_id, of_property)
        self._fold(TARIFF, tariff_of(house.property_id), house.events_of_tariff())
        opened = replace(a_calendar(), property_id=house.property_id, room_type=SEA_VIEW)
        self._fold(UNIT_CALENDAR, house.unit(), [opened])
        for event in house.afterwards:
            kind, _, _ = event.topic.partition(".")
            decider, stream = {
                "provider": (PROVIDER, house.host_id),
                "property": (PROPERTIES, house.property_id),
                "unit_calendar": (UNIT_CALENDAR, house.unit()),
            }[kind]
            self._fold(decider, stream, [event])

    def _fold(self, decider: Any, stream: str, events: Sequence[Event]) -> None:
        self.told[stream] = decider.fold(events, self.told.get(stream))

    now = NOW

    def state(self, decider: Any, stream: str) -> Any:
        """As a draft answers it."""
        return self.told.get(stream)


def hindrances_of(house: Listed) -> set[str]:
    """What the write side has against a house."""
    known = Judged(house)
    listed = known.told[house.property_id]
    return {each.value for each in hindrances(cast(Draft, known), house.property_id, listed)}


def test_a_house_is_found_exactly_while_the_ledger_would_let_it_be_booked(story: Story) -> None:
    for house in IN_EVERY_STATE:
        list_house(story, house)

    (found,) = find(story, sought(), at_most=50)

    allowed = [house.name for house in IN_EVERY_STATE if not hindrances_of(house)]
    assert sorted(names(found, *IN_EVERY_STATE)) == sorted(allowed)
    assert 6 <= len(allowed) < len(IN_EVERY_STATE)
    with asking(story.database.url) as db:
        for house in IN_EVERY_STATE:
            told = visibility_of(db, house.property_id, NOW)
            in_the_way = {part.hindrance for part in told.parts if not part.holds}
            assert (in_the_way, told.can_be_found) == (hindrances_of(house), not in_the_way)
        listed = properties(db, NOW, 50).properties
    assert sorted(names(listed, *IN_EVERY_STATE)) == sorted(allowed)


def test_a_host_is_told_which_event_keeps_a_house_from_being_found(story: Story) -> None:
    house = list_house(story, Listed("open", afterwards=(suspended(), blocked())))
    follow(story)

    with asking(story.database.url) as db:
        parts = visibility_of(db, house.property_id, NOW).parts
        with pytest.raises(NotFound):
            visibility_of(db, PropertyId(an_id("no house")), NOW)

    assert {part.hindrance: part.by for part in parts if not part.holds} == {
        "host_not_verified": f"{house.host_id}/5",
        "blocked_by_moderation": f"{house.property_id}/5",
    }
    assert {part.hindrance: part.by for part in parts if part.holds} == {
        "not_published": f"{house.property_id}/4",
        "payout_account_not_enabled": f"{house.host_id}/4",
        "no_rates": f"{tariff_of(house.property_id)}/1",
        "no_active_unit_with_a_price": f"{tariff_of(house.property_id)}/1",
        "no_fees_and_taxes": f"{tariff_of(house.property_id)}/2",
        "registration_missing": f"{house.property_id}/2",
        "documents_have_expired": f"{house.property_id}/2",
    }


def test_a_host_is_told_who_stopped_the_last_unit(story: Story) -> None:
    house = list_house(story, Listed("open", afterwards=(a_deactivation(),)))
    follow(story)

    with asking(story.database.url) as db:
        parts = visibility_of(db, house.property_id, NOW).parts

    assert {part.hindrance: part.by for part in parts if not part.holds} == {
        "no_active_unit_with_a_price": f"{house.unit()}/2"
    }


def test_a_house_whose_papers_have_run_out_is_found_no_more_whoever_is_late(story: Story) -> None:
    until = GOOD_UNTIL.isoformat()
    stay = a_stay((GOOD_UNTIL + timedelta(days=9)).isoformat())
    list_house(story, Listed("open", valid_until=GOOD_UNTIL))

    before, after = find(
        story,
        sought(stay, at=instant(f"{until}T00:00:00Z") - timedelta(seconds=1)),
        sought(stay, at=instant(f"{until}T00:00:00Z")),
    )

    assert (len(before), len(after)) == (1, 0)


# -- What can be booked -----------------------------------------------------------------


CASCAIS = some_facts().place
PORTO = replace(
    CASCAIS, region="Pôrto", city="Porto", latitude_e6=41_150_000, longitude_e6=-8_610_000
)


def to_price(house: Listed, version: int, **told: Any) -> RatesSet:
    """The host asks for other stays."""
    return replace(rates_set(version, **told), property_id=house.property_id)


def of_currency(house: Listed, currency: str) -> Listed:
    """The same house, priced in another currency."""
    (room,) = house.rates["rooms"]
    room = replace(room, plan=replace(room.plan, currency=currency))
    rates = {"rooms": (room,), "currency": currency}
    return changed(house, rates=rates, currency=currency)


def ruled(**rules: Any) -> dict[str, Any]:
    """Rates of the usual room, under other rules."""
    return {"rooms": (RoomRates(SEA_VIEW, a_rate_plan(), StayRules(**rules)),)}


IN_JULY = (
    # of a Friday to a Monday, 39 days ahead, for two
    ({"min_nights": 3, "max_nights": 3}, True),
    ({"min_nights": 4}, False),
    ({"max_nights": 2}, False),
    ({"arrival_days": (5,), "departure_days": (1,)}, True),
    ({"arrival_days": (1, 2, 3, 4, 6, 7)}, False),
    ({"departure_days": (2, 3, 4, 5, 6, 7)}, False),
    ({"notice_days": 39, "window_days": 39}, True),
    ({"notice_days": 40}, False),
    ({"window_days": 38}, False),
    ({"capacity": 2}, True),
    ({"capacity": 1}, False),
)


def test_only_what_the_stay_rules_let_is_found(story: Story) -> None:
    houses = [Listed(str(rules), rates=ruled(**rules)) for rules, _ in IN_JULY]
    for house in houses:
        list_house(story, house)

    (found,) = find(story, sought())

    let = [str(rules) for rules, is_let in IN_JULY if is_let]
    assert sorted(names(found, *houses)) == sorted(let)


def test_the_rules_of_the_season_of_arrival_hold_and_today_is_the_houses_own(
    story: Story,
) -> None:
    august = SeasonalRules(date(2026, 8, 1), date(2026, 8, 31), StayRules(min_nights=7))
    room = RoomRates(SEA_VIEW, a_rate_plan(), StayRules(notice_days=1), (august,))
    list_house(story, Listed("open", rates={"rooms": (room,)}))
    late = instant("2026-06-09T22:59:00Z")  # it is Tuesday, a minute before midnight in Lisbon

    found = find(
        story,
        sought(a_stay("2026-07-31")),
        sought(a_stay("2026-08-01")),
        sought(a_stay("2026-08-01", nights=7)),
        sought(a_stay("2026-09-01")),
        sought(a_stay("2026-06-10"), at=late),
        sought(a_stay("2026-06-10"), at=late + timedelta(minutes=1)),
    )

    assert [len(each) for each in found] == [1, 0, 1, 1, 1, 0]


def test_all_nights_must_be_free_and_those_after_them_that_get_it_ready(story: Story) -> None:
    list_house(
        story, Listed("elsewhere", facts=some_facts(place=PORTO), rates=ruled(buffer_nights=9))
    )
    house = list_house(story, Listed("open", rates=ruled(buffer_nights=2)))
    take(story, house.unit(), a_stay("2026-07-15"), buffer_nights=2)  # until the 20th

    days = range(10, 22)
    found = find(story, *(sought(a_stay(f"2026-07-{day}", nights=2)) for day in days))

    assert [day for day, each in zip(days, found, strict=True) if each] == [10, 11, 20, 21]


def test_one_free_room_of_its_type_is_enough_and_one_that_is_let_no_more_is_none(
    story: Story,
) -> None:
    two = (RoomType(SEA_VIEW, units=2, capacity=4),)
    house = list_house(story, Listed("open", facts=some_facts(rooms=two)))
    take(story, house.unit(1), JULY)
    assert len(find(story, sought())[0]) == 1

    take(story, house.unit(2), a_stay("2026-07-12", nights=1))
    assert find(story, sought()) == [[]]


def test_what_is_found_is_what_was_approved_and_is_asked_for_now(story: Story) -> None:
    house = list_house(story, Listed("open", afterwards=(revision_proposed(),)))
    five = sought(party=Party(2, 3))
    tell_of(story, house, to_price(house, 2, **ruled()))
    assert find(story, five) == [[]]

    tell_of(story, house, revised())
    assert len(find(story, five)[0]) == 1

    attic = RoomRates("attic", a_rate_plan())
    tell_of(story, house, to_price(house, 3, rooms=(attic,)))
    assert find(story, five) == [[]]


# -- What was wished for ----------------------------------------------------------------


def test_filters_keep_what_a_family_needs(story: Story) -> None:
    flat = some_facts(kind=PropertyKind.APARTMENT)
    free = RoomRates(SEA_VIEW, a_rate_plan(children_count=False))
    houses = (
        Listed("house", amenities=("cot", "high_chair", "wifi")),
        Listed("flat", facts=flat, amenities=("high_chairs",)),
        Listed("on request", rates={"mode": BookingMode.REQUEST}, amenities=()),
        Listed("free for children", rates={"rooms": (free,)}, amenities=("cot",)),
        Listed("far away", facts=some_facts(place=PORTO), amenities=("cot",)),
    )
    for house in houses:
        list_house(story, house)

    wishes = {
        "cot": sought(amenities=("cot",)),
        "cot and high chair": sought(amenities=("cot", "high_chair")),
        "apartment": sought(kinds=("apartment",)),
        "instant": sought(instant=True, kinds=("house",)),
        "children": sought(children_free=True),
        "city": sought(place="  cascáis "),
        "region": sought(place="PORTO"),
        "region elsewhere": sought(place="Porto", country="ES"),
        "pets": sought(pets=1, kinds=("apartment",)),
    }
    found = dict(zip(wishes, find(story, *wishes.values()), strict=True))

    assert {wish: sorted(names(each, *houses)) for wish, each in found.items()} == {
        "cot": ["free for children", "house"],
        "cot and high chair": ["house"],
        "apartment": ["flat"],
        "instant": ["free for children", "house"],
        "children": ["free for children"],
        "city": ["flat", "free for children", "house", "on request"],
        "region": ["far away"],
        "region elsewhere": [],
        "pets": ["flat"],
    }
    assert found["pets"][0].total.minor == found["apartment"][0].total.minor + 1_500 + 210 + 42


def test_the_map_goes_round_and_distances_with_it(story: Story) -> None:
    fiji = replace(PORTO, country="FJ", latitude_e6=-16_800_000, longitude_e6=179_990_000)
    house = list_house(story, Listed("fiji", facts=some_facts(place=fiji)))
    around = Box(-17_000_000, 179_500_000, -16_500_000, -179_500_000)
    near = Spot(-16_800_000, -179_990_000)

    found, none = find(
        story,
        sought(box=around, near=near, order=Order.DISTANCE),
        sought(box=Box(-17_000_000, -179_500_000, -16_500_000, 179_500_000)),
    )

    assert names(found, house) == ["fiji"]
    assert found[0].distance_metres == 2_128
    assert (around.middle, none) == (Spot(-16_750_000, -180_000_000), [])
    assert Box(-90_000_000, -180_000_000, 90_000_000, 180_000_000).middle == Spot(0, 0)


# -- Prices -----------------------------------------------------------------------------


def priced(name: str, base_minor: int, **changed: Any) -> Listed:
    """A house at another price."""
    room = RoomRates(SEA_VIEW, a_rate_plan(base_minor=base_minor, seasons=(), **changed))
    return Listed(name, rates={"rooms": (room,)})


def test_the_whole_price_is_told_as_a_quote_would_tell_it(story: Story) -> None:
    list_house(story, Listed("open"))

    ((found,),) = find(story, sought())

    rent = 14_202 + 14_202 + 12_350 + 6_000
    assert (found.subtotal_minor, found.fees_minor, found.taxes_minor) == (rent, 6_546 + 1_309, 990)
    assert found.total.minor == found.listing_total.minor == 55_599
    assert (found.total.currency, found.not_converted) == ("EUR", None)
    assert (found.rates_version, found.levies_version, found.instant) == (1, 1, True)


def test_pages_by_price_hold_every_room_once_in_the_order_of_totals(story: Story) -> None:
    dear_months_behind_cheap_ones = Season("winter", date(2026, 12, 1), date(2027, 7, 1), 1_000)
    houses = [priced(str(number), 5_000 + 700 * (number * 7 % 23)) for number in range(23)]
    plan = a_rate_plan(base_minor=30_000, seasons=(dear_months_behind_cheap_ones,))
    houses.append(Listed("late", rates={"rooms": (RoomRates(SEA_VIEW, plan),)}))
    for house in houses:
        list_house(story, house)
    follow(story)

    with asking(story.database.url) as db:
        found = pages(db, sought(), at_most=5)
        within = pages(db, sought(from_minor=40_000, to_minor=60_000), at_most=50)

    totals = [room.total.minor for page in found for room in page.rooms]
    assert len(totals) == 24
    assert totals == sorted(totals)
    assert [len(page.rooms) for page in found] == [5, 5, 5, 5, 4]
    middle = [total for total in totals if 40_000 <= total <= 60_000]
    assert 0 < len(middle) < 24
    assert [room.total.minor for page in within for room in page.rooms] == middle


@pytest.mark.parametrize("order", [Order.PRICE, Order.NEWEST])
def test_what_comes_and_goes_between_pages_moves_nothing_else(story: Story, order: Order) -> None:
    houses = [
        list_house(story, changed(priced(f"{number}", 5_000 + number), published_at=later(-number)))
        for number in range(8)
    ]
    follow(story)
    with asking(story.database.url) as db:
        first = stays_to_book(db, sought(order=order), None, 4)
    tell_of(story, houses[0], unlisted())
    tell_of(story, houses[6], unlisted())
    list_house(story, changed(priced("new", 5_001), published_at=later(-1)))
    follow(story)

    with asking(story.database.url) as db:
        second = stays_to_book(db, sought(order=order), first.ends_at, 4)

    assert names(first.rooms, *houses) == ["0", "1", "2", "3"]
    assert names(second.rooms, *houses) == ["4", "5", "7"]


def test_a_guest_sees_prices_in_their_currency_and_others_after_them(story: Story) -> None:
    houses = [
        priced("euros", 10_000),
        priced("pounds", 8_000),
        priced("kroner", 1),
    ]
    for house, currency in zip(houses, ("EUR", "GBP", "NOK"), strict=True):
        in_currency = list_house(story, of_currency(house, currency))
        assert in_currency.currency == currency
    reference = reference_rates(NOW.date(), "ECB", NOW, {"GBP": Decimal("0.8500")})

    found, cheap = find(
        story,
        sought(currency="GBP", reference=reference),
        sought(currency="GBP", reference=reference, to_minor=40_000),
    )

    assert names(found, *houses) == ["pounds", "euros", "kroner"]
    _, euros, kroner = found
    assert (euros.total.currency, euros.not_converted) == ("GBP", None)
    assert euros.total.minor == round(euros.listing_total.minor * 85 * 101 / 10_000)
    assert (kroner.total.currency, kroner.not_converted) == ("NOK", "CURRENCY_NOT_QUOTED")
    assert names(cheap, *houses) == ["pounds", "euros"]


def test_what_the_processor_cannot_take_is_not_offered(story: Story) -> None:
    houses = [
        of_currency(priced("a note", 900, cleaning_minor=0, weekend_bp=0), "HUF"),
        of_currency(priced("a coin", 90, cleaning_minor=0, weekend_bp=0), "HUF"),
    ]
    for house in houses:
        list_house(story, house)

    (found,) = find(story, sought(a_stay("2026-07-13", nights=20), currency="HUF"))

    assert names(found, *houses) == ["a note"]


# -- On a map ---------------------------------------------------------------------------


@pytest.mark.parametrize("wished", [{}, {"from_minor": 40_000, "to_minor": 70_000}])
def test_clusters_count_what_pages_list_and_tell_the_lowest_of_its_totals(
    story: Story, wished: dict[str, Any]
) -> None:
    cheap_in_winter = Season("winter", date(2026, 12, 1), date(2027, 7, 1), 1_000)
    for number in range(24):
        base, seasons = 6_000 + number * 7 % 24 * 600, (cheap_in_winter,) * (number % 3 == 0)
        rates = {"rooms": (RoomRates(SEA_VIEW, a_rate_plan(base_minor=base, seasons=seasons)),)}
        at = replace(CASCAIS, latitude_e6=38_690_000 + number % 4 * 700, longitude_e6=-9_421_000)
        list_house(story, Listed(f"{number}", some_facts(place=at), rates=rates))
    follow(story)

    with asking(story.database.url) as db:
        listed = [room for page in pages(db, sought(**wished), 50) for room in page.rooms]
        coarse, fine = (clusters_to_book(db, sought(**wished), zoom) for zoom in (5, 17))

    by_place = defaultdict[str, list[int]](list)
    for room in listed:
        by_place[room.latitude].append(room.total.minor)
    assert len(listed) > 4
    assert {each.latitude: (each.count, each.lowest.minor) for each in fine.clusters} == {
        latitude: (len(totals), min(totals)) for latitude, totals in by_place.items()
    }
    (all_of_it,) = coarse.clusters
    lowest = min(room.total.minor for room in listed)
    assert (all_of_it.count, all_of_it.lowest.minor) == (len(listed), lowest)


def test_a_map_with_too_much_to_price_says_which_lowest_is_not_certain(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    winter = Season("winter", date(2026, 12, 1), date(2027, 7, 11), 1_000)
    for number in range(6):
        plan = a_rate_plan(base_minor=9_000 + number, seasons=(winter,))
        list_house(story, Listed(f"{number}", rates={"rooms": (RoomRates(SEA_VIEW, plan),)}))
    follow(story)
    monkeypatch.setattr("projections.finding.clusters.MOST_PRICED", 4)

    with asking(story.database.url) as db:
        (cell,) = clusters_to_book(db, sought(), 3).clusters
        with pytest.raises(SearchTooWide):
            clusters_to_book(db, sought(to_minor=10**6), 3)

    assert (cell.count, cell.lowest_is_certain, cell.property_id) == (6, False, None)


def test_a_map_of_more_places_than_can_be_priced_is_refused(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        list_house(story, at_latitude(38_690_000 + number * 10_000, f"{number}"))
    follow(story)
    monkeypatch.setattr("projections.finding.clusters.MOST_PRICED", 2)

    with asking(story.database.url) as db, pytest.raises(SearchTooWide):
        clusters_to_book(db, sought(), 17)


def test_a_room_that_is_alone_in_its_cell_is_named(story: Story) -> None:
    house = list_house(story, Listed("open"))
    follow(story)

    with asking(story.database.url) as db:
        (alone,) = clusters_to_book(db, sought(), 12).clusters

    assert (alone.property_id, alone.room_type) == (house.property_id, SEA_VIEW)
    assert (alone.latitude, alone.longitude) == ("38.697000", "-9.421000")


def test_who_turns_out_too_dear_does_not_move_the_one_that_is_shown(story: Story) -> None:
    winter = Season("winter", date(2026, 12, 1), date(2027, 7, 11), 1_000)
    dear = a_rate_plan(base_minor=90_000, seasons=(winter,))
    alone, house = Listed("alone"), at_latitude(38_698_000, "dear")
    list_house(story, alone)
    list_house(story, changed(house, rates={"rooms": (RoomRates(SEA_VIEW, dear),)}))
    follow(story)

    with asking(story.database.url) as db:
        both, one = (
            clusters_to_book(db, sought(to_minor=most), 5).clusters[0] for most in (10**6, 60_000)
        )

    assert (both.count, both.latitude) == (2, "38.697500")
    assert (one.count, one.latitude) == (1, "38.697000")
    assert one.property_id == alone.property_id


def test_a_map_is_of_one_moment_whoever_books_while_it_is_drawn(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    winter = Season("winter", date(2026, 12, 1), date(2027, 7, 11), 1_000)
    in_turn = sorted("abcdef", key=lambda name: Listed(name).property_id)
    for name, base_minor in zip(in_turn, (9_500, 9_000, 9_600, 9_700, 9_800, 9_900), strict=True):
        plan = a_rate_plan(base_minor=base_minor, seasons=(winter,))
        list_house(story, Listed(name, rates={"rooms": (RoomRates(SEA_VIEW, plan),)}))
    follow(story)
    is_known = Cell.is_known

    def books_the_first(cell: Cell, wish: Sought) -> bool:
        if cell.seen_count == 1:
            take(story, Listed(in_turn[0]).unit(), JULY)
            follow(story)
        return is_known(cell, wish)

    with asking(story.database.url) as db:
        undisturbed = clusters_to_book(db, sought(), 3)
        monkeypatch.setattr(Cell, "is_known", books_the_first)
        (disturbed,) = clusters_to_book(db, sought(), 3).clusters
        monkeypatch.undo()
        (afterwards,) = clusters_to_book(db, sought(), 3).clusters

    assert [disturbed] == list(undisturbed.clusters)
    assert (disturbed.count, afterwards.count) == (6, 5)


# -- In which order ---------------------------------------------------------------------


def test_by_rating_by_age_and_by_distance(story: Story) -> None:
    houses = [
        changed(at_latitude(38_700_000, "a"), published_at=later(-3)),
        changed(at_latitude(38_690_000, "b"), published_at=later(-1)),
        changed(at_latitude(38_750_000, "c"), published_at=later(-2)),
    ]
    for house in houses:
        list_house(story, house)
    rate(story, houses[0], "one", 3)
    rate(story, houses[0], "two", 4)
    rate(story, houses[1], "three", 4)
    hidden = rate(story, houses[2], "four", 5)
    story.tells(review_hidden(), stream=hidden)
    near = Spot(38_740_000, -9_421_000)
    orders = (
        sought(order=Order.RATING),
        sought(order=Order.NEWEST),
        sought(order=Order.DISTANCE, near=near),
    )

    found = find(story, *orders)

    assert [names(each, *houses) for each in found] == [
        ["b", "a", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
    ]
    assert [(room.reviews_count, room.stars_hundredths) for room in found[0]] == [
        (1, 400),
        (2, 350),
        (0, None),
    ]
    assert [room.distance_metres for room in found[2]] == [1_111, 4_447, 5_559]

    story.tells(review_shown(), stream=hidden)
    assert names(find(story, orders[0])[0], *houses) == ["c", "b", "a"]


def at_latitude(latitude_e6: int, name: str) -> Listed:
    """A house further north or south."""
    return Listed(name, facts=some_facts(place=replace(CASCAIS, latitude_e6=latitude_e6)))


def rate(story: Story, house: Listed, name: str, stars: int) -> str:
    """A guest's stars for a house, published."""
    review = an_id(f"review {name}")
    of = replace(her_stay(), property_id=house.property_id)
    story.tells(reviews_published(of=of, of_stay=of_stay(stars)), stream=review, case=review)
    return review
