"""What search offers is what booking accepts, at the same total; what it does not, is refused."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection

from api.candidates import MOST_CANDIDATES
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import Refused
from ledger.events import Actor
from ledger.quotes import Wish, book_quoted, make_quote
from ledger.store import EventStore
from ledger.values.clock import Instant, StandingClock
from ledger.values.guests import Party
from ledger.values.ids import BlockId, GuestId, UnitId
from ledger.values.listing import RoomType
from ledger.values.money import Money
from ledger.values.nights import Taken
from ledger.values.offer import Asked
from ledger.values.quote import Quote
from ledger.values.rates import RatePlan
from ledger.values.stay import Stay
from ledger.values.stay_rules import EVERY_DAY, SeasonalRules, StayRules
from ledger.values.tariff import Levies, RoomRates
from projections.finding.found import stays_to_book
from projections.finding.sought import Box
from projections.finding.units import units_to_quote
from tests.facts import (
    LATE_IN_LISBON,
    LISBON,
    NOW,
    SEA_VIEW,
    a_feed_conflict,
    a_rate_plan,
    a_stay,
    an_external_block,
    an_id,
    other_hours,
    revised,
    revision_proposed,
    some_facts,
)
from tests.ledger.strategies import fee_plans, rate_plans, tax_rules
from tests.projections.houses import Listed, follow, list_house, sought, take, tell_of
from tests.projections.story import Story, asking

INES = GuestId(an_id("Inês"))
FIRST = a_stay("2026-06-01", nights=1).check_in
NEXT = count()

STAYS_OF_A_HOUSE = 10

some_days = st.sets(st.sampled_from(EVERY_DAY), min_size=4).map(lambda days: tuple(sorted(days)))
some_rules = st.builds(
    StayRules,
    min_nights=st.integers(1, 4),
    max_nights=st.none() | st.integers(4, 7),
    arrival_days=st.just(EVERY_DAY) | some_days,
    departure_days=st.just(EVERY_DAY) | some_days,
    notice_days=st.integers(0, 4),
    window_days=st.none() | st.integers(4, 40),
    capacity=st.none() | st.integers(1, 5),
    buffer_nights=st.integers(0, 3),
)


@st.composite
def stays(draw: st.DrawFn, most_nights: int = 7) -> Stay:
    """Some nights of the next six weeks."""
    check_in = FIRST + timedelta(days=draw(st.integers(0, 42)))
    return Stay(check_in, check_in + timedelta(days=draw(st.integers(1, most_nights))))


@dataclass(frozen=True)
class Let:
    """How a house is let, and what of it is taken: stays of its rooms, and pauses after them.

    `elsewhere` is what feeds say of its rooms, in conflict with us or under a block that was lifted
    since.
    """

    units: int
    capacity: int
    pets: bool
    rules: StayRules
    in_july: StayRules | None
    taken: Sequence[tuple[int, Stay, int]]
    elsewhere: Sequence[tuple[int, Stay, bool]]
    at: Instant
    plan: RatePlan
    levies: Levies


lets = st.builds(
    Let,
    units=st.integers(1, 2),
    capacity=st.integers(1, 6),
    pets=st.booleans(),
    rules=some_rules,
    in_july=st.none() | some_rules,
    taken=st.lists(st.tuples(st.integers(1, 2), stays(), st.integers(0, 3)), max_size=8),
    elsewhere=st.lists(st.tuples(st.integers(1, 2), stays(), st.booleans()), max_size=3),
    at=st.integers(0, 47).map(lambda hours: NOW + timedelta(hours=hours)),
    plan=rate_plans(a_stay("2026-06-20")).map(lambda plan: replace(plan, currency="EUR")),
    levies=st.builds(
        Levies, fee_plan=fee_plans(), taxes=st.lists(tax_rules(), max_size=2).map(tuple)
    ),
)
parties = st.builds(Party, st.integers(1, 4), st.integers(0, 2), st.integers(0, 1))
some_pets = st.sampled_from((0, 0, 1))
asked_for = st.lists(st.tuples(stays(), parties, some_pets), min_size=STAYS_OF_A_HOUSE, max_size=16)


def house_of(let: Let, number: int) -> Listed:
    """A house that is let so, far from all others."""
    july = a_stay("2026-07-01", nights=31)
    seasonal = (SeasonalRules(july.check_in, july.check_out, let.in_july),) if let.in_july else ()
    room = RoomRates(SEA_VIEW, let.plan, let.rules, seasonal)
    rooms = (RoomType(SEA_VIEW, units=let.units, capacity=let.capacity),)
    place = replace(some_facts().place, latitude_e6=30_000_000 + number * 10_000)
    facts = some_facts(rooms=rooms, place=place)
    levies = {"fee_plan": let.levies.fee_plan, "taxes": let.levies.taxes}
    rates = {"rooms": (room,)}
    return Listed(f"{number}", facts, pets=let.pets, rates=rates, levies=levies)


def take_nights(story: Story, house: Listed, let: Let) -> None:
    """Whoever came first has the nights, and those after them."""
    taken = {number: Taken() for number in range(1, let.units + 1)}
    for number, stay, buffer_nights in let.taken:
        kept = stay.kept(buffer_nights)
        if number in taken and taken[number].gap_around(kept) is not None:
            taken[number] = taken[number].with_(kept)
            take(story, house.unit(number), stay, buffer_nights)


def tell_of_elsewhere(story: Story, house: Listed, let: Let) -> None:
    """Feeds say that nights are sold: whoever is in the way of some has them, of others nobody."""
    for place, (number, stay, in_conflict) in enumerate(let.elsewhere):
        if number <= let.units:
            unit_id = house.unit(number)
            told = a_feed_conflict(stay) if in_conflict else an_external_block(stay, parts=())
            item = replace(told, block_id=BlockId(an_id(f"{unit_id} elsewhere {place}")))
            story.tells(item, stream=unit_id, case=unit_id)


def offered(db: Connection, house: Listed, asked: Asked, **wished: Any) -> Money | None:
    """The total at which search offers a stay in a house."""
    latitude_e6 = house.facts.place.latitude_e6
    around = Box(latitude_e6 - 10, -180_000_000, latitude_e6 + 10, 180_000_000)
    wished |= {"pets": asked.pets, "box": around}
    found = stays_to_book(db, sought(asked.stay, asked.party, asked.at, **wished), None, 5).rooms
    assert len(found) <= 1, "a house has one type of rooms"
    return Money(found[0].total.minor, found[0].total.currency) if found else None


def accepted(ledger: Ledger, db: Connection, house: Listed, asked: Asked) -> Money | None:
    """The total at which a quote is made and its booking taken; nothing where one is refused."""
    made: list[Quote] = []
    (room,) = house.facts.rooms
    units = units_to_quote(db, house.property_id, room.room_type, asked.stay).units
    wish = Wish(
        guest_id=INES,
        property_id=house.property_id,
        candidates=[UnitId(unit.unit_id) for unit in units][:MOST_CANDIDATES],
        any_of_type=True,
        stay=asked.stay,
        party=asked.party,
        pets=asked.pets,
    )

    def plan(draft: Draft) -> None:
        made.append(make_quote(draft, wish, None))
        book_quoted(draft, Actor("G", INES), made[-1], made[-1].policy_text)

    try:
        ledger.rehearse(plan)
    except Refused:
        return None
    return made[-1].price.total


def hold_them_against_each_other(story: Story, examples_count: int) -> Counter[bool]:
    """Let houses in many ways, and ask for many stays in each; how many were offered, and not."""
    verdicts = Counter[bool]()
    store = EventStore(story.database.url, readers=1)

    @settings(
        max_examples=examples_count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(let=lets, asked=asked_for)
    def agree(let: Let, asked: Sequence[tuple[Stay, Party, int]]) -> None:
        house = list_house(story, house_of(let, next(NEXT)))
        take_nights(story, house, let)
        tell_of_elsewhere(story, house, let)
        follow(story)
        ledger = Ledger(store, clock=lambda: let.at)
        with asking(story.database.url) as db:
            for stay, party, pets in asked:
                wish = Asked(stay=stay, party=party, at=let.at, pets=pets)
                shown = offered(db, house, wish)
                verdicts[shown is not None] += 1
                assert shown == accepted(ledger, db, house, wish), (house.name, wish)
                if shown is not None:
                    its = {"from_minor": shown.minor, "to_minor": shown.minor}
                    assert offered(db, house, wish, **its) == shown, "its own price hides it"

    try:
        agree()
    finally:
        store.close()
    return verdicts


def come_late(story: Story, house: Listed) -> None:
    """Other hours of a house are approved, and its room goes by them."""
    facts = replace(house.facts, house=LATE_IN_LISBON)
    told = (replace(revision_proposed(), facts=facts), replace(revised(), facts=facts))
    for event in (*told, other_hours()):
        tell_of(story, house, event)


def test_who_comes_today_is_offered_and_sold_a_room_by_the_hours_that_were_approved_last(
    story: Story,
) -> None:
    house, today, party = list_house(story, Listed("late")), a_stay(FIRST.isoformat()), Party(2)
    after_three, after_eight = (LISBON.check_in_at(today) + timedelta(hours=h) for h in (2, 6))
    come_late(story, house)
    follow(story)

    with asking(story.database.url) as db, closing(EventStore(story.database.url)) as store:
        for at, is_let in ((after_three, True), (after_eight, False)):
            asked = Asked(stay=today, party=party, at=at)
            shown = offered(db, house, asked)
            assert shown == accepted(Ledger(store, StandingClock(at)), db, house, asked)
            assert (shown is not None) is is_let


def test_a_room_is_sold_although_all_that_would_fit_better_lack_the_nights_after_it(
    story: Story,
) -> None:
    rules, stay = StayRules(buffer_nights=2), a_stay("2026-07-10")
    rates = {"rooms": (RoomRates(SEA_VIEW, a_rate_plan(), rules),)}
    many = some_facts(rooms=(RoomType(SEA_VIEW, units=MOST_CANDIDATES + 1, capacity=4),))
    hotel = list_house(story, Listed("hotel", many, rates=rates))
    for number in range(1, MOST_CANDIDATES + 1):
        take(story, hotel.unit(number), Stay(stay.check_out, stay.check_out + timedelta(days=3)))
    follow(story)

    with asking(story.database.url) as db, closing(EventStore(story.database.url)) as store:
        asked = Asked(stay=stay, party=Party(2), at=NOW)
        shown = offered(db, hotel, asked)
        assert shown == accepted(Ledger(store, StandingClock(NOW)), db, hotel, asked)
        assert shown is not None


def test_what_is_offered_is_accepted_and_nothing_else_is(story: Story) -> None:
    hold_them_against_each_other(story, 2)


@pytest.mark.nightly
def test_what_is_offered_is_accepted_for_long(story: Story) -> None:
    verdicts = hold_them_against_each_other(story, 150)

    assert min(verdicts[True], verdicts[False]) > 100
