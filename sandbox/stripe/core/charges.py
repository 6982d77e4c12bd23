"""Charges: what PaymentIntents leave behind; to be read, annotated and, if held, captured."""

from sandbox.stripe.core import charging
from sandbox.stripe.core.errors import not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    EMAIL,
    METADATA,
    PERIOD,
    POSITIVE,
    SHIPPING,
    SHORT,
    TEXT,
    Params,
    Schema,
    listing,
)
from sandbox.stripe.core.payment_methods import living_customer
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.search import SEARCH, matcher, search_page
from sandbox.stripe.core.world import Obj, changed, merged_metadata


def retrieve(ctx: Context, _params: Params, charge_id: str) -> Obj:
    """GET /v1/charges/{id}"""
    return ctx.tenant.get("charge", charge_id)


def update(ctx: Context, params: Params, charge_id: str) -> Obj:
    """POST /v1/charges/{id}: words and metadata; a customer or group only where there is none."""
    charged = ctx.tenant.get("charge", charge_id)
    fields = {name: value for name, value in params.items() if name != "expand"}
    for name in ("customer", "transfer_group"):
        if name in fields and charged[name] not in (None, fields[name]):
            raise not_allowed(f"This charge already has a {name}.", param=name)
    if "customer" in fields:
        living_customer(ctx, fields["customer"])
    if "metadata" in fields:
        fields["metadata"] = merged_metadata(charged["metadata"], fields["metadata"])
    previous = changed(charged, **fields)
    if previous:
        emit(ctx.world, ctx.tenant, "charge.updated", charged, previous)
    return charged


def capture(ctx: Context, params: Params, charge_id: str) -> Obj:
    """POST /v1/charges/{id}/capture: the older way to capture what a PaymentIntent holds."""
    charged = ctx.tenant.get("charge", charge_id)
    if charged["captured"]:
        raise not_allowed(
            f"Charge {charge_id} has already been captured.", code="charge_already_captured"
        )
    intent = ctx.tenant.get("payment_intent", charged["payment_intent"])
    if not charged["paid"] or intent["status"] != "requires_capture":
        raise not_allowed(
            f"Charge {charge_id} is no longer held and cannot be captured.",
            code="charge_expired_for_capture",
        )
    amount: int = params["amount"] if "amount" in params else intent["amount_capturable"]
    if amount > intent["amount_capturable"]:
        raise not_allowed("You cannot capture more than is authorized.", param="amount")
    charging.capture(ctx.world, ctx.tenant, intent, amount, final=True)
    return charged


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/charges"""
    return page(
        ctx.tenant.table("charge"),
        params,
        "/v1/charges",
        equal=("customer", "payment_intent", "transfer_group"),
    )


def search(ctx: Context, params: Params) -> Obj:
    """GET /v1/charges/search"""
    fields = {"amount", "created", "currency", "customer", "disputed", "metadata", "refunded"}
    keep = matcher(params["query"], fields | {"status"})
    return search_page(ctx.world, ctx.tenant.table("charge"), params, "/v1/charges/search", keep)


def refunds(ctx: Context, params: Params, charge_id: str) -> Obj:
    """GET /v1/charges/{id}/refunds"""
    ctx.tenant.get("charge", charge_id)
    return page(
        ctx.tenant.table("refund"),
        params,
        f"/v1/charges/{charge_id}/refunds",
        keep=lambda refund: refund["charge"] == charge_id,
    )


def retrieve_refund(ctx: Context, _params: Params, charge_id: str, refund_id: str) -> Obj:
    """GET /v1/charges/{id}/refunds/{id}"""
    ctx.tenant.get("charge", charge_id)
    return ctx.tenant.get("refund", refund_id, "refund")


UPDATE = Schema(
    customer=SHORT,
    description=TEXT,
    metadata=METADATA,
    receipt_email=EMAIL,
    shipping=SHIPPING,
    transfer_group=SHORT,
)

ROUTES: Routes = {
    "GET /v1/charges": endpoint(
        list_,
        listing(created=PERIOD, customer=SHORT, payment_intent=SHORT, transfer_group=SHORT),
    ),
    "GET /v1/charges/search": endpoint(search, SEARCH),
    "GET /v1/charges/{}": endpoint(retrieve, Schema()),
    "POST /v1/charges/{}": endpoint(update, UPDATE),
    "POST /v1/charges/{}/capture": endpoint(capture, Schema(amount=POSITIVE)),
    "GET /v1/charges/{}/refunds": endpoint(refunds, listing()),
    "GET /v1/charges/{}/refunds/{}": endpoint(retrieve_refund, Schema()),
}
