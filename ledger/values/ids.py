"""Ids: canonical lower-case UUID texts, each kind its own type.

They are texts and not `uuid.UUID` because events are read, written and looked up millions of times
in a rebuild, and a text costs a sixth of what the object does; Postgres stores them as `uuid`.
"""

from hashlib import sha1
from typing import NewType
from uuid import UUID, uuid4

StreamId = NewType("StreamId", str)
CommandId = NewType("CommandId", str)

AlterationId = NewType("AlterationId", str)
AttestationId = NewType("AttestationId", str)
BlockId = NewType("BlockId", str)
BankPayoutId = NewType("BankPayoutId", str)
BookingId = NewType("BookingId", str)
CaseId = NewType("CaseId", str)
ConversationId = NewType("ConversationId", str)
CouponId = NewType("CouponId", str)
DamageClaimId = NewType("DamageClaimId", str)
DisputeId = NewType("DisputeId", str)
DocumentId = NewType("DocumentId", str)
FeedId = NewType("FeedId", str)
CorrectionId = NewType("CorrectionId", str)
DifferenceId = NewType("DifferenceId", str)
GuestId = NewType("GuestId", str)
HostId = NewType("HostId", str)
OwnTransferId = NewType("OwnTransferId", str)
PaymentId = NewType("PaymentId", str)
PayoutId = NewType("PayoutId", str)
PropertyId = NewType("PropertyId", str)
QuoteId = NewType("QuoteId", str)
ReceiptId = NewType("ReceiptId", str)
RefundId = NewType("RefundId", str)
ReviewId = NewType("ReviewId", str)
TariffId = NewType("TariffId", str)
TaxAccountId = NewType("TaxAccountId", str)
TextId = NewType("TextId", str)
UnitId = NewType("UnitId", str)
VerificationId = NewType("VerificationId", str)

NAMESPACE = UUID("5f2c1f6e-5d0a-5c1b-9a53-2b8f3c7d9e10")
"""Where the names of our deterministic ids live. Permanent: changing it would rename history."""


VARIANT = "89ab"
"""The digit that says "a UUID of RFC 9562", by the two bits of the hash that it keeps."""


def canonical_id(text: str) -> str:
    """The canonical text of a UUID in any spelling. Raises ValueError where it is none."""
    return str(UUID(text))


def fresh_id() -> str:
    """A new random id, for the entry points only: what decides and replays never draws one."""
    return str(uuid4())


def derived_id(*parts: str | int) -> str:
    """The id that these parts always give (uuid5, RFC 9562); parts are joined by `/`.

    Written out here, because each step of a booking derives several: the library takes five times
    as long by way of an object.
    """
    name = "/".join(map(str, parts)).encode()
    text = sha1(NAMESPACE.bytes + name, usedforsecurity=False).hexdigest()
    variant = VARIANT[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


def payment_of(booking_id: BookingId) -> PaymentId:
    """The id of the payment that a booking is to be confirmed by; those beside it have others."""
    return PaymentId(derived_id(booking_id, "payment"))
