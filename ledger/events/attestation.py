"""What is vouched for about history that came in from outside."""

from ledger.events.event import Event
from ledger.values.ids import HostId, PropertyId
from ledger.values.levies import FeePlan
from ledger.values.policy import Policy
from ledger.values.stay import House


class PropertyAttested(Event, topic="attestation.property_attested", frozen=True, kw_only=True):
    """Somebody vouches for what the ledger cannot check of a property: the guards that are named.

    `source` names the file or system, `digest` is the SHA-256 of its content in hexadecimal.
    """

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


AttestationEvent = PropertyAttested
