"""Who acts where no person does, and the ids of what follows from a booking."""

from ledger.events import Actor, Role
from ledger.values.ids import (
    AlterationId,
    AttestationId,
    BookingId,
    DamageClaimId,
    DisputeId,
    PaymentId,
    PayoutId,
    PropertyId,
    RefundId,
    derived_id,
)
from ledger.values.ids import payment_of as payment_of
from ledger.values.speakers import Speaker

PROCESS = Actor(Role.PROCESS.value, "process")
TIMER = Actor(Role.TIMER.value, "timer")
PROCESSOR = Actor(Role.PROCESSOR.value, "stripe")


SPEAKERS = {
    Role.GUEST: Speaker.GUEST,
    Role.HOST: Speaker.HOST,
    Role.SUPPORT: Speaker.SUPPORT,
}
"""In which part somebody speaks, by what they act as."""


def speaker_of(actor: Actor) -> Speaker:
    """In which part somebody speaks about a booking."""
    return SPEAKERS[Role(actor.role)]


DAY_OF_THE_BOOKS = "UTC"
"""Whose day the books have where no property gives one."""


def attestation_of(property_id: PropertyId) -> AttestationId:
    """The id of the attestation that a property's stays are booked under."""
    return AttestationId(derived_id(property_id, "attestation"))


def alteration_payment_of(booking_id: BookingId, number: int) -> PaymentId:
    """The id of the payment of what the alteration with this number makes dearer."""
    return PaymentId(derived_id(booking_id, "difference", number))


def damage_claim_of(booking_id: BookingId) -> DamageClaimId:
    """The id of what the host of a booking claims for damage; there is one claim at most."""
    return DamageClaimId(derived_id(booking_id, "damage"))


def damage_payment_of(booking_id: BookingId, number: int) -> PaymentId:
    """The id of the payment by which a guest is asked for damage, each time by another one."""
    return PaymentId(derived_id(booking_id, "damage", "payment", number))


def damage_payout_of(booking_id: BookingId, number: int = 1) -> PayoutId:
    """The id of a payout of what a guest paid for damage: it is none of the stay's."""
    numbers = [number] if number > 1 else []
    return PayoutId(derived_id(booking_id, "damage", "payout", *numbers))


def payout_of(booking_id: BookingId, number: int = 1) -> PayoutId:
    """The id of a payout of what a booking brings its host; most have one only."""
    return PayoutId(derived_id(booking_id, "payout", *([number] if number > 1 else [])))


def refund_of(
    booking_id: BookingId, alteration: int = 0, place: int = 1, ending: int = 1
) -> RefundId:
    """The id of the refund that follows from a booking's end, or from an alteration.

    Where several payments give something back, each has a refund, by its place among them. A stay
    whose end was taken back may end again: `ending` counts.
    """
    because: list[str | int] = ["ending", ending] if ending > 1 else []
    if alteration:
        because = ["alteration", alteration]
    return RefundId(derived_id(booking_id, "refund", *because, *([place] if place > 1 else [])))


def dispute_of(processor_dispute: str) -> DisputeId:
    """The id of a dispute that the processor tells of: told twice, it is one."""
    return DisputeId(derived_id("dispute", processor_dispute))


def staff_refund_of(booking_id: BookingId, number: int) -> RefundId:
    """The id of a refund that staff asked for, counted for each booking from 1."""
    return RefundId(derived_id(booking_id, "staff refund", number))


def alteration_of(booking_id: BookingId) -> AlterationId:
    """The id of the alterations of a booking, one after the other."""
    return AlterationId(derived_id(booking_id, "alteration"))


def late_payment_of(booking_id: BookingId, charge: str) -> PaymentId:
    """The id of the payment that money becomes which came after its booking had expired."""
    return PaymentId(derived_id(booking_id, "late", charge))
