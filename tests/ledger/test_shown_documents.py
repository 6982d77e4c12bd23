"""What hosts show of themselves and of what they let: files that are there, and only so long."""

from datetime import date, timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.document import DOCUMENT, Status
from ledger.aggregates.provider import Reason, Standing
from ledger.aggregates.provider import Status as Hosting
from ledger.aggregates.verification import verification_of
from ledger.errors import (
    DocumentInUse,
    DocumentNotReady,
    DocumentsNotAccepted,
    NotDiscoverable,
    NotFound,
    NotReady,
    SuspensionStands,
    TransitionNotAllowed,
)
from ledger.events.property import RenewalRequested
from ledger.events.provider import ProviderReminded
from ledger.values.files import Fault, Purpose
from ledger.values.hindrance import Hindrance
from ledger.values.ids import DocumentId, HostId, VerificationId
from ledger.values.verification import RejectReason, Subject
from tests.facts import OPERATOR, VERA, VERIFIER, an_id, some_facts, to_announce_a_photo, to_refuse
from tests.ledger.supply import ANA, DAY, HOST_ANA, MILL, Supply

UNKNOWN = DocumentId(an_id("a file that nobody sent"))


@pytest.fixture
def ana() -> Supply:
    """Ana has asked to host, and drafted her mill."""
    supply = Supply()
    supply.drafts()
    return supply


def soon(supply: Supply, days: int) -> date:
    return (supply.clock.now + timedelta(days=days)).date()


def withdraw(supply: Supply, document_id: DocumentId) -> None:
    supply.decide(partial(processes.withdraw_document, document_id=document_id), document_id)


# -- What counts ----------------------------------------------------------------------------


def test_pr2_a_review_has_the_kind_and_the_hash_that_the_ledger_has(ana: Supply) -> None:
    card = ana.sends(expires_on=soon(ana, 200))

    review = processes.verification_in(ana.ledger.rehearse(lambda _: None), ana.asks(card))

    kept = ana.ledger.state(DOCUMENT, card)
    assert kept is not None
    (shown,) = review.documents
    assert (shown.kind, shown.sha256) == ("identity", kept.content_hash)
    assert shown.expires_on == soon(ana, 200)


def test_a_file_that_nobody_sent_shows_nothing(ana: Supply) -> None:
    with pytest.raises(NotFound):
        ana.asks(UNKNOWN)


def test_a_document_of_another_kind_does_not_stand_in_for_the_one_that_is_needed(
    ana: Supply,
) -> None:
    with pytest.raises(NotReady, match="document:identity"):
        ana.asks(ana.sends(Purpose.ADDRESS))


def test_a_document_about_a_property_shows_nothing_of_its_host(ana: Supply) -> None:
    with pytest.raises(DocumentNotReady):
        ana.asks(ana.sends(Purpose.RIGHT_TO_LET))


def test_pr6_nobody_is_approved_by_a_document_that_no_verifier_has_accepted(ana: Supply) -> None:
    card = ana.sends_unseen()
    review = ana.asks(card)

    with pytest.raises(DocumentsNotAccepted):
        ana.approves(review, Subject.PROVIDER)

    refused = replace(to_refuse(Fault.NOT_THEIRS), document_id=card)
    ana.decide(partial(processes.refuse_document, by=VERIFIER, command=refused), card)
    with pytest.raises(DocumentNotReady, match="refused"):
        ana.asks(card)


def test_by_what_somebody_was_approved_is_not_refused_afterwards(ana: Supply) -> None:
    paper = ana.sends(Purpose.RIGHT_TO_LET)
    ana.is_let(paper)
    review = verification_of(ANA, 1)
    (card,) = processes.verification_in(ana.ledger.rehearse(lambda _: None), review).documents

    for shown, by in ((card.document_id, review), (paper, verification_of(MILL, 1))):
        refused = replace(to_refuse(Fault.ALTERED), document_id=DocumentId(shown))
        with pytest.raises(DocumentInUse, match=by):
            ana.decide(partial(processes.refuse_document, by=VERIFIER, command=refused), shown)


def test_what_was_accepted_by_mistake_is_refused_as_long_as_nothing_is_approved_by_it(
    ana: Supply,
) -> None:
    card = ana.sends()
    review = ana.asks(card)

    refused = replace(to_refuse(Fault.NOT_THEIRS), document_id=card)
    ana.decide(partial(processes.refuse_document, by=VERIFIER, command=refused), card)

    with pytest.raises(DocumentsNotAccepted):
        ana.approves(review, Subject.PROVIDER)


