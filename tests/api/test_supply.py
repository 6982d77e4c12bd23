"""Supply at the door: a host and a house are looked at, found, changed, and kept back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import psycopg
import pytest

from api.shapes import Worded
from api.wishes.listings import DescriptionWish, FactsWish
from api.wishes.verifications import HostReview
from bench.estate import Estate
from ledger import processes
from ledger.aggregates.property import PROPERTY
from ledger.aggregates.provider import RecordPayoutAccount, Standing
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.settings import Settings
from ledger.store import EventStore
from ledger.values.clock import Clock, Instant, system_clock
from ledger.values.files import Purpose
from ledger.values.ids import CommandId, HostId, PropertyId, fresh_id
from ledger.values.listing import PHOTOS_NEEDED, unit_of
from ledger.values.texts import digest_of
from ledger.values.verification import CHECKLISTS, HOST_TERMS, Subject
from replay.audit import audit
from tests.api.conftest import Door, knocking
from tests.api.houses import day
from tests.api.test_quotes import A_ROOM, LEVIES, RATES, to_accept
from tests.conftest import Database
from tests.facts import PROCESSOR, sent_and_accepted, sent_and_read

FACTS: dict[str, Any] = {
    "kind": "apartment",
    "place": {
        "country": "PT",
        "region": "Lisboa",
        "city": "Cascais",
        "latitude": "38.697",
        "longitude": "-9.421",
        "address": "Rua das Flores 7, 2750-001 Cascais",
    },
    "check_in_time": "15:00",
    "check_out_time": "11:00",
    "rooms": [{"room_type": "double", "units": 1, "capacity": 2}],
    "registration": "12345/AL",
}
DESCRIPTION = {
    "words": "Two rooms by the sea\nQuiet, light, and five minutes from the beach.",
    "amenities": ["cot", "wifi"],
}

SOON = (system_clock() + timedelta(days=20)).date()
"""The last day of papers that are good for less than three weeks."""


def in_three_weeks() -> Instant:
    """The clock of somebody who asks then."""
    return system_clock() + timedelta(weeks=3)


@dataclass
class Supply:
    """Ana and her flat, as the door knows them."""

    door: Door
    store: EventStore
    ledger: Ledger
    host_id: str
    property_id: str
    reviewer: str
    operator: str

    @property
    def host(self) -> str:
        return f"/hosts/{self.host_id}"

    @property
    def flat(self) -> str:
        return f"/properties/{self.property_id}"

    def post(self, path: str, body: dict[str, Any], code: str | None = None) -> dict[str, Any]:
        """Command, and be answered; or refused, with a code."""
        return said(self.door.post(path, body, key=fresh_id()), code)

    def put(self, path: str, body: dict[str, Any], code: str | None = None) -> dict[str, Any]:
        return said(self.door.put(path, body, key=fresh_id()), code)

    def shown(self) -> dict[str, Any]:
        """The flat as it stands."""
        return said(self.door.get(self.flat))

    # -- What people do ---------------------------------------------------------------------

    def submits(self, code: str | None = None, **changed: Any) -> dict[str, Any]:
        return self.post(f"{self.host}/verification", self.review(**changed), code)

    def review(self, **changed: Any) -> dict[str, Any]:
        """How Ana asks to be looked at."""
        documents = [] if "documents" in changed else [self.sends()]
        told = {
            "form": "natural",
            "legal_record": "Ana Moreira, Rua das Flores 7",
            "has_tax_number": True,
            "documents": documents,
            "terms": HOST_TERMS,
        }
        return told | changed

    def sends(self, **changed: Any) -> str:
        """Ana sends a file, which a worker reads, and a verifier accepts; its id."""
        document_id = fresh_id()
        told: dict[str, Any] = {
            "document_id": document_id,
            "host_id": self.host_id,
            "expires_on": (system_clock() + timedelta(days=400)).date(),
            **changed,
        }
        of_a_photo = told.get("purpose") is Purpose.PHOTO
        steps = (sent_and_read if of_a_photo else sent_and_accepted)(**told)

        def plan(draft: Draft) -> None:
            for actor, command in steps:
                draft.do(actor, command)

        asked = Request(command_id=CommandId(fresh_id()), case_id=document_id, content=b"file")
        self.ledger.execute(asked, plan)
        return document_id

    def photographs(self) -> list[str]:
        """Ana takes as many photos of her flat as are needed."""
        of_it = {"property_id": self.property_id, "purpose": Purpose.PHOTO, "expires_on": None}
        return [self.sends(**of_it) for _ in range(PHOTOS_NEEDED)]

    def approves(self, verification_id: str, subject: Subject) -> None:
        self.post(f"/verifications/{verification_id}/claim", {"by": self.reviewer})
        self.says_yes(verification_id, subject)

    def says_yes(
        self, verification_id: str, subject: Subject, code: str | None = None
    ) -> dict[str, Any]:
        checks = [{"item": item, "finding": "passed"} for item in CHECKLISTS[subject]]
        approval = {"by": self.reviewer, "checks": checks}
        return self.post(f"/verifications/{verification_id}/approval", approval, code)

    def is_verified(self) -> None:
        self.approves(self.submits()["verification_id"], Subject.PROVIDER)

    def is_described(self) -> None:
        self.post(self.flat, {"host_id": self.host_id, "currency": "EUR"})
        self.put(f"{self.flat}/facts", FACTS)
        self.put(f"{self.flat}/description", {**DESCRIPTION, "photos": self.photographs()})
        self.put(f"{self.flat}/rates", RATES)
        self.put(f"{self.flat}/levies", LEVIES)

    def asks_about_the_flat(self, *documents: str) -> str:
        wish = {"terms": HOST_TERMS, "documents": list(documents)}
        asked: str = self.post(f"{self.flat}/verification", wish)["verification_id"]
        return asked

    def is_reviewed(self, *documents: str) -> None:
        self.approves(self.asks_about_the_flat(*documents), Subject.PROPERTY)

    def can_be_paid(self) -> None:
        """The processor says that Ana's account is in order."""
        told = RecordPayoutAccount(
            host_id=HostId(self.host_id),
            account="acct_ana",
            country="PT",
            currency="EUR",
            standing=Standing.ENABLED,
            requirements=(),
            disabled_reason=None,
            bank_account="ba_ana",
            seen_at=system_clock() - timedelta(days=9),
        )
        asked = Request(command_id=CommandId(fresh_id()), case_id=self.host_id, content=b"account")
        self.ledger.execute(asked, partial(Draft.do, actor=PROCESSOR, command=told))

    def clocks(self, timer: Callable[[Draft, HostId], None], clock: Clock = system_clock) -> None:
        """A timer of Ana's fires."""
        asked = Request(command_id=CommandId(fresh_id()), case_id=self.host_id, content=b"timer")
        Ledger(self.store, clock).execute(asked, lambda draft: timer(draft, HostId(self.host_id)))

    def is_let(self) -> None:
        self.is_verified()
        self.is_described()
        self.is_reviewed()
        self.can_be_paid()
        self.post(f"{self.flat}/publication", {})

    # -- What guests do ---------------------------------------------------------------------

    def quotes(
        self, code: str | None = None, adults: int = 2, ahead: int = 30, **changed: Any
    ) -> dict[str, Any]:
        wish = {
            "guest_id": fresh_id(),
            "property_id": self.property_id,
            "unit_id": unit_of(PropertyId(self.property_id), "double", 1),
            "check_in": day(ahead),
            "check_out": day(ahead + 3),
            "party": {"adults": adults},
            **changed,
        }
        return said(self.door.client.post("/quotes", json=wish), code)

    def loses(self, booking_id: str) -> None:
        """A guest who has not paid yet gives a booking up."""
        path = f"/bookings/{booking_id}/cancellation"
        self.post(path, {"preview": said(self.door.get(path))["preview"]})


