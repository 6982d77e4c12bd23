"""Notices: what the processor tells us of, read anew where it is, and taken in.

A notice only says where to look. It may come twice, late, and in any order: what counts is how the
object stands when it is read.
"""

from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from ledger import processes
from ledger.aggregates.bank_payout import bank_payout_of
from ledger.aggregates.own_transfer import own_transfer_of
from ledger.aggregates.unapplied_receipt import receipt_of
from ledger.errors import GatewayDeclined
from ledger.processes import Outcome
from ledger.reactions.world import World
from ledger.store.inbox import Letter
from ledger.values.ids import BookingId

NOT_FOLLOWED = "not followed"
"""What becomes of a notice of a type that changes nothing here."""


class _Object(msgspec.Struct):
    object: str
    id: str = ""  # a balance has none
    payment_intent: str | None = None
    account: str | None = None


class _Data(msgspec.Struct):
    object: _Object


class _Event(msgspec.Struct):
    type: str
    data: _Data
    account: str | None = None  # of the host whose it is; ours where there is none


def read_notice(world: World, letter: Letter) -> str:
    """Look where a notice points, and take in what is there; answers what came of it.

    Raises GatewayUnavailable, OutcomeUnknown, StoreUnavailable where it must be tried again,
    Refused where the ledger does not let it in yet.
    """
    event = msgspec.json.decode(letter.raw, type=_Event)
    told = msgspec.structs.replace(event.data.object, account=event.account)
    follow = FOLLOWED.get(told.object)
    if follow is None:
        return NOT_FOLLOWED
    try:
        return follow(world, told)
    except GatewayDeclined:
        # Whoever tells us of it has it; we may not read it, so it is nothing of ours.
        return Outcome.NOT_OURS


def _payment(world: World, told: _Object) -> str:
    intent = told.id if told.object == "payment_intent" else told.payment_intent
    if intent is None and told.object == "charge":
        intent = world.stripe.payments.intent_of(told.id)
    if intent is None:
        return NOT_FOLLOWED
    fact = world.stripe.payments.read(intent)
    if fact.booking_id is None:
        return Outcome.NOT_OURS
    return str(world.take(fact.booking_id, partial(processes.take_in, fact=fact)))


def _refund(world: World, told: _Object) -> str:
    fact = world.stripe.refunds.read(told.id)
    booking_id = _booking_of_refund(world, told.payment_intent or fact.intent)
    if booking_id is None:
        return Outcome.NOT_OURS
    receipt_id = None if fact.charge is None else receipt_of(fact.charge)
    if receipt_id is not None and str(fact.refund_id) == str(receipt_id):
        # Money without a place goes back without a refund of ours, under its receipt's id.
        plan = partial(processes.take_in_return, receipt_id=receipt_id, fact=fact)
        return str(world.take(booking_id, plan))
    plan = partial(processes.take_in_any_refund, booking_id=BookingId(booking_id), fact=fact)
    return str(world.take(booking_id, plan))


def _booking_of_refund(world: World, intent: str | None) -> str | None:
    return None if intent is None else world.stripe.payments.read(intent).booking_id


def _dispute(world: World, told: _Object) -> str:
    fact = world.stripe.disputes.read(told.id)
    if fact.intent is None:
        return Outcome.NOT_OURS
    paid = world.stripe.payments.read(fact.intent)
    booking_id, payment_id = paid.booking_id, paid.payment_id
    if booking_id is None or payment_id is None:
        return Outcome.NOT_OURS
    plan = partial(
        processes.take_in_dispute, booking_id=booking_id, payment_id=payment_id, fact=fact
    )
    if world.take(booking_id, plan) is Outcome.NOT_OURS:
        # The charge may be news as well: the two notices come in any order.
        world.take(booking_id, partial(processes.take_in, fact=paid))
    return str(world.take(booking_id, plan))


def _account(world: World, told: _Object) -> str:
    read_at = world.calls.clock()
    fact = world.stripe.accounts.read(told.id)
    if fact.host_id is None:
        return Outcome.NOT_OURS
    plan = partial(processes.take_in_account, fact=fact, read_at=read_at)
    return str(world.take(fact.host_id, plan))


def _bank_account(world: World, told: _Object) -> str:
    """What is new of a host's bank account is read with the account that it belongs to."""
    if told.account is None:
        return NOT_FOLLOWED
    return _account(world, _Object(object="account", id=told.account))


def _bank_payout(world: World, told: _Object) -> str:
    if told.account is None:
        own = world.stripe.bank_payouts.read(told.id)
        plan = partial(processes.take_in_own_payout, fact=own)
        return str(world.take(own_transfer_of(told.id), plan))
    host_id = world.stripe.accounts.read(told.account).host_id
    if host_id is None:
        return Outcome.NOT_OURS
    fact = world.stripe.bank_payouts.read(told.id, told.account)
    plan = partial(processes.take_in_bank_payout, host_id=host_id, fact=fact)
    return str(world.take(bank_payout_of(fact.bank_payout), plan))


def _movement(world: World, told: _Object) -> str:
    """Nobody but ourselves tells of a movement; a top-up has nothing else to read."""
    movement = world.stripe.balance.movement(told.id)
    plan = partial(processes.take_in_top_up, movement=movement)
    return str(world.take(own_transfer_of(movement.source or told.id), plan))


FOLLOWED: Mapping[str, Callable[[World, _Object], str]] = {
    "payment_intent": _payment,
    "account": _account,
    "balance_transaction": _movement,
    "bank_account": _bank_account,
    "payout": _bank_payout,
    "charge": _payment,
    "refund": _refund,
    "dispute": _dispute,
}
"""Where to look, by the kind of object that a notice is about."""
