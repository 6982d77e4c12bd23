"""Payments: Stripe's PaymentIntents, from the wish to be paid to the guest's money."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Literal

import stripe
from msgspec import Struct

from ledger.errors import AnswerNotUnderstood
from ledger.gateways.calls import Period
from ledger.gateways.stripe.amounts import (
    CLOCKS_MAY_DIFFER,
    from_stripe,
    moment,
    moment_or_none,
    seconds,
    to_stripe,
)
from ledger.gateways.stripe.failures import doing, reading
from ledger.gateways.stripe.movements import Movement, id_of, movement_behind
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, PaymentId
from ledger.values.money import Money

# -- What is asked ----------------------------------------------------------------------


class Capture(StrEnum):
    """When the money is taken: at once, or later out of what is held until then."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class PaymentWanted(Struct, frozen=True, kw_only=True):
    """What an intent is opened for; `method` is known beforehand to servers and tests only."""

    payment_id: PaymentId
    booking_id: BookingId
    amount: Money
    capture: Capture = Capture.AUTOMATIC
    method: str | None = None


CancelReason = Literal["abandoned", "duplicate", "fraudulent", "requested_by_customer"]

# -- What is told -----------------------------------------------------------------------


class NeedsMethod(Struct, frozen=True):
    """The guest has not said yet how to pay."""


class NeedsConfirmation(Struct, frozen=True):
    """A payment method is there, and waits to be confirmed."""


class RequiresAction(Struct, frozen=True):
    """The guest must do something first, as a rule 3-D Secure; `url` where it is a page."""

    action: str
    url: str | None


class Processing(Struct, frozen=True):
    """The bank takes its time."""


class Authorized(Struct, frozen=True):
    """The money is held for us until `capture_before`, and not taken."""

    amount: Money
    charge: str
    capture_before: Instant | None


class Succeeded(Struct, frozen=True):
    """We have the guest's money.

    `amount` is what the guest paid, in the guest's currency; `movement` is what came of it in the
    balance, and is None until Stripe has booked it.
    """

    amount: Money
    charge: str
    movement: Movement | None


class Cancelled(Struct, frozen=True):
    """It will never be paid; `expired` where an authorisation ran out."""

    reason: str | None
    expired: bool
    at: Instant | None


class Failed(Struct, frozen=True):
    """The last attempt failed; the intent may be tried again.

    `retryable` says whether another attempt makes sense, perhaps with another card; `advice` is
    Stripe's about the same card. `charge` is there where the bank was asked.
    """

    reason: str
    decline_code: str | None
    advice: str | None
    retryable: bool
    charge: str | None


PaymentStatus = (
    NeedsMethod
    | NeedsConfirmation
    | RequiresAction
    | Processing
    | Authorized
    | Succeeded
    | Cancelled
    | Failed
)


class PaymentFact(Struct, frozen=True, kw_only=True):
    """An intent as it is; ours where it carries our ids."""

    intent: str
    payment_id: PaymentId | None
    booking_id: BookingId | None
    amount: Money
    status: PaymentStatus
    created_at: Instant
    live: bool


NOT_RETRYABLE = frozenset([
    "fraudulent", "lost_card", "merchant_blacklist", "pickup_card", "security_violation",
    "stolen_card",
])  # fmt: skip
"""Declines that say something about who is paying, not about the card at hand."""

SEARCH_MAY_LAG = timedelta(hours=1)
"""Stripe's search knows of an object a minute after it came about, on bad days an hour."""

_EXPAND = ["latest_charge.balance_transaction"]

# -- Verbs ------------------------------------------------------------------------------


