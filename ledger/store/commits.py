"""What is asked of the store: a commit, all or nothing. And what it answers: a receipt."""

from datetime import date

from msgspec import Struct

from ledger.errors import Refused
from ledger.events import Envelope, Event
from ledger.values.clock import Instant
from ledger.values.ids import CommandId, StreamId, UnitId


class NewEvent(Struct, frozen=True, gc=False):
    """An event to record as the given version (1, 2, 3, …) of its stream."""

    stream_id: StreamId
    version: int
    event: Event
    envelope: Envelope


class Expected(Struct, frozen=True, gc=False):
    """The last version of a stream that the decision saw; 0 for a stream that was not there.

    A stream may be expected without being written to: then the commit only checks it.
    """

    stream_id: StreamId
    version: int


class Night(Struct, frozen=True, gc=False):
    """A night of a physical unit, named by the local date on which it begins."""

    unit_id: UnitId
    night: date


class Commit(Struct, frozen=True, kw_only=True):
    """What one command wants recorded: all of it, or nothing.

    `content` is a 32-byte hash of what was asked: the same id with another content is refused.
    `freed` nights must be held by the case and are let go before the `taken` ones are claimed for
    it. With a `refusal` there are no events: the refusal itself is remembered under the id.
    `answer` (small JSON) comes back to whoever repeats the command.
    """

    command_id: CommandId
    case_id: str
    content: bytes
    occurred_at: Instant
    events: tuple[NewEvent, ...]
    expected: tuple[Expected, ...]
    taken: tuple[Night, ...] = ()
    freed: tuple[Night, ...] = ()
    refusal: Refused | None = None
    answer: bytes = b""


class Receipt(Struct, frozen=True, gc=False):
    """A commit is durable. `position` is its last event's, or the history's end if it has none."""

    command_id: CommandId
    position: int
    repeated: bool
    answer: bytes
