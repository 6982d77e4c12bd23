"""An attestation: somebody vouches for what the ledger cannot check about one property.

History from outside was quoted, verified and reconciled elsewhere. The guards of money, lifecycle
and nights are never attested: those are decided here, for every row.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.events.attestation import AttestationEvent, PropertyAttested
from ledger.values.clock import Instant
from ledger.values.ids import AttestationId, HostId, PropertyId
from ledger.values.levies import FeePlan
from ledger.values.policy import Policy
from ledger.values.stay import House

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Whether somebody vouches."""

    ATTESTED = "attested"


class Attestation(Struct, frozen=True):
    """The terms under which the property's stays are booked."""

    status: Status
    property_id: PropertyId
    host_id: HostId
    house: House
    currency: str
    fee_plan: FeePlan
    policies: tuple[Policy, ...]


# -- Commands ---------------------------------------------------------------------------


class AttestProperty(Command, frozen=True, kw_only=True):
    """Vouch for a property: its guards, its house rules, and the plans its stays are sold under."""

    attestation_id: AttestationId
    property_id: PropertyId
    host_id: HostId
    name: str
    source: str
    digest: str
    guards: tuple[str, ...]
    house: House
    currency: str
    fee_plan: FeePlan
    policies: tuple[Policy, ...]


AttestationCommand = AttestProperty

# -- Lifecycle --------------------------------------------------------------------------

LIFECYCLE = Lifecycle(
    "attestation",
    Step("AT1", AttestProperty, states(None), actors("OX"), PropertyAttested, Status.ATTESTED),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    attestation: Attestation | None, command: AttestationCommand, now: Instant
) -> Sequence[AttestationEvent]:
    """Record what is vouched for."""
    del attestation, now
    return [
        PropertyAttested(
            property_id=command.property_id,
            host_id=command.host_id,
            name=command.name,
            source=command.source,
            digest=command.digest,
            guards=command.guards,
            house=command.house,
            currency=command.currency,
            fee_plan=command.fee_plan,
            policies=command.policies,
        )
    ]


# -- Evolution --------------------------------------------------------------------------


def evolve(attestation: Attestation | None, event: AttestationEvent) -> Attestation:
    """The terms after an event."""
    return Attestation(
        status=LIFECYCLE.after(event, attestation and attestation.status),
        property_id=event.property_id,
        host_id=event.host_id,
        house=event.house,
        currency=event.currency,
        fee_plan=event.fee_plan,
        policies=event.policies,
    )


ATTESTATION = Decider(
    lifecycle=LIFECYCLE,
    state=Attestation,
    stream_of=lambda command: command.attestation_id,
    decide=decide,
    evolve=evolve,
)
