"""Search: what of every property can be found, and everything that judging and pricing it takes.

Which nights of its units are taken is availability's matter. Whether something can be found is
never stored as a word of its own: hosts, properties and tariffs keep each part of the predicate
(spec: domain, section 2) beside the event that made it so, and who asks puts them together, at the
time of asking (`projections.finding`).

A property that somebody vouches for, without facts of its own, has no place and is not found here.
"""

from typing import assert_never, get_args

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Time,
    Uuid,
)

from ledger.events import Recorded
from ledger.events.property import (
    ListingBlocked,
    ListingUnblocked,
    PropertyApproved,
    PropertyArchived,
    PropertyDescribed,
    PropertyDrafted,
    PropertyPublished,
    PropertyReinstated,
    PropertyRejected,
    PropertySuspended,
    PropertyUnlisted,
    RevisionApproved,
)
from ledger.events.provider import (
    PayoutAccountChanged,
    PayoutAccountOpened,
    ProviderClosed,
    ProviderRegistered,
    ProviderReinstated,
    ProviderRejected,
    ProviderReopened,
    ProviderSuspended,
    ProviderVerified,
    ProviderVouchedFor,
    ReverificationDue,
)
from ledger.events.review import ReviewHidden, ReviewShown, ReviewsPublished
from ledger.events.tariff import LeviesSet, RatesSet
from ledger.values.files import expires_at
from ledger.values.listing import REGISTERED_IN, Description, folded
from ledger.values.rates import ALL_BP, children_are_free, lowest_nights
from ledger.values.reviews import Side
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import BookingMode, Levies, Rates, RoomRates
from projections.projection import Projection, Rows

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="search_v1")

