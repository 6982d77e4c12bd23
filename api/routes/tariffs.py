"""Tariffs: what a property's stays cost, set by its host, and the levies on them, by operators."""

from fastapi import APIRouter

from api import speakers
from api.commands import Commanding, answered
from api.faults import KeyMissing
from api.problems import described
from api.shapes import Uuid
from api.wishes.levies import LeviesWish
from api.wishes.rates import RatesWish
from ledger import errors, quotes
from ledger.aggregates.tariff import tariff_of
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import PropertyId
from projections.projection import Answer

router = APIRouter(prefix="/properties/{property_id}", tags=["tariffs"])

OPERATOR = speakers.staff(Role.OPERATOR, "operator")


class TariffSet(Answer):
    """What was sent holds for every quote that is made from now on, under this version."""

    property_id: str
    version: int


REFUSALS = (
    KeyMissing,
    errors.Conflict,
    errors.NotDiscoverable,
    errors.RepeatedWithDifferences,
)


@router.put(
    "/rates",
    responses=described(
        *REFUSALS,
        errors.CurrenciesDiffer,
        errors.RatesContradict,
        errors.UnknownCurrency,
        errors.UnknownPolicy,
    ),
)
async def set_rates(property_id: Uuid, wish: RatesWish, command: Commanding) -> TariffSet:
    """Set what stays cost and which are let; quotes that were made before stand."""
    of = PropertyId(property_id)

    def plan(draft: Draft) -> None:
        _answer(draft, of, quotes.set_rates(draft, of, wish.rates()))

    return await command.execute(tariff_of(of), wish, plan, TariffSet)


@router.put("/levies", responses=described(*REFUSALS, errors.LeviesContradict))
async def set_levies(property_id: Uuid, wish: LeviesWish, command: Commanding) -> TariffSet:
    """Set fees, taxes and the penalty of hosts; quotes that were made before stand."""
    of = PropertyId(property_id)

    def plan(draft: Draft) -> None:
        _answer(draft, of, quotes.set_levies(draft, OPERATOR, of, wish.levies()))

    return await command.execute(tariff_of(of), wish, plan, TariffSet)


def _answer(draft: Draft, property_id: PropertyId, version: int) -> None:
    answer = TariffSet(position=0, property_id=property_id, version=version)
    answered(draft, answer)
