"""The platform's balance at Stripe, and every movement that made it."""

from collections.abc import Iterator

import stripe
from msgspec import Struct

from ledger.gateways.calls import Period
from ledger.gateways.stripe.amounts import from_stripe, seconds
from ledger.gateways.stripe.failures import reading
from ledger.gateways.stripe.movements import Movement, movement_of
from ledger.values.money import Money


class BalanceFact(Struct, frozen=True):
    """What the balance holds, one amount per currency; it may be negative."""

    available: tuple[Money, ...]
    pending: tuple[Money, ...]


class Balance:
    """What is to be known of the balance. Every method raises the failures of `failures.TABLE`."""

    def __init__(self, v1: stripe.V1Services) -> None:
        self._balance = v1.balance
        self._movements = v1.balance_transactions

    def read(self) -> BalanceFact:
        """The balance as it is now. Raises UnknownCurrency."""
        with reading():
            balance = self._balance.retrieve()
        return BalanceFact(
            available=tuple(from_stripe(one.amount, one.currency) for one in balance.available),
            pending=tuple(from_stripe(one.amount, one.currency) for one in balance.pending),
        )

    def movement(self, movement_id: str) -> Movement:
        """One movement as it is now."""
        with reading():
            return movement_of(self._movements.retrieve(movement_id))

    def before(self, movement_id: str | None) -> Iterator[Movement]:
        """What moved before a movement, or ever, newest first, a page at a time."""
        params: stripe.params.BalanceTransactionListParams = {"limit": 100}
        if movement_id is not None:
            params["starting_after"] = movement_id
        yield from self._paged(params)

    def after(self, movement_id: str) -> Iterator[Movement]:
        """What moved after a movement, oldest first, page by page: so one can stop and go on."""
        params: stripe.params.BalanceTransactionListParams = {
            "ending_before": movement_id,
            "limit": 100,
        }
        yield from self._paged(params)

    def between(self, period: Period) -> Iterator[Movement]:
        """What moved in a period, newest first, a page at a time."""
        created: stripe.params.BalanceTransactionListParamsCreated = {
            "gte": seconds(period.since),
            "lte": seconds(period.until),
        }
        yield from self._paged({"created": created, "limit": 100})

    def _paged(self, params: stripe.params.BalanceTransactionListParams) -> Iterator[Movement]:
        with reading():
            for entry in self._movements.list(params).auto_paging_iter():
                yield movement_of(entry)