hosts = Table(
    "hosts",
    tables,
    Column("host_id", Uuid(as_uuid=False), primary_key=True),
    Column("status", Text, nullable=False),
    Column("status_by", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("standing_by", Text),
)
"""Where each host stands, and their payout account. `…_by` names the event that said so, as
`stream/version`.
"""

properties = Table(
    "properties",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("blocked", Boolean, nullable=False),
    Column("blocked_by", Text),
    Column("revision", Integer, nullable=False),
    Column("facts_by", Text),
    Column("valid_until", DateTime(timezone=True)),
    Column("registered", Boolean, nullable=False),
    Column("kind", Text),
    Column("country", Text),
    Column("region", Text),
    Column("city", Text),
    Column("region_folded", Text),
    Column("city_folded", Text),
    Column("latitude_e6", Integer),
    Column("longitude_e6", Integer),
    Column("time_zone", Text),
    Column("check_in_time", Time),
    Column("check_out_time", Time),
    Column("amenities", Text, nullable=False),
    Column("pets", Boolean, nullable=False),
    Column("text_id", Uuid(as_uuid=False)),
    Column("photo_id", Uuid(as_uuid=False)),
    Index("properties_by_place", "latitude_e6", "longitude_e6"),
    Index("properties_by_city", "city_folded"),
    Index("properties_by_region", "region_folded"),
    Index("properties_by_host", "host_id"),
)
"""A property by its approved facts, whatever is proposed; `revision` is their number, 0 for none.

They hold until `valid_until`, if that is told: when it has come is judged by who asks. `registered`
says that it has its number, or that its country asks for none. Amenities stand between commas, with
one before the first and one after the last.
"""

rooms = Table(
    "rooms",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("room_type", Text, primary_key=True),
    Column("capacity", Integer, nullable=False),
    Column("bedrooms", Integer, nullable=False),
    Column("beds", Integer, nullable=False),
    Column("bathrooms", Integer, nullable=False),
)
"""What was approved of the rooms of a type; those of the property's own `revision` count."""

tariffs = Table(
    "tariffs",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("rates_version", Integer, nullable=False),
    Column("rates_by", Text),
    Column("rates", Text),
    Column("instant", Boolean),
    Column("levies_version", Integer, nullable=False),
    Column("levies_by", Text),
    Column("levies", Text),
    Column("fee_at_least_bp", Integer, nullable=False),
)
"""What a property's stays are priced under, as JSON; version 0 of what nobody has set.

A guest's fee with its tax is `fee_at_least_bp` of what the host asks, or more.
"""

LOWEST = tuple(f"lowest_{month:02}_minor" for month in range(1, 13))
"""The columns with what no night of a month costs less than."""

arrivals = Table(
    "arrivals",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("rates_version", Integer, nullable=False),
    Column("room_type", Text, nullable=False),
    Column("begins", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("min_nights", Integer, nullable=False),
    Column("max_nights", Integer),
    Column("arrival_days", Integer, nullable=False),
    Column("departure_days", Integer, nullable=False),
    Column("notice_days", Integer, nullable=False),
    Column("window_days", Integer),
    Column("capacity", Integer),
    Column("buffer_nights", Integer, nullable=False),
    Column("children_free", Boolean, nullable=False),
    Column("cleaning_minor", BigInteger, nullable=False),
    Column("included_guests", Integer, nullable=False),
    Column("extra_guest_minor", BigInteger, nullable=False),
    Column("children_count", Boolean, nullable=False),
    Column("infants_count", Boolean, nullable=False),
    *(Column(lowest, BigInteger, nullable=False) for lowest in LOWEST),
)
"""Which stays are let in the rooms of a type that begin from a day to before another.

The rows of a room type cover all days, and each day once. Those of the tariff's own `rates_version`
count: whoever asks for fewer rooms than before leaves rows behind. Days of the week are bits, of
which Monday's is the lowest.
"""

ratings = Table(
    "ratings",
    tables,
    Column("review_id", Uuid(as_uuid=False), primary_key=True),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
    Column("stars", Integer, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Index("ratings_by_property", "property_id"),
)
"""What guests gave a property overall, once it was published."""

# -- Events -----------------------------------------------------------------------------

HostEvent = (
    ProviderRegistered
    | ProviderVouchedFor
    | ProviderVerified
    | ProviderRejected
    | ProviderReopened
    | ReverificationDue
    | ProviderSuspended
    | ProviderReinstated
    | ProviderClosed
    | PayoutAccountOpened
    | PayoutAccountChanged
)
ListingEvent = (
    PropertyDrafted
    | PropertyApproved
    | PropertyRejected
    | RevisionApproved
    | PropertyDescribed
    | PropertyPublished
    | PropertyUnlisted
    | PropertySuspended
    | PropertyReinstated
    | PropertyArchived
    | ListingBlocked
    | ListingUnblocked
)
TariffEvent = RatesSet | LeviesSet
RatingEvent = ReviewsPublished | ReviewHidden | ReviewShown

SearchEvent = HostEvent | ListingEvent | TariffEvent | RatingEvent


def project(rows: Rows, recorded: Recorded[SearchEvent]) -> None:
    """Change what the event is about: a host, a property, its tariff or its rating."""
    match recorded.event:
        case RatesSet() | LeviesSet():
            project_tariff(rows, recorded, recorded.event)
        case ReviewsPublished() | ReviewHidden() | ReviewShown():
            project_rating(rows, recorded.stream_id, recorded.event)
        case (
            PropertyDrafted()
            | PropertyApproved()
            | PropertyRejected()
            | RevisionApproved()
            | PropertyDescribed()
            | PropertyPublished()
            | PropertyUnlisted()
            | PropertySuspended()
            | PropertyReinstated()
            | PropertyArchived()
            | ListingBlocked()
            | ListingUnblocked()
        ):
            project_property(rows, recorded, recorded.event)
        case _:
            project_host(rows, recorded, recorded.event)


def project_host(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[SearchEvent], event: HostEvent
) -> None:
    """Whether somebody may host, until when, and whether they can be paid."""
    host_id, by = recorded.stream_id, recorded.event_id
    match event:
        case ProviderRegistered():
            rows.insert(
                hosts,
                host_id=host_id,
                status="draft",
                status_by=by,
                standing="none",
                standing_by=None,
            )
        case ProviderVerified() | ProviderVouchedFor() | ProviderReinstated():
            rows.change(hosts, host_id, status="verified", status_by=by)
        case ReverificationDue():
            rows.change(hosts, host_id, status="reverification_due", status_by=by)
        case ProviderRejected():
            rows.change(hosts, host_id, status="rejected", status_by=by)
        case ProviderReopened():
            rows.change(hosts, host_id, status="draft", status_by=by)
        case ProviderSuspended():
            rows.change(hosts, host_id, status="suspended", status_by=by)
        case ProviderClosed():
            rows.change(hosts, host_id, status="closed", status_by=by)
        case PayoutAccountOpened():
            rows.change(hosts, host_id, standing="onboarding", standing_by=by)
        case PayoutAccountChanged():
            rows.change(hosts, host_id, standing=event.to, standing_by=by)
        case _:
            assert_never(event)


def project_property(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[SearchEvent], event: ListingEvent
) -> None:
    """What a property is and whether its host lets it; what is proposed changes nothing."""
    property_id, by = recorded.stream_id, recorded.event_id
    match event:
        case PropertyDrafted():
            draft_property(rows, recorded, event)
        case PropertyApproved():
            approve(rows, recorded, 1, event)
            rows.change(properties, property_id, status="approved", status_by=by)
        case RevisionApproved():
            approve(rows, recorded, event.number, event)
        case PropertyDescribed():
            rows.change(properties, property_id, **_described(event.description))
        case PropertyPublished():
            at = recorded.occurred_at
            rows.change(properties, property_id, status="published", status_by=by, published_at=at)
        case PropertyUnlisted() | PropertyReinstated():
            rows.change(properties, property_id, status="unlisted", status_by=by)
        case PropertySuspended():
            rows.change(properties, property_id, status="suspended", status_by=by)
        case PropertyRejected() | PropertyArchived():
            rows.change(properties, property_id, status="archived", status_by=by)
        case ListingBlocked():
            rows.change(properties, property_id, blocked=True, blocked_by=by)
        case ListingUnblocked():
            rows.change(properties, property_id, blocked=False, blocked_by=by)
        case _:
            assert_never(event)


def draft_property(rows: Rows, recorded: Recorded[SearchEvent], event: PropertyDrafted) -> None:
    """A property that nobody has looked at yet."""
    unknown = {column.name: None for column in properties.columns if column.nullable}
    told = {
        "property_id": recorded.stream_id,
        "host_id": event.host_id,
        "currency": event.currency,
        "status": "draft",
        "status_by": recorded.event_id,
        "blocked": False,
        "revision": 0,
        "registered": False,
        "amenities": ",",
        "pets": False,
    }
    rows.insert(properties, **unknown | told)


def approve(
    rows: Rows,
    recorded: Recorded[SearchEvent],
    revision: int,
    event: PropertyApproved | RevisionApproved,
) -> None:
    """From now on these facts are the ones that hold."""
    facts, until = event.facts, event.valid_until
    place, house = facts.place, facts.house
    told = {
        "revision": revision,
        "facts_by": recorded.event_id,
        "valid_until": None if until is None else expires_at(until),
        "registered": place.country not in REGISTERED_IN or bool(facts.registration),
        "kind": facts.kind.value,
        "country": place.country,
        "region": place.region,
        "city": place.city,
        "region_folded": folded(place.region),
        "city_folded": folded(place.city),
        "latitude_e6": place.latitude_e6,
        "longitude_e6": place.longitude_e6,
        "time_zone": house.time_zone,
        "check_in_time": house.check_in_time,
        "check_out_time": house.check_out_time,
    }
    rows.change(properties, recorded.stream_id, **told)
    for room in facts.rooms:
        rows.insert(
            rooms,
            property_id=recorded.stream_id,
            revision=revision,
            room_type=room.room_type,
            capacity=room.capacity,
            bedrooms=room.bedrooms,
            beds=room.beds,
            bathrooms=room.bathrooms,
        )


def _described(description: Description) -> dict[str, object]:
    words, photos = description.words, description.photos
    return {
        "amenities": ",".join(["", *description.amenities, ""]),
        "pets": description.rules.pets,
        "text_id": words.text_id if words else None,
        "photo_id": photos[0] if photos else None,
    }


def project_tariff(
    rows: Rows, recorded: Recorded[SearchEvent], event: RatesSet | LeviesSet
) -> None:
    """What a property's stays are priced under, and which of them are let."""
    if recorded.version == 1:
        unset = {column.name: None for column in tariffs.columns if column.nullable}
        zeros = {"rates_version": 0, "levies_version": 0, "fee_at_least_bp": 0}
        rows.insert(tariffs, property_id=event.property_id, **unset | zeros)
    if isinstance(event, RatesSet):
        told = _rates(event.rates) | {"rates_version": event.version, "rates_by": recorded.event_id}
        replace_arrivals(rows, event)
    else:
        told = _levies(event.levies)
        told |= {"levies_version": event.version, "levies_by": recorded.event_id}
    rows.change(tariffs, event.property_id, **told)


def _rates(rates: Rates) -> dict[str, object]:
    text = msgspec.json.encode(rates).decode()
    return {"rates": text, "instant": rates.mode is BookingMode.INSTANT}


def _levies(levies: Levies) -> dict[str, object]:
    fees = levies.fee_plan
    taxed_bp = fees.guest_fee_bp + fees.guest_fee_bp * fees.guest_vat_bp // ALL_BP
    certain_bp = taxed_bp if fees.guest_fee_at_most_minor is None else 0
    return {"levies": msgspec.json.encode(levies).decode(), "fee_at_least_bp": certain_bp}


def replace_arrivals(rows: Rows, event: RatesSet) -> None:
    """Let other stays from now on."""
    place = 0
    for room in event.rates.rooms:
        floors = _floors(room)
        for begins, ends, rules in room.rules_by_arrival():
            rows.remove(arrivals, (event.property_id, place))
            rows.insert(
                arrivals,
                property_id=event.property_id,
                place=place,
                rates_version=event.version,
                begins=begins,
                ends=ends,
                **floors | _rules(rules),
            )
            place += 1


def _floors(room: RoomRates) -> dict[str, object]:
    plan = room.plan
    return {
        "room_type": room.room_type,
        "children_free": children_are_free(plan),
        "cleaning_minor": plan.cleaning_minor,
        "included_guests": plan.included_guests,
        "extra_guest_minor": plan.extra_guest_minor,
        "children_count": plan.children_count,
        "infants_count": plan.infants_count,
        **dict(zip(LOWEST, lowest_nights(plan), strict=True)),
    }


def _rules(rules: StayRules) -> dict[str, object]:
    return {
        "min_nights": rules.min_nights,
        "max_nights": rules.max_nights,
        "arrival_days": _bits(rules.arrival_days),
        "departure_days": _bits(rules.departure_days),
        "notice_days": rules.notice_days,
        "window_days": rules.window_days,
        "capacity": rules.capacity,
        "buffer_nights": rules.buffer_nights,
    }


def _bits(days: tuple[int, ...]) -> int:
    return sum(1 << (day - 1) for day in set(days))


def project_rating(rows: Rows, review_id: str, event: RatingEvent) -> None:
    """What guests think of a property, as far as everybody may read it."""
    match event:
        case ReviewsPublished(of_stay=review):
            if review is not None:
                rows.insert(
                    ratings,
                    review_id=review_id,
                    property_id=event.of.property_id,
                    stars=review.rating.overall,
                    hidden=False,
                )
        case ReviewHidden() | ReviewShown():
            if event.by is Side.GUEST:
                hidden = isinstance(event, ReviewHidden)
                rows.change(ratings, review_id, hidden=hidden)
        case _:
            assert_never(event)


# Each row is one stream's: a host's, a property's, a tariff's or a review's.
SEARCH = Projection("search", 1, tables, get_args(SearchEvent), project, sliced_by="stream")
