"""The vault: what people wrote, beside the history, so that it can be erased and history stays.

A text is kept before the event that names it, so an event never names what is not there. One whose
command was refused, or never came, belongs to no event and is swept.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString, NamedTuple

import psycopg

from ledger.errors import RepeatedWithDifferences
from ledger.values.clock import Instant, in_utc
from ledger.values.ids import CommandId, TextId, derived_id
from ledger.values.texts import Written, digest_of, fit

Connection = psycopg.Connection[Any]

SALT_BYTES = 16

SWEPT_AFTER = timedelta(days=1)
"""How long a text waits for its command to be recorded, from when it was kept last."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A text as it lies in the vault: whose it is, and its words, or since when they are erased."""

    text_id: TextId
    owner_id: str
    words: str | None
    erased_at: Instant | None


# A command that is repeated finds its text there, and has as long again to be recorded.
_KEEP: LiteralString = (
    "INSERT INTO ledger.texts (text_id, command_id, owner_id, digest, length, salt, words) "
    "SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bytea[], %s::integer[], "
    "%s::bytea[], %s::text[]) ON CONFLICT (text_id) DO UPDATE SET kept_at = now()"
)
_FIND: LiteralString = (
    "SELECT command_id::text, text_id::text, owner_id::text, encode(digest, 'hex'), length, salt "
    "FROM ledger.texts WHERE text_id = ANY(%s::uuid[])"
)
_READ: LiteralString = (
    "SELECT text_id::text, owner_id::text, words, erased_at FROM ledger.texts "
    "WHERE text_id = ANY(%s::uuid[])"
)
_ERASE: LiteralString = (
    "UPDATE ledger.texts SET words = NULL, salt = NULL, erased_at = now() "
    "WHERE owner_id = %s AND erased_at IS NULL"
)
_SWEEP: LiteralString = (
    "DELETE FROM ledger.texts AS t WHERE t.kept_at < now() - %s::interval AND NOT EXISTS ("
    "SELECT FROM ledger.commands c WHERE c.command_id = t.command_id AND c.refusal IS NULL)"
)


class Spoken(NamedTuple):
    """The words that a command comes with, and whose they are."""

    command_id: CommandId
    owner_id: str
    words: str


def keep(connection: Connection, command_id: CommandId, owner_id: str, text: str) -> Written:
    """Keep the text of a command, whose words are the owner's. Durable with the connection.

    Raises UnfitText; RepeatedWithDifferences where the command came with another text before.
    """
    return keep_all(connection, [Spoken(command_id, owner_id, text)])[command_id]


def keep_all(connection: Connection, spoken: Sequence[Spoken]) -> dict[CommandId, Written]:
    """Keep the texts of many commands: all of them, or none. Raises what `keep` raises."""
    texts = {_text_of(one): one._replace(words=fit(one.words)) for one in spoken}
    rows = [_row(text_id, one) for text_id, one in texts.items()]
    if rows:
        connection.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])
    kept = {}
    for command_id, text_id, owner, digest, length, salt in connection.execute(
        _FIND, (list(texts),)
    ).fetchall():
        _, owner_id, words = texts[text_id]
        # Of a text that was erased nobody can tell any more; the command is as it was recorded.
        if owner != owner_id or (salt is not None and digest_of(words, salt) != digest):
            raise RepeatedWithDifferences(command_id=command_id)
        kept[CommandId(command_id)] = Written(text_id, digest, length)
    return kept


def _text_of(spoken: Spoken) -> TextId:
    return TextId(derived_id("text", spoken.command_id))


def _row(text_id: TextId, spoken: Spoken) -> tuple[object, ...]:
    command_id, owner_id, words = spoken
    salt = secrets.token_bytes(SALT_BYTES)
    digest = bytes.fromhex(digest_of(words, salt))
    return text_id, command_id, owner_id, digest, len(words), salt, words


def read(connection: Connection, text_ids: Iterable[str]) -> Mapping[str, Kept]:
    """The texts under these ids, as far as there are any; one that was erased says so."""
    rows = connection.execute(_READ, (list(text_ids),)).fetchall()
    return {
        text_id: Kept(
            text_id=text_id,
            owner_id=owner_id,
            words=words,
            erased_at=None if erased_at is None else in_utc(erased_at),
        )
        for text_id, owner_id, words, erased_at in rows
    }


def erase(connection: Connection, owner_id: str) -> int:
    """Erase the words of all that somebody wrote; returns of how many texts. History stays whole.

    Copies in backups go with the backups: whoever restores one erases again.
    """
    return connection.execute(_ERASE, (owner_id,)).rowcount


def sweep(connection: Connection, after: timedelta = SWEPT_AFTER) -> int:
    """Take away what has belonged to no recorded command for so long; returns how many texts."""
    return connection.execute(_SWEEP, (after,)).rowcount
