"""Houses at the door that somebody vouches for, and whose host describes them here afterwards."""

from dataclasses import replace
from typing import Any

import pytest

from bench.estate import Estate
from ledger.values.verification import Subject
from replay.audit import audit
from tests.api.houses import day, settle_in
from tests.api.test_quotes import LEVIES, RATES, ask, to_accept
from tests.api.test_search import search
from tests.api.test_supply import Supply, ana, said
from tests.conftest import Database

__all__ = ["ana"]


@pytest.fixture
def house(ana: Supply) -> Estate:
    """A house of Ana's that came with history."""
    return settle_in(ana.ledger, units_count=1, host_id=ana.host_id)


@pytest.fixture
def host(ana: Supply, house: Estate) -> Supply:
    """Ana, and that house for her flat."""
    return replace(ana, property_id=house.property_id)


def for_next_to_nothing(house: Estate) -> dict[str, Any]:
    """Twelve people for a cent a night."""
    return house.wish(party={"adults": 12}, price_per_night={"minor": 1, "currency": "EUR"})


def found_in(host: Supply, ahead: int) -> list[str]:
    """What search finds for the nights of a wish, or of a quote, so many days ahead."""
    nights = {"check_in": day(ahead), "check_out": day(ahead + 2)}
    found = search(host.door, **nights, after=host.shown()["position"])
    return [room["property_id"] for room in found["rooms"]]


def test_a_house_that_its_host_takes_through_review_is_booked_at_no_price_but_its_own(
    host: Supply, house: Estate, database: Database, followed: None
) -> None:
    host.post("/bookings", house.wish())
    host.is_described()
    stopped = host.post("/bookings", for_next_to_nothing(house), "NOT_DISCOVERABLE")
    assert "not_published" in stopped["because"]
    host.is_verified()
    host.is_reviewed()
    host.can_be_paid()
    host.post(f"{host.flat}/publication", {})

    refused = host.post("/bookings", for_next_to_nothing(house), "NOT_DISCOVERABLE")

    assert refused["because"] == ["nobody_vouches_for_it"]
    host.post("/bookings", to_accept(host.quotes()))
    assert audit(database.url).violations == ()


def test_a_quote_by_the_word_of_an_operator_ends_when_the_house_is_reviewed(
    host: Supply, house: Estate, followed: None
) -> None:
    host.put(f"{host.flat}/rates", RATES)
    host.put(f"{host.flat}/levies", LEVIES)
    quoted = said(ask(host.door, house))
    host.is_let()

    refused = host.post("/bookings", to_accept(quoted), "QUOTE_EXPIRED")

    assert refused["property_id"] == house.property_id
    host.post("/bookings", to_accept(host.quotes()))


def test_who_came_with_a_house_stays_in_their_room_when_it_is_reviewed(
    host: Supply, house: Estate, followed: None
) -> None:
    host.post("/bookings", house.wish())

    host.is_let()

    host.quotes("DATES_UNAVAILABLE", ahead=0)
    assert [found_in(host, ahead) for ahead in (0, 30)] == [[], [house.property_id]]


def test_n14_a_house_is_approved_without_a_room_once_nobody_comes_to_it(
    ana: Supply, followed: None
) -> None:
    house = settle_in(ana.ledger, units_count=2, host_id=ana.host_id)
    host, second = replace(ana, property_id=house.property_id), house.units[1]
    booked = host.post("/bookings", house.wish(unit_id=second))
    host.is_verified()
    host.is_described()
    review = host.asks_about_the_flat()
    host.post(f"/verifications/{review}/claim", {"by": host.reviewer})

    refused = host.says_yes(review, Subject.PROPERTY, "OBLIGATIONS_OPEN")

    assert refused == {"units": [second], "obligations": [booked["booking_id"]]}
    host.loses(booked["booking_id"])
    host.says_yes(review, Subject.PROPERTY)
    host.can_be_paid()
    host.post(f"{host.flat}/publication", {})
    host.quotes("DATES_UNAVAILABLE", unit_id=second)
    host.post("/bookings", to_accept(host.quotes()))


def test_nobody_takes_a_house_that_is_vouched_for_as_anothers(ana: Supply, estate: Estate) -> None:
    taking = {"host_id": ana.host_id, "currency": "EUR"}

    refused = ana.post(f"/properties/{estate.property_id}", taking, "NOT_FOUND")

    assert refused["property_id"] == estate.property_id
    ana.post("/bookings", estate.wish())
