"""The control plane: what in real life time, banks, networks and Stripe's own people decide.

`perform` is its door: `(method, path, body) → object`, outside `/v1` and without a key. Everything
it does goes through the same verbs as the API, so the books and the events cannot be bypassed.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from sandbox.stripe.core import (
    books,
    currencies,
    disputes,
    faults,
    payment_intents,
    payouts,
    refunds,
    requirements,
    setup_intents,
    webhooks,
)
from sandbox.stripe.core.books import Settled
from sandbox.stripe.core.errors import malformed, no_such, unknown_url
from sandbox.stripe.core.routing import Context
from sandbox.stripe.core.timers import advance
from sandbox.stripe.core.world import Obj, Tenant, World

FURTHEST_S = 10 * 366 * 86_400
"""How far the clock moves at once: every midnight on the way does its work."""

Verb: TypeAlias = Callable[..., Obj]


def perform(world: World, method: str, path: str, body: Any) -> Obj:
    """Do what `method path` says with the JSON `body` (an object or None).

    Raises a refusal for an unknown verb or object, or for a body that makes no sense.
    """
    segments = [part for part in path.split("/") if part]
    pattern = tuple(part if place % 2 == 0 else "{}" for place, part in enumerate(segments))
    verb = VERBS.get((method, *pattern))
    if verb is None:
        raise unknown_url(method, f"/_control/{path}")
    if not isinstance(body, dict | None):
        raise malformed("The body must be a JSON object.")
    world.fresh_events = []
    done = verb(world, body or {}, *segments[1::2])
    refunds.settle_waiting(world)
    return done


def holder(world: World, kind: str, object_id: str) -> tuple[Tenant, Obj]:
    """An object of any account, with the account that holds it."""
    for tenant in world.tenants.values():
        found = tenant.tables.get(kind, {}).get(object_id)
        if found is not None:
            return tenant, found
    raise no_such(kind, object_id[:200])


def _number(body: Obj, name: str, default: float | None = None) -> float:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e11:
        raise malformed(f"{name} must be a number.", param=name)
    return value


def _word(body: Obj, name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise malformed(f"{name} must be text.", param=name)
    return value


# -- Time ----------------------------------------------------------------------------------


def clock(world: World, _body: Obj) -> Obj:
    """GET clock"""
    return {"now": world.now, "offset": world.offset, "timers": len(world.timers)}


def move_clock(world: World, body: Obj) -> Obj:
    """POST clock `{"advance_s": 86400}` or `{"to": 1800000000}`: forward only."""
    step = _number(body, "to") - world.now if "to" in body else _number(body, "advance_s")
    if not 0 <= step <= FURTHEST_S:
        raise malformed("The clock only moves forward, and by ten years at most.")
    world.offset += step
    advance(world, world.now + step)
    return clock(world, {})


# -- Banks and guests ----------------------------------------------------------------------


def open_dispute(world: World, body: Obj) -> Obj:
    """POST disputes `{"charge", "amount"?, "reason"?, "inquiry"?}`"""
    tenant, charged = holder(world, "charge", _word(body, "charge"))
    reason = _word(body, "reason", "fraudulent")
    if reason not in disputes.REASONS:
        raise malformed(f"Invalid reason: must be one of {', '.join(disputes.REASONS)}")
    amount = None
    if body.get("amount") is not None:
        amount = int(_number(body, "amount"))
        currencies.check_chargeable(amount, charged["currency"])
    inquiry = bool(body.get("inquiry"))
    return disputes.open_(world, tenant, charged, reason=reason, inquiry=inquiry, amount=amount)


def decide_dispute(world: World, body: Obj, dispute_id: str) -> Obj:
    """POST disputes/{id} `{"outcome": "won" | "lost" | "escalated" | "reopened" | "prevented"}`"""
    tenant, dispute = holder(world, "dispute", dispute_id)
    outcome = _word(body, "outcome")
    if outcome == "prevented":
        disputes.prevent(world, tenant, dispute)
        refunds.create(Context(world, tenant), {"charge": dispute["charge"]})
    else:
        disputes.decide(world, tenant, dispute, outcome)
    return dispute


def settle_refund(world: World, body: Obj, refund_id: str) -> Obj:
    """POST refunds/{id} `{"outcome": "failed" | "succeeded", "failure_reason"?}`"""
    tenant, refund = holder(world, "refund", refund_id)
    outcome = _word(body, "outcome")
    if outcome == "failed" and refund["charge"].startswith("ch_"):
        reason = _word(body, "failure_reason", "unknown")
        refunds.fail_refund(world, tenant.id, refund_id, reason)
    elif outcome == "succeeded" and refund["pending_reason"] == "processing":
        refunds.succeed_refund(world, tenant.id, refund_id)
    else:
        raise malformed(f"A refund that is {refund['status']} cannot be {outcome}.")
    return refund


def settle_payout(world: World, body: Obj, payout_id: str) -> Obj:
    """POST payouts/{id} `{"outcome": "failed" | "paid", "failure_code"?}`"""
    tenant, payout = holder(world, "payout", payout_id)
    outcome = _word(body, "outcome")
    if outcome == "failed":
        code = _word(body, "failure_code", "could_not_process")
        payouts.fail(world, tenant, payout, code)
    elif outcome == "paid" and payout["status"] in ("pending", "in_transit"):
        payouts.arrive(world, tenant.id, payout_id)
    else:
        raise malformed(f"A payout that is {payout['status']} cannot be {outcome}.")
    return payout


def authenticate(world: World, body: Obj, intent_id: str) -> Obj:
    """POST authentications/{intent} `{"outcome": "passed" | "failed"}`: the 3-D Secure page."""
    passed = _word(body, "outcome") == "passed"
    kind = "setup_intent" if intent_id.startswith("seti_") else "payment_intent"
    tenant, intent = holder(world, kind, intent_id)
    family = setup_intents if kind == "setup_intent" else payment_intents
    family.authenticate(world, tenant, intent, passed=passed)
    return intent


def fund(world: World, body: Obj) -> Obj:
    """POST funds `{"amount", "currency"}`: the operator wires money to the platform's balance."""
    amount, currency = int(_number(body, "amount")), _word(body, "currency")
    if amount <= 0 or currency not in world.settings.settlement_currencies:
        raise malformed("A top-up is positive and in a currency that the platform holds.")
    money = Settled(amount, currency)
    source = world.new_id("tu")
    return books.post(world, world.platform, "topup", money, source, description="Top-up")


