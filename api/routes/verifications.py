"""Verifications: hosts ask for a review of themselves, or of a property; anybody sees it stand."""

from functools import partial

from fastapi import APIRouter, Request

from api import speakers
from api.answers.verifications import (
    RecordToRead,
    VerificationNow,
    answer,
    read_record,
    shown,
)
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Commanding
from api.problems import described
from api.said_before import records_of
from api.shapes import Uuid
from api.speaking import keep
from api.wishes.verifications import HostReview, PropertyReview
from ledger import errors, processes
from ledger.aggregates.verification import VERIFICATION
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.store import EventStore
from ledger.values.ids import HostId, PropertyId, VerificationId
from ledger.values.verification import Legal

router = APIRouter(tags=["verifications"])

ASKING = (
    errors.DocumentNotReady,
    errors.DocumentsHaveExpired,
    errors.NotReady,
    errors.UnfitText,
)


@router.post(
    "/hosts/{host_id}/verification", status_code=201, responses=described(*COMMANDS, *ASKING)
)
async def submit_host(host_id: Uuid, said: HostReview, command: Commanding) -> VerificationNow:
    """Ask to be looked at, to host or to go on hosting; the answer names what is missing."""
    of = HostId(host_id)
    host = speakers.host(of)
    record, heard = await keep(command, host, said, partial(records_of, host_id=of))

    def plan(draft: Draft) -> None:
        review = processes.submit_provider(
            draft,
            host,
            of,
            Legal(said.form, record, said.has_tax_number),
            said.documents,
            said.terms,
        )
        answer(draft, review)

    return await command.execute(of, heard, plan, VerificationNow)


@router.post(
    "/properties/{property_id}/verification",
    status_code=201,
    responses=described(*COMMANDS, *ASKING),
)
async def submit_property(
    property_id: Uuid, said: PropertyReview, command: Commanding
) -> VerificationNow:
    """Ask for a review of a property, or of what is to be changed of it."""
    of = PropertyId(property_id)

    def plan(draft: Draft) -> None:
        host = speakers.host_of_property(draft, of)
        answer(draft, processes.submit_property(draft, host, of, said.documents, said.terms))

    return await command.execute(of, said, plan, VerificationNow)


@router.get("/verifications/{verification_id}", responses=described(errors.NotFound))
async def verification(
    verification_id: Uuid, request: Request, premises: OnPremises
) -> VerificationNow:
    """Where a review stands, as the ledger has it now."""
    review = VerificationId(verification_id)
    position, found = await premises.look(
        lambda store, ledger: (store.head(), ledger.state(VERIFICATION, review))
    )
    stated(request, position)
    if found is None:
        raise NotFound(verification_id=verification_id)
    return shown(position, review, found)


@router.get(
    "/verifications/{verification_id}/record",
    responses=described(errors.NotFound, errors.ReviewIsClaimed),
)
async def legal_record(
    verification_id: Uuid, by: Uuid, request: Request, premises: OnPremises
) -> RecordToRead:
    """Name and address of who asks to host, for the reviewer who has taken the review on."""
    review = VerificationId(verification_id)

    def read(store: EventStore, ledger: Ledger) -> RecordToRead:
        record = read_record(store, ledger.state(VERIFICATION, review), review, by)
        return RecordToRead(position=store.head(), verification_id=review, record=record)

    found = await premises.look(read)
    stated(request, found.position)
    return found
