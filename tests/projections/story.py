"""A story, in the real store and projected by the real engine: `told(...).projected(...)`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, create_engine

from ledger.aggregates.bank_payout import bank_payout_of
from ledger.aggregates.conversation import conversation_of
from ledger.aggregates.guest import guest_of
from ledger.aggregates.host_debt import debt_of
from ledger.aggregates.own_transfer import own_transfer_of
from ledger.aggregates.review import review_of
from ledger.aggregates.tariff import tariff_of
from ledger.events import Actor, Envelope, Event
from ledger.store import Commit, EventStore, Expected, NewEvent
from ledger.values.clock import Instant
from ledger.values.ids import CommandId, StreamId, derived_id
from projections import Projection
from replay.drive import Drive, Place
from replay.feed import Feed
from replay.schemas import prepare
from tests.conftest import Database
from tests.facts import (
    ALTERATION,
    ATTESTATION,
    BANK_PAYOUT,
    BOOKING,
    CASE,
    CORRECTION,
    COUPON,
    DIFFERENCE,
    DISPUTE,
    FEED,
    INES,
    NOW,
    OWN_PAYOUT,
    PASSPORT,
    PAYMENT,
    PAYOUT,
    PROCESS,
    PROPERTY,
    RECEIPT,
    REFUND,
    RUI,
    TAX_ACCOUNT_OF_LISBON,
    UNIT,
)

STREAMS = {
    "alteration": ALTERATION,
    "attestation": ATTESTATION,
    "bank_payout": bank_payout_of(BANK_PAYOUT),
    "booking": BOOKING,
    "calendar_feed": FEED,
    "coupon": COUPON,
    "guest": guest_of(INES),
    "host_debt": debt_of(RUI),
    "conversation": conversation_of(BOOKING),
    "correction": CORRECTION,
    "difference": DIFFERENCE,
    "dispute": DISPUTE,
    "own_transfer": own_transfer_of(OWN_PAYOUT),
    "payment": PAYMENT,
    "payout": PAYOUT,
    "property": PROPERTY,
    "provider": RUI,
    "refund": REFUND,
    "document": PASSPORT,
    "review": review_of(BOOKING),
    "support_case": CASE,
    "tariff": tariff_of(PROPERTY),
    "tax_account": TAX_ACCOUNT_OF_LISBON,
    "unapplied_receipt": RECEIPT,
    "unit_calendar": UNIT,
}
WITHOUT_CASE = {"attestation.property_attested", "unit_calendar.opened"}


class Story:
    """What happened, in the order in which it is told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._store = EventStore(database.url, readers=1)
        self._versions: dict[str, int] = {}
        self._told = 0

    def tells(
        self,
        *events: Event,
        at: Instant = NOW,
        stream: str | None = None,
        case: str | None = None,
        by: Actor = PROCESS,
        origin: str = "live",
    ) -> int:
        """Record events, each in the stream of its kind unless one is named; the last position."""
        position = 0
        for event in events:
            told_of = stream or _stream_of(event)
            belongs_to = case or (told_of if event.topic in WITHOUT_CASE else BOOKING)
            position = self._record(
                event, told_of, belongs_to, at, Envelope(actor=by, origin=origin)
            )
        return position

    def _record(self, event: Event, stream: str, case: str, at: Instant, envelope: Envelope) -> int:
        self._told += 1
        version = self._versions.get(stream, 0)
        self._versions[stream] = version + 1
        receipt = self._store.append(
            Commit(
                command_id=CommandId(derived_id("story", self._told)),
                case_id=case,
                content=self._told.to_bytes(32, "big"),
                occurred_at=at,
                events=(NewEvent(StreamId(stream), version + 1, event, envelope),),
                expected=(Expected(StreamId(stream), version),),
            )
        )
        return receipt.position

    @contextmanager
    def projected(self, projection: Projection) -> Iterator[Connection]:
        """The read model of all that was told, ready to be asked."""
        drive_to_end(self.database.url, projection)
        with asking(self.database.url) as db:
            yield db

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()


def _stream_of(event: Event) -> str:
    kind, _, _ = event.topic.partition(".")
    assert kind in STREAMS, f"add to STREAMS in tests/projections/story.py: {kind}"
    return STREAMS[kind]


def drive_to_end(
    url: str, projection: Projection, *, schema: str | None = None, page_events: int = 1_000
) -> Drive:
    """Feed a read model, or a copy of it in another schema, with all that it has not seen yet."""
    with psycopg.connect(url, autocommit=True) as connection, Feed(url) as feed:
        prepare(connection, projection)
        drive = Drive(projection, Place(schema) if schema else None)
        drive.begin(connection)
        while (page := feed.page(drive.position, page_events)).reaches > drive.position:
            drive.apply(connection, page.events, page.reaches)
    return drive


@contextmanager
def asking(url: str) -> Iterator[Connection]:
    """A connection for questions."""
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as db:
            yield db
    finally:
        engine.dispose()


def facts_of(row: Any, *names: str) -> tuple[Any, ...]:
    """Some attributes of an answer, to compare at a glance."""
    return tuple(getattr(row, name) for name in names)
