"""Trips: what a guest sees of the stays they booked, and of the money for them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, assert_never, get_args

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
    cast,
    func,
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
from ledger.events.payment import (
    PaymentAdopted,
    PaymentCompleted,
    PaymentRefundRecorded,
    PaymentRefundReversed,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, GuestId, payment_of
from ledger.values.money import Money
from projections.projection import Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="trips_v2")

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

further_payments = Table(
    "further_payments",
    tables,
    Column("payment_id", Uuid(as_uuid=False), primary_key=True),
    Column("booking_id", Uuid(as_uuid=False), nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False),
    Index("further_payments_by_booking", "booking_id"),
)
"""Payments beside a stay's own, which stands in its row: they came late, or for an alteration."""

# -- Events -----------------------------------------------------------------------------

LaterEvent = (
    HostDecisionRequested
    | HostAccepted
    | CaptureFailedForBooking
    | BookingDeclined
    | BookingWithdrawn
    | BookingConfirmed
    | BookingExpired
    | BookingAbandoned
    | BookingAltered
    | StayStarted
    | StayCompleted
    | BookingCancelled
    | StayCurtailed
    | NoShowReported
    | NoShowReversed
)
PaymentEvent = PaymentCompleted | PaymentAdopted | PaymentRefundRecorded | PaymentRefundReversed
TripEvent = BookingRequested | LaterEvent | PaymentEvent


def project(rows: Rows, recorded: Recorded[TripEvent]) -> None:
    """Change the guest's trip as the event tells."""
    match recorded.event:
        case PaymentCompleted() as event:
            pay(rows, recorded, event.booking_id, event.amount)
        case PaymentAdopted() as event:
            pay(rows, recorded, event.booking_id, event.due)
        case PaymentRefundRecorded() | PaymentRefundReversed() as event:
            pay_back(rows, recorded, event)
        case BookingRequested() as event:
            request(rows, recorded, event)
        case _:
            rows.change(trips, recorded.stream_id, **changed(recorded.event))


def changed(event: LaterEvent) -> dict[str, Any]:  # noqa: C901 - one case per event
    """What another step of the stay changes: its status, its dates, what is due and goes back."""
    match event:
        case HostDecisionRequested():
            return {"status": "awaiting_host"}
        case HostAccepted():
            return {"status": "accepting"}
        case CaptureFailedForBooking() | NoShowReversed():
            return {"status": event.to, "refund_due_minor": 0}
        case BookingDeclined():
            return {"status": "declined"}
        case BookingWithdrawn():
            return {"status": "withdrawn"}
        case BookingConfirmed():
            return {"status": "confirmed"}
        case BookingExpired():
            return {"status": "expired"}
        case BookingAbandoned():
            return {"status": "abandoned"}
        case BookingAltered():
            return agreed(event)
        case StayStarted():
            return {"status": "in_stay"}
        case StayCompleted():
            return {"status": "completed"}
        case BookingCancelled():
            return {"status": event.to, "refund_due_minor": event.gives_back.refund.minor}
        case StayCurtailed():
            back = event.gives_back.refund.minor
            return {"status": "curtailed", "refund_due_minor": back, "check_out": event.check_out}
        case NoShowReported():
            return {"status": "no_show", "refund_due_minor": event.gives_back.refund.minor}
        case _:
            assert_never(event)


def agreed(event: BookingRequested | BookingAltered) -> dict[str, Any]:
    """What guest and host agreed on, or agree on anew."""
    return {
        "unit_id": event.unit_id,
        "check_in": event.stay.check_in,
        "check_out": event.stay.check_out,
        "due_minor": event.price.total.minor,
    }


def request(rows: Rows, recorded: Recorded[TripEvent], event: BookingRequested) -> None:
    """Begin a trip, with the whole price due and nothing paid."""
    rows.insert(
        trips,
        booking_id=recorded.stream_id,
        guest_id=event.guest_id,
        property_id=event.property_id,
        status="pending_payment",
        currency=event.price.total.currency,
        paid_minor=0,
        refund_due_minor=0,
        refunded_minor=0,
        requested_at=recorded.occurred_at,
        **agreed(event),
    )


def pay(rows: Rows, recorded: Recorded[TripEvent], booking_id: BookingId, paid: Money) -> None:
    """Count what a payment brought: the stay's own one, or one beside it."""
    if is_own(recorded, booking_id):
        rows.change(trips, booking_id, paid_minor=paid.minor)
        return
    rows.insert(
        further_payments,
        payment_id=recorded.stream_id,
        booking_id=booking_id,
        paid_minor=paid.minor,
        refunded_minor=0,
    )


def pay_back(
    rows: Rows,
    recorded: Recorded[TripEvent],
    event: PaymentRefundRecorded | PaymentRefundReversed,
) -> None:
    """Count what went back of a payment."""
    refunded = event.refunded.minor
    if is_own(recorded, event.booking_id):
        rows.change(trips, event.booking_id, refunded_minor=refunded)
    else:
        rows.change(further_payments, recorded.stream_id, refunded_minor=refunded)


def is_own(recorded: Recorded[TripEvent], booking_id: BookingId) -> bool:
    """Whether a payment is the one that the booking was to be confirmed by."""
    return str(recorded.stream_id) == payment_of(booking_id)


TRIPS = Projection("trips", 2, tables, get_args(TripEvent), project)

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
    query = (
        select(*(_over_all_payments(column) for column in trips.columns))
        .where(where)
        .order_by(trips.c.check_in.desc(), trips.c.booking_id)
    )
    return [Trip(money=_money(row), **row._mapping) for row in db.execute(query)]


def _over_all_payments(column: Column[Any]) -> ColumnElement[Any]:
    """A column of a trip; what is counted for each payment, over all of them."""
    if column.name not in ("paid_minor", "refunded_minor"):
        return column
    further = select(func.coalesce(func.sum(further_payments.c[column.name]), 0)).where(
        further_payments.c.booking_id == trips.c.booking_id
    )
    return cast(column + further.scalar_subquery(), BigInteger).label(column.name)


def _money(row: Row[tuple[object, ...]]) -> str:
    if row.due_minor == 0:
        return "free"
    if row.paid_minor == 0:
        return "unpaid"
    if row.refunded_minor == 0:
        return "paid"
    return "refunded" if row.refunded_minor >= row.paid_minor else "partially_refunded"
