"""Papers: receipts and credit notes as they are handed out, with their numbers. Questions over the
receipts; no tables of their own.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, Row, func, select

from ledger.values.clock import Instant
from ledger.values.ids import BookingId
from ledger.values.price import GUEST_FEE_VAT
from projections.projection import Answer, position_of
from projections.receipt_lines import DAMAGE, Content, ReceiptLine, read, receipt_of_change
from projections.receipts import (
    ANNULMENT,
    CREDIT_NOTE,
    ISSUER,
    LETTERS,
    RECEIPT,
    RECEIPTS,
    documents,
    parties,
    prices,
)

NUMBER = re.compile(rf"({ISSUER}-[{''.join(LETTERS.values())}]-[0-9]{{4}})-([0-9]{{6,12}})")


class PaperLine(BaseModel):
    """A line, in minor units of the document's currency. `of` is the night, the tax, or empty.

    `rate_bp` says of which part in basis points it is, `quantity` times `unit_minor` how it was
    counted, where that was so; a tax that is `included` does not count towards the total.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    of: str
    beneficiary: str
    quantity: int
    unit_minor: int | None
    rate_bp: int | None
    included: bool
    minor: int


class BeforeConversion(BaseModel):
    """The total in the listing's currency, and the exact rate by which it was converted: guest
    units per listing unit, with our margin of so many basis points in it.
    """

    model_config = ConfigDict(frozen=True)

    currency: str
    minor: int
    rate: str
    margin_bp: int


class Paper(BaseModel):
    """A receipt for a payment, a credit note for a refund of it, or the annulment of such a note.

    Its lines sum to `total_minor`; `vat_minor` is what of it is tax on the platform's fee.
    `refers_to` is the number of the receipt that a credit note is about, or of the credit note that
    is annulled; nothing where somebody else made that out.
    """

    model_config = ConfigDict(frozen=True)

    number: str
    kind: str
    issuer: str
    issued_on: date
    issued_at: Instant
    refers_to: str | None
    booking_id: str
    payment_id: str
    refund_id: str | None
    guest_id: str | None
    host_id: str | None
    property_id: str | None
    currency: str
    total_minor: int
    vat_minor: int
    lines: Sequence[PaperLine]
    converted: BeforeConversion | None


class Papers(Answer):
    """The papers of a booking, in the order in which they were issued."""

    papers: Sequence[Paper]


class PaperAnswer(Answer):
    """One paper, or None where there is none of this number."""

    paper: Paper | None


def papers_of(db: Connection, booking_id: BookingId) -> Papers:
    """What was issued for a booking."""
    position = position_of(db, RECEIPTS)
    return Papers(position=position, papers=_papers(db, documents.c.booking_id == booking_id))


def paper(db: Connection, number: str) -> PaperAnswer:
    """The paper of a number."""
    position = position_of(db, RECEIPTS)
    found = NUMBER.fullmatch(number)
    booking_id = _booking_of(db, found[1], int(found[2])) if found else None
    if booking_id is None:
        return PaperAnswer(position=position, paper=None)
    papers = _papers(db, documents.c.booking_id == booking_id)
    named = next((one for one in papers if one.number == number), None)
    return PaperAnswer(position=position, paper=named)


def _booking_of(db: Connection, series: str, place: int) -> str | None:
    if place < 1:
        return None
    query = (
        select(documents.c.booking_id)
        .where(documents.c.series == series)
        .order_by(documents.c.position)
        .offset(place - 1)
        .limit(1)
    )
    return db.scalar(query)


def _papers(db: Connection, where: ColumnElement[bool]) -> list[Paper]:
    before = documents.alias("before")
    place = (
        select(func.count())
        .select_from(before)
        .where(before.c.series == documents.c.series, before.c.position <= documents.c.position)
        .scalar_subquery()
        .label("place")
    )
    sides = (parties.c.guest_id, parties.c.host_id, parties.c.property_id)
    query = (
        select(documents, *sides, place)
        .select_from(documents.outerjoin(parties, parties.c.booking_id == documents.c.booking_id))
        .where(where, documents.c.series.is_not(None))
        .order_by(documents.c.position)
    )
    rows = db.execute(query).all()
    numbers = {(row.stream_id, row.kind): f"{row.series}-{row.place:06d}" for row in rows}
    contents = _contents(db, rows)
    return [_paper(row, numbers, contents) for row in rows]


Key = tuple[str, str]


def _contents(db: Connection, rows: Sequence[Row[Any]]) -> dict[Key, Content]:
    """What each paper says. One for an alteration says by how much which line became dearer."""
    whole = {(row.stream_id, row.kind): read(row.content) for row in rows if row.content}
    first = [(0, whole[row.stream_id, RECEIPT]) for row in rows if _is_of_the_booking(row)]
    first = [(at, said) for at, said in first if said.lines[:1] and said.lines[0].code != DAMAGE]
    altered = {row.booking_id for row in rows if row.alters}
    later = select(prices).where(prices.c.booking_id.in_(altered)).order_by(prices.c.position)
    known = [*first, *((row.position, read(row.content)) for row in db.execute(later))]
    for row in rows:
        if row.alters:
            old = [content for position, content in known if position < row.position]
            new = whole[row.stream_id, RECEIPT]
            changed = receipt_of_change(new, old[-1] if old else None, row.total_minor)
            whole[row.stream_id, RECEIPT] = changed
    return whole


def _is_of_the_booking(row: Row[Any]) -> bool:
    return bool(row.kind == RECEIPT and not row.alters)


def _paper(row: Row[Any], numbers: dict[Key, str], contents: dict[Key, Content]) -> Paper:
    of = CREDIT_NOTE if row.kind == ANNULMENT else row.kind
    content = contents[row.stream_id, of]
    lines = [_line(line) for line in content.lines]
    return Paper(
        number=numbers[row.stream_id, row.kind],
        kind=row.kind,
        issuer=ISSUER,
        issued_on=row.issued_at.date(),
        issued_at=row.issued_at,
        refers_to=numbers.get(_about(row)),
        booking_id=row.booking_id,
        payment_id=row.payment_id,
        refund_id=None if row.kind == RECEIPT else row.stream_id,
        guest_id=row.guest_id,
        host_id=row.host_id,
        property_id=row.property_id,
        currency=row.currency,
        total_minor=row.total_minor,
        vat_minor=sum(line.minor for line in lines if line.code == GUEST_FEE_VAT),
        lines=lines,
        converted=_before(content),
    )


def _about(row: Row[Any]) -> Key:
    if row.kind == ANNULMENT:
        return row.stream_id, CREDIT_NOTE
    return (row.payment_id, RECEIPT) if row.kind == CREDIT_NOTE else ("", "")


def _line(line: ReceiptLine) -> PaperLine:
    return PaperLine(**{name: getattr(line, name) for name in line.__struct_fields__})


def _before(content: Content) -> BeforeConversion | None:
    told = content.converted
    if told is None:
        return None
    return BeforeConversion(**{name: getattr(told, name) for name in told.__struct_fields__})
