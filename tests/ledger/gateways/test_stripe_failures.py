"""What Stripe's failures mean to us: the table row by row, in this process and over a wire."""

import json
import socket
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from ledger.errors import (
    GatewayDeclined,
    GatewayFailure,
    GatewayUnavailable,
    LedgerError,
    OutcomeUnknown,
    RepeatedWithDifferences,
)
from ledger.gateways.stripe import API_VERSION, StripeGateway, client, effects, is_live
from ledger.gateways.stripe.failures import TABLE, doing, reading
from ledger.gateways.stripe.payments import PaymentWanted
from ledger.values.ids import PaymentId, fresh_id
from tests.ledger.gateways.outside import BOOKING, Outside, euros


def thrown_by(status: int, **error: Any) -> stripe.StripeError:
    """What the SDK makes of an answer."""
    body = json.dumps({"error": {"message": "A sentence.", **error}})

    class Answering(stripe.HTTPClient):
        name = "answering"

        def request(self, *_: Any, **__: Any) -> tuple[str, int, dict[str, str]]:
            return body, status, {"request-id": "req_1"}

    with pytest.raises(stripe.StripeError) as caught:
        client("sk_test_1", http=Answering()).v1.balance.retrieve()
    return caught.value


def lost() -> stripe.StripeError:
    return stripe.APIConnectionError("Read timed out.")  # type: ignore[no-untyped-call]  # the SDK's


def never_sent(cause: OSError) -> stripe.StripeError:
    connecting = stripe.APIConnectionError("No way there.")  # type: ignore[no-untyped-call]  # the SDK's
    connecting.__cause__ = Exception("urllib3 says the same")
    connecting.__cause__.__context__ = cause
    return connecting


