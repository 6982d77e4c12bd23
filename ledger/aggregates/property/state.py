"""What a property is: what was approved, what waits for a review, and what stands against it."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from ledger.values.ids import HostId
from ledger.values.listing import Description, Facts


class Status(StrEnum):
    """Where a property stands; its review has states of its own."""

    DRAFT = "draft"
    APPROVED = "approved"
    PUBLISHED = "published"
    UNLISTED = "unlisted"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"


class Property(Struct, frozen=True):
    """What the rules need to remember.

    `stated` is what waits for a review or is not yet sent to one, `facts` what was approved last.
    `revision` is the number of the newest of both, from 1, `approved` that of the facts; they hold
    up to the day `valid_until`, on which the first document runs out that shows them; `ask_on` is
    when its host is asked for others. `vouched` is what it lacks that was seen elsewhere.
    """

    status: Status
    host_id: HostId
    currency: str
    facts: Facts | None = None
    stated: Facts | None = None
    revision: int = 1
    approved: int = 0
    valid_until: date | None = None
    ask_on: date | None = None
    description: Description | None = None
    vouched: tuple[str, ...] = ()
    blocked_for: str | None = None
    suspended_for: str | None = None
