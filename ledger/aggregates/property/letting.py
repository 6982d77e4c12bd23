"""Decisions about whether a property is let."""

from collections.abc import Sequence

from ledger.aggregates.property.commands import (
    ArchiveProperty,
    AskForPapers,
    BlockListing,
    PublishProperty,
    ReinstateProperty,
    UnblockListing,
)
from ledger.aggregates.property.lifecycle import LIFECYCLE
from ledger.aggregates.property.state import Property
from ledger.errors import NotReady, ObligationsAreOpen, TooEarly
from ledger.events.property import (
    ListingBlocked,
    ListingUnblocked,
    PropertyArchived,
    PropertyEvent,
    PropertyPublished,
    PropertyReinstated,
    RenewalRequested,
)
from ledger.values.clock import Instant
from ledger.values.consent import told
from ledger.values.verification import asked_next


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


def ask_for_papers(listed: Property, now: Instant) -> Sequence[PropertyEvent]:
    """Ask its host for other papers, in good time. Raises TransitionNotAllowed, TooEarly."""
    deadline, today = listed.valid_until, now.date()
    if deadline is None or listed.ask_on is None:
        LIFECYCLE.refuse(AskForPapers, listed.status, asked="for all")
    if today < listed.ask_on:
        raise TooEarly(until=listed.ask_on)
    return [RenewalRequested(deadline=deadline, next_on=asked_next(deadline, today))]


def archive(command: ArchiveProperty) -> Sequence[PropertyEvent]:
    """End, with nobody left to come and nothing to be settled. Raises ObligationsAreOpen."""
    if command.obligations:
        raise ObligationsAreOpen(obligations=list(command.obligations))
    return [PropertyArchived()]
