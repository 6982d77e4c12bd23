"""The door: one call in, one answer out, and the events it caused.

Reads the request (key, account, version, idempotency, form), finds the endpoint, and writes the
answer's bytes. Everything that Stripe would refuse is an answer, never an exception.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from sandbox.stripe.core import (
    account_links,
    accounts,
    application_fees,
    balances,
    charges,
    customers,
    disputes,
    events,
    faults,
    idempotency,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    transfers,
    webhook_endpoints,
)
from sandbox.stripe.core.errors import (
    Refusal,
    internal,
    key_in_use,
    malformed,
    too_many_requests,
    unauthenticated,
    unknown_account,
    unknown_url,
)
from sandbox.stripe.core.expansion import expanded
from sandbox.stripe.core.forms import decode
from sandbox.stripe.core.routing import Context, Endpoint, Routes, lookup_table
from sandbox.stripe.core.timers import advance
from sandbox.stripe.core.world import API_VERSION, Obj, Settings, Tenant, World

FAMILIES = (
    account_links,
    accounts,
    application_fees,
    balances,
    charges,
    customers,
    disputes,
    events,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    transfers,
    webhook_endpoints,
)
ROUTES: Routes = {line: found for family in FAMILIES for line, found in family.ROUTES.items()}
_TABLE = lookup_table(ROUTES)

BODY_AT_MOST = 1_000_000
"""Bytes of a form; Stripe's own limit is not documented, and no call of ours comes near."""

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Answer:
    """What the caller gets, and what a shell has to know about the way it gets it.

    `lost` means that the answer must not arrive; `hold_s` that it comes that many seconds late.
    """

    status: int
    body: bytes
    headers: dict[str, str]
    events: list[Obj] = field(default_factory=list)
    lost: bool = False
    hold_s: float = 0.0


def new_world(settings: Settings | None = None, *, now: float) -> World:
    """A world with nothing in it but the platform's own account; `now` in seconds since 1970."""
    world = World(settings, now=now)
    accounts.open_platform(world)
    world.set_timer(world.midnight_after(1), "sweep")
    # The platform was there before the sandbox: nothing has happened yet.
    for event in world.platform.tables.pop("event"):
        del world.index[event]
    world.fresh_events = []
    return world


def handle(
    world: World,
    method: str,
    path: str,
    form: str | bytes,
    headers: Mapping[str, str],
    now: float,
) -> Answer:
    """Answer one call.

    `form` is the body of a POST or the query of a GET or DELETE, as it came; `headers` have names
    in lower case; `now` is the caller's time, to which the world adds the offset of its own clock.
    """
    advance(world, now + world.offset)
    world.fresh_events = []
    world.request_id = request_id = world.new_id("req", 14)
    try:
        answer = _Call(world, method, path, form, headers).answer()
    except Refusal as refusal:
        answer = Answer(refusal.status, _encode(refusal.envelope(request_id)), {})
    refunds.settle_waiting(world)
    answer.headers |= {
        "Content-Type": "application/json",
        "Request-Id": request_id,
        "Stripe-Version": headers.get("stripe-version") or API_VERSION,
    }
    answer.events = world.fresh_events
    world.request_id = world.request_key = None
    return answer


