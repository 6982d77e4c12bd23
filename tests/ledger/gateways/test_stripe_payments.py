"""Payments at Stripe, in our words: each status, strong authentication, holding and letting go."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
import stripe

from ledger.errors import AnswerNotUnderstood, GatewayDeclined
from ledger.gateways.calls import Period
from ledger.gateways.stripe.movements import Kind
from ledger.gateways.stripe.payments import (
    NOT_RETRYABLE,
    Authorized,
    Cancelled,
    Failed,
    NeedsConfirmation,
    NeedsMethod,
    PaymentWanted,
    Processing,
    RequiresAction,
    Succeeded,
)
from ledger.values.clock import instant
from ledger.values.ids import PaymentId, derived_id
from ledger.values.money import Money
from tests.ledger.gateways.outside import (
    ASKS_THE_BANK,
    BOOKING,
    DAY,
    PAYMENT,
    START,
    VISA,
    Outside,
    charge_of,
    euros,
)

# -- The straight way --------------------------------------------------------------------


def test_an_opened_payment_carries_our_ids_and_waits_for_a_method(outside: Outside) -> None:
    opened = outside.opened()

    assert opened == outside.stripe.payments.read(opened.intent)
    assert (opened.payment_id, opened.booking_id) == (PAYMENT, BOOKING)
    assert opened.amount == euros(240)
    assert opened.created_at == START
    assert opened.status == NeedsMethod()
    assert opened.live is False
    assert outside.object(opened.intent)["transfer_group"] == BOOKING


def test_a_method_known_beforehand_waits_to_be_confirmed(outside: Outside) -> None:
    wanted = PaymentWanted(payment_id=PAYMENT, booking_id=BOOKING, amount=euros(240), method=VISA)
    assert outside.stripe.payments.open(wanted, "open").status == NeedsConfirmation()


def test_a_confirmed_payment_tells_what_came_of_it(outside: Outside) -> None:
    paid = outside.paid(method=VISA)

    assert isinstance(paid.status, Succeeded)
    assert paid.status.amount == euros(240)
    movement = paid.status.movement
    assert movement is not None
    assert movement.kind is Kind.PAYMENT
    assert movement.amount == euros(240)
    assert movement.fee == Money(726, "EUR")  # 2.9 % + 30
    assert movement.net == Money(23_274, "EUR")
    assert movement.source == paid.status.charge
    assert movement.exchange_rate is None
    assert movement.available is False
    assert START + DAY < movement.available_on <= START + 3 * DAY


def test_a_payment_in_another_currency_tells_the_rate(outside: Outside) -> None:
    paid = outside.paid(Money(108_00, "USD"))

    assert isinstance(paid.status, Succeeded)
    assert paid.status.amount == Money(108_00, "USD")
    movement = paid.status.movement
    assert movement is not None
    assert movement.amount == euros(100)
    assert movement.exchange_rate == Decimal("0.925926")


@pytest.mark.parametrize(
    ("amount", "theirs"),
    [(Money(24_000, "JPY"), 24_000), (Money(24_120, "KWD"), 24_120), (euros(240), 24_000)],
    ids=str,
)
def test_each_currency_has_its_decimals(outside: Outside, amount: Money, theirs: int) -> None:
    paid = outside.paid(amount)

    assert outside.object(paid.intent)["amount"] == theirs
    assert isinstance(paid.status, Succeeded)
    assert paid.status.amount == amount


def test_the_last_digit_of_three_is_refused_before_anything_is_sent(outside: Outside) -> None:
    with pytest.raises(GatewayDeclined) as declined:
        outside.opened(Money(24_125, "KWD"))

    assert declined.value.reason == "invalid_amount"
    assert not outside.all("payment_intent")


@pytest.mark.parametrize(
    ("amount", "reason"),
    [(Money(49, "EUR"), "amount_too_small"), (Money(100_000_000, "EUR"), "amount_too_large")],
    ids=str,
)
def test_stripe_says_what_is_too_little_or_too_much(
    outside: Outside, amount: Money, reason: str
) -> None:
    with pytest.raises(GatewayDeclined) as declined:
        outside.opened(amount)
    assert declined.value.reason == reason


def test_the_client_secret_is_told_on_demand_and_nowhere_else(outside: Outside) -> None:
    opened = outside.opened()

    secret = outside.stripe.payments.client_secret(opened.intent)

    assert secret == outside.object(opened.intent)["client_secret"]
    assert secret not in repr(opened)


def test_money_that_is_not_in_the_books_yet_is_there_a_moment_later(outside: Outside) -> None:
    intent = outside.sdk.v1.payment_intents.create({
        "amount": 24_000,
        "currency": "eur",
        "confirm": True,
        "payment_method": VISA,
        "return_url": "https://stays.example/back",
    }).id  # fmt: skip
    soon = outside.stripe.payments.read(intent)
    outside.let_pass(timedelta(seconds=2))
    later = outside.stripe.payments.read(intent)

    assert isinstance(soon.status, Succeeded)
    assert isinstance(later.status, Succeeded)
    assert soon.status.movement is None
    assert later.status.movement is not None
    assert (soon.payment_id, soon.booking_id) == (None, None)


# -- Strong customer authentication ------------------------------------------------------


def test_a_bank_that_asks_makes_the_payment_wait_for_the_guest(outside: Outside) -> None:
    asked = outside.paid(method=ASKS_THE_BANK)
    assert isinstance(asked.status, RequiresAction)
    assert asked.status.action == "use_stripe_sdk"

    outside.behind(f"authentications/{asked.intent}", outcome="passed")

    assert isinstance(outside.stripe.payments.read(asked.intent).status, Succeeded)


def test_a_guest_who_does_not_pass_may_try_again(outside: Outside) -> None:
    asked = outside.paid(method=ASKS_THE_BANK)

    outside.behind(f"authentications/{asked.intent}", outcome="failed")

    failed = outside.stripe.payments.read(asked.intent)
    assert failed.status == Failed(
        reason="payment_intent_authentication_failure",
        decline_code=None,
        advice=None,
        retryable=True,
        charge=None,
    )


def test_where_the_guest_is_sent_to_a_page_its_address_is_told(outside: Outside) -> None:
    intent = outside.opened().intent
    outside.sdk.v1.payment_intents.confirm(
        intent,
        {"payment_method": ASKS_THE_BANK, "return_url": "https://stays.example/back"},
    )

    status = outside.stripe.payments.read(intent).status

    assert isinstance(status, RequiresAction)
    assert status.action == "redirect_to_url"
    assert status.url is not None
    assert status.url.startswith("http://")


# -- Declined ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "reason", "decline_code", "retryable"),
    [
        ("chargeDeclined", "card_declined", "generic_decline", True),
        ("chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", True),
        ("chargeDeclinedExpiredCard", "expired_card", "expired_card", True),
        ("chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc", True),
        ("chargeDeclinedProcessingError", "processing_error", "processing_error", True),
        ("chargeDeclinedLostCard", "card_declined", "lost_card", False),
        ("chargeDeclinedStolenCard", "card_declined", "stolen_card", False),
        ("radarBlock", "card_declined", "fraudulent", False),
    ],
)
def test_a_declined_card_is_told_with_its_reason(
    outside: Outside, card: str, reason: str, decline_code: str, *, retryable: bool
) -> None:
    intent = outside.opened().intent

    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.payments.confirm(intent, f"pm_card_{card}", "confirm")

    assert (declined.value.reason, declined.value.decline_code) == (reason, decline_code)
    failed = outside.stripe.payments.read(intent).status
    assert isinstance(failed, Failed)
    assert (failed.reason, failed.decline_code) == (reason, decline_code)
    assert failed.retryable is retryable
    assert (decline_code in NOT_RETRYABLE) is not retryable
    assert failed.advice == declined.value.advice
    assert failed.charge is not None


def test_another_card_may_pay_what_one_could_not(outside: Outside) -> None:
    intent = outside.opened().intent
    with pytest.raises(GatewayDeclined):
        outside.stripe.payments.confirm(intent, "pm_card_chargeDeclined", "first")

    paid = outside.stripe.payments.confirm(intent, VISA, "second")

    assert isinstance(paid.status, Succeeded)


# -- Held, captured, let go --------------------------------------------------------------


def test_what_is_held_says_until_when_it_can_be_captured(outside: Outside) -> None:
    held = outside.held()

    assert held.status == Authorized(
        amount=euros(240), charge=charge_of(held), capture_before=START + 7 * DAY
    )


def test_capture_before_is_stripes_and_no_constant_of_ours() -> None:
    """CASE-P12"""
    outside = Outside(authorization_days=2)
    status = outside.held().status
    assert isinstance(status, Authorized)
    assert status.capture_before == START + 2 * DAY


def test_what_is_held_is_captured(outside: Outside) -> None:
    held = outside.held()

    captured = outside.stripe.payments.capture(held.intent, euros(240), "capture")

    assert isinstance(captured.status, Succeeded)
    assert captured.status.amount == euros(240)
    assert captured.status.movement is not None


def test_a_part_is_captured_and_the_rest_let_go(outside: Outside) -> None:
    held = outside.held()

    captured = outside.stripe.payments.capture(held.intent, euros(80), "capture")

    assert isinstance(captured.status, Succeeded)
    assert captured.status.amount == euros(80)
    assert captured.amount == euros(240)


def test_more_than_is_held_is_not_captured(outside: Outside) -> None:
    held = outside.held()
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.payments.capture(held.intent, euros(241), "capture")
    assert declined.value.reason == "amount_too_large"


def test_what_is_held_is_let_go(outside: Outside) -> None:
    held = outside.held()

    cancelled = outside.stripe.payments.cancel(held.intent, "abandoned", "cancel")

    assert cancelled.status == Cancelled(reason="abandoned", expired=False, at=START)


def test_what_is_held_too_long_expires(outside: Outside) -> None:
    """CASE-P12, PM11"""
    held = outside.held()
    outside.let_pass(7 * DAY)

    expired = outside.stripe.payments.read(held.intent)

    assert expired.status == Cancelled(reason="automatic", expired=True, at=START + 7 * DAY)
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.payments.capture(held.intent, euros(240), "capture")
    assert declined.value.reason == "payment_intent_unexpected_state"


def test_what_is_paid_is_not_cancelled(outside: Outside) -> None:
    paid = outside.paid()
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.payments.cancel(paid.intent, "duplicate", "cancel")
    assert declined.value.reason == "payment_intent_unexpected_state"


# -- Words -------------------------------------------------------------------------------


def test_a_bank_that_takes_its_time_is_processing(outside: Outside) -> None:
    intent = outside.opened().intent
    outside.object(intent)["status"] = "processing"  # cards never are, in the stand-in
    assert outside.stripe.payments.read(intent).status == Processing()


def test_we_have_a_word_for_every_status_that_the_sdk_knows(outside: Outside) -> None:
    known = get_args(get_args(stripe.PaymentIntent.__annotations__["status"])[0])
    intent = outside.held().intent
    words: dict[str, Any] = {}
    for status in known:
        outside.object(intent)["status"] = status
        words[status] = type(outside.stripe.payments.read(intent).status)
    assert words == {
        "requires_payment_method": NeedsMethod,
        "requires_confirmation": NeedsConfirmation,
        "requires_action": RequiresAction,
        "processing": Processing,
        "requires_capture": Authorized,
        "succeeded": Succeeded,
        "canceled": Cancelled,
    }


def test_a_status_that_nobody_knows_stops_the_reader(outside: Outside) -> None:
    intent = outside.opened().intent
    outside.object(intent)["status"] = "levitating"
    with pytest.raises(AnswerNotUnderstood):
        outside.stripe.payments.read(intent)


# -- Found again -------------------------------------------------------------------------


def test_a_payment_is_found_by_our_id_and_not_by_anothers(outside: Outside) -> None:
    opened = outside.opened()
    other = PaymentId(derived_id("payment", 18))

    assert outside.stripe.payments.find(PAYMENT, outside.lately()) == opened
    assert outside.stripe.payments.find(other, outside.lately()) is None


def test_a_payment_is_found_before_search_knows_of_it() -> None:
    outside = Outside(search_lag_s=3600.0)
    opened = outside.opened()
    outside.let_pass(timedelta(minutes=59))
    assert outside.stripe.payments.find(PAYMENT, outside.lately()) == opened


def test_a_payment_is_found_among_hundreds() -> None:
    outside = Outside(search_lag_s=3600.0)
    opened = outside.opened()
    for number in range(250):
        outside.stripe.payments.open(
            PaymentWanted(
                payment_id=PaymentId(derived_id("other", number)),
                booking_id=BOOKING,
                amount=euros(100),
            ),
            f"open-{number}",
        )
    assert outside.stripe.payments.find(PAYMENT, outside.lately()) == opened


def test_an_old_payment_is_found_by_search_alone(outside: Outside) -> None:
    opened = outside.opened()
    outside.let_pass(30 * DAY)
    period = Period(instant("2027-02-14T00:00:00Z"), outside.clock())
    assert outside.stripe.payments.find(PAYMENT, period) == opened
