"""Decisions about whether a property is let."""

from collections.abc import Sequence

from ledger.aggregates.property.commands import (
    ArchiveProperty,
    BlockListing,
    PublishProperty,
    ReinstateProperty,
    UnblockListing,
)
from ledger.aggregates.property.lifecycle import LIFECYCLE
from ledger.aggregates.property.state import Property
from ledger.errors import NotReady, ObligationsAreOpen
from ledger.events.property import (
    ListingBlocked,
    ListingUnblocked,
    PropertyArchived,
    PropertyEvent,
    PropertyPublished,
    PropertyReinstated,
)
from ledger.values.consent import told


def publish(command: PublishProperty) -> Sequence[PropertyEvent]:
    """Let it be found. Raises NotReady, with all that stands against it."""
    if command.hindrances:
        raise NotReady(missing=list(command.hindrances))
    return [PropertyPublished()]


def reinstate(command: ReinstateProperty) -> Sequence[PropertyEvent]:
    """Lift the suspension; its host publishes it again. Raises ReasonIsMissing."""
    cleared = told(command.cleared_by)
    return [PropertyReinstated(cleared_by=cleared, operator=command.operator)]


def block(listed: Property, command: BlockListing) -> Sequence[PropertyEvent]:
    """Keep it from being found; nothing where it is for that reason already."""
    if listed.blocked_for == command.reason:
        return []
    return [ListingBlocked(reason=command.reason.value)]


def unblock(listed: Property, command: UnblockListing) -> Sequence[PropertyEvent]:
    """Keep it from being found no longer. Raises TransitionNotAllowed, ReasonIsMissing."""
    if listed.blocked_for is None:
        LIFECYCLE.refuse(UnblockListing, listed.status, blocked="no")
    return [ListingUnblocked(cleared_by=told(command.cleared_by))]


def archive(command: ArchiveProperty) -> Sequence[PropertyEvent]:
    """End, with nobody left to come and nothing to be settled. Raises ObligationsAreOpen."""
    if command.obligations:
        raise ObligationsAreOpen(obligations=list(command.obligations))
    return [PropertyArchived()]
