"""What may be asked of a property."""

from datetime import date

from ledger.aggregates.decider import Command
from ledger.values.ids import HostId, PropertyId, VerificationId
from ledger.values.listing import Description, Facts, Moderation, Occupant


class CreateProperty(Command, frozen=True, kw_only=True):
    """Begin to describe a property; `may_host` is false of a host who is closed or rejected."""

    property_id: PropertyId
    host_id: HostId
    currency: str
    may_host: bool


class StateFacts(Command, frozen=True, kw_only=True):
    """Say what a property is; `under_review` says that a reviewer has its facts now."""

    property_id: PropertyId
    facts: Facts
    under_review: bool


class DescribeProperty(Command, frozen=True, kw_only=True):
    """Say what guests read and see."""

    property_id: PropertyId
    description: Description


class VouchForProperty(Command, frozen=True, kw_only=True):
    """Vouch that what a draft lacks was seen elsewhere; `items` are codes of what is missing."""

    property_id: PropertyId
    items: tuple[str, ...]
    reason: str
    source: str


class ApproveProperty(Command, frozen=True, kw_only=True):
    """Take in that a reviewer approved it; `valid_until` is when its first document runs out.

    `occupants` are those who will stay or do, where somebody vouched for it before.
    """

    property_id: PropertyId
    verification_id: VerificationId
    valid_until: date | None
    occupants: tuple[Occupant, ...] = ()


class RejectProperty(Command, frozen=True, kw_only=True):
    """Take in that a reviewer rejected it."""

    property_id: PropertyId
    verification_id: VerificationId
    reason: str


class PublishProperty(Command, frozen=True, kw_only=True):
    """Let it be found; `hindrances` are the codes of what other streams say against it."""

    property_id: PropertyId
    hindrances: tuple[str, ...]


class UnlistProperty(Command, frozen=True, kw_only=True):
    """Let it be found no more."""

    property_id: PropertyId


class SuspendProperty(Command, frozen=True, kw_only=True):
    """Take it out of discovery."""

    property_id: PropertyId
    reason: Moderation


class ReinstateProperty(Command, frozen=True, kw_only=True):
    """Lift a suspension; `operator` is the acting person's id."""

    property_id: PropertyId
    cleared_by: str
    operator: str


class ProposeRevision(Command, frozen=True, kw_only=True):
    """State other facts of what is let; `occupants` are those who will stay or do.

    Those that `renews` are as they were, and are looked at again by other documents.
    """

    property_id: PropertyId
    facts: Facts
    under_review: bool
    occupants: tuple[Occupant, ...]
    renews: bool = False


class ApproveRevision(Command, frozen=True, kw_only=True):
    """Take in that a reviewer approved other facts; `occupants` are those who will stay or do.

    `valid_until` is when the first document runs out.
    """

    property_id: PropertyId
    verification_id: VerificationId
    valid_until: date | None
    occupants: tuple[Occupant, ...]


class RejectRevision(Command, frozen=True, kw_only=True):
    """Take in that a reviewer rejected other facts."""

    property_id: PropertyId
    verification_id: VerificationId
    reason: str


class BlockListing(Command, frozen=True, kw_only=True):
    """Keep it from being found, whatever else is so."""

    property_id: PropertyId
    reason: Moderation


class UnblockListing(Command, frozen=True, kw_only=True):
    """Keep it from being found no longer."""

    property_id: PropertyId
    cleared_by: str


class AskForPapers(Command, frozen=True, kw_only=True):
    """Want other papers of its host, because the first that show it run out."""

    property_id: PropertyId


class ArchiveProperty(Command, frozen=True, kw_only=True):
    """Let it no more; `obligations` is what all other streams say is still open."""

    property_id: PropertyId
    obligations: tuple[str, ...]


PropertyCommand = (
    CreateProperty
    | StateFacts
    | DescribeProperty
    | VouchForProperty
    | ApproveProperty
    | RejectProperty
    | PublishProperty
    | UnlistProperty
    | SuspendProperty
    | ReinstateProperty
    | ProposeRevision
    | ApproveRevision
    | RejectRevision
    | BlockListing
    | UnblockListing
    | AskForPapers
    | ArchiveProperty
)
