"""Looking at documents: who may, gets a link for five minutes; each look leaves a trace."""

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import BaseModel

from api import speakers
from api.answers.documents import ToView, Viewed, viewed_now
from api.commands import COMMANDS, Command, Commanding, answered
from api.problems import described
from api.shapes import NoWords, Uuid
from api.storage import LINKING, OnStorage, Storage
from api.wishes.documents import Look
from ledger import processes
from ledger.aggregates.document import ViewDocument
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.values.files import ViewReason
from ledger.values.ids import DocumentId

router = APIRouter(prefix="/documents/{document_id}", tags=["files"])

ROLES = {role.word: role for role in (Role.VERIFIER, Role.SUPPORT, Role.FINANCE, Role.OPERATOR)}


@router.post("/views", status_code=201, responses=described(*COMMANDS, *LINKING))
async def view_document(
    document_id: Uuid, said: Look, command: Commanding, storage: OnStorage
) -> ToView:
    """Somebody of the staff looks at a document, which is remembered, with why. The link lasts five
    minutes; whoever looks again later asks again."""
    look = ViewDocument(
        document_id=DocumentId(document_id), view=command.id, reason=ViewReason(said.reason)
    )
    by = speakers.staff(ROLES[said.role], said.by)
    return await _view(command, storage, said, look, lambda _: by)


@router.post(
    "/host-views",
    status_code=201,
    responses=described(*COMMANDS, *LINKING),
)
async def view_own_document(document_id: Uuid, command: Commanding, storage: OnStorage) -> ToView:
    """The host looks at what they sent; that is remembered, too."""
    its_id = DocumentId(document_id)
    look = ViewDocument(document_id=its_id, view=command.id, reason=ViewReason.OWN)

    def host(draft: Draft) -> Actor:
        return speakers.host_of_document(draft, its_id)

    return await _view(command, storage, NoWords(), look, host)


async def _view(
    command: Command,
    storage: Storage,
    said: BaseModel,
    look: ViewDocument,
    by: Callable[[Draft], Actor],
) -> ToView:
    objects = storage.objects

    def plan(draft: Draft) -> None:
        document = processes.view_document(draft, by(draft), look)
        answered(draft, viewed_now(look.document_id, document))

    told = await command.execute(look.document_id, said, plan, Viewed)
    return told.signed_by(objects)
