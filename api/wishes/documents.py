"""Documents and photos, as hosts announce them and staff decide on them."""

from typing import Annotated, Literal

from pydantic import Field

from api.shapes import Body, LocalDate, Uuid
from api.wishes.staff import OfVerification
from ledger.aggregates.document import AnnounceDocument
from ledger.values.files import LARGEST_UPLOAD_BYTES, MediaType, Purpose
from ledger.values.ids import DocumentId, HostId, PropertyId

Length = Annotated[int, Field(ge=1, le=LARGEST_UPLOAD_BYTES)]


class Announcement(Body):
    """What a host will send: what it is to show, of which property if of one, its type and length,
    and on which day it runs out, if it does.

    Only pictures are taken: they can be drawn anew. Whoever has a document on paper or as a PDF
    sends a picture of each page.
    """

    purpose: Literal[
        "identity", "address", "register_extract", "tax", "right_to_let", "safety", "photo"
    ]
    property_id: Uuid | None = None
    media_type: Literal["image/jpeg", "image/png", "image/webp"]
    length_bytes: Length
    expires_on: LocalDate | None = None

    def announcing(
        self, document_id: DocumentId, host_id: HostId, *, secret: str, held: int
    ) -> AnnounceDocument:
        """The same as a command; `secret` hides where it goes, and so many are `held` already."""
        return AnnounceDocument(
            document_id=document_id,
            host_id=host_id,
            property_id=PropertyId(self.property_id) if self.property_id else None,
            purpose=Purpose(self.purpose),
            media_type=MediaType(self.media_type),
            length_bytes=self.length_bytes,
            expires_on=self.expires_on,
            secret=secret,
            held=held,
        )


class Acceptance(OfVerification):
    """On which day it runs out, as the verifier reads it; null says that it never does."""

    expires_on: LocalDate | None


class Refusal(OfVerification):
    """Why it is not taken. No free text: what is said here stays for ever."""

    reason: Literal[
        "not_legible", "wrong_document", "out_of_date", "not_theirs", "altered", "not_fit_to_show"
    ]


class Look(Body):
    """Who of the staff looks at it, and why. No free text: what is said here stays for ever."""

    by: Uuid
    role: Literal["verifier", "support", "finance", "operator"]
    reason: Literal["review", "renewal", "dispute", "fraud", "authority"]
