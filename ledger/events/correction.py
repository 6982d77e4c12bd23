"""What happens to one correction of the books."""

from ledger.events.event import Event, MoneyEvent
from ledger.values.journal import Entry, Line


class CorrectionDrafted(Event, topic="correction.drafted", frozen=True, kw_only=True):
    """Somebody found an entry of an event to be wrong, and says what is right.

    `wrong_stream` and `wrong_version` name the event, `number` its entry, counted from 1; `wrong`
    is that entry as it was recorded. Where nothing should have been booked, nothing is in `right`.
    """

    wrong_stream: str
    wrong_version: int
    number: int
    wrong: Entry
    right: tuple[Line, ...]
    reason: str
    drafted_by: str
    time_zone: str


class CorrectionSubmitted(Event, topic="correction.submitted", frozen=True, kw_only=True):
    """The correction waits for a second person."""


class CorrectionApplied(MoneyEvent, topic="correction.applied", frozen=True, kw_only=True):
    """The wrong entry was taken back exactly, and the right one booked, both in this event.

    `wrong_stream` and `wrong_version` name the event whose entry it was, `number` which of them.
    """

    wrong_stream: str
    wrong_version: int
    number: int
    approved_by: str


class CorrectionRefused(Event, topic="correction.refused", frozen=True, kw_only=True):
    """A second person looked at the correction and said no."""

    reason: str


CorrectionEvent = CorrectionDrafted | CorrectionSubmitted | CorrectionApplied | CorrectionRefused