class _Call:
    """One call on its way through the door."""

    def __init__(
        self, world: World, method: str, path: str, form: str | bytes, headers: Mapping[str, str]
    ) -> None:
        self.world = world
        self.method = method
        self.path = path
        self.form = form
        self.headers = headers

    def answer(self) -> Answer:
        publishable = self._authenticate()
        tenant = self._tenant()
        self._check_headers()
        found, ids = self._find()
        if publishable and not found.publishable:
            raise unauthenticated(
                "This API call cannot be made with a publishable API key. Use a secret API key."
            )
        ctx = Context(self.world, tenant, publishable)
        fault = faults.strike(self.world, self.method, self.path) if self.world.faults else None
        key = self.headers.get("idempotency-key") if self.method == "POST" else None
        if fault is not None or key is not None:
            return self._guarded(ctx, found, ids, key, fault)
        return Answer(200, self._run(ctx, found, ids), {})

    # -- Reading ---------------------------------------------------------------------------

    def _authenticate(self) -> bool:
        """Whether the key is only a publishable one."""
        key = _key(self.headers.get("authorization", ""))
        if key.startswith(("sk_test_", "rk_test_")) and len(key) > 8:
            return False
        if key.startswith("pk_test_") and len(key) > 8:
            return True
        if not key:
            raise unauthenticated(
                "You did not provide an API key. Provide it in the Authorization header, using "
                "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
            )
        raise unauthenticated(f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}")

    def _tenant(self) -> Tenant:
        name = self.headers.get("stripe-account")
        world = self.world
        if not name or name == world.platform.id:
            return world.platform
        if name not in world.platform.tables["account"]:
            raise unknown_account(name[:200])
        return world.tenants[name]

    def _check_headers(self) -> None:
        version = self.headers.get("stripe-version")
        if version is not None and not _VERSION.fullmatch(version):
            raise malformed(f"Invalid Stripe API version: {version[:100]}")
        if self.method == "POST" and self.form:
            content = self.headers.get("content-type", "application/x-www-form-urlencoded")
            if not content.startswith("application/x-www-form-urlencoded"):
                raise malformed(
                    "Invalid request (check that your POST content type is "
                    "application/x-www-form-urlencoded)."
                )
        if len(self.form) > BODY_AT_MOST:
            raise malformed(f"Request body is larger than {BODY_AT_MOST} bytes.")

    def _find(self) -> tuple[Endpoint, list[str]]:
        parts = self.path.split("/")
        if parts[:2] == ["", "v1"] and len(parts) <= 6 and all(parts[2:]):
            segments = parts[2:]
            found = _TABLE.get((self.method, *segments))
            if found is not None:
                return found, []
            pattern = (self.method, *[
                part if place % 2 == 0 else "{}" for place, part in enumerate(segments)
            ])  # fmt: skip
            found = _TABLE.get(pattern)
            if found is not None:
                return found, segments[1::2]
        raise unknown_url(self.method, self.path[:200])

    # -- Doing -----------------------------------------------------------------------------

    def _run(self, ctx: Context, found: Endpoint, ids: list[str]) -> bytes:
        params = found.schema.read(decode(self.form))
        shown = found.handler(ctx, params, *ids)
        if "expand" in params:
            shown = expanded(self.world, shown, params["expand"])
        return _encode(shown)

    def _guarded(
        self,
        ctx: Context,
        found: Endpoint,
        ids: list[str],
        key: str | None,
        fault: Obj | None,
    ) -> Answer:
        """A call with an idempotency key, or one that a fault strikes."""
        world, kind = self.world, fault["kind"] if fault else ""
        if kind == "rate_limit":
            raise too_many_requests()
        if kind == "key_in_use":
            raise key_in_use(key or "")
        if kind == "timeout_before":
            return Answer(0, b"", {}, lost=True, hold_s=fault["hold_s"] if fault else 0.0)
        body = self.form if isinstance(self.form, bytes) else self.form.encode()
        print_ = idempotency.fingerprint(body)
        if key is not None:
            kept = idempotency.recall(world, ctx.tenant, key, self.path, print_)
            if kept is not None:
                return _replayed(kept)
        world.request_key = key
        answer, keep = self._effect(ctx, found, ids, kind)
        if fault is not None:
            answer.hold_s = fault["hold_s"]
        if key is not None and keep:
            entry = {
                "path": self.path,
                "print": print_,
                "status": answer.status,
                "body": answer.body.decode(),
                "request": world.request_id,
            }
            idempotency.remember(world, ctx.tenant, key, entry, busy_s=answer.hold_s)
        answer.lost = kind == "timeout_after"
        return answer

    def _effect(
        self, ctx: Context, found: Endpoint, ids: list[str], kind: str
    ) -> tuple[Answer, bool]:
        """The answer, and whether an idempotency key keeps it."""
        request_id = self.world.request_id or ""
        try:
            if kind == "error_before":
                raise internal()
            answer = Answer(200, self._run(ctx, found, ids), {})
            if kind == "error_after":
                raise internal()
        except Refusal as refusal:
            refused = Answer(refusal.status, _encode(refusal.envelope(request_id)), {})
            return refused, refusal.kept
        return answer, True


def _replayed(kept: Obj) -> Answer:
    headers = {"Idempotent-Replayed": "true", "Original-Request": kept["request"]}
    return Answer(kept["status"], kept["body"].encode(), headers)


def _key(authorization: str) -> str:
    scheme, _, value = authorization.strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer":
        return value
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode("ascii").partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
