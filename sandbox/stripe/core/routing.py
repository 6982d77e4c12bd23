"""What a handler is given, and how endpoints are written down."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sandbox.stripe.core.parameters import Schema
from sandbox.stripe.core.world import Obj, Tenant, World


@dataclass(slots=True)
class Context:
    """The world, the account on whose behalf the call is made, and the strength of its key."""

    world: World
    tenant: Tenant
    publishable: bool = False


Handler: TypeAlias = Callable[..., Obj]
"""`(context, params, *ids of the path) → object`; it may raise a refusal."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A handler with the parameters it accepts."""

    handler: Handler
    schema: Schema
    publishable: bool = False
    """Whether a publishable key suffices (with the object's client secret)."""


Routes: TypeAlias = dict[str, Endpoint]
"""By method and path: `POST /v1/refunds/{}/cancel`."""


def endpoint(handler: Handler, schema: Schema, *, publishable: bool = False) -> Endpoint:
    """One line of a resource's table."""
    return Endpoint(handler, schema, publishable)


def pattern(method: str, segments: list[str]) -> tuple[str, ...]:
    """How a path is looked up: ids stand at every second place after the version."""
    return (method, *[part if place % 2 == 0 else "{}" for place, part in enumerate(segments)])


def lookup_table(routes: Routes) -> dict[tuple[Any, ...], Endpoint]:
    """The routes by `(method, segment, …)`, for one dictionary access per call."""
    table: dict[tuple[Any, ...], Endpoint] = {}
    for line, found in routes.items():
        method, path = line.split(" ")
        table[(method, *path.removeprefix("/v1/").split("/"))] = found
    return table
