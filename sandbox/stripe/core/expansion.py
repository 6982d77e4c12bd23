"""`expand[]`: ids replaced by the objects they name, up to four levels deep."""

from sandbox.stripe.core.errors import malformed
from sandbox.stripe.core.world import Obj, World

LEVELS_AT_MOST = 4

EXPANDABLE: dict[str, frozenset[str]] = {
    "application_fee": frozenset(["account", "balance_transaction", "charge"]),
    "balance_transaction": frozenset(["source"]),
    "capability": frozenset(["account"]),
    "charge": frozenset([
        "application_fee", "balance_transaction", "customer", "failure_balance_transaction",
        "on_behalf_of", "payment_intent", "source_transfer", "transfer",
    ]),
    "customer": frozenset(),
    "dispute": frozenset(["charge", "payment_intent"]),
    "fee_refund": frozenset(["balance_transaction", "fee"]),
    "payment_intent": frozenset(["customer", "latest_charge", "on_behalf_of", "payment_method"]),
    "payment_method": frozenset(["customer"]),
    "payout": frozenset(["balance_transaction", "destination", "failure_balance_transaction"]),
    "refund": frozenset([
        "balance_transaction", "charge", "failure_balance_transaction", "payment_intent",
        "source_transfer_reversal", "transfer_reversal",
    ]),
    "setup_attempt": frozenset(["customer", "on_behalf_of", "payment_method", "setup_intent"]),
    "setup_intent": frozenset(["customer", "latest_attempt", "on_behalf_of", "payment_method"]),
    "transfer": frozenset([
        "balance_transaction", "destination", "destination_payment", "source_transaction",
    ]),
    "transfer_reversal": frozenset([
        "balance_transaction", "destination_payment_refund", "source_refund", "transfer",
    ]),
}  # fmt: skip


def expanded(world: World, obj: Obj, paths: list[str]) -> Obj:
    """A copy of `obj` with the named references opened; the original stays as it is.

    Raises a refusal for a path that cannot be expanded.
    """
    for path in paths:
        steps = path.split(".")
        if len(steps) > LEVELS_AT_MOST:
            raise malformed(
                f"You cannot expand more than {LEVELS_AT_MOST} levels of a property: {path}",
                param="expand",
            )
        obj = _opened(world, obj, steps, path)
    return obj


def _opened(world: World, obj: Obj, steps: list[str], path: str) -> Obj:
    name, rest = steps[0], steps[1:]
    value = obj.get(name)
    kind = obj.get("object")
    if kind == "list" and name == "data":
        return {**obj, "data": [_opened(world, one, rest, path) for one in obj["data"]]}
    # A hash inside an object has no kind of its own: whatever id it holds may be opened.
    may_open = str(value) in world.index if kind is None else name in EXPANDABLE.get(kind, ())
    if isinstance(value, str) and may_open:
        value = world.index.get(value, value)
    elif not may_open and not isinstance(value, dict):
        raise malformed(f"This property cannot be expanded ({path}).", param="expand")
    if rest and isinstance(value, dict):
        value = _opened(world, value, rest, path)
    return {**obj, name: value}
