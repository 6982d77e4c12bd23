"""Whoever is paid: a host's account is read anew before somebody orders a payment to it."""

from functools import partial

from api.premises import Premises
from api.processor import Processor
from ledger import processes
from ledger.aggregates.payout import PAYOUT
from ledger.aggregates.provider import PROVIDER
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.gateways.stripe.accounts import AccountFact
from ledger.values.clock import Instant
from ledger.values.ids import CommandId, HostId, PayoutId, fresh_id


async def read_anew(premises: Premises, processor: Processor, payout_id: PayoutId) -> None:
    """Take in how the account of a payout's host stands now, where there is a processor to ask.

    It stands in the ledger even where the payment is refused because of it. Raises GatewayFailure,
    Refused, StoreUnavailable.
    """
    host_id, account = await premises.look(lambda _store, ledger: _paid_to(ledger, payout_id))
    told = await processor.account(account) if account else None
    if host_id is not None and told is not None:
        request = Request(command_id=CommandId(fresh_id()), case_id=host_id, content=b"")
        fact, read_at = told
        await premises.execute(request, partial(_take_in, fact=fact, read_at=read_at))


def _paid_to(ledger: Ledger, payout_id: PayoutId) -> tuple[HostId | None, str | None]:
    payout = ledger.state(PAYOUT, payout_id)
    host = ledger.state(PROVIDER, payout.host_id) if payout else None
    mirror = host.payout_account if host else None
    return payout.host_id if payout else None, mirror.account if mirror else None


def _take_in(draft: Draft, fact: AccountFact, read_at: Instant) -> None:
    processes.take_in_account(draft, fact, read_at)
