"""Reports: what finance asks of the journal, now or as it was known at an instant."""

from typing import Annotated

import fastapi
from fastapi import APIRouter
from pydantic import Field

from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Currency, LocalDate, Moment, Query
from projections import balances, statements
from projections.balances import TrialBalance
from projections.journal import JOURNAL
from projections.statements import Payouts, Revenue

router = APIRouter(prefix="/reports", tags=["reports"])


class AsOf(Query):
    """What was known up to and including an instant of business time; everything, without one."""

    as_of: Moment | None = None


class Days(AsOf):
    """Days of the property's own calendar, from one to before another; an open side is open."""

    begins: LocalDate | None = Field(default=None, alias="from")
    ends: LocalDate | None = Field(default=None, alias="to")


class Period(Days):
    """Such days, in one currency."""

    currency: Currency = "EUR"


@router.get("/trial-balance", responses=described(NoSuchPosition, StaleRead))
async def trial_balance(query: Annotated[AsOf, fastapi.Query()], ask: Asking) -> TrialBalance:
    """The turnover and balance of every account; debit and credit are equal, or money got lost."""
    return await ask(query, JOURNAL, balances.trial_balance, query.as_of)


@router.get("/revenue", responses=described(NoSuchPosition, StaleRead))
async def revenue(query: Annotated[Period, fastapi.Query()], ask: Asking) -> Revenue:
    """What was captured, refunded, earned and paid out, by month."""
    return await ask(
        query, JOURNAL, statements.revenue, query.begins, query.ends, query.as_of, query.currency
    )


@router.get("/payouts", responses=described(NoSuchPosition, StaleRead))
async def payouts(query: Annotated[Period, fastapi.Query()], ask: Asking) -> Payouts:
    """How many payouts reached the hosts, and how much, by month."""
    return await ask(
        query, JOURNAL, statements.payouts, query.begins, query.ends, query.as_of, query.currency
    )