def test_py2_a_house_is_shown_by_photos_that_are_there(ana: Supply) -> None:
    ana.states(some_facts())
    with pytest.raises(NotFound):
        ana.describes(UNKNOWN)
    with pytest.raises(DocumentNotReady):
        ana.describes(ana.sends(Purpose.SAFETY))


def test_a_photo_that_was_taken_down_is_missing_when_the_house_is_to_be_reviewed(
    ana: Supply,
) -> None:
    photos = ana.photographs()
    ana.states(some_facts())
    ana.describes(*photos)
    unfit = replace(to_refuse(Fault.NOT_FIT_TO_SHOW), document_id=photos[0])
    ana.decide(partial(processes.refuse_document, by=VERIFIER, command=unfit), photos[0])

    with pytest.raises(NotReady, match="photos"):
        ana.asks_about_the_mill()


def test_py8_a_house_whose_photos_were_taken_down_is_published_again_by_others(
    ana: Supply,
) -> None:
    ana.is_let()
    description = ana.mill().description
    assert description is not None
    ana.decide(partial(processes.unlist_property, host=HOST_ANA, property_id=MILL), MILL)
    gone, *left = description.photos
    unfit = replace(to_refuse(Fault.NOT_FIT_TO_SHOW), document_id=DocumentId(gone))
    ana.decide(partial(processes.refuse_document, by=VERIFIER, command=unfit), gone)

    with pytest.raises(NotReady, match="photos"):
        ana.publishes()

    ana.describes(*left, ana.sends(Purpose.PHOTO))
    ana.publishes()
    assert ana.hindrances() == []


def test_what_shows_that_a_house_is_safe_is_a_document_of_that_kind(ana: Supply) -> None:
    with pytest.raises(DocumentNotReady, match="right_to_let"):
        ana.states(some_facts(safety=(ana.sends(Purpose.RIGHT_TO_LET),)))
    ana.states(some_facts(safety=(ana.sends_unseen(Purpose.SAFETY),)))


def test_nobody_sends_photos_of_a_house_that_is_anothers(ana: Supply) -> None:
    other = HostId(an_id("André, who lets nothing"))
    ana.decide(partial(processes.register_host, host_id=other, country="PT"), other)
    theirs = to_announce_a_photo(host_id=other, property_id=MILL)

    with pytest.raises(NotFound):
        ana.decide(partial(processes.announce_document, command=theirs), theirs.document_id)


# -- Who may be reviewed --------------------------------------------------------------------


def test_py14_a_house_that_is_let_no_more_is_not_reviewed_any_more(ana: Supply) -> None:
    ana.states(some_facts())
    ana.describes(*ana.photographs())
    give_up = partial(processes.archive_property, by=HOST_ANA, property_id=MILL, bookings=())
    ana.decide(give_up, MILL)

    with pytest.raises(TransitionNotAllowed, match="archived"):
        ana.asks_about_the_mill()


def test_pr15_nobody_vouches_for_a_host_while_a_reviewer_is_to_answer(ana: Supply) -> None:
    vouch = partial(
        processes.vouch_for_host, by=OPERATOR, host_id=ANA, reason="known", source="a file"
    )
    review = ana.asks(ana.sends())

    with pytest.raises(TransitionNotAllowed, match="review"):
        ana.decide(vouch, ANA)

    ana.approves(review, Subject.PROVIDER)
    assert ana.ana().status is Hosting.VERIFIED


# -- What runs out --------------------------------------------------------------------------


def test_pr9_pr11_a_card_that_runs_out_asks_for_another_one_and_ends_in_a_suspension(
    ana: Supply,
) -> None:
    ana.is_verified(until=soon(ana, 60))
    ana.until(ana.clock.now + 30 * DAY, step=10 * DAY)
    assert ana.ana().status is Hosting.REVERIFICATION_DUE

    ana.until(ana.clock.now + 30 * DAY, step=10 * DAY)

    assert ana.ana().status is Hosting.SUSPENDED


def test_pr10_a_renewal_lasts_as_long_as_the_new_card(ana: Supply) -> None:
    ana.is_verified(until=soon(ana, 60))
    ana.until(ana.clock.now + 40 * DAY, step=20 * DAY)

    ana.is_verified(until=soon(ana, 400))
    ana.until(ana.clock.now + 30 * DAY, step=15 * DAY)

    assert ana.ana().status is Hosting.VERIFIED


def test_who_missed_their_renewal_comes_back_by_another_card(ana: Supply) -> None:
    ana.is_verified(until=soon(ana, 40))
    ana.until(ana.clock.now + 45 * DAY, step=15 * DAY)
    assert ana.ana().status is Hosting.SUSPENDED

    ana.is_verified(until=soon(ana, 400))

    assert ana.ana().status is Hosting.VERIFIED


