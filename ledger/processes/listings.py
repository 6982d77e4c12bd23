"""Listings: what a host lets, from the first draft until it is let no more.

A property's nights are kept by its units; what is booked of them, by bookings. So whatever may
change only as far as everybody who has booked can still come is asked of them here.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from ledger.aggregates.attestation import ATTESTATION
from ledger.aggregates.property import (
    ArchiveProperty,
    BlockListing,
    CreateProperty,
    DescribeProperty,
    Property,
    ProposeRevision,
    PublishProperty,
    ReinstateProperty,
    StateFacts,
    SuspendProperty,
    UnblockListing,
    UnlistProperty,
    VouchForProperty,
)
from ledger.aggregates.property import Status as Listed
from ledger.aggregates.provider import Status as Hosting
from ledger.aggregates.tariff import TARIFF, tariff_of
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.aggregates.verification import VERIFICATION, verification_of
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Actor
from ledger.processes.discovery import in_the_way_of_publication
from ledger.processes.found import host_in, property_in
from ledger.processes.names import attestation_of
from ledger.processes.obligations import open_of
from ledger.processes.shown import photos_to_see, refuse_unless_of_safety, shown_photo
from ledger.processes.units import occupants_in, take_out
from ledger.values.ids import BookingId, HostId, PropertyId, UnitId, VerificationId
from ledger.values.listing import (
    PHOTOS_NEEDED,
    Description,
    Facts,
    Moderation,
    Occupant,
    missing_of,
    units_of,
)
from ledger.values.money import same_currency, zero

CANNOT_LIST = (Hosting.REJECTED, Hosting.CLOSED)


def create_property(
    draft: Draft, host: Actor, property_id: PropertyId, host_id: HostId, currency: str
) -> None:
    """Begin to describe a property, which nobody does that is vouched for as another's.

    One that is vouched for keeps its currency: who has booked it agrees on changes at its rates.
    Raises NotFound, TransitionNotAllowed, UnknownCurrency, CurrenciesDiffer.
    """
    vouched = draft.state(ATTESTATION, attestation_of(property_id))
    if vouched is not None:
        if vouched.host_id != host_id:
            raise NotFound(property_id=property_id)
        same_currency(zero(vouched.currency), zero(currency))
    may_host = host_in(draft, host_id).status not in CANNOT_LIST
    draft.do(
        host,
        CreateProperty(
            property_id=property_id, host_id=host_id, currency=currency, may_host=may_host
        ),
    )


def state_facts(draft: Draft, host: Actor, property_id: PropertyId, facts: Facts) -> None:
    """Say what a property is: at once in a draft, else as a revision that waits for its review.

    Raises TransitionNotAllowed where a reviewer has it, RevisionContradicts, UnknownTimeZone,
    DocumentNotReady, PartyExceedsCapacity, ObligationsAreOpen, NotFound.
    """
    listed = property_in(draft, property_id)
    reviewed = under_review(draft, property_id, listed)
    refuse_unless_of_safety(draft, listed.host_id, property_id, facts.safety)
    if listed.status is Listed.DRAFT:
        command = StateFacts(property_id=property_id, facts=facts, under_review=reviewed)
        draft.do(host, command)
        return
    draft.do(
        host,
        ProposeRevision(
            property_id=property_id,
            facts=facts,
            under_review=reviewed,
            occupants=tuple(occupants_of(draft, approved_units(property_id, listed))),
        ),
    )


def renew_facts(draft: Draft, host: Actor, property_id: PropertyId) -> None:
    """Let the facts that hold be looked at again, where no others wait; nothing in a draft.

    Raises TransitionNotAllowed, NotFound.
    """
    listed = property_in(draft, property_id)
    if listed.facts is None or listed.stated is not None:
        return
    again = ProposeRevision(
        property_id=property_id,
        facts=listed.facts,
        under_review=under_review(draft, property_id, listed),
        occupants=(),
        renews=True,
    )
    draft.do(host, again)


def describe_property(
    draft: Draft, host: Actor, property_id: PropertyId, description: Description
) -> None:
    """Say what guests read and see. Raises NotFound, DocumentNotReady, TransitionNotAllowed."""
    for photo in description.photos:
        shown_photo(draft, property_id, photo)
    draft.do(host, DescribeProperty(property_id=property_id, description=description))


def vouch_for_property(
    draft: Draft,
    operator: Actor,
    property_id: PropertyId,
    items: tuple[str, ...],
    reason: str,
    source: str,
) -> None:
    """An operator vouches that what a draft lacks was seen elsewhere.

    Raises NothingVouchedFor, ReasonIsMissing, TransitionNotAllowed, NotFound.
    """
    vouched = VouchForProperty(property_id=property_id, items=items, reason=reason, source=source)
    draft.do(operator, vouched)


def publish_property(draft: Draft, host: Actor, property_id: PropertyId) -> None:
    """Let a property be found. Raises NotReady, with what is in the way; NotFound."""
    hindrances = in_the_way_of_publication(draft, property_id)
    hindrances += _photos_missing(draft, property_id, property_in(draft, property_id))
    draft.do(host, PublishProperty(property_id=property_id, hindrances=hindrances))


def unlist_property(draft: Draft, host: Actor, property_id: PropertyId) -> None:
    """Let a property be found no more; what is booked stays booked. Raises NotFound."""
    draft.do(host, UnlistProperty(property_id=property_id))


def suspend_property(
    draft: Draft, operator: Actor, property_id: PropertyId, reason: Moderation
) -> None:
    """Take a property out of discovery. Raises TransitionNotAllowed, NotFound."""
    draft.do(operator, SuspendProperty(property_id=property_id, reason=reason))


def reinstate_property(
    draft: Draft, operator: Actor, property_id: PropertyId, cleared_by: str
) -> None:
    """Lift a suspension. Raises ReasonIsMissing, TransitionNotAllowed, NotFound."""
    cleared = ReinstateProperty(
        property_id=property_id, cleared_by=cleared_by, operator=operator.id
    )
    draft.do(operator, cleared)


def block_listing(
    draft: Draft, operator: Actor, property_id: PropertyId, reason: Moderation
) -> None:
    """Keep a property from being found. Raises TransitionNotAllowed, NotFound."""
    draft.do(operator, BlockListing(property_id=property_id, reason=reason))


def unblock_listing(
    draft: Draft, operator: Actor, property_id: PropertyId, cleared_by: str
) -> None:
    """Keep a property from being found no longer. Raises ReasonIsMissing, NotFound."""
    draft.do(operator, UnblockListing(property_id=property_id, cleared_by=cleared_by))


def archive_property(
    draft: Draft, by: Actor, property_id: PropertyId, bookings: Sequence[BookingId]
) -> None:
    """Let a property no more, for good; `bookings` are all that it ever had.

    Raises ObligationsAreOpen, with each of them; NotFound.
    """
    listed = property_in(draft, property_id)
    obligations = tuple(dict.fromkeys(_obligations(draft, property_id, listed, bookings)))
    draft.do(by, ArchiveProperty(property_id=property_id, obligations=obligations))
    for unit_id in _let_among(draft, approved_units(property_id, listed)):
        take_out(draft, by, unit_id)


def missing_before_review(
    draft: Draft, property_id: PropertyId, listed: Property
) -> tuple[str, ...]:
    """What a property lacks before it is reviewed, by codes: a price belongs to it (PY2).

    What somebody vouches for is not missing. One that is let and has no revision lacks nothing but
    photos, where too many of them were taken down since.
    """
    if listed.stated is None and listed.facts is not None:
        return _photos_missing(draft, property_id, listed)
    photos_count = _photos_count(draft, property_id, listed)
    missing = missing_of(listed.stated, listed.description, photos_count)
    tariff = draft.state(TARIFF, tariff_of(property_id))
    rates = None if tariff is None else tariff.rates
    rooms = listed.stated.rooms if listed.stated else ()
    if rates is None or not any(rates.of(room.room_type) for room in rooms):
        missing = (*missing, "rates")
    return tuple(each for each in missing if each not in listed.vouched)


def _photos_missing(draft: Draft, property_id: PropertyId, listed: Property) -> tuple[str, ...]:
    vouched = "photos" in listed.vouched
    enough = vouched or _photos_count(draft, property_id, listed) >= PHOTOS_NEEDED
    return () if enough else ("photos",)


def _photos_count(draft: Draft, property_id: PropertyId, listed: Property) -> int:
    """How many photos can be seen; those beyond what is needed are not counted."""
    return len(tuple(islice(photos_to_see(draft, property_id, listed), PHOTOS_NEEDED)))


def under_review(draft: Draft, property_id: PropertyId, listed: Property) -> bool:
    """Whether a reviewer has the newest facts of a property, or is to take them."""
    review = draft.state(VERIFICATION, review_of_property(property_id, listed))
    return review is not None and review.is_open


def review_of_property(property_id: PropertyId, listed: Property) -> VerificationId:
    """The id of the review of a property's newest facts."""
    return verification_of(property_id, listed.revision)


