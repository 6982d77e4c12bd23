"""What is shown of somebody, or of what they let: files that we have read, by their own hashes.

Hosts name files; whose a file is, what it shows and until when is the ledger's to say.
"""

from collections.abc import Iterable, Iterator, Sequence

from ledger.aggregates.document import DOCUMENT, Document, Status
from ledger.aggregates.property import PROPERTY, Property
from ledger.aggregates.property import Status as Listed
from ledger.aggregates.provider import Status as Hosting
from ledger.aggregates.verification import VERIFICATION, Verification, verification_of
from ledger.aggregates.verification import Status as Reviewed
from ledger.draft import Draft
from ledger.errors import DocumentInUse, DocumentNotReady
from ledger.processes.found import document_in, host_in
from ledger.values.files import Purpose
from ledger.values.ids import DocumentId, HostId, PropertyId
from ledger.values.verification import ShownDocument

SHOWABLE = (Status.SCANNED, Status.ACCEPTED)
"""What a host may show for a review; the review is approved once a verifier has accepted it."""


def shown_document(
    draft: Draft, host_id: HostId, document_id: str, property_id: PropertyId | None = None
) -> ShownDocument:
    """A document as it is shown for a review of its host, or of the property that it is about.

    It was read, and nobody refused it. Raises NotFound, DocumentNotReady.
    """
    document = document_in(draft, DocumentId(document_id))
    theirs = (document.host_id, document.property_id) == (host_id, property_id)
    kept = document.content_hash if document.status in SHOWABLE else None
    if kept is None or not theirs or document.purpose is Purpose.PHOTO:
        raise DocumentNotReady(document_id=document_id, status=document.status.value)
    return ShownDocument(document_id, document.purpose.value, kept, document.expires_on)


def refuse_unless_of_safety(
    draft: Draft, host_id: HostId, property_id: PropertyId, documents: Iterable[str]
) -> None:
    """Let documents pass that are about the safety of a property. Raises what showing them does."""
    for document_id in documents:
        shown = shown_document(draft, host_id, document_id, property_id)
        if shown.kind != Purpose.SAFETY.value:
            raise DocumentNotReady(document_id=document_id, purpose=shown.kind)


def shown_photo(draft: Draft, property_id: PropertyId, document_id: str) -> str:
    """The id of a photo that a property can be shown by. Raises NotFound, DocumentNotReady."""
    photo = document_in(draft, DocumentId(document_id))
    if not _can_be_seen(photo, property_id):
        raise DocumentNotReady(document_id=document_id, status=photo.status.value)
    return document_id


def photos_to_see(draft: Draft, property_id: PropertyId, listed: Property) -> Iterator[str]:
    """The photos of a description that have not been taken down since."""
    for document_id in listed.description.photos if listed.description else ():
        photo = draft.state(DOCUMENT, document_id)
        if photo is not None and _can_be_seen(photo, property_id):
            yield document_id


def accepted_of(draft: Draft, shown: Iterable[ShownDocument]) -> Iterator[ShownDocument]:
    """Those of the documents that a verifier has accepted, with the last day that they read."""
    for one in shown:
        document = draft.state(DOCUMENT, one.document_id)
        if document is not None and document.status is Status.ACCEPTED:
            yield ShownDocument(one.document_id, one.kind, one.sha256, document.expires_on)


def documents_of_review(
    draft: Draft, property_id: PropertyId, listed: Property, named: Sequence[str]
) -> tuple[ShownDocument, ...]:
    """Everything that is shown for the review of a property.

    That is what is named now, what its facts name, and what was approved already and is not
    replaced by a document of the same kind. Raises NotFound, DocumentNotReady.
    """
    facts = listed.stated or listed.facts
    ids = dict.fromkeys((*named, *(facts.safety if facts else ())))
    shown = [shown_document(draft, listed.host_id, one, property_id) for one in ids]
    replaced = {one.kind for one in shown} | {Purpose.SAFETY.value}
    before = draft.state(VERIFICATION, verification_of(property_id, listed.approved))
    stay = (one for one in (before.documents if before else ()) if one.kind not in replaced)
    shown += (shown_document(draft, listed.host_id, one.document_id, property_id) for one in stay)
    return tuple(shown)


def relied_on_by(draft: Draft, document_id: DocumentId) -> Iterator[str]:
    """What would miss a file: reviews that it is shown for, and a property that names it."""
    document = document_in(draft, document_id)
    if document.property_id is None:
        yield from _relied_on_by_host(draft, document_id, document.host_id)
        return
    listed = draft.state(PROPERTY, document.property_id)
    if listed is None or listed.status is Listed.ARCHIVED:
        return
    of = document.property_id
    yield from _relied_on_by_reviews(draft, document_id, of, (listed.approved, listed.revision))
    if document_id in _named_by(listed):
        yield f"property:{of}"


def refuse_if_approved_by(draft: Draft, document_id: DocumentId) -> None:
    """Let a file pass that no approval rests on which still holds. Raises DocumentInUse."""
    document = document_in(draft, document_id)
    if document.property_id is None:
        subject_id, number = str(document.host_id), host_in(draft, document.host_id).reviews
    else:
        listed = draft.state(PROPERTY, document.property_id)
        subject_id, number = str(document.property_id), listed.approved if listed else 0
    approvals = [
        name
        for name, review in _reviews_by(draft, document_id, subject_id, (number,))
        if review.status is Reviewed.APPROVED
    ]
    if approvals:
        raise DocumentInUse(by=approvals)


def _can_be_seen(photo: Document, property_id: PropertyId) -> bool:
    is_photo = photo.purpose is Purpose.PHOTO and photo.property_id == property_id
    return is_photo and photo.status is Status.ACCEPTED


def _relied_on_by_host(draft: Draft, document_id: DocumentId, host_id: HostId) -> Iterator[str]:
    provider = host_in(draft, host_id)
    if provider.status is not Hosting.CLOSED:
        last = provider.reviews
        yield from _relied_on_by_reviews(draft, document_id, host_id, (last, last + 1))


def _relied_on_by_reviews(
    draft: Draft, document_id: DocumentId, subject_id: str, numbers: Sequence[int]
) -> Iterator[str]:
    for name, review in _reviews_by(draft, document_id, subject_id, numbers):
        if review.is_open or review.status is Reviewed.APPROVED:
            yield name


def _reviews_by(
    draft: Draft, document_id: DocumentId, subject_id: str, numbers: Sequence[int]
) -> Iterator[tuple[str, Verification]]:
    """Those of a subject's reviews that a file is shown for, and how answers name them."""
    for number in dict.fromkeys(numbers):
        verification_id = verification_of(subject_id, number)
        review = draft.state(VERIFICATION, verification_id)
        if review is not None and any(one.document_id == document_id for one in review.documents):
            yield f"review:{verification_id}", review


def _named_by(listed: Property) -> set[str]:
    """The files that a property's facts and its description name."""
    named = {one for facts in (listed.facts, listed.stated) if facts for one in facts.safety}
    return named | set(listed.description.photos if listed.description else ())
