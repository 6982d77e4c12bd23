"""A tariff: what a property's stays cost and by which rules, for every quote from now on."""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.events.tariff import LeviesSet, RatesSet, TariffEvent
from ledger.values.clock import Instant
from ledger.values.ids import PropertyId, TariffId, derived_id
from ledger.values.tariff import (
    Levies,
    Rates,
    numbered_levies,
    numbered_rates,
    refuse_odd_levies,
    refuse_odd_rates,
)

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Whether anything is set."""

    IN_FORCE = "in_force"


class Tariff(Struct, frozen=True):
    """What holds now; a property is quoted once both parts are there. Versions count from 1."""

    status: Status
    property_id: PropertyId
    rates: Rates | None = None
    rates_version: int = 0
    levies: Levies | None = None
    levies_version: int = 0


def tariff_of(property_id: PropertyId) -> TariffId:
    """The id of a property's tariff."""
    return TariffId(derived_id(property_id, "tariff"))


# -- Commands ---------------------------------------------------------------------------


class SetRates(Command, frozen=True, kw_only=True):
    """Ask these prices, under these rules; the versions of the plans count by themselves."""

    property_id: PropertyId
    rates: Rates


class SetLevies(Command, frozen=True, kw_only=True):
    """Take these fees, taxes and penalty; their versions count by themselves."""

    property_id: PropertyId
    levies: Levies


TariffCommand = SetRates | SetLevies

# -- Lifecycle --------------------------------------------------------------------------

ANY = states(None, Status.IN_FORCE)

LIFECYCLE = Lifecycle(
    "tariff",
    Step("TF1", SetRates, ANY, actors("HO"), RatesSet, Status.IN_FORCE,
         "they say one thing about each stay, in one currency, under a policy that there is"),
    Step("TF2", SetLevies, ANY, actors("O"), LeviesSet, Status.IN_FORCE,
         "every part is one of a whole, and no amount is below nothing"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(tariff: Tariff | None, command: TariffCommand, now: Instant) -> Sequence[TariffEvent]:
    """What a command does to a tariff. Raises Refused."""
    del now
    match command:
        case SetRates():
            return set_rates(tariff, command)
        case SetLevies():
            return set_levies(tariff, command)
        case _:
            assert_never(command)


def set_rates(tariff: Tariff | None, command: SetRates) -> Sequence[TariffEvent]:
    """Ask other prices; nothing where they are those of now.

    Raises RatesContradict, UnknownPolicy, UnknownCurrency, CurrenciesDiffer.
    """
    refuse_odd_rates(command.rates)
    version = tariff.rates_version if tariff else 0
    if tariff and numbered_rates(command.rates, version) == tariff.rates:
        return []
    rates = numbered_rates(command.rates, version + 1)
    return [RatesSet(property_id=command.property_id, version=version + 1, rates=rates)]


def set_levies(tariff: Tariff | None, command: SetLevies) -> Sequence[TariffEvent]:
    """Take other fees and taxes; nothing where they are those of now. Raises LeviesContradict."""
    refuse_odd_levies(command.levies)
    version = tariff.levies_version if tariff else 0
    if tariff and numbered_levies(command.levies, version) == tariff.levies:
        return []
    levies = numbered_levies(command.levies, version + 1)
    return [LeviesSet(property_id=command.property_id, version=version + 1, levies=levies)]


# -- Evolution --------------------------------------------------------------------------


def evolve(tariff: Tariff | None, event: TariffEvent) -> Tariff:
    """The tariff after an event."""
    status = LIFECYCLE.after(event, tariff and tariff.status)
    tariff = tariff or Tariff(status=status, property_id=event.property_id)
    match event:
        case RatesSet():
            return replace(tariff, rates=event.rates, rates_version=event.version)
        case LeviesSet():
            return replace(tariff, levies=event.levies, levies_version=event.version)
        case _:
            assert_never(event)


TARIFF = Decider(
    lifecycle=LIFECYCLE,
    state=Tariff,
    stream_of=lambda command: tariff_of(command.property_id),
    decide=decide,
    evolve=evolve,
)
