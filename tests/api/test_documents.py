"""Documents and photos at the door: announced, sent past us, read, looked at, and shown."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ledger.application import Ledger
from ledger.events.document import DocumentViewed
from ledger.gateways.calls import Calls
from ledger.gateways.objects import chosen_by
from ledger.gateways.stripe import StripeGateway, client
from ledger.reactions import Errand, World, run
from ledger.settings import Settings
from ledger.store import EventStore
from ledger.values.clock import StandingClock, system_clock
from ledger.values.errands import ErrandKind
from ledger.values.files import LARGEST_UPLOAD_BYTES, LINK_LASTS
from ledger.values.ids import StreamId, fresh_id
from tests.api.conftest import Door, knocking
from tests.api.outside import KEY
from tests.pictures import a_file, the_sea

A_PASSPORT = a_file(picture=the_sea(600, 400))
VERA, BRUNO = fresh_id(), fresh_id()


def registered(door: Door) -> str:
    host = fresh_id()
    asked = door.post(f"/hosts/{host}/registration", {"country": "PT"}, key=fresh_id())
    assert asked.status_code == 201
    return host


@pytest.fixture
def rui(door: Door) -> str:
    """Rui has asked to host."""
    return registered(door)


def announce(door: Door, host: str, key: str | None = None, **changed: Any) -> httpx.Response:
    told = {
        "purpose": "identity",
        "media_type": "image/jpeg",
        "length_bytes": len(A_PASSPORT),
    }
    return door.post(f"/hosts/{host}/documents", told | changed, key=key or fresh_id())


def upload(door: Door, announced: dict[str, Any], raw: bytes = A_PASSPORT) -> int:
    headers = announced["upload_headers"]
    return door.client.put(announced["upload_url"], content=raw, headers=headers).status_code


def read(settings: Settings, ledger: Ledger, document_id: str) -> None:
    """Do what `follow` does once a file is said to be there."""
    calls = Calls(clock=system_clock, sleep=lambda wait: time.sleep(wait.total_seconds()))
    world = World(ledger, fresh_id, StripeGateway(client(KEY)), calls)
    errand = Errand(
        errand="read",
        kind=ErrandKind.READ_UPLOAD,
        case_id=document_id,
        stream_id=document_id,
        key=document_id,
        stored_at=system_clock(),
        set_by="",
    )
    run(replace(world, objects=chosen_by(settings, system_clock)), errand)


def sent(door: Door, settings: Settings, ledger: Ledger, host: str, **changed: Any) -> str:
    """A host has sent a file, and it was read; its id."""
    announced = announce(door, host, **changed).json()
    assert upload(door, announced) == 201
    document_id: str = announced["document_id"]
    assert door.post(f"/documents/{document_id}/upload", {}, key=fresh_id()).status_code == 201
    read(settings, ledger, document_id)
    return document_id


def look(door: Door, document_id: str, key: str | None = None) -> httpx.Response:
    said = {"by": VERA, "role": "verifier", "reason": "review"}
    return door.post(f"/documents/{document_id}/views", said, key=key or fresh_id())


# -- Documents ----------------------------------------------------------------------------------


def test_s42_a_passport_is_sent_read_looked_at_and_accepted(
    door: Door, rui: str, settings: Settings, ledger: Ledger
) -> None:
    document_id = sent(door, settings, ledger, rui)

    link = look(door, document_id)
    shown = door.client.get(link.json()["url"])
    said = {"by": VERA, "expires_on": "2031-05-31"}
    accepted = door.post(f"/documents/{document_id}/acceptance", said, key=fresh_id())

    assert (link.status_code, shown.status_code) == (201, 200)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.content != A_PASSPORT
    assert (accepted.json()["status"], accepted.json()["expires_on"]) == ("accepted", "2031-05-31")
    assert door.get(f"/documents/{document_id}").json()["scanned_by"] is None


def test_a_verifier_says_when_a_document_runs_out_or_that_it_never_does(
    door: Door, rui: str, settings: Settings, ledger: Ledger
) -> None:
    accepting = f"/documents/{sent(door, settings, ledger, rui)}/acceptance"

    forgotten = door.post(accepting, {"by": VERA}, key=fresh_id())

    assert (forgotten.status_code, forgotten.json()["code"]) == (422, "INVALID_REQUEST")
    never = door.post(accepting, {"by": VERA, "expires_on": None}, key=fresh_id())
    assert (never.json()["status"], never.json()["expires_on"]) == ("accepted", None)


def test_s42_each_look_is_an_event_with_who_and_why(
    door: Door, rui: str, settings: Settings, ledger: Ledger
) -> None:
    store = EventStore(settings.database_url)
    document_id = sent(door, settings, ledger, rui)
    key = fresh_id()

    look(door, document_id, key)
    look(door, document_id, key)
    door.post(f"/documents/{document_id}/host-views", {}, key=fresh_id())

    looks = [(one.envelope.actor, one.event) for one in store.read(StreamId(document_id))]
    store.close()
    seen = [(who.id, event.reason) for who, event in looks if isinstance(event, DocumentViewed)]
    assert seen == [(VERA, "review"), (rui, "own")]


def test_s41_a_file_cannot_be_replaced_and_its_link_takes_nothing_else(
    door: Door, rui: str
) -> None:
    announced = announce(door, rui).json()
    assert upload(door, announced, A_PASSPORT[:-1]) == 400
    assert upload(door, {**announced, "upload_url": announced["upload_url"][:-1]}) == 403
    assert upload(door, announced) == 201
    assert upload(door, announced) == 412


def test_nobody_looks_at_a_file_before_it_is_read(door: Door, rui: str) -> None:
    document_id = announce(door, rui).json()["document_id"]
    refused = look(door, document_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_v3_a_verifier_who_hosts_does_not_accept_their_own_document(
    door: Door, rui: str, settings: Settings, ledger: Ledger
) -> None:
    document_id = sent(door, settings, ledger, rui)
    said = {"by": rui, "expires_on": None}
    refused = door.post(f"/documents/{document_id}/acceptance", said, key=fresh_id())
    assert (refused.status_code, refused.json()["code"]) == (403, "SELF_APPROVAL")


def test_a_verifier_refuses_a_document_and_its_host_reads_why(
    door: Door, rui: str, settings: Settings, ledger: Ledger, followed: None
) -> None:
    document_id = sent(door, settings, ledger, rui, expires_on="2031-05-31")
    said = {"by": BRUNO, "reason": "not_legible"}
    refused = door.post(f"/documents/{document_id}/refusal", said, key=fresh_id())

    listed = door.get(f"/hosts/{rui}/documents", after=refused.json()["position"]).json()

    (document,) = listed["documents"]
    assert (document["status"], document["reason"]) == ("refused", "not_legible")
    assert document["expires_on"] == "2031-05-31", "as its host says"


def test_v4_s42_what_cannot_be_taken_is_refused_before_it_is_sent(door: Door, rui: str) -> None:
    refusals: tuple[tuple[dict[str, Any], str], ...] = (
        ({"media_type": "application/pdf"}, "INVALID_REQUEST"),
        ({"media_type": "image/svg+xml"}, "INVALID_REQUEST"),
        ({"length_bytes": LARGEST_UPLOAD_BYTES + 1}, "INVALID_REQUEST"),
        ({"length_bytes": 0}, "INVALID_REQUEST"),
        ({"purpose": "photo"}, "FILE_NOT_TAKEN"),
        ({"property_id": fresh_id()}, "FILE_NOT_TAKEN"),
    )
    run_out = announce(door, rui, expires_on="2019-12-31")
    assert (run_out.status_code, run_out.json()["code"]) == (409, "DOCUMENT_EXPIRED")
    for changed, code in refusals:
        refused = announce(door, rui, **changed)
        assert (refused.status_code, refused.json()["code"]) == (422, code), changed


def test_a_host_takes_a_file_back(door: Door, rui: str, settings: Settings, ledger: Ledger) -> None:
    document_id = sent(door, settings, ledger, rui)

    taken_back = door.post(f"/documents/{document_id}/withdrawal", {}, key=fresh_id())

    assert (taken_back.status_code, taken_back.json()["status"]) == (201, "withdrawn")


def test_only_so_many_files_of_a_host_are_taken(
    door: Door, rui: str, followed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.aggregates.document.decider.FILES_AT_MOST", 2)
    announce(door, rui)
    door.get(f"/hosts/{rui}/documents", after=announce(door, rui).json()["position"])

    refused = announce(door, rui)

    assert (refused.status_code, refused.json()["code"]) == (409, "TOO_MANY_FILES")
    assert announce(door, registered(door)).status_code == 201


def test_v4_a_file_that_is_far_too_large_is_refused_at_the_door(door: Door, rui: str) -> None:
    announced = announce(door, rui).json()
    assert upload(door, announced, bytes(LARGEST_UPLOAD_BYTES + 1)) == 413


def test_who_does_not_host_sends_nothing(door: Door) -> None:
    assert announce(door, fresh_id()).status_code == 404


# -- Links --------------------------------------------------------------------------------------


@pytest.fixture
def later(settings: Settings) -> Iterator[tuple[Door, StandingClock]]:
    """A door whose clock stands still."""
    clock = StandingClock(system_clock())
    with knocking(settings, clock=clock) as door:
        yield door, clock


def test_s41_a_command_that_is_repeated_names_the_same_place_as_long_as_its_link_lasts(
    later: tuple[Door, StandingClock],
) -> None:
    door, clock = later
    rui, key = registered(door), fresh_id()

    first = announce(door, rui, key)
    again = announce(door, rui, key)
    clock.pass_by(LINK_LASTS)
    too_late = announce(door, rui, key)

    assert first.json()["upload_url"] == again.json()["upload_url"]
    assert (too_late.status_code, too_late.json()["code"]) == (410, "LINK_EXPIRED")
    assert upload(door, first.json()) == 403


def test_s41_a_look_that_is_repeated_lasts_no_longer_than_the_first(
    later: tuple[Door, StandingClock], settings: Settings, ledger: Ledger
) -> None:
    door, clock = later
    document_id, key = sent(door, settings, ledger, registered(door)), fresh_id()

    url = look(door, document_id, key).json()["url"]
    clock.pass_by(LINK_LASTS - timedelta(seconds=1))
    assert door.client.get(url).status_code == 200
    clock.pass_by(timedelta(seconds=1))

    assert door.client.get(url).status_code == 403
    assert look(door, document_id, key).status_code == 410


def test_without_a_place_for_files_none_are_taken_and_everything_else_works(
    settings: Settings,
) -> None:
    with knocking(settings.model_copy(update={"objects_folder": None})) as door:
        refused = announce(door, registered(door))
        assert (refused.status_code, refused.json()["code"]) == (503, "STORAGE_NOT_SET_UP")
        assert door.get("/health").status_code == 200


# -- Photos -------------------------------------------------------------------------------------


def test_everybody_sees_a_photo_in_every_size_and_keeps_it(
    door: Door, rui: str, settings: Settings, ledger: Ledger, followed: None
) -> None:
    house = fresh_id()
    door.post(f"/properties/{house}", {"host_id": rui, "currency": "EUR"}, key=fresh_id())
    document_id = sent(door, settings, ledger, rui, purpose="photo", property_id=house)
    position = door.get(f"/documents/{document_id}").json()["position"]

    seen = door.get(f"/hosts/{rui}/properties/{house}", after=position).json()
    (photo,) = seen["other_photos"]
    assert seen["photos"] == [], "nobody has described the house by it yet"

    assert [size["width"] for size in photo["sizes"]] == [320, 600]
    for size in photo["sizes"]:
        shown = door.get(size["address"])
        assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert shown.content.startswith(b"\xff\xd8\xff")


def test_s42_nobody_sees_a_document_as_a_photo(
    door: Door, rui: str, settings: Settings, ledger: Ledger
) -> None:
    document_id = sent(door, settings, ledger, rui)
    link = look(door, document_id).json()["url"]
    address = link.partition("?")[0].replace("/objects/documents", "/photos")
    assert door.get(address).status_code == 404
    assert door.client.get(link.replace("/documents/", "/photos/")).status_code == 403
