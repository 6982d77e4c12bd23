"""What follows from an event: what holds of a property, and what waits."""

from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.property.lifecycle import LIFECYCLE
from ledger.aggregates.property.state import Property
from ledger.events.property import (
    ListingBlocked,
    ListingUnblocked,
    PropertyApproved,
    PropertyArchived,
    PropertyDescribed,
    PropertyDrafted,
    PropertyEvent,
    PropertyFactsStated,
    PropertyPublished,
    PropertyReinstated,
    PropertyRejected,
    PropertySuspended,
    PropertyUnlisted,
    PropertyVouchedFor,
    RenewalRequested,
    RevisionApproved,
    RevisionProposed,
    RevisionRejected,
)
from ledger.values.verification import RENEWED_BEFORE


def evolve(listed: Property | None, event: PropertyEvent) -> Property:
    """The property after an event."""
    status = LIFECYCLE.after(event, listed and listed.status)
    if isinstance(event, PropertyDrafted):
        return Property(status=status, host_id=event.host_id, currency=event.currency)
    assert listed is not None
    there = replace(listed, status=status)
    match event:
        case PropertyFactsStated():
            return replace(there, stated=event.facts)
        case RevisionProposed():
            return replace(there, stated=event.facts, revision=event.number)
        case PropertyApproved() | RevisionApproved():
            return replace(
                there,
                facts=event.facts,
                stated=None,
                approved=listed.revision,
                valid_until=event.valid_until,
                ask_on=event.valid_until and event.valid_until - RENEWED_BEFORE,
            )
        case RenewalRequested():
            return replace(there, ask_on=event.next_on)
        case RevisionRejected():
            return replace(there, stated=None)
        case PropertyDescribed():
            return replace(there, description=event.description)
        case PropertyVouchedFor():
            return replace(there, vouched=(*listed.vouched, *event.items))
        case PropertySuspended():
            return replace(there, suspended_for=event.reason)
        case PropertyReinstated():
            return replace(there, suspended_for=None)
        case ListingBlocked():
            return replace(there, blocked_for=event.reason)
        case ListingUnblocked():
            return replace(there, blocked_for=None)
        case PropertyRejected() | PropertyPublished() | PropertyUnlisted() | PropertyArchived():
            return there
        case _:
            assert_never(event)
