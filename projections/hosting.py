"""Hosting: what a host sees of who asks for a stay and who comes."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import assert_never, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    select,
)

from ledger.events import Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    BookingWithdrawn,
    CaptureFailedForBooking,
    HostAccepted,
    HostDecisionRequested,
    NoShowReported,
    NoShowReversed,
    StayCompleted,
    StayCurtailed,
    StayStarted,
)
from ledger.values.clock import Instant
from ledger.values.ids import HostId
from projections.projection import Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="hosting_v1")

stays = Table(
    "stays",
    tables,
    Column("booking_id", Uuid(as_uuid=False), primary_key=True),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("guest_id", Uuid(as_uuid=False), nullable=False),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
    Column("unit_id", Uuid(as_uuid=False), nullable=False),
    Column("status", Text, nullable=False),
    Column("check_in", Date, nullable=False),
    Column("check_out", Date, nullable=False),
    Column("guests_count", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("subtotal_minor", BigInteger, nullable=False),
    Column("host_fee_minor", BigInteger, nullable=False),
    Column("host_vat_minor", BigInteger, nullable=False),
    Column("agreed_minor", BigInteger, nullable=False),
    Column("kept_minor", BigInteger),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("decide_by", DateTime(timezone=True)),
    Index("stays_by_host", "host_id", "check_in"),
)
"""One row per booking, in minor units of the listing's currency.

`agreed_minor` is the host's part of the price; `kept_minor` what is left of it where the stay fell
away or was cut short.
"""

# -- Events -----------------------------------------------------------------------------

HostingEvent = (
    BookingRequested
    | HostDecisionRequested
    | HostAccepted
    | CaptureFailedForBooking
    | BookingDeclined
    | BookingWithdrawn
    | BookingExpired
    | BookingAbandoned
    | BookingConfirmed
    | BookingAltered
    | StayStarted
    | StayCompleted
    | BookingCancelled
    | StayCurtailed
    | NoShowReported
    | NoShowReversed
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[HostingEvent]
) -> None:
    """Change where the stay stands, and what of it is the host's."""
    stands = partial(rows.change, stays, recorded.stream_id)

    match recorded.event:
        case BookingRequested() as event:
            request(rows, recorded, event)
        case HostDecisionRequested() as event:
            stands(status="awaiting_host", decide_by=event.decide_by)
        case HostAccepted():
            stands(status="accepting")
        case CaptureFailedForBooking() | NoShowReversed() as event:
            stands(status=event.to, kept_minor=None)
        case BookingDeclined():
            stands(status="declined")
        case BookingWithdrawn():
            stands(status="withdrawn")
        case BookingExpired():
            stands(status="expired")
        case BookingAbandoned():
            stands(status="abandoned")
        case BookingConfirmed():
            stands(status="confirmed")
        case BookingAltered() as event:
            stands(**agreed(event))
        case StayStarted():
            stands(status="in_stay")
        case StayCompleted():
            stands(status="completed")
        case BookingCancelled() as event:
            stands(status=event.to, kept_minor=event.gives_back.kept.host_minor)
        case StayCurtailed() as event:
            kept = event.gives_back.kept.host_minor
            stands(status="curtailed", kept_minor=kept, check_out=event.check_out)
        case NoShowReported() as event:
            stands(status="no_show", kept_minor=event.gives_back.kept.host_minor)
        case _:
            assert_never(recorded.event)


def request(rows: Rows, recorded: Recorded[HostingEvent], event: BookingRequested) -> None:
    """Somebody asks for a stay; until it is paid or authorised the host has nothing to do."""
    rows.insert(
        stays,
        booking_id=recorded.stream_id,
        host_id=event.host_id,
        guest_id=event.guest_id,
        property_id=event.property_id,
        status="pending_payment",
        currency=event.price.currency,
        kept_minor=None,
        requested_at=recorded.occurred_at,
        decide_by=None,
        **agreed(event),
    )


def agreed(event: BookingRequested | BookingAltered) -> dict[str, object]:
    """What guest and host agreed on: nights, party and price."""
    price = event.price
    return {
        "unit_id": event.unit_id,
        "check_in": event.stay.check_in,
        "check_out": event.stay.check_out,
        "guests_count": event.party.heads(),
        "subtotal_minor": price.subtotal.minor,
        "host_fee_minor": price.host_fee.minor,
        "host_vat_minor": price.host_vat_minor,
        "agreed_minor": price.shares.host_minor,
    }


HOSTING = Projection("hosting", 1, tables, get_args(HostingEvent), project)

# -- Questions --------------------------------------------------------------------------


class HostedStay(BaseModel):
    """A stay as its host sees it; amounts are minor units of the listing's currency.

    `agreed_minor` is what the host gets of the price: `subtotal_minor` (nights and extras) less the
    platform's fee and the tax on it, and the taxes that the host passes on. `kept_minor` is what is
    left of it where the stay fell away or was cut short. Dates are the property's own, check-out
    not included; until `decide_by` the host may answer a request.
    """

    model_config = ConfigDict(frozen=True)

    booking_id: str
    guest_id: str
    property_id: str
    unit_id: str
    status: str
    check_in: date
    check_out: date
    guests_count: int
    currency: str
    subtotal_minor: int
    host_fee_minor: int
    host_vat_minor: int
    agreed_minor: int
    kept_minor: int | None
    requested_at: Instant
    decide_by: Instant | None


class HostedStays(Answer):
    """Stays at a host's properties."""

    stays: Sequence[HostedStay]


COMING = ("confirmed", "in_stay")


def requests_of(db: Connection, host: HostId) -> HostedStays:
    """The requests that wait for the host's decision, the most urgent first."""
    position = position_of(db, HOSTING)
    waiting = stays.c.status == "awaiting_host"
    return HostedStays(position=position, stays=_found(db, host, waiting, by=stays.c.decide_by))


def arrivals_of(db: Connection, host: HostId, begins: date, ends: date) -> HostedStays:
    """The confirmed stays that begin from a day to before another, the earliest first.

    One that began on such a day stays in the list until its guests leave.
    """
    position = position_of(db, HOSTING)
    within = (stays.c.check_in >= begins) & (stays.c.check_in < ends)
    coming = within & stays.c.status.in_(COMING)
    return HostedStays(position=position, stays=_found(db, host, coming, by=stays.c.check_in))


def _found(
    db: Connection, host: HostId, where: ColumnElement[bool], by: Column[object]
) -> list[HostedStay]:
    columns = [column for column in stays.columns if column.name != "host_id"]
    query = select(*columns).where(stays.c.host_id == host, where).order_by(by, stays.c.booking_id)
    return [HostedStay(**row._mapping) for row in db.execute(query)]
