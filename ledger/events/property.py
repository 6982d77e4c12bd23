"""What happens to one property: how it is described, whether it is let, and who said so."""

from datetime import date

from ledger.events.event import Event
from ledger.values.ids import HostId, VerificationId
from ledger.values.listing import Description, Facts


class PropertyDrafted(Event, topic="property.drafted", frozen=True, kw_only=True):
    """A host began to describe a property, which will be priced in this currency."""

    host_id: HostId
    currency: str


class PropertyFactsStated(Event, topic="property.facts_stated", frozen=True, kw_only=True):
    """The host says where a property is, what it is and whom it takes; nobody has looked yet."""

    facts: Facts


class PropertyDescribed(Event, topic="property.described", frozen=True, kw_only=True):
    """The host says what guests read of a property and see of it."""

    description: Description


class PropertyVouchedFor(Event, topic="property.vouched_for", frozen=True, kw_only=True):
    """Somebody vouches that what a property lacks here was seen elsewhere, by the codes of it.

    `reason` says why nobody asks for it again, `source` names the file or system that is relied
    upon.
    """

    items: tuple[str, ...]
    reason: str
    source: str


class PropertyApproved(Event, topic="property.approved", schema=2, frozen=True, kw_only=True):
    """A reviewer found a property to be as it is stated; its host may publish it.

    `valid_until` is when the first document runs out that shows it.
    """

    verification_id: VerificationId
    facts: Facts
    valid_until: date | None


class PropertyRejected(Event, topic="property.rejected", frozen=True, kw_only=True):
    """A reviewer said no to a property for good."""

    verification_id: VerificationId
    reason: str


class PropertyPublished(Event, topic="property.published", frozen=True, kw_only=True):
    """A property can be found and booked from now on, as long as nothing stands against it."""


class PropertyUnlisted(Event, topic="property.unlisted", frozen=True, kw_only=True):
    """The host takes a property out of discovery; what is booked stays booked."""


class PropertySuspended(Event, topic="property.suspended", frozen=True, kw_only=True):
    """An operator takes a property out of discovery, for a reason that has a code."""

    reason: str


class PropertyReinstated(Event, topic="property.reinstated", frozen=True, kw_only=True):
    """The reason of a suspension is cleared; the host may publish the property again."""

    cleared_by: str
    operator: str


class RevisionProposed(Event, topic="property.revision_proposed", frozen=True, kw_only=True):
    """The host states other facts of a property; the approved ones are served meanwhile."""

    number: int
    facts: Facts


class RevisionApproved(
    Event, topic="property.revision_approved", schema=2, frozen=True, kw_only=True
):
    """A reviewer found the other facts to be so; they hold from now on.

    `valid_until` is when the first document runs out that shows them.
    """

    verification_id: VerificationId
    number: int
    facts: Facts
    valid_until: date | None


class RevisionRejected(Event, topic="property.revision_rejected", frozen=True, kw_only=True):
    """A reviewer said no to the other facts; the approved ones hold."""

    verification_id: VerificationId
    number: int
    reason: str


class ListingBlocked(Event, topic="property.listing_blocked", frozen=True, kw_only=True):
    """An operator keeps a property from being found, for a reason that has a code."""

    reason: str


class ListingUnblocked(Event, topic="property.listing_unblocked", frozen=True, kw_only=True):
    """Nothing keeps a property from being found any more, says an operator, and why."""

    cleared_by: str


class RenewalRequested(Event, topic="property.renewal_requested", frozen=True, kw_only=True):
    """The host was asked for other papers: the first that show a property run out on `deadline`.

    They are asked again on `next_on`, as long as nobody has looked at others by then.
    """

    deadline: date
    next_on: date | None


class PropertyArchived(Event, topic="property.archived", frozen=True, kw_only=True):
    """A property is let no more, and nothing of it is open."""


PropertyEvent = (
    PropertyDrafted
    | PropertyFactsStated
    | PropertyDescribed
    | PropertyVouchedFor
    | PropertyApproved
    | PropertyRejected
    | PropertyPublished
    | PropertyUnlisted
    | PropertySuspended
    | PropertyReinstated
    | RevisionProposed
    | RevisionApproved
    | RevisionRejected
    | ListingBlocked
    | ListingUnblocked
    | RenewalRequested
    | PropertyArchived
)
