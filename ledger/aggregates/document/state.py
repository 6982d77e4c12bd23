"""What a document is: whose it is and what for, and where what is kept of it lies."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from ledger.values.clock import Instant
from ledger.values.files import Fault, MediaType, Purpose, Rendition
from ledger.values.ids import CommandId, HostId, PropertyId


class Status(StrEnum):
    """How far it has come."""

    ANNOUNCED = "announced"
    UPLOADED = "uploaded"
    SCANNED = "scanned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    PURGED = "purged"


class Document(Struct, frozen=True):
    """Whose it is and what for, what was promised of it, and where it is stored.

    `upload_key` is None once the file as it came is deleted.
    """

    status: Status
    host_id: HostId
    property_id: PropertyId | None
    purpose: Purpose
    media_type: MediaType
    length_bytes: int
    upload_key: str | None
    upload_until: Instant
    renditions: tuple[Rendition, ...] = ()
    content_hash: str | None = None
    scanned_by: str | None = None
    expires_on: date | None = None
    reason: Fault | None = None
    last_view: CommandId | None = None
    viewed_until: Instant | None = None
