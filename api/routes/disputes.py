"""Disputes: where one stands, what speaks for the charge, and what we answer the guest's bank."""

from typing import Literal

from fastapi import APIRouter, Request

from api import speakers
from api.answers import disputes as disputing
from api.answers.disputes import DisputeNow, EvidenceNow, Named
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Commanding
from api.problems import described
from api.shapes import Body, Uuid
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Role

router = APIRouter(prefix="/bookings/{booking_id}/disputes/{dispute_id}", tags=["disputes"])


# Nobody signs in yet, so whoever is at the door says who of the staff they are.


class Submission(Body):
    """Who hands the evidence in. It is made of the ledger and can be looked at before."""

    by: Uuid
    role: Literal["support", "finance"]


class DisputeAcceptance(Body):
    """The two of finance who give the money up: who asked for it, and who does it."""

    proposed_by: Uuid
    by: Uuid


@router.get("", responses=described(errors.NotFound))
async def dispute(
    booking_id: Uuid, dispute_id: Uuid, request: Request, premises: OnPremises
) -> DisputeNow:
    """Where a dispute stands, as the ledger has it now. Its id stands in the booking's timeline."""
    named = Named(booking_id, dispute_id)
    shown = await premises.look(lambda store, ledger: disputing.looked_up(store, ledger, named))
    stated(request, shown.position)
    return shown


@router.get("/evidence", responses=described(errors.NotFound))
async def evidence(
    booking_id: Uuid, dispute_id: Uuid, request: Request, premises: OnPremises
) -> EvidenceNow:
    """What speaks for the charge, in the words that would be handed in now."""
    named = Named(booking_id, dispute_id)
    shown = await premises.look(lambda store, ledger: disputing.evidence(store, ledger, named))
    stated(request, shown.position)
    return shown


@router.post("/evidence", status_code=201, responses=described(*COMMANDS, errors.TooLate))
async def submit_evidence(
    booking_id: Uuid, dispute_id: Uuid, said: Submission, command: Commanding
) -> DisputeNow:
    """Hand in what speaks for the charge, once. The processor is told of it in a moment."""
    named = Named(booking_id, dispute_id)
    role = Role.SUPPORT if said.role == "support" else Role.FINANCE

    def plan(draft: Draft) -> None:
        named.refuse_unless_of(processes.dispute_in(draft, named.dispute))
        processes.submit_evidence(draft, speakers.staff(role, said.by), named.dispute)
        disputing.answer(draft, named)

    return await command.execute(booking_id, said, plan, DisputeNow)


@router.post(
    "/acceptance",
    status_code=201,
    responses=described(*COMMANDS, errors.SecondPersonRequired, errors.SelfApproval),
)
async def accept_dispute(
    booking_id: Uuid, dispute_id: Uuid, said: DisputeAcceptance, command: Commanding
) -> DisputeNow:
    """Give the money up for good, two persons together."""
    named = Named(booking_id, dispute_id)

    def plan(draft: Draft) -> None:
        named.refuse_unless_of(processes.dispute_in(draft, named.dispute))
        finance = speakers.staff(Role.FINANCE, said.by)
        processes.accept_dispute(draft, finance, named.dispute, said.proposed_by)
        disputing.answer(draft, named)

    return await command.execute(booking_id, said, plan, DisputeNow)
