"""The desk: what staff must look at, what hosts owe, where the processor's books differ."""

from typing import Annotated

import fastapi
from fastapi import APIRouter
from pydantic import Field

from api.answers.failing_errands import FailingErrands, failing_errands
from api.asking import Asking, OnProcessor
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Body, Latest, Uuid
from ledger.errors import NotFound
from projections import desk, differences
from projections.desk import DESK, Debts, Desk
from projections.differences import Differences
from projections.errands import ERRANDS
from projections.matters import Matter
from projections.reconciliation import RECONCILIATION

router = APIRouter(prefix="/desk", tags=["desk"])

UNREADABLE = described(NoSuchPosition, StaleRead)


class AnotherAttempt(Body):
    """Which errand is to be tried again, by its name on the desk, and who of staff wants it."""

    by: Uuid
    errand: Annotated[str, Field(max_length=200, pattern=r"^[a-z_]+/[\x21-\x7e]+$")]


class Of(Latest):
    """Matters of one kind, or of all."""

    matter: Matter | None = None


@router.get("", responses=UNREADABLE)
async def desk_of_staff(query: Annotated[Of, fastapi.Query()], ask: Asking) -> Desk:
    """What staff must look at: what can be answered only until some time first, then the oldest."""
    return await ask(query, DESK, desk.desk, query.limit, query.matter)


@router.get("/debts", responses=UNREADABLE)
async def open_debts(query: Annotated[Latest, fastapi.Query()], ask: Asking) -> Debts:
    """What hosts owe the platform, the largest debts first in each currency."""
    return await ask(query, DESK, desk.open_debts, query.limit)


@router.get("/errands", responses=UNREADABLE)
async def errands_that_fail(
    query: Annotated[Latest, fastapi.Query()], ask: Asking
) -> FailingErrands:
    """What could not be said to the processor so far, and why; those that fail longest first."""
    return await ask(query, ERRANDS, failing_errands, query.limit)


@router.post("/errands/retry", status_code=202, responses=described(NotFound))
async def try_errand_again(said: AnotherAttempt, processor: OnProcessor) -> AnotherAttempt:
    """Have an errand that fails tried again at once, instead of in a while."""
    if not await processor.try_again(said.errand, said.by):
        raise NotFound(errand=said.errand)
    return said


@router.get("/differences", responses=UNREADABLE)
async def open_differences(query: Annotated[Latest, fastapi.Query()], ask: Asking) -> Differences:
    """What `stayledger reconcile` or a notice found not to fit, the oldest first."""
    return await ask(query, RECONCILIATION, differences.open_differences, query.limit)
