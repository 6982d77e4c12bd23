"""Said before: the texts that events name already of what somebody says again."""

from collections.abc import Iterator

from ledger import processes
from ledger.aggregates.review import REVIEW, review_of
from ledger.aggregates.verification import VERIFICATION, verification_of
from ledger.draft import Draft
from ledger.values.ids import BookingId, HostId, PropertyId
from ledger.values.reviews import Side
from ledger.values.texts import Written


def addresses_of(draft: Draft, property_id: PropertyId) -> Iterator[Written]:
    """The address that is stated of a property, and the approved one. Raises NotFound."""
    listed = processes.property_in(draft, property_id)
    for facts in (listed.stated, listed.facts):
        if facts is not None and facts.place.address is not None:
            yield facts.place.address


def words_of(draft: Draft, property_id: PropertyId) -> Iterator[Written]:
    """What guests read of a property. Raises NotFound."""
    described = processes.property_in(draft, property_id).description
    if described is not None and described.words is not None:
        yield described.words


def records_of(draft: Draft, host_id: HostId) -> Iterator[Written]:
    """Who a host was in law in each of their reviews, the latest first. Raises NotFound."""
    for number in range(processes.host_in(draft, host_id).reviews + 1, 0, -1):
        review = draft.state(VERIFICATION, verification_of(host_id, number))
        if review is not None and review.record is not None:
            yield review.record


def review_by(draft: Draft, booking_id: BookingId, by: Side) -> Iterator[Written]:
    """What a side has written of the other, as long as nobody reads it."""
    reviews = draft.state(REVIEW, review_of(booking_id))
    written = None if reviews is None else reviews.of_stay if by is Side.GUEST else reviews.of_guest
    if written is not None:
        yield written.text
