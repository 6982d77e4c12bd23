"""Files that hosts send: what for, how large they may be, and what is kept of them.

Of what comes in nothing is kept: it is read, drawn anew from its pixels alone, and deleted.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from msgspec import Struct

from ledger.errors import DocumentHasExpired, FileNotTaken
from ledger.values.clock import Instant

LINK_LASTS = timedelta(minutes=5)
"""How long a signed link to upload or to view may be used (spec: security, S41)."""

AWAITED_FOR = timedelta(hours=1)
"""So long after its announcement an upload is looked for, although nobody said that it is there."""

LINKS_ARE_OVER_AFTER = timedelta(hours=1)
"""No upload that began while its link could be used can still come in; then it can be deleted."""

KEPT_AFTER_EXPIRY = timedelta(days=90)
"""How long an expired document is kept: until its renewal is decided, and what follows from it."""

LARGEST_UPLOAD_BYTES = 15_000_000
LARGEST_PIXELS = 50_000_000
"""A telephone's largest photos. More would take a worker's memory when it is decoded."""

FILES_AT_MOST = 200
"""How many files we keep of one property, and how many about a host themself."""

SMALLEST_EDGE = 200
"""Pixels along the shorter edge: nothing can be read or seen in less."""


class Purpose(StrEnum):
    """What a file is to show: something that is verified, or a place to its guests."""

    IDENTITY = "identity"
    ADDRESS = "address"
    REGISTER_EXTRACT = "register_extract"
    TAX = "tax"
    RIGHT_TO_LET = "right_to_let"
    SAFETY = "safety"
    PHOTO = "photo"

    @property
    def is_of_a_property(self) -> bool:
        """Whether it is about a property, and not about the host."""
        return self in (Purpose.RIGHT_TO_LET, Purpose.SAFETY, Purpose.PHOTO)

    @property
    def edges(self) -> tuple[int, ...]:
        """The longest edges, in pixels, of the renditions that are kept, smallest first."""
        return PHOTO_EDGES if self is Purpose.PHOTO else DOCUMENT_EDGES


PHOTO_EDGES = (320, 960, 1920)
DOCUMENT_EDGES = (3000,)


class MediaType(StrEnum):
    """What may be uploaded: pictures that can be drawn anew from their pixels."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


KEPT_AS = MediaType.JPEG
"""What every rendition is."""


class Fault(StrEnum):
    """Why a file is refused: by a rule when it is read, or by a reviewer who looks at it."""

    NOTHING_CAME = "nothing_came"
    WRONG_LENGTH = "wrong_length"
    WRONG_TYPE = "wrong_type"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    ANIMATED = "animated"
    UNREADABLE = "unreadable"
    INFECTED = "infected"

    NOT_LEGIBLE = "not_legible"
    WRONG_DOCUMENT = "wrong_document"
    OUT_OF_DATE = "out_of_date"
    NOT_THEIRS = "not_theirs"
    ALTERED = "altered"
    NOT_FIT_TO_SHOW = "not_fit_to_show"


class ViewReason(StrEnum):
    """Why somebody looks at a document."""

    OWN = "own"
    REVIEW = "review"
    RENEWAL = "renewal"
    DISPUTE = "dispute"
    FRAUD = "fraud"
    AUTHORITY = "authority"


class Rendition(Struct, frozen=True, kw_only=True, gc=False):
    """A picture that we drew ourselves, where it is stored, and the SHA-256 of its bytes."""

    key: str
    width: int
    height: int
    length_bytes: int
    content_hash: str


def upload_key(secret: str) -> str:
    """Where an upload goes that nobody can guess the place of; `secret` is random."""
    return f"uploads/{secret}"


def rendition_key(document_id: str, content_hash: str) -> str:
    """Where a rendition goes: its content names it, so it can be put twice and never changes."""
    return f"{document_id}/{content_hash}.jpg"


def expires_at(expires_on: date) -> Instant:
    """When a document runs out: when the day begins that it names, in UTC."""
    return datetime.combine(expires_on, time(), UTC)


def refuse_run_out(purpose: Purpose, expires_on: date | None, now: Instant) -> None:
    """Let pass what is good; a photo never runs out. Raises DocumentHasExpired, FileNotTaken."""
    if expires_on is None:
        return
    if purpose is Purpose.PHOTO:
        raise FileNotTaken(why="a_photo_never_expires")
    if expires_at(expires_on) <= now:
        raise DocumentHasExpired(expires_on=expires_on)
