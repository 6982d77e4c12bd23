"""What happens when a card is charged: declined, held, captured, booked, let go, expired.

The verbs here change a PaymentIntent and its charge together and write their events. `book` is the
moment at which the money enters the books: at once, or a second later for `automatic_async`.
"""

from typing import NoReturn

from sandbox.stripe.core import application_fees, books, cards, moving
from sandbox.stripe.core.cards import TestCard
from sandbox.stripe.core.errors import card_refused
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.payment_methods import card_behind
from sandbox.stripe.core.world import DAY, Obj, Tenant, World

# -- The attempt ---------------------------------------------------------------------------


def charge(world: World, tenant: Tenant, intent: Obj, method: Obj, *, authenticated: bool) -> None:
    """Charge the card of `method`: the intent succeeds or waits for its capture.

    Raises the card's refusal after writing it down (failed charge, intent back to its start).
    """
    card = card_behind(world, method)
    if card.decline:
        code, decline_code = card.decline
        _decline(world, tenant, intent, method, code, decline_code)
    new = _new_charge(world, intent, method, card, authenticated=authenticated)
    world.add(tenant, new)
    intent["latest_charge"] = new["id"]
    intent["last_payment_error"] = None
    intent["next_action"] = None
    _remember_card(world, tenant, intent, method)
    options = intent["payment_method_options"]["card"]
    if "manual" in (intent["capture_method"], options.get("capture_method")):
        _hold(world, tenant, intent, new)
    else:
        _take(world, tenant, intent, new, card)


def _hold(world: World, tenant: Tenant, intent: Obj, new: Obj) -> None:
    capture_before = world.second + world.settings.authorization_days * DAY
    new["payment_method_details"]["card"]["capture_before"] = capture_before
    intent["status"] = "requires_capture"
    intent["amount_capturable"] = intent["amount"]
    world.set_timer(capture_before, "expire_authorization", tenant.id, intent["id"], new["id"])
    emit(world, tenant, "charge.succeeded", new)
    emit(world, tenant, "payment_intent.amount_capturable_updated", intent)


def _take(world: World, tenant: Tenant, intent: Obj, new: Obj, card: TestCard) -> None:
    new["captured"] = True
    new["amount_captured"] = new["amount"]
    intent["status"] = "succeeded"
    intent["amount_received"] = new["amount"]
    if intent["capture_method"] == "automatic_async":
        due = world.now + world.settings.ledger_delay_s
        world.set_timer(due, "book", tenant.id, new["id"])
    else:
        _book_amount(world, tenant, intent, new, new["amount"])
    emit(world, tenant, "charge.succeeded", new)
    emit(world, tenant, "payment_intent.succeeded", intent)
    _foresee_dispute(world, tenant, new, card)


def _foresee_dispute(world: World, tenant: Tenant, new: Obj, card: TestCard) -> None:
    if card.dispute:
        due = world.now + 2 * world.settings.ledger_delay_s
        world.set_timer(due, "dispute", tenant.id, new["id"], card.dispute, card.inquiry)


def _remember_card(world: World, tenant: Tenant, intent: Obj, method: Obj) -> None:
    wish = intent["setup_future_usage"]
    if wish and intent["customer"]:
        if method["customer"] is None:
            method["customer"] = intent["customer"]
            emit(world, tenant, "payment_method.attached", method)
        if wish == "off_session":
            world.note(method["id"])["set_up"] = True
    if method["customer"] is None:
        world.note(method["id"])["used_up"] = True


AT_FIRST: Obj = {
    "id": None,
    "object": "charge",
    "amount": None,
    "amount_captured": 0,
    "amount_refunded": 0,
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "balance_transaction": None,
    "billing_details": None,
    "calculated_statement_descriptor": "STAYLEDGER SANDBOX",
    "captured": False,
    "created": None,
    "currency": None,
    "customer": None,
    "description": None,
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "fraud_details": {},
    "livemode": False,
    "metadata": None,
    "on_behalf_of": None,
    "outcome": None,
    "paid": True,
    "payment_intent": None,
    "payment_method": None,
    "payment_method_details": None,
    "radar_options": {},
    "receipt_email": None,
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "shipping": None,
    "source": None,
    "source_transfer": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "status": "succeeded",
    "transfer_data": None,
    "transfer_group": None,
}
"""Nothing in it is ever changed in place, so that all charges may share what they did not set."""

_FROM_INTENT = (
    "amount", "application_fee_amount", "currency", "customer", "description", "on_behalf_of",
    "receipt_email", "shipping", "statement_descriptor", "statement_descriptor_suffix",
    "transfer_data", "transfer_group",
)  # fmt: skip


def _new_charge(
    world: World, intent: Obj, method: Obj, card: TestCard, *, authenticated: bool
) -> Obj:
    charge_id = world.new_id("ch")
    return {
        **AT_FIRST,
        **{name: intent[name] for name in _FROM_INTENT},
        "id": charge_id,
        "billing_details": method["billing_details"],
        "created": world.second,
        "metadata": {**intent["metadata"]},
        "outcome": _outcome(card),
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(intent, method, authenticated=authenticated),
        "receipt_url": f"{world.settings.base_url}/objects/{charge_id}",
    }


