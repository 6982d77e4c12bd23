"""What can be asked at the door beside bookings: houses, calendars, timelines and reports."""

from bench.estate import Estate
from ledger.application import Ledger
from ledger.values.ids import fresh_id
from tests.api.conftest import Door
from tests.api.houses import day
from tests.api.test_cancellations import paid


def test_properties_are_listed_with_their_rooms(door: Door, estate: Estate, followed: None) -> None:
    answer = door.get("/properties").json()

    assert [(one["name"], one["room_types"]) for one in answer["properties"]] == [
        ("House by the sea", {"double": 3})
    ]


def test_free_rooms_and_taken_nights_are_two_sides_of_one_calendar(
    door: Door, estate: Estate, followed: None
) -> None:
    position = door.post("/bookings", estate.wish(), key="k1").json()["position"]
    stay = {"check_in": day(1), "check_out": day(3), "after": position}

    free = door.get(f"/properties/{estate.property_id}/availability", room_type="double", **stay)
    calendar = door.get(f"/units/{estate.units[0]}/calendar", **{"from": day(0), "to": day(9)})

    assert {unit["unit_id"] for unit in free.json()["units"]} == set(estate.units[1:])
    assert calendar.json()["taken"] == [day(0), day(1)]


def test_reports_agree_with_what_was_paid(
    door: Door, estate: Estate, ledger: Ledger, followed: None
) -> None:
    path = paid(door, estate, ledger)
    position = door.get(path).json()["position"]

    trial = door.get("/reports/trial-balance", after=position).json()
    revenue = door.get("/reports/revenue").json()
    payouts = door.get("/reports/payouts").json()

    assert trial["debit_minor"] == trial["credit_minor"] > 0
    assert revenue["total"]["captured_minor"] == 27360
    assert payouts["total"] == {"count": 0, "payout_minor": 0}


def test_a_report_as_of_an_instant_knows_nothing_of_later(
    door: Door, estate: Estate, ledger: Ledger, followed: None
) -> None:
    position = door.get(paid(door, estate, ledger)).json()["position"]

    before = door.get(
        "/reports/trial-balance", as_of="2017-08-31T23:59:59+01:00", after=position
    ).json()

    assert before["accounts"] == []


def test_what_nobody_knows_is_not_found_as_of_a_position(door: Door, followed: None) -> None:
    for path in (f"/timelines/{fresh_id()}", f"/trips/{fresh_id()}"):
        missing = door.get(path)
        assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")
        assert missing.json()["data"]["position"] > 0


def test_a_guest_that_nobody_knows_has_no_trips(door: Door, followed: None) -> None:
    assert door.get(f"/guests/{fresh_id()}/trips").json()["trips"] == []


def test_a_parameter_that_is_misspelt_is_not_passed_over(door: Door, followed: None) -> None:
    refused = door.get("/reports/trial-balance", asof="2017-08-31T23:59:59Z")

    assert (refused.status_code, refused.json()["code"]) == (422, "INVALID_REQUEST")
    assert refused.json()["data"]["invalid"][0]["at"] == "query.asof"


def test_ranges_are_bounded(door: Door, estate: Estate) -> None:
    too_long = door.get(
        f"/units/{estate.units[0]}/calendar", **{"from": "2026-01-01", "to": "2036-01-01"}
    )
    for_ever = door.post(
        "/bookings", estate.wish(check_in=day(0), check_out="2199-01-01"), key="k1"
    )

    for refused in (too_long, for_ever):
        assert (refused.status_code, refused.json()["code"]) == (422, "INVALID_REQUEST")
