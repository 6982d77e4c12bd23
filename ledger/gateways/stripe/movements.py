"""Movements: every change of a balance at Stripe, as our journal must explain it."""

from decimal import Decimal
from enum import StrEnum

import stripe
from msgspec import Struct

from ledger.gateways.stripe.amounts import from_stripe, moment
from ledger.values.clock import Instant
from ledger.values.money import Money


class Kind(StrEnum):
    """What moved the money."""

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_FAILURE = "refund_failure"
    TRANSFER = "transfer"
    TRANSFER_REVERSAL = "transfer_reversal"
    DISPUTE = "dispute"
    PAYOUT = "payout"
    PAYOUT_RETURNED = "payout_returned"
    FEE = "fee"
    TOP_UP = "top_up"
    OTHER = "other"


KINDS = {
    "charge": Kind.PAYMENT,
    "payment": Kind.PAYMENT,
    "refund": Kind.REFUND,
    "payment_refund": Kind.REFUND,
    "refund_failure": Kind.REFUND_FAILURE,
    "payment_failure_refund": Kind.REFUND_FAILURE,
    "transfer": Kind.TRANSFER,
    "transfer_refund": Kind.TRANSFER_REVERSAL,
    "transfer_cancel": Kind.TRANSFER_REVERSAL,
    "transfer_failure": Kind.TRANSFER_REVERSAL,
    "payout": Kind.PAYOUT,
    "payout_cancel": Kind.PAYOUT_RETURNED,
    "payout_failure": Kind.PAYOUT_RETURNED,
    "stripe_fee": Kind.FEE,
    "stripe_fx_fee": Kind.FEE,
    "tax_fee": Kind.FEE,
    "topup": Kind.TOP_UP,
}
"""Stripe's types; what is not here is for a person to look at."""

DISPUTES = ("dispute", "dispute_reversal")
"""What an adjustment is reported as where a dispute is its cause."""


class Movement(Struct, frozen=True, kw_only=True):
    """A change of a balance, in the currency of the balance; amounts are signed, the fee is ours.

    `net` is `amount` less `fee`. `exchange_rate` is there where the source had another currency:
    what one unit of that brought in the currency of the balance.
    """

    movement_id: str
    kind: Kind
    stripe_type: str
    amount: Money
    fee: Money
    net: Money
    source: str | None
    created_at: Instant
    available_on: Instant
    available: bool
    exchange_rate: Decimal | None


def movement_of(entry: stripe.BalanceTransaction) -> Movement:
    """Stripe's balance transaction in our words. Raises UnknownCurrency."""
    rate = entry.exchange_rate
    return Movement(
        movement_id=entry.id,
        kind=_kind_of(entry),
        stripe_type=entry.type,
        amount=from_stripe(entry.amount, entry.currency),
        fee=from_stripe(entry.fee, entry.currency),
        net=from_stripe(entry.net, entry.currency),
        source=id_of(entry.source),
        created_at=moment(entry.created),
        available_on=moment(entry.available_on),
        available=entry.status == "available",
        exchange_rate=None if rate is None else Decimal(str(rate)),
    )


def movement_behind(reference: str | stripe.BalanceTransaction | None) -> Movement | None:
    """The movement that an expanded field holds; None where the books do not have it yet."""
    if reference is None:
        return None
    assert not isinstance(reference, str), "the balance transaction was not expanded"
    return movement_of(reference)


def id_of(reference: object) -> str | None:
    """The id of what a field names, whether it was expanded or not."""
    if reference is None or isinstance(reference, str):
        return reference
    named: str = getattr(reference, "id")  # noqa: B009  # any of the SDK's objects
    return named


def _kind_of(entry: stripe.BalanceTransaction) -> Kind:
    if entry.type == "adjustment" and entry.reporting_category in DISPUTES:
        return Kind.DISPUTE
    return KINDS.get(entry.type, Kind.OTHER)
