"""What people say at the door: of each other, to each other, and to support."""

from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bench.estate import Estate
from ledger import processes
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.store import EventStore
from ledger.values.clock import StandingClock, system_clock
from ledger.values.ids import BookingId, CommandId, fresh_id
from tests.api.conftest import Door
from tests.api.houses import day
from tests.api.test_cancellations import booked, pay
from tests.conftest import Database
from tests.facts import HOST

SUPPORT = {"by": fresh_id()}
OF_STAY = dict.fromkeys(
    ("overall", "cleanliness", "accuracy", "check_in", "communication", "location", "value"), 4
)
OF_GUEST = dict.fromkeys(("overall", "cleanliness", "communication", "house_rules"), 5)
MARKUP = '<script>alert("1")</script> =HYPERLINK("http://x.example")'


@pytest.fixture
def booking(door: Door, estate: Estate) -> BookingId:
    """A booking that waits for its money."""
    stay = {"check_in": day(0), "check_out": day(2)}
    return BookingId(booked(door, estate, policy="free", **stay).split("/")[2])


@pytest.fixture
def stayed(booking: BookingId, ledger: Ledger, database: Database) -> BookingId:
    """A booking whose guest has come and left."""
    pay(ledger, booking)
    after = StandingClock(system_clock() + timedelta(days=33))

    def plan(draft: Draft) -> None:
        processes.start_stay(draft, HOST, booking)
        processes.complete_stay(draft, HOST, booking)
        processes.open_reviews(draft, booking, draft.now)

    store, command_id = EventStore(database.url), CommandId(fresh_id())
    request = Request(command_id=command_id, case_id=booking, content=b"")
    Ledger(store, after).execute(request, plan)
    store.close()
    return booking


def said(door: Door, path: str, key: str | None = None, **body: Any) -> dict[str, Any]:
    """What is answered to a command."""
    answer = door.post(path, body, key=key or fresh_id())
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refused(door: Door, path: str, key: str | None = None, **body: Any) -> tuple[int, str]:
    """The status and the code of a refusal."""
    answer = door.post(path, body, key=key or fresh_id())
    return answer.status_code, answer.json().get("code")


def read(door: Door, path: str, **parameters: Any) -> dict[str, Any]:
    """What is answered to a question."""
    answer = door.get(path, **parameters)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


# -- Reviews -----------------------------------------------------------------------------


def test_a_review_is_read_nowhere_before_both_have_written(
    door: Door, stayed: BookingId, estate: Estate, followed: None
) -> None:
    path, about = f"/bookings/{stayed}/reviews", f"/properties/{estate.property_id}/reviews"
    his = said(door, f"{path}/host", text="A secret yet.", stars=OF_GUEST)
    assert his["status"] == "host_in"
    guest = read(door, f"/trips/{stayed}", after=his["position"])["trip"]["guest_id"]
    to_write = read(door, f"/hosts/{estate.host_id}/reviews-to-write", after=his["position"])
    assert [(one["booking_id"], one["written"]) for one in to_write["stays"]] == [(stayed, True)]
    for reader in (f"/guests/{guest}/reviews", f"/guests/{guest}/reviews-to-write", about):
        assert "A secret yet" not in door.get(reader, after=his["position"]).text
    assert "A secret yet" not in door.get(f"/timelines/{stayed}", after=his["position"]).text

    both = said(door, f"{path}/guest", text="Loud.", stars=OF_STAY)

    (of_her,) = read(door, f"/guests/{guest}/reviews", after=both["position"])["reviews"]
    assert of_her["text"] == {"words": "A secret yet.", "erased_at": None}
    of_house = read(door, about)
    assert (of_house["stars_hundredths"]["overall"], of_house["reviews_count"]) == (400, 1)
    assert str(stayed) not in str(of_house)

    # Afterwards it is answered once and never edited, and hidden with its answer.
    said(door, f"{path}/guest/answer", text="The road is being mended.")
    assert refused(door, f"{path}/guest/answer", text="Again.") == (409, "TRANSITION_NOT_ALLOWED")
    assert refused(door, f"{path}/guest", text="No.", stars=OF_STAY)[0] == 409
    shown = read(door, f"/hosts/{estate.host_id}/reviews", after=both["position"])["reviews"]
    assert shown[0]["text"]["words"] == "Loud."
    hidden = said(door, f"{path}/guest/hiding", reason="other", **SUPPORT)
    assert hidden["hidden"] == ["guest"]
    assert read(door, about, after=hidden["position"])["reviews"] == []
    again = said(door, f"{path}/guest/showing", reason="appeal", **SUPPORT)
    (back,) = read(door, about, after=again["position"])["reviews"]
    assert back["answer"]["words"] == "The road is being mended."


# -- Conversations -----------------------------------------------------------------------


