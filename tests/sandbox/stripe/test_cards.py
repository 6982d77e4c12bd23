"""Every documented test card does what it is documented to do."""

from typing import Any

import pytest
import stripe

from sandbox.stripe.core import cards
from tests.sandbox.stripe.shells import BACK, Shell, balance_of, charge_of, paid

DECLINES = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": ("card_declined", "stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card"),
    "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", "incorrect_cvc"),
    "pm_card_chargeDeclinedProcessingError": ("processing_error", "processing_error"),
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": (
        "card_declined",
        "card_velocity_exceeded",
    ),
    "pm_card_radarBlock": ("card_declined", "fraudulent"),
}

GOOD = [
    f"pm_card_{card.token}"
    for card in cards.CARDS
    if card.decline is None and card.authentication in ("never", "optional")
]


@pytest.mark.parametrize("token", DECLINES)
def test_a_declined_card_says_why(shell: Shell, token: str) -> None:
    code, decline_code = DECLINES[token]
    with pytest.raises(stripe.CardError) as refused:
        paid(shell, card=token)
    assert refused.value.http_status == 402
    assert refused.value.code == code
    error: Any = refused.value.error
    assert getattr(error, "decline_code", decline_code) == decline_code
    # and the payment is back at its start, with a failed charge to show for it
    intent = shell.v1.payment_intents.retrieve(error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.payment_method is None
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == code
    charge = charge_of(shell, intent)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)


def test_a_declined_guest_may_pay_with_another_card(shell: Shell) -> None:
    with pytest.raises(stripe.CardError) as refused:
        paid(shell, card="pm_card_visa_chargeDeclined")
    error: Any = refused.value.error
    again = shell.v1.payment_intents.confirm(
        error.payment_intent.id, {"payment_method": "pm_card_visa", "return_url": BACK}
    )
    assert again.status == "succeeded"


@pytest.mark.parametrize("token", GOOD)
def test_a_good_card_pays(inside: Shell, token: str) -> None:
    intent = paid(inside, card=token)
    assert intent.status == "succeeded"
    card = cards.by_token(token)
    assert card is not None
    shown = charge_of(inside, intent).payment_method_details.card
    assert (shown.brand, shown.last4, shown.country) == (card.brand, card.last4, card.country)


@pytest.mark.parametrize(
    "card",
    [card for card in cards.CARDS if card.authentication not in ("never", "optional")],
    ids=lambda card: card.token,
)
def test_a_card_with_strong_authentication_asks_for_it(inside: Shell, card: cards.TestCard) -> None:
    intent = paid(inside, card=f"pm_card_{card.token}")
    assert intent.status == "requires_action"
    inside.behind(f"authentications/{intent.id}", {"outcome": "passed"})
    after = inside.v1.payment_intents.retrieve(intent.id)
    assert after.status == ("requires_payment_method" if card.decline else "succeeded")


def test_3d_secure_can_be_asked_of_a_card_that_supports_it(inside: Shell) -> None:
    options = {"card": {"request_three_d_secure": "any"}}
    optional = paid(inside, card="pm_card_threeDSecureOptional", payment_method_options=options)
    assert optional.status == "requires_action"


def test_a_card_already_set_up_asks_only_guests_who_are_there(inside: Shell) -> None:
    card = "pm_card_authenticationRequiredSetupForOffSession"
    assert paid(inside, card=card).status == "requires_action"
    assert paid(inside, card=card, off_session=True).status == "succeeded"


def test_every_card_number_has_its_check_digit() -> None:
    assert all(cards.is_plausible(card.number) for card in cards.CARDS)
    assert len(cards.BY_NUMBER) == len(cards.CARDS)


@pytest.mark.parametrize("card", cards.CARDS, ids=lambda card: card.token)
def test_a_card_is_the_same_by_number_and_by_token(inside: Shell, card: cards.TestCard) -> None:
    method = inside.v1.payment_methods.create(
        {"type": "card", "card": {"number": card.number, "exp_month": 12, "exp_year": 2030}}
    )
    assert method.card is not None
    assert method.card.last4 == card.last4
    by_token = inside.v1.payment_methods.create(
        {"type": "card", "card": {"token": f"tok_{card.token}"}}
    )
    assert by_token.card is not None
    assert by_token.card.fingerprint == method.card.fingerprint


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"number": "4242424242424241", "exp_month": 12, "exp_year": 2034}, "incorrect_number"),
        ({"number": "4242424242424242", "exp_month": 12, "exp_year": 1999}, "invalid_expiry_year"),
        ({"number": "4242424242424242", "exp_month": 1, "exp_year": 2026}, "invalid_expiry_year"),
        ({"number": "4111111111111111", "exp_month": 12, "exp_year": 2034}, "card_declined"),
    ],
)
def test_an_impossible_card_is_refused(inside: Shell, card: Any, code: str) -> None:
    with pytest.raises(stripe.CardError) as refused:
        inside.v1.payment_methods.create({"type": "card", "card": card})
    assert refused.value.code == code


def test_some_money_is_available_at_once(shell: Shell) -> None:
    before, _ = balance_of(shell)
    paid(shell, card="pm_card_bypassPending")
    after, _ = balance_of(shell)
    if shell.control is not None:
        assert after - before == 9_680
    else:
        assert after > before
