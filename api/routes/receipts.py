"""Receipts: what a guest has on paper for money that came, and for what went back of it."""

from typing import Annotated

import fastapi
from fastapi import APIRouter
from pydantic import Field

from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Query, Uuid
from ledger.errors import NotFound
from ledger.values.ids import BookingId
from projections import papers
from projections.papers import Paper, Papers
from projections.projection import Answer
from projections.receipts import RECEIPTS

router = APIRouter(tags=["receipts"])

Number = Annotated[str, Field(max_length=40, examples=["SL-R-2026-000001"])]


class OnePaper(Answer):
    """A receipt, a credit note or an annulment, as it was issued."""

    paper: Paper


@router.get("/bookings/{booking_id}/receipts", responses=described(NoSuchPosition, StaleRead))
async def receipts_of(
    booking_id: Uuid, query: Annotated[Query, fastapi.Query()], ask: Asking
) -> Papers:
    """The receipts of a booking's payments and the credit notes of its refunds, in order."""
    return await ask(query, RECEIPTS, papers.papers_of, BookingId(booking_id))


@router.get("/receipts/{number}", responses=described(NotFound, NoSuchPosition, StaleRead))
async def receipt(
    number: Number, query: Annotated[Query, fastapi.Query()], ask: Asking
) -> OnePaper:
    """One of them, by its number."""
    found = await ask(query, RECEIPTS, papers.paper, number)
    if found.paper is None:
        raise NotFound(number=number, position=found.position)
    return OnePaper(position=found.position, paper=found.paper)
