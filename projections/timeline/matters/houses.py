"""What the timeline tells of what is let: what it is, what it costs, when it is free."""

from ledger.events.attestation import PropertyAttested
from ledger.events.calendar_feed import (
    FeedFailed,
    FeedItemsMissed,
    FeedRecovered,
    FeedRegistered,
    FeedRemoved,
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
from ledger.events.tariff import LeviesSet, RatesSet
from ledger.events.unit_calendar import (
    CalendarOpened,
    CalendarReopened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
    HoldExpired,
    HoldExtended,
    HoldPlaced,
    HoldReleased,
    HoursChanged,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitDeactivated,
)
from ledger.values.stay import House, Stay
from projections.timeline.telling import Facts, Telling, Told, its_nights, its_reason, of_nights


def _from(stay: Stay) -> str:
    return f"{stay.check_in} to {stay.check_out}"


def _hours(house: House) -> str:
    return f"{house.check_in_time:%H:%M} to {house.check_out_time:%H:%M}, {house.time_zone}"


HOUSES: Telling = {
    ListingBlocked: Told("Kept from being found: {detail}", its_reason),
    ListingUnblocked: Told(
        "Kept from being found no longer: {detail}", lambda event: Facts(detail=event.cleared_by)
    ),
    PropertyApproved: Told(
        "Property approved, {detail}", lambda event: Facts(detail=event.facts.place.city)
    ),
    PropertyArchived: Told("Property archived"),
    PropertyVouchedFor: Told(
        "Vouched for of the property: {detail}",
        lambda event: Facts(detail=f"{', '.join(event.items)} ({event.source}: {event.reason})"),
    ),
    PropertyDescribed: Told(
        "Property described with {detail} photos",
        lambda event: Facts(detail=str(len(event.description.photos))),
    ),
    PropertyDrafted: Told(
        "Property drafted, priced in {detail}", lambda event: Facts(detail=event.currency)
    ),
    PropertyFactsStated: Told(
        "Facts of the property stated: {detail}", lambda event: Facts(detail=event.facts.place.city)
    ),
    PropertyPublished: Told("Property published"),
    PropertyReinstated: Told(
        "Property reinstated: {detail}", lambda event: Facts(detail=event.cleared_by)
    ),
    PropertyRejected: Told("Property rejected: {detail}", its_reason),
    PropertySuspended: Told("Property suspended: {detail}", its_reason),
    PropertyUnlisted: Told("Property unlisted"),
    RenewalRequested: Told(
        "Papers of the property to be renewed by {detail}",
        lambda event: Facts(detail=str(event.deadline)),
    ),
    RevisionApproved: Told(
        "Revision approved: {detail}", lambda event: Facts(detail=str(event.number))
    ),
    RevisionProposed: Told(
        "Revision proposed: {detail}", lambda event: Facts(detail=str(event.number))
    ),
    RevisionRejected: Told(
        "Revision rejected: {detail}", lambda event: Facts(detail=f"{event.number}, {event.reason}")
    ),
    PropertyAttested: Told(
        "Property vouched for by {detail}", lambda event: Facts(detail=event.source)
    ),
    LeviesSet: Told(
        "Fees, taxes and penalties set, version {detail}",
        lambda event: Facts(detail=str(event.version)),
    ),
    RatesSet: Told(
        "Rates and stay rules set, version {detail}", lambda event: Facts(detail=str(event.version))
    ),
    CalendarOpened: Told(
        "Calendar of unit {detail} opened",
        lambda event: Facts(detail=f"{event.room_type} {event.number}"),
    ),
    ExternalBlockAdded: Told("{nights} sold elsewhere, so a feed says", its_nights),
    ExternalBlockRemoved: Told("{nights} no longer sold elsewhere, so a feed says", its_nights),
    FeedConflictDetected: Told("{nights} sold elsewhere and here: look into it", its_nights),
    FeedConflictEnded: Told("{nights} no longer sold elsewhere as well as here", its_nights),
    HoldExpired: Told("Hold of {nights} expired", its_nights),
    HoldExtended: Told(
        "Hold of {nights} extended until {due_at}",
        lambda event: of_nights(event.stay, event.expires_at),
    ),
    HoldPlaced: Told(
        "{nights} held until {due_at}", lambda event: of_nights(event.stay, event.expires_at)
    ),
    HoldReleased: Told("Hold of {nights} released", its_nights),
    NightsBlocked: Told(
        "{nights} blocked ({detail})", lambda event: of_nights(event.stay, detail=event.kind.value)
    ),
    NightsUnblocked: Told("{nights} no longer blocked", its_nights),
    ReservationMade: Told("{nights} reserved", its_nights),
    ReservationMoved: Told(
        "Reservation moved to {nights}, before it was {detail}",
        lambda event: of_nights(event.stay, detail=_from(event.moved_from)),
    ),
    ReservationReleased: Told("{nights} free again", its_nights),
    HoursChanged: Told(
        "Check-in and check-out from now on: {detail}",
        lambda event: Facts(detail=_hours(event.house)),
    ),
    UnitDeactivated: Told("Unit no longer let"),
    CalendarReopened: Told("Unit let again"),
    FeedFailed: Told("The calendar elsewhere cannot be read: {detail}", its_reason),
    FeedItemsMissed: Told(
        "The calendar elsewhere was read, without {detail} of its blocks",
        lambda event: Facts(detail=str(len(event.missing))),
    ),
    FeedRecovered: Told("The calendar elsewhere can be read again"),
    FeedRegistered: Told(
        "A calendar elsewhere is read for unit {detail}", lambda event: Facts(detail=event.unit_id)
    ),
    FeedRemoved: Told("The calendar elsewhere is read no more"),
}