def approved_units(property_id: PropertyId, listed: Property) -> Sequence[UnitId]:
    """The units that a property was approved with last; none before that."""
    if listed.facts is None:
        return []
    return [unit_id for unit_id, _, _ in units_of(property_id, listed.facts)]


def occupants_of(draft: Draft, units: Sequence[UnitId]) -> Iterator[Occupant]:
    """Everybody who has booked and has not left, or holds nights now, in any of some units."""
    for unit_id in _let_among(draft, units):
        yield from occupants_in(draft, unit_id)


def _let_among(draft: Draft, units: Sequence[UnitId]) -> Iterator[UnitId]:
    for unit_id in units:
        calendar = draft.state(UNIT_CALENDAR, unit_id)
        if calendar is not None and calendar.active:
            yield unit_id


def _obligations(
    draft: Draft, property_id: PropertyId, listed: Property, bookings: Sequence[BookingId]
) -> Iterator[str]:
    """What is under review, who is to come, and what is open of any stay there was.

    Who is to come the calendars say, so that no booking comes about unseen meanwhile.
    """
    if under_review(draft, property_id, listed):
        yield f"review:{review_of_property(property_id, listed)}"
    for one in occupants_of(draft, approved_units(property_id, listed)):
        yield f"booking:{one.booking_id}"
    for booking_id in bookings:
        yield from open_of(draft, booking_id)
