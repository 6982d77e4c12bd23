"""Trips: what a guest sees of the stays they booked, and of the money for them."""

from collections.abc import Sequence
from datetime import date
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
    MetaData,
    Row,
    Table,
    Text,
    Uuid,
    select,
)

from ledger.events import Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingRequested,
    NoShowReported,
    StayCompleted,
    StayStarted,
)
from ledger.events.payment import (
    PaymentAdopted,
    PaymentCompleted,
    PaymentRefundRecorded,
    PaymentRefundReversed,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, GuestId
from projections.projection import Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="trips_v1")

trips = Table(
    "trips",
    tables,
    Column("booking_id", Uuid(as_uuid=False), primary_key=True),
    Column("guest_id", Uuid(as_uuid=False), nullable=False),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
    Column("unit_id", Uuid(as_uuid=False), nullable=False),
    Column("status", Text, nullable=False),
    Column("check_in", Date, nullable=False),
    Column("check_out", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("due_minor", BigInteger, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    Column("refund_due_minor", BigInteger, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Index("trips_by_guest", "guest_id", "check_in"),
)

# -- Events -----------------------------------------------------------------------------

TripEvent = (
    BookingRequested
    | BookingConfirmed
    | BookingExpired
    | BookingAbandoned
    | StayStarted
    | StayCompleted
    | BookingCancelled
    | NoShowReported
    | PaymentCompleted
    | PaymentAdopted
    | PaymentRefundRecorded
    | PaymentRefundReversed
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[TripEvent]
) -> None:
    """Change the guest's trip as the event tells."""
    match recorded.event:
        case BookingRequested() as event:
            request(rows, recorded, event)
        case PaymentCompleted() as event:
            rows.change(trips, event.booking_id, paid_minor=event.amount.minor)
        case PaymentAdopted() as event:
            rows.change(trips, event.booking_id, paid_minor=event.due.minor)
        case BookingConfirmed():
            rows.change(trips, recorded.stream_id, status="confirmed")
        case StayStarted():
            rows.change(trips, recorded.stream_id, status="in_stay")
        case StayCompleted():
            rows.change(trips, recorded.stream_id, status="completed")
        case BookingCancelled() as event:
            refund = event.settlement.refund.minor
            rows.change(trips, recorded.stream_id, status=event.to, refund_due_minor=refund)
        case NoShowReported() as event:
            refund = event.settlement.refund.minor
            rows.change(trips, recorded.stream_id, status="no_show", refund_due_minor=refund)
        case PaymentRefundRecorded() | PaymentRefundReversed() as event:
            rows.change(trips, event.booking_id, refunded_minor=event.refunded.minor)
        case BookingExpired():
            rows.change(trips, recorded.stream_id, status="expired")
        case BookingAbandoned():
            rows.change(trips, recorded.stream_id, status="abandoned")
        case _:
            assert_never(recorded.event)


def request(rows: Rows, recorded: Recorded[TripEvent], event: BookingRequested) -> None:
    """Begin a trip, with the whole price due and nothing paid."""
    total = event.price.total
    rows.insert(
        trips,
        booking_id=recorded.stream_id,
        guest_id=event.guest_id,
        property_id=event.property_id,
        unit_id=event.unit_id,
        status="pending_payment",
        check_in=event.stay.check_in,
        check_out=event.stay.check_out,
        currency=total.currency,
        due_minor=total.minor,
        paid_minor=0,
        refund_due_minor=0,
        refunded_minor=0,
        requested_at=recorded.occurred_at,
    )


TRIPS = Projection("trips", 1, tables, get_args(TripEvent), project)

# -- Questions --------------------------------------------------------------------------


class Trip(BaseModel):
    """One stay of a guest. `status` tells of the stay, `money` of what was paid and given back.

    `money` is `unpaid`, `paid`, `partially_refunded`, `refunded` or, where nothing is due, `free`.
    Amounts are minor units of `currency`; dates are the property's own, check-out not included.
    """

    model_config = ConfigDict(frozen=True)

    booking_id: str
    guest_id: str
    property_id: str
    unit_id: str
    status: str
    money: str
    check_in: date
    check_out: date
    currency: str
    due_minor: int
    paid_minor: int
    refund_due_minor: int
    refunded_minor: int
    requested_at: Instant


class Trips(Answer):
    """Stays, the latest arrival first."""

    trips: Sequence[Trip]


class TripAnswer(Answer):
    """One stay, or None where the read model has none of this id."""

    trip: Trip | None


def trips_of(db: Connection, guest: GuestId) -> Trips:
    """All trips of a guest, the latest arrival first."""
    position = position_of(db, TRIPS)
    return Trips(position=position, trips=_found(db, trips.c.guest_id == guest))


def trip(db: Connection, booking_id: BookingId) -> TripAnswer:
    """The trip of a booking."""
    position = position_of(db, TRIPS)
    found = _found(db, trips.c.booking_id == booking_id)
    return TripAnswer(position=position, trip=found[0] if found else None)


def _found(db: Connection, where: ColumnElement[bool]) -> list[Trip]:
    query = select(trips).where(where).order_by(trips.c.check_in.desc(), trips.c.booking_id)
    return [Trip(money=_money(row), **row._mapping) for row in db.execute(query)]


def _money(row: Row[tuple[object, ...]]) -> str:
    if row.due_minor == 0:
        return "free"
    if row.paid_minor == 0:
        return "unpaid"
    if row.refunded_minor == 0:
        return "paid"
    return "refunded" if row.refunded_minor >= row.paid_minor else "partially_refunded"