DECLINED, UNAVAILABLE, UNKNOWN = GatewayDeclined, GatewayUnavailable, OutcomeUnknown
DIFFERENT = RepeatedWithDifferences
MEANINGS: list[tuple[str, Callable[[], stripe.StripeError], type[LedgerError], type[LedgerError]]]
MEANINGS = [
    # what Stripe says                       read         done
    ("card", lambda: thrown_by(402, type="card_error", code="card_declined"), DECLINED, DECLINED),
    ("invalid", lambda: thrown_by(400, type="invalid_request_error"), DECLINED, DECLINED),
    ("missing", lambda: thrown_by(404, code="resource_missing"), DECLINED, DECLINED),
    ("account", lambda: thrown_by(403, code="account_invalid"), DECLINED, DECLINED),
    ("reused", lambda: thrown_by(400, type="idempotency_error"), DIFFERENT, DIFFERENT),
    ("429", lambda: thrown_by(429, code="rate_limit"), UNAVAILABLE, UNAVAILABLE),
    ("lock", lambda: thrown_by(429, code="lock_timeout"), UNAVAILABLE, UNAVAILABLE),
    ("in use", lambda: thrown_by(409, type="idempotency_error"), UNAVAILABLE, UNAVAILABLE),
    ("our key", lambda: thrown_by(401), UNAVAILABLE, UNAVAILABLE),
    ("our rights", lambda: thrown_by(403, code="more_permissions_required"), UNAVAILABLE,
     UNAVAILABLE),
    ("refused", lambda: never_sent(ConnectionRefusedError()), UNAVAILABLE, UNAVAILABLE),
    ("no address", lambda: never_sent(socket.gaierror()), UNAVAILABLE, UNAVAILABLE),
    ("lost", lost, UNAVAILABLE, UNKNOWN),
    ("reset", lambda: never_sent(ConnectionResetError()), UNAVAILABLE, UNKNOWN),
    ("500", lambda: thrown_by(500, type="api_error"), UNAVAILABLE, UNKNOWN),
    ("502", lambda: thrown_by(502), UNAVAILABLE, UNKNOWN),
    ("503", lambda: thrown_by(503), UNAVAILABLE, UNKNOWN),
    ("odd", lambda: thrown_by(418), UNAVAILABLE, UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("thrown", "read", "done"), [row[1:] for row in MEANINGS], ids=[row[0] for row in MEANINGS]
)
def test_a_failure_has_its_meaning(
    thrown: Callable[[], stripe.StripeError], read: type[LedgerError], done: type[LedgerError]
) -> None:
    with pytest.raises(LedgerError) as when_read, reading():
        raise thrown()
    with pytest.raises(LedgerError) as when_done, doing("a-key"):
        raise thrown()

    assert type(when_read.value) is read
    assert type(when_done.value) is done
    assert when_done.value.key == "a-key"


def test_every_row_of_the_table_is_tried() -> None:
    tried = set()
    for _, thrown, *_ in MEANINGS:
        failure = thrown()
        tried.add(
            next(row for row in TABLE if isinstance(failure, row.thrown) and row.fits(failure))
        )
    assert tried == set(TABLE)


def test_an_answer_that_nobody_can_read_is_no_answer() -> None:
    class Babbling(stripe.HTTPClient):
        name = "babbling"

        def request(self, *_: Any, **__: Any) -> tuple[str, int, dict[str, str]]:
            return "<html>A proxy says hello.</html>", 200, {}

    gateway = StripeGateway(client("sk_test_1", http=Babbling()))
    with pytest.raises(GatewayUnavailable):
        gateway.balance.read()
    with pytest.raises(OutcomeUnknown):
        gateway.disputes.accept("du_1", "accept")


def test_a_decline_carries_what_stripe_said(outside: Outside) -> None:
    intent = outside.opened().intent
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.payments.confirm(intent, "pm_card_chargeDeclinedLostCard", "confirm")
    told = declined.value
    assert (told.reason, told.decline_code, told.advice) == (
        "card_declined", "lost_card", "do_not_try_again",
    )  # fmt: skip
    assert (told.status, told.gateway, told.key) == (402, "stripe", "confirm")
    assert told.request.startswith("req_")


def test_declines_are_final_and_the_others_pass() -> None:
    assert not GatewayDeclined.transient
    assert GatewayUnavailable.transient
    assert OutcomeUnknown.transient


# -- The client --------------------------------------------------------------------------


def test_the_version_is_ours_and_the_sdk_does_not_try_again(outside: Outside) -> None:
    """SEC-S33: whether a call may be repeated is decided in one place."""
    seen: list[dict[str, str]] = []

    class Recording(stripe.HTTPClient):
        name = "recording"

        def request(self, *call: Any, **__: Any) -> Any:
            seen.append(dict(call[2]))
            return json.dumps({"error": {"message": "Busy."}}), 503, {"stripe-should-retry": "true"}

    gateway = StripeGateway(client("sk_test_1", http=Recording()))
    with pytest.raises(GatewayFailure):
        gateway.disputes.accept("du_1", "the-key")

    (headers,) = seen
    assert headers["Stripe-Version"] == API_VERSION
    assert headers["Idempotency-Key"] == "the-key"


def test_a_key_says_whether_money_is_real() -> None:
    assert is_live("sk_live_x")
    assert is_live("rk_live_x")
    assert not is_live("sk_test_x")


# -- Over a wire -------------------------------------------------------------------------


def over_http(address: str, *, answer_seconds: float = 20) -> StripeGateway:
    http = stripe.RequestsClient(timeout=(5, answer_seconds))
    return StripeGateway(client("sk_test_over_http", api_base=address, http=http))


def control(address: str, path: str, **body: Any) -> None:
    request = urllib.request.Request(
        f"{address}/_control/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method="POST",
    )
    urllib.request.urlopen(request, timeout=20).close()


def wanted() -> PaymentWanted:
    return PaymentWanted(payment_id=PaymentId(fresh_id()), booking_id=BOOKING, amount=euros(240))


def test_the_gateway_speaks_over_http(address: str) -> None:
    gateway = over_http(address)
    opened = gateway.payments.open(wanted(), fresh_id())
    assert gateway.payments.read(opened.intent) == opened


def test_nobody_at_the_address_means_that_nothing_happened() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        with pytest.raises(GatewayUnavailable):
            over_http(nobody).payments.open(wanted(), "open")


def test_a_name_that_nobody_has_means_that_nothing_happened() -> None:
    with pytest.raises(GatewayUnavailable):
        over_http("http://stripe.invalid").payments.open(wanted(), "open")


def test_an_answer_that_does_not_come_in_time_leaves_the_outcome_unknown(address: str) -> None:
    """Fault 34, over a wire: the deadline is ours, and the look-up finds what was done."""
    payment = wanted()
    gateway = over_http(address, answer_seconds=0.3)
    control(address, "faults", kind="timeout_after", hold_s=1)

    with pytest.raises(OutcomeUnknown):
        gateway.payments.open(payment, "slow")

    patient = over_http(address)
    outside = Outside()
    found = effects.payment_opened(patient, payment).find(outside.lately())
    assert found is not None
    assert found.payment_id == payment.payment_id


def test_a_connection_that_is_cut_leaves_the_outcome_unknown(address: str) -> None:
    control(address, "faults", kind="timeout_before")
    with pytest.raises(OutcomeUnknown):
        over_http(address).payments.open(wanted(), fresh_id())
