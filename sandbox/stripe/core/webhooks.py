"""Webhooks: which endpoint hears of which event, when it is tried, and how it is signed.

Scheduling is decided here and carried out by a shell: it asks for what is due, posts it, and
reports the answer. Delivery is at least once and in no promised order; `mischief` makes that
visible.
"""

import hmac
from dataclasses import dataclass

import msgspec

from sandbox.stripe.core.world import Obj, Tenant, World

RETRIES_AFTER_S = (300, 1_800, 7_200, 18_000, 36_000, *[43_200] * 4)
"""Waiting time before each further attempt; the last one falls just before three days are over."""

DELIVERIES_AT_MOST = 20_000
"""How many deliveries are remembered, finished ones included."""

NO_MISCHIEF: Obj = {"duplicate": 0.0, "drop": 0.0, "reorder": False, "delay_s": [0.0, 0.0]}

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Posting:
    """One HTTP request that a shell shall make."""

    delivery_id: str
    url: str
    body: bytes
    headers: dict[str, str]


def enqueue(world: World, tenant: Tenant, event: Obj) -> int:
    """Schedule an event for every endpoint that listens; returns how many do."""
    endpoints = world.platform.tables.get("webhook_endpoint")
    if not endpoints:
        return 0
    connected = tenant is not world.platform
    count = 0
    for endpoint in endpoints.values():
        hears_connected = world.notes[endpoint["id"]]["connect"]
        if endpoint["status"] == "enabled" and hears_connected == connected:
            wanted = endpoint["enabled_events"]
            if event["type"] in wanted or "*" in wanted:
                _schedule(world, endpoint, event)
                count += 1
    return count


def _schedule(world: World, endpoint: Obj, event: Obj) -> None:
    mischief = {**NO_MISCHIEF, **world.mischief}
    if mischief["drop"] and world.chance() < mischief["drop"]:
        _add(world, endpoint, event, world.now, status="dropped")
        return
    copies = 2 if mischief["duplicate"] and world.chance() < mischief["duplicate"] else 1
    for _ in range(copies):
        soonest, latest = mischief["delay_s"]
        delay = soonest
        if latest > soonest:
            delay += (latest - soonest) * world.chance()
        _add(world, endpoint, event, world.now + delay)


def _add(world: World, endpoint: Obj, event: Obj, due: float, *, status: str = "scheduled") -> None:
    delivery_id = world.new_id("whd")
    delivery: Obj = {
        "id": delivery_id,
        "event": event["id"],
        "type": event["type"],
        "endpoint": endpoint["id"],
        "status": status,
        "attempts": 0,
        "due": due,
        "last_answer": None,
    }
    world.deliveries[delivery_id] = delivery
    if status == "scheduled":
        world.outbox[delivery_id] = delivery
    _forget_old(world)


def _forget_old(world: World) -> None:
    # The oldest stand first; one that still waits is kept, and holds the younger ones back.
    while len(world.deliveries) > DELIVERIES_AT_MOST:
        oldest = next(iter(world.deliveries))
        if world.deliveries[oldest]["status"] in ("scheduled", "out"):
            return
        del world.deliveries[oldest]


def due_postings(world: World, at_most: int = 100) -> list[Posting]:
    """What must be posted now; each is out until `report` is told of it."""
    waiting = [delivery for delivery in world.outbox.values() if delivery["due"] <= world.now]
    waiting.sort(key=lambda delivery: delivery["due"])
    if world.mischief.get("reorder"):
        order = {delivery["id"]: world.chance() for delivery in waiting}
        waiting.sort(key=lambda delivery: order[delivery["id"]])
    postings = [_posting(world, delivery) for delivery in waiting[:at_most]]
    return [posting for posting in postings if posting is not None]


def _posting(world: World, delivery: Obj) -> Posting | None:
    endpoint = world.platform.table("webhook_endpoint").get(delivery["endpoint"])
    del world.outbox[delivery["id"]]
    if endpoint is None or endpoint["status"] != "enabled":
        delivery["status"] = "cancelled"
        return None
    delivery["status"] = "out"
    delivery["attempts"] += 1
    body = encode(world.index[delivery["event"]])
    return Posting(
        delivery["id"],
        endpoint["url"],
        body,
        {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (sandbox)",
            "Stripe-Signature": signature(body, world.note(endpoint["id"])["secret"], world.second),
        },
    )


def signature(body: bytes, secret: str, timestamp: int) -> str:
    """The `Stripe-Signature` of a body: time and HMAC-SHA256 of both."""
    signed = hmac.new(secret.encode(), b"%d.%s" % (timestamp, body), "sha256").hexdigest()
    return f"t={timestamp},v1={signed}"


def report(world: World, delivery_id: str, answer: int | None) -> None:
    """Take note of an attempt: `answer` is the HTTP status, None when nobody answered."""
    delivery = world.deliveries.get(delivery_id)
    if delivery is None or delivery["status"] != "out":
        return
    delivery["last_answer"] = answer
    if answer is not None and 200 <= answer < 300:
        delivery["status"] = "delivered"
        event = world.index[delivery["event"]]
        event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
    elif delivery["attempts"] > len(RETRIES_AFTER_S):
        delivery["status"] = "given_up"
    else:
        delivery["status"] = "scheduled"
        world.outbox[delivery_id] = delivery
        delivery["due"] = world.now + RETRIES_AFTER_S[delivery["attempts"] - 1]


def recall(world: World) -> None:
    """After a restart, schedule again what was out before it: nobody will report on it."""
    for delivery_id, delivery in world.deliveries.items():
        if delivery["status"] in ("scheduled", "out"):
            delivery["status"] = "scheduled"
            world.outbox[delivery_id] = delivery


def resend(world: World, event_id: str) -> int:
    """Deliver an event once more to every endpoint that got or missed it; returns to how many."""
    endpoints = {d["endpoint"] for d in world.deliveries.values() if d["event"] == event_id}
    for endpoint_id in sorted(endpoints):
        _add(world, {"id": endpoint_id}, world.index[event_id], world.now)
    return len(endpoints)
