"""Support cases: opened by guest, host or support, answered, decided, and opened again."""

from typing import Annotated, Literal

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel

from api import speakers
from api.answers.cases import CaseNow, Cases, CaseToRead, case_now, cases_of, read_case
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Command, Commanding, answered
from api.problems import described
from api.routes.conversations import AsReader
from api.shapes import Uuid
from api.speaking import OF_WORDS, Said, SaidByParty, Spoken, keep, party
from api.wishes.staff import AsSupport
from ledger import errors, processes
from ledger.aggregates.support_case import SUPPORT_CASE
from ledger.draft import Draft, Plan
from ledger.events import Role
from ledger.values.cases import CaseKind
from ledger.values.ids import BookingId, CaseId
from ledger.values.reviews import Side

router = APIRouter(tags=["cases"])

SPEAKING = described(*COMMANDS, *OF_WORDS, errors.NotAParty)
READING = described(errors.NotAParty, errors.NotFound)


class Opening(Spoken):
    """What somebody needs the platform for."""

    kind: Literal["safety", "damage", "payout_dispute", "other"]


class Question(Said):
    """What support asks one side."""

    by: Uuid
    of: Literal["guest", "host"]


class Resolution(Said):
    """What comes of it, told to both sides."""

    by: Uuid
    outcome: Literal["for_the_guest", "for_the_host", "settled", "not_ours"]


@router.get("/bookings/{booking_id}/cases", responses=described(errors.NotFound))
async def cases(booking_id: Uuid, request: Request, premises: OnPremises) -> Cases:
    """The cases of a booking, as the ledger has them now."""
    case = BookingId(booking_id)
    found = await premises.look(lambda store, ledger: cases_of(store, ledger, case))
    stated(request, found.position)
    return found


@router.get("/cases/{case_id}", responses=READING)
async def case(
    case_id: Uuid,
    query: Annotated[AsReader, fastapi.Query()],
    request: Request,
    premises: OnPremises,
) -> CaseToRead:
    """A case with all that was said in it, as the guest or the host of its booking reads it."""
    named = CaseId(case_id)
    found = await premises.look(lambda store, ledger: read_case(store, ledger, named, query.reader))
    stated(request, found.position)
    return found


@router.get("/support/cases/{case_id}", responses=described(errors.NotFound))
async def case_for_support(
    case_id: Uuid,
    query: Annotated[AsSupport, fastapi.Query()],
    request: Request,
    premises: OnPremises,
) -> CaseToRead:
    """A case with all that was said in it, as support reads it."""
    del query
    named = CaseId(case_id)
    found = await premises.look(lambda store, ledger: read_case(store, ledger, named, None))
    stated(request, found.position)
    return found


@router.post("/bookings/{booking_id}/cases", status_code=201, responses=SPEAKING)
async def open_case(booking_id: Uuid, said: Opening, command: Commanding) -> CaseNow:
    """Ask the platform to look into a matter; until then a payout may have to wait."""
    booking = BookingId(booking_id)
    opener = await party(command, booking, said.speaker, said.by)
    text, heard = await keep(command, opener, said)

    def plan(draft: Draft) -> None:
        kind = CaseKind(said.kind)
        _answer(draft, processes.open_case(draft, opener, booking, kind, text))

    return await command.execute(booking, heard, plan, CaseNow)


@router.post("/cases/{case_id}/question", status_code=201, responses=SPEAKING)
async def ask_for_answer(case_id: Uuid, said: Question, command: Commanding) -> CaseNow:
    """Support asks one side something, and waits for them."""
    named, support = CaseId(case_id), speakers.staff(Role.SUPPORT, said.by)
    booking = await _booking_of(command, named)
    text, heard = await keep(command, support, said)
    of = Side(said.of)
    return await _do(
        command,
        (booking, named),
        heard,
        lambda draft: processes.ask_for_answer(draft, support, named, of, text),
    )


@router.post("/cases/{case_id}/answer", status_code=201, responses=SPEAKING)
async def answer_case(case_id: Uuid, said: SaidByParty, command: Commanding) -> CaseNow:
    """Who was asked answers."""
    named = CaseId(case_id)
    booking = await _booking_of(command, named)
    speaker = await party(command, booking, said.speaker)
    text, heard = await keep(command, speaker, said)
    return await _do(
        command,
        (booking, named),
        heard,
        lambda draft: processes.answer_case(draft, speaker, named, text),
    )


@router.post("/cases/{case_id}/resolution", status_code=201, responses=SPEAKING)
async def resolve_case(case_id: Uuid, said: Resolution, command: Commanding) -> CaseNow:
    """Support decides; what nothing else keeps back may go out."""
    named, support = CaseId(case_id), speakers.staff(Role.SUPPORT, said.by)
    booking = await _booking_of(command, named)
    text, heard = await keep(command, support, said)
    return await _do(
        command,
        (booking, named),
        heard,
        lambda draft: processes.resolve_case(draft, support, named, said.outcome, text),
    )


@router.post(
    "/cases/{case_id}/reopening",
    status_code=201,
    responses=described(*COMMANDS, *OF_WORDS, errors.NotAParty, errors.TooLate),
)
async def reopen_case(case_id: Uuid, said: Spoken, command: Commanding) -> CaseNow:
    """Say that it is not settled after all, within 30 days."""
    named = CaseId(case_id)
    booking = await _booking_of(command, named)
    opener = await party(command, booking, said.speaker, said.by)
    text, heard = await keep(command, opener, said)
    return await _do(
        command,
        (booking, named),
        heard,
        lambda draft: processes.reopen_case(draft, opener, named, text),
    )


async def _booking_of(command: Command, case_id: CaseId) -> BookingId:
    found = await command.look(lambda _, ledger: ledger.state(SUPPORT_CASE, case_id))
    if found is None:
        raise errors.NotFound(case_id=case_id)
    return found.booking_id


async def _do(
    command: Command, of: tuple[BookingId, CaseId], said: BaseModel, step: Plan
) -> CaseNow:
    booking_id, case_id = of

    def plan(draft: Draft) -> None:
        step(draft)
        _answer(draft, case_id)

    return await command.execute(booking_id, said, plan, CaseNow)


def _answer(draft: Draft, case_id: CaseId) -> None:
    case = case_now(case_id, processes.case_in(draft, case_id))
    answered(draft, CaseNow(position=0, case=case))