# -- Accounts ------------------------------------------------------------------------------


def restrict(world: World, body: Obj, account_id: str) -> Obj:
    """POST accounts/{id} `{"disabled_reason"?, "fields"?, "deadline"?}`, or `{}` to lift it."""
    if account_id == world.platform.id:
        raise malformed("The platform itself cannot be restricted.")
    account = world.platform.get("account", account_id)
    if not body:
        requirements.lift(world, account_id)
        return account
    fields = body.get("fields", [])
    if not isinstance(fields, list) or not all(isinstance(one, str) for one in fields):
        raise malformed("fields must be a list of texts.", param="fields")
    deadline = int(_number(body, "deadline")) if body.get("deadline") is not None else None
    reason = _word(body, "disabled_reason", "")
    requirements.restrict(world, account_id, reason=reason, fields=fields, deadline=deadline)
    return account


# -- Bad days ------------------------------------------------------------------------------


def list_faults(world: World, _body: Obj) -> Obj:
    """GET faults"""
    return {"faults": world.faults}


def add_fault(world: World, body: Obj) -> Obj:
    """POST faults: see `faults.py` for the rule."""
    return faults.inject(world, body)


def clear_faults(world: World, _body: Obj) -> Obj:
    """DELETE faults"""
    world.faults.clear()
    return {"faults": []}


