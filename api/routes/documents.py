"""Documents and photos: announced, uploaded past us, accepted or refused, and taken back."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from pydantic import BaseModel

from api import speakers
from api.answers.documents import (
    Announced,
    DocumentNow,
    ToUpload,
    announced_now,
    document_now,
    held_by,
    looked_up,
)
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Command, Commanding, answered
from api.problems import described
from api.shapes import NoWords, Uuid
from api.storage import LINKING, OnStorage
from api.wishes.documents import Acceptance, Announcement, Refusal
from ledger import errors, processes
from ledger.aggregates.document import AcceptDocument, RefuseDocument
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.files import Fault
from ledger.values.ids import DocumentId, HostId, derived_id, fresh_id

router = APIRouter(tags=["files"])


@router.post(
    "/hosts/{host_id}/documents",
    status_code=201,
    responses=described(
        *COMMANDS,
        *LINKING,
        errors.DocumentHasExpired,
        errors.FileNotTaken,
        errors.TooManyFiles,
    ),
)
async def announce_document(
    host_id: Uuid,
    said: Announcement,
    command: Commanding,
    storage: OnStorage,
    premises: OnPremises,
) -> ToUpload:
    """A host asks for a place to send a document or a photo to, for the next five minutes.

    Repeated, it names the same place, as long as the link can be used.
    """
    uploads = storage.objects.uploads
    document_id = DocumentId(derived_id(command.id, "document"))
    held = await held_by(premises, host_id, said.property_id)
    secret = fresh_id().replace("-", "")
    wish = said.announcing(document_id, HostId(host_id), secret=secret, held=held)

    def plan(draft: Draft) -> None:
        processes.announce_document(draft, wish)
        answered(draft, announced_now(draft, document_id))

    told = await command.execute(document_id, said, plan, Announced)
    return told.signed_by(uploads)


@router.post("/documents/{document_id}/upload", status_code=201, responses=described(*COMMANDS))
async def report_upload(document_id: Uuid, command: Commanding) -> DocumentNow:
    """The host says that the file is there: it is read and drawn anew within seconds."""
    return await _do(command, document_id, NoWords(), processes.report_upload)


@router.post(
    "/documents/{document_id}/withdrawal",
    status_code=201,
    responses=described(*COMMANDS, errors.DocumentInUse),
)
async def withdraw_document(document_id: Uuid, command: Commanding) -> DocumentNow:
    """The host takes a file back that nothing relies on; it is deleted within the next hours."""
    return await _do(command, document_id, NoWords(), processes.withdraw_document)


@router.get("/documents/{document_id}", responses=described(errors.NotFound))
async def document(document_id: Uuid, request: Request, premises: OnPremises) -> DocumentNow:
    """Where a file stands, as the ledger has it now."""
    shown = await premises.look(
        lambda store, ledger: looked_up(store, ledger, DocumentId(document_id))
    )
    stated(request, shown.position)
    return shown


@router.post(
    "/documents/{document_id}/acceptance",
    status_code=201,
    responses=described(
        *COMMANDS, errors.DocumentHasExpired, errors.FileNotTaken, errors.SelfApproval
    ),
)
async def accept_document(document_id: Uuid, said: Acceptance, command: Commanding) -> DocumentNow:
    """A verifier finds that a document shows what it is to show, until its last day."""

    def step(draft: Draft, document_id: DocumentId) -> None:
        verifier = speakers.staff(Role.VERIFIER, said.by)
        accept = AcceptDocument(document_id=document_id, expires_on=said.expires_on)
        processes.accept_document(draft, verifier, accept)

    return await _do(command, document_id, said, step)


@router.post(
    "/documents/{document_id}/refusal",
    status_code=201,
    responses=described(*COMMANDS, errors.DocumentInUse, errors.SelfApproval),
)
async def refuse_document(document_id: Uuid, said: Refusal, command: Commanding) -> DocumentNow:
    """A verifier does not take a document, or takes a photo down; its host may send another.

    By what somebody was approved stays: suspend whom you found out.
    """

    def step(draft: Draft, document_id: DocumentId) -> None:
        verifier = speakers.staff(Role.VERIFIER, said.by)
        refuse = RefuseDocument(document_id=document_id, reason=Fault(said.reason))
        processes.refuse_document(draft, verifier, refuse)

    return await _do(command, document_id, said, step)


async def _do(
    command: Command,
    document_id: str,
    said: BaseModel,
    step: Callable[[Draft, DocumentId], None],
) -> DocumentNow:
    its_id = DocumentId(document_id)

    def plan(draft: Draft) -> None:
        step(draft, its_id)
        answered(draft, document_now(draft, its_id))

    return await command.execute(its_id, said, plan, DocumentNow)
