"""Events: the only place where one is written; list and retrieve."""

from typing import Any

import msgspec

from sandbox.stripe.core import webhooks
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import PERIOD, SHORT, TRUTH, Params, Schema, list_of, listing
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import API_VERSION, Obj, Tenant, World

_encode = msgspec.json.Encoder().encode


def emit(world: World, tenant: Tenant, type_: str, obj: Obj, previous: Obj | None = None) -> None:
    """Record that `obj` has come into the state that it is in now, and tell who listens.

    `previous` are the old values of changed fields; only `….updated` events carry them.
    """
    # Encoding freezes the object as it is; later changes must not reach into history.
    data: dict[str, Any] = {"object": msgspec.Raw(_encode(obj))}
    if previous is not None:
        data["previous_attributes"] = previous
    event: Obj = {"id": world.new_id("evt"), "object": "event"}
    if tenant is not world.platform:
        event["account"] = tenant.id
    event |= {
        "api_version": API_VERSION,
        "created": world.second,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": world.request_id, "idempotency_key": world.request_key},
        "type": type_,
    }
    world.add(tenant, event)
    event["pending_webhooks"] = webhooks.enqueue(world, tenant, event)
    world.fresh_events.append(event)


def retrieve(ctx: Context, _params: Params, event_id: str) -> Obj:
    """GET /v1/events/{id}"""
    return ctx.tenant.get("event", event_id)


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/events: by type, several types, or a prefix such as `charge.*`."""
    types = params.get("types") or ([params["type"]] if "type" in params else [])
    wanted = [_matches(type_) for type_ in types]
    return page(
        ctx.tenant.table("event"),
        params,
        "/v1/events",
        keep=lambda event: not wanted or any(test(event["type"]) for test in wanted),
    )


def _matches(pattern: str) -> Any:
    if pattern.endswith("*"):
        return lambda type_: type_.startswith(pattern[:-1])
    return lambda type_: type_ == pattern


ROUTES: Routes = {
    "GET /v1/events": endpoint(
        list_, listing(created=PERIOD, delivery_success=TRUTH, type=SHORT, types=list_of(SHORT))
    ),
    "GET /v1/events/{}": endpoint(retrieve, Schema()),
}
