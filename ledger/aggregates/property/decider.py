"""A property's rules, whole: which decision answers a command."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates.decider import Decider
from ledger.aggregates.property import describing, letting
from ledger.aggregates.property.commands import (
    ApproveProperty,
    ApproveRevision,
    ArchiveProperty,
    AskForPapers,
    BlockListing,
    CreateProperty,
    DescribeProperty,
    PropertyCommand,
    ProposeRevision,
    PublishProperty,
    ReinstateProperty,
    RejectProperty,
    RejectRevision,
    StateFacts,
    SuspendProperty,
    UnblockListing,
    UnlistProperty,
    VouchForProperty,
)
from ledger.aggregates.property.evolution import evolve
from ledger.aggregates.property.lifecycle import LIFECYCLE
from ledger.aggregates.property.state import Property
from ledger.errors import NotFound
from ledger.events.property import (
    PropertyDescribed,
    PropertyEvent,
    PropertyRejected,
    PropertySuspended,
    PropertyUnlisted,
)
from ledger.values.clock import Instant

DescribingCommand = (
    StateFacts
    | DescribeProperty
    | VouchForProperty
    | ApproveProperty
    | RejectProperty
    | ProposeRevision
    | ApproveRevision
    | RejectRevision
)


def decide(
    listed: Property | None, command: PropertyCommand, now: Instant
) -> Sequence[PropertyEvent]:
    """What a command does to a property. Raises Refused."""
    if isinstance(command, CreateProperty):
        return describing.create(command)
    if listed is None:
        raise NotFound(property_id=command.property_id)
    match command:
        case PublishProperty():
            return letting.publish(command)
        case UnlistProperty():
            return [PropertyUnlisted()]
        case SuspendProperty():
            return [PropertySuspended(reason=command.reason.value)]
        case ReinstateProperty():
            return letting.reinstate(command)
        case BlockListing():
            return letting.block(listed, command)
        case UnblockListing():
            return letting.unblock(listed, command)
        case AskForPapers():
            return letting.ask_for_papers(listed, now)
        case ArchiveProperty():
            return letting.archive(command)
        case _:
            return _decide_facts(listed, command)


def _decide_facts(listed: Property, command: DescribingCommand) -> Sequence[PropertyEvent]:
    match command:
        case StateFacts():
            return describing.state_facts(listed, command)
        case DescribeProperty():
            same = command.description == listed.description
            return [] if same else [PropertyDescribed(description=command.description)]
        case VouchForProperty():
            return describing.vouch(listed, command)
        case ApproveProperty():
            return describing.approve(listed, command)
        case RejectProperty():
            reason, review = command.reason, command.verification_id
            return [PropertyRejected(verification_id=review, reason=reason)]
        case ProposeRevision():
            return describing.propose(listed, command)
        case ApproveRevision():
            return describing.approve_revision(listed, command)
        case RejectRevision():
            return describing.reject_revision(listed, command)
        case _:
            assert_never(command)


PROPERTY = Decider(
    lifecycle=LIFECYCLE,
    state=Property,
    stream_of=lambda command: command.property_id,
    decide=decide,
    evolve=evolve,
    evolution=3,
)
