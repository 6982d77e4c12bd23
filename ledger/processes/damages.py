"""Damage: what a host claims of a guest who has left is answered, decided, paid and promised.

The guest is asked for it by a payment of its own, which is none of the stay's: neither the policy
nor a refund of the stay touches it. What it brings the host is one more payout (spec: domain,
section 10; money, J26).
"""

from ledger.aggregates.booking import BOOKING
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.damage_claim import (
    DAMAGE_CLAIM,
    AgreeToClaim,
    AskForDamage,
    ChargeDamage,
    ContestClaim,
    DamageClaim,
    DecideClaim,
    DismissClaim,
    EscalateClaim,
    LeaveUnpaid,
    OpenClaim,
    WithdrawClaim,
)
from ledger.aggregates.damage_claim import Status as Claiming
from ledger.aggregates.payment import OpenPayment, RetryPayment
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Actor
from ledger.processes.damage_money import promise_of_damage
from ledger.processes.found import booking_in, claim_in, payment_in
from ledger.processes.names import PROCESS, TIMER, damage_claim_of, damage_payment_of
from ledger.processes.unpaid import give_up_payment, processor_has_the_word
from ledger.values.currency import chargeable
from ledger.values.damage import terms_of
from ledger.values.ids import BookingId, PaymentId
from ledger.values.money import Money

HAS_LEFT = (Stands.COMPLETED, Stands.CURTAILED)
"""Where the guest was there, and is no more."""

# -- Claimed, and answered ------------------------------------------------------------------


def open_claim(
    draft: Draft, host: Actor, booking_id: BookingId, amount: Money, reason: str
) -> None:
    """Claim damage of a guest who has left. A stay that ended early counts to its agreed check-out.

    Raises TooLate, DamageExceedsLimit, AmountsDiffer, CurrenciesDiffer, NotFound,
    TransitionNotAllowed where nobody has stayed or there is a claim, and what `chargeable` raises.
    """
    booking = booking_in(draft, booking_id)
    if booking.status not in HAS_LEFT:
        BOOKING.lifecycle.refuse(OpenClaim, booking.status)
    draft.do(
        host,
        OpenClaim(
            claim_id=damage_claim_of(booking_id),
            booking_id=booking_id,
            host_id=booking.host_id,
            amount=amount,
            reason=reason,
            terms=terms_of(booking.price),
            check_out_at=booking.house.check_out_at(booking.stay),
            time_zone=booking.house.time_zone,
        ),
    )
    chargeable(amount)


def agree_to_claim(draft: Draft, guest: Actor, booking_id: BookingId) -> PaymentId:
    """Agree as the guest, who is asked for the money at once. Raises TooLate, NotFound."""
    draft.do(guest, AgreeToClaim(claim_id=damage_claim_of(booking_id)))
    return _ask(draft, PROCESS, booking_id)


def contest_claim(draft: Draft, guest: Actor, booking_id: BookingId, reason: str) -> None:
    """Do not agree as guest: the platform decides. Raises TooLate, ReasonIsMissing, NotFound."""
    draft.do(guest, ContestClaim(claim_id=damage_claim_of(booking_id), reason=reason))


def escalate_claim(draft: Draft, booking_id: BookingId) -> None:
    """The guest does not answer: the platform decides. Raises TooEarly, TransitionNotAllowed."""
    draft.do(TIMER, EscalateClaim(claim_id=damage_claim_of(booking_id)))


def withdraw_claim(draft: Draft, host: Actor, booking_id: BookingId) -> None:
    """Take the claim back as the host. Raises NotFound, TransitionNotAllowed."""
    draft.do(host, WithdrawClaim(claim_id=damage_claim_of(booking_id)))


# -- Decided by the platform ----------------------------------------------------------------


def decide_claim(
    draft: Draft, staff: Actor, booking_id: BookingId, amount: Money, reason: str
) -> PaymentId:
    """Say what the guest pays, who is asked for it at once.

    Raises DamageExceedsLimit, AmountsDiffer, CurrenciesDiffer, ReasonIsMissing, NotFound,
    TransitionNotAllowed, and what `chargeable` raises.
    """
    draft.do(
        staff,
        DecideClaim(
            claim_id=damage_claim_of(booking_id),
            amount=amount,
            reason=reason,
            decided_by=staff.id,
        ),
    )
    chargeable(amount)
    return _ask(draft, PROCESS, booking_id)


