"""One property at the door: what guests read of it, and what its host has said of it."""

from typing import Any

from bench.estate import Estate
from ledger.values.files import Fault
from ledger.values.ids import fresh_id
from tests.api.test_search import search
from tests.api.test_supply import DESCRIPTION, FACTS, Supply, ana, said

__all__ = ["ana"]

ADDRESS = FACTS["place"]["address"]
TITLE = "Two rooms by the sea"


def listing(ana: Supply, code: str | None = None, **asked: Any) -> dict[str, Any]:
    """What guests read of the flat."""
    return said(ana.door.get(f"{ana.flat}/listing", **asked), code)


def photos_in(page: dict[str, Any]) -> list[str]:
    """The photos of a page, by their ids, in its order."""
    return [photo["document_id"] for photo in page["photos"]]


def listed(ana: Supply, **asked: Any) -> tuple[list[str], str | None]:
    """A page of the properties that can be booked, and its cursor."""
    page = said(ana.door.get("/properties", **asked))
    return [one["property_id"] for one in page["properties"]], page["cursor"]


def take_down(ana: Supply, photo: str) -> int:
    """A verifier finds a photo unfit after all; the position of that."""
    unfit = {"by": ana.reviewer, "reason": Fault.NOT_FIT_TO_SHOW}
    position: int = ana.post(f"/documents/{photo}/refusal", unfit)["position"]
    return position


def told(page: dict[str, Any], *names: str) -> list[Any]:
    """Some of what an answer tells, to compare at a glance."""
    return [page[name] for name in names]


def test_v5_guests_read_what_was_approved_and_its_host_also_what_waits(
    ana: Supply, followed: None
) -> None:
    ana.is_let()
    wider = {**FACTS, "rooms": [{"room_type": "double", "units": 2, "capacity": 4}]}
    proposed = ana.put(f"{ana.flat}/facts", wider)

    page = listing(ana, after=proposed["position"])
    hers = said(ana.door.get(f"{ana.host}{ana.flat}"))
    (mine,) = said(ana.door.get(f"{ana.host}/properties"))["properties"]

    (room,), facts = page["facts"]["rooms"], page["facts"]
    assert told(room, "units", "capacity", "beds") == [1, 2, 1]
    assert told(page, "title", "amenities", "mode") == [TITLE, ["cot", "wifi"], "instant"]
    assert told(facts, "check_in_time", "time_zone") == ["15:00", "Europe/Lisbon"]
    assert told(facts["place"], "city", "latitude") == ["Cascais", "38.697000"]
    assert told(page["rules"], "pets", "quiet_from") == [False, 22]
    assert told(page, "reviews_count", "stars_hundredths", "currency") == [0, None, "EUR"]
    assert page["policies"][0]["text"].endswith("All times are those of the property.")
    assert (page["words"]["words"], len(page["photos"])) == (DESCRIPTION["words"], 5)
    assert page["position"] >= proposed["position"]
    assert ADDRESS not in str(page)
    assert told(hers, "status", "approved_revision") == ["published", 1]
    assert [hers[of]["rooms"][0]["capacity"] for of in ("approved", "stated")] == [2, 4]
    assert hers["stated"]["address"]["words"] == ADDRESS
    assert hers["description"]["words"] == page["words"]
    assert told(mine, "title", "status", "something_waits") == [TITLE, "published", True]
    assert mine["photo_id"] == photos_in(page)[0]
    assert said(ana.door.get(f"/support{ana.flat}", by=ana.operator)) == hers
    said(ana.door.get(f"/hosts/{fresh_id()}{ana.flat}"), "NOT_FOUND")


def test_a_house_is_shown_and_listed_while_it_can_be_found_and_the_reasons_are_named(
    ana: Supply, estate: Estate, followed: None
) -> None:
    ana.is_described()
    drafted = ana.shown()["position"]
    waiting = ["not_published", "host_not_verified", "payout_account_not_enabled"]
    refused = listing(ana, "NOT_DISCOVERABLE", after=drafted)
    assert refused["because"] == [*waiting, "no_active_unit_with_a_price"]
    said(ana.door.get(f"{ana.flat}/photos"), "NOT_DISCOVERABLE")
    (mine,) = said(ana.door.get(f"{ana.host}/properties", limit=1))["properties"]
    assert (mine["status"], mine["approved_revision"]) == ("draft", None)
    said(ana.door.get(f"/properties/{fresh_id()}/listing"), "NOT_FOUND")
    hers = said(ana.door.get(f"{ana.host}{ana.flat}"))
    assert (hers["status"], hers["approved"], len(hers["photos"])) == ("draft", None, 5)
    assert listed(ana) == ([estate.property_id], None)

    ana.is_verified()
    ana.is_reviewed()
    ana.can_be_paid()
    let = ana.post(f"{ana.flat}/publication", {})
    both = sorted([ana.property_id, str(estate.property_id)])
    assert listed(ana, after=let["position"]) == (both, None)
    one, cursor = listed(ana, limit=1)
    assert (one, listed(ana, limit=1, cursor=cursor)) == (both[:1], (both[1:], None))
    stopped = ana.post(f"{ana.host}/suspension", {"by": ana.operator, "reason": "safety"})

    refused = listing(ana, "NOT_DISCOVERABLE", after=stopped["position"])
    assert refused["because"] == ana.quotes("NOT_DISCOVERABLE")["because"] == ["host_not_verified"]
    assert listed(ana) == ([estate.property_id], None)


def test_guests_see_the_photos_that_are_left_in_the_order_of_their_host(
    ana: Supply, followed: None
) -> None:
    ana.is_let()
    first, second, third, *others = photos_in(listing(ana, after=ana.shown()["position"]))
    ordered = [third, first, second, *others]
    put = ana.put(f"{ana.flat}/description", {**DESCRIPTION, "photos": ordered[:-1]})
    shown = said(ana.door.get(f"{ana.flat}/photos", after=put["position"]))
    assert photos_in(shown) == ordered[:-1]
    hers = said(ana.door.get(f"{ana.host}{ana.flat}"))
    assert [one["document_id"] for one in hers["other_photos"]] == [ordered[-1]]
    assert search(ana.door)["rooms"][0]["photo_id"] == third

    position = take_down(ana, third)

    (card,) = search(ana.door, after=position)["rooms"]
    assert card["photo_id"] == photos_in(listing(ana))[0] == first
    assert ana.shown()["missing"] == ["photos"]
    for photo in ordered[1:-1]:
        position = take_down(ana, photo)
    (card,) = search(ana.door, after=position)["rooms"]
    assert (card["photo_id"], listing(ana)["photos"]) == (None, [])
