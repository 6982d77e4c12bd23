"""Verifications: who hosts and what they let is looked at by people before anybody can find it.

The review and its subject change together: who is approved may host from that commit on.
"""

import hashlib
from collections.abc import Sequence
from datetime import date

import msgspec

from ledger.aggregates.property import (
    LIVING,
    PROPERTY,
    ApproveProperty,
    ApproveRevision,
    AskForPapers,
    RejectProperty,
    RejectRevision,
)
from ledger.aggregates.property import Status as Listed
from ledger.aggregates.provider import (
    PROVIDER,
    AskForRenewal,
    MissRenewal,
    RejectProvider,
    RemindOfRenewal,
    ReopenProvider,
    VerifyProvider,
)
from ledger.aggregates.verification import (
    VERIFICATION,
    ApproveVerification,
    ClaimReview,
    RejectVerification,
    ReleaseReview,
    RequestChanges,
    SubmitForReview,
    TimeOutReview,
    Verification,
    verification_of,
)
from ledger.draft import Draft
from ledger.events import Actor
from ledger.processes.found import host_in, property_in, verification_in
from ledger.processes.listings import (
    approved_units,
    missing_before_review,
    occupants_of,
    renew_facts,
    review_of_property,
)
from ledger.processes.names import PROCESS, TIMER
from ledger.processes.shown import accepted_of, documents_of_review, shown_document
from ledger.processes.units import let_units
from ledger.values.ids import HostId, PropertyId, UnitId, VerificationId
from ledger.values.verification import (
    ChangeWanted,
    Check,
    Legal,
    RejectReason,
    Subject,
    good_until,
    missing_of_provider,
)

# -- Asking for a review --------------------------------------------------------------------


def submit_provider(
    draft: Draft,
    host: Actor,
    host_id: HostId,
    legal: Legal,
    documents: Sequence[str],
    terms: str,
) -> VerificationId:
    """Let somebody be looked at who wants to host, or whose verification is to be renewed.

    `documents` names files of theirs. Raises NotReady, with what is missing; DocumentNotReady,
    DocumentsHaveExpired, TransitionNotAllowed, NotFound.
    """
    provider = host_in(draft, host_id)
    number = provider.reviews + 1
    verification_id = verification_of(host_id, number)
    if not provider.may_ask_for_review:
        PROVIDER.lifecycle.refuse(SubmitForReview, provider.status)
    shown = tuple(shown_document(draft, host_id, one) for one in dict.fromkeys(documents))
    draft.do(
        host,
        SubmitForReview(
            verification_id=verification_id,
            subject=Subject.PROVIDER,
            subject_id=host_id,
            host_id=host_id,
            number=number,
            facts=_digest(legal),
            record=legal.record,
            documents=shown,
            terms=terms,
            missing=missing_of_provider(provider.country, legal, shown, terms),
        ),
    )
    return verification_id


def submit_property(
    draft: Draft,
    host: Actor,
    property_id: PropertyId,
    documents: Sequence[str],
    terms: str,
) -> VerificationId:
    """Let a property be looked at as it is stated: a draft, or a revision of what is let.

    Where nothing else is stated, `documents` are to replace some that run out. Raises NotReady,
    with what is missing; DocumentNotReady, DocumentsHaveExpired, TransitionNotAllowed, NotFound.
    """
    status = property_in(draft, property_id).status
    if status not in LIVING:
        PROPERTY.lifecycle.refuse(SubmitForReview, status)
    if documents:
        renew_facts(draft, host, property_id)
    listed = property_in(draft, property_id)
    verification_id = review_of_property(property_id, listed)
    if listed.stated is None and listed.status is not Listed.DRAFT:
        VERIFICATION.lifecycle.refuse(SubmitForReview, None, revision="none")
    draft.do(
        host,
        SubmitForReview(
            verification_id=verification_id,
            subject=Subject.PROPERTY,
            subject_id=property_id,
            host_id=listed.host_id,
            number=listed.revision,
            facts=_digest(listed.stated),
            record=None,
            documents=documents_of_review(draft, property_id, listed, documents),
            terms=terms,
            missing=missing_before_review(draft, property_id, listed),
        ),
    )
    return verification_id


def _digest(stated: object) -> str:
    """The SHA-256 of what is stated, by which a review says what it looked at."""
    return hashlib.sha256(msgspec.json.encode(stated)).hexdigest()


# -- The reviewer's side --------------------------------------------------------------------


def claim_review(draft: Draft, reviewer: Actor, verification_id: VerificationId) -> None:
    """Take a review on. Raises SelfApproval, TransitionNotAllowed, NotFound."""
    draft.do(reviewer, ClaimReview(verification_id=verification_id, reviewer=reviewer.id))


def release_review(draft: Draft, reviewer: Actor, verification_id: VerificationId) -> None:
    """Give a review back undecided. Raises ReviewIsClaimed, TransitionNotAllowed, NotFound."""
    draft.do(reviewer, ReleaseReview(verification_id=verification_id, reviewer=reviewer.id))


def time_out_review(draft: Draft, verification_id: VerificationId) -> None:
    """Let others take a review that was claimed a day ago. Raises TooEarly, NotFound."""
    draft.do(TIMER, TimeOutReview(verification_id=verification_id))


