"""A correction: one wrong entry of the books, taken back exactly, and the right one in its place.

Nothing recorded is ever changed. A correction belongs to the event and entry that it corrects: its
id is derived from both, so one entry has one correction at a time (`correction_of`).
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import NotFound, UnfitEntry
from ledger.events.correction import (
    CorrectionApplied,
    CorrectionDrafted,
    CorrectionEvent,
    CorrectionRefused,
    CorrectionSubmitted,
)
from ledger.values.clock import Instant
from ledger.values.consent import second_person, told
from ledger.values.ids import CorrectionId, derived_id
from ledger.values.journal import CHART, Account, Entry, Line, imbalance
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a correction stands."""

    DRAFTED = "drafted"
    AWAITING_SECOND_PERSON = "awaiting_second_person"
    APPLIED = "applied"
    REFUSED = "refused"


class Correction(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    wrong_stream: str
    wrong_version: int
    number: int
    wrong: Entry
    right: tuple[Line, ...]
    drafted_by: str
    time_zone: str


def correction_of(
    wrong_stream: str, wrong_version: int, number: int, attempt: int = 1
) -> CorrectionId:
    """The id of the correction of an event's entry, counted from 1.

    Another attempt is for those before it that were refused; a plan takes the first that is not.
    """
    return CorrectionId(derived_id("correction", wrong_stream, wrong_version, number, attempt))


# -- Commands ---------------------------------------------------------------------------


class DraftCorrection(Command, frozen=True, kw_only=True):
    """Say which entry of which event is wrong, as it was recorded, and what is right.

    `number` counts the event's entries from 1; nothing is in `right` where nothing should stand.
    """

    correction_id: CorrectionId
    wrong_stream: str
    wrong_version: int
    number: int
    wrong: Entry
    right: tuple[Line, ...]
    reason: str
    drafted_by: str
    time_zone: str


class SubmitCorrection(Command, frozen=True, kw_only=True):
    """Put the correction before a second person."""

    correction_id: CorrectionId


class ApplyCorrection(Command, frozen=True, kw_only=True):
    """Book the correction, as the second person."""

    correction_id: CorrectionId
    approved_by: str | None


class RefuseCorrection(Command, frozen=True, kw_only=True):
    """Say no to the correction, and why."""

    correction_id: CorrectionId
    reason: str


CorrectionCommand = DraftCorrection | SubmitCorrection | ApplyCorrection | RefuseCorrection

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "correction",
    Step("CO1", DraftCorrection, states(None), actors("F"), CorrectionDrafted, S.DRAFTED,
         "both entries balance and are in the chart; they differ; a reason"),
    Step("CO2", SubmitCorrection, states(S.DRAFTED), actors("F"), CorrectionSubmitted,
         S.AWAITING_SECOND_PERSON),
    Step("CO3", ApplyCorrection, states(S.AWAITING_SECOND_PERSON), actors("FO"),
         CorrectionApplied, S.APPLIED, "not who drafted it"),
    Step("CO4", RefuseCorrection, states(S.AWAITING_SECOND_PERSON), actors("FO"),
         CorrectionRefused, S.REFUSED, "a reason"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    correction: Correction | None, command: CorrectionCommand, now: Instant
) -> Sequence[CorrectionEvent]:
    """What a command does to a correction. Raises Refused."""
    if isinstance(command, DraftCorrection):
        return draft(command)
    if correction is None:
        raise NotFound(correction_id=command.correction_id)
    match command:
        case SubmitCorrection():
            return [CorrectionSubmitted()]
        case ApplyCorrection():
            return apply(correction, command, now)
        case RefuseCorrection():
            return [CorrectionRefused(reason=told(command.reason))]
        case _:
            assert_never(command)


def draft(command: DraftCorrection) -> Sequence[CorrectionEvent]:
    """Propose to book otherwise. Raises UnfitEntry, ReasonIsMissing."""
    _fits(command.wrong.lines)
    _fits(command.right)
    if not command.wrong.lines or command.wrong.lines == command.right:
        raise UnfitEntry(wrong=command.wrong.rule, changes="nothing")
    return [
        CorrectionDrafted(
            wrong_stream=command.wrong_stream,
            wrong_version=command.wrong_version,
            number=command.number,
            wrong=command.wrong,
            right=command.right,
            reason=told(command.reason),
            drafted_by=command.drafted_by,
            time_zone=command.time_zone,
        )
    ]


def apply(
    correction: Correction, command: ApplyCorrection, now: Instant
) -> Sequence[CorrectionEvent]:
    """Take back what is wrong and book what is right. Raises SecondPersonRequired, SelfApproval."""
    approved_by = second_person(correction.drafted_by, command.approved_by)
    return [
        CorrectionApplied(
            wrong_stream=correction.wrong_stream,
            wrong_version=correction.wrong_version,
            number=correction.number,
            approved_by=approved_by,
            effective_on=local_date(now, correction.time_zone),
            entries=postings.correction(correction.wrong, correction.right),
        )
    ]


def _fits(lines: Iterable[Line]) -> None:
    """Raises UnfitEntry where lines do not balance, or name what is not in the chart."""
    lines = tuple(lines)
    if any(imbalance(lines).values()):
        raise UnfitEntry(imbalance=imbalance(lines))
    for line in lines:
        known = line.account in set(Account)
        keys = CHART[Account(line.account)].kept_by if known else ()
        if not known or len(line.of.split("/") if line.of else ()) != len(keys):
            raise UnfitEntry(account=line.account, of=line.of)


# -- Evolution --------------------------------------------------------------------------


def evolve(correction: Correction | None, event: CorrectionEvent) -> Correction:
    """The correction after an event."""
    status = LIFECYCLE.after(event, correction and correction.status)
    if isinstance(event, CorrectionDrafted):
        return Correction(
            status=status,
            wrong_stream=event.wrong_stream,
            wrong_version=event.wrong_version,
            number=event.number,
            wrong=event.wrong,
            right=event.right,
            drafted_by=event.drafted_by,
            time_zone=event.time_zone,
        )
    assert correction is not None
    match event:
        case CorrectionSubmitted() | CorrectionApplied() | CorrectionRefused():
            return replace(correction, status=status)
        case _:
            assert_never(event)


CORRECTION = Decider(
    lifecycle=LIFECYCLE,
    state=Correction,
    stream_of=lambda command: command.correction_id,
    decide=decide,
    evolve=evolve,
)
