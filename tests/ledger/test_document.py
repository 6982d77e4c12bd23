"""A document: announced by its host, drawn anew, looked at, accepted or refused, and deleted."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.aggregates.document import PurgeDocument
from ledger.errors import (
    DocumentHasExpired,
    DocumentInUse,
    FileNotTaken,
    TooEarly,
    TooManyFiles,
    TransitionNotAllowed,
)
from ledger.events import Actor
from ledger.values.files import (
    FILES_AT_MOST,
    LARGEST_UPLOAD_BYTES,
    Fault,
    Purpose,
    ViewReason,
    expires_at,
)
from ledger.values.ids import CommandId
from tests.facts import (
    AN_INSTANT,
    FINANCE,
    GUEST,
    HOST,
    NOW,
    OPERATOR,
    PASSPORT,
    PHOTO,
    PROCESS,
    PROPERTY,
    RUNS_OUT,
    SUPPORT,
    TIMER,
    VERIFIER,
    an_id,
    announced,
    discarded,
    document_accepted,
    document_expired,
    document_refused,
    document_withdrawn,
    purged,
    scanned,
    to_accept,
    to_announce,
    to_announce_a_photo,
    to_discard,
    to_expire,
    to_purge,
    to_record_scan,
    to_refuse,
    to_report,
    to_view,
    to_withdraw_document,
    uploaded,
    viewed,
)
from tests.given import Given, given

HOUR = timedelta(hours=1)
A_PHOTO = {"property_id": PROPERTY, "purpose": Purpose.PHOTO, "expires_on": None}


def a_scanned_passport(*later: Any) -> Given:
    return given(announced(), uploaded(), scanned(), *later)


# -- DC1: announced -----------------------------------------------------------------------


def test_a_host_announces_a_passport_and_may_send_it_for_five_minutes() -> None:
    outcome = given().when(HOST, to_announce()).then(announced())
    assert outcome.state.upload_until == NOW + timedelta(minutes=5)


def test_nobody_can_guess_where_an_upload_goes() -> None:
    here = given().when(HOST, to_announce(secret="a" * 32)).state
    there = given().when(HOST, to_announce(secret="b" * 32)).state
    assert here.upload_key != there.upload_key


@pytest.mark.parametrize("length_bytes", [0, -1, LARGEST_UPLOAD_BYTES + 1])
def test_a_file_is_neither_empty_nor_too_large(length_bytes: int) -> None:
    given().when(HOST, to_announce(length_bytes=length_bytes)).refused(FileNotTaken, why="length")


def test_the_largest_file_is_taken() -> None:
    told = to_announce(length_bytes=LARGEST_UPLOAD_BYTES)
    given().when(HOST, told).then(announced(length_bytes=LARGEST_UPLOAD_BYTES))


def test_a_photo_is_of_a_property() -> None:
    told = to_announce_a_photo(property_id=None)
    given().when(HOST, told).refused(FileNotTaken, why="property")


def test_v3_a_document_that_has_run_out_is_not_even_sent() -> None:
    given().when(HOST, to_announce(), expires_at(RUNS_OUT)).refused(DocumentHasExpired)


def test_a_photo_never_runs_out() -> None:
    told = to_announce_a_photo(expires_on=RUNS_OUT)
    given().when(HOST, told).refused(FileNotTaken, why="a_photo_never_expires")


def test_a_passport_is_of_no_property() -> None:
    given().when(HOST, to_announce(property_id=PROPERTY)).refused(FileNotTaken, why="property")


@pytest.mark.parametrize("actor", [GUEST, VERIFIER, OPERATOR])
def test_nobody_else_announces_a_file(actor: Actor) -> None:
    given().when(actor, to_announce()).refused(TransitionNotAllowed)


# -- DC2 to DC5: uploaded, and read ---------------------------------------------------------


def test_a_host_says_that_the_file_is_there() -> None:
    given(announced()).when(HOST, to_report()).then(uploaded())


def test_a_file_that_nobody_spoke_of_is_found() -> None:
    given(announced()).when(PROCESS, to_report()).then(uploaded())


def test_what_was_drawn_anew_is_kept_with_the_hash_of_the_file() -> None:
    outcome = given(announced(), uploaded()).when(PROCESS, to_record_scan()).then(scanned())
    assert outcome.state.content_hash == to_record_scan().content_hash
    assert outcome.state.renditions == to_record_scan().renditions


def test_a_file_that_nobody_uploaded_is_not_scanned() -> None:
    given(announced()).when(PROCESS, to_record_scan()).refused(TransitionNotAllowed)


def test_a_host_does_not_scan_their_own_file() -> None:
    given(announced(), uploaded()).when(HOST, to_record_scan()).refused(TransitionNotAllowed)


@pytest.mark.parametrize("history", [(announced(),), (announced(), uploaded())])
def test_a_file_that_cannot_be_kept_is_refused(history: Any) -> None:
    told = to_refuse(Fault.NOTHING_CAME)
    given(*history).when(PROCESS, told).then(document_refused(Fault.NOTHING_CAME))


# -- DC4, DC6: accepted and refused ---------------------------------------------------------


def test_a_verifier_accepts_a_document_until_it_runs_out() -> None:
    outcome = a_scanned_passport().when(VERIFIER, to_accept()).then(document_accepted())
    assert outcome.state.expires_on == RUNS_OUT


def test_an_unscanned_document_is_not_accepted() -> None:
    given(announced(), uploaded()).when(VERIFIER, to_accept()).refused(TransitionNotAllowed)


def test_a_document_is_accepted_until_the_day_comes_that_it_runs_out_on() -> None:
    last_moment = expires_at(RUNS_OUT) - AN_INSTANT
    a_scanned_passport().when(VERIFIER, to_accept(), last_moment).then(document_accepted())
    late = a_scanned_passport().when(VERIFIER, to_accept(), expires_at(RUNS_OUT))
    late.refused(DocumentHasExpired, expires_on=RUNS_OUT)


def test_some_documents_never_expire() -> None:
    told = to_accept(expires_on=None)
    a_scanned_passport().when(VERIFIER, told).then(document_accepted(None))


def test_a_photo_is_accepted_once_it_is_drawn_and_never_expires() -> None:
    photo = given(announced(**A_PHOTO), uploaded(), scanned(PHOTO))
    photo.when(PROCESS, to_accept(PHOTO, expires_on=None)).then(document_accepted(None))
    ends = photo.when(PROCESS, to_accept(PHOTO, expires_on=date(2030, 1, 1)))
    ends.refused(FileNotTaken, why="a_photo_never_expires")


@pytest.mark.parametrize("actor", [HOST, SUPPORT, FINANCE, OPERATOR])
def test_only_a_verifier_accepts(actor: Actor) -> None:
    a_scanned_passport().when(actor, to_accept()).refused(TransitionNotAllowed)


@pytest.mark.parametrize("later", [(), (document_accepted(),)])
def test_a_verifier_refuses_what_was_read_and_what_was_accepted(later: Any) -> None:
    a_scanned_passport(*later).when(VERIFIER, to_refuse()).then(document_refused())


def test_a_photo_is_taken_down_by_an_operator() -> None:
    photo = given(announced(**A_PHOTO), uploaded(), scanned(PHOTO))
    refused = photo.when(OPERATOR, to_refuse(Fault.NOT_FIT_TO_SHOW))
    refused.then(document_refused(Fault.NOT_FIT_TO_SHOW))


def test_a_refused_document_is_not_accepted_any_more() -> None:
    refused = a_scanned_passport(document_refused())
    refused.when(VERIFIER, to_accept()).refused(TransitionNotAllowed)


# -- DC7: looked at -------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [VERIFIER, SUPPORT, FINANCE, OPERATOR])
def test_s42_whoever_of_the_staff_looks_at_a_document_leaves_a_trace(actor: Actor) -> None:
    a_scanned_passport().when(actor, to_view()).then(viewed())


def test_each_look_is_a_view_of_its_own() -> None:
    again = CommandId(an_id("another look"))
    looked_at = a_scanned_passport(viewed())
    looked_at.when(VERIFIER, to_view(view=again)).then(viewed(view=again))


def test_a_host_looks_at_their_own_document() -> None:
    told = to_view(ViewReason.OWN)
    a_scanned_passport().when(HOST, told).then(viewed(ViewReason.OWN))


def test_a_guest_sees_none() -> None:
    a_scanned_passport().when(GUEST, to_view()).refused(TransitionNotAllowed)


@pytest.mark.parametrize(
    "history",
    [
        (announced(),),
        (announced(), uploaded()),
        (announced(), uploaded(), document_refused(Fault.INFECTED)),
        (announced(), uploaded(), scanned(), document_refused(), purged()),
    ],
)
def test_nobody_looks_at_what_was_not_drawn_anew_or_is_gone(history: Any) -> None:
    given(*history).when(VERIFIER, to_view()).refused(TransitionNotAllowed)


# -- DC8: expired -----------------------------------------------------------------------------


def test_v3_a_document_expires_on_the_day_that_it_runs_out() -> None:
    accepted = a_scanned_passport(document_accepted())
    too_early = accepted.when(TIMER, to_expire(), expires_at(RUNS_OUT) - AN_INSTANT)
    too_early.refused(TooEarly, expires_on=RUNS_OUT)
    accepted.when(TIMER, to_expire(), expires_at(RUNS_OUT)).then(document_expired())


def test_what_never_expires_does_not() -> None:
    forever = a_scanned_passport(document_accepted(None))
    forever.when(TIMER, to_expire(), expires_at(RUNS_OUT)).refused(TooEarly)


# -- DC9, DC10: deleted -----------------------------------------------------------------------


def test_the_upload_is_deleted_once_and_what_was_drawn_stays() -> None:
    outcome = a_scanned_passport().when(PROCESS, to_discard()).then(discarded())
    assert outcome.state.upload_key is None
    assert outcome.state.renditions
    a_scanned_passport(discarded()).when(PROCESS, to_discard()).then()


@pytest.mark.parametrize(
    "later", [(document_refused(),), (document_accepted(), document_expired())]
)
def test_what_is_refused_or_expired_is_purged_and_nothing_of_it_is_left(later: Any) -> None:
    outcome = a_scanned_passport(*later).when(PROCESS, to_purge()).then(purged())
    assert outcome.state.renditions == ()
    assert outcome.state.upload_key is None


def test_an_accepted_document_is_not_purged() -> None:
    accepted = a_scanned_passport(document_accepted())
    purge = PurgeDocument(document_id=PASSPORT)
    accepted.when(PROCESS, purge).refused(TransitionNotAllowed)


# -- DC11: withdrawn ------------------------------------------------------------------------


def test_a_host_takes_a_file_back_that_nothing_relies_on_and_it_is_deleted() -> None:
    for came in ((announced(),), (announced(), uploaded()), (announced(), uploaded(), scanned())):
        taken_back = given(*came).when(HOST, to_withdraw_document())
        taken_back.then(document_withdrawn())
    given(announced(), document_withdrawn()).when(PROCESS, to_purge()).then(purged())


def test_a_file_that_a_review_rests_on_is_not_taken_back() -> None:
    relied_on = to_withdraw_document(PASSPORT, "review:1")
    a_scanned_passport(document_accepted()).when(HOST, relied_on).refused(
        DocumentInUse, by=["review:1"]
    )


def test_a_file_that_is_deleted_by_itself_is_not_taken_back() -> None:
    a_scanned_passport(document_refused()).when(HOST, to_withdraw_document()).refused(
        TransitionNotAllowed
    )


def test_only_so_many_files_are_taken() -> None:
    given().when(HOST, to_announce(held=FILES_AT_MOST - 1)).then(announced())
    given().when(HOST, to_announce(held=FILES_AT_MOST)).refused(TooManyFiles, at_most=FILES_AT_MOST)
