"""Photos: what can be seen of a property, as its host shows it. Questions over the tables of
documents and descriptions; no tables of their own.

A host names photos in an order; one that was taken down since is passed over wherever it is named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, Row, select

from ledger.values.files import Purpose
from ledger.values.ids import PropertyId
from projections.descriptions import DESCRIPTIONS, description_of, descriptions_of
from projections.documents import DOCUMENTS, documents, renditions
from projections.projection import standing_of

SEEN_IN = (DESCRIPTIONS, DOCUMENTS)
"""The read models that are asked."""


class Size(BaseModel):
    """A photo in one size, in pixels, at its address at this API."""

    model_config = ConfigDict(frozen=True)

    address: str
    width: int
    height: int


class Photo(BaseModel):
    """A photo, in every size that there is, the smallest first."""

    model_config = ConfigDict(frozen=True)

    document_id: str
    sizes: Sequence[Size]


def photos_to_see(db: Connection, property_id: PropertyId) -> Sequence[Photo]:
    """The photos that a property is described by and that can be seen, in its host's order."""
    description = description_of(db, property_id)
    named = description.photos if description else ()
    found = _photos(db, property_id, documents.c.document_id.in_(named))
    by_id = {photo.document_id: photo for photo in found}
    return [by_id[document_id] for document_id in named if document_id in by_id]


def photos_accepted(db: Connection, property_id: PropertyId) -> Sequence[Photo]:
    """All photos of a property that could be shown, in the order in which they came."""
    return list(_photos(db, property_id))


def position_of_photos(db: Connection) -> int:
    """The position that both read models have come to, at which whatever is seen was there."""
    return min(standing.position for standing in standing_of(db, SEEN_IN))


def first_photos(db: Connection, named: Mapping[str, str]) -> Mapping[str, str]:
    """For each property the photo that is named for it, or the next one of its description where
    that was taken down; properties of which none is left are left out.
    """
    left = _accepted(db, named.values())
    first = {of: photo for of, photo in named.items() if photo in left}
    if len(first) == len(named):
        return first
    described = descriptions_of(db, named.keys() - first.keys())
    others = _accepted(db, [photo for said in described.values() for photo in said.photos])
    for of, said in described.items():
        following = next((photo for photo in said.photos if photo in others), None)
        if following is not None:
            first[of] = following
    return first


def _accepted(db: Connection, photos: Iterable[str]) -> set[str]:
    can_be_seen = documents.c.document_id.in_(photos) & (documents.c.status == "accepted")
    return set(db.scalars(select(documents.c.document_id).where(can_be_seen)))


def _photos(
    db: Connection, property_id: PropertyId, *where: ColumnElement[bool]
) -> Iterator[Photo]:
    query = (
        select(renditions)
        .join(documents, documents.c.document_id == renditions.c.document_id)
        .where(
            documents.c.property_id == property_id,
            documents.c.purpose == Purpose.PHOTO.value,
            documents.c.status == "accepted",
            *where,
        )
        .order_by(documents.c.announced_at, documents.c.document_id, renditions.c.width)
    )
    for name, rows in groupby(db.execute(query), key=lambda row: str(row.document_id)):
        yield Photo(document_id=name, sizes=[_size(row) for row in rows])


def _size(row: Row[tuple[object, ...]]) -> Size:
    return Size(address=f"/photos/{row.key}", width=row.width, height=row.height)
