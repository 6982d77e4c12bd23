"""Files of hosts: announced at the door, read by a worker, looked at by people, and deleted.

A guard that asks for a document to be virus-scanned means this: all that is kept of it was drawn
anew from its pixels, so nothing that hid in the file is left; and where an engine is set up, it
found nothing in the file as it came. `scanned_by` says which engine, or that there was none.
"""

from dataclasses import dataclass

from ledger.aggregates.attestation import ATTESTATION
from ledger.aggregates.document import (
    AcceptDocument,
    AnnounceDocument,
    DiscardUpload,
    Document,
    ExpireDocument,
    PurgeDocument,
    RecordScan,
    RefuseDocument,
    ReportUpload,
    Status,
    ViewDocument,
    WithdrawDocument,
)
from ledger.aggregates.property import PROPERTY
from ledger.aggregates.provider import PROVIDER
from ledger.aggregates.provider import Status as Hosting
from ledger.draft import Draft
from ledger.errors import NotFound, SelfApproval
from ledger.events import Actor, Role
from ledger.processes.found import document_in, host_in
from ledger.processes.names import PROCESS, TIMER, attestation_of
from ledger.processes.shown import refuse_if_approved_by, relied_on_by
from ledger.values.files import Fault, Purpose, Rendition
from ledger.values.ids import DocumentId, HostId, PropertyId

AWAITED = (Status.ANNOUNCED, Status.UPLOADED)
"""While a file is still to be read."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a worker made of a file."""

    content_hash: str
    renditions: tuple[Rendition, ...]
    scanned_by: str | None


def announce_document(draft: Draft, command: AnnounceDocument) -> None:
    """A host asks for a place to send a file to.

    Raises NotFound, also of a property that is another's; TransitionNotAllowed where they host no
    more; FileNotTaken, DocumentHasExpired, TooManyFiles.
    """
    hosting = host_in(draft, command.host_id).status
    if hosting is Hosting.CLOSED:
        PROVIDER.lifecycle.refuse(AnnounceDocument, hosting)
    if command.property_id is not None and command.purpose.is_of_a_property:
        _refuse_anothers(draft, command.host_id, command.property_id)
    draft.do(Actor(Role.HOST.value, command.host_id), command)


def report_upload(draft: Draft, document_id: DocumentId) -> None:
    """A host says that the file is there. Raises NotFound, TransitionNotAllowed."""
    document = document_in(draft, document_id)
    draft.do(Actor(Role.HOST.value, document.host_id), ReportUpload(document_id=document_id))


def take_in_file(draft: Draft, document_id: DocumentId, found: Read | Fault) -> None:
    """Keep what a worker made of a file, or say why nothing is kept; once.

    A photo is accepted with that: whether it may be shown is a matter of its property's review.
    """
    document = document_in(draft, document_id)
    if document.status not in AWAITED:
        return
    if isinstance(found, Fault):
        draft.do(PROCESS, RefuseDocument(document_id=document_id, reason=found))
        return
    if document.status is Status.ANNOUNCED:
        draft.do(PROCESS, ReportUpload(document_id=document_id))
    scan = RecordScan(
        document_id=document_id,
        content_hash=found.content_hash,
        renditions=found.renditions,
        scanned_by=found.scanned_by,
    )
    draft.do(PROCESS, scan)
    if document.purpose is Purpose.PHOTO:
        draft.do(PROCESS, AcceptDocument(document_id=document_id, expires_on=None))


def accept_document(draft: Draft, by: Actor, command: AcceptDocument) -> None:
    """A verifier accepts a document. Raises NotFound, DocumentHasExpired, SelfApproval."""
    _refuse_own(draft, by, command.document_id)
    draft.do(by, command)


def refuse_document(draft: Draft, by: Actor, command: RefuseDocument) -> None:
    """A verifier does not take a document. Raises NotFound, SelfApproval, DocumentInUse.

    By what was approved already nobody is told afterwards that it was nothing: who is found out is
    suspended, or what they let is.
    """
    _refuse_own(draft, by, command.document_id)
    refuse_if_approved_by(draft, command.document_id)
    draft.do(by, command)


def view_document(draft: Draft, by: Actor, command: ViewDocument) -> Document:
    """Somebody looks at a document; what it is afterwards. Raises NotFound."""
    draft.do(by, command)
    return document_in(draft, command.document_id)


def expire_document(draft: Draft, document_id: DocumentId) -> None:
    """Let a document expire whose last day is over. Raises TransitionNotAllowed, TooEarly."""
    draft.do(TIMER, ExpireDocument(document_id=document_id))


def withdraw_document(draft: Draft, document_id: DocumentId) -> None:
    """A host takes a file back. Raises NotFound, DocumentInUse, TransitionNotAllowed."""
    host = Actor(Role.HOST.value, document_in(draft, document_id).host_id)
    relied_on = tuple(relied_on_by(draft, document_id))
    draft.do(host, WithdrawDocument(document_id=document_id, relied_on_by=relied_on))


def upload_is_gone(draft: Draft, document_id: DocumentId) -> None:
    """Note that a file as it came is deleted; nothing where that is known."""
    if document_in(draft, document_id).upload_key is not None:
        draft.do(PROCESS, DiscardUpload(document_id=document_id))


def file_is_gone(draft: Draft, document_id: DocumentId) -> None:
    """Note that everything of a file is deleted; nothing where that is known."""
    if document_in(draft, document_id).status is not Status.PURGED:
        draft.do(PROCESS, PurgeDocument(document_id=document_id))


def _refuse_own(draft: Draft, by: Actor, document_id: DocumentId) -> None:
    if document_in(draft, document_id).host_id == by.id:
        raise SelfApproval(document_id=document_id)


def _refuse_anothers(draft: Draft, host_id: HostId, property_id: PropertyId) -> None:
    """Let a property pass that this host lets, reviewed here or vouched for. Raises NotFound."""
    listed = draft.state(PROPERTY, property_id)
    vouched = listed or draft.state(ATTESTATION, attestation_of(property_id))
    if vouched is None or vouched.host_id != host_id:
        raise NotFound(property_id=property_id)
