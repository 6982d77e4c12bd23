"""Texts as they are answered: the words that the vault has, or that they were erased."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from ledger.store import vault
from ledger.values.clock import Instant
from projections.reading import driver_of


class Text(BaseModel):
    """What somebody wrote, in plain text; no words where they are erased, since `erased_at`.

    Neither, where the vault has lost it: the rest of a page is answered all the same.
    """

    model_config = ConfigDict(frozen=True)

    words: str | None
    erased_at: Instant | None


LOST = Text(words=None, erased_at=None)


def texts(db: Connection, text_ids: Sequence[str]) -> Mapping[str, Text]:
    """The texts under these ids, each of which is a key."""
    return told(text_ids, vault.read(driver_of(db), text_ids))


def told(text_ids: Sequence[str], kept: Mapping[str, vault.Kept]) -> Mapping[str, Text]:
    """Texts as they are answered, each id a key."""
    found = {
        text_id: Text(words=one.words, erased_at=one.erased_at) for text_id, one in kept.items()
    }
    return dict.fromkeys(text_ids, LOST) | found


def title_of(words: str | None) -> str | None:
    """The first line of what is said of a property; nothing of what is erased."""
    return words.split("\n", 1)[0] if words else None