def test_cases_x5_and_x6_words_are_answered_as_they_are_until_they_are_erased(
    door: Door, booking: BookingId, estate: Estate, database: Database, followed: None
) -> None:
    path = f"/bookings/{booking}/conversation"
    write = partial(said, door, f"{path}/messages")
    for unreadable in ("a\x00b", "a\u202egpj.exe", "   "):
        refusal = refused(door, f"{path}/messages", speaker="guest", text=unreadable)
        assert refusal == (422, "TEXT_UNFIT")
    written = write(speaker="guest", text=MARKUP)
    last = write(speaker="host", text="The key is under the stone.")

    answer = door.get(path, reader=estate.host_id, after=last["position"])
    assert answer.json()["messages"][0]["text"]["words"] == MARKUP
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "alert" not in door.get(f"/timelines/{booking}", after=written["position"]).text

    guest = answer.json()["thread"]["guest_id"]
    with closing(EventStore(database.url)) as store:
        store.erase_texts(guest)

    hers, his = read(door, path, reader=estate.host_id)["messages"]
    assert (hers["text"]["words"], hers["text"]["erased_at"] is not None) == (None, True)
    assert his["text"]["words"] == "The key is under the stone."


def test_a_conversation_is_its_parties_and_supports_and_nobody_elses(
    door: Door, booking: BookingId, estate: Estate, followed: None
) -> None:
    path, key = f"/bookings/{booking}/conversation", fresh_id()
    write = partial(said, door, f"{path}/messages")
    once = write(key=key, speaker="guest", text="Is there a cot?")
    assert write(key=key, speaker="guest", text="Is there a cot?") == once
    otherwise = refused(door, f"{path}/messages", key=key, speaker="guest", text="A pool?")
    assert otherwise == (422, "IDEMPOTENCY_KEY_REUSED")
    write(speaker="host", text="There are two.")
    assert said(door, f"{path}/locking", reason="abusive", **SUPPORT)["status"] == "locked"
    locked = refused(door, f"{path}/messages", speaker="host", text="No.")
    assert locked == (409, "TRANSITION_NOT_ALLOWED")
    assert refused(door, f"{path}/messages", speaker="support", text="Who?")[0] == 422
    last = write(speaker="support", text="This is over.", **SUPPORT)

    told = read(door, path, reader=estate.host_id, after=last["position"])
    assert [one["speaker"] for one in told["messages"]] == ["guest", "host", "support"]
    assert read(door, f"/support{path}", **SUPPORT) == told
    stranger = door.get(path, reader=fresh_id())
    assert (stranger.status_code, stranger.json()["code"]) == (403, "NOT_A_PARTY")
    (thread,) = read(door, f"/hosts/{estate.host_id}/conversations")["threads"]
    assert (thread["last_position"], thread["messages_count"]) == (last["position"], 3)
    hers = read(door, f"/guests/{thread['guest_id']}/conversations")
    assert hers["threads"] == [thread]


# -- Cases -------------------------------------------------------------------------------


def test_a_case_keeps_the_payout_back_until_support_has_decided(
    door: Door, booking: BookingId, estate: Estate
) -> None:
    review = f"/bookings/{booking}/reviews/guest"
    assert refused(door, review, text="Lovely.", stars=OF_STAY) == (409, "TRANSITION_NOT_ALLOWED")
    assert refused(door, review, text="Lovely.", stars={**OF_STAY, "value": 6})[0] == 422
    cases = f"/bookings/{booking}/cases"
    wish = {"speaker": "guest", "kind": "safety", "text": "The gas smells."}
    opened = said(door, cases, **wish)["case"]
    path = f"/cases/{opened['case_id']}"
    assert (opened["status"], opened["holds_payouts"]) == ("open", True)

    said(door, f"{path}/question", of="host", text="Have you had it looked at?", **SUPPORT)
    assert refused(door, f"{path}/answer", speaker="guest", text="No.") == (403, "NOT_A_PARTY")
    said(door, f"{path}/answer", speaker="host", text="It is mended.")
    said(door, f"{path}/resolution", outcome="settled", text="Mended.", **SUPPORT)
    said(door, f"{path}/reopening", speaker="guest", text="It smells again.")

    told = read(door, path, reader=estate.host_id)
    assert [one["speaker"] for one in told["statements"]] == [
        "guest",
        "support",
        "host",
        "support",
        "guest",
    ]
    assert told["statements"][0]["text"]["words"] == "The gas smells."
    assert told["case"]["status"] == "reopened"
    assert read(door, f"/support{path}", **SUPPORT)["statements"] == told["statements"]
    assert [one["case_id"] for one in read(door, cases)["cases"]] == [opened["case_id"]]
    assert door.get(path, reader=fresh_id()).status_code == 403
