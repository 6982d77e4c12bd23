"""A damage claim as it is answered."""

from pydantic import BaseModel

from api.shapes import Amount, amount_of
from ledger import processes
from ledger.aggregates.damage_claim import DAMAGE_CLAIM, DamageClaim
from ledger.application import Ledger
from ledger.errors import NotFound
from ledger.store import EventStore
from ledger.values.clock import Instant
from ledger.values.ids import BookingId
from ledger.values.shares import Shares
from projections.projection import Answer


class ToHost(BaseModel):
    """What the host gets of what was paid, and what the platform keeps of it, in minor units."""

    currency: str
    host_minor: int
    host_fee_minor: int
    vat_minor: int


class ClaimNow(Answer):
    """Where the damage claim of a booking stands: `amount` is what is claimed, or was decided.

    The guest answers until `answer_by`; once it is agreed or decided they pay by `payment_id`,
    until `pay_by`. When they have paid, `paid_out` says whose it is.
    """

    booking_id: str
    status: str
    amount: Amount
    answer_by: Instant
    payment_id: str | None
    pay_by: Instant | None
    paid_out: ToHost | None


def claim_now(claim: DamageClaim, position: int) -> ClaimNow:
    """A claim as it stands."""
    return ClaimNow(
        position=position,
        booking_id=claim.booking_id,
        status=claim.status.value,
        amount=amount_of(claim.amount),
        answer_by=claim.answer_by,
        payment_id=claim.payment_id,
        pay_by=claim.pay_by,
        paid_out=_to_host(claim.shares) if claim.shares else None,
    )


def _to_host(shares: Shares) -> ToHost:
    return ToHost(
        currency=shares.currency,
        host_minor=shares.host_minor,
        host_fee_minor=shares.host_fee_minor,
        vat_minor=shares.vat_minor,
    )


def looked_up(store: EventStore, ledger: Ledger, booking_id: BookingId) -> ClaimNow:
    """A claim as the ledger has it now. Raises NotFound."""
    position = store.head()
    claim_id = processes.damage_claim_of(booking_id)
    claim = ledger.state(DAMAGE_CLAIM, claim_id)
    if claim is None:
        raise NotFound(booking_id=booking_id, claim=claim_id)
    return claim_now(claim, position)
