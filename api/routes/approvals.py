"""Approval: a reviewer finds that everything is so; what is let of a house follows from it."""

from collections.abc import Sequence

from fastapi import APIRouter

from api import speakers
from api.answers.verifications import VerificationNow, answer
from api.asking import Ask, Asking
from api.commands import COMMANDS, Command, Commanding
from api.faults import StaleRead
from api.problems import described
from api.shapes import Query, Uuid
from api.wishes.verifications import ReviewApproval
from ledger import errors, processes
from ledger.aggregates.attestation import ATTESTATION
from ledger.aggregates.property import PROPERTY
from ledger.aggregates.verification import VERIFICATION
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import PropertyId, UnitId, VerificationId
from ledger.values.verification import Check, Subject
from projections import ties
from projections.availability import AVAILABILITY

router = APIRouter(prefix="/verifications/{verification_id}", tags=["verifications"])


@router.post(
    "/approval",
    status_code=201,
    responses=described(
        *COMMANDS,
        errors.ChecksAreOpen,
        errors.DocumentsHaveExpired,
        errors.DocumentsNotAccepted,
        errors.ObligationsAreOpen,
        errors.PartyExceedsCapacity,
        errors.ReviewIsClaimed,
        errors.SecondPersonRequired,
        errors.SelfApproval,
        errors.SuspensionStands,
        StaleRead,
    ),
)
async def approve_verification(
    verification_id: Uuid, said: ReviewApproval, command: Commanding, ask: Asking
) -> VerificationNow:
    """Say that everything is so: the host may host, or what was stated of a property holds."""
    review = VerificationId(verification_id)
    checks = [Check(check.item, check.finding) for check in said.checks]
    vouched_units = await _vouched_units(command, ask, review)

    def plan(draft: Draft) -> None:
        reviewer = speakers.staff(Role.VERIFIER, said.by)
        processes.approve_verification(
            draft, reviewer, review, checks, said.second_person, vouched_units
        )
        answer(draft, review)

    return await command.execute(review, said, plan, VerificationNow)


async def _vouched_units(command: Command, ask: Ask, review: VerificationId) -> Sequence[UnitId]:
    """The units of a house that was let on somebody's word until this review, its first.

    No others are opened once it is drafted. Raises StaleRead.
    """
    head, property_id = await command.look(
        lambda store, ledger: (store.head(), _vouched_house(ledger, review))
    )
    if property_id is None:
        return ()
    found = await ask(Query(after=head), AVAILABILITY, ties.units_at, property_id)
    return [UnitId(one) for one in found.ids]


def _vouched_house(ledger: Ledger, review: VerificationId) -> PropertyId | None:
    asked = ledger.state(VERIFICATION, review)
    if asked is None or asked.subject is not Subject.PROPERTY:
        return None
    property_id = PropertyId(asked.subject_id)
    listed = ledger.state(PROPERTY, property_id)
    vouched = ledger.state(ATTESTATION, processes.attestation_of(property_id))
    return property_id if vouched and listed and listed.facts is None else None
