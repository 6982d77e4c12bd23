"""Decisions about what a property is."""

from collections.abc import Sequence

from ledger.aggregates.property.commands import (
    ApproveProperty,
    ApproveRevision,
    CreateProperty,
    ProposeRevision,
    RejectRevision,
    StateFacts,
    VouchForProperty,
)
from ledger.aggregates.property.lifecycle import LIFECYCLE
from ledger.aggregates.property.state import Property
from ledger.errors import NothingVouchedFor, NotReady, ObligationsAreOpen, PartyExceedsCapacity
from ledger.events.property import (
    PropertyApproved,
    PropertyDrafted,
    PropertyEvent,
    PropertyFactsStated,
    PropertyVouchedFor,
    RevisionApproved,
    RevisionProposed,
    RevisionRejected,
)
from ledger.values.consent import told
from ledger.values.currency import currency_of
from ledger.values.listing import VOUCHABLE, Facts, refuse_odd_facts, units_of


def create(command: CreateProperty) -> Sequence[PropertyEvent]:
    """Begin. Raises TransitionNotAllowed, UnknownCurrency."""
    if not command.may_host:
        LIFECYCLE.refuse(CreateProperty, None, host_id=command.host_id)
    currency_of(command.currency)
    return [PropertyDrafted(host_id=command.host_id, currency=command.currency)]


def state_facts(listed: Property, command: StateFacts) -> Sequence[PropertyEvent]:
    """Say what it is; nothing where that is what was said.

    Raises TransitionNotAllowed, RevisionContradicts, UnknownTimeZone.
    """
    if command.under_review:
        LIFECYCLE.refuse(StateFacts, listed.status, review="open")
    refuse_odd_facts(command.facts)
    if command.facts == listed.stated:
        return []
    return [PropertyFactsStated(facts=command.facts)]


def vouch(listed: Property, command: VouchForProperty) -> Sequence[PropertyEvent]:
    """Take somebody's word for what is missing; nothing where it was taken already.

    Raises NothingVouchedFor where nobody's word is enough, ReasonIsMissing.
    """
    if not command.items or not set(command.items) <= set(VOUCHABLE):
        raise NothingVouchedFor(items=list(command.items), can_be=list(VOUCHABLE))
    if set(command.items) <= set(listed.vouched):
        return []
    reason, source = told(command.reason), told(command.source)
    return [PropertyVouchedFor(items=command.items, reason=reason, source=source)]


def approve(listed: Property, command: ApproveProperty) -> Sequence[PropertyEvent]:
    """Let what was stated hold. Raises NotReady, and what `refuse_unless_fits` raises."""
    if listed.stated is None:
        raise NotReady(missing=["facts"])
    refuse_unless_fits(command, listed.stated)
    return [
        PropertyApproved(
            verification_id=command.verification_id,
            facts=listed.stated,
            valid_until=command.valid_until,
        )
    ]


def propose(listed: Property, command: ProposeRevision) -> Sequence[PropertyEvent]:
    """State other facts; nothing where they are those that wait, or hold and are not renewed.

    One that was sent back keeps its number. Raises TransitionNotAllowed, RevisionContradicts,
    UnknownTimeZone, and what `refuse_unless_fits` raises.
    """
    if command.under_review:
        LIFECYCLE.refuse(ProposeRevision, listed.status, review="open")
    refuse_odd_facts(command.facts)
    assert listed.facts is not None, "it was approved"
    if command.facts == (listed.stated or listed.facts) and not command.renews:
        return []
    refuse_unless_fits(command, command.facts)
    number = listed.revision if listed.stated else listed.revision + 1
    return [RevisionProposed(number=number, facts=command.facts)]


def approve_revision(listed: Property, command: ApproveRevision) -> Sequence[PropertyEvent]:
    """Let the other facts hold. Raises TransitionNotAllowed, and what `refuse_unless_fits` does."""
    if listed.stated is None:
        LIFECYCLE.refuse(ApproveRevision, listed.status, revision="none")
    refuse_unless_fits(command, listed.stated)
    return [
        RevisionApproved(
            verification_id=command.verification_id,
            number=listed.revision,
            facts=listed.stated,
            valid_until=command.valid_until,
        )
    ]


def reject_revision(listed: Property, command: RejectRevision) -> Sequence[PropertyEvent]:
    """Forget the other facts. Raises TransitionNotAllowed."""
    if listed.stated is None:
        LIFECYCLE.refuse(RejectRevision, listed.status, revision="none")
    return [
        RevisionRejected(
            verification_id=command.verification_id, number=listed.revision, reason=command.reason
        )
    ]


def refuse_unless_fits(
    command: ApproveProperty | ProposeRevision | ApproveRevision, new: Facts
) -> None:
    """Let facts pass under which everybody who has booked can still come (PY6, PY13).

    Raises PartyExceedsCapacity; ObligationsAreOpen where a unit is not among them that somebody has
    booked, or the time zone is another one than they booked in.
    """
    occupants = command.occupants
    rooms = {unit_id: room for unit_id, room, _ in units_of(command.property_id, new)}
    if outside := [one for one in occupants if one.unit_id not in rooms]:
        raise ObligationsAreOpen(
            units=sorted({one.unit_id for one in outside}),
            obligations=[one.booking_id for one in outside],
        )
    for one in occupants:
        capacity = rooms[one.unit_id].capacity
        if one.heads > capacity:
            raise PartyExceedsCapacity(
                booking_id=one.booking_id,
                room_type=one.room_type,
                heads=one.heads,
                capacity=capacity,
            )
    if elsewhere := [one for one in occupants if one.time_zone != new.house.time_zone]:
        raise ObligationsAreOpen(
            time_zone=elsewhere[0].time_zone,
            obligations=[one.booking_id for one in elsewhere],
        )
