"""Errands: what was decided here is said to the processor, and what it answers is taken in."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from ledger import processes
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.damage_claim import DAMAGE_CLAIM
from ledger.aggregates.payment import PAYMENT, Payment
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.payout import PAYOUT, Payout
from ledger.aggregates.provider import PROVIDER
from ledger.aggregates.refund import REFUND, Refund
from ledger.aggregates.unapplied_receipt import UNAPPLIED_RECEIPT
from ledger.errors import CorruptHistory, GatewayDeclined
from ledger.events.payment import Capture as OurCapture
from ledger.gateways.calls import Period
from ledger.gateways.stripe import effects
from ledger.gateways.stripe.payments import (
    SEARCH_MAY_LAG,
    Authorized,
    Capture,
    PaymentFact,
    PaymentWanted,
)
from ledger.gateways.stripe.refunds import RefundFact, RefundWanted
from ledger.gateways.stripe.transfers import TransferWanted
from ledger.reactions import accounts, disputed, files
from ledger.reactions.errand import Errand, say, state_of, take
from ledger.reactions.world import World
from ledger.values.errands import ErrandKind
from ledger.values.ids import BookingId, PaymentId, PayoutId, ReceiptId, RefundId


def run(world: World, errand: Errand) -> None:
    """Do an errand, or find that it was done.

    Raises GatewayUnavailable, OutcomeUnknown, StoreUnavailable where it must be tried again;
    Refused where the ledger does not let it go on yet.
    """
    DOING[errand.kind](world, errand)


# -- Payments -------------------------------------------------------------------------------


def open_intent(world: World, errand: Errand) -> None:
    """Open an intent at the processor, and link it."""
    payment = _payment(world, errand)
    if payment.intent is not None or payment.status is not Paying.PENDING:
        return
    wanted = PaymentWanted(
        payment_id=PaymentId(errand.stream_id),
        booking_id=payment.booking_id,
        amount=payment.due,
        capture=CAPTURES[payment.capture],
    )
    fact = world.calls.perform(effects.payment_opened(world.stripe, wanted), errand.attempt)
    _take_in(world, errand, fact)


CAPTURES = {OurCapture.AUTOMATIC: Capture.AUTOMATIC, OurCapture.MANUAL: Capture.MANUAL}


def close_intent(world: World, errand: Errand) -> None:
    """Let the processor take no more money for a payment that nobody waits for."""
    payment_id = PaymentId(errand.stream_id)
    intent = _payment(world, errand).intent
    if intent is None:
        # It was opened before it was given up, if at all; what is older yet, search knows.
        lately = Period(errand.stored_at - SEARCH_MAY_LAG, world.calls.clock())
        found = world.stripe.payments.find(payment_id, lately)
        if found is None:
            take(world, errand, partial(processes.nothing_is_open, payment_id=payment_id))
            return
        intent = found.intent
    effect = effects.payment_cancelled(world.stripe, intent, "abandoned")
    try:
        fact = world.calls.perform(effect, errand.attempt)
    except GatewayDeclined:
        # It cannot be cancelled any more: then its money is here, or will be told of.
        fact = world.stripe.payments.read(intent)
    _take_in(world, errand, fact)


def capture(world: World, errand: Errand) -> None:
    """Take the money that is held."""
    payment = _payment(world, errand)
    assert payment.intent is not None, "what is held is held by an intent"
    effect = effects.payment_captured(world.stripe, payment.intent, payment.asked)
    try:
        fact = world.calls.perform(effect, errand.attempt)
    except GatewayDeclined as declined:
        fact = world.stripe.payments.read(payment.intent)
        if isinstance(fact.status, Authorized):
            payment_id, reason = PaymentId(errand.stream_id), str(declined)
            take(
                world,
                errand,
                partial(processes.capture_declined, payment_id=payment_id, reason=reason),
            )
            return
    _take_in(world, errand, fact)


def look_at_payment(world: World, errand: Errand) -> None:
    """Ask what became of a call that was not answered in time; count the look if nobody knows."""
    payment = _payment(world, errand)
    if payment.intent is None:
        return
    _take_in(world, errand, world.stripe.payments.read(payment.intent))
    still = _payment(world, errand)
    if still.answer_due_at is not None and still.answer_due_at <= world.calls.clock():
        payment_id = PaymentId(errand.stream_id)
        take(world, errand, partial(processes.outcome_is_unknown, payment_id=payment_id))


def _take_in(world: World, errand: Errand, fact: PaymentFact) -> None:
    take(world, errand, partial(processes.take_in, fact=fact))


# -- Refunds --------------------------------------------------------------------------------


def submit_refund(world: World, errand: Errand) -> None:
    """Hand an approved refund over, as soon as nothing forbids it."""
    refund_id = RefundId(errand.stream_id)
    take(world, errand, partial(processes.submit_refund, refund_id=refund_id))


def send_refund(world: World, errand: Errand) -> None:
    """Send a refund to the guest's card."""
    refund_id, refund = RefundId(errand.stream_id), _refund(world, errand)
    payment = world.ledger.state(PAYMENT, refund.payment_id)
    if payment is None or payment.charge is None:
        raise CorruptHistory(refund=refund_id, pays_back=refund.payment_id)
    wanted = RefundWanted(
        refund_id=refund_id,
        payment=payment.charge,
        amount=refund.amount,
        attempt=len(refund.keys),
    )
    say(
        world,
        errand,
        effects.refund_created(world.stripe, wanted),
        heard=processes.take_in_refund,
        declined=lambda draft, reason: processes.refund_declined(draft, refund_id, reason),
    )


