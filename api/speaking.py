"""Speaking: who says something, and how their words get into the vault.

The words are kept before the command is executed, so what happened never names what is not there.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal, Self

from pydantic import BaseModel, SerializeAsAny, model_validator

from api import speakers
from api.commands import Command
from api.shapes import Uuid, Worded, Words
from ledger.aggregates.booking import BOOKING
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import NotFound, RepeatedWithDifferences, UnfitText
from ledger.events import Actor, Role
from ledger.store import EventStore
from ledger.values.ids import BookingId, GuestId, PropertyId, UnitId
from ledger.values.texts import Written

SaidBefore = Callable[[Draft], Iterable[Written]]
"""What a speaker has said of the same matter before, as the ledger has it: the latest first."""

OF_WORDS = (UnfitText, RepeatedWithDifferences)
"""How words may go wrong."""


class Said(Worded):
    """Somebody's own words."""

    text: Words

    def spoken(self) -> str:
        """What is said."""
        return self.text

    def silent(self) -> Self:
        """Everything but that."""
        return self.model_copy(update={"text": ""})


class Spoken(Said):
    """Who says what. Guest and host are known by the booking; of support, `by` says who it is."""

    speaker: Literal["guest", "host", "support"]
    by: Uuid | None = None

    @model_validator(mode="after")
    def _support_has_a_name(self) -> Self:
        if (self.speaker == "support") != (self.by is not None):
            raise ValueError("`by` names who of support speaks, and nobody else")
        return self


class SaidByParty(Said):
    """What guest or host says; who that is is known by the booking."""

    speaker: Literal["guest", "host"]


class Heard(BaseModel):
    """What the record of a command has of what was said: the words by their digest only."""

    said: SerializeAsAny[BaseModel]
    digest: str


async def keep(
    command: Command, speaker: Actor, said: Worded, before: SaidBefore | None = None
) -> tuple[Written, Heard]:
    """Keep the words of a command in the vault: what events name, and what the record has.

    They are the speaker's, and erased with them. Events name what said the same words `before`, if
    anything did: to say them again changes nothing. The record has the command's own, so a repeat
    is known whatever was said in between. Raises UnfitText, RepeatedWithDifferences, NotFound.
    """
    own = await command.keep_text(speaker.id, said.spoken())
    named = own if before is None else await command.look(partial(_same_words, own, before))
    return named, Heard(said=said.silent(), digest=own.digest)


def _same_words(own: Written, before: SaidBefore, store: EventStore, ledger: Ledger) -> Written:
    earlier = tuple(before(ledger.rehearse(lambda _: None)))
    kept = store.texts([own.text_id, *(one.text_id for one in earlier)])
    words = {text_id: text.words for text_id, text in kept.items() if text.words is not None}
    said = words.get(own.text_id)
    return next((one for one in earlier if said and words.get(one.text_id) == said), own)


async def host_of_property(command: Command, property_id: PropertyId) -> Actor:
    """Whose property it is, found before the plan is made. Raises NotFound."""
    return await command.look(
        lambda _, ledger: speakers.host_of_property(ledger.rehearse(lambda _: None), property_id)
    )


async def host_of_unit(command: Command, unit_id: UnitId) -> Actor:
    """Whose unit it is, found before the plan is made. Raises NotFound."""
    return await command.look(
        lambda _, ledger: speakers.host_of_unit(ledger.rehearse(lambda _: None), unit_id)
    )


async def party(
    command: Command, booking_id: BookingId, speaker: str, by: str | None = None
) -> Actor:
    """Who speaks, found before the plan is made. Raises NotFound."""

    def look(_store: EventStore, ledger: Ledger) -> Actor:
        booking = ledger.state(BOOKING, booking_id)
        if booking is None:
            raise NotFound(booking_id=booking_id)
        if speaker == "guest":
            return speakers.guest(GuestId(booking.guest_id))
        return Actor(Role.HOST.value, booking.host_id)

    if by is not None:
        return speakers.staff(Role.SUPPORT, by)
    return await command.look(look)
