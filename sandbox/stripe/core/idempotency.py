"""Idempotency keys: the first answer, kept for a day and given again.

What is kept is the answer of an endpoint that had begun, an error included; a request that was
refused before that (validation, authentication, limits, a key in use) may be repeated with its key.
"""

from hashlib import blake2b

from sandbox.stripe.core.errors import key_in_use, key_reused, malformed
from sandbox.stripe.core.world import DAY, Obj, Tenant, World

LONGEST_KEY = 255


def _name(tenant: Tenant, key: str) -> str:
    return f"{tenant.id}/{key}"


def fingerprint(body: bytes) -> str:
    """What tells one request body from another."""
    return blake2b(body, digest_size=16).hexdigest()


def recall(world: World, tenant: Tenant, key: str, path: str, print_: str) -> Obj | None:
    """The answer given before under this key, if there is one.

    Raises a refusal when the key was used for another request or is in use at this moment.
    """
    if not key or len(key) > LONGEST_KEY:
        raise malformed(f"Idempotency keys have 1 to {LONGEST_KEY} characters.")
    kept = world.remembered.get(_name(tenant, key))
    if kept is None:
        return None
    if world.now >= kept["at"] + DAY:
        del world.remembered[_name(tenant, key)]
        return None
    if kept["path"] != path:
        raise key_reused(key, "endpoint")
    if kept["print"] != print_:
        raise key_reused(key, "parameters")
    if world.now < kept["busy_until"]:
        raise key_in_use(key)
    return kept


def remember(world: World, tenant: Tenant, key: str, entry: Obj, *, busy_s: float) -> None:
    """Keep an entry: `path`, `print`, and the answer's `status`, `body` and `request`.

    For the next `busy_s` seconds the key counts as still in use.
    """
    _forget_old(world)
    world.remembered[_name(tenant, key)] = {
        "at": world.now,
        "busy_until": world.now + busy_s,
        **entry,
    }


def _forget_old(world: World) -> None:
    # The oldest stand first: a step or two at a time keeps the store from growing for ever.
    for _ in range(2):
        oldest = next(iter(world.remembered), None)
        if oldest is None or world.now < world.remembered[oldest]["at"] + DAY:
            return
        del world.remembered[oldest]
