"""Reviews to write: who may still write one, and until when. Questions over the windows of reviews;
no tables of their own.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, ColumnElement, Connection, select

from ledger.values.clock import Instant
from ledger.values.ids import GuestId, HostId
from projections.projection import Answer, position_of
from projections.reviews import REVIEWS, windows


class ReviewToWrite(BaseModel):
    """A stay that somebody may review until `closes_at`, or put their review otherwise."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    property_id: str
    closes_at: Instant
    written: bool


class ReviewsToWrite(Answer):
    """What somebody may still write, the most urgent first."""

    stays: Sequence[ReviewToWrite]


def to_write_as_guest(db: Connection, guest: GuestId) -> ReviewsToWrite:
    """The stays that a guest may review, or whose review they may still put otherwise."""
    return _to_write(db, windows.c.guest_id == guest, windows.c.guest_wrote)


def to_write_as_host(db: Connection, host: HostId) -> ReviewsToWrite:
    """The guests that a host may review, or whose review they may still put otherwise."""
    return _to_write(db, windows.c.host_id == host, windows.c.host_wrote)


def _to_write(db: Connection, mine: ColumnElement[bool], wrote: Column[bool]) -> ReviewsToWrite:
    position = position_of(db, REVIEWS)
    columns = (windows.c.booking_id, windows.c.property_id, windows.c.closes_at)
    query = select(*columns, wrote.label("written")).where(mine).order_by(windows.c.closes_at)
    found = [ReviewToWrite(**row._mapping) for row in db.execute(query)]
    return ReviewsToWrite(position=position, stays=found)
