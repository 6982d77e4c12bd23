"""The event store: the history in Postgres, appended to in one order that nobody has to guess."""

from ledger.store.codec import Codec, default_codec
from ledger.store.commits import Commit, Expected, NewEvent, Night, Receipt
from ledger.store.feed import listen, news, pull, scan
from ledger.store.schema import install_schema
from ledger.store.store import EventStore

__all__ = [
    "Codec",
    "Commit",
    "EventStore",
    "Expected",
    "NewEvent",
    "Night",
    "Receipt",
    "default_codec",
    "install_schema",
    "listen",
    "news",
    "pull",
    "scan",
]
