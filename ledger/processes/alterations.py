"""Alterations: guest and host agree on another stay, its difference is settled, and it is made so.

Nights, booking and alteration change in one commit, after the difference is paid or its refund is
approved. Until then nothing is held for it: where the nights go to somebody else meanwhile, what
was paid goes back and the booking stays as it was (spec: domain, section 4; faults, N11).
"""

from collections.abc import Sequence

from msgspec.structs import replace

from ledger.aggregates.alteration import (
    ALTERATION,
    AcceptAlteration,
    Alteration,
    CompleteAlteration,
    DeclineAlteration,
    ExpireAlteration,
    FailAlteration,
    ProposeAlteration,
    SettleAlteration,
    WithdrawAlteration,
)
from ledger.aggregates.alteration import Status as Altering
from ledger.aggregates.payment import OpenPayment, RetryPayment
from ledger.aggregates.refund import REFUND, CancelRefund
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import AlterationChanged, NotFound, Refused
from ledger.events import Actor
from ledger.processes.changes import (
    AlterationWish,
    alterable,
    application,
    moves,
    possible_until,
    refuse_impossible,
    work_out,
)
from ledger.processes.earnings import (
    is_disputed,
    refunds_of_alteration,
    refunds_of_alterations,
)
from ledger.processes.found import alteration_in, booking_in, payment_in, refund_in
from ledger.processes.names import (
    PROCESS,
    TIMER,
    alteration_of,
    alteration_payment_of,
)
from ledger.processes.promises import promise
from ledger.processes.refunds import refund_settlement
from ledger.processes.settlement import earn_what_is_left
from ledger.processes.unpaid import give_up_payment, processor_has_the_word
from ledger.values.change import PAID_WITHIN, Change, given_back
from ledger.values.ids import BookingId, PaymentId, RefundId

# -- Agreeing -----------------------------------------------------------------------------


def propose_alteration(
    draft: Draft, actor: Actor, booking_id: BookingId, wish: AlterationWish, accepted: str
) -> None:
    """Put a change before the other side, at the price that its preview showed.

    Raises AlterationChanged where that is another one by now, TooLate, TransitionNotAllowed where
    one is open, and what `work_out` raises.
    """
    booking, change = alterable(draft, booking_id), work_out(draft, booking_id, wish)
    refuse_other_than_shown(change, accepted)
    draft.do(
        actor,
        ProposeAlteration(
            alteration_id=alteration_of(booking_id),
            booking_id=booking_id,
            proposed_by=actor.role,
            unit_id=change.unit_id,
            stay=change.stay,
            party=change.party,
            price=change.price,
            total=booking.price.total,
            ends_at=booking.house.check_out_at(booking.stay),
        ),
    )


def accept_alteration(
    draft: Draft, actor: Actor, booking_id: BookingId, number: int, accepted: str
) -> None:
    """Agree to a proposal as the other side, and begin to settle its difference.

    What is cheaper, or costs the same, is made so at once. Raises SelfApproval, TooLate,
    AlterationChanged, TransitionNotAllowed, RefundLineExceeded and RefundExceedsCapture where the
    difference went back meanwhile, and what `refuse_impossible` raises.
    """
    alterable(draft, booking_id)
    alteration_id = alteration_of(booking_id)
    draft.do(actor, AcceptAlteration(alteration_id=alteration_id, number=number, by=actor.role))
    change = change_of(alteration_in(draft, booking_id))
    refuse_other_than_shown(change, accepted)
    refuse_impossible(draft, booking_id, change)
    _settle(draft, booking_id)


def decline_alteration(draft: Draft, actor: Actor, booking_id: BookingId, reason: str) -> None:
    """Do not agree, as the other side. Raises SelfApproval, NotFound, TransitionNotAllowed."""
    alteration_id = alteration_of(booking_id)
    draft.do(actor, DeclineAlteration(alteration_id=alteration_id, by=actor.role, reason=reason))


def withdraw_alteration(draft: Draft, actor: Actor, booking_id: BookingId) -> None:
    """Take one's own proposal back. Raises NotFound, TransitionNotAllowed."""
    draft.do(actor, WithdrawAlteration(alteration_id=alteration_of(booking_id), by=actor.role))


def expire_alteration(draft: Draft, booking_id: BookingId) -> None:
    """Let a proposal go that nobody answered. Raises TooEarly, TransitionNotAllowed."""
    draft.do(TIMER, ExpireAlteration(alteration_id=alteration_of(booking_id)))


def refuse_other_than_shown(change: Change, accepted: str) -> None:
    """Let pass the change that somebody was shown. Raises AlterationChanged."""
    if change.digest != accepted:
        raise AlterationChanged(total=str(change.price.total), preview=change.digest)


# -- Settling the difference ----------------------------------------------------------------


