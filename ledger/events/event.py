"""What an event is, and where a recorded one stands."""

from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar

import msgspec
from msgspec import Struct, StructMeta

from ledger.values.clock import Instant
from ledger.values.ids import CommandId, StreamId
from ledger.values.journal import Entry


class EventMeta(StructMeta):
    """Gives each event class its permanent topic and the number of its schema."""

    topic: str
    schema: int

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        topic: str = "",
        schema: int = 1,
        **config: Any,
    ) -> "EventMeta":
        """Make the class; a class without a topic is a shape for others, not an event."""
        made = super().__new__(mcs, name, bases, namespace, **config)
        made.topic = topic
        made.schema = schema
        return made


class Event(Struct, metaclass=EventMeta, frozen=True, kw_only=True, gc=False):
    """Something that happened: permanent, complete, and free of personal data."""

    topic: ClassVar[str]
    schema: ClassVar[int]
    moves_money: ClassVar[bool] = False


class MoneyEvent(Event, frozen=True, kw_only=True, gc=False):
    """An event that moves money: its balanced journal entries, and the local date they belong to.

    `effective_on` is the property's own date at that instant: the one that months are made of.
    """

    moves_money: ClassVar[bool] = True
    effective_on: date
    entries: tuple[Entry, ...]


class Role(StrEnum):
    """Who may act (spec: domain, section 0). The letters are stored for ever."""

    GUEST = "G"
    HOST = "H"
    VERIFIER = "V"
    SUPPORT = "S"
    FINANCE = "F"
    OPERATOR = "O"
    TIMER = "T"
    PROCESSOR = "P"
    PROCESS = "X"

    @property
    def word(self) -> str:
        """What people call it."""
        return _WORDS[self]


_WORDS = {
    Role.GUEST: "guest",
    Role.HOST: "host",
    Role.VERIFIER: "verifier",
    Role.SUPPORT: "support",
    Role.FINANCE: "finance",
    Role.OPERATOR: "operator",
    Role.TIMER: "clock",
    Role.PROCESSOR: "payment processor",
    Role.PROCESS: "system",
}


class Actor(Struct, frozen=True, array_like=True, gc=False):
    """Who acted: the letter of a `Role`, and an id."""

    role: str
    id: str


class Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is known about an event beside itself: who, why, and under which versions of the rules.

    Attributes: `causation` names the event that caused the command, as `stream/version`; `origin`
    is `live`, or `import` for history that came in from outside; `graph`, `policy` and `billing`
    are the versions that the decision was taken under, as far as the aggregate has them.
    """

    actor: Actor
    on_behalf_of: str | None = None
    causation: str | None = None
    origin: str = "live"
    graph: int = 1
    policy: str | None = None
    billing: int | None = None


_open_envelope = lru_cache(maxsize=1024)(msgspec.json.Decoder(Envelope).decode)

E_co = TypeVar("E_co", covariant=True)


class Recorded(Struct, Generic[E_co], frozen=True, gc=False):
    """An event in its place.

    `position` orders the whole history (unique, growing, with holes); `version` counts 1, 2, 3 in
    its stream; `case_id` is what it belongs to (for bookings and all that follows from one: the
    booking); `occurred_at` is business time, `recorded_at` the store's.
    """

    position: int
    stream_id: StreamId
    version: int
    case_id: str
    occurred_at: Instant
    recorded_at: Instant
    command_id: CommandId | None
    sealed_envelope: bytes
    event: E_co

    @property
    def envelope(self) -> Envelope:
        """Who and why; opened only where somebody asks, because few readers do."""
        return _open_envelope(self.sealed_envelope)

    @property
    def imported(self) -> bool:
        """Whether this is history from outside, which no reaction and no timer may act on.

        Read off the sealed bytes: a quote inside a JSON text is escaped, so nothing else in an
        envelope can look like this field.
        """
        return b'"origin":"import"' in self.sealed_envelope

    @property
    def event_id(self) -> str:
        """The event's permanent name: its stream and its place in it."""
        return f"{self.stream_id}/{self.version}"