def request_changes(
    draft: Draft,
    reviewer: Actor,
    verification_id: VerificationId,
    changes: Sequence[ChangeWanted],
) -> None:
    """Say what has to be changed first. Raises ReasonIsMissing, ReviewIsClaimed, NotFound."""
    draft.do(
        reviewer,
        RequestChanges(
            verification_id=verification_id, reviewer=reviewer.id, changes=tuple(changes)
        ),
    )


def approve_verification(
    draft: Draft,
    reviewer: Actor,
    verification_id: VerificationId,
    checks: Sequence[Check],
    second_person: str | None = None,
    vouched_units: Sequence[UnitId] = (),
) -> None:
    """Say that everything is so: the host may host, or the facts hold and their units are let.

    `vouched_units` are those that somebody vouched for before anybody looked at their property:
    they are let on where they are approved, and no more where they are not.

    Raises ChecksAreOpen, SecondPersonRequired, SelfApproval, DocumentsNotAccepted,
    DocumentsHaveExpired, ReviewIsClaimed; PartyExceedsCapacity and ObligationsAreOpen where who
    has booked meanwhile could not come any more; TransitionNotAllowed, NotFound.
    """
    review = verification_in(draft, verification_id)
    accepted = tuple(accepted_of(draft, review.documents))
    draft.do(
        reviewer,
        ApproveVerification(
            verification_id=verification_id,
            reviewer=reviewer.id,
            checks=tuple(checks),
            second_person=second_person,
            accepted=accepted,
        ),
    )
    valid_until = good_until(accepted)
    if review.subject is Subject.PROVIDER:
        verified = VerifyProvider(
            host_id=review.host_id,
            verification_id=verification_id,
            valid_until=valid_until,
        )
        draft.do(PROCESS, verified)
    else:
        subject = PropertyId(review.subject_id)
        _approve_property(draft, subject, verification_id, valid_until, vouched_units)


def _approve_property(
    draft: Draft,
    property_id: PropertyId,
    verification_id: VerificationId,
    valid_until: date | None,
    vouched_units: Sequence[UnitId],
) -> None:
    listed = property_in(draft, property_id)
    first = listed.facts is None
    there = vouched_units if first else approved_units(property_id, listed)
    approve = ApproveProperty if first else ApproveRevision
    draft.do(
        PROCESS,
        approve(
            property_id=property_id,
            verification_id=verification_id,
            valid_until=valid_until,
            occupants=tuple(occupants_of(draft, there)),
        ),
    )
    let_units(draft, property_id, there)


def reject_verification(
    draft: Draft, reviewer: Actor, verification_id: VerificationId, reason: RejectReason
) -> None:
    """Say no for good; of what is let already, only the revision falls away.

    Raises ReviewIsClaimed, TransitionNotAllowed, NotFound.
    """
    draft.do(
        reviewer,
        RejectVerification(verification_id=verification_id, reviewer=reviewer.id, reason=reason),
    )
    review = verification_in(draft, verification_id)
    if review.subject is Subject.PROVIDER:
        _reject_provider(draft, review, verification_id, reason)
        return
    property_id = PropertyId(review.subject_id)
    drafted = property_in(draft, property_id).status is Listed.DRAFT
    command = RejectProperty if drafted else RejectRevision
    told = command(property_id=property_id, verification_id=verification_id, reason=reason.value)
    draft.do(PROCESS, told)


def _reject_provider(
    draft: Draft, review: Verification, verification_id: VerificationId, reason: RejectReason
) -> None:
    rejected = RejectProvider(
        host_id=review.host_id, verification_id=verification_id, reason=reason.value
    )
    draft.do(PROCESS, rejected)


# -- What a verification rests on ends ------------------------------------------------------


def ask_for_renewal(draft: Draft, host_id: HostId) -> None:
    """Want a verification renewed whose first document soon runs out (PR9). Raises TooEarly."""
    provider = host_in(draft, host_id)
    if provider.renew_by is None:
        PROVIDER.lifecycle.refuse(AskForRenewal, provider.status, deadline="none")
    draft.do(TIMER, AskForRenewal(host_id=host_id, deadline=provider.renew_by))


def remind_of_renewal(draft: Draft, host_id: HostId) -> None:
    """Remind who has not renewed yet. Raises TooEarly, TransitionNotAllowed."""
    draft.do(TIMER, RemindOfRenewal(host_id=host_id))


def ask_for_papers(draft: Draft, property_id: PropertyId) -> None:
    """Want other papers of a property whose first soon run out. Raises TooEarly."""
    draft.do(TIMER, AskForPapers(property_id=property_id))


def miss_renewal(draft: Draft, host_id: HostId) -> None:
    """Suspend who has not renewed in time (PR11). Raises TooEarly, TransitionNotAllowed."""
    draft.do(TIMER, MissRenewal(host_id=host_id))


def reopen_provider(draft: Draft, operator: Actor, host_id: HostId, appeal: str) -> None:
    """Let somebody ask again who was rejected (PR8). Raises ReasonIsMissing, NotFound."""
    draft.do(operator, ReopenProvider(host_id=host_id, appeal=appeal))
