"""Archiving: a property is let no more, for good; the answer names what is open still."""

from collections.abc import Sequence

from fastapi import APIRouter

from api import speakers
from api.answers.listings import PropertyNow, answer
from api.asking import Ask, Asking
from api.commands import COMMANDS, Command, Commanding
from api.faults import StaleRead
from api.problems import described
from api.shapes import Query, Uuid
from api.wishes.staff import OfHostOrOperator
from ledger import errors, processes
from ledger.aggregates.property import PROPERTY
from ledger.draft import Draft
from ledger.values.ids import BookingId, PropertyId
from projections import ties
from projections.hosting import HOSTING

router = APIRouter(prefix="/properties/{property_id}", tags=["properties"])


@router.post(
    "/archive",
    status_code=201,
    responses=described(*COMMANDS, errors.ObligationsAreOpen, StaleRead),
)
async def archive_property(
    property_id: Uuid, said: OfHostOrOperator, command: Commanding, ask: Asking
) -> PropertyNow:
    """Let a property no more, for good, once nobody is to come and nothing is to be paid or
    decided."""
    of = PropertyId(property_id)
    bookings = await _bookings(command, ask, of)

    def plan(draft: Draft) -> None:
        by = speakers.host_or_operator(speakers.host_of_property(draft, of), said.by)
        processes.archive_property(draft, by, of, bookings)
        answer(draft, of)

    return await command.execute(of, said, plan, PropertyNow)


async def _bookings(command: Command, ask: Ask, of: PropertyId) -> Sequence[BookingId]:
    """All bookings that a property ever had: nothing that was there before is missing.

    What comes about from now on meets a calendar that archiving looks at. Raises StaleRead.
    """
    head, listed = await command.look(
        lambda store, ledger: (store.head(), ledger.state(PROPERTY, of))
    )
    if listed is None:
        return ()
    found = await ask(Query(after=head), HOSTING, ties.bookings_at, listed.host_id, of)
    return [BookingId(one) for one in found.ids]
