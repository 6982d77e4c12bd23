"""Refunds: money on its way back to a guest's card; it may wait, and it may fail days later."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

import stripe
from msgspec import Struct

from ledger.errors import AnswerNotUnderstood
from ledger.gateways.stripe.amounts import from_stripe, moment, to_stripe
from ledger.gateways.stripe.failures import doing, reading
from ledger.gateways.stripe.movements import Movement, id_of, movement_behind
from ledger.values.clock import Instant
from ledger.values.ids import RefundId
from ledger.values.money import Money


class RefundWanted(Struct, frozen=True, kw_only=True):
    """What shall go back; `payment` is the id of a charge or of an intent.

    One that failed may be sent again: each attempt is another object at Stripe.
    """

    refund_id: RefundId
    payment: str
    amount: Money
    attempt: int = 1


class RefundStatus(StrEnum):
    """Where a refund stands at Stripe."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATUSES = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.REQUIRES_ACTION,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.CANCELLED,
}


class RefundFact(Struct, frozen=True, kw_only=True):
    """A refund as it is; one without `refund_id` was not made by us.

    `attempt` says how often we had asked for it, this time included. `taken` is the movement by
    which our balance paid for it, None while it waits for money; `returned` the one by which a
    failed refund came back.
    """

    refund: str
    refund_id: RefundId | None
    charge: str | None
    intent: str | None
    amount: Money
    status: RefundStatus
    waits_for: str | None
    failure: str | None
    taken: Movement | None
    returned: Movement | None
    created_at: Instant
    attempt: int = 1


_MOVEMENTS = ("balance_transaction", "failure_balance_transaction")
_EXPAND = [*_MOVEMENTS]
_EXPAND_EACH = [f"data.{name}" for name in _MOVEMENTS]


class Refunds:
    """What can be done with refunds. Every method raises the failures of `failures.TABLE`."""

    def __init__(self, v1: stripe.V1Services) -> None:
        self._refunds = v1.refunds

    def create(self, wanted: RefundWanted, key: str) -> RefundFact:
        """Send an amount back to the card that paid."""
        minor, _ = to_stripe(wanted.amount)
        params: stripe.params.RefundCreateParams = {
            "amount": minor,
            "metadata": {"refund_id": wanted.refund_id, "attempt": str(wanted.attempt)},
            "expand": _EXPAND,
        }
        params[_named_by(wanted.payment)] = wanted.payment
        with doing(key):
            return refund_fact(self._refunds.create(params, {"idempotency_key": key}))

    def read(self, refund: str) -> RefundFact:
        """The refund as it is now."""
        with reading():
            return refund_fact(self._refunds.retrieve(refund, {"expand": _EXPAND}))

    def of(self, payment: str) -> Iterator[RefundFact]:
        """Every refund of a charge or an intent, newest first, also those made by hand."""
        params: stripe.params.RefundListParams = {"limit": 100, "expand": _EXPAND_EACH}
        params[_named_by(payment)] = payment
        with reading():
            for refund in self._refunds.list(params).auto_paging_iter():
                yield refund_fact(refund)

    def find(self, wanted: RefundWanted) -> RefundFact | None:
        """The refund that carries our id and the number of the attempt, if there is one."""
        sought = wanted.refund_id, wanted.attempt
        found = (one for one in self.of(wanted.payment) if (one.refund_id, one.attempt) == sought)
        return next(found, None)


def refund_fact(refund: stripe.Refund) -> RefundFact:
    """A refund in our words. Raises AnswerNotUnderstood, UnknownCurrency."""
    status = STATUSES.get(refund.status or "")
    if status is None:
        raise AnswerNotUnderstood(gateway="stripe", object=refund.id, status=refund.status)
    ours: str | None = getattr(refund.metadata, "refund_id", None)
    attempt: str = getattr(refund.metadata, "attempt", "1")
    return RefundFact(
        refund=refund.id,
        refund_id=None if ours is None else RefundId(ours),
        charge=id_of(refund.charge),
        intent=id_of(refund.payment_intent),
        amount=from_stripe(refund.amount, refund.currency),
        status=status,
        waits_for=getattr(refund, "pending_reason", None),
        failure=getattr(refund, "failure_reason", None),
        taken=movement_behind(refund.balance_transaction),
        returned=movement_behind(getattr(refund, "failure_balance_transaction", None)),
        created_at=moment(refund.created),
        attempt=int(attempt) if attempt.isdecimal() else 1,
    )


def _named_by(payment: str) -> Literal["charge", "payment_intent"]:
    return "payment_intent" if payment.startswith("pi_") else "charge"
