"""Bank payouts: from a balance at Stripe to a bank; a host's own, or the platform's.

What was paid may still fail days later; then the money is back in the balance.
"""

from collections.abc import Iterator
from enum import StrEnum

import stripe
from msgspec import Struct

from ledger.errors import AnswerNotUnderstood
from ledger.gateways.stripe.amounts import from_stripe, moment, seconds
from ledger.gateways.stripe.failures import reading
from ledger.gateways.stripe.movements import id_of
from ledger.values.clock import Instant
from ledger.values.money import Money


class BankPayoutStatus(StrEnum):
    """Where a bank payout stands, in Stripe's own words (spec: domain, section 7)."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


class BankPayoutFact(Struct, frozen=True, kw_only=True):
    """A bank payout as it is; `account` is None where it is the platform's."""

    bank_payout: str
    account: str | None
    amount: Money
    status: BankPayoutStatus
    automatic: bool
    bank: str | None
    movement: str | None
    returned: str | None
    failure: str | None
    failure_text: str | None
    arrives_at: Instant
    created_at: Instant


class BankPayouts:
    """What is to be known of bank payouts. Every method raises the failures of `failures.TABLE`."""

    def __init__(self, v1: stripe.V1Services) -> None:
        self._payouts = v1.payouts

    def read(self, bank_payout: str, account: str | None = None) -> BankPayoutFact:
        """A bank payout as it is now: of a host's account, or of the platform."""
        with reading():
            found = self._payouts.retrieve(bank_payout, options=_of(account))
            return bank_payout_fact(found, account)

    def since(self, at: Instant, account: str | None = None) -> Iterator[BankPayoutFact]:
        """What was paid out since an instant, newest first, a page at a time."""
        params: stripe.params.PayoutListParams = {"created": {"gte": seconds(at)}, "limit": 100}
        with reading():
            for found in self._payouts.list(params, _of(account)).auto_paging_iter():
                yield bank_payout_fact(found, account)


def bank_payout_fact(payout: stripe.Payout, account: str | None) -> BankPayoutFact:
    """A payout object in our words. Raises AnswerNotUnderstood, UnknownCurrency."""
    try:
        status = BankPayoutStatus(payout.status)
    except ValueError as unheard:
        told = {"object": payout.id, "status": payout.status}
        raise AnswerNotUnderstood(gateway="stripe", **told) from unheard
    return BankPayoutFact(
        bank_payout=payout.id,
        account=account,
        amount=from_stripe(payout.amount, payout.currency),
        status=status,
        automatic=payout.automatic,
        bank=id_of(payout.destination),
        movement=id_of(payout.balance_transaction),
        returned=id_of(payout.failure_balance_transaction),
        failure=payout.failure_code,
        failure_text=payout.failure_message,
        arrives_at=moment(payout.arrival_date),
        created_at=moment(payout.created),
    )


def _of(account: str | None) -> stripe.RequestOptions:
    return {} if account is None else {"stripe_account": account}
