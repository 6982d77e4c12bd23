"""What happens to something about a booking that guest, host and rules cannot settle alone."""

from ledger.events.event import Event
from ledger.values.cases import CaseKind
from ledger.values.clock import Instant
from ledger.values.ids import BookingId
from ledger.values.reviews import Side
from ledger.values.speakers import Parties, Speaker
from ledger.values.texts import Written


class CaseOpened(Event, topic="support_case.opened", frozen=True, kw_only=True):
    """Somebody asked the platform to look into a matter of a booking."""

    booking_id: BookingId
    parties: Parties
    kind: CaseKind
    speaker: Speaker
    by: str
    text: Written


class CaseAnswerAsked(Event, topic="support_case.answer_asked", frozen=True, kw_only=True):
    """The platform asked one side something, and waits for them."""

    of: Side
    text: Written
    asked_by: str


class CaseAnswered(Event, topic="support_case.answered", frozen=True, kw_only=True):
    """Who was asked has answered."""

    speaker: Speaker
    by: str
    text: Written


class CaseResolved(Event, topic="support_case.resolved", frozen=True, kw_only=True):
    """The platform decided, with an outcome of a list; until `reopen_by` it may be opened again."""

    outcome: str
    text: Written
    resolved_by: str
    reopen_by: Instant


class CaseReopened(Event, topic="support_case.reopened", frozen=True, kw_only=True):
    """Somebody found that it was not settled after all."""

    speaker: Speaker
    by: str
    text: Written


SupportCaseEvent = CaseOpened | CaseAnswerAsked | CaseAnswered | CaseResolved | CaseReopened