def _settle(draft: Draft, booking_id: BookingId) -> None:
    """Ask for what it makes dearer, or give back what it makes cheaper."""
    if alteration_in(draft, booking_id).difference.minor > 0:
        _ask_for_the_difference(draft, booking_id)
    else:
        _give_the_difference_back(draft, booking_id)


def _ask_for_the_difference(draft: Draft, booking_id: BookingId) -> None:
    booking, alteration = booking_in(draft, booking_id), alteration_in(draft, booking_id)
    payment_id = alteration_payment_of(booking_id, alteration.number)
    draft.do(
        PROCESS,
        SettleAlteration(
            alteration_id=alteration_of(booking_id),
            payment_id=payment_id,
            waits_until=draft.now + PAID_WITHIN,
        ),
    )
    draft.do(
        PROCESS,
        OpenPayment(
            payment_id=payment_id,
            booking_id=booking_id,
            guest_id=booking.guest_id,
            price=alteration.price,
            time_zone=booking.house.time_zone,
            for_alteration=alteration.number,
            due=alteration.difference,
        ),
    )


def _give_the_difference_back(draft: Draft, booking_id: BookingId) -> None:
    """Without a person at once; otherwise it waits for one as long as it can be made so."""
    booking, alteration = booking_in(draft, booking_id), alteration_in(draft, booking_id)
    refunds: tuple[RefundId, ...] = ()
    if alteration.difference.minor:
        back = given_back(booking.price, alteration.price)
        reason, number = "the stay was altered", alteration.number
        refunds = refund_settlement(draft, booking, booking_id, back, reason, alteration=number)
    waits = any(_waits_for_approval(draft, refund_id) for refund_id in refunds)
    draft.do(
        PROCESS,
        SettleAlteration(
            alteration_id=alteration_of(booking_id),
            refund_id=refunds[0] if refunds else None,
            waits_until=possible_until(booking, change_of(alteration)) if waits else None,
        ),
    )
    if not waits:
        _apply(draft, booking_id)


def apply_approved_alteration(draft: Draft, booking_id: BookingId) -> None:
    """Make an alteration so whose refund somebody had to approve first, if there is one.

    Raises what `refuse_impossible` raises.
    """
    alteration = draft.state(ALTERATION, alteration_of(booking_id))
    if alteration is None or alteration.status is not Altering.SETTLING:
        return
    refunds = refunds_of_alteration(draft, booking_id, alteration.number)
    if refunds and not any(_waits_for_approval(draft, refund_id) for refund_id in refunds):
        refuse_impossible(draft, booking_id, change_of(alteration))
        _apply(draft, booking_id)


def apply_paid_alteration(draft: Draft, booking_id: BookingId) -> None:
    """Make an alteration so whose difference is paid."""
    _apply(draft, booking_id)


def _apply(draft: Draft, booking_id: BookingId) -> None:
    booking, alteration = booking_in(draft, booking_id), alteration_in(draft, booking_id)
    payment_id, change = alteration.payment_id, change_of(alteration)
    payment = payment_in(draft, payment_id) if payment_id else None
    charge = payment.received if payment else None
    for command in moves(draft, booking_id, change):
        draft.do(PROCESS, command)
    applied = application(booking, booking_id, change)
    if charge:
        settled_by = {"payment_id": payment_id, "paid": charge.amount, "settled": charge.gross}
        applied = replace(applied, **settled_by)
    draft.do(PROCESS, applied)
    promise(draft, booking_id)
    altered = booking_in(draft, booking_id)
    draft.do(
        PROCESS,
        CompleteAlteration(alteration_id=alteration_of(booking_id), revision=altered.revision),
    )
    if altered.earned is not None or altered.tranches[-1].earned_at <= draft.now:
        # The hour of the first nights has passed, so no timer will ask for what they bring more.
        earn_what_is_left(draft, booking_id)


def _waits_for_approval(draft: Draft, refund_id: RefundId) -> bool:
    refund = draft.state(REFUND, refund_id)
    return refund is not None and refund.status is Refunding.AWAITING_APPROVAL


# -- Paying for it, or not ------------------------------------------------------------------


def waits_for(draft: Draft, booking_id: BookingId, payment_id: PaymentId) -> bool:
    """Whether an alteration waits for this payment."""
    alteration = draft.state(ALTERATION, alteration_of(booking_id))
    return (
        alteration is not None
        and alteration.status is Altering.SETTLING
        and alteration.payment_id == payment_id
    )


def could_be_applied(draft: Draft, booking_id: BookingId, payment_id: PaymentId) -> bool:
    """Whether what this payment is for could be made so now: the nights, and as many people."""
    if not waits_for(draft, booking_id, payment_id):
        return False
    try:
        refuse_impossible(draft, booking_id, change_of(alteration_in(draft, booking_id)))
    except Refused:
        return False
    return True


