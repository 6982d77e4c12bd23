"""Events as stored bytes, and back: JSON of the struct's fields, named by topic and schema."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, get_args

import msgspec

from ledger.errors import UnknownTopic
from ledger.events import AnyEvent, Envelope, Event, upcasts

Decode = Callable[[bytes], Event]


class Codec:
    """Writes and reads the events of a registry; old shapes are lifted to the present one."""

    def __init__(self, events: Iterable[type[Event]]) -> None:
        """Know these event classes. A topic may name only one of them."""
        self._classes: dict[str, type[Event]] = {}
        for event in events:
            assert event.topic, f"{event.__name__} has no topic"
            assert event.topic not in self._classes, f"{event.topic} names two events"
            self._classes[event.topic] = event
        self._encoder = msgspec.json.Encoder()
        self._decoders: dict[tuple[str, int], Decode] = {}

    @property
    def topics(self) -> frozenset[str]:
        """The topics that can be written and read."""
        return frozenset(self._classes)

    def encode(self, event: Event) -> bytes:
        """The bytes that are stored as the event's state. Raises UnknownTopic."""
        if self._classes.get(event.topic) is not type(event):
            raise UnknownTopic(topic=event.topic, schema=event.schema)
        return self._encoder.encode(event)

    def encode_envelope(self, envelope: Envelope) -> bytes:
        """The bytes that are stored as the event's envelope."""
        return self._encoder.encode(envelope)

    def decode(self, topic: str, schema: int, state: bytes) -> Event:
        """The event that was stored. Raises UnknownTopic for a topic or schema from the future."""
        return self.decoder(topic, schema)(state)

    def decoder(self, topic: str, schema: int) -> Decode:
        """What reads the states of a topic and schema. Raises UnknownTopic."""
        try:
            return self._decoders[topic, schema]
        except KeyError:
            decode = self._decoders[topic, schema] = self._make_decoder(topic, schema)
            return decode

    def _make_decoder(self, topic: str, schema: int) -> Decode:
        event = self._classes.get(topic)
        if event is None or schema > event.schema:
            raise UnknownTopic(topic=topic, schema=schema)
        decode = msgspec.json.Decoder(event).decode
        if schema == event.schema:
            return decode
        lift = upcasts.steps(topic, schema, event.schema)

        def decode_old(state: bytes) -> Event:
            shape: dict[str, Any] = msgspec.json.decode(state)
            return decode(self._encoder.encode(lift(shape)))

        return decode_old


@cache
def default_codec() -> Codec:
    """The codec of every event that the ledger knows."""
    return Codec(get_args(AnyEvent))
