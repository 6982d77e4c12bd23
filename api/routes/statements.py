"""Statements: a host's account and the platform's books, monthly, from balance to balance."""

from typing import Annotated

import fastapi
from fastapi import APIRouter

from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.routes.reports import Days, Period
from api.shapes import Uuid
from ledger.values.ids import HostId
from projections import host_statements, platform_statements
from projections.host_statements import HostStatement
from projections.journal import JOURNAL
from projections.platform_statements import PlatformStatement

router = APIRouter(tags=["statements"])

UNREADABLE = described(NoSuchPosition, StaleRead)


@router.get("/hosts/{host_id}/statement", responses=UNREADABLE)
async def host_statement(
    host_id: Uuid, query: Annotated[Days, fastapi.Query()], ask: Asking
) -> HostStatement:
    """What moved a host's account each month: charges, fees, taxes, refunds, transfers, debts."""
    return await ask(
        query,
        JOURNAL,
        host_statements.host_statement,
        HostId(host_id),
        query.begins,
        query.ends,
        query.as_of,
    )


@router.get("/reports/statement", responses=UNREADABLE)
async def platform_statement(
    query: Annotated[Period, fastapi.Query()], ask: Asking
) -> PlatformStatement:
    """What moved in each month, what was earned, and what is carried into the next one."""
    return await ask(
        query,
        JOURNAL,
        platform_statements.platform_statement,
        query.begins,
        query.ends,
        query.as_of,
        query.currency,
    )
