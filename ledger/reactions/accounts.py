"""Errands about the accounts that hosts are paid to."""

from functools import partial

from ledger import processes
from ledger.aggregates.provider import PROVIDER, Status
from ledger.draft import Draft
from ledger.events.provider import PayoutAccountSeen
from ledger.gateways.stripe import effects
from ledger.gateways.stripe.accounts import AccountWanted
from ledger.reactions.errand import Errand, state_of, take
from ledger.reactions.world import World
from ledger.values.ids import HostId


def open_account(world: World, errand: Errand) -> None:
    """Open an account at the processor for a host, who tells it the rest."""
    host = state_of(world, PROVIDER, errand)
    if host.payout_account is not None:
        return
    wanted = AccountWanted(host_id=HostId(errand.stream_id), country=host.country)
    fact = world.calls.perform(effects.account_created(world.stripe, wanted), errand.attempt)
    # What was opened may have changed since it answered; it has not before.
    read_at = fact.created_at or errand.stored_at
    take(world, errand, partial(processes.take_in_account, fact=fact, read_at=read_at))


def look_at_account(world: World, errand: Errand) -> None:
    """Ask how the account of a host stands who cannot be paid yet, or not any more."""
    host = state_of(world, PROVIDER, errand)
    if host.status is not Status.CLOSED:
        take_in_news(world, errand, HostId(errand.stream_id))


def take_in_news(world: World, errand: Errand, host_id: HostId) -> bool:
    """Read how a host's account stands now, and take it in where we knew it otherwise.

    That it stands as it did is no news: whoever asks again and again leaves no trail. Raises
    GatewayUnavailable, OutcomeUnknown, GatewayDeclined, Refused, StoreUnavailable.
    """
    host = world.ledger.state(PROVIDER, host_id)
    if host is None or host.payout_account is None:
        return False
    read_at = world.calls.clock()
    fact = world.stripe.accounts.read(host.payout_account.account)

    def plan(draft: Draft) -> None:
        processes.take_in_account(draft, fact, read_at)

    would = world.ledger.rehearse(plan).sealed().events
    if all(isinstance(one.event, PayoutAccountSeen) for one in would):
        return False
    world.take(host_id, plan, because=errand.set_by)
    return True
