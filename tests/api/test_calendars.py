"""Nights at the door: out of sale and back, and units that leave."""

from typing import Any

from bench.estate import Estate
from ledger.application import Ledger
from ledger.gateways.ical import read_items
from ledger.values.ids import fresh_id
from ledger.values.stay import ONE_DAY, Stay
from tests.api.conftest import Door
from tests.api.houses import EARLIEST, day
from tests.api.test_cancellations import paid
from tests.facts import LISBON


def nights(first: int, last: int) -> dict[str, str]:
    return {"check_in": day(first), "check_out": day(last)}


def seen_by_the_host(door: Door, estate: Estate, after: int) -> list[tuple[str, str, Any]]:
    """What each night of the first unit is to its host, and for which booking."""
    path = f"/hosts/{estate.host_id}/units/{estate.units[0]}/calendar"
    taken = door.get(path, **{"from": day(0), "to": day(30)}, after=after).json()["taken"]
    return [(night["night"], night["kind"], night["booking_id"]) for night in taken]


def test_a_host_takes_nights_out_of_sale_and_puts_them_back(
    door: Door, estate: Estate, followed: None
) -> None:
    unit = f"/units/{estate.units[0]}"

    blocked = door.post(f"{unit}/blocks", nights(3, 5), key="k1").json()
    assert blocked["stands"]
    assert seen_by_the_host(door, estate, blocked["position"]) == [
        (day(3), "host_block", None),
        (day(4), "host_block", None),
    ]

    path = f"{unit}/blocks/{blocked['block_id']}"
    lifted = door.post(f"{path}/lifting", {}, key="k2").json()
    assert not lifted["stands"]
    assert seen_by_the_host(door, estate, lifted["position"]) == []

    again = door.post(f"{path}/lifting", {}, key="k3")
    assert (again.status_code, again.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_case_n7_nights_that_are_held_or_booked_are_not_blocked_and_the_host_is_told_by_what(
    door: Door, estate: Estate, ledger: Ledger
) -> None:
    booking_id = paid(door, estate, ledger).split("/")[2]
    unit = f"/units/{estate.units[0]}"

    refused = door.post(f"{unit}/blocks", nights(0, 9), key="block")

    assert (refused.status_code, refused.json()["code"]) == (409, "DATES_UNAVAILABLE")
    (conflict,) = refused.json()["data"]["conflicts"]
    assert (conflict["id"], conflict["kind"]) == (booking_id, "reservation")


def test_nights_that_their_host_cancelled_come_back_on_sale_by_an_operator_alone(
    door: Door, estate: Estate, ledger: Ledger
) -> None:
    path = paid(door, estate, ledger)
    booking_id, unit = path.split("/")[2], f"/units/{estate.units[0]}"
    called_off(door, booking_id)
    block = f"{unit}/blocks/{booking_id}"

    by_host = door.post(f"{block}/lifting", {}, key="lift")
    reopened = door.post(
        f"{block}/reopening", {"by": fresh_id(), "reason": "relet by the platform"}, key="reopen"
    )

    assert (by_host.status_code, by_host.json()["code"]) == (409, "BLOCKED_BY_HOST_CANCEL")
    assert (reopened.status_code, reopened.json()["stands"]) == (201, False)


def called_off(door: Door, booking_id: str) -> None:
    """The host cancels, and accepts what it costs."""
    path = f"/bookings/{booking_id}/host-cancellation"
    wish = {"reason": "other", "penalty": door.get(path).json()["penalty"]}
    answer = door.post(path, wish, key="cancel")
    assert answer.status_code == 201, answer.text


def test_a_unit_leaves_its_house_when_nobody_has_nights_of_it(
    door: Door, estate: Estate, ledger: Ledger
) -> None:
    booking_id = paid(door, estate, ledger).split("/")[2]
    let, empty = (f"/units/{unit}/deactivation" for unit in estate.units[:2])

    refused = door.post(let, {}, key="let")
    left = door.post(empty, {"by": fresh_id()}, key="empty")
    after = door.post(f"/units/{estate.units[1]}/blocks", nights(0, 1), key="after")

    assert (refused.status_code, refused.json()["code"]) == (409, "OBLIGATIONS_OPEN")
    assert [one["id"] for one in refused.json()["data"]["obligations"]] == [booking_id]
    assert (left.status_code, left.json()["active"]) == (201, False)
    assert (after.status_code, after.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_a_unit_comes_back_that_had_left_its_house(door: Door, estate: Estate) -> None:
    unit = f"/units/{estate.units[1]}"
    let_already = door.post(f"{unit}/reopening", {}, key="let")
    door.post(f"{unit}/deactivation", {}, key="leave")

    back = door.post(f"{unit}/reopening", {"by": fresh_id()}, key="back")
    after = door.post(f"{unit}/blocks", nights(0, 1), key="after")

    assert (let_already.status_code, let_already.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")
    assert (back.status_code, back.json()["active"]) == (201, True)
    assert after.status_code == 201


def test_a_unit_that_nobody_knows_is_not_found(door: Door, estate: Estate) -> None:
    missing = door.post(f"/units/{fresh_id()}/blocks", nights(0, 1), key="k1")

    assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")


def test_a_host_names_a_calendar_elsewhere_and_takes_it_back(
    door: Door, estate: Estate, ledger: Ledger, followed: None
) -> None:
    secret = "webcal://calendars.elsewhere.example/7f3a.ics?s=secret"
    feeds = f"/hosts/{estate.host_id}/feeds"

    named = door.post(f"/units/{estate.units[0]}/feeds", {"address": secret}, key="k1")
    again = door.post(f"/units/{estate.units[0]}/feeds", {"address": secret}, key="k1")
    assert (named.status_code, named.json()["status"]) == (201, "reading")
    assert named.json() == again.json()
    (feed,) = door.get(feeds, after=named.json()["position"]).json()["feeds"]
    assert (feed["feed_id"], feed["conflicts"]) == (named.json()["feed_id"], [])
    assert "secret" not in named.text + str(feed)

    removed = door.post(f"/feeds/{feed['feed_id']}/removal", {}, key="k2").json()
    assert removed["status"] == "removed"
    assert door.get(feeds, after=removed["position"]).json()["feeds"] == []


def test_an_address_that_is_not_one_of_https_is_not_taken(door: Door, estate: Estate) -> None:
    for address in ("http://elsewhere.example/a.ics", "file:///etc/passwd", "https://a b"):
        refused = door.post(
            f"/units/{estate.units[0]}/feeds", {"address": address}, key=address[:5]
        )
        assert refused.status_code == 422, refused.text


def test_other_platforms_read_which_nights_are_taken_and_nothing_else(
    door: Door, estate: Estate, ledger: Ledger
) -> None:
    booking_id = paid(door, estate, ledger).split("/")[2]
    unit = f"/units/{estate.units[0]}"
    door.post(f"{unit}/blocks", nights(5, 6), key="block")

    shared = door.client.post(f"{unit}/calendar-address")
    assert shared.status_code == 201
    calendar = door.get(shared.json()["path"])

    assert calendar.headers["Content-Type"].startswith("text/calendar")
    said = read_items(calendar.content, LISBON, EARLIEST)
    assert [one.stay for one in said] == [
        Stay(EARLIEST, EARLIEST + 2 * ONE_DAY),
        Stay(EARLIEST + 5 * ONE_DAY, EARLIEST + 6 * ONE_DAY),
    ]
    assert booking_id not in calendar.text
    again = read_items(door.get(shared.json()["path"]).content, LISBON, EARLIEST)
    assert [one.uid for one in again] == [one.uid for one in said]


def test_an_address_of_a_calendar_ends_with_the_next_one_and_when_it_is_revoked(
    door: Door, estate: Estate
) -> None:
    address = f"/units/{estate.units[0]}/calendar-address"
    first, second = (door.client.post(address).json()["path"] for _ in range(2))
    assert (door.get(first).status_code, door.get(second).status_code) == (404, 200)

    assert door.client.delete(address).status_code == 204

    assert door.get(second).status_code == 404
    assert door.get(f"/calendars/{'x' * 43}.ics").status_code == 404
    assert door.client.post(f"/units/{fresh_id()}/calendar-address").status_code == 404