def test_who_missed_their_renewal_and_is_stopped_by_the_processor_can_only_be_rejected(
    ana: Supply,
) -> None:
    ana.is_verified(until=soon(ana, 40))
    ana.can_be_paid()
    ana.until(ana.clock.now + 45 * DAY, step=15 * DAY)
    ana.can_be_paid(Standing.DISABLED, "rejected.fraud")
    review = ana.asks(ana.sends(expires_on=soon(ana, 400)))

    with pytest.raises(SuspensionStands, match="fraud"):
        ana.approves(review, Subject.PROVIDER)
    assert ana.ana().status is Hosting.SUSPENDED

    says_no(ana, review)
    assert ana.ana().status is Hosting.REJECTED


def test_a_host_who_came_back_after_a_rejected_renewal_is_not_held_to_its_day(ana: Supply) -> None:
    ana.is_verified(until=soon(ana, 40))
    ana.can_be_paid()
    ana.until(ana.clock.now + 20 * DAY, step=10 * DAY)
    review = ana.asks(ana.sends(expires_on=soon(ana, 400)))
    ana.decide(partial(processes.claim_review, reviewer=VERA, verification_id=review), review)
    says_no(ana, review)
    appealed = partial(processes.reopen_provider, operator=OPERATOR, host_id=ANA)
    ana.decide(partial(appealed, appeal="case 21"), ANA)
    known = partial(processes.vouch_for_host, by=OPERATOR, host_id=ANA)
    ana.decide(partial(known, reason="seen in person", source="case 21"), ANA)
    ana.until(ana.clock.now + 60 * DAY, step=20 * DAY)
    unsafe = partial(processes.suspend_host, operator=OPERATOR, host_id=ANA, reason=Reason.SAFETY)
    ana.decide(unsafe, ANA)

    is_reinstated(ana)
    ana.until(ana.clock.now + DAY, step=DAY)

    assert (ana.ana().status, ana.ana().renew_by) == (Hosting.VERIFIED, None)


def says_no(ana: Supply, review: VerificationId) -> None:
    """Vera, who has the review, rejects Ana."""
    no = partial(
        processes.reject_verification,
        reviewer=VERA,
        verification_id=review,
        reason=RejectReason.NOT_WHO_THEY_SAY,
    )
    ana.decide(no, review)


def is_reinstated(ana: Supply) -> None:
    """An operator lets Ana host again."""
    cleared = partial(
        processes.reinstate_host,
        operator=OPERATOR,
        host_id=ANA,
        cleared_by="case 17",
        second_person=None,
    )
    ana.decide(cleared, ANA)


def test_who_is_reinstated_without_another_card_is_asked_for_it_again_at_once(ana: Supply) -> None:
    ana.is_verified(until=soon(ana, 40))
    ana.can_be_paid()
    ana.until(ana.clock.now + 45 * DAY, step=15 * DAY)
    is_reinstated(ana)

    ana.until(ana.clock.now + DAY, step=DAY)

    assert (ana.ana().status, ana.ana().suspended_for) == (Hosting.SUSPENDED, "renewal_missed")


def test_a_host_whose_card_runs_out_is_reminded_a_week_before(ana: Supply) -> None:
    ana.is_verified(until=soon(ana, 40))

    ana.until(ana.clock.now + 35 * DAY, step=5 * DAY)

    assert ana.events(ProviderReminded) == [ProviderReminded(deadline=soon(ana, 5))]


def test_a_host_hears_in_time_that_the_papers_of_a_house_run_out_and_that_they_have(
    ana: Supply,
) -> None:
    ana.is_let(ana.sends(Purpose.RIGHT_TO_LET, expires_on=soon(ana, 40)))
    deadline = soon(ana, 40)

    ana.until(ana.clock.now + 45 * DAY, step=5 * DAY)

    assert ana.events(RenewalRequested) == [
        RenewalRequested(deadline=deadline, next_on=deadline - 7 * DAY),
        RenewalRequested(deadline=deadline, next_on=deadline),
        RenewalRequested(deadline=deadline, next_on=None),
    ]


def test_who_sends_other_papers_in_time_hears_no_more_of_the_old_ones(ana: Supply) -> None:
    ana.is_let(ana.sends(Purpose.RIGHT_TO_LET, expires_on=soon(ana, 40)))
    ana.until(ana.clock.now + 15 * DAY, step=5 * DAY)

    other = ana.sends(Purpose.RIGHT_TO_LET, expires_on=soon(ana, 400))
    ana.approves(ana.asks_about_the_mill(other), Subject.PROPERTY)
    ana.until(ana.clock.now + 30 * DAY, step=10 * DAY)

    assert len(ana.events(RenewalRequested)) == 1
    assert ana.hindrances() == []


