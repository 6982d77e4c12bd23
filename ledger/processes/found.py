"""What a step cannot do without, as the draft leaves it so far: found, or NotFound is raised."""

from typing import TypeVar

from msgspec import Struct

from ledger.aggregates.alteration import ALTERATION, Alteration
from ledger.aggregates.booking import BOOKING, Booking
from ledger.aggregates.damage_claim import DAMAGE_CLAIM, DamageClaim
from ledger.aggregates.dispute import DISPUTE, Dispute
from ledger.aggregates.document import DOCUMENT, Document
from ledger.aggregates.host_debt import HOST_DEBT, HostDebt, debt_of
from ledger.aggregates.payment import PAYMENT, Payment
from ledger.aggregates.payout import PAYOUT, Payout
from ledger.aggregates.property import PROPERTY, Property
from ledger.aggregates.provider import PROVIDER, Provider
from ledger.aggregates.refund import REFUND, Refund
from ledger.aggregates.support_case import SUPPORT_CASE, SupportCase
from ledger.aggregates.unit_calendar import UNIT_CALENDAR, UnitCalendar
from ledger.aggregates.verification import VERIFICATION, Verification
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.processes.names import alteration_of, damage_claim_of
from ledger.values.ids import (
    BookingId,
    CaseId,
    DisputeId,
    DocumentId,
    HostId,
    PaymentId,
    PayoutId,
    PropertyId,
    RefundId,
    UnitId,
    VerificationId,
)

S = TypeVar("S", bound=Struct)


def booking_in(draft: Draft, booking_id: BookingId) -> Booking:
    """A booking as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(BOOKING, booking_id), booking_id=booking_id)


def payment_in(draft: Draft, payment_id: PaymentId) -> Payment:
    """A payment as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(PAYMENT, payment_id), payment_id=payment_id)


def payout_in(draft: Draft, payout_id: PayoutId) -> Payout:
    """A payout as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(PAYOUT, payout_id), payout_id=payout_id)


def refund_in(draft: Draft, refund_id: RefundId) -> Refund:
    """A refund as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(REFUND, refund_id), refund_id=refund_id)


def dispute_in(draft: Draft, dispute_id: DisputeId) -> Dispute:
    """A dispute as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(DISPUTE, dispute_id), dispute_id=dispute_id)


def host_in(draft: Draft, host_id: HostId) -> Provider:
    """A host as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(PROVIDER, host_id), host_id=host_id)


def property_in(draft: Draft, property_id: PropertyId) -> Property:
    """A property as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(PROPERTY, property_id), property_id=property_id)


def verification_in(draft: Draft, verification_id: VerificationId) -> Verification:
    """A review as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(VERIFICATION, verification_id), verification_id=verification_id)


def document_in(draft: Draft, document_id: DocumentId) -> Document:
    """A document as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(DOCUMENT, document_id), document_id=document_id)


def case_in(draft: Draft, case_id: CaseId) -> SupportCase:
    """A support case as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(SUPPORT_CASE, case_id), case_id=case_id)


def debt_in(draft: Draft, host_id: HostId) -> HostDebt:
    """What a host owes, as the draft leaves it so far. Raises NotFound where they never owed."""
    return _found(draft.state(HOST_DEBT, debt_of(host_id)), host_id=host_id)


def alteration_in(draft: Draft, booking_id: BookingId) -> Alteration:
    """A booking's last alteration as the draft leaves it so far. Raises NotFound."""
    alteration_id = alteration_of(booking_id)
    return _found(draft.state(ALTERATION, alteration_id), alteration_id=alteration_id)


def claim_in(draft: Draft, booking_id: BookingId) -> DamageClaim:
    """A booking's damage claim as the draft leaves it so far. Raises NotFound."""
    claim_id = damage_claim_of(booking_id)
    return _found(draft.state(DAMAGE_CLAIM, claim_id), claim_id=claim_id)


def calendar_in(draft: Draft, unit_id: UnitId) -> UnitCalendar:
    """A unit's calendar as the draft leaves it so far. Raises NotFound."""
    return _found(draft.state(UNIT_CALENDAR, unit_id), unit_id=unit_id)


def _found(state: S | None, **named: str) -> S:
    if state is None:
        raise NotFound(**named)
    return state
