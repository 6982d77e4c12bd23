"""A support case: a matter of one booking that guest, host and rules cannot settle alone.

A booking may have several, numbered by `case_of`. Cases about safety and about what the host gets
keep the booking's payouts back until they are resolved (spec: domain, section 10; 7, PO5).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import NotAParty, NotFound, TooLate
from ledger.events.support_case import (
    CaseAnswerAsked,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    SupportCaseEvent,
)
from ledger.values.cases import HOLD_PAYOUTS, REOPENED_WITHIN, CaseKind
from ledger.values.clock import Instant
from ledger.values.consent import told
from ledger.values.ids import BookingId, CaseId, derived_id
from ledger.values.reviews import Side
from ledger.values.speakers import Parties, Speaker
from ledger.values.texts import Written

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a case stands; while it is waiting, for one side's answer."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class SupportCase(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    booking_id: BookingId
    parties: Parties
    kind: CaseKind
    waits_for: Side | None = None
    outcome: str | None = None
    reopen_by: Instant | None = None

    @property
    def holds_payouts(self) -> bool:
        """Whether nothing goes out to the host as long as it is like this."""
        return self.kind in HOLD_PAYOUTS and self.status is not Status.RESOLVED


def case_of(booking_id: BookingId, number: int) -> CaseId:
    """The id of a case of a booking, by its number from 1."""
    return CaseId(derived_id(booking_id, "case", number))


# -- Commands ---------------------------------------------------------------------------


class OpenCase(Command, frozen=True, kw_only=True):
    """Ask the platform to look into a matter."""

    case_id: CaseId
    booking_id: BookingId
    parties: Parties
    kind: CaseKind
    speaker: Speaker
    by: str
    text: Written


class AskForAnswer(Command, frozen=True, kw_only=True):
    """Ask one side something, and wait for them."""

    case_id: CaseId
    of: Side
    text: Written
    asked_by: str


class AnswerCase(Command, frozen=True, kw_only=True):
    """Answer what was asked."""

    case_id: CaseId
    speaker: Speaker
    by: str
    text: Written


class ResolveCase(Command, frozen=True, kw_only=True):
    """Decide the matter, with an outcome of a list, and tell both sides why."""

    case_id: CaseId
    outcome: str
    text: Written
    resolved_by: str


class ReopenCase(Command, frozen=True, kw_only=True):
    """Say that it is not settled after all."""

    case_id: CaseId
    speaker: Speaker
    by: str
    text: Written


SupportCaseCommand = OpenCase | AskForAnswer | AnswerCase | ResolveCase | ReopenCase

# -- Lifecycle --------------------------------------------------------------------------

S = Status
LOOKED_INTO = states(S.OPEN, S.REOPENED)

LIFECYCLE = Lifecycle(
    "support_case",
    Step("SC1", OpenCase, states(None), actors("GHS"), CaseOpened, S.OPEN,
         "a party of the booking, or support"),
    Step("SC2", AskForAnswer, LOOKED_INTO, actors("S"), CaseAnswerAsked, S.WAITING),
    Step("SC3", AnswerCase, states(S.WAITING), actors("GH"), CaseAnswered, S.OPEN,
         "by who is asked"),
    Step("SC4", ResolveCase, LOOKED_INTO | states(S.WAITING), actors("SF"), CaseResolved,
         S.RESOLVED, "an outcome"),
    Step("SC5", ReopenCase, states(S.RESOLVED), actors("GHS"), CaseReopened, S.REOPENED,
         "a party of the booking, or support; within 30 days"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    case: SupportCase | None, command: SupportCaseCommand, now: Instant
) -> Sequence[SupportCaseEvent]:
    """What a command does to a support case. Raises Refused."""
    if isinstance(command, OpenCase):
        return open_case(command)
    if case is None:
        raise NotFound(case_id=command.case_id)
    match command:
        case AskForAnswer():
            return [CaseAnswerAsked(of=command.of, text=command.text, asked_by=command.asked_by)]
        case AnswerCase():
            return answer(case, command)
        case ResolveCase():
            return resolve(command, now)
        case ReopenCase():
            return reopen(case, command, now)
        case _:
            assert_never(command)


def open_case(command: OpenCase) -> Sequence[SupportCaseEvent]:
    """Take a matter up. Raises NotAParty."""
    command.parties.admit(command.speaker, command.by)
    return [
        CaseOpened(
            booking_id=command.booking_id,
            parties=command.parties,
            kind=command.kind,
            speaker=command.speaker,
            by=command.by,
            text=command.text,
        )
    ]


def answer(case: SupportCase, command: AnswerCase) -> Sequence[SupportCaseEvent]:
    """Take an answer in, of nobody but who was asked. Raises NotAParty."""
    case.parties.admit(command.speaker, command.by)
    assert case.waits_for is not None, "it is waiting"
    if command.speaker.value != case.waits_for.value:
        raise NotAParty(speaker=command.speaker.value, waits_for=case.waits_for.value)
    return [CaseAnswered(speaker=command.speaker, by=command.by, text=command.text)]


def resolve(command: ResolveCase, now: Instant) -> Sequence[SupportCaseEvent]:
    """Decide it. Raises ReasonIsMissing where there is no outcome."""
    return [
        CaseResolved(
            outcome=told(command.outcome),
            text=command.text,
            resolved_by=command.resolved_by,
            reopen_by=now + REOPENED_WITHIN,
        )
    ]


def reopen(case: SupportCase, command: ReopenCase, now: Instant) -> Sequence[SupportCaseEvent]:
    """Take it up again. Raises NotAParty, TooLate."""
    case.parties.admit(command.speaker, command.by)
    assert case.reopen_by is not None, "it was resolved"
    if now >= case.reopen_by:
        raise TooLate(not_after=case.reopen_by)
    return [CaseReopened(speaker=command.speaker, by=command.by, text=command.text)]


# -- Evolution --------------------------------------------------------------------------


def evolve(case: SupportCase | None, event: SupportCaseEvent) -> SupportCase:
    """The case after an event."""
    status = LIFECYCLE.after(event, case and case.status)
    if isinstance(event, CaseOpened):
        return SupportCase(
            status=status, booking_id=event.booking_id, parties=event.parties, kind=event.kind
        )
    assert case is not None
    case = replace(case, status=status, waits_for=None)
    match event:
        case CaseAnswerAsked():
            return replace(case, waits_for=event.of)
        case CaseResolved():
            return replace(case, outcome=event.outcome, reopen_by=event.reopen_by)
        case CaseAnswered() | CaseReopened():
            return case
        case _:
            assert_never(event)


SUPPORT_CASE = Decider(
    lifecycle=LIFECYCLE,
    state=SupportCase,
    stream_of=lambda command: command.case_id,
    decide=decide,
    evolve=evolve,
)