def _details(intent: Obj, method: Obj, *, authenticated: bool) -> Obj:
    shown = method["card"]
    multicapture = intent["payment_method_options"]["card"].get("request_multicapture")
    return {
        "card": {
            "amount_authorized": intent["amount"],
            "authorization_code": None,
            "brand": shown["brand"],
            "checks": shown["checks"],
            "country": shown["country"],
            "exp_month": shown["exp_month"],
            "exp_year": shown["exp_year"],
            "extended_authorization": {"status": "disabled"},
            "fingerprint": shown["fingerprint"],
            "funding": shown["funding"],
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "last4": shown["last4"],
            "mandate": None,
            "multicapture": {
                "status": "available" if multicapture == "if_available" else "unavailable"
            },
            "network": shown["brand"],
            "network_token": {"used": False},
            "overcapture": {
                "maximum_amount_capturable": intent["amount"],
                "status": "unavailable",
            },
            "regulated_status": "unregulated",
            "three_d_secure": _three_d_secure() if authenticated else None,
            "wallet": None,
        },
        "type": "card",
    }


def _three_d_secure() -> Obj:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "version": "2.2.0",
    }


_SCORES = {"normal": 20, "elevated": 65, "highest": 95}


def _outcome(card: TestCard) -> Obj:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": "elevated_risk_level" if card.risk == "elevated" else None,
        "risk_level": card.risk,
        "risk_score": _SCORES[card.risk],
        "seller_message": "Payment complete.",
        "type": "manual_review" if card.risk == "elevated" else "authorized",
    }


# -- Refused -------------------------------------------------------------------------------


def refuse_unauthenticated(world: World, tenant: Tenant, intent: Obj, method: Obj) -> NoReturn:
    """The card wants its holder, who is not there: declined with `authentication_required`."""
    code = "authentication_required"
    _decline(world, tenant, intent, method, code, code)


def _decline(
    world: World, tenant: Tenant, intent: Obj, method: Obj, code: str, decline_code: str
) -> NoReturn:
    message = cards.DECLINE_MESSAGES[decline_code]
    failed = _failed_charge(world, intent, method, code, decline_code)
    world.add(tenant, failed)
    emit(world, tenant, "charge.failed", failed)
    intent["latest_charge"] = failed["id"]
    error: Obj = {
        "advice_code": cards.advice(decline_code),
        "charge": failed["id"],
        "code": code,
        "decline_code": decline_code,
        "doc_url": f"https://docs.stripe.com/error-codes/{code}",
        "message": message,
        "payment_method": {**method},
        "type": "card_error",
    }
    _back_to_start(world, tenant, intent, error)
    raise card_refused(
        message,
        code=code,
        decline_code=decline_code,
        advice_code=error["advice_code"],
        charge=failed["id"],
        payment_intent=intent,
        payment_method=error["payment_method"],
    )


def _failed_charge(world: World, intent: Obj, method: Obj, code: str, decline_code: str) -> Obj:
    card = card_behind(world, method)
    failed = _new_charge(world, intent, method, card, authenticated=False)
    blocked = card.token == "radarBlock"
    outcome = {
        **failed["outcome"],
        "advice_code": cards.advice(decline_code),
        "network_status": "not_sent_to_network" if blocked else "declined_by_network",
        "reason": "highest_risk_level" if blocked else decline_code,
        "seller_message": "The payment was blocked." if blocked else "The bank declined it.",
        "type": "blocked" if blocked else "issuer_declined",
    }
    return {
        **failed,
        "failure_code": code,
        "failure_message": cards.DECLINE_MESSAGES[decline_code],
        "outcome": outcome,
        "paid": False,
        "status": "failed",
    }


def fail_authentication(world: World, tenant: Tenant, intent: Obj, method: Obj) -> NoReturn:
    """The guest did not pass 3-D Secure: no charge was made."""
    code = "payment_intent_authentication_failure"
    message = (
        "We are unable to authenticate your payment method. Please choose a different payment "
        "method and try again."
    )
    error: Obj = {
        "code": code,
        "doc_url": f"https://docs.stripe.com/error-codes/{code}",
        "message": message,
        "payment_method": {**method},
        "type": "invalid_request_error",
    }
    _back_to_start(world, tenant, intent, error)
    raise card_refused(message, code=code, payment_intent=intent)


def _back_to_start(world: World, tenant: Tenant, intent: Obj, error: Obj) -> None:
    intent["status"] = "requires_payment_method"
    intent["payment_method"] = None
    intent["next_action"] = None
    intent["last_payment_error"] = error
    emit(world, tenant, "payment_intent.payment_failed", intent)


# -- Captured ------------------------------------------------------------------------------


