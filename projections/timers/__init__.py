"""Timers: what the clock must do, and when. History from outside sets none."""

from typing import get_args

from ledger.events import Recorded
from projections.projection import Matters, Projection, Rows, by_event
from projections.timers import (
    alterations,
    damage,
    documents,
    funds,
    holds,
    payouts,
    reviews,
    stays,
    supply,
)
from projections.timers.alterations import AlterationTimerEvent
from projections.timers.damage import DamageTimerEvent
from projections.timers.documents import DocumentTimerEvent
from projections.timers.funds import FundsEvent
from projections.timers.holds import HoldTimerEvent
from projections.timers.payouts import PayoutTimerEvent
from projections.timers.reviews import ReviewTimerEvent
from projections.timers.stays import StayTimerEvent
from projections.timers.supply import SupplyTimerEvent
from projections.timers.table import tables, timers

__all__ = ["TIMERS", "timers"]

TimerEvent = (
    StayTimerEvent
    | HoldTimerEvent
    | FundsEvent
    | PayoutTimerEvent
    | AlterationTimerEvent
    | DamageTimerEvent
    | ReviewTimerEvent
    | SupplyTimerEvent
    | DocumentTimerEvent
)

MATTERS: Matters = {
    StayTimerEvent: stays.project,
    HoldTimerEvent: holds.project,
    FundsEvent: funds.project,
    PayoutTimerEvent: payouts.project,
    AlterationTimerEvent: alterations.project,
    DamageTimerEvent: damage.project,
    ReviewTimerEvent: reviews.project,
    SupplyTimerEvent: supply.project,
    DocumentTimerEvent: documents.project,
}
"""Which file knows what the events of a union set and end."""

_PROJECTS = by_event(MATTERS)


def project(rows: Rows, recorded: Recorded[TimerEvent]) -> None:
    """Set, move or end the timers that the event is about."""
    _PROJECTS[type(recorded.event)](rows, recorded, recorded.event)


TIMERS = Projection("timers", 14, tables, get_args(TimerEvent), project, live_only=True)
