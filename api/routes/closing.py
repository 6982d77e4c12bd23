"""Closing: a host leaves for good, or an operator ends it; the answer names what is open still."""

from fastapi import APIRouter

from api import speakers
from api.answers.hosts import HostNow, answer
from api.asking import Ask, Asking
from api.commands import COMMANDS, Command, Commanding
from api.faults import StaleRead
from api.problems import described
from api.shapes import Query, Uuid
from api.wishes.staff import OfHostOrOperator
from ledger import errors, processes
from ledger.draft import Draft
from ledger.processes import Ties
from ledger.values.ids import BookingId, HostId, UnitId, VerificationId
from projections import ties
from projections.availability import AVAILABILITY
from projections.hosting import HOSTING
from projections.verifications import VERIFICATIONS

router = APIRouter(prefix="/hosts/{host_id}", tags=["hosts"])


@router.post(
    "/closing",
    status_code=201,
    responses=described(*COMMANDS, errors.ObligationsAreOpen, StaleRead),
)
async def close_host(
    host_id: Uuid, said: OfHostOrOperator, command: Commanding, ask: Asking
) -> HostNow:
    """Host no more, for good, once nobody is to come and nothing is to be paid or decided."""
    host = HostId(host_id)
    theirs = await _ties(command, ask, host)

    def plan(draft: Draft) -> None:
        by = speakers.host_or_operator(speakers.host(host), said.by)
        processes.close_host(draft, by, host, theirs)
        answer(draft, host)

    return await command.execute(host, said, plan, HostNow)


async def _ties(command: Command, ask: Ask, host: HostId) -> Ties:
    """What is the host's by now: nothing that was there before is missing.

    What comes about from now on meets a stream that the closing looks at. Raises StaleRead.
    """
    now = Query(after=await command.look(lambda store, _: store.head()))
    bookings = await ask(now, HOSTING, ties.bookings_of, host)
    units = await ask(now, AVAILABILITY, ties.units_of, host)
    reviews = await ask(now, VERIFICATIONS, ties.reviews_of, host)
    return Ties(
        bookings=[BookingId(one) for one in bookings.ids],
        units=[UnitId(one) for one in units.ids],
        reviews=[VerificationId(one) for one in reviews.ids],
    )
