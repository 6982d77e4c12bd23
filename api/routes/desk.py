"""The desk: what staff must look at, what hosts owe, and what the processor's books say otherwise."""

from typing import Annotated

import fastapi
from fastapi import APIRouter

from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Latest
from projections import desk, differences
from projections.desk import DESK, Debts, Desk
from projections.differences import Differences
from projections.matters import Matter
from projections.reconciliation import RECONCILIATION

router = APIRouter(prefix="/desk", tags=["desk"])

UNREADABLE = described(NoSuchPosition, StaleRead)


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


@router.get("/differences", responses=UNREADABLE)
async def open_differences(query: Annotated[Latest, fastapi.Query()], ask: Asking) -> Differences:
    """What `stayledger reconcile` or a notice found not to fit, the oldest first."""
    return await ask(query, RECONCILIATION, differences.open_differences, query.limit)
