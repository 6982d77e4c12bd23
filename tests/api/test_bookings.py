"""Booking at the door: what is asked, what is refused, and what is answered a second time."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bench.estate import Estate
from ledger.application import Ledger
from ledger.values.ids import fresh_id
from tests.api.conftest import Door
from tests.api.houses import day, settle_in


def test_a_guest_books_a_room_and_finds_it_among_their_trips(
    door: Door, estate: Estate, followed: None
) -> None:
    wish = estate.wish()

    booked = door.post("/bookings", wish, key="k1")

    assert booked.status_code == 201, booked.text
    said = booked.json()
    assert said["status"] == "pending_payment"
    assert said["unit_id"] == estate.units[0]
    assert said["room_type"] == "double"
    assert said["total"] == {"minor": 27360, "currency": "EUR"}, "two nights and the guest's 14 %"
    assert booked.headers["Ledger-Position"] == str(said["position"])
    trips = door.get(f"/guests/{wish['guest_id']}/trips", after=said["position"]).json()
    assert [trip["booking_id"] for trip in trips["trips"]] == [said["booking_id"]]
    assert trips["position"] >= said["position"]
    assert booked.headers["Location"] == f"/trips/{said['booking_id']}"
    assert door.get(booked.headers["Location"]).json()["trip"]["money"] == "unpaid"


def test_a_stay_that_costs_nothing_is_confirmed_at_once(door: Door, estate: Estate) -> None:
    free = estate.wish(price_per_night={"minor": 0, "currency": "EUR"})

    booked = door.post("/bookings", free, key="k1")

    assert booked.status_code == 201, booked.text
    assert booked.json()["status"] == "confirmed"
    assert booked.json()["total"]["minor"] == 0


def test_a_room_type_gives_the_room_that_fits_best(
    door: Door, estate: Estate, followed: None
) -> None:
    # given: the second room has a gap of just the two nights
    before = estate.wish(unit_id=estate.units[1], check_in=day(-2), check_out=day(0))
    after = estate.wish(unit_id=estate.units[1], check_in=day(2), check_out=day(4))
    door.post("/bookings", before, key="k-before")
    position = door.post("/bookings", after, key="k-after").json()["position"]
    door.get("/positions", after=position)

    booked = door.post("/bookings", estate.wish_for_a_room(), key="k1")

    assert booked.json()["unit_id"] == estate.units[1]


def test_a_room_type_is_booked_out_when_its_last_room_is_taken(
    door: Door, estate: Estate, followed: None
) -> None:
    wishes = [estate.wish_for_a_room() for _ in range(4)]

    answers = []
    for number, wish in enumerate(wishes):
        answer = door.post("/bookings", wish, key=f"k{number}")
        door.get("/positions", after=answer.headers.get("Ledger-Position", 0))
        answers.append(answer)

    assert [answer.status_code for answer in answers] == [201, 201, 201, 409]
    assert {answer.json()["unit_id"] for answer in answers[:3]} == set(estate.units)
    assert answers[3].json()["code"] == "DATES_UNAVAILABLE"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"property_id": fresh_id()}, 409, "NOT_DISCOVERABLE"),
        ({"unit_id": fresh_id()}, 404, "NOT_FOUND"),
        ({"policy": "flexible"}, 422, "NOT_ATTESTED"),
        ({"price_per_night": {"minor": 1, "currency": "USD"}}, 422, "CURRENCY_MISMATCH"),
        ({"check_out": day(0)}, 422, "NO_NIGHTS"),
        ({"check_in": "2017-08-30", "check_out": "2017-08-31"}, 409, "TOO_LATE"),
    ],
)
def test_what_the_rules_refuse_is_a_problem_with_its_code(
    door: Door, estate: Estate, changes: dict[str, Any], status: int, code: str
) -> None:
    refused = door.post("/bookings", estate.wish(**changes), key="k1")

    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_unit_of_another_property_cannot_be_booked(
    door: Door, estate: Estate, ledger: Ledger
) -> None:
    elsewhere = settle_in(ledger)

    refused = door.post("/bookings", estate.wish(unit_id=elsewhere.units[0]), key="k1")

    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")


def test_a_unit_that_left_its_house_has_no_nights_to_book(door: Door, estate: Estate) -> None:
    unit_id = estate.units[0]
    door.post(f"/units/{unit_id}/deactivation", {}, key="leave")

    refused = door.post("/bookings", estate.wish(unit_id=unit_id), key="k1")

    assert (refused.status_code, refused.json()["code"]) == (409, "DATES_UNAVAILABLE")


def test_a_host_cannot_book_their_own_listing(door: Door, estate: Estate) -> None:
    refused = door.post("/bookings", estate.wish(guest_id=estate.host_id), key="k1")

    assert (refused.status_code, refused.json()["code"]) == (403, "OWN_LISTING")


@pytest.mark.parametrize(
    "changes",
    [
        {"party": {"adults": 0}},
        {"party": {"adults": True}},
        {"party": {"adults": "2"}},
        {"party": {"adults": 2, "dogs": 1}},
        {"discount": 5},
        {"room_type": "double"},
        {"unit_id": None},
        {"guest_id": "somebody"},
        {"check_in": 20000},
        {"check_in": f"{day(0)}T00:00:00"},
        {"check_out": "9999-12-31"},
        {"price_per_night": {"minor": -1, "currency": "EUR"}},
        {"price_per_night": {"minor": 1.5, "currency": "EUR"}},
        {"policy": "fr\x00ee"},
    ],
)
def test_a_body_of_another_shape_is_not_let_in(
    door: Door, estate: Estate, changes: dict[str, Any]
) -> None:
    refused = door.post("/bookings", estate.wish(**changes), key="k1")

    assert (refused.status_code, refused.json()["code"]) == (422, "INVALID_REQUEST"), refused.text
    assert refused.json()["data"]["invalid"]


def test_a_command_without_a_key_is_not_done(door: Door, estate: Estate) -> None:
    refused = door.client.post("/bookings", json=estate.wish())

    assert (refused.status_code, refused.json()["code"]) == (400, "IDEMPOTENCY_KEY_MISSING")


# -- P15: the same key ----------------------------------------------------------------------


def test_p15_a_repeated_booking_answers_what_it_answered(
    door: Door, estate: Estate, followed: None
) -> None:
    wish = estate.wish_for_a_room()
    first = door.post("/bookings", wish, key="k1")
    door.get("/positions", after=first.json()["position"])

    second = door.post("/bookings", wish, key="k1")

    assert (second.status_code, second.json()) == (201, first.json())
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    trips = door.get(f"/guests/{wish['guest_id']}/trips").json()["trips"]
    assert len(trips) == 1


def test_p15_a_repeated_booking_answers_the_same_after_the_booking_moved_on(
    door: Door, estate: Estate
) -> None:
    wish = estate.wish()
    first = door.post("/bookings", wish, key="k1")
    nothing = {"preview": "nothing-was-paid"}
    path = f"/bookings/{first.json()['booking_id']}/cancellation"
    assert door.post(path, nothing, key="k2").status_code == 201

    assert door.post("/bookings", wish, key="k1").json() == first.json()


def test_p15_a_refusal_is_remembered_even_when_its_reason_has_gone(
    door: Door, estate: Estate
) -> None:
    # given: the nights are taken, so a second guest is refused
    first = door.post("/bookings", estate.wish(), key="k1").json()
    late = estate.wish()
    refused = door.post("/bookings", late, key="k2")
    assert refused.json()["code"] == "DATES_UNAVAILABLE"

    # when: they become free again, and the second guest repeats the command
    nothing = {"preview": "nothing-was-paid"}
    door.post(f"/bookings/{first['booking_id']}/cancellation", nothing, key="k3")
    again = door.post("/bookings", late, key="k2")

    # then: the old key keeps its answer, a new one gets the room
    assert again.status_code == 409
    assert {**again.json(), "instance": ""} == {**refused.json(), "instance": ""}
    assert door.post("/bookings", late, key="k4").status_code == 201


def test_p15_a_key_with_another_body_is_refused(door: Door, estate: Estate) -> None:
    wish = estate.wish()
    booked = door.post("/bookings", wish, key="k1").json()

    other_body = door.post("/bookings", {**wish, "check_out": day(3)}, key="k1")
    other_route = door.post(
        f"/bookings/{booked['booking_id']}/cancellation",
        {"preview": "nothing-was-paid"},
        key="k1",
    )

    for refused in (other_body, other_route):
        assert (refused.status_code, refused.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_p15_a_key_that_is_in_flight_is_done_once(door: Door, estate: Estate) -> None:
    wish = estate.wish()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: door.post("/bookings", wish, key="k1"), range(20)))

    assert Counter(answer.status_code for answer in answers) == {201: 20}
    assert len({answer.text for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 19
