"""Rui's own house by the sea, as he describes it: nobody vouches for it, so it is reviewed."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from ledger.aggregates.property import (
    CreateProperty,
    DescribeProperty,
    ProposeRevision,
    StateFacts,
    VouchForProperty,
)
from ledger.events.property import (
    ListingBlocked,
    ListingUnblocked,
    PropertyApproved,
    PropertyArchived,
    PropertyDescribed,
    PropertyDrafted,
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
from ledger.values.ids import VerificationId
from ledger.values.listing import (
    Description,
    Facts,
    HouseRules,
    Place,
    PropertyKind,
    RoomType,
    unit_of,
)
from ledger.values.verification import REMINDED_BEFORE
from tests.facts.story import LISBON, MARTA, PROPERTY, RUI, an_id
from tests.facts.verification import (
    GOOD_UNTIL,
    SOME_WORDS,
    VERIFICATION_OF_HOUSE,
    VERIFICATION_OF_REVISION,
)

SEA_VIEW = "sea view"
HOUSE_UNIT = unit_of(PROPERTY, SEA_VIEW, 1)
PHOTOS = tuple(an_id(f"photo {number}") for number in range(1, 6))


def some_facts(**changed: Any) -> Facts:
    """A house in Cascais with one sea-view flat for four, registered."""
    told: dict[str, Any] = {
        "kind": PropertyKind.HOUSE,
        "place": Place("PT", "Lisboa", "Cascais", 38_697_000, -9_421_000, SOME_WORDS),
        "house": LISBON,
        "rooms": (RoomType(SEA_VIEW, units=1, capacity=4, bedrooms=2, beds=3),),
        "registration": "12345/AL",
        "safety": (),
    }
    return Facts(**told | changed)


def other_facts(**changed: Any) -> Facts:
    """The same house, where the flat takes six."""
    room = replace(some_facts().rooms[0], capacity=6)
    return some_facts(**{"rooms": (room,)} | changed)


def a_description(**changed: Any) -> Description:
    """What guests read of it: five photos, a cot and a high chair."""
    told: dict[str, Any] = {
        "words": SOME_WORDS,
        "amenities": ("cot", "high_chair", "wifi"),
        "photos": PHOTOS,
        "rules": HouseRules(pets=True),
    }
    return Description(**told | changed)


def to_list(**changed: Any) -> CreateProperty:
    """Rui begins to describe his house."""
    told: dict[str, Any] = {
        "property_id": PROPERTY,
        "host_id": RUI,
        "currency": "EUR",
        "may_host": True,
    }
    return CreateProperty(**told | changed)


def to_state(facts: Facts | None = None, *, under_review: bool = False) -> StateFacts:
    """Rui says what his house is."""
    return StateFacts(property_id=PROPERTY, facts=facts or some_facts(), under_review=under_review)


def to_describe(description: Description | None = None) -> DescribeProperty:
    """Rui says what guests read of it."""
    return DescribeProperty(property_id=PROPERTY, description=description or a_description())


def to_propose_revision(facts: Facts | None = None, **changed: Any) -> ProposeRevision:
    """Rui says that it takes more people now."""
    told: dict[str, Any] = {
        "property_id": PROPERTY,
        "facts": facts or other_facts(),
        "under_review": False,
        "occupants": (),
    }
    return ProposeRevision(**told | changed)


def a_draft() -> PropertyDrafted:
    """Rui began to describe his house."""
    return PropertyDrafted(host_id=RUI, currency="EUR")


def stated(facts: Facts | None = None) -> PropertyFactsStated:
    """He said what it is."""
    return PropertyFactsStated(facts=facts or some_facts())


def described() -> PropertyDescribed:
    """He said what guests read of it."""
    return PropertyDescribed(description=a_description())


def to_vouch_for_house(*items: str) -> VouchForProperty:
    """An operator vouches that its photos were seen elsewhere, or what else is named."""
    return VouchForProperty(
        property_id=PROPERTY,
        items=items or ("photos",),
        reason="shown at the source",
        source="listings.csv",
    )


def house_vouched_for() -> PropertyVouchedFor:
    """Somebody vouches that its photos were seen elsewhere."""
    return PropertyVouchedFor(
        items=("photos",), reason="shown at the source", source="listings.csv"
    )


def approved_house(verification_id: VerificationId = VERIFICATION_OF_HOUSE) -> PropertyApproved:
    """A reviewer found it so."""
    return PropertyApproved(
        verification_id=verification_id, facts=some_facts(), valid_until=GOOD_UNTIL
    )


def rejected_house() -> PropertyRejected:
    """A reviewer said no."""
    return PropertyRejected(verification_id=VERIFICATION_OF_HOUSE, reason="no_right_to_let")


def published() -> PropertyPublished:
    """It can be found."""
    return PropertyPublished()


def unlisted() -> PropertyUnlisted:
    """Rui took it out of discovery."""
    return PropertyUnlisted()


def suspended_house() -> PropertySuspended:
    """An operator took it out of discovery."""
    return PropertySuspended(reason="unsafe")


def reinstated_house() -> PropertyReinstated:
    """The reason is cleared."""
    return PropertyReinstated(cleared_by="inspected", operator=MARTA)


def revision_proposed() -> RevisionProposed:
    """Rui says that it takes six."""
    return RevisionProposed(number=2, facts=other_facts())


def revised() -> RevisionApproved:
    """A reviewer found that it takes six."""
    return RevisionApproved(
        verification_id=VERIFICATION_OF_REVISION,
        number=2,
        facts=other_facts(),
        valid_until=GOOD_UNTIL,
    )


def not_revised() -> RevisionRejected:
    """A reviewer found that it does not."""
    return RevisionRejected(
        verification_id=VERIFICATION_OF_REVISION, number=2, reason="not_as_described"
    )


def blocked() -> ListingBlocked:
    """An operator keeps it from being found."""
    return ListingBlocked(reason="misleading")


def unblocked() -> ListingUnblocked:
    """Nothing keeps it from being found any more."""
    return ListingUnblocked(cleared_by="photos replaced")


def papers_asked_for(next_on: date | None = GOOD_UNTIL - REMINDED_BEFORE) -> RenewalRequested:
    """Rui is asked for other papers of it."""
    return RenewalRequested(deadline=GOOD_UNTIL, next_on=next_on)


def archived() -> PropertyArchived:
    """It is let no more."""
    return PropertyArchived()
