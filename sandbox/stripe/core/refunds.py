"""Refunds: money back to the card, in parts, never more than is left; it may pend, and fail later.

The guest always gets exactly the amount in the currency they paid; where the account holds another
currency, its balance is debited at the rate of the day of the refund.
"""

from sandbox.stripe.core import application_fees, books, charging, currencies, moving
from sandbox.stripe.core.errors import malformed, not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    CURRENCY,
    METADATA,
    PERIOD,
    POSITIVE,
    SHORT,
    TRUTH,
    Params,
    Schema,
    listing,
    one_of,
)
from sandbox.stripe.core.payment_methods import card_behind
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import DAY, Obj, Tenant, World, changed, merged_metadata

# -- Create --------------------------------------------------------------------------------


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/refunds, by charge or by PaymentIntent; without an amount, all that is left."""
    world, tenant = ctx.world, ctx.tenant
    charged = _charge_of(ctx, params)
    amount = _refundable_amount(world, charged, params)
    charging.ensure_booked(world, tenant, charged)
    refund = charging.blank_refund(world, charged, amount, params.get("reason"))
    refund["metadata"] = merged_metadata({}, params.get("metadata", {}))
    _take_back_shares(world, tenant, charged, refund, params)
    world.add(tenant, refund)
    charged["amount_refunded"] += amount
    charged["refunded"] = charged["amount_refunded"] == charged["amount"]
    _start(world, tenant, charged, refund)
    emit(world, tenant, "refund.created", refund)
    emit(world, tenant, "charge.refunded", charged)
    return refund


def _take_back_shares(
    world: World, tenant: Tenant, charged: Obj, refund: Obj, params: Params
) -> None:
    """The host's part of the refund, and the platform's fee on it, where that is wanted.

    Raises a refusal, before anything has changed, where there is no such part or no money for it.
    """
    amount, fee_part = refund["amount"], 0
    if params.get("refund_application_fee"):
        fee_part = application_fees.part_for_refund(world, charged, amount)
    if params.get("reverse_transfer"):
        lent = application_fees.in_payers_money(world, charged, fee_part) if fee_part else 0
        reversal = moving.reverse_for_refund(world, tenant, charged, refund, lent=lent)
        refund["transfer_reversal"] = reversal and reversal["id"]
    if fee_part:
        application_fees.give_back(world, world.index[charged["application_fee"]], fee_part)


def _charge_of(ctx: Context, params: Params) -> Obj:
    if ("charge" in params) == ("payment_intent" in params):
        raise malformed("You must provide exactly one of: charge, payment_intent.")
    if "charge" in params:
        return ctx.tenant.get("charge", params["charge"], "charge")
    intent = ctx.tenant.get("payment_intent", params["payment_intent"], "payment_intent")
    if intent["status"] == "requires_capture":
        raise not_allowed(
            f"This PaymentIntent ({intent['id']}) has not been captured. Cancel it instead.",
            code="charge_not_refundable",
            param="payment_intent",
        )
    charged = ctx.world.index.get(intent["latest_charge"] or "")
    if charged is None or not charged["captured"]:
        raise not_allowed(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
            param="payment_intent",
        )
    return charged


def _refundable_amount(world: World, charged: Obj, params: Params) -> int:
    if not charged["paid"] or not charged["captured"]:
        raise not_allowed(
            f"Charge {charged['id']} has not been captured and cannot be refunded.",
            code="charge_not_refundable",
            param="charge",
        )
    if params.get("currency", charged["currency"]) != charged["currency"]:
        raise malformed("The currency must match the charge's.", param="currency")
    rest = charged["amount"] - charged["amount_refunded"]
    if rest == 0:
        raise not_allowed(
            f"Charge {charged['id']} has already been refunded.", code="charge_already_refunded"
        )
    if _is_charged_back(world, charged):
        raise not_allowed(
            f"Charge {charged['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    amount: int = params.get("amount", rest)
    currencies.check_granularity(amount, charged["currency"])
    if amount > rest:
        raise not_allowed(
            f"Refund amount ({currencies.shown(amount, charged['currency'])}) is greater than "
            f"unrefunded amount on charge ({currencies.shown(rest, charged['currency'])})",
            param="amount",
        )
    return amount


def _is_charged_back(world: World, charged: Obj) -> bool:
    dispute_id = world.notes.get(charged["id"], {}).get("dispute")
    return dispute_id is not None and not world.index[dispute_id]["is_charge_refundable"]


# -- Its life ------------------------------------------------------------------------------


def _start(world: World, tenant: Tenant, charged: Obj, refund: Obj) -> None:
    if not _affordable(world, tenant, charged, refund):
        refund["pending_reason"] = "insufficient_funds"
        world.note("waiting_refunds").setdefault("ids", []).append([tenant.id, refund["id"]])
        return
    _debit(world, tenant, charged, refund)
    method = tenant.get("payment_method", charged["payment_method"])
    fate = card_behind(world, method).refund
    if fate == "pends":
        refund["pending_reason"] = "processing"
        world.set_timer(world.now + DAY, "succeed_refund", tenant.id, refund["id"])
        return
    _mark_succeeded(refund)
    if fate == "fails":
        reason = "expired_or_canceled_card"
        world.set_timer(world.now + DAY, "fail_refund", tenant.id, refund["id"], reason)


def _affordable(world: World, tenant: Tenant, charged: Obj, refund: Obj) -> bool:
    if world.settings.refunds_from == "bank" or _still_pending(world, charged):
        return True
    money = books.settled(world, tenant, refund["amount"], refund["currency"])
    return tenant.available.get(money.currency, 0) >= money.amount


def _still_pending(world: World, charged: Obj) -> int | None:
    """When the charge's own money becomes available; None when it is."""
    transaction = world.index[charged["balance_transaction"]]
    return transaction["available_on"] if transaction["status"] == "pending" else None


