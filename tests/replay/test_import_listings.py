"""Listings from a file: read or refused row by row, and let through the commands of the doors."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.aggregates.property import PROPERTY, Property
from ledger.aggregates.property import Status as Listed
from ledger.aggregates.provider import PROVIDER, Reason
from ledger.aggregates.tariff import TARIFF, tariff_of
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.application import Ledger
from ledger.draft import Request
from ledger.errors import NightsAreTaken
from ledger.processes import refuse_unless_discoverable, suspend_host
from ledger.quotes import Wish, make_quote
from ledger.store import EventStore, scan
from ledger.values.clock import instant
from ledger.values.guests import Party
from ledger.values.ids import CommandId, GuestId, fresh_id
from ledger.values.listing import HouseRules, PropertyKind, RoomType, unit_of
from ledger.values.money import Money
from ledger.values.quote import Quote
from ledger.values.stay import Stay
from ledger.values.tariff import BookingMode
from replay.audit import audit
from replay.history.source import read_source
from replay.listings.amenities import codes_of
from replay.listings.importer import LISTINGS_AT_ONCE, NO_CALENDAR, Imported, Importer
from replay.listings.mapping import host_of, kind_of, property_of
from replay.listings.rows import Listing, Listings, read_listings
from replay.reports import listings_text
from tests.conftest import Database
from tests.facts import OPERATOR
from tests.replay.listing_files import (
    A_LISTING,
    ANTWERP,
    a_file_of,
    a_listing,
    first_listings,
)

FLAT = property_of(A_LISTING["id"])
FLAT_UNIT = unit_of(FLAT, "entire place", 1)
JULY = (Stay(date(2024, 6, 29), date(2024, 7, 6)), Stay(date(2024, 7, 8), date(2024, 7, 12)))


def listings_in(path: Path) -> Listings:
    return read_listings(read_source(path))


def read_one(folder: Path, **changes: str) -> Listing:
    """The listing that a row is."""
    (listing,) = listings_in(a_file_of(folder, a_listing(**changes))).listings
    return listing


# -- Rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": ""}, "id is '': write the source's id of the listing"),
        ({"name": " "}, "name is '': write the listing's title"),
        ({"latitude": "51,2"}, "latitude is '51,2': write degrees such as 51.21906"),
        ({"latitude": "48.85"}, "lie in no city that we know (Antwerpen)"),
        ({"room_type": "Tent"}, "room_type is 'Tent': write Entire home/apt or Hotel room"),
        ({"accommodates": "0"}, "accommodates is 0: write how many people it takes"),
        ({"amenities": "Wifi"}, "amenities is 'Wifi': write a JSON list such as [\"Wifi\"]"),
        ({"price": "116"}, "price is '116': write $99.00, or nothing where there is no price"),
        ({"price": "$0.00"}, "price is zero: leave it empty where there is no price"),
        ({"minimum_nights": "31"}, "minimum_nights 31 and maximum_nights 30 leave no stay"),
        ({"instant_bookable": "yes"}, "instant_bookable is 'yes': write t or f"),
        ({"unavailable": "2024-07-06/2024-07-06"}, "write ranges such as 2024-07-08/2024-07-12"),
        ({"unavailable": "2024-07-06"}, "write ranges such as 2024-07-08/2024-07-12"),
        (
            {"unavailable": "2024-07-01/2024-07-06 2024-07-05/2024-07-09"},
            "unavailable names 2024-07-05 twice, or out of order",
        ),
        ({"unavailable": "2024-07-01/9999-01-01"}, "spans more than three years"),
    ],
)
def test_a_row_that_no_listing_can_be_is_refused_with_its_line_and_what_to_do(
    tmp_path: Path, changes: dict[str, str], says: str
) -> None:
    found = listings_in(a_file_of(tmp_path, a_listing(id="1"), a_listing(**changes)))

    (refused,) = found.refused
    assert (refused.line, refused.listing) == (3, changes.get("id", A_LISTING["id"]))
    assert says in refused.why
    assert [one.listing for one in found.listings] == ["1"]


def test_a_listing_that_stands_twice_is_taken_once(tmp_path: Path) -> None:
    found = listings_in(a_file_of(tmp_path, a_listing(), a_listing(price="$99.00")))

    assert [one.price_minor for one in found.listings] == [11_600]
    assert found.refused[0].why.startswith("the listing stands in line 2 already")


@pytest.mark.parametrize(
    ("price", "minor"), [("$99.00", 9_900), ("$1,376.00", 137_600), ("", None)]
)
def test_a_price_is_in_euros_whatever_sign_it_has(
    tmp_path: Path, price: str, minor: int | None
) -> None:
    assert read_one(tmp_path, price=price).price_minor == minor


@pytest.mark.parametrize(
    ("called", "let", "kind"),
    [
        ("Entire loft", "Entire home/apt", PropertyKind.APARTMENT),
        ("Entire serviced apartment", "Entire home/apt", PropertyKind.APARTMENT),
        ("Houseboat", "Entire home/apt", PropertyKind.HOUSE),
        ("Private room in loft", "Private room", PropertyKind.ROOM),
        ("Room in aparthotel", "Entire home/apt", PropertyKind.HOTEL),
        ("Room in hotel", "Hotel room", PropertyKind.HOTEL),
    ],
)
def test_a_place_is_of_the_kind_that_is_let(
    tmp_path: Path, called: str, let: str, kind: PropertyKind
) -> None:
    assert kind_of(read_one(tmp_path, property_type=called, room_type=let)) is kind


@pytest.mark.parametrize(
    ("amenity", "codes"),
    [
        ("Crib - available upon request", {"cot"}),
        ("Pack \N{RIGHT SINGLE QUOTATION MARK}n play/Travel crib", {"cot"}),
        ("Standalone high chair", {"high_chair"}),
        ("Hair dryer", {"hair_dryer"}),
        ("Free dryer \N{EN DASH}\N{NO-BREAK SPACE}In unit", {"tumble_dryer"}),
        ("55 inch HDTV with Netflix", {"tv"}),
        ("Pool table", set()),
        ("My aunt's piano", set()),
    ],
)
def test_an_amenity_is_known_by_what_it_is(amenity: str, codes: set[str]) -> None:
    assert codes_of(amenity) == codes


def test_calendars_move_as_one(tmp_path: Path) -> None:
    later = a_listing(id="1", unavailable="2024-07-01/2024-07-03")

    moved = listings_in(a_file_of(tmp_path, a_listing(), later)).from_day(date(2026, 11, 28))

    assert [one.unavailable[0].check_in for one in moved.listings] == [
        date(2026, 11, 28),
        date(2026, 11, 30),
    ]


# -- The import ---------------------------------------------------------------------------


@pytest.fixture
def store(database: Database) -> Iterator[EventStore]:
    store = EventStore(database.url)
    yield store
    store.close()


def take_in(store: EventStore, path: Path, stop_after: int | None = None) -> Imported:
    """Import a file, or so many of its listings and the rest of their batch."""
    told = [0]
    source = read_source(path)
    return Importer(store, source, read_listings(source)).run(
        lambda done, _: told.__setitem__(0, done),
        lambda: stop_after is not None and told[0] >= stop_after,
    )


def events(database: Database) -> list[Any]:
    return [recorded for page in scan(database.url) for recorded in page]


def the_flat(store: EventStore) -> Property:
    listed = Ledger(store).state(PROPERTY, FLAT)
    assert listed is not None, "it was imported"
    return listed


def test_a_listing_can_be_found_and_booked_at_its_price_but_for_the_nights_that_were_not(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    told: list[Quote] = []
    imported = take_in(store, a_file_of(tmp_path, a_listing()))

    assert (imported.published, imported.nights_blocked) == (1, 11)
    ledger, flat = Ledger(store), the_flat(store)
    ledger.rehearse(lambda draft: refuse_unless_discoverable(draft, FLAT))
    assert flat.facts is not None
    assert flat.facts.rooms == (RoomType("entire place", 1, capacity=3, bedrooms=1, bathrooms=1),)
    assert flat.facts.house.time_zone == "Europe/Brussels"
    assert flat.description is not None
    assert flat.description.amenities == ("cot", "wifi")
    assert flat.description.rules == HouseRules(pets=True)
    tariff = ledger.state(TARIFF, tariff_of(FLAT))
    assert tariff is not None
    assert tariff.rates is not None
    (room,) = tariff.rates.rooms
    assert (room.plan.base_minor, room.rules.min_nights, room.rules.max_nights) == (11_600, 2, 30)
    assert tariff.rates.mode is BookingMode.REQUEST
    calendar = ledger.state(UNIT_CALENDAR, FLAT_UNIT)
    assert calendar is not None
    assert tuple(claim.stay for claim in calendar.claims.values()) == JULY
    quotes = Ledger(store, clock=lambda: instant("2024-06-28T10:00:00Z"))
    quotes.rehearse(lambda draft: told.append(make_quote(draft, three_nights_from(14), None)))
    assert told[0].price.total == Money(3 * 11_600, "EUR")
    with pytest.raises(NightsAreTaken):
        quotes.rehearse(lambda draft: told.append(make_quote(draft, three_nights_from(10), None)))
    assert audit(database.url).clean


def three_nights_from(day: int) -> Wish:
    """A couple's stay in the flat in July."""
    return Wish(
        guest_id=GuestId(fresh_id()),
        property_id=FLAT,
        candidates=(FLAT_UNIT,),
        any_of_type=False,
        stay=Stay(date(2024, 7, day), date(2024, 7, day + 3)),
        party=Party(adults=2),
    )


