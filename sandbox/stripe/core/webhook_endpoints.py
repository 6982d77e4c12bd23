"""Webhook endpoints: who wants to hear of what."""

from sandbox.stripe.core.errors import malformed, not_allowed
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    METADATA,
    SHORT,
    TEXT,
    TRUTH,
    URL,
    Params,
    Schema,
    clearable,
    list_of,
    listing,
    required,
)
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import API_VERSION, Obj, changed, merged_metadata

ENDPOINTS_AT_MOST = 16


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/webhook_endpoints: only this answer shows the signing secret."""
    world = ctx.world
    _check(params)
    if not world.is_platform(ctx.tenant):
        raise not_allowed("Webhook endpoints belong to the platform; use `connect`.")
    if len(world.platform.table("webhook_endpoint")) >= ENDPOINTS_AT_MOST:
        raise not_allowed(f"You have reached the limit of {ENDPOINTS_AT_MOST} webhook endpoints.")
    found: Obj = {
        "id": world.new_id("we"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version", API_VERSION),
        "application": None,
        "created": world.second,
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": merged_metadata({}, params.get("metadata", {})),
        "status": "enabled",
        "url": params["url"],
    }
    secret = world.new_id("whsec", 32)
    world.notes[found["id"]] = {"connect": params.get("connect", False), "secret": secret}
    world.add(world.platform, found)
    return {**found, "secret": secret}


def _check(params: Params) -> None:
    if "enabled_events" in params and not params["enabled_events"]:
        raise malformed("enabled_events must name at least one event.", param="enabled_events")


def retrieve(ctx: Context, _params: Params, endpoint_id: str) -> Obj:
    """GET /v1/webhook_endpoints/{id}"""
    return ctx.tenant.get("webhook_endpoint", endpoint_id)


def update(ctx: Context, params: Params, endpoint_id: str) -> Obj:
    """POST /v1/webhook_endpoints/{id}"""
    found = ctx.tenant.get("webhook_endpoint", endpoint_id)
    _check(params)
    names = ("description", "enabled_events", "url")
    fields = {name: params[name] for name in names if name in params}
    if "metadata" in params:
        fields["metadata"] = merged_metadata(found["metadata"], params["metadata"])
    if "disabled" in params:
        fields["status"] = "disabled" if params["disabled"] else "enabled"
    changed(found, **fields)
    return found


def delete(ctx: Context, _params: Params, endpoint_id: str) -> Obj:
    """DELETE /v1/webhook_endpoints/{id}: what was still to be delivered to it is not."""
    ctx.tenant.get("webhook_endpoint", endpoint_id)
    del ctx.tenant.table("webhook_endpoint")[endpoint_id]
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/webhook_endpoints"""
    return page(ctx.tenant.table("webhook_endpoint"), params, "/v1/webhook_endpoints")


ROUTES: Routes = {
    "POST /v1/webhook_endpoints": endpoint(
        create,
        Schema(
            api_version=SHORT,
            connect=TRUTH,
            description=clearable(TEXT),
            enabled_events=required(list_of(SHORT)),
            metadata=METADATA,
            url=required(URL),
        ),
    ),
    "GET /v1/webhook_endpoints": endpoint(list_, listing()),
    "GET /v1/webhook_endpoints/{}": endpoint(retrieve, Schema()),
    "POST /v1/webhook_endpoints/{}": endpoint(
        update,
        Schema(
            description=clearable(TEXT),
            disabled=TRUTH,
            enabled_events=list_of(SHORT),
            metadata=METADATA,
            url=URL,
        ),
    ),
    "DELETE /v1/webhook_endpoints/{}": endpoint(delete, Schema()),
}