def _debit(world: World, tenant: Tenant, charged: Obj, refund: Obj) -> None:
    # A refund of money that has not arrived yet is taken out of what is still to arrive.
    money = books.settled(world, tenant, -refund["amount"], refund["currency"])
    transaction = books.post(
        world,
        tenant,
        "refund",
        money,
        refund["id"],
        available_on=_still_pending(world, charged),
        description="REFUND FOR CHARGE",
    )
    refund["balance_transaction"] = transaction["id"]


def _mark_succeeded(refund: Obj) -> None:
    refund["status"] = "succeeded"
    refund["pending_reason"] = None


def settle_waiting(world: World) -> None:
    """Carry out the refunds that waited for money, in their order, as far as it goes."""
    waiting = world.notes.get("waiting_refunds", {}).get("ids", [])
    for entry in list(waiting):
        tenant = world.tenants[entry[0]]
        refund = tenant.get("refund", entry[1])
        charged = tenant.get("charge", refund["charge"])
        if _affordable(world, tenant, charged, refund):
            waiting.remove(entry)
            _debit(world, tenant, charged, refund)
            _mark_succeeded(refund)
            emit(world, tenant, "refund.updated", refund, {"status": "pending"})
            emit(world, tenant, "charge.refund.updated", refund, {"status": "pending"})


def succeed_refund(world: World, tenant_id: str, refund_id: str) -> None:
    """Timer: the bank has confirmed a refund that was in its hands."""
    tenant = world.tenants[tenant_id]
    refund = tenant.get("refund", refund_id)
    if refund["status"] == "pending":
        _mark_succeeded(refund)
        emit(world, tenant, "refund.updated", refund, {"status": "pending"})
        emit(world, tenant, "charge.refund.updated", refund, {"status": "pending"})


def fail_refund(world: World, tenant_id: str, refund_id: str, reason: str) -> None:
    """The bank could not pay the refund out: the money comes back by a second transaction."""
    tenant = world.tenants[tenant_id]
    refund = tenant.get("refund", refund_id)
    if refund["status"] not in ("pending", "succeeded"):
        return
    before = refund["status"]
    if refund["balance_transaction"] is not None:
        booked = world.index[refund["balance_transaction"]]
        money = books.Settled(-booked["amount"], booked["currency"])
        back = books.post(
            world,
            tenant,
            "refund_failure",
            money,
            refund_id,
            available_on=booked["available_on"],
            description="REFUND FAILURE",
        )
        refund["failure_balance_transaction"] = back["id"]
    waiting = world.notes.get("waiting_refunds", {}).get("ids", [])
    if [tenant_id, refund_id] in waiting:
        waiting.remove([tenant_id, refund_id])
    refund["status"] = "failed"
    refund["pending_reason"] = None
    refund["failure_reason"] = reason
    charged = tenant.get("charge", refund["charge"])
    charged["amount_refunded"] -= refund["amount"]
    charged["refunded"] = False
    previous = {"status": before, "failure_reason": None}
    emit(world, tenant, "refund.updated", refund, previous)
    emit(world, tenant, "refund.failed", refund)
    emit(world, tenant, "charge.refund.updated", refund, previous)


# -- Endpoints -----------------------------------------------------------------------------


def retrieve(ctx: Context, _params: Params, refund_id: str) -> Obj:
    """GET /v1/refunds/{id}"""
    return ctx.tenant.get("refund", refund_id, "refund")


def update(ctx: Context, params: Params, refund_id: str) -> Obj:
    """POST /v1/refunds/{id}: metadata only."""
    refund = ctx.tenant.get("refund", refund_id, "refund")
    if "metadata" in params:
        merged = merged_metadata(refund["metadata"], params["metadata"])
        previous = changed(refund, metadata=merged)
        if previous:
            emit(ctx.world, ctx.tenant, "refund.updated", refund, previous)
            emit(ctx.world, ctx.tenant, "charge.refund.updated", refund, previous)
    return refund


def cancel(ctx: Context, _params: Params, refund_id: str) -> Obj:
    """POST /v1/refunds/{id}/cancel: only refunds that wait for the guest, which a card's never do.

    Always raises a refusal.
    """
    refund = ctx.tenant.get("refund", refund_id, "refund")
    raise not_allowed(
        f"You cannot cancel this refund because it has a status of {refund['status']}. Only a "
        "refund with the status requires_action may be canceled."
    )


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/refunds"""
    return page(
        ctx.tenant.table("refund"), params, "/v1/refunds", equal=("charge", "payment_intent")
    )


CREATE = Schema(
    amount=POSITIVE,
    charge=SHORT,
    currency=CURRENCY,
    metadata=METADATA,
    payment_intent=SHORT,
    reason=one_of("duplicate", "fraudulent", "requested_by_customer"),
    refund_application_fee=TRUTH,
    reverse_transfer=TRUTH,
)

ROUTES: Routes = {
    "POST /v1/refunds": endpoint(create, CREATE),
    "GET /v1/refunds": endpoint(list_, listing(charge=SHORT, created=PERIOD, payment_intent=SHORT)),
    "GET /v1/refunds/{}": endpoint(retrieve, Schema()),
    "POST /v1/refunds/{}": endpoint(update, Schema(metadata=METADATA)),
    "POST /v1/refunds/{}/cancel": endpoint(cancel, Schema()),
}
