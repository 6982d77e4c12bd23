"""Errands about the files of hosts: read what came, and delete what is not to be kept.

Each may be interrupted anywhere: what is put has its place by its content, what is deleted is
deleted again, and the errand stands until the ledger says what came of it.
"""

import hashlib
from functools import partial

from ledger import processes
from ledger.aggregates.document import DOCUMENT, Document
from ledger.gateways.images import Picture, drawn_anew
from ledger.processes import Read
from ledger.reactions.errand import Errand, state_of, take
from ledger.reactions.world import World
from ledger.values.files import KEPT_AS, Fault, Rendition, rendition_key
from ledger.values.ids import DocumentId


def read_upload(world: World, errand: Errand) -> None:
    """Read what a host sent, and store what is drawn anew of it.

    Raises StorageNotSetUp, GatewayUnavailable, GatewayDeclined, AnswerNotUnderstood.
    """
    document_id, document = DocumentId(errand.stream_id), state_of(world, DOCUMENT, errand)
    if document.status not in processes.AWAITED or document.upload_key is None:
        return
    raw = world.storage.uploads.read(document.upload_key)
    found = _looked_at(world, document_id, document, raw)
    take(world, errand, partial(processes.take_in_file, document_id=document_id, found=found))


def discard_upload(world: World, errand: Errand) -> None:
    """Delete a file as it came. Raises StorageNotSetUp, GatewayUnavailable, GatewayDeclined."""
    document = state_of(world, DOCUMENT, errand)
    if document.upload_key is None:
        return
    world.storage.uploads.delete(document.upload_key)
    document_id = DocumentId(errand.stream_id)
    take(world, errand, partial(processes.upload_is_gone, document_id=document_id))


def purge_document(world: World, errand: Errand) -> None:
    """Delete everything of a file. Raises StorageNotSetUp, GatewayUnavailable, GatewayDeclined."""
    document = state_of(world, DOCUMENT, errand)
    if document.upload_key is not None:
        world.storage.uploads.delete(document.upload_key)
    for rendition in document.renditions:
        world.storage.of(document.purpose).delete(rendition.key)
    document_id = DocumentId(errand.stream_id)
    take(world, errand, partial(processes.file_is_gone, document_id=document_id))


def _looked_at(
    world: World, document_id: DocumentId, document: Document, raw: bytes | None
) -> Read | Fault:
    """What becomes of a file; what is drawn anew of it lies in the storage already."""
    if raw is None:
        return Fault.NOTHING_CAME
    if len(raw) != document.length_bytes:
        return Fault.WRONG_LENGTH
    verdict = world.scanner.scan(raw) if world.scanner else None
    if verdict is not None and verdict.infected:
        return Fault.INFECTED
    drawn = drawn_anew(raw, document.media_type, document.purpose.edges)
    if isinstance(drawn, Fault):
        return drawn
    kept = tuple(_kept(world, document_id, document, picture) for picture in drawn)
    return Read(
        content_hash=hashlib.sha256(raw).hexdigest(),
        renditions=kept,
        scanned_by=verdict.engine if verdict else None,
    )


def _kept(world: World, document_id: DocumentId, document: Document, picture: Picture) -> Rendition:
    key = rendition_key(document_id, picture.content_hash)
    world.storage.of(document.purpose).put(key, picture.body, KEPT_AS)
    return Rendition(
        key=key,
        width=picture.width,
        height=picture.height,
        length_bytes=len(picture.body),
        content_hash=picture.content_hash,
    )
