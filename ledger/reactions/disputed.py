"""Errands about money that a bank takes back, and what of it comes back from a host."""

from functools import partial

from ledger import processes
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.dispute import DISPUTE, Dispute
from ledger.aggregates.dispute import Status as Disputing
from ledger.aggregates.payment import PAYMENT
from ledger.aggregates.payout import PAYOUT
from ledger.errors import CorruptHistory, GatewayDeclined
from ledger.gateways.stripe import effects
from ledger.gateways.stripe.disputes import DisputeFact, Evidence
from ledger.gateways.stripe.transfers import ReversalWanted
from ledger.reactions.errand import Errand, say, state_of, take
from ledger.reactions.world import World
from ledger.values.ids import DisputeId, PayoutId

# -- Disputes -------------------------------------------------------------------------------


def submit_evidence(world: World, errand: Errand) -> None:
    """Send the guest's bank what speaks for the charge, word for word as it was handed in."""
    dispute = state_of(world, DISPUTE, errand)
    if dispute.status is not Disputing.SUBMITTED:
        return
    said = _said(world, errand, dispute)
    if processes.digest_of(said) != dispute.digest:
        _not_sent(world, errand, "its words are not those that were handed in")
        return
    effect = effects.evidence_submitted(world.stripe, dispute.processor_dispute, said)
    try:
        fact = world.calls.perform(effect, errand.attempt)
    except GatewayDeclined as declined:
        _take_in(world, errand, world.stripe.disputes.read(dispute.processor_dispute))
        now = state_of(world, DISPUTE, errand)
        if now.answers == dispute.answers:
            _not_sent(world, errand, str(declined))
    else:
        _take_in(world, errand, fact)


def _said(world: World, errand: Errand, dispute: Dispute) -> Evidence:
    """What was handed in, made again of the history as it was then."""
    at = errand.stored_at
    booking = world.ledger.state_at(BOOKING, dispute.booking_id, at)
    payment = world.ledger.state_at(PAYMENT, dispute.payment_id, at)
    if booking is None or payment is None:
        raise CorruptHistory(dispute=errand.stream_id, of=dispute.payment_id)
    return processes.evidence_for(booking, payment)


def _not_sent(world: World, errand: Errand, reason: str) -> None:
    dispute_id = DisputeId(errand.stream_id)
    take(world, errand, partial(processes.evidence_failed, dispute_id=dispute_id, reason=reason))


def accept_dispute(world: World, errand: Errand) -> None:
    """Give the money up at the processor, which nobody can take back."""
    dispute = state_of(world, DISPUTE, errand)
    if dispute.status is not Disputing.ACCEPTED:
        return
    effect = effects.dispute_accepted(world.stripe, dispute.processor_dispute)
    try:
        fact = world.calls.perform(effect, errand.attempt)
    except GatewayDeclined:
        # It is decided already, or does not wait for us: it says itself how it stands.
        fact = world.stripe.disputes.read(dispute.processor_dispute)
    _take_in(world, errand, fact)


def look_at_dispute(world: World, errand: Errand) -> None:
    """Ask what became of a dispute whose time is over, or that nobody told us of.

    One that nobody answered in time, and that the bank has not decided either, is lost by silence.
    The clock alone does not say so: while nobody of us was there, the bank may have decided.
    """
    dispute = state_of(world, DISPUTE, errand)
    _take_in(world, errand, world.stripe.disputes.read(dispute.processor_dispute))
    now = state_of(world, DISPUTE, errand)
    if now.status is Disputing.EVIDENCE_DUE and now.due_by <= world.calls.clock():
        take(world, errand, partial(processes.lapse, dispute_id=DisputeId(errand.stream_id)))


def _take_in(world: World, errand: Errand, fact: DisputeFact) -> None:
    dispute = state_of(world, DISPUTE, errand)
    plan = partial(
        processes.take_in_dispute,
        booking_id=dispute.booking_id,
        payment_id=dispute.payment_id,
        fact=fact,
    )
    take(world, errand, plan)


# -- Transfers ------------------------------------------------------------------------------


def reverse_transfer(world: World, errand: Errand) -> None:
    """Take a part of a transfer back, if the host's account has it."""
    payout_id, payout = PayoutId(errand.stream_id), state_of(world, PAYOUT, errand)
    amount = payout.coming_back.get(errand.key)
    if amount is None:
        return
    if payout.transfer is None:
        raise CorruptHistory(payout=payout_id, was_never="transferred")
    wanted = ReversalWanted(reversal_id=errand.key, transfer=payout.transfer, amount=amount)
    say(
        world,
        errand,
        effects.transfer_reversed(world.stripe, wanted),
        heard=lambda draft, fact: processes.take_in_reversal(draft, payout_id, errand.key, fact),
        declined=lambda draft, no: processes.reversal_declined(draft, payout_id, errand.key, no),
    )
