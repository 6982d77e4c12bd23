"""Errands about the files of hosts: read what came, and delete what is not to be kept.

Each may be interrupted anywhere: what is put has its place by its content, what is deleted is
deleted again, and the errand stands until the ledger says what came of it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ledger import processes
from ledger.aggregates.document import DOCUMENT, Document, Status
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
    drawn = _drawn(world, document, world.storage.uploads.read(document.upload_key))
    found = drawn if isinstance(drawn, Fault) else _kept(world, document_id, document, drawn)
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
    """Delete everything of a file, also what a worker stored whose file was taken back meanwhile.

    Raises StorageNotSetUp, GatewayUnavailable, GatewayDeclined, AnswerNotUnderstood.
    """
    document_id, document = DocumentId(errand.stream_id), state_of(world, DOCUMENT, errand)
    known = (rendition.key for rendition in document.renditions)
    for key in (*known, *_left_behind(world, document_id, document)):
        world.storage.of(document.purpose).delete(key)
    if document.upload_key is not None:
        world.storage.uploads.delete(document.upload_key)
    take(world, errand, partial(processes.file_is_gone, document_id=document_id))


@dataclass(frozen=True)
class Drawn:
    """What a file is drawn anew as, and by which engine nothing was found in it as it came."""

    content_hash: str
    pictures: tuple[Picture, ...]
    scanned_by: str | None


def _drawn(world: World, document: Document, raw: bytes | None) -> Drawn | Fault:
    """What is drawn anew of a file, or why nothing is."""
    if raw is None:
        return Fault.NOTHING_CAME
    if len(raw) != document.length_bytes:
        return Fault.WRONG_LENGTH
    verdict = world.scanner.scan(raw) if world.scanner else None
    if verdict is not None and verdict.infected:
        return Fault.INFECTED
    pictures = drawn_anew(raw, document.media_type, document.purpose.edges)
    if isinstance(pictures, Fault):
        return pictures
    engine = verdict.engine if verdict else None
    return Drawn(hashlib.sha256(raw).hexdigest(), pictures, engine)


def _kept(world: World, document_id: DocumentId, document: Document, drawn: Drawn) -> Read:
    """What becomes of a file; what is drawn anew of it lies in the storage from now on."""
    kept = tuple(_put(world, document_id, document, picture) for picture in drawn.pictures)
    return Read(content_hash=drawn.content_hash, renditions=kept, scanned_by=drawn.scanned_by)


def _put(world: World, document_id: DocumentId, document: Document, picture: Picture) -> Rendition:
    key = rendition_key(document_id, picture.content_hash)
    world.storage.of(document.purpose).put(key, picture.body, KEPT_AS)
    return Rendition(
        key=key,
        width=picture.width,
        height=picture.height,
        length_bytes=len(picture.body),
        content_hash=picture.content_hash,
    )


def _left_behind(world: World, document_id: DocumentId, document: Document) -> Iterator[str]:
    """Where pictures may lie that the ledger does not know of.

    Whoever read a file while its host took it back had stored them already; drawn once more, they
    come to the same places.
    """
    taken_back_unread = document.status is Status.WITHDRAWN and document.content_hash is None
    if taken_back_unread and document.upload_key is not None:
        drawn = _drawn(world, document, world.storage.uploads.read(document.upload_key))
        pictures = () if isinstance(drawn, Fault) else drawn.pictures
        yield from (rendition_key(document_id, picture.content_hash) for picture in pictures)
