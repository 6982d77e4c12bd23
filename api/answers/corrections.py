"""Corrections as staff see them: the entry that is wrong, what would be booked, who must agree."""

from pydantic import BaseModel

from api.commands import answered
from api.shapes import Uuid
from ledger import processes
from ledger.aggregates.correction import CORRECTION, Correction, Status
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Event, MoneyEvent, Recorded
from ledger.processes import ShownCorrection, WantedCorrection
from ledger.store import EventStore
from ledger.values.ids import CorrectionId, StreamId
from ledger.values.journal import Entry, Line
from projections.projection import Answer


class Leg(BaseModel):
    """One leg of an entry, in minor units; debit is above zero. `of` is the sub-ledger's key."""

    account: str
    of: str
    minor: int
    currency: str


class CorrectionPreview(Answer):
    """What a correction would book; to draft it, send `preview` back."""

    wrong: list[Leg]
    booked: list[list[Leg]]
    preview: str


class CorrectionNow(Answer):
    """Where a correction stands. `approval` is the digest of what approving it would book."""

    correction_id: Uuid
    status: str
    drafted_by: str
    booked: list[list[Leg]]
    approval: str | None


def wanted(
    store: EventStore, stream: str, version: int, number: int, right: tuple[Line, ...]
) -> WantedCorrection:
    """The correction of an entry as it was recorded. Raises NotFound."""
    recorded = _recorded(store, stream, version)
    entries = recorded.event.entries if isinstance(recorded.event, MoneyEvent) else ()
    if number > len(entries):
        raise NotFound(stream=stream, version=version, entry=number)
    return WantedCorrection(
        case_id=recorded.case_id,
        wrong_stream=stream,
        wrong_version=version,
        number=number,
        wrong=entries[number - 1],
        right=right,
    )


def case_of(store: EventStore, ledger: Ledger, correction_id: CorrectionId) -> str:
    """The case that a correction belongs to: that of the event it corrects. Raises NotFound."""
    found = _found(ledger.state(CORRECTION, correction_id), correction_id)
    return _recorded(store, found.wrong_stream, found.wrong_version).case_id


def previewed(position: int, would: WantedCorrection) -> CorrectionPreview:
    """What a correction would book. Raises UnfitEntry."""
    shown = processes.shown_correction(would)
    return CorrectionPreview(
        position=position,
        wrong=_legs(would.wrong),
        booked=_booked(shown),
        preview=shown.digest,
    )


def answer(draft: Draft, correction_id: CorrectionId) -> None:
    """Answer a command by the correction as it left it."""
    answered(draft, _now(0, correction_id, processes.correction_in(draft, correction_id)))


def looked_up(store: EventStore, ledger: Ledger, correction_id: CorrectionId) -> CorrectionNow:
    """A correction as the ledger has it now. Raises NotFound."""
    position = store.head()
    found = _found(ledger.state(CORRECTION, correction_id), correction_id)
    return _now(position, correction_id, found)


def _now(position: int, correction_id: CorrectionId, found: Correction) -> CorrectionNow:
    shown = processes.shown_correction(found)
    return CorrectionNow(
        position=position,
        correction_id=correction_id,
        status=found.status,
        drafted_by=found.drafted_by,
        booked=_booked(shown),
        approval=shown.digest if found.status is Status.AWAITING_SECOND_PERSON else None,
    )


def _recorded(store: EventStore, stream: str, version: int) -> Recorded[Event]:
    found = store.read(StreamId(stream), after=version - 1)
    if not found:
        raise NotFound(stream=stream, version=version)
    return found[0]


def _found(correction: Correction | None, correction_id: CorrectionId) -> Correction:
    if correction is None:
        raise NotFound(correction_id=correction_id)
    return correction


def _booked(shown: ShownCorrection) -> list[list[Leg]]:
    return [_legs(entry) for entry in shown.entries]


def _legs(entry: Entry) -> list[Leg]:
    return [
        Leg(account=line.account, of=line.of, minor=line.minor, currency=line.currency)
        for line in entry.lines
    ]