def capture(world: World, tenant: Tenant, intent: Obj, amount: int, *, final: bool) -> None:
    """Take `amount` of what is held; what a final capture leaves goes back to the card."""
    held = tenant.get("charge", intent["latest_charge"])
    held["captured"] = True
    held["amount_captured"] += amount
    held["application_fee_amount"] = intent["application_fee_amount"]
    intent["amount_received"] += amount
    intent["amount_capturable"] = 0 if final else intent["amount_capturable"] - amount
    _book_amount(world, tenant, intent, held, amount)
    emit(world, tenant, "charge.captured", held)
    if intent["amount_capturable"] == 0:
        if held["amount_captured"] < held["amount"]:
            release(world, tenant, held, held["amount"] - held["amount_captured"], None)
        intent["status"] = "succeeded"
        emit(world, tenant, "payment_intent.succeeded", intent)
        _foresee_dispute(world, tenant, held, _card_of(world, tenant, held))
    else:
        emit(world, tenant, "payment_intent.amount_capturable_updated", intent)


def _card_of(world: World, tenant: Tenant, charged: Obj) -> TestCard:
    return card_behind(world, tenant.get("payment_method", charged["payment_method"]))


def book(world: World, tenant_id: str, charge_id: str) -> None:
    """Timer: the balance transaction of an `automatic_async` capture appears."""
    tenant = world.tenants[tenant_id]
    charged = tenant.get("charge", charge_id)
    if charged["balance_transaction"] is None:
        intent = tenant.get("payment_intent", charged["payment_intent"])
        _book_amount(world, tenant, intent, charged, charged["amount"])
        emit(world, tenant, "charge.updated", charged, {"balance_transaction": None})


def ensure_booked(world: World, tenant: Tenant, charged: Obj) -> None:
    """Book now what would be booked in a moment: something else builds on it."""
    if charged["captured"] and charged["balance_transaction"] is None:
        book(world, tenant.id, charged["id"])


def _book_amount(world: World, tenant: Tenant, intent: Obj, charged: Obj, amount: int) -> None:
    card = _card_of(world, tenant, charged)
    money = books.settled(world, tenant, amount, charged["currency"])
    fees = [books.processing_fee(world, money.amount)]
    direct = not world.is_platform(tenant) and charged["application_fee_amount"]
    if direct:
        fees.append(application_fees.line(world, tenant, charged, money))
    available_on = None
    if not card.available_at_once:
        available_on = world.midnight_after(world.settings.settlement_days)
    transaction = books.post(
        world,
        tenant,
        "charge",
        money,
        charged["id"],
        fees=tuple(fees),
        available_on=available_on,
        description=charged["description"],
    )
    charged["balance_transaction"] = transaction["id"]
    _count(world, charged, money)
    if direct:
        application_fees.collect(world, tenant, charged, money)
    if intent["transfer_data"] is not None:
        moving.forward(world, tenant, intent, charged, money)


def _count(world: World, charged: Obj, money: books.Settled) -> None:
    # Captures in parts are booked in parts, possibly at different rates.
    note = world.note(charged["id"])
    before = note["brought_in"][0] if "brought_in" in note else 0
    note["brought_in"] = [before + money.amount, money.currency]


# -- Let go --------------------------------------------------------------------------------


def release(world: World, tenant: Tenant, held: Obj, amount: int, reason: str | None) -> None:
    """Give back what was held and not taken: a refund without any effect on the books."""
    held["amount_refunded"] += amount
    held["refunded"] = held["amount_refunded"] == held["amount"]
    refund = blank_refund(world, held, amount, reason)
    refund["status"] = "succeeded"
    world.add(tenant, refund)
    emit(world, tenant, "charge.refunded", held)


def blank_refund(world: World, charged: Obj, amount: int, reason: str | None) -> Obj:
    """A refund of `amount` of a charge, pending and without any effect yet."""
    return {
        "id": world.new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charged["id"],
        "created": world.second,
        "currency": charged["currency"],
        "description": None,
        "destination_details": {
            "card": {"reference_status": "pending", "reference_type": None, "type": "refund"},
            "type": "card",
        },
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": {},
        "payment_intent": charged["payment_intent"],
        "pending_reason": None,
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def cancel(world: World, tenant: Tenant, intent: Obj, reason: str | None) -> None:
    """Cancel the intent; an authorisation is released, and what was captured of it stays."""
    if intent["amount_capturable"] > 0:
        held = tenant.get("charge", intent["latest_charge"])
        expired = reason == "automatic"
        release(
            world,
            tenant,
            held,
            intent["amount_capturable"],
            "expired_uncaptured_charge" if expired else None,
        )
        if expired:
            emit(world, tenant, "charge.expired", held)
    intent["amount_capturable"] = 0
    intent["next_action"] = None
    if intent["amount_received"] > 0:
        # Part of it was captured before: the payment stands, for that part.
        intent["status"] = "succeeded"
        emit(world, tenant, "payment_intent.succeeded", intent)
        return
    intent["canceled_at"] = world.second
    intent["cancellation_reason"] = reason
    intent["status"] = "canceled"
    emit(world, tenant, "payment_intent.canceled", intent)


def expire_authorization(world: World, tenant_id: str, intent_id: str, charge_id: str) -> None:
    """Timer: the last moment to capture has passed."""
    tenant = world.tenants[tenant_id]
    intent = tenant.get("payment_intent", intent_id)
    if intent["status"] == "requires_capture" and intent["latest_charge"] == charge_id:
        cancel(world, tenant, intent, "automatic")
