"""Evidence: what speaks for a charge, said in words made of what the ledger knows of the booking.

Nothing of it is kept but its digest: it can be said again, word for word, from the history as it
was when somebody handed it in. Of the guest it says what they did, and not who they are.
"""

import hashlib

import msgspec

from ledger.aggregates.booking import Booking
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payment import Payment
from ledger.gateways.stripe.disputes import Evidence
from ledger.values.policy_text import text_of

WENT = {
    Stands.CONFIRMED: "The stay is booked and paid; nobody called it off.",
    Stands.IN_STAY: "The stay has begun; nobody called it off.",
    Stands.COMPLETED: "The stay took place until its last day.",
    Stands.CURTAILED: "The stay took place, and ended early by agreement.",
    Stands.NO_SHOW: "The place was kept for the guest, who did not come.",
    Stands.CANCELLED_BY_GUEST: "The guest called the stay off under the policy that follows.",
    Stands.CANCELLED_BY_HOST: "The host called the stay off, and what was paid was given back.",
    Stands.CANCELLED_BY_PLATFORM: "The stay was called off.",
}
"""What became of a stay that was paid."""


def evidence_for(booking: Booking, payment: Payment) -> Evidence:
    """What speaks for the charge of a booking, as both stand."""
    nights, house = booking.stay.nights_count(), booking.house
    return Evidence(
        stay=f"A stay of {nights} nights for {booking.price.total}.",
        stay_dates=f"{booking.stay.check_in} to {booking.stay.check_out}, {house.time_zone}",
        what_the_guest_did=_done(booking),
        cancellation_policy=text_of(booking.policy),
        refund_policy=text_of(booking.policy),
        why_not_refunded=f"Of {payment.captured} the guest was given {payment.refunded} back, as"
        " the policy says that they accepted.",
    )


def digest_of(evidence: Evidence) -> str:
    """The SHA-256 of what is said, in hexadecimal."""
    return hashlib.sha256(msgspec.json.encode(evidence)).hexdigest()


def _done(booking: Booking) -> str:
    asked = f"The guest asked for it on {booking.booked_at:%Y-%m-%d at %H:%M} UTC"
    accepted = "accepted the policy that follows, and paid."
    return f"{asked}, {accepted} {WENT.get(booking.status, '')}".rstrip()