class Payments:
    """What can be done with payments. Every method raises the failures of `failures.TABLE`."""

    def __init__(self, v1: stripe.V1Services) -> None:
        self._intents = v1.payment_intents
        self._charges = v1.charges

    def open(self, wanted: PaymentWanted, key: str) -> PaymentFact:
        """Open an intent: nothing is charged before it is confirmed."""
        amount, currency = to_stripe(wanted.amount)
        params: stripe.params.PaymentIntentCreateParams = {
            "amount": amount,
            "currency": currency,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "capture_method": wanted.capture.value,
            "metadata": {"payment_id": wanted.payment_id, "booking_id": wanted.booking_id},
            "transfer_group": wanted.booking_id,
            "expand": _EXPAND,
        }
        if wanted.method is not None:
            params["payment_method"] = wanted.method
        with doing(key):
            return payment_fact(self._intents.create(params, {"idempotency_key": key}))

    def read(self, intent: str) -> PaymentFact:
        """The intent as it is now."""
        with reading():
            return payment_fact(self._intents.retrieve(intent, {"expand": _EXPAND}))

    def intent_of(self, charge: str) -> str | None:
        """The intent that a charge was made for; None for one made without."""
        with reading():
            return id_of(self._charges.retrieve(charge).payment_intent)

    def client_secret(self, intent: str) -> str:
        """What the guest's browser needs to pay this intent; never stored, never logged."""
        with reading():
            secret = self._intents.retrieve(intent).client_secret
        assert secret is not None, "a secret key sees the client secret"
        return secret

    def confirm(self, intent: str, method: str, key: str) -> PaymentFact:
        """Charge a payment method. Raises GatewayDeclined where the card is declined."""
        with doing(key):
            return payment_fact(
                self._intents.confirm(
                    intent,
                    {"payment_method": method, "expand": _EXPAND},
                    {"idempotency_key": key},
                )
            )

    def capture(self, intent: str, amount: Money, key: str) -> PaymentFact:
        """Take what is held, or a part of it; the rest goes back to the guest at once."""
        minor, _ = to_stripe(amount)
        with doing(key):
            return payment_fact(
                self._intents.capture(
                    intent,
                    {"amount_to_capture": minor, "expand": _EXPAND},
                    {"idempotency_key": key},
                )
            )

    def cancel(self, intent: str, reason: CancelReason, key: str) -> PaymentFact:
        """Give an intent up; an authorisation is let go."""
        with doing(key):
            return payment_fact(
                self._intents.cancel(
                    intent,
                    {"cancellation_reason": reason, "expand": _EXPAND},
                    {"idempotency_key": key},
                )
            )

    def find(self, payment_id: PaymentId, tried: Period) -> PaymentFact | None:
        """The intent that carries our payment's id, if one came about in a period.

        Search knows what is older, a listing what is younger than search may lag behind.
        """
        with reading():
            for found in self._searched(payment_id):
                return self.read(found)
            for intent in self._listed(tried):
                if _named(intent, "payment_id") == payment_id:
                    return self.read(intent.id)
        return None

    def _searched(self, payment_id: PaymentId) -> Iterator[str]:
        query = f"metadata['payment_id']:'{payment_id}'"
        return (one.id for one in self._intents.search({"query": query}).data)

    def _listed(self, tried: Period) -> Iterator[stripe.PaymentIntent]:
        since = max(tried.since, tried.until - SEARCH_MAY_LAG) - CLOCKS_MAY_DIFFER
        until = tried.until + CLOCKS_MAY_DIFFER
        return iter(
            self._intents.list({
                "created": {"gte": seconds(since), "lte": seconds(until)},
                "limit": 100,
            }).auto_paging_iter()
        )  # fmt: skip


# -- Translation ------------------------------------------------------------------------


def payment_fact(intent: stripe.PaymentIntent) -> PaymentFact:
    """An intent in our words. Raises AnswerNotUnderstood, UnknownCurrency."""
    payment_id, booking_id = _named(intent, "payment_id"), _named(intent, "booking_id")
    return PaymentFact(
        intent=intent.id,
        payment_id=None if payment_id is None else PaymentId(payment_id),
        booking_id=None if booking_id is None else BookingId(booking_id),
        amount=from_stripe(intent.amount, intent.currency),
        status=_status_of(intent),
        created_at=moment(intent.created),
        live=intent.livemode,
    )


def _status_of(intent: stripe.PaymentIntent) -> PaymentStatus:
    match intent.status:
        case "requires_payment_method":
            return _unpaid(intent)
        case "requires_confirmation":
            return NeedsConfirmation()
        case "requires_action":
            return _action(intent)
        case "processing":
            return Processing()
        case "requires_capture":
            return _authorized(intent)
        case "succeeded":
            return _succeeded(intent)
        case "canceled":
            return _cancelled(intent)
        case unheard:
            raise AnswerNotUnderstood(gateway="stripe", object=intent.id, status=unheard)


def _unpaid(intent: stripe.PaymentIntent) -> NeedsMethod | Failed:
    error = intent.last_payment_error
    if error is None:
        return NeedsMethod()
    decline = getattr(error, "decline_code", None)
    return Failed(
        reason=getattr(error, "code", None) or error.type,
        decline_code=decline,
        advice=getattr(error, "advice_code", None),
        retryable=decline not in NOT_RETRYABLE,
        charge=id_of(getattr(error, "charge", None)),
    )


def _action(intent: stripe.PaymentIntent) -> RequiresAction:
    action = intent.next_action
    redirect = getattr(action, "redirect_to_url", None)
    return RequiresAction(
        action="unknown" if action is None else action.type,
        url=None if redirect is None else redirect.url,
    )


def _authorized(intent: stripe.PaymentIntent) -> Authorized:
    charge = _charge_of(intent)
    card = getattr(charge.payment_method_details, "card", None)
    return Authorized(
        amount=from_stripe(intent.amount_capturable, intent.currency),
        charge=charge.id,
        capture_before=moment_or_none(getattr(card, "capture_before", None)),
    )


def _succeeded(intent: stripe.PaymentIntent) -> Succeeded:
    charge = _charge_of(intent)
    return Succeeded(
        amount=from_stripe(intent.amount_received, intent.currency),
        charge=charge.id,
        movement=movement_behind(charge.balance_transaction),
    )


def _cancelled(intent: stripe.PaymentIntent) -> Cancelled:
    reason = intent.cancellation_reason
    return Cancelled(
        reason=reason,
        expired=reason in ("automatic", "expired"),
        at=moment_or_none(intent.canceled_at),
    )


def _charge_of(intent: stripe.PaymentIntent) -> stripe.Charge:
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge), "the charge was not expanded"
    return charge


def _named(intent: stripe.PaymentIntent, name: str) -> str | None:
    named: str | None = getattr(intent.metadata, name, None)
    return named
