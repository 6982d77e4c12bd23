"""Letters to ourselves: a notice may be lost, so what it would have said is asked for.

They go through the same inbox as the processor's own, and are read in the same way: they only say
where to look.
"""

from collections.abc import Mapping

import msgspec

from ledger.gateways.stripe.movements import Kind
from ledger.gateways.stripe.notices import SOURCE
from ledger.gateways.stripe.told import Told
from ledger.store.inbox import Letter
from ledger.values.clock import Instant

COMES_FROM: Mapping[Kind, str] = {
    Kind.PAYMENT: "charge",
    Kind.REFUND: "refund",
    Kind.REFUND_FAILURE: "refund",
    Kind.TRANSFER: "transfer",
    Kind.TRANSFER_REVERSAL: "transfer_reversal",
    Kind.DISPUTE: "dispute",
    Kind.PAYOUT: "payout",
    Kind.PAYOUT_RETURNED: "payout",
    Kind.TOP_UP: "balance_transaction",
}
"""What kind of object is behind a movement of money; the others are for people to look at."""


def letter_of(told: Told) -> Letter:
    """What the processor told of: the same letter as if its notice had come."""
    return Letter(
        source=SOURCE,
        notice_id=told.event_id,
        type=told.type,
        object_id=told.object_id,
        account=told.account,
        raw=told.raw,
    )


def letter_about(movement: str, kind: Kind, origin: str | None, at: Instant) -> Letter | None:
    """Look where a movement comes from; None where there is nowhere to look.

    A movement may be looked at more than once, so `at` is a part of the letter's name.
    """
    if origin is None or kind not in COMES_FROM:
        return None
    of_kind = COMES_FROM[kind]
    object_id = movement if of_kind == "balance_transaction" else origin
    type_ = f"{of_kind}.moved"
    return Letter(
        source=SOURCE,
        notice_id=f"{movement}@{at.isoformat()}",
        type=type_,
        object_id=object_id,
        account=None,
        raw=msgspec.json.encode({
            "type": type_,
            "data": {"object": {"object": of_kind, "id": object_id}},
        }),
    )  # fmt: skip
