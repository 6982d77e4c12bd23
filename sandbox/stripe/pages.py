"""Pages for people: what is in the sandbox, 3-D Secure, and the onboarding of hosts.

Server-rendered, without scripts: they work with the keyboard, on a narrow screen, in the dark.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from sandbox.stripe.core import account_links, books, currencies, payment_intents, setup_intents
from sandbox.stripe.core.control import holder
from sandbox.stripe.core.errors import Refusal, no_such, unknown_url
from sandbox.stripe.core.world import Obj, Tenant, World
from sandbox.stripe.machine import StripeMachine

KINDS = {
    "payment_intent": "Payments",
    "charge": "Charges",
    "refund": "Refunds",
    "transfer": "Transfers",
    "payout": "Payouts",
    "dispute": "Disputes",
    "account": "Accounts",
    "customer": "Customers",
    "event": "Events",
    "balance_transaction": "Books",
}
ROWS_ON_HOME = 8
ROWS_ON_LIST = 100


@dataclass(slots=True)
class Page:
    """A page, or the way to another one."""

    status: int
    body: bytes
    headers: dict[str, str]


def answer(machine: StripeMachine, method: str, path: str, query: str, body: bytes) -> Page:
    """The page at `path`; raises a refusal where there is none."""
    segments = [part for part in path.split("/") if part]
    match (method, *segments):
        case ("GET",):
            return _home(machine)
        case ("GET", "objects"):
            return _list(machine, parse_qs(query).get("kind", ["payment_intent"])[0])
        case ("GET", "objects", object_id):
            return _object(machine, object_id)
        case ("GET" | "POST", "3ds", secret):
            return _three_d_secure(machine, method, secret, body)
        case ("GET" | "POST", "onboarding", account_id, token):
            return _onboarding(machine, method, account_id, token, body)
        case _:
            raise unknown_url(method, path[:200])


def refused_page(refused: Refusal) -> Page:
    """A refusal as a page."""
    return _page("message.html", refused.status, title="Not here", text=refused.message)


# -- Looking -------------------------------------------------------------------------------


def _home(machine: StripeMachine) -> Page:
    world = machine.world
    return _page(
        "home.html",
        title="Stripe stand-in",
        accounts=[_account_row(world, tenant) for tenant in world.tenants.values()][:20],
        accounts_count=len(world.tenants),
        findings=books.audit(world),
        groups=[
            (kind, name, _newest(world, kind, ROWS_ON_HOME), _count(world, kind))
            for kind, name in KINDS.items()
            if kind not in ("account", "customer") and _count(world, kind)
        ],
        now=world.second,
        seed=world.settings.seed,
        deliveries=_delivery_counts(world),
    )


def _list(machine: StripeMachine, kind: str) -> Page:
    if kind not in KINDS:
        raise no_such("kind of object", kind[:100])
    return _page(
        "list.html",
        title=KINDS[kind],
        count=_count(machine.world, kind),
        rows=_newest(machine.world, kind, ROWS_ON_LIST),
    )


def _object(machine: StripeMachine, object_id: str) -> Page:
    world = machine.world
    found = world.index.get(object_id)
    if found is None:
        raise no_such("object", object_id[:100])
    return _page(
        "object.html",
        title=object_id,
        obj=found,
        kind=KINDS.get(found["object"], found["object"].replace("_", " ")),
        shown=_linked_json(world, found),
        transactions=_rows_about(world, "balance_transaction", "source", object_id),
        events=_events_about(world, object_id),
    )


def _account_row(world: World, tenant: Tenant) -> Obj:
    balance = books.balance(world, tenant)
    amounts = [
        (currencies.shown(ready["amount"], ready["currency"]),
         currencies.shown(waits["amount"], waits["currency"]))
        for ready, waits in zip(balance["available"], balance["pending"], strict=True)
    ]  # fmt: skip
    account = world.index[tenant.id]
    role = "platform" if tenant is world.platform else account["email"] or account["country"]
    return {"id": tenant.id, "role": role, "amounts": amounts}


def _count(world: World, kind: str) -> int:
    return sum(len(tenant.tables.get(kind, {})) for tenant in world.tenants.values())


def _newest(world: World, kind: str, at_most: int) -> list[Obj]:
    rows: list[Obj] = []
    for tenant in world.tenants.values():
        table = tenant.tables.get(kind, {})
        newest = [obj for obj, _ in zip(reversed(table.values()), range(at_most), strict=False)]
        rows += [_row(obj) for obj in newest]
    rows.sort(key=lambda row: row["created"], reverse=True)
    return rows[:at_most]


def _row(obj: Obj) -> Obj:
    amount = ""
    if isinstance(obj.get("amount"), int) and "currency" in obj:
        amount = currencies.shown(obj["amount"], obj["currency"])
    words = [obj.get("type") if obj["object"] in ("event", "balance_transaction") else None]
    words += [obj.get("status"), obj.get("email")]
    status = " · ".join(word for word in words if word)
    return {"id": obj["id"], "status": status, "amount": amount, "created": obj["created"]}


def _rows_about(world: World, kind: str, name: str, value: str) -> list[Obj]:
    found: list[Obj] = []
    for tenant in world.tenants.values():
        table = tenant.tables.get(kind, {})
        found += [_row(obj) for obj in table.values() if obj.get(name) == value]
    return found[-ROWS_ON_LIST:]


def _events_about(world: World, object_id: str) -> list[Obj]:
    mark = b'"id":"%s"' % object_id.encode()
    found = [
        _row(event)
        for tenant in world.tenants.values()
        for event in tenant.tables.get("event", {}).values()
        if mark in _raw(event["data"]["object"])[:120]
    ]
    return found[-ROWS_ON_LIST:]


def _raw(value: Any) -> bytes:
    return bytes(value) if not isinstance(value, dict) else f'"id":"{value.get("id")}"'.encode()


def _delivery_counts(world: World) -> dict[str, int]:
    counts: dict[str, int] = {}
    for delivery in world.deliveries.values():
        counts[delivery["status"]] = counts.get(delivery["status"], 0) + 1
    return counts


_ID = re.compile(r"&#34;([a-z]+_[A-Za-z0-9_]{8,})&#34;")


def _linked_json(world: World, obj: Obj) -> Markup:
    text = escape(json.dumps(obj, indent=2, ensure_ascii=False, default=_decoded))

    def link(found: re.Match[str]) -> str:
        name = found[1]
        if name not in world.index or name == obj["id"]:
            return found[0]
        return f'&#34;<a href="/objects/{name}">{name}</a>&#34;'

    return Markup(_ID.sub(link, str(text)))  # escaped above; only our ids are added


def _decoded(raw: Any) -> Any:
    return json.loads(bytes(raw))


# -- 3-D Secure ----------------------------------------------------------------------------


def _three_d_secure(machine: StripeMachine, method: str, secret: str, body: bytes) -> Page:
    world = machine.world
    tenant, intent = _intent_by_secret(world, secret)
    if intent["status"] != "requires_action":
        return _page(
            "message.html",
            409,
            title="Nothing to confirm",
            text=f"This payment is {intent['status'].replace('_', ' ')}.",
        )
    if method == "GET":
        amount = intent.get("amount")
        return _page(
            "three_d_secure.html",
            title="Confirm your payment",
            amount=None if amount is None else currencies.shown(amount, intent["currency"]),
            intent=intent,
        )
    passed = parse_qs(body.decode("ascii", "replace")).get("outcome") == ["passed"]
    family = setup_intents if intent["object"] == "setup_intent" else payment_intents
    machine.dirty = True
    where = family.authenticate(world, tenant, intent, passed=passed)
    if where is not None:
        return _redirect(where)
    return _page("message.html", title="Done", text=f"The payment is now {intent['status']}.")


def _intent_by_secret(world: World, secret: str) -> tuple[Tenant, Obj]:
    intent_id = secret.partition("_secret_")[0]
    kind = "setup_intent" if intent_id.startswith("seti_") else "payment_intent"
    tenant, intent = holder(world, kind, intent_id)
    if intent["client_secret"] != secret:
        raise no_such(kind, intent_id)
    return tenant, intent


# -- Onboarding ----------------------------------------------------------------------------


def _onboarding(
    machine: StripeMachine, method: str, account_id: str, token: str, body: bytes
) -> Page:
    world = machine.world
    machine.dirty = True
    if method == "GET":
        link = account_links.visit(world, account_id, token)
        if link["stale"]:
            return _redirect(link["refresh_url"])
        account = world.platform.get("account", account_id)
        return _page("onboarding.html", title="Become a host", account=account)
    issued: Obj | None = world.note("account_links").get(token)
    if issued is None or issued["account"] != account_id:
        raise no_such("account_link", token[:100])
    answered = parse_qs(body.decode("ascii", "replace")).get("outcome", ["later"])[0]
    if answered in ("complete", "partly"):
        account_links.complete(world, account_id, wholly=answered == "complete")
    return _redirect(issued["return_url"])


# -- Rendering -----------------------------------------------------------------------------


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["moment"] = _moment
    return templates


def _moment(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _page(template: str, status: int = 200, **values: Any) -> Page:
    body = _templates().get_template(template).render(kinds=KINDS, **values)
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
        "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
        "Content-Type": "text/html; charset=utf-8",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Page(status, body.encode(), headers)


def _redirect(where: str) -> Page:
    # Only addresses that the API has accepted come here, and those are http or https.
    scheme = urlsplit(where).scheme
    if scheme not in ("http", "https"):
        raise unknown_url("GET", where[:100])
    return Page(303, b"", {"Location": where, "Cache-Control": "no-store"})
