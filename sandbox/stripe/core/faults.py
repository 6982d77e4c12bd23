"""Faults on demand: what the network and Stripe do on their bad days.

A fault is a rule `{kind, method, path, times, hold_s}` that strikes the next matching calls:

- `timeout_before`, `timeout_after`: no answer, without or with the effect;
- `error_before`, `error_after`: a 500, without or with the effect, and an idempotency key keeps it;
- `rate_limit`: 429, without effect; `key_in_use`: 409, without effect;
- `slow`: the answer comes `hold_s` seconds late, and until then its key is in use.
"""

from sandbox.stripe.core.errors import malformed
from sandbox.stripe.core.world import Obj, World

KINDS = (
    "timeout_before",
    "timeout_after",
    "error_before",
    "error_after",
    "rate_limit",
    "key_in_use",
    "slow",
)


def inject(world: World, rule: Obj) -> Obj:
    """Add a rule; raises a refusal for a kind that there is not."""
    if rule.get("kind") not in KINDS:
        raise malformed(f"Invalid kind: must be one of {', '.join(KINDS)}", param="kind")
    times, hold_s = rule.get("times", 1), rule.get("hold_s", 0.0)
    if not isinstance(times, int) or times < 1:
        raise malformed("times must be a positive number.", param="times")
    if not isinstance(hold_s, int | float) or not 0 <= hold_s <= 600:
        raise malformed("hold_s must be a number of seconds up to 600.", param="hold_s")
    fault: Obj = {
        "kind": rule["kind"],
        "method": str(rule.get("method", "POST")).upper(),
        "path": str(rule.get("path", "/v1/")),
        "times": times,
        "hold_s": float(hold_s),
    }
    world.faults.append(fault)
    return fault


def strike(world: World, method: str, path: str) -> Obj | None:
    """The fault that hits this call, if one does; its rule has one time less."""
    for fault in world.faults:
        if fault["method"] in (method, "*") and path.startswith(fault["path"]):
            fault["times"] -= 1
            if fault["times"] == 0:
                world.faults.remove(fault)
            return {**fault}
    return None
