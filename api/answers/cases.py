"""Support cases as they are answered: where they stand, and to their parties what was said."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from api.answers.texts import Text, told
from ledger import processes
from ledger.aggregates.support_case import SUPPORT_CASE, SupportCase
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import NotAParty, NotFound
from ledger.events import Event, Recorded, Role
from ledger.events.support_case import (
    CaseAnswerAsked,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    CaseResolved,
)
from ledger.store import EventStore
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, CaseId, StreamId
from projections.projection import Answer


class Case(BaseModel):
    """Where a case stands: for whom it waits, or its outcome and until when it may be reopened.

    While `holds_payouts`, nothing of the booking goes out to its host.
    """

    model_config = ConfigDict(frozen=True)

    case_id: str
    booking_id: str
    kind: str
    status: str
    waits_for: str | None
    outcome: str | None
    reopen_by: Instant | None
    holds_payouts: bool


class CaseNow(Answer):
    """One case."""

    case: Case


class Cases(Answer):
    """The cases of a booking, in their order."""

    cases: Sequence[Case]


class Statement(BaseModel):
    """What somebody said in a case."""

    model_config = ConfigDict(frozen=True)

    said_at: Instant
    speaker: str
    text: Text


class CaseToRead(CaseNow):
    """One case, with all that was said in it."""

    statements: Sequence[Statement]


def case_now(case_id: CaseId, case: SupportCase) -> Case:
    """A case as it stands."""
    return Case(
        case_id=case_id,
        booking_id=case.booking_id,
        kind=case.kind.value,
        status=case.status.value,
        waits_for=case.waits_for.value if case.waits_for else None,
        outcome=case.outcome,
        reopen_by=case.reopen_by,
        holds_payouts=case.holds_payouts,
    )


def cases_of(store: EventStore, ledger: Ledger, booking_id: BookingId) -> Cases:
    """The cases of a booking as the ledger has them now. Raises NotFound."""
    position, found = store.head(), list[Case]()

    def look(draft: Draft) -> None:
        processes.booking_in(draft, booking_id)
        found.extend(case_now(*one) for one in processes.cases_of(draft, booking_id))

    ledger.rehearse(look)
    return Cases(position=position, cases=found)


def read_case(store: EventStore, ledger: Ledger, case_id: CaseId, reader: str | None) -> CaseToRead:
    """A case with all that was said in it; support has no `reader`. Raises NotFound, NotAParty."""
    position, case = store.head(), ledger.state(SUPPORT_CASE, case_id)
    if case is None:
        raise NotFound(case_id=case_id)
    if reader not in (None, case.parties.guest_id, case.parties.host_id):
        raise NotAParty(reader=reader)
    said = list(_said(store.read(StreamId(case_id))))
    text_ids = [text_id for _, text_id in said]
    texts = told(text_ids, store.texts(text_ids))
    return CaseToRead(
        position=position,
        case=case_now(case_id, case),
        statements=[
            Statement(
                said_at=recorded.occurred_at,
                speaker=Role(recorded.envelope.actor.role).word,
                text=texts[text_id],
            )
            for recorded, text_id in said
        ],
    )


def _said(history: Sequence[Recorded[Event]]) -> Iterator[tuple[Recorded[Event], str]]:
    for recorded in history:
        match recorded.event:
            case (
                CaseOpened(text=text)
                | CaseAnswerAsked(text=text)
                | CaseAnswered(text=text)
                | CaseResolved(text=text)
                | CaseReopened(text=text)
            ):
                yield recorded, text.text_id
            case _:
                pass
