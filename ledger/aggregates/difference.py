"""A difference: what the outside world tells does not fit what we expected, and a person must look.

What fits never stands here: a stream begins with the mismatch. Its id is derived from what it is
about, so the same difference found again is the same one (`difference_of`).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import AmountsDiffer, NotFound
from ledger.events.difference import (
    DifferenceCorrected,
    DifferenceEvent,
    DifferenceExplained,
    DifferenceFound,
    DifferenceMatched,
    DifferenceWrittenOff,
    Mismatch,
)
from ledger.values.clock import Instant
from ledger.values.consent import second_person, told
from ledger.values.ids import CorrectionId, DifferenceId, derived_id
from ledger.values.money import Money
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a difference stands."""

    MISMATCHED = "mismatched"
    EXPLAINED = "explained"
    CORRECTED = "corrected"
    MATCHED = "matched"
    WRITTEN_OFF = "written_off"


class Difference(Struct, frozen=True):
    """What the rules need to remember: `last` is what was found last, whole."""

    status: Status
    last: DifferenceFound


def difference_of(kind: Mismatch, source: str, object_id: str) -> DifferenceId:
    """The id of a difference: one for each way in which an object of a source does not fit."""
    return DifferenceId(derived_id("difference", kind.value, source, object_id))


# -- Commands ---------------------------------------------------------------------------


class FindDifference(Command, frozen=True, kw_only=True):
    """Record that something does not fit."""

    difference_id: DifferenceId
    kind: Mismatch
    object_id: str
    source: str
    expected: Money | None = None
    found: Money | None = None
    detail: str = ""


class ExplainDifference(Command, frozen=True, kw_only=True):
    """Say why it is right that it does not fit."""

    difference_id: DifferenceId
    reason: str


class CorrectDifference(Command, frozen=True, kw_only=True):
    """Record that a correction has put the books right."""

    difference_id: DifferenceId
    correction_id: CorrectionId


class MatchDifference(Command, frozen=True, kw_only=True):
    """Record that what did not fit fits now."""

    difference_id: DifferenceId


class WriteOffDifference(Command, frozen=True, kw_only=True):
    """Give up what is missing and stands in suspense, as two people."""

    difference_id: DifferenceId
    amount: Money
    reason: str
    proposed_by: str
    approved_by: str | None
    time_zone: str


DifferenceCommand = (
    FindDifference | ExplainDifference | CorrectDifference | MatchDifference | WriteOffDifference
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status
ANY = states(None, *S)

LIFECYCLE = Lifecycle(
    "difference",
    Step("DF1", FindDifference, ANY, actors("XPT"), DifferenceFound, S.MISMATCHED,
         "not known yet; after it was put right, or with other figures, it is found anew"),
    Step("DF2", ExplainDifference, states(S.MISMATCHED), actors("FS"), DifferenceExplained,
         S.EXPLAINED, "a reason"),
    Step("DF3", CorrectDifference, states(S.MISMATCHED), actors("XF"), DifferenceCorrected,
         S.CORRECTED),
    Step("DF4", WriteOffDifference, states(S.MISMATCHED), actors("F"), DifferenceWrittenOff,
         S.WRITTEN_OFF, "something is missing, as much as was found; two people; a reason"),
    Step("DF5", MatchDifference, states(S.MISMATCHED), actors("X"), DifferenceMatched, S.MATCHED),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    difference: Difference | None, command: DifferenceCommand, now: Instant
) -> Sequence[DifferenceEvent]:
    """What a command does to a difference. Raises Refused."""
    if isinstance(command, FindDifference):
        return find(difference, command)
    if difference is None:
        raise NotFound(difference_id=command.difference_id)
    match command:
        case ExplainDifference():
            return [DifferenceExplained(reason=told(command.reason))]
        case CorrectDifference():
            return [DifferenceCorrected(correction_id=command.correction_id)]
        case MatchDifference():
            return [DifferenceMatched()]
        case WriteOffDifference():
            return write_off(difference, command, now)
        case _:
            assert_never(command)


def find(difference: Difference | None, command: FindDifference) -> Sequence[DifferenceEvent]:
    """Record it once: while it is open nothing more is said of it, and what is settled stays so.

    What was put right and is wrong again, or figures that have changed since, are found anew.
    """
    found = DifferenceFound(
        kind=command.kind,
        object_id=command.object_id,
        source=command.source,
        expected=command.expected,
        found=command.found,
        detail=command.detail,
    )
    if difference is None or difference.status in (S.CORRECTED, S.MATCHED):
        return [found]
    known = difference.status is S.MISMATCHED or _figures(difference.last) == _figures(found)
    return [] if known else [found]


def write_off(
    difference: Difference, command: WriteOffDifference, now: Instant
) -> Sequence[DifferenceEvent]:
    """Book what is missing as lost. What is too much is somebody's, and is never written off.

    Raises SecondPersonRequired, SelfApproval, AmountsDiffer, ReasonIsMissing.
    """
    approved_by = second_person(command.proposed_by, command.approved_by)
    missing = _missing(difference.last)
    if command.amount.minor <= 0 or missing not in (None, command.amount):
        raise AmountsDiffer(amount=str(command.amount), missing=missing and str(missing))
    return [
        DifferenceWrittenOff(
            amount=command.amount,
            reason=told(command.reason),
            proposed_by=command.proposed_by,
            approved_by=approved_by,
            effective_on=local_date(now, command.time_zone),
            entries=(postings.difference_written_off(command.amount),),
        )
    ]


def _missing(difference: DifferenceFound) -> Money | None:
    """How much less there is than expected; None where no two amounts of a currency say so."""
    expected, found = difference.expected, difference.found
    if expected is None or found is None or expected.currency != found.currency:
        return None
    return expected - found


def _figures(difference: DifferenceFound) -> tuple[Money | None, Money | None]:
    return difference.expected, difference.found


# -- Evolution --------------------------------------------------------------------------


def evolve(difference: Difference | None, event: DifferenceEvent) -> Difference:
    """The difference after an event."""
    status = LIFECYCLE.after(event, difference and difference.status)
    if isinstance(event, DifferenceFound):
        return Difference(status=status, last=event)
    assert difference is not None
    match event:
        case (
            DifferenceExplained()
            | DifferenceCorrected()
            | DifferenceMatched()
            | DifferenceWrittenOff()
        ):
            return replace(difference, status=status)
        case _:
            assert_never(event)


DIFFERENCE = Decider(
    lifecycle=LIFECYCLE,
    state=Difference,
    stream_of=lambda command: command.difference_id,
    decide=decide,
    evolve=evolve,
)