def move_rates(world: World, body: Obj) -> Obj:
    """POST rates `{"usd": "1.10"}`: units of a currency that one euro buys from now on."""
    moved = {currency: _rate(world, currency, value) for currency, value in body.items()}
    world.rates |= moved
    return {"rates": world.rates}


def _rate(world: World, currency: str, value: Any) -> str:
    try:
        number = Decimal(str(value))
        if currency in world.rates and Decimal("0.0001") < number < 1_000_000:
            return str(number)
    except InvalidOperation:
        pass
    raise malformed(f"Not a rate: {currency} {value}"[:100], param=currency)


def set_mischief(world: World, body: Obj) -> Obj:
    """POST webhooks `{"duplicate"?, "drop"?, "reorder"?, "delay_s"?}`; probabilities, seconds."""
    mischief = dict(webhooks.NO_MISCHIEF)
    for name in ("duplicate", "drop"):
        mischief[name] = _number(body, name, 0.0)
        if not 0 <= mischief[name] <= 1:
            raise malformed(f"{name} must be a probability.", param=name)
    mischief["reorder"] = bool(body.get("reorder"))
    delay = body.get("delay_s", [0, 0])
    if not isinstance(delay, list) or len(delay) != 2:
        raise malformed("delay_s must be [soonest, latest].", param="delay_s")
    soonest, latest = (_number({"delay_s": one}, "delay_s") for one in delay)
    if not 0 <= soonest <= latest:
        raise malformed("delay_s must be [soonest, latest].", param="delay_s")
    mischief["delay_s"] = [soonest, latest]
    world.mischief = mischief
    return mischief


def list_deliveries(world: World, _body: Obj) -> Obj:
    """GET webhooks: the switches and the latest thousand deliveries, newest first."""
    return {
        "mischief": {**webhooks.NO_MISCHIEF, **world.mischief},
        "deliveries": list(reversed(world.deliveries.values()))[:1_000],
    }


def resend(world: World, _body: Obj, event_id: str) -> Obj:
    """POST webhooks/{event}: deliver an event once more, to every endpoint it was meant for."""
    if event_id not in world.index:
        raise no_such("event", event_id)
    return {"event": event_id, "endpoints": webhooks.resend(world, event_id)}


# -- Books ---------------------------------------------------------------------------------


def read_books(world: World, _body: Obj) -> Obj:
    """GET books: every account's balances, and every way in which the books do not balance."""
    return {
        "accounts": {
            tenant.id: {"available": tenant.available, "pending": tenant.pending}
            for tenant in world.tenants.values()
        },
        "transactions": sum(
            len(tenant.tables.get("balance_transaction", {})) for tenant in world.tenants.values()
        ),
        "findings": books.audit(world),
    }


def overview(_world: World, _body: Obj) -> Obj:
    """GET /: the verbs, each with its sentence."""
    return {
        f"{name[0]} /_control/{'/'.join(name[1:])}": (verb.__doc__ or "").strip()
        for name, verb in VERBS.items()
    } | {"POST /_control/reset": 'POST reset `{"seed"?}`: a new world, empty.'}


VERBS: dict[tuple[str, ...], Verb] = {
    ("GET",): overview,
    ("GET", "clock"): clock,
    ("POST", "clock"): move_clock,
    ("POST", "disputes"): open_dispute,
    ("POST", "disputes", "{}"): decide_dispute,
    ("POST", "refunds", "{}"): settle_refund,
    ("POST", "payouts", "{}"): settle_payout,
    ("POST", "authentications", "{}"): authenticate,
    ("POST", "funds"): fund,
    ("POST", "accounts", "{}"): restrict,
    ("GET", "faults"): list_faults,
    ("POST", "faults"): add_fault,
    ("DELETE", "faults"): clear_faults,
    ("POST", "rates"): move_rates,
    ("GET", "webhooks"): list_deliveries,
    ("POST", "webhooks"): set_mischief,
    ("POST", "webhooks", "{}"): resend,
    ("GET", "books"): read_books,
}
