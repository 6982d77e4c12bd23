"""Photos: what a property's guests see of it. A question over the tables of documents."""

from collections.abc import Sequence
from itertools import groupby

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Row, select

from ledger.values.files import Purpose
from ledger.values.ids import PropertyId
from projections.documents import DOCUMENTS, documents, renditions
from projections.projection import Answer, position_of


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


class Photos(Answer):
    """The photos of a property, in the order in which they came."""

    photos: Sequence[Photo]


def photos_of(db: Connection, property_id: PropertyId) -> Photos:
    """The photos of a property that can be shown."""
    position = position_of(db, DOCUMENTS)
    query = (
        select(renditions)
        .join(documents, documents.c.document_id == renditions.c.document_id)
        .where(
            documents.c.property_id == property_id,
            documents.c.purpose == Purpose.PHOTO.value,
            documents.c.status == "accepted",
        )
        .order_by(documents.c.announced_at, documents.c.document_id, renditions.c.width)
    )
    found = groupby(db.execute(query), key=lambda row: str(row.document_id))
    shown = [Photo(document_id=name, sizes=[_size(row) for row in rows]) for name, rows in found]
    return Photos(position=position, photos=shown)


def _size(row: Row[tuple[object, ...]]) -> Size:
    return Size(address=f"/photos/{row.key}", width=row.width, height=row.height)
