"""Texts as they are answered: the words that the vault has, or that they were erased."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from ledger.store import vault
from ledger.values.clock import Instant
from projections.reading import driver_of


class Text(BaseModel):
    """What somebody wrote, in plain text; no words where they are erased, since `erased_at`."""

    model_config = ConfigDict(frozen=True)

    words: str | None
    erased_at: Instant | None


def texts(db: Connection, text_ids: Iterable[str]) -> Mapping[str, Text]:
    """The texts under these ids."""
    return told(vault.read(driver_of(db), text_ids))


def told(kept: Mapping[str, vault.Kept]) -> Mapping[str, Text]:
    """Texts as they are answered."""
    return {
        text_id: Text(words=one.words, erased_at=one.erased_at) for text_id, one in kept.items()
    }
