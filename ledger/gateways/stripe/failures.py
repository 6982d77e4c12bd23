"""What Stripe's failures mean to us: one table.

The same failure means less where only something was read: nothing can have happened, so it may be
asked again. Of a call with an effect we know what happened only if Stripe says so.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import stripe

from ledger.errors import (
    GatewayDeclined,
    GatewayUnavailable,
    LedgerError,
    OutcomeUnknown,
    RepeatedWithDifferences,
)

Thrown = stripe.StripeError


def _always(_thrown: Thrown) -> bool:
    return True


def _never_sent(thrown: Thrown) -> bool:
    """Whether nobody was there to take the call: no address, or nobody listening on it."""
    cause: BaseException | None = thrown
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError | socket.gaierror):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _key_in_use(thrown: Thrown) -> bool:
    return thrown.http_status == 409


def _access_ended(thrown: Thrown) -> bool:
    """Whether the connected account is gone or has let go of us."""
    return _word(thrown, "code") == "account_invalid"


class Row(NamedTuple):
    """A failure of the SDK that fits, and ours, for something read and for something done."""

    thrown: type[Thrown]
    fits: Callable[[Thrown], bool]
    read: type[LedgerError]
    done: type[LedgerError]


TABLE = (
    # The answer is no, and stays no.
    Row(stripe.CardError, _always, GatewayDeclined, GatewayDeclined),
    Row(stripe.InvalidRequestError, _always, GatewayDeclined, GatewayDeclined),
    Row(stripe.PermissionError, _access_ended, GatewayDeclined, GatewayDeclined),
    Row(stripe.IdempotencyError, _always, RepeatedWithDifferences, RepeatedWithDifferences),
    # It was turned away at the door. Our own key may be wrong: that is for an operator to mend, and
    # nobody's refund has failed because of it.
    Row(stripe.RateLimitError, _always, GatewayUnavailable, GatewayUnavailable),
    Row(stripe.AuthenticationError, _always, GatewayUnavailable, GatewayUnavailable),
    Row(stripe.PermissionError, _always, GatewayUnavailable, GatewayUnavailable),
    Row(stripe.APIError, _key_in_use, GatewayUnavailable, GatewayUnavailable),
    Row(stripe.APIConnectionError, _never_sent, GatewayUnavailable, GatewayUnavailable),
    # No answer, or one that says nothing: a 500 may come after the effect, and its key keeps it.
    Row(stripe.StripeError, _always, GatewayUnavailable, OutcomeUnknown),
)


@contextmanager
def reading() -> Iterator[None]:
    """Around a call that changes nothing. Raises GatewayUnavailable, GatewayDeclined."""
    try:
        yield
    except stripe.StripeError as thrown:
        raise _failure(thrown, _row(thrown).read) from thrown


@contextmanager
def doing(key: str) -> Iterator[None]:
    """Around a call with an effect under a key.

    Raises GatewayDeclined, GatewayUnavailable, OutcomeUnknown, RepeatedWithDifferences.
    """
    try:
        yield
    except stripe.StripeError as thrown:
        raise _failure(thrown, _row(thrown).done, key=key) from thrown


def _row(thrown: Thrown) -> Row:
    return next(row for row in TABLE if isinstance(thrown, row.thrown) and row.fits(thrown))


def _failure(thrown: Thrown, kind: type[LedgerError], **more: str) -> LedgerError:
    told = {
        "reason": _word(thrown, "code"),
        "decline_code": _word(thrown, "decline_code"),
        "advice": _word(thrown, "advice_code"),
        "param": _word(thrown, "param"),
        "status": thrown.http_status,
        "because": thrown.user_message,
        "request": thrown.request_id,
    }
    return kind(gateway="stripe", **told, **more)


def _word(thrown: Thrown, name: str) -> str | None:
    """A word of the error that Stripe answered with; the SDK's own object lacks those left out."""
    word: str | None = getattr(thrown.error, name, None)
    return word
