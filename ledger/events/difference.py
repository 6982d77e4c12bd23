"""What happens to one difference between our books and what the outside world tells."""

from enum import StrEnum

from ledger.events.event import Event, MoneyEvent
from ledger.values.ids import CorrectionId
from ledger.values.money import Money


class Mismatch(StrEnum):
    """In what way something does not fit."""

    UNKNOWN_FACT = "unknown_fact"
    AMOUNT = "amount"
    CURRENCY = "currency"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    LATE = "late"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"


class DifferenceFound(Event, topic="difference.found", frozen=True, kw_only=True):
    """Something does not fit: what we expected is not what we were told.

    `object_id` is the outside world's name for what it is about, `source` who told; `expected` and
    `found` are the amounts, where it is about amounts, and `detail` is whatever else was told.
    """

    kind: Mismatch
    object_id: str
    source: str
    expected: Money | None
    found: Money | None
    detail: str


class DifferenceExplained(Event, topic="difference.explained", frozen=True, kw_only=True):
    """A person found out why, and the books are right as they are."""

    reason: str


class DifferenceCorrected(Event, topic="difference.corrected", frozen=True, kw_only=True):
    """The books were wrong, and a correction has put them right."""

    correction_id: CorrectionId


class DifferenceWrittenOff(MoneyEvent, topic="difference.written_off", frozen=True, kw_only=True):
    """Two people gave up what was missing: it stands as a loss now, and not in suspense."""

    amount: Money
    reason: str
    proposed_by: str
    approved_by: str


class DifferenceMatched(Event, topic="difference.matched", frozen=True, kw_only=True):
    """What did not fit does now: what was missing has come, or was put right elsewhere."""


DifferenceEvent = (
    DifferenceFound
    | DifferenceExplained
    | DifferenceCorrected
    | DifferenceMatched
    | DifferenceWrittenOff
)
