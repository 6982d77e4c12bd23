"""Search at the door: from a wish to a booking at the very price that was shown."""

from typing import Any

import pytest

from api.cursors import AMONG_REVIEWS, AMONG_ROOMS, cursor_of, place_of
from api.faults import InvalidRequest
from api.routes.search import SearchPage
from ledger.values.ids import fresh_id
from projections.finding.sought import Place
from tests.api.conftest import Door
from tests.api.houses import day
from tests.api.test_quotes import to_accept
from tests.api.test_supply import Supply, ana, said

__all__ = ["ana"]

AROUND = "-9.6,38.6,-9.3,38.8"


def wish(**changes: Any) -> dict[str, Any]:
    """Three nights around Cascais for two."""
    asked = {"check_in": day(30), "check_out": day(33), "box": AROUND}
    return {name: value for name, value in {**asked, **changes}.items() if value is not None}


def search(door: Door, **changes: Any) -> dict[str, Any]:
    """What is found."""
    return said(door.get("/search", **wish(**changes)))


def quote(supply: Supply, code: str | None = None) -> dict[str, Any]:
    """A quote of what was found."""
    asked = {
        "guest_id": fresh_id(),
        "property_id": supply.property_id,
        "room_type": "double",
        "check_in": day(30),
        "check_out": day(33),
        "party": {"adults": 2},
    }
    return said(supply.door.client.post("/quotes", json=asked), code)


def test_what_is_found_is_booked_at_its_price_and_found_no_more(
    ana: Supply, followed: None
) -> None:
    ana.is_let()
    let_at = ana.shown()["position"]

    (found,) = search(ana.door, after=let_at, cot=True)["rooms"]
    quoted = quote(ana)

    assert (found["property_id"], found["room_type"]) == (ana.property_id, "double")
    assert found["total"] == quoted["total"]
    assert (found["title"], found["city"], found["latitude"]) == (
        "Two rooms by the sea",
        "Cascais",
        "38.697000",
    )
    assert found["distance_metres"] < 3_000
    (cluster,) = said(ana.door.get("/search/clusters", **wish(zoom=9)))["clusters"]
    assert (cluster["count"], cluster["lowest"]) == (1, quoted["total"])
    assert cluster["property_id"] == ana.property_id
    assert search(ana.door, step_free=True)["rooms"] == []
    booked = ana.post("/bookings", to_accept(quoted))
    answer = search(ana.door, after=booked["position"])
    assert (answer["rooms"], answer["cursor"]) == ([], None)
    assert answer["position"] >= booked["position"]


def test_who_books_what_is_gone_is_told_why(ana: Supply, followed: None) -> None:
    ana.is_let()
    assert search(ana.door, after=ana.shown()["position"])["rooms"]
    one, late = quote(ana), quote(ana)
    ana.post("/bookings", to_accept(one))
    ana.post("/bookings", to_accept(late), "DATES_UNAVAILABLE")

    stopped = ana.post(f"{ana.host}/suspension", {"by": ana.operator, "reason": "safety"})

    assert (
        search(ana.door, after=stopped["position"], check_in=day(40), check_out=day(42))["rooms"]
        == []
    )
    assert quote(ana, "NOT_DISCOVERABLE")["because"] == ["host_not_verified"]
    told = said(ana.door.get(f"{ana.flat}/visibility", after=stopped["position"]))
    (suspended,) = [part for part in told["parts"] if not part["holds"]]
    assert (told["can_be_found"], suspended["hindrance"]) == (False, "host_not_verified")
    assert suspended["by"].startswith(f"{ana.host_id}/")


def test_a_map_has_not_too_many_cells(door: Door) -> None:
    refused = door.get("/search/clusters", **wish(zoom=20))

    assert (refused.status_code, refused.json()["code"]) == (422, "INVALID_REQUEST")
    assert refused.json()["data"]["at_most"] == 1_500
    everywhere = door.get("/search/clusters", **wish(zoom=9, box="-180,-90,180,90"))
    assert everywhere.json()["data"]["cells_count"] == 2_049 * 1_025


def test_a_map_has_no_order(door: Door, followed: None) -> None:
    of_a_city = wish(box=None, place="Cascais", zoom=12, order="distance")

    assert said(door.get("/search/clusters", **of_a_city))["clusters"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"box": None}, "INVALID_REQUEST"),
        ({"box": "-9.3,38.8,-9.6,38.6"}, "INVALID_REQUEST"),
        ({"box": "-9.6,38.6,-9.3"}, "INVALID_REQUEST"),
        ({"box": "-181,38.6,-9.3,38.8"}, "INVALID_REQUEST"),
        ({"box": None, "place": "Cascais", "order": "distance"}, "INVALID_REQUEST"),
        ({"near": "-9.6,91"}, "INVALID_REQUEST"),
        ({"check_out": day(30)}, "NO_NIGHTS"),
        ({"check_out": day(600)}, "INVALID_REQUEST"),
        ({"check_in": None}, "INVALID_REQUEST"),
        ({"adults": 0}, "INVALID_REQUEST"),
        ({"kind": "castle"}, "INVALID_REQUEST"),
        ({"currency": "XXX"}, "UNKNOWN_CURRENCY"),
        ({"order": "cheapest"}, "INVALID_REQUEST"),
        ({"cursor": "next"}, "INVALID_REQUEST"),
        ({"beds": 2}, "INVALID_REQUEST"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(
    door: Door, changes: dict[str, Any], code: str
) -> None:
    refused = door.get("/search", **wish(**changes))

    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text


def test_a_cursor_belongs_to_its_question_and_says_nothing_of_what_it_names() -> None:
    lisbon = SearchPage.model_validate(wish(limit=5))
    ended = Place(rank=-36_000, property_id=fresh_id(), room_type="Suíte «Mar»")
    cursor = cursor_of(lisbon, ended)
    assert cursor is not None

    later = SearchPage.model_validate(wish(limit=20, cursor=cursor))
    other = SearchPage.model_validate(wish(cot=True, cursor=cursor))

    assert place_of(later, cursor, AMONG_ROOMS) == ended
    assert cursor_of(lisbon, None) is None
    assert place_of(lisbon, None, AMONG_ROOMS) is None
    with pytest.raises(InvalidRequest, match="another question"):
        place_of(other, cursor, AMONG_ROOMS)
    with pytest.raises(InvalidRequest, match="another question"):
        place_of(lisbon, cursor, AMONG_ROOMS, about="a house")
    with pytest.raises(InvalidRequest, match="none of ours"):
        place_of(lisbon, cursor[4:], AMONG_ROOMS)
    with pytest.raises(InvalidRequest, match="none of ours"):
        place_of(lisbon, cursor, AMONG_REVIEWS)