def test_a_house_whose_safety_is_shown_no_more_is_found_no_more_until_it_is_again(
    ana: Supply,
) -> None:
    ana.is_let(safety=(ana.sends(Purpose.SAFETY, expires_on=soon(ana, 20)),))
    assert ana.hindrances() == []
    ana.until(ana.clock.now + 20 * DAY, step=10 * DAY)
    assert ana.hindrances() == [Hindrance.RUN_OUT]
    with pytest.raises(NotDiscoverable, match="documents_have_expired"):
        ana.decide(partial(processes.refuse_unless_discoverable, property_id=MILL), MILL)

    ana.states(some_facts(safety=(ana.sends(Purpose.SAFETY, expires_on=soon(ana, 400)),)))
    ana.approves(ana.asks_about_the_mill(), Subject.PROPERTY)

    assert ana.hindrances() == []


def test_the_right_to_let_is_shown_again_without_anything_else_being_changed(ana: Supply) -> None:
    ana.is_let(ana.sends(Purpose.RIGHT_TO_LET, expires_on=soon(ana, 20)))
    before = ana.mill()

    review = ana.asks_about_the_mill(ana.sends(Purpose.RIGHT_TO_LET, expires_on=soon(ana, 400)))
    with pytest.raises(TransitionNotAllowed):
        ana.asks_about_the_mill(ana.sends(Purpose.RIGHT_TO_LET))
    ana.approves(review, Subject.PROPERTY)

    assert (before.valid_until, ana.mill().valid_until) == (soon(ana, 20), soon(ana, 400))
    assert ana.mill().facts == before.facts


def test_a_house_whose_papers_ran_out_before_it_was_let_is_let_by_others(ana: Supply) -> None:
    of_safety = ana.sends(Purpose.SAFETY, expires_on=soon(ana, 20))
    ana.is_approved(safety=(of_safety,))
    ana.until(ana.clock.now + 20 * DAY, step=10 * DAY)
    with pytest.raises(NotReady, match="documents_have_expired"):
        ana.publishes()

    ana.states(some_facts(safety=(ana.sends(Purpose.SAFETY, expires_on=soon(ana, 400)),)))
    ana.approves(ana.asks_about_the_mill(), Subject.PROPERTY)
    ana.publishes()

    assert ana.hindrances() == []


def test_other_facts_last_no_longer_than_the_right_to_let_that_was_shown_before(
    ana: Supply,
) -> None:
    lease = ana.sends(Purpose.RIGHT_TO_LET, expires_on=soon(ana, 90))
    ana.is_let(lease)

    ana.states(some_facts(registration="67890/AL"))
    ana.approves(ana.asks_about_the_mill(), Subject.PROPERTY)

    assert ana.mill().valid_until == soon(ana, 90)


# -- What is taken back ---------------------------------------------------------------------


def test_a_file_is_taken_back_that_nothing_relies_on_and_everything_of_it_is_deleted(
    ana: Supply,
) -> None:
    letter = ana.sends(Purpose.ADDRESS)

    withdraw(ana, letter)

    found = ana.ledger.state(DOCUMENT, letter)
    assert found is not None
    assert found.status is Status.WITHDRAWN
    with pytest.raises(DocumentNotReady, match="withdrawn"):
        ana.asks(ana.sends(), letter)


def test_what_a_review_rests_on_is_not_taken_back_until_another_one_does(ana: Supply) -> None:
    old = ana.sends(expires_on=soon(ana, 20))
    review = ana.asks(old)
    with pytest.raises(DocumentInUse, match=review):
        withdraw(ana, old)
    ana.approves(review, Subject.PROVIDER)
    with pytest.raises(DocumentInUse, match=review):
        withdraw(ana, old)

    ana.decide(partial(processes.ask_for_renewal, host_id=ANA), ANA)
    ana.is_verified(until=soon(ana, 400))

    withdraw(ana, old)


def test_what_a_house_names_is_not_taken_back(ana: Supply) -> None:
    plan, lease = ana.sends(Purpose.SAFETY), ana.sends(Purpose.RIGHT_TO_LET)
    ana.is_let(lease, safety=(plan,))
    description = ana.mill().description
    assert description is not None

    for document_id in (plan, lease, DocumentId(description.photos[0])):
        with pytest.raises(DocumentInUse):
            withdraw(ana, document_id)
