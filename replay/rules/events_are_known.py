"""Every event has a topic that this version knows, and reads under its schema.

An event that cannot be read does not stop the audit: it is passed on as `Unreadable`, is told with
its position, and the pass goes on. Numbers with a fraction cannot be read either, so no float ever
enters the books. A state of an older schema is lifted twice: both must come out the same.

A breach means that a newer version of the software wrote here, that bytes were damaged, or that an
upcast depends on more than what it is given. Do not deploy anything older; if no newer version is
about, restore the row from a replica and call the engineer on duty.
"""

from functools import cache
from typing import ClassVar, get_args

import msgspec

from ledger.errors import CorruptHistory
from ledger.events import AnyEvent, Event, Recorded
from ledger.store.codec import Codec, Decode
from replay.rules.rule import Handlers, Rule


class Unreadable(Event, topic="", frozen=True):
    """Stands in the audit's pass for an event that could not be read, and says why."""

    reason: str


class EventsAreKnown(Rule):
    """Hears only of what could not be read."""

    invariants: ClassVar = {"INV-E7": "Every event is of a known topic and reads under its schema."}

    def hears(self) -> Handlers:
        """The stand-ins."""
        return {Unreadable: self.tell}

    def tell(self, recorded: Recorded[Unreadable]) -> None:
        """Pass the reason on."""
        self.breach("INV-E7", recorded.event.reason, recorded)


class PatientCodec(Codec):
    """A codec that answers with an Unreadable where the ordinary one raises."""

    def __init__(self) -> None:
        super().__init__(get_args(AnyEvent))
        self._patient: dict[tuple[str, int], Decode] = {}

    def decoder(self, topic: str, schema: int) -> Decode:
        """What reads the states of a topic and schema, or says why it cannot."""
        try:
            return self._patient[topic, schema]
        except KeyError:
            decode = self._patient[topic, schema] = self._made_patient(topic, schema)
            return decode

    def _made_patient(self, topic: str, schema: int) -> Decode:
        try:
            decode = super().decoder(topic, schema)
        except CorruptHistory as error:
            unknown = Unreadable(reason=f"{topic} of schema {schema}: {error}")
            return lambda _: unknown
        lifted = schema < self._classes[topic].schema

        def patient(state: bytes) -> Event:
            try:
                event = decode(state)
                if lifted and decode(state) != event:
                    raise CorruptHistory(lifted="not the same twice")
            except TROUBLE as error:
                return Unreadable(reason=f"{topic} of schema {schema}: {error!r}")
            return event

        return patient


TROUBLE = (
    *(CorruptHistory, msgspec.MsgspecError),
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
)
"""What a state that is not what it should be makes a decoder or an upcast raise."""


@cache
def patient_codec() -> PatientCodec:
    """The codec that the audit reads with."""
    return PatientCodec()
