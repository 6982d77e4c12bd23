"""Customers: the people whose cards are kept."""

from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    ADDRESS,
    ADDRESS_FIELDS,
    EMAIL,
    METADATA,
    PERIOD,
    SHIPPING,
    SHORT,
    TEXT,
    Kind,
    Params,
    Schema,
    clearable,
    hash_of,
    list_of,
    listing,
    one_of,
    whole,
)
from sandbox.stripe.core.payment_methods import attach_to, living_customer, usable
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.search import SEARCH, matcher, search_page
from sandbox.stripe.core.world import Obj, changed, merged_metadata

FIELDS: dict[str, Kind] = {
    "address": clearable(ADDRESS),
    "description": clearable(TEXT),
    "email": clearable(EMAIL),
    "invoice_settings": hash_of(default_payment_method=clearable(SHORT)),
    "metadata": METADATA,
    "name": clearable(SHORT),
    "phone": clearable(SHORT),
    "preferred_locales": list_of(SHORT),
    "shipping": clearable(SHIPPING),
    "tax_exempt": clearable(one_of("none", "exempt", "reverse")),
}


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/customers"""
    world = ctx.world
    method = None
    if "payment_method" in params:
        method = usable(ctx, params["payment_method"], customer=None)
    customer: Obj = {
        "id": world.new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": world.second,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": world.new_id("P", 8)[2:].upper(),
        "invoice_settings": {"default_payment_method": None},
        "livemode": False,
        "metadata": {},
        "name": None,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    _fill(ctx, customer, params)
    if method is not None:
        attach_to(ctx, method, customer["id"])
    world.add(ctx.tenant, customer)
    emit(world, ctx.tenant, "customer.created", customer)
    return customer


def _fill(ctx: Context, customer: Obj, params: Params) -> Obj:
    fields = {name: params[name] for name in FIELDS if name in params}
    if fields.get("address"):
        fields["address"] = whole(fields["address"], ADDRESS_FIELDS)
    if "metadata" in fields:
        fields["metadata"] = merged_metadata(customer["metadata"], fields["metadata"])
    if "tax_exempt" in fields:
        fields["tax_exempt"] = fields["tax_exempt"] or "none"
    default = params.get("invoice_settings", {}).get("default_payment_method")
    if default:
        method = ctx.tenant.refer("payment_method", default, "invoice_settings")
        fields["invoice_settings"] = {"default_payment_method": method["id"]}
    return changed(customer, **fields)


def retrieve(ctx: Context, _params: Params, customer_id: str) -> Obj:
    """GET /v1/customers/{id}: a deleted customer answers that it is deleted."""
    customer = ctx.tenant.get("customer", customer_id)
    if ctx.world.notes.get(customer_id, {}).get("deleted"):
        return {"id": customer_id, "object": "customer", "deleted": True}
    return customer


def update(ctx: Context, params: Params, customer_id: str) -> Obj:
    """POST /v1/customers/{id}"""
    ctx.tenant.get("customer", customer_id)
    customer = living_customer(ctx, customer_id, "id")
    previous = _fill(ctx, customer, params)
    if previous:
        emit(ctx.world, ctx.tenant, "customer.updated", customer, previous)
    return customer


def delete(ctx: Context, _params: Params, customer_id: str) -> Obj:
    """DELETE /v1/customers/{id}"""
    ctx.tenant.get("customer", customer_id)
    customer = living_customer(ctx, customer_id, "id")
    ctx.world.note(customer_id)["deleted"] = True
    emit(ctx.world, ctx.tenant, "customer.deleted", customer)
    return {"id": customer_id, "object": "customer", "deleted": True}


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/customers"""
    return page(
        ctx.tenant.table("customer"),
        params,
        "/v1/customers",
        equal=("email",),
        keep=lambda customer: not ctx.world.notes.get(customer["id"], {}).get("deleted"),
    )


def payment_methods(ctx: Context, params: Params, customer_id: str) -> Obj:
    """GET /v1/customers/{id}/payment_methods"""
    ctx.tenant.get("customer", customer_id)
    return page(
        ctx.tenant.table("payment_method"),
        params,
        f"/v1/customers/{customer_id}/payment_methods",
        equal=("type",),
        keep=lambda method: method["customer"] == customer_id,
    )


def search(ctx: Context, params: Params) -> Obj:
    """GET /v1/customers/search"""
    keep = matcher(params["query"], {"created", "email", "metadata", "name", "phone"})
    return search_page(
        ctx.world, ctx.tenant.table("customer"), params, "/v1/customers/search", keep
    )


ROUTES: Routes = {
    "POST /v1/customers": endpoint(create, Schema(payment_method=SHORT, **FIELDS)),
    "GET /v1/customers": endpoint(list_, listing(created=PERIOD, email=SHORT)),
    "GET /v1/customers/search": endpoint(search, SEARCH),
    "GET /v1/customers/{}": endpoint(retrieve, Schema()),
    "POST /v1/customers/{}": endpoint(update, Schema(**FIELDS)),
    "DELETE /v1/customers/{}": endpoint(delete, Schema()),
    "GET /v1/customers/{}/payment_methods": endpoint(payment_methods, listing(type=SHORT)),
}
