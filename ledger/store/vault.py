"""The vault: what people wrote, beside the history, so that it can be erased and history stays.

A text is kept before the event that names it, so an event never names what is not there. One whose
command was refused, or never came, belongs to no event and is swept.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString

import psycopg

from ledger.errors import RepeatedWithDifferences
from ledger.values.clock import Instant, in_utc
from ledger.values.ids import CommandId, TextId, derived_id
from ledger.values.texts import Written, digest_of, fit

Connection = psycopg.Connection[Any]

SALT_BYTES = 16

SWEPT_AFTER = timedelta(days=1)
"""How long a text waits for its command to be recorded."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A text as it lies in the vault: whose it is, and its words, or since when they are erased."""

    text_id: TextId
    owner_id: str
    words: str | None
    erased_at: Instant | None


# A command that is repeated finds its text there.
_KEEP: LiteralString = (
    "INSERT INTO ledger.texts (text_id, command_id, owner_id, digest, length, salt, words) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (text_id) DO NOTHING"
)
_FIND: LiteralString = (
    "SELECT owner_id::text, encode(digest, 'hex'), length, salt FROM ledger.texts "
    "WHERE text_id = %s"
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


def keep(connection: Connection, command_id: CommandId, owner_id: str, text: str) -> Written:
    """Keep the text of a command, whose words are the owner's. Durable with the connection.

    Raises UnfitText; RepeatedWithDifferences where the command came with another text before.
    """
    words, salt = fit(text), secrets.token_bytes(SALT_BYTES)
    text_id = TextId(derived_id("text", command_id))
    digest = bytes.fromhex(digest_of(words, salt))
    row = (text_id, command_id, owner_id, digest, len(words), salt, words)
    connection.execute(_KEEP, row)
    found = connection.execute(_FIND, (text_id,)).fetchone()
    assert found is not None, "it was kept a line ago"
    owner, known, length, its_salt = found
    # Of a text that was erased nobody can tell any more; the command is as it was recorded.
    if owner != owner_id or (its_salt is not None and digest_of(words, its_salt) != known):
        raise RepeatedWithDifferences(command_id=command_id)
    return Written(text_id, known, length)


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
