"""What a search answers: rooms that can be booked, with a title and a photo, and where to go on."""

from collections.abc import Sequence

from sqlalchemy import Connection

from api.answers.texts import texts, title_of
from api.cursors import cursor_of
from api.shapes import Query
from projections.finding.found import FoundRoom, stays_to_book
from projections.finding.sought import Place, Sought
from projections.projection import Answer
from projections.showing.photos import first_photos, position_of_photos


class RoomToBook(FoundRoom):
    """A room type that can be booked for the whole stay; its title is the first line of its words,
    and missing where those are erased. `photo_id` is the first photo that can be seen now.
    """

    title: str | None


class StaysToBook(Answer):
    """A page of rooms, in the order that was asked for. `cursor` asks for the next one; without it
    there is none.
    """

    rooms: Sequence[RoomToBook]
    cursor: str | None


def stays_with_titles(
    db: Connection, query: Query, sought: Sought, after: Place | None, at_most: int
) -> StaysToBook:
    """A page of what can be booked, each with its title and a photo. Raises SearchTooWide."""
    found = stays_to_book(db, sought, after, at_most)
    words = texts(db, [room.text_id for room in found.rooms if room.text_id])
    named = {room.property_id: room.photo_id for room in found.rooms if room.photo_id}
    position = min(found.position, position_of_photos(db)) if named else found.position
    photos = first_photos(db, named) if named else {}
    rooms = [
        RoomToBook(
            **room.model_dump(exclude={"photo_id"}),
            photo_id=photos.get(room.property_id),
            title=title_of(words[room.text_id].words if room.text_id else None),
        )
        for room in found.rooms
    ]
    return StaysToBook(
        position=position,
        rooms=rooms,
        cursor=cursor_of(query, found.ends_at),
    )
