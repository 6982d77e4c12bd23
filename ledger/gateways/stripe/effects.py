"""Everything that has an effect at Stripe, each with the look that tells whether it happened.

For what makes an object, that is the object with our id on it. For what changes one, it is the
object as it is now, if the change shows.
"""

from functools import partial

from ledger.gateways.calls import Effect, Period
from ledger.gateways.stripe.accounts import AccountFact, AccountWanted
from ledger.gateways.stripe.disputes import DisputeFact, DisputeStatus, Evidence
from ledger.gateways.stripe.gateway import StripeGateway
from ledger.gateways.stripe.payments import (
    Cancelled,
    CancelReason,
    Failed,
    NeedsConfirmation,
    NeedsMethod,
    PaymentFact,
    PaymentWanted,
    Succeeded,
)
from ledger.gateways.stripe.refunds import RefundFact, RefundWanted
from ledger.gateways.stripe.transfers import (
    ReversalFact,
    ReversalWanted,
    TransferFact,
    TransferWanted,
)
from ledger.values.money import Money

# -- What makes an object ---------------------------------------------------------------


def payment_opened(stripe: StripeGateway, wanted: PaymentWanted) -> Effect[PaymentFact]:
    """An intent for a payment of ours."""
    return Effect(
        send=partial(stripe.payments.open, wanted),
        find=partial(stripe.payments.find, wanted.payment_id),
    )


def refund_created(stripe: StripeGateway, wanted: RefundWanted) -> Effect[RefundFact]:
    """A refund to the guest."""
    return Effect(
        send=partial(stripe.refunds.create, wanted),
        find=lambda _: stripe.refunds.find(wanted),
    )


def transfer_created(stripe: StripeGateway, wanted: TransferWanted) -> Effect[TransferFact]:
    """A transfer to a host."""
    return Effect(
        send=partial(stripe.transfers.create, wanted),
        find=lambda _: stripe.transfers.find(wanted),
    )


def transfer_reversed(stripe: StripeGateway, wanted: ReversalWanted) -> Effect[ReversalFact]:
    """An amount back from a host."""
    return Effect(
        send=partial(stripe.transfers.reverse, wanted),
        find=lambda _: stripe.transfers.find_reversal(wanted),
    )


def account_created(stripe: StripeGateway, wanted: AccountWanted) -> Effect[AccountFact]:
    """An account for a host."""
    return Effect(
        send=partial(stripe.accounts.create, wanted),
        find=partial(stripe.accounts.find, wanted.host_id),
    )


# -- What changes one -------------------------------------------------------------------


def payment_confirmed(stripe: StripeGateway, intent: str, method: str) -> Effect[PaymentFact]:
    """A payment method charged, held, or sent to the guest's bank to ask.

    A failed attempt does not show: it may be an earlier one. Repeating it under its key gives its
    own answer, and an intent is never paid twice.
    """

    def find(_: Period) -> PaymentFact | None:
        now = stripe.payments.read(intent)
        waits = isinstance(now.status, NeedsMethod | NeedsConfirmation | Failed)
        return None if waits else now

    return Effect(send=partial(stripe.payments.confirm, intent, method), find=find)


def payment_captured(stripe: StripeGateway, intent: str, amount: Money) -> Effect[PaymentFact]:
    """What was held for us, taken."""

    def find(_: Period) -> PaymentFact | None:
        now = stripe.payments.read(intent)
        taken = isinstance(now.status, Succeeded) and now.status.amount == amount
        return now if taken else None

    return Effect(send=partial(stripe.payments.capture, intent, amount), find=find)


def payment_cancelled(
    stripe: StripeGateway, intent: str, reason: CancelReason
) -> Effect[PaymentFact]:
    """An intent given up, and what it held let go."""

    def find(_: Period) -> PaymentFact | None:
        now = stripe.payments.read(intent)
        return now if isinstance(now.status, Cancelled) else None

    return Effect(send=partial(stripe.payments.cancel, intent, reason), find=find)


def evidence_submitted(
    stripe: StripeGateway, dispute: str, evidence: Evidence
) -> Effect[DisputeFact]:
    """Our answer in a dispute, given; an escalated or reopened dispute waits for another."""

    def find(_: Period) -> DisputeFact | None:
        now = stripe.disputes.read(dispute)
        waits = now.status in (DisputeStatus.OPENED, DisputeStatus.EVIDENCE_DUE)
        return now if now.answers and not waits else None

    return Effect(send=partial(stripe.disputes.submit, dispute, evidence), find=find)


def dispute_accepted(stripe: StripeGateway, dispute: str) -> Effect[DisputeFact]:
    """A dispute given up."""

    def find(_: Period) -> DisputeFact | None:
        now = stripe.disputes.read(dispute)
        ended = now.status in (DisputeStatus.LOST, DisputeStatus.CLOSED_NO_LOSS)
        return now if ended else None

    return Effect(send=partial(stripe.disputes.accept, dispute), find=find)