def test_what_a_host_wrote_is_in_the_vault_and_not_in_the_history(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    take_in(store, a_file_of(tmp_path, a_listing(amenities='["Call Inge: 0470 12"]')))

    with psycopg.connect(database.url) as connection:
        told = connection.execute("SELECT state, envelope FROM ledger.events").fetchall()
    said = b"".join(part for row in told for part in row)
    assert b"Roscam" not in said
    assert b"Historisch" not in said
    assert b"Inge" not in said
    written = the_flat(store).description
    assert written is not None
    assert written.words is not None
    kept = store.texts([written.words.text_id])[written.words.text_id]
    assert (kept.words, kept.owner_id) == ("Apartment Roscam", host_of(A_LISTING["host_id"]))
    assert store.erase_texts(kept.owner_id) == 2


def test_a_listing_without_a_price_stays_a_draft_and_says_so(
    store: EventStore, tmp_path: Path
) -> None:
    imported = take_in(store, a_file_of(tmp_path, a_listing(price="")))

    (aside,) = imported.unpublished
    assert (aside.line, aside.listing, aside.property_id) == (2, A_LISTING["id"], FLAT)
    assert aside.why.startswith("no price in the file")
    assert (imported.published, imported.nights_blocked) == (0, 0)
    assert the_flat(store).status is Listed.DRAFT


def test_a_draft_whose_nights_are_not_loaded_says_so_and_what_to_do(
    store: EventStore, tmp_path: Path
) -> None:
    no_price, free = a_listing(price=""), a_listing(id="1", price="", unavailable="")
    imported = take_in(store, a_file_of(tmp_path, no_price, free))

    told, other = (aside.why for aside in imported.unpublished)
    assert told == other + NO_CALENDAR
    assert Ledger(store).state(UNIT_CALENDAR, FLAT_UNIT) is None


def test_a_price_that_comes_later_lets_the_listing_and_loads_its_nights(
    store: EventStore, tmp_path: Path
) -> None:
    take_in(store, a_file_of(tmp_path, a_listing(price="")))

    imported = take_in(store, a_file_of(tmp_path, a_listing(), name="later.csv"))

    assert (imported.published, imported.unpublished, imported.changed) == (1, [], [])
    assert imported.nights_blocked == 11
    assert the_flat(store).status is Listed.PUBLISHED
    calendar = Ledger(store).state(UNIT_CALENDAR, FLAT_UNIT)
    assert calendar is not None
    assert tuple(claim.stay for claim in calendar.claims.values()) == JULY


def test_what_a_later_file_says_otherwise_is_told_and_changes_nothing(
    store: EventStore, tmp_path: Path
) -> None:
    take_in(store, a_file_of(tmp_path, a_listing()))
    before = store.head()

    other = a_listing(price="$90.00", unavailable="2024-07-05/2024-07-20")
    imported = take_in(store, a_file_of(tmp_path, other, name="later.csv"))

    assert [one.line for one in imported.changed] == [2]
    assert (imported.events, store.head()) == (0, before)


def test_a_price_that_a_later_file_leaves_out_is_told_and_changes_nothing(
    store: EventStore, tmp_path: Path
) -> None:
    take_in(store, a_file_of(tmp_path, a_listing()))

    imported = take_in(store, a_file_of(tmp_path, a_listing(price=""), name="later.csv"))

    assert (imported.published, imported.unpublished) == (1, [])
    assert [one.line for one in imported.changed] == [2]
    assert the_flat(store).status is Listed.PUBLISHED


def test_a_broken_row_stops_nobody_else_and_leaves_nothing_behind(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    rows = (a_listing(), a_listing(id="7", host_id="hb", beds="many"), a_listing(id="8"))

    imported = take_in(store, a_file_of(tmp_path, *rows))

    (refused,) = imported.refused
    assert (refused.line, refused.listing) == (3, "7")
    assert imported.published == 2
    assert Ledger(store).state(PROPERTY, property_of("7")) is None
    assert Ledger(store).state(PROVIDER, host_of("hb")) is None


def test_a_listing_of_a_suspended_host_stays_unpublished_with_the_ledgers_reason(
    store: EventStore, tmp_path: Path
) -> None:
    take_in(store, a_file_of(tmp_path, a_listing(id="7")))
    ledger, host_id = Ledger(store), host_of(A_LISTING["host_id"])
    request = Request(command_id=CommandId(fresh_id()), case_id=host_id, content=b"suspend")
    ledger.execute(request, lambda draft: suspend_host(draft, OPERATOR, host_id, Reason.SAFETY))

    for name in ("first.csv", "again.csv"):
        imported = take_in(store, a_file_of(tmp_path, a_listing(), name=name))
        (aside,) = imported.unpublished
        assert (imported.published, aside.listing) == (0, A_LISTING["id"])
        assert "host_not_verified" in aside.why


def test_what_an_import_came_to_is_told_in_words(store: EventStore, tmp_path: Path) -> None:
    path = a_file_of(tmp_path, a_listing(price=""), a_listing(id="1", price="dear"))

    told = listings_text(take_in(store, path), "listings.report.csv").splitlines()

    assert told[0] == "2 rows: 0 published, 1 unpublished, 1 refused; of 1 hosts"
    assert told[3].startswith("1 unpublished: no price in the file: a draft until its host sets")
    assert told[4].startswith("line 3 (listing 1) refused: unreadable: price is 'dear': write $99")
    assert told[5] == "Row by row: listings.report.csv"


def test_a_slice_of_the_city_is_imported_once_however_often_it_is_stopped(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    path = first_listings(tmp_path, LISTINGS_AT_ONCE + 8)

    halfway = take_in(store, path, stop_after=1)
    assert halfway.listings_left == 8
    through = take_in(store, path)
    again = take_in(store, path)

    rows = listings_in(path).listings
    priced = [one for one in rows if one.price_minor is not None]
    assert (through.published, len(through.unpublished)) == (len(priced), 40 - len(priced))
    assert 0 < len(through.unpublished) < 40
    assert (through.listings_left, again.events) == (0, 0)
    topics = Counter(type(each.event).topic for each in events(database))
    assert halfway.events + through.events == topics.total()
    assert topics["property.published"] == len(priced)
    assert topics["property.drafted"] == 40
    assert topics["provider.vouched_for"] == len({one.host for one in rows})
    assert topics["unit_calendar.nights_blocked"] == sum(len(one.unavailable) for one in priced)
    assert all(each.imported for each in events(database))


@pytest.mark.nightly
def test_the_whole_city_is_imported_in_less_than_a_minute_and_every_invariant_holds(
    database: Database, store: EventStore
) -> None:
    imported = take_in(store, ANTWERP)

    assert (imported.rows, imported.published) == (1_475, 1_285)
    assert (len(imported.unpublished), imported.refused) == (190, [])
    assert imported.nights_blocked == 174_207
    assert imported.seconds < 60
    assert audit(database.url).clean
