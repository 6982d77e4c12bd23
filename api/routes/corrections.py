"""Corrections: a wrong entry is put right by another one, which two people have looked at."""

from fastapi import APIRouter, Request, Response

from api import speakers
from api.answers import corrections as correcting
from api.answers.corrections import CorrectionNow, CorrectionPreview
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Commanding
from api.problems import described
from api.shapes import Uuid
from api.wishes.corrections import AcceptedCorrectionWish, CorrectionWish, FirmNo, SecondWord
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import CorrectionId

router = APIRouter(prefix="/corrections", tags=["corrections"])


@router.post("/preview", responses=described(errors.NotFound, errors.UnfitEntry))
async def preview_correction(
    wish: CorrectionWish, request: Request, premises: OnPremises
) -> CorrectionPreview:
    """The entry as it was recorded, and what would be booked to put it right."""
    shown = await premises.look(
        lambda store, _: correcting.previewed(
            store.head(),
            correcting.wanted(store, wish.stream, wish.version, wish.entry, wish.lines),
        )
    )
    stated(request, shown.position)
    return shown


@router.post(
    "",
    status_code=201,
    responses=described(*COMMANDS, errors.CorrectionChanged, errors.UnfitEntry),
)
async def draft_correction(
    wish: AcceptedCorrectionWish, command: Commanding, premises: OnPremises, response: Response
) -> CorrectionNow:
    """Put a correction before a second person, as it was shown to the first."""
    wanted = await premises.look(
        lambda store, _: correcting.wanted(store, wish.stream, wish.version, wish.entry, wish.lines)
    )

    def plan(draft: Draft) -> None:
        finance = speakers.staff(Role.FINANCE, wish.by)
        drafted = processes.draft_correction(draft, finance, wanted, wish.reason, wish.preview)
        correcting.answer(draft, drafted)

    drafted = await command.execute(wanted.case_id, wish, plan, CorrectionNow)
    response.headers["Location"] = f"/corrections/{drafted.correction_id}"
    return drafted


@router.get("/{correction_id}", responses=described(errors.NotFound))
async def correction(correction_id: Uuid, request: Request, premises: OnPremises) -> CorrectionNow:
    """Where a correction stands, and what approving it would book."""
    named = CorrectionId(correction_id)
    shown = await premises.look(lambda store, ledger: correcting.looked_up(store, ledger, named))
    stated(request, shown.position)
    return shown


@router.post(
    "/{correction_id}/approval",
    status_code=201,
    responses=described(
        *COMMANDS,
        errors.CorrectionChanged,
        errors.SecondPersonRequired,
        errors.SelfApproval,
        errors.UnfitEntry,
    ),
)
async def approve_correction(
    correction_id: Uuid, said: SecondWord, command: Commanding, premises: OnPremises
) -> CorrectionNow:
    """Book it, as somebody else than who drafted it: once."""
    named = CorrectionId(correction_id)
    case = await premises.look(lambda store, ledger: correcting.case_of(store, ledger, named))

    def plan(draft: Draft) -> None:
        finance = speakers.staff(Role.FINANCE, said.by)
        processes.approve_correction(draft, finance, named, said.preview)
        correcting.answer(draft, named)

    return await command.execute(case, said, plan, CorrectionNow)


@router.post("/{correction_id}/refusal", status_code=201, responses=described(*COMMANDS))
async def refuse_correction(
    correction_id: Uuid, said: FirmNo, command: Commanding, premises: OnPremises
) -> CorrectionNow:
    """Say no to it; another may be drafted for the same entry."""
    named = CorrectionId(correction_id)
    case = await premises.look(lambda store, ledger: correcting.case_of(store, ledger, named))

    def plan(draft: Draft) -> None:
        finance = speakers.staff(Role.FINANCE, said.by)
        processes.refuse_correction(draft, finance, named, said.reason)
        correcting.answer(draft, named)

    return await command.execute(case, said, plan, CorrectionNow)