def dismiss_claim(draft: Draft, staff: Actor, booking_id: BookingId, reason: str) -> None:
    """Say that the guest pays nothing, or is asked no more.

    Raises ReasonIsMissing, NotFound, TransitionNotAllowed.
    """
    claim_id = damage_claim_of(booking_id)
    draft.do(staff, DismissClaim(claim_id=claim_id, reason=reason, decided_by=staff.id))


def ask_for_damage_again(draft: Draft, staff: Actor, booking_id: BookingId) -> PaymentId:
    """Ask a guest once more who has not paid. Raises NotFound, TransitionNotAllowed."""
    return _ask(draft, staff, booking_id)


def _ask(draft: Draft, actor: Actor, booking_id: BookingId) -> PaymentId:
    booking, claim_id = booking_in(draft, booking_id), damage_claim_of(booking_id)
    payment_id = damage_payment_of(booking_id, claim_in(draft, booking_id).asked + 1)
    draft.do(actor, AskForDamage(claim_id=claim_id, payment_id=payment_id))
    draft.do(
        PROCESS,
        OpenPayment(
            payment_id=payment_id,
            booking_id=booking_id,
            guest_id=booking.guest_id,
            price=booking.price,
            time_zone=booking.house.time_zone,
            for_damage=claim_id,
            due=claim_in(draft, booking_id).amount,
        ),
    )
    return payment_id


# -- Paid, or not ---------------------------------------------------------------------------


def charge_damage(draft: Draft, booking_id: BookingId, payment_id: PaymentId) -> None:
    """The guest has paid: it is the host's but for our part, and promised at once.

    What the processor has to say of the money keeps the payout back as it does any other.
    """
    payment = payment_in(draft, payment_id)
    draft.do(
        PROCESS,
        ChargeDamage(
            claim_id=damage_claim_of(booking_id),
            payment_id=payment_id,
            paid=payment.captured,
            settled=payment.gross,
        ),
    )
    claim = claim_in(draft, booking_id)
    assert claim.shares is not None, "it was charged a line ago"
    if claim.shares.host_minor:
        promise_of_damage(draft, booking_id, claim.shares.host)


def waits_for_damage(draft: Draft, booking_id: BookingId, payment_id: PaymentId) -> bool:
    """Whether a claim waits for this payment."""
    claim = draft.state(DAMAGE_CLAIM, damage_claim_of(booking_id))
    return claim is not None and is_charging(claim) and claim.payment_id == payment_id


def is_charging(claim: DamageClaim) -> bool:
    """Whether its guest is asked for it just now."""
    return claim.status is Claiming.CHARGING


def try_damage_again(draft: Draft, guest: Actor, booking_id: BookingId) -> PaymentId:
    """Let the guest pay once more after an attempt that failed.

    Raises HoldHasExpired where nobody waits for it, NotWorthRetrying, AttemptsAreExhausted,
    NotFound, TransitionNotAllowed.
    """
    claim = claim_in(draft, booking_id)
    if claim.payment_id is None:
        raise NotFound(booking_id=booking_id, claim=claim.status.value)
    draft.do(
        guest,
        RetryPayment(payment_id=claim.payment_id, due=claim.amount, hold_alive=is_charging(claim)),
    )
    return claim.payment_id


def leave_unpaid(draft: Draft, booking_id: BookingId, payment_id: PaymentId, reason: str) -> None:
    """Nothing comes of a payment: a claim that waits for it stays unpaid, and is for people."""
    if waits_for_damage(draft, booking_id, payment_id):
        draft.do(PROCESS, LeaveUnpaid(claim_id=damage_claim_of(booking_id), reason=reason))


def give_up_damage(draft: Draft, booking_id: BookingId) -> None:
    """Wait no longer for the guest; while the processor has the word, for its last one.

    Raises NotFound, TransitionNotAllowed where nobody is asked for money.
    """
    claim = claim_in(draft, booking_id)
    payment_id = claim.payment_id
    if payment_id is None or not is_charging(claim):
        DAMAGE_CLAIM.lifecycle.refuse(LeaveUnpaid, claim.status)
    if not processor_has_the_word(draft, payment_id):
        leave_unpaid(draft, booking_id, payment_id, "not paid in time")
    give_up_payment(draft, payment_id, "not paid in time")
