"""Told: everything that Stripe told of lately, whether its notices reached us or not."""

from collections.abc import Iterator
from datetime import timedelta

import stripe
from msgspec import Struct

from ledger.gateways.stripe.amounts import seconds
from ledger.gateways.stripe.failures import reading
from ledger.values.clock import Instant

REMEMBERED = timedelta(days=30)
"""How long Stripe remembers what it told of."""


class Told(Struct, frozen=True, kw_only=True):
    """A notice as Stripe keeps it; `raw` is what it says, and may hold personal data."""

    event_id: str
    type: str
    object_id: str | None
    account: str | None
    raw: bytes

    def __repr__(self) -> str:
        """Nothing of what it says: a repr ends in logs."""
        return f"Told({self.event_id}, {self.type})"


class Notices:
    """What is to be known of notices. Every method raises the failures of `failures.TABLE`."""

    def __init__(self, v1: stripe.V1Services) -> None:
        self._events = v1.events

    def since(self, at: Instant) -> Iterator[Told]:
        """What was told of since an instant, newest first, a page at a time."""
        params: stripe.params.EventListParams = {"created": {"gte": seconds(at)}, "limit": 100}
        with reading():
            for event in self._events.list(params).auto_paging_iter():
                yield told_of(event)


def told_of(event: stripe.Event) -> Told:
    """An event in our words."""
    return Told(
        event_id=event.id,
        type=event.type,
        object_id=getattr(event.data.object, "id", None),
        account=getattr(event, "account", None),
        raw=str(event).encode(),
    )
