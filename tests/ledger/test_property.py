"""A property: described, approved, published, revised; and what may not be changed under guests."""

from datetime import time, timedelta

import pytest
from msgspec.structs import replace

from ledger.aggregates.property import (
    ApproveRevision,
    ArchiveProperty,
    AskForPapers,
    PublishProperty,
    RejectRevision,
    UnblockListing,
)
from ledger.errors import (
    NothingVouchedFor,
    NotReady,
    ObligationsAreOpen,
    PartyExceedsCapacity,
    ReasonIsMissing,
    RevisionContradicts,
    TooEarly,
    TransitionNotAllowed,
    UnknownTimeZone,
)
from ledger.events import Event
from ledger.values.files import expires_at
from ledger.values.listing import Facts, Occupant, RoomType, missing_of, unit_of
from ledger.values.stay import House
from tests.facts import (
    AN_INSTANT,
    BOOKING,
    GOOD_UNTIL,
    HOST,
    LISBON,
    OPERATOR,
    PROCESS,
    PROPERTY,
    SEA_VIEW,
    TIMER,
    VERIFICATION_OF_REVISION,
    a_description,
    a_draft,
    approved_house,
    blocked,
    described,
    house_vouched_for,
    not_revised,
    papers_asked_for,
    published,
    revised,
    revision_proposed,
    some_facts,
    stated,
    suspended_house,
    to_list,
    to_propose_revision,
    to_state,
    to_vouch_for_house,
)
from tests.given import given

DRAFT = (a_draft(), stated(), described())
PUBLISHED = (*DRAFT, approved_house(), published())
PROPOSED = (*PUBLISHED, revision_proposed())
FLAT = unit_of(PROPERTY, SEA_VIEW, 1)
A_FAMILY = Occupant(BOOKING, FLAT, SEA_VIEW, heads=4, time_zone=LISBON.time_zone)
TENT = RoomType("tent", units=1, capacity=2)


def to_approve(*occupants: Occupant) -> ApproveRevision:
    return ApproveRevision(
        property_id=PROPERTY,
        verification_id=VERIFICATION_OF_REVISION,
        valid_until=GOOD_UNTIL,
        occupants=occupants,
    )


def test_who_was_rejected_or_closed_lists_nothing() -> None:
    given().when(HOST, to_list(may_host=False)).refused(TransitionNotAllowed)


@pytest.mark.parametrize(
    "facts",
    [
        some_facts(rooms=()),
        some_facts(rooms=(TENT, TENT)),
        some_facts(rooms=(replace(TENT, capacity=0),)),
        some_facts(place=replace(some_facts().place, latitude_e6=90_000_001)),
        some_facts(house=House("Europe/Lisbon", time(15), time(15, 1))),
    ],
    ids=[
        "no room",
        "two rooms of one name",
        "a room for nobody",
        "beyond the pole",
        "a guest who comes before another leaves",
    ],
)
def test_facts_that_cannot_be_so_are_refused(facts: Facts) -> None:
    given(a_draft()).when(HOST, to_state(facts)).refused(RevisionContradicts)


@pytest.mark.parametrize(
    "nowhere", ["Europe/Atlantis", "localtime", "Factory", "right/Europe/Lisbon", "posixrules"]
)
def test_a_time_zone_is_one_that_people_live_in(nowhere: str) -> None:
    facts = some_facts(house=House(nowhere, time(15), time(11)))

    given(a_draft()).when(HOST, to_state(facts)).refused(UnknownTimeZone, time_zone=nowhere)


def test_the_same_facts_said_again_are_no_news() -> None:
    given(*DRAFT).when(HOST, to_state()).then()


def test_facts_do_not_change_under_a_reviewers_eyes() -> None:
    given(*DRAFT).when(HOST, to_state(under_review=True)).refused(TransitionNotAllowed)
    changing = to_propose_revision(under_review=True)
    given(*PROPOSED).when(HOST, changing).refused(TransitionNotAllowed)


def test_a_property_is_published_when_nothing_is_in_the_way() -> None:
    hindered = PublishProperty(property_id=PROPERTY, hindrances=("host_not_verified",))

    given(*DRAFT, approved_house()).when(HOST, hindered).refused(
        NotReady, missing=["host_not_verified"]
    )
    given(*DRAFT).when(HOST, replace(hindered, hindrances=())).refused(TransitionNotAllowed)


def test_a_revision_waits_and_is_counted() -> None:
    given(*PUBLISHED).when(HOST, to_propose_revision()).then(revision_proposed())


def test_a_revision_that_was_sent_back_keeps_its_number() -> None:
    smaller = some_facts(registration="67890/AL")
    outcome = given(*PROPOSED).when(HOST, to_propose_revision(smaller))

    outcome.then(replace(revision_proposed(), facts=smaller))


def test_after_a_rejected_revision_the_next_has_another_number() -> None:
    outcome = given(*PROPOSED, not_revised()).when(HOST, to_propose_revision())

    outcome.then(replace(revision_proposed(), number=3))


def test_what_is_approved_already_is_no_revision() -> None:
    given(*PUBLISHED).when(HOST, to_propose_revision(some_facts())).then()
    given(*PUBLISHED).when(PROCESS, to_approve()).refused(TransitionNotAllowed)
    none = RejectRevision(
        property_id=PROPERTY, verification_id=VERIFICATION_OF_REVISION, reason="prohibited"
    )
    given(*PUBLISHED).when(PROCESS, none).refused(TransitionNotAllowed)