def look_at_refund(world: World, errand: Errand) -> None:
    """Ask what became of a refund that nobody told us of."""
    refund = _refund(world, errand)
    if refund.processor_refund is not None:
        _take_in_refund(world, errand, world.stripe.refunds.read(refund.processor_refund))


def return_receipt(world: World, errand: Errand) -> None:
    """Send money without a place back to where it came from."""
    receipt_id = ReceiptId(errand.stream_id)
    receipt = state_of(world, UNAPPLIED_RECEIPT, errand)
    wanted = RefundWanted(
        refund_id=RefundId(receipt_id),
        payment=receipt.charge,
        amount=receipt.rest.amount,
        attempt=receipt.attempts,
    )
    say(
        world,
        errand,
        effects.refund_created(world.stripe, wanted),
        heard=lambda draft, fact: processes.take_in_return(draft, receipt_id, fact),
        declined=lambda draft, reason: processes.return_declined(draft, receipt_id, reason),
    )


def _take_in_refund(world: World, errand: Errand, fact: RefundFact) -> None:
    take(world, errand, partial(processes.take_in_refund, fact=fact))


# -- Payouts --------------------------------------------------------------------------------


def release_payout(world: World, errand: Errand) -> None:
    """Order the transfer of a payout that is due, once everything is cleared.

    What stands in the way today may be gone tomorrow, so nothing is refused before it would pass;
    what the ledger itself knows of keeps the payout back, for everybody to see. Last of all the
    host's account is read anew: nobody may have told us that it pays to another bank account.
    """
    plan = partial(
        processes.release_or_hold,
        booking_id=BookingId(errand.case_id),
        payout_id=PayoutId(errand.stream_id),
    )
    world.ledger.rehearse(plan)
    if accounts.take_in_news(world, errand, state_of(world, PAYOUT, errand).host_id):
        world.ledger.rehearse(plan)
    take(world, errand, plan)


def reconsider_payout(world: World, errand: Errand) -> None:
    """Look again at what keeps a payout back, and let go of what is over."""
    plan = partial(processes.reconsider, payout_id=PayoutId(errand.stream_id))
    if world.ledger.rehearse(plan).sealed().events:
        take(world, errand, plan)


def send_transfer(world: World, errand: Errand) -> None:
    """Send a host's earnings to the host's account.

    It is tied to the charge that it comes from, so that it can go before the charge's money can be
    used. What an altered stay brings may come from several; and a charge brings no more than there
    was, so what failed, or came back, is sent once more out of the balance.
    """
    payout = state_of(world, PAYOUT, errand)
    payout_id = PayoutId(errand.stream_id)
    provider = world.ledger.state(PROVIDER, payout.host_id)
    paid_by = _paid_by(world, payout)
    tied = len(paid_by) == 1 and payout.orders == 1
    payment = world.ledger.state(PAYMENT, paid_by[0]) if tied else None
    if provider is None or provider.payout_account is None:
        raise CorruptHistory(payout=payout_id, has_no_account=payout.host_id)
    wanted = TransferWanted(
        payout_id=payout_id,
        booking_id=payout.booking_id,
        account=provider.payout_account.account,
        amount=payout.sent,
        charge=payment.charge if payment else None,
    )
    say(
        world,
        errand,
        effects.transfer_created(world.stripe, wanted),
        heard=lambda draft, fact: processes.take_in_transfer(draft, payout_id, fact),
        declined=lambda draft, reason: processes.transfer_declined(draft, payout_id, reason),
    )


def _paid_by(world: World, payout: Payout) -> Sequence[PaymentId]:
    """The payments that brought what a payout pays out: those of the stay, or that of damage."""
    booking_id = payout.booking_id
    if payout.tranche == processes.OF_DAMAGE:
        claim = world.ledger.state(DAMAGE_CLAIM, processes.damage_claim_of(booking_id))
        return (claim.payment_id,) if claim and claim.payment_id else ()
    booking = world.ledger.state(BOOKING, booking_id)
    return booking.payments if booking else ()


# -- All of them ------------------------------------------------------------------------------

DOING: Mapping[ErrandKind, Callable[[World, Errand], None]] = {
    ErrandKind.OPEN_ACCOUNT: accounts.open_account,
    ErrandKind.LOOK_AT_ACCOUNT: accounts.look_at_account,
    ErrandKind.OPEN_INTENT: open_intent,
    ErrandKind.CLOSE_INTENT: close_intent,
    ErrandKind.CAPTURE: capture,
    ErrandKind.LOOK_AT_PAYMENT: look_at_payment,
    ErrandKind.SUBMIT_REFUND: submit_refund,
    ErrandKind.SEND_REFUND: send_refund,
    ErrandKind.LOOK_AT_REFUND: look_at_refund,
    ErrandKind.RETURN_RECEIPT: return_receipt,
    ErrandKind.RELEASE_PAYOUT: release_payout,
    ErrandKind.RECONSIDER_PAYOUT: reconsider_payout,
    ErrandKind.SEND_TRANSFER: send_transfer,
    ErrandKind.REVERSE_TRANSFER: disputed.reverse_transfer,
    ErrandKind.SUBMIT_EVIDENCE: disputed.submit_evidence,
    ErrandKind.ACCEPT_DISPUTE: disputed.accept_dispute,
    ErrandKind.LOOK_AT_DISPUTE: disputed.look_at_dispute,
    ErrandKind.READ_UPLOAD: files.read_upload,
    ErrandKind.DISCARD_UPLOAD: files.discard_upload,
    ErrandKind.PURGE_DOCUMENT: files.purge_document,
}
"""How each kind of errand is done."""


def _payment(world: World, errand: Errand) -> Payment:
    return state_of(world, PAYMENT, errand)


def _refund(world: World, errand: Errand) -> Refund:
    return state_of(world, REFUND, errand)