def try_alteration_again(draft: Draft, guest: Actor, booking_id: BookingId) -> PaymentId:
    """Let the guest pay the difference once more after a failure.

    Raises HoldHasExpired where nothing waits for it, NotWorthRetrying, AttemptsAreExhausted,
    TransitionNotAllowed.
    """
    alteration = alteration_in(draft, booking_id)
    payment_id = alteration.payment_id
    if payment_id is None:
        raise NotFound(booking_id=booking_id, alteration=alteration.number)
    waits = waits_for(draft, booking_id, payment_id)
    draft.do(
        guest,
        RetryPayment(payment_id=payment_id, due=alteration.difference, hold_alive=waits),
    )
    return payment_id


def give_up_alteration(draft: Draft, booking_id: BookingId) -> None:
    """Wait no longer for the difference; while the processor has the word, for its last one.

    A refund that nobody has approved by then goes back no more: a night that would have changed has
    begun. Raises TransitionNotAllowed where nothing is waited for.
    """
    alteration = alteration_in(draft, booking_id)
    payment_id = alteration.payment_id
    if alteration.status is not Altering.SETTLING:
        ALTERATION.lifecycle.refuse(FailAlteration, alteration.status)
    if payment_id is None:
        stop_altering(draft, booking_id, "not approved in time")
        return
    if not processor_has_the_word(draft, payment_id):
        end_the_wait(draft, booking_id, payment_id, "not paid in time")
    give_up_payment(draft, payment_id, "not paid in time")


def end_the_wait(draft: Draft, booking_id: BookingId, payment_id: PaymentId, reason: str) -> None:
    """Nothing comes of a payment for now: an alteration that waits for it has failed."""
    if waits_for(draft, booking_id, payment_id):
        fail = FailAlteration(alteration_id=alteration_of(booking_id), reason=reason)
        draft.do(PROCESS, fail)


def stop_altering(draft: Draft, booking_id: BookingId, reason: str) -> None:
    """The booking falls away, so what was agreed to change about it is not settled any more."""
    alteration = draft.state(ALTERATION, alteration_of(booking_id))
    if alteration is None or alteration.status is not Altering.SETTLING:
        return
    draft.do(PROCESS, FailAlteration(alteration_id=alteration_of(booking_id), reason=reason))
    if alteration.payment_id is not None:
        give_up_payment(draft, alteration.payment_id, reason)
    for refund_id in refunds_of_alteration(draft, booking_id, alteration.number):
        draft.do(PROCESS, CancelRefund(refund_id=refund_id, reason=reason))


# -- Giving back, or not --------------------------------------------------------------------


def decided_with(draft: Draft, refund_id: RefundId) -> Sequence[RefundId]:
    """The refunds that are approved with one or not at all: an alteration waits for all its own."""
    booking_id = refund_in(draft, refund_id).booking_id
    together = refunds_waited_for(draft, booking_id)
    return together if refund_id in together else (refund_id,)


def refunds_waited_for(draft: Draft, booking_id: BookingId) -> Sequence[RefundId]:
    """The refunds that an alteration waits for, if one does."""
    alteration = draft.state(ALTERATION, alteration_of(booking_id))
    if alteration is None or alteration.status is not Altering.SETTLING:
        return ()
    return refunds_of_alteration(draft, booking_id, alteration.number)


def refuse_agreed(draft: Draft, refund_id: RefundId) -> None:
    """Let pass a refund that no alteration owes which was made so.

    Both sides agreed on it, and the nights are gone: its guest is owed it. Raises
    TransitionNotAllowed.
    """
    refund = refund_in(draft, refund_id)
    booking_id = refund.booking_id
    agreed = refunds_of_alterations(draft, booking_id)
    if refund_id in agreed and refund_id not in refunds_waited_for(draft, booking_id):
        REFUND.lifecycle.refuse(CancelRefund, refund.status)


def end_the_wait_for(
    draft: Draft, booking_id: BookingId, refunds: Sequence[RefundId], reason: str
) -> None:
    """Nothing comes of these refunds: an alteration that waits for them has failed."""
    if set(refunds) & set(refunds_waited_for(draft, booking_id)):
        fail = FailAlteration(alteration_id=alteration_of(booking_id), reason=reason)
        draft.do(PROCESS, fail)


def end_what_cannot_be_given_back(draft: Draft, booking_id: BookingId) -> None:
    """An alteration fails whose refund its payment cannot pay any more: a bank has the money.

    The guest has it by then, and the stay is as it was. While a dispute is open, it may be won.
    """
    for refund_id in refunds_waited_for(draft, booking_id):
        refund = refund_in(draft, refund_id)
        payment = payment_in(draft, refund.payment_id)
        is_short = (payment.refundable - refund.amount).minor < 0
        if is_short and payment.disputed and not is_disputed(draft, payment):
            stop_altering(draft, booking_id, "a dispute took what was to be given back")
            return


# -- What several steps look at -------------------------------------------------------------


def change_of(alteration: Alteration) -> Change:
    """What was proposed."""
    return Change(
        unit_id=alteration.unit_id,
        stay=alteration.stay,
        party=alteration.party,
        price=alteration.price,
    )
