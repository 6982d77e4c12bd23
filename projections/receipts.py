"""Receipts: what a guest has on paper for money that came, and for each refund of it.

A number once given may never change, and no number may be left out. So nobody counts while writing:
a document's number is its place among those of its series, in the order of the history, which only
ever grows at its end. It is the same in any rebuild, and no stream has to be waited for, as it
would be if an event gave the numbers. What is never issued takes none.

There is a receipt for each payment, a credit note for each refund that is owed (from its approval
on, whatever way the money then takes), and an annulment where an approved refund was called off
before it left. Whoever took the money of imported history made out its papers.
"""

from typing import assert_never, get_args

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)

from ledger.events import Recorded
from ledger.events.booking import BookingAltered, BookingRequested
from ledger.events.payment import (
    PaymentAdopted,
    PaymentCancelled,
    PaymentCompleted,
    PaymentOpened,
)
from ledger.events.refund import (
    ExternalRefundClassified,
    RefundApproved,
    RefundCancelled,
    RefundRejected,
    RefundRequested,
)
from ledger.values.ids import PaymentId
from projections.projection import NOT_IN_DIGEST, Projection, Rows
from projections.receipt_lines import (
    Content,
    credit_of,
    kept,
    receipt_of,
    receipt_of_damage,
)

ISSUER = "SL"
"""The legal person that issues them. There is one; a second would come with events that name it."""

RECEIPT, CREDIT_NOTE, ANNULMENT = "receipt", "credit_note", "annulment"
LETTERS = {RECEIPT: "R", CREDIT_NOTE: "C", ANNULMENT: "A"}

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="receipts_v1")

documents = Table(
    "documents",
    tables,
    Column("stream_id", Uuid(as_uuid=False), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("series", Text),
    Column("position", BigInteger, info=NOT_IN_DIGEST),
    Column("issued_at", DateTime(timezone=True)),
    Column("booking_id", Uuid(as_uuid=False), nullable=False),
    Column("payment_id", Uuid(as_uuid=False), nullable=False),
    Column("currency", Text, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("content", Text),
    Column("alters", Integer),
    Index("documents_by_number", "series", "position"),
    Index("documents_by_booking", "booking_id"),
)
"""One row per document, be it only prepared: then it has no series yet. `stream_id` is the payment
or refund that it is about; an annulment has no content of its own, it takes back that of its note.
`alters` is the number of the alteration that a payment is for: its content is then the whole new
price, of which the receipt has what is dearer than before.
"""

prices = Table(
    "prices",
    tables,
    Column("booking_id", Uuid(as_uuid=False), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False, info=NOT_IN_DIGEST),
    Column("content", Text, nullable=False),
)
"""What a booking cost from one of its alterations on; before the first, its own receipt says it."""

parties = Table(
    "parties",
    tables,
    Column("booking_id", Uuid(as_uuid=False), primary_key=True),
    Column("guest_id", Uuid(as_uuid=False), nullable=False),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
)
"""Between whom a booking was made; a paper never changes, so nothing of this does."""

# -- Events -----------------------------------------------------------------------------

ReceiptEvent = (
    BookingRequested
    | BookingAltered
    | PaymentOpened
    | PaymentCompleted
    | PaymentAdopted
    | PaymentCancelled
    | RefundRequested
    | RefundApproved
    | RefundRejected
    | RefundCancelled
    | ExternalRefundClassified
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[ReceiptEvent]
) -> None:
    """Prepare a document, issue it, or drop what will not be issued."""
    stream_id = recorded.stream_id
    match recorded.event:
        case BookingRequested() as event:
            rows.insert(
                parties,
                booking_id=stream_id,
                guest_id=event.guest_id,
                host_id=event.host_id,
                property_id=event.property_id,
            )
        case BookingAltered() as event:
            note_price(rows, recorded, event)
        case PaymentOpened() as event:
            said = receipt_of_damage(event.due) if event.for_damage else receipt_of(event.price)
            prepare(rows, recorded, event, said)
        case PaymentCompleted():
            issue(rows, recorded, RECEIPT)
        case PaymentAdopted() as event:
            prepare(rows, recorded, event, receipt_of(event.price))
            issue(rows, recorded, RECEIPT)
        case PaymentCancelled():
            rows.remove(documents, (stream_id, RECEIPT))
        case RefundRequested() as event:
            prepare(rows, recorded, event, credit_of(event.lines))
        case RefundApproved():
            issue(rows, recorded, CREDIT_NOTE)
        case ExternalRefundClassified() as event:
            prepare(rows, recorded, event, credit_of(event.lines))
            issue(rows, recorded, CREDIT_NOTE)
        case RefundRejected():
            rows.remove(documents, (stream_id, CREDIT_NOTE))
        case RefundCancelled() as event:
            call_off(rows, recorded, event)
        case _:
            assert_never(recorded.event)


def note_price(rows: Rows, recorded: Recorded[ReceiptEvent], event: BookingAltered) -> None:
    """Keep what a booking costs from now on: the next alteration is receipted against it."""
    rows.insert(
        prices,
        booking_id=recorded.stream_id,
        revision=event.revision,
        position=recorded.position,
        content=kept(receipt_of(event.price)),
    )


PreparingEvent = PaymentOpened | PaymentAdopted | RefundRequested | ExternalRefundClassified


def prepare(
    rows: Rows, recorded: Recorded[ReceiptEvent], event: PreparingEvent, content: Content
) -> None:
    """Write down what a document will say, should it be issued."""
    if isinstance(event, PaymentOpened | PaymentAdopted):
        kind, payment_id, total = RECEIPT, PaymentId(recorded.stream_id), event.due
    else:
        kind, payment_id, total = CREDIT_NOTE, event.payment_id, event.amount
    rows.insert(
        documents,
        stream_id=recorded.stream_id,
        kind=kind,
        series=None,
        position=None,
        issued_at=None,
        booking_id=event.booking_id,
        payment_id=payment_id,
        currency=total.currency,
        total_minor=total.minor,
        content=kept(content),
        alters=event.for_alteration if isinstance(event, PaymentOpened) else None,
    )


def issue(rows: Rows, recorded: Recorded[ReceiptEvent], kind: str) -> None:
    """Put a prepared document into its series."""
    rows.change(documents, (recorded.stream_id, kind), **numbered(recorded, kind))


def numbered(recorded: Recorded[ReceiptEvent], kind: str) -> dict[str, object]:
    """In which series a document stands, and where: years begin and end in UTC, as our books do."""
    at = recorded.occurred_at
    series = f"{ISSUER}-{LETTERS[kind]}-{at.year}"
    return {"series": series, "position": recorded.position, "issued_at": at}


def call_off(rows: Rows, recorded: Recorded[ReceiptEvent], event: RefundCancelled) -> None:
    """Drop the note of a refund that nobody had approved; one that was issued is annulled.

    What gives nothing back in the books was not owed yet, so there was no note.
    """
    if not event.entries:
        rows.remove(documents, (recorded.stream_id, CREDIT_NOTE))
        return
    rows.insert(
        documents,
        stream_id=recorded.stream_id,
        kind=ANNULMENT,
        booking_id=event.booking_id,
        payment_id=event.payment_id,
        currency=event.amount.currency,
        total_minor=event.amount.minor,
        content=None,
        alters=None,
        **numbered(recorded, ANNULMENT),
    )


RECEIPTS = Projection(
    "receipts", 1, tables, get_args(ReceiptEvent), project, sliced_by="stream", live_only=True
)