def said(answer: httpx.Response, code: str | None = None) -> dict[str, Any]:
    """What was answered, or the refusal that was to come."""
    body: dict[str, Any] = answer.json()
    if code is None:
        assert answer.status_code in (200, 201), body
    else:
        assert (answer.status_code // 100, body["code"]) == (4, code), body
        body = body["data"]
    return body


@pytest.fixture
def ana(door: Door, store: EventStore, ledger: Ledger) -> Supply:
    """Ana has asked to host."""
    supply = Supply(door, store, ledger, *(fresh_id() for _ in range(4)))
    supply.post(f"{supply.host}/registration", {"country": "PT"})
    return supply


def test_who_shows_too_little_is_told_what_is_missing(ana: Supply) -> None:
    refused = ana.submits("NOT_READY", documents=[], has_tax_number=False, terms="2019")

    assert refused["missing"] == ["tax_number", "document:identity", "terms"]
    ana.submits("NOT_FOUND", documents=[fresh_id()])


def test_v3_nobody_looks_at_themselves_and_nobody_approves_what_is_anothers(ana: Supply) -> None:
    review = f"/verifications/{ana.submits()['verification_id']}"

    ana.post(f"{review}/claim", {"by": ana.host_id}, "SELF_APPROVAL")
    ana.post(f"{review}/claim", {"by": ana.reviewer})
    ana.post(f"{review}/approval", {"by": ana.operator, "checks": []}, "REVIEW_CLAIMED")
    ana.post(f"{review}/approval", {"by": ana.reviewer, "checks": []}, "CHECKS_OPEN")
    change = {"reason": "not_readable", "about": "identity"}
    ana.post(f"{review}/changes", {"by": ana.reviewer, "changes": [change]})
    shown = said(ana.door.get(review))
    assert (shown["status"], shown["changes"]) == ("changes_requested", [change])


def test_only_who_has_a_review_reads_who_it_is_about(ana: Supply) -> None:
    review = f"/verifications/{ana.submits()['verification_id']}"
    said(ana.door.get(f"{review}/record", by=ana.reviewer), "REVIEW_CLAIMED")

    ana.post(f"{review}/claim", {"by": ana.reviewer})

    told = said(ana.door.get(f"{review}/record", by=ana.reviewer))
    assert told["record"]["words"] == "Ana Moreira, Rua das Flores 7"
    said(ana.door.get(f"{review}/record", by=ana.operator), "REVIEW_CLAIMED")
    ana.post(f"{review}/release", {"by": ana.reviewer})
    said(ana.door.get(f"{review}/record", by=ana.reviewer), "REVIEW_CLAIMED")


def test_reviewers_find_what_waits_for_them(ana: Supply, followed: None) -> None:
    asked = ana.submits()
    review = asked["verification_id"]
    taken = ana.post(f"/verifications/{review}/claim", {"by": ana.reviewer})

    theirs = {"reviewer": ana.reviewer, "after": taken["position"]}
    found = said(ana.door.get("/verifications", **theirs))

    (waiting,) = found["reviews"]
    assert (waiting["verification_id"], waiting["status"]) == (review, "in_review")
    (card,) = waiting["documents"]
    assert (card["kind"], card["status"], card["is_new"]) == ("identity", "accepted", True)
    assert (waiting["changed"], found["next"]) == (None, None)


def test_a_house_is_published_only_when_everything_is_there_and_says_what_is_not(
    ana: Supply,
) -> None:
    ana.post(ana.flat, {"host_id": ana.host_id, "currency": "EUR"})
    assert ana.shown()["missing"] == ["facts", "description", "rates"]
    ana.post(f"{ana.flat}/verification", {"terms": HOST_TERMS}, "NOT_READY")
    ana.post(f"{ana.flat}/publication", {}, "TRANSITION_NOT_ALLOWED")
    ana.put(f"{ana.flat}/facts", FACTS)
    ana.put(f"{ana.flat}/description", {**DESCRIPTION, "photos": ana.photographs()})
    ana.put(f"{ana.flat}/rates", RATES)
    ana.put(f"{ana.flat}/levies", LEVIES)
    ana.is_reviewed()
    assert ana.shown()["status"] == "approved"

    refused = ana.post(f"{ana.flat}/publication", {}, "NOT_READY")
    assert refused["missing"] == ["host_not_verified", "payout_account_not_enabled"]

    ana.is_verified()
    ana.can_be_paid()
    published = ana.post(f"{ana.flat}/publication", {})
    assert (published["status"], published["discoverable"]) == ("published", True)
    assert ana.quotes()["total"]["currency"] == "EUR"


def test_a_suspended_host_sells_nothing_more_and_nothing_is_cancelled(ana: Supply) -> None:
    ana.is_let()
    booked = ana.post("/bookings", to_accept(ana.quotes()))
    stale = ana.quotes(ahead=40)

    stopped = ana.post(f"{ana.host}/suspension", {"by": ana.operator, "reason": "safety"})

    assert (stopped["status"], stopped["suspended_for"]) == ("suspended", "safety")
    shown = ana.shown()
    assert (shown["discoverable"], shown["hindrances"]) == (False, ["host_not_verified"])
    assert shown["status"] == "published"
    assert ana.quotes("NOT_DISCOVERABLE", ahead=50)["because"] == ["host_not_verified"]
    refused = ana.post("/bookings", to_accept(stale), "NOT_DISCOVERABLE")
    assert refused["because"] == ["host_not_verified"]
    case = f"/bookings/{booked['booking_id']}"
    assert said(ana.door.get(f"{case}/cancellation"))["step"] in ("abandon", "cancel")

    cleared = {"by": ana.operator, "cleared_by": "case 17"}
    ana.post(f"{ana.host}/reinstatement", cleared)
    assert ana.shown()["discoverable"] is True


def test_v5_a_pending_revision_changes_nothing_until_somebody_has_looked_at_it(ana: Supply) -> None:
    ana.is_let()
    wider = {**A_ROOM, "rules": {"capacity": 4}}
    ana.put(f"{ana.flat}/rates", {**RATES, "rooms": [wider]})
    rooms = [{"room_type": "double", "units": 2, "capacity": 4}]

    proposed = ana.put(f"{ana.flat}/facts", {**FACTS, "rooms": rooms})

    assert (proposed["discoverable"], proposed["approved_revision"]) == (True, 1)
    assert proposed["revision"]["number"] == 2
    assert ana.quotes("OVER_CAPACITY", adults=4)["capacity"] == 2
    ana.is_reviewed()
    assert ana.shown()["approved_revision"] == 2
    ana.quotes(adults=4)


def test_n14_rooms_do_not_become_too_small_for_who_has_booked(ana: Supply) -> None:
    ana.is_let()
    booked = ana.post("/bookings", to_accept(ana.quotes()))
    small = {**FACTS, "rooms": [{"room_type": "double", "units": 1, "capacity": 1}]}

    refused = ana.put(f"{ana.flat}/facts", small, "OVER_CAPACITY")

    assert (refused["booking_id"], refused["heads"]) == (booked["booking_id"], 2)


def of_units(units: int) -> dict[str, Any]:
    """The facts of the flat, with so many double rooms."""
    return {**FACTS, "rooms": [{"room_type": "double", "units": units, "capacity": 2}]}


def test_n14_a_room_is_given_up_only_as_long_as_nobody_has_booked_it(
    ana: Supply, database: Database
) -> None:
    ana.is_let()
    second = unit_of(PropertyId(ana.property_id), "double", 2)
    ana.put(f"{ana.flat}/facts", of_units(2))
    ana.is_reviewed()
    ana.put(f"{ana.flat}/facts", of_units(1))
    booked = ana.post("/bookings", to_accept(ana.quotes(unit_id=second)))
    asked = ana.post(f"{ana.flat}/verification", {"terms": HOST_TERMS, "documents": []})
    review = asked["verification_id"]
    ana.post(f"/verifications/{review}/claim", {"by": ana.reviewer})

    refused = ana.says_yes(review, Subject.PROPERTY, "OBLIGATIONS_OPEN")

    assert refused == {"units": [second], "obligations": [booked["booking_id"]]}
    ana.loses(booked["booking_id"])
    ana.says_yes(review, Subject.PROPERTY)
    assert ana.shown()["approved_revision"] == 3
    ana.quotes("DATES_UNAVAILABLE", unit_id=second)
    ana.post("/bookings", to_accept(ana.quotes()))
    assert [found for found in audit(database.url).violations if found.id == "INV-B10"] == []


def test_n14_a_unit_of_another_house_is_not_let_under_this_one(ana: Supply, estate: Estate) -> None:
    ana.is_let()

    assert ana.quotes("NOT_FOUND", unit_id=estate.units[0])["unit_id"] == estate.units[0]


def test_v2_a_house_with_guests_to_come_is_hidden_but_not_given_up(
    ana: Supply, followed: None
) -> None:
    ana.is_let()
    booked, asked = ana.post("/bookings", to_accept(ana.quotes())), ana.quotes(ahead=40)
    ana.post(f"{ana.flat}/archive", {}, "TRANSITION_NOT_ALLOWED")

    key = {"Idempotency-Key": fresh_id()}
    unlisted = said(ana.door.client.delete(f"{ana.flat}/publication", headers=key))

    assert unlisted["hindrances"] == ["not_published"]
    assert ana.quotes("NOT_DISCOVERABLE", ahead=50)["because"] == ["not_published"]
    refused = ana.post("/bookings", to_accept(asked), "NOT_DISCOVERABLE")
    assert refused["because"] == ["not_published"]
    open_still = ana.post(f"{ana.flat}/archive", {}, "OBLIGATIONS_OPEN")
    assert open_still["obligations"] == [f"booking:{booked['booking_id']}"]
    ana.loses(booked["booking_id"])
    assert ana.post(f"{ana.flat}/archive", {})["status"] == "archived"


def test_what_is_suspended_is_given_up_by_an_operator_who_is_named_and_not_by_its_host(
    ana: Supply, followed: None
) -> None:
    ana.is_let()
    ana.post(f"{ana.flat}/suspension", {"by": ana.operator, "reason": "unsafe"})

    ana.post(f"{ana.flat}/archive", {}, "TRANSITION_NOT_ALLOWED")

    assert ana.post(f"{ana.flat}/archive", {"by": ana.operator})["status"] == "archived"
    assert ana.post(f"{ana.host}/closing", {"by": ana.operator})["status"] == "closed"


def test_v3_of_reviewers_who_claim_at_once_one_has_it(ana: Supply) -> None:
    claim = f"/verifications/{ana.submits()['verification_id']}/claim"
    reviewers = [fresh_id() for _ in range(8)]

    with ThreadPoolExecutor(len(reviewers)) as at_once:
        answers = list(
            at_once.map(lambda by: ana.door.post(claim, {"by": by}, fresh_id()), reviewers)
        )

    said_no = [one.json()["code"] for one in answers if one.status_code != 201]
    assert said_no == ["TRANSITION_NOT_ALLOWED"] * 7


def test_v3_papers_that_ran_out_while_they_waited_are_not_approved(
    ana: Supply, settings: Settings
) -> None:
    card = ana.sends(expires_on=SOON)
    review = f"/verifications/{ana.submits(documents=[card])['verification_id']}"

    with knocking(settings, clock=in_three_weeks) as later:
        ana = replace(ana, door=later)
        ana.post(f"{review}/claim", {"by": ana.reviewer})
        checks = [{"item": item, "finding": "passed"} for item in CHECKLISTS[Subject.PROVIDER]]
        approval = {"by": ana.reviewer, "checks": checks}
        refused = ana.post(f"{review}/approval", approval, "DOCUMENTS_EXPIRED")

    assert refused["documents"] == [card]


def test_v3_who_lets_papers_run_out_sells_nothing_more_and_is_told_why(
    ana: Supply, settings: Settings
) -> None:
    ana.approves(
        ana.submits(documents=[ana.sends(expires_on=SOON)])["verification_id"], Subject.PROVIDER
    )
    ana.is_described()
    of_it = {"property_id": ana.property_id, "purpose": Purpose.RIGHT_TO_LET}
    ana.is_reviewed(ana.sends(expires_on=SOON, **of_it))
    ana.can_be_paid()
    ana.post(f"{ana.flat}/publication", {})
    ana.clocks(processes.ask_for_renewal)
    due = said(ana.door.get(ana.host))
    assert (due["status"], due["renew_by"]) == ("reverification_due", SOON.isoformat())
    assert ana.shown()["renew_by"] == SOON.isoformat()
    assert ana.shown()["discoverable"] is True

    with knocking(settings, clock=in_three_weeks) as later:
        ana = replace(ana, door=later)
        assert ana.shown()["hindrances"] == ["documents_have_expired"]
        assert ana.quotes("NOT_DISCOVERABLE")["because"] == ["documents_have_expired"]
        ana.clocks(processes.miss_renewal, in_three_weeks)
        both = ["host_not_verified", "documents_have_expired"]
        assert said(later.get(ana.host))["suspended_for"] == "renewal_missed"
        assert ana.shown()["hindrances"] == both
        assert ana.quotes("NOT_DISCOVERABLE")["because"] == both


def test_an_operator_keeps_a_house_from_being_found_and_says_why(ana: Supply) -> None:
    ana.is_let()

    ana.post(f"{ana.flat}/moderation", {"by": ana.operator, "reason": "misleading"})

    assert ana.quotes("NOT_DISCOVERABLE")["because"] == ["blocked_by_moderation"]
    cleared = {"by": ana.operator, "cleared_by": "photos replaced"}
    assert ana.post(f"{ana.flat}/moderation/end", cleared)["discoverable"] is True
    ana.post(f"{ana.flat}/suspension", {"by": ana.operator, "reason": "unsafe"})
    assert ana.post(f"{ana.flat}/reinstatement", cleared)["status"] == "unlisted"


def test_pr14_a_host_leaves_once_nothing_is_open_and_is_told_of_what_is(
    ana: Supply, followed: None
) -> None:
    ana.is_let()
    booked = ana.post("/bookings", to_accept(ana.quotes()))

    refused = ana.post(f"{ana.host}/closing", {}, "OBLIGATIONS_OPEN")
    assert refused["obligations"] == [f"booking:{booked['booking_id']}"]

    case = f"/bookings/{booked['booking_id']}/cancellation"
    ana.post(case, {"preview": said(ana.door.get(case))["preview"]})
    assert ana.post(f"{ana.host}/closing", {})["status"] == "closed"
    ana.quotes("NOT_DISCOVERABLE")


def test_who_says_the_same_again_changes_nothing(ana: Supply) -> None:
    ana.is_let()
    before, key = ana.shown(), fresh_id()
    described = ana.ledger.state(PROPERTY, ana.property_id)
    assert described is not None
    assert described.description is not None

    once = ana.door.put(f"{ana.flat}/facts", FACTS, key=key)
    ana.put(f"{ana.flat}/description", {**DESCRIPTION, "photos": described.description.photos})

    assert said(once) == before
    assert ana.shown()["position"] == before["position"]
    elsewhere = {**FACTS, "place": {**FACTS["place"], "address": "Rua das Flores 9"}}
    assert ana.put(f"{ana.flat}/facts", elsewhere)["revision"]["number"] == 2
    again = ana.door.put(f"{ana.flat}/facts", FACTS, key=key)
    assert (again.headers["Idempotency-Replayed"], said(again)) == ("true", before)


def test_reviewers_see_of_a_renewal_and_a_revision_only_what_is_new(
    ana: Supply, followed: None
) -> None:
    card = ana.sends(expires_on=SOON)
    ana.approves(ana.submits(documents=[card])["verification_id"], Subject.PROVIDER)
    ana.clocks(processes.ask_for_renewal)
    ana.is_described()
    ana.is_reviewed()
    ana.put(f"{ana.flat}/facts", {**FACTS, "registration": "67890/AL"})

    ana.submits()
    asked = ana.post(f"{ana.flat}/verification", {"terms": HOST_TERMS})

    found = said(ana.door.get("/verifications", after=asked["position"]))
    assert {one["subject"]: one["changed"] for one in found["reviews"]} == {
        "provider": [],
        "property": ["registration"],
    }


# -- Texts ----------------------------------------------------------------------------------------


def test_x6_markup_in_what_a_house_is_called_is_kept_as_words(ana: Supply) -> None:
    ana.post(ana.flat, {"host_id": ana.host_id, "currency": "EUR"})
    called = '<img src=x onerror="alert(1)">\n=HYPERLINK("http://elsewhere.example")'

    ana.put(f"{ana.flat}/description", {**DESCRIPTION, "words": called})
    ana.put(f"{ana.flat}/description", {**DESCRIPTION, "words": "bell\a"}, "TEXT_UNFIT")

    listed = ana.ledger.state(PROPERTY, ana.property_id)
    assert listed is not None
    assert listed.description is not None
    assert listed.description.words is not None
    kept = listed.description.words.text_id
    assert ana.store.texts([kept])[kept].words == called


# -- Privacy --------------------------------------------------------------------------------------


def worded(ana: Supply) -> tuple[tuple[str, Worded], ...]:
    """What Ana says with words that are not for the history, and by which route."""
    description = {**DESCRIPTION, "photos": ana.photographs()}
    return (
        (f"PUT {ana.flat}/facts", FactsWish.model_validate(FACTS)),
        (f"PUT {ana.flat}/description", DescriptionWish.model_validate(description)),
        (f"POST {ana.host}/verification", HostReview.model_validate(ana.review())),
    )


def test_s36_nobody_finds_an_address_by_hashing_it(ana: Supply, database: Database) -> None:
    ana.post(ana.flat, {"host_id": ana.host_id, "currency": "EUR"})
    guesses = set()
    for route, wish in worded(ana):
        method, _, path = route.partition(" ")
        body = wish.model_dump(mode="json")
        said(ana.door.client.request(method, path, json=body, headers=a_key()))
        guesses.add(digest_of(f"{route}\n{wish.model_dump_json()}", b""))

    with psycopg.connect(database.url) as connection:
        rows = connection.execute("SELECT encode(content, 'hex') FROM ledger.commands").fetchall()

    assert guesses
    assert not guesses & {row[0] for row in rows}


def test_s38_who_is_erased_leaves_no_address_behind_and_what_they_said_is_not_taken_twice(
    ana: Supply, database: Database
) -> None:
    ana.post(ana.flat, {"host_id": ana.host_id, "currency": "EUR"})
    keys = {}
    for route, wish in worded(ana):
        method, _, path = route.partition(" ")
        keys[route] = a_key()
        body = wish.model_dump(mode="json")
        said(ana.door.client.request(method, path, json=body, headers=keys[route]))

    with closing(EventStore(database.url)) as store:
        assert store.erase_texts(ana.host_id) == 3

    with psycopg.connect(database.url) as connection:
        rows = connection.execute("SELECT words, salt FROM ledger.texts").fetchall()
    assert rows == [(None, None)] * 3
    other = {**FACTS, "registration": "99999/AL"}
    again = ana.door.client.put(
        f"{ana.flat}/facts", json=other, headers=keys[f"PUT {ana.flat}/facts"]
    )
    assert again.json()["code"] == "IDEMPOTENCY_KEY_REUSED"


def a_key() -> dict[str, str]:
    return {"Idempotency-Key": fresh_id()}