def test_capacity_is_not_reduced_below_a_party_that_has_booked() -> None:
    fewer = some_facts(rooms=(replace(some_facts().rooms[0], capacity=3),))
    propose = to_propose_revision(fewer, occupants=(A_FAMILY,))
    pending = given(*PUBLISHED, replace(revision_proposed(), facts=fewer))

    given(*PUBLISHED).when(HOST, propose).refused(PartyExceedsCapacity, booking_id=BOOKING, heads=4)
    pending.when(PROCESS, to_approve(A_FAMILY)).refused(PartyExceedsCapacity, heads=4)
    pending.when(PROCESS, to_approve()).then(replace(revised(), facts=fewer))


def test_a_unit_stays_while_somebody_has_booked_it() -> None:
    second = replace(A_FAMILY, unit_id=unit_of(PROPERTY, SEA_VIEW, 2))
    one_left = to_propose_revision(occupants=(A_FAMILY, second))

    given(*PUBLISHED).when(HOST, one_left).refused(
        ObligationsAreOpen, units=[second.unit_id], obligations=[BOOKING]
    )
    given(*PROPOSED).when(PROCESS, to_approve(second)).refused(ObligationsAreOpen)
    tents = to_propose_revision(some_facts(rooms=(TENT,)), occupants=(A_FAMILY,))
    given(*PUBLISHED).when(HOST, tents).refused(ObligationsAreOpen, units=[FLAT])


def test_a_time_zone_stays_while_somebody_has_booked() -> None:
    elsewhere = some_facts(house=House("Atlantic/Azores", time(15), time(11)))
    moved = to_propose_revision(elsewhere, occupants=(A_FAMILY,))

    given(*PUBLISHED).when(HOST, moved).refused(ObligationsAreOpen, obligations=[BOOKING])


def test_what_is_blocked_is_unblocked_for_a_reason() -> None:
    unblock = UnblockListing(property_id=PROPERTY, cleared_by="photos replaced")

    given(*PUBLISHED).when(OPERATOR, unblock).refused(TransitionNotAllowed)
    given(*PUBLISHED, blocked()).when(OPERATOR, replace(unblock, cleared_by="")).refused(
        ReasonIsMissing
    )


def test_a_property_is_archived_with_nothing_left_open_and_a_suspended_one_by_an_operator() -> None:
    archive = ArchiveProperty(property_id=PROPERTY, obligations=())
    owing = replace(archive, obligations=(f"booking:{BOOKING}",))
    approved = given(*DRAFT, approved_house())

    approved.when(HOST, owing).refused(ObligationsAreOpen, obligations=[f"booking:{BOOKING}"])
    given(*PUBLISHED).when(HOST, archive).refused(TransitionNotAllowed)
    given(*PUBLISHED, suspended_house()).when(HOST, archive).refused(TransitionNotAllowed)


def test_other_papers_are_asked_for_a_month_and_a_week_before_they_run_out_and_on_the_day() -> None:
    ask = AskForPapers(property_id=PROPERTY)
    days = [GOOD_UNTIL - timedelta(days=before) for before in (30, 7, 0)]
    so_far: tuple[Event, ...] = PUBLISHED

    for day, next_on in zip(days, (*days[1:], None), strict=True):
        given(*so_far).when(TIMER, ask, expires_at(day) - AN_INSTANT).refused(TooEarly, until=day)
        given(*so_far).when(TIMER, ask, expires_at(day)).then(papers_asked_for(next_on))
        so_far = (*so_far, papers_asked_for(next_on))

    given(*so_far).when(TIMER, ask, expires_at(GOOD_UNTIL)).refused(TransitionNotAllowed)
    again = given(*so_far, revision_proposed(), revised())
    again.when(TIMER, ask, expires_at(GOOD_UNTIL)).then(papers_asked_for(None))


def test_what_is_missing_before_a_review_is_named() -> None:
    assert missing_of(None, None, photos=0) == ("facts", "description")
    assert missing_of(some_facts(), a_description(), photos=5) == ()
    nowhere = replace(some_facts().place, address=None)
    bare = a_description(words=None)
    assert missing_of(some_facts(place=nowhere, registration=None), bare, photos=4) == (
        "address",
        "registration",
        "words",
        "photos",
    )
    swiss = some_facts(place=replace(some_facts().place, country="CH"), registration=None)
    assert missing_of(swiss, a_description(), photos=5) == ()


def test_somebody_vouches_for_the_photos_of_a_draft_once_and_for_nothing_else() -> None:
    given(*DRAFT).when(OPERATOR, to_vouch_for_house()).then(house_vouched_for())
    given(*DRAFT, house_vouched_for()).when(OPERATOR, to_vouch_for_house()).then()
    given(*DRAFT).when(OPERATOR, to_vouch_for_house("photos", "address")).refused(
        NothingVouchedFor, items=["photos", "address"]
    )
    unfounded = replace(to_vouch_for_house(), reason=" ")
    given(*DRAFT).when(OPERATOR, unfounded).refused(ReasonIsMissing)
    given(*DRAFT).when(HOST, to_vouch_for_house()).refused(TransitionNotAllowed)
    given(*PUBLISHED).when(OPERATOR, to_vouch_for_house()).refused(TransitionNotAllowed)
