"""Takes a file's listings through the ledger, batch by batch; what was taken before is left alone.

Each step is one request under an id that follows from the source's id of the listing. Whoever runs
the import again, with the same file or a later one, takes the steps that nobody has taken yet.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec import Struct

from ledger.application import Asked, Ledger
from ledger.draft import Draft, Plan, Request
from ledger.errors import Refused
from ledger.store import EventStore, Receipt
from ledger.store.vault import Spoken
from ledger.values.clock import Clock, system_clock
from ledger.values.ids import CommandId, PropertyId
from replay.history.source import Source
from replay.listings.amenities import without_code
from replay.listings.mapping import host_of, property_of
from replay.listings.plans import (
    Kind,
    Step,
    command_of_host,
    plan_of,
    step_of,
    steps_of,
    take_host_in,
)
from replay.listings.rows import Listing, Listings, RefusedRow

LISTINGS_AT_ONCE = 32
"""Listings that share one commit call, and that an interruption waits for."""

REMEMBERED = 2_000
"""Streams whose state is kept at hand: hosts come again, listings do not."""

NO_PRICE = "no price in the file: a draft until its host sets rates and asks for a review"

NO_CALENDAR = (
    "; its nights are not loaded, for it has no calendar before its review: write a price and "
    "import the file again, or block them when it is approved, before it is published"
)

CHANGED = "the file says something else than when it was imported: it stays as it is here"

Told = Callable[[int, int], None]
"""Hears how many listings are done, of how many."""


class Aside(Struct, frozen=True):
    """A row that did not come out as a listing on sale, or stands otherwise here: which, and why.

    `property_id` is where to look here.
    """

    line: int
    listing: str
    property_id: PropertyId
    why: str


class Imported(Struct, frozen=True):
    """What an import came to.

    All but the last three are about the file, as far as it is imported, whoever did it; `events`
    were written by this run, in `seconds`. Of `changed` listings the file says something else than
    when they were imported: they stay as they are. An import that was stopped has `listings_left`.
    """

    rows: int
    published: int
    hosts: int
    nights_blocked: int
    amenities_left_out: int
    unpublished: list[Aside]
    refused: list[RefusedRow]
    changed: list[Aside]
    events: int
    seconds: float
    listings_left: int


class Said(Struct, frozen=True):
    """What a step remembers for whoever imports the listing again: the SHA-256 of what it said."""

    said: str


_said = msgspec.json.Decoder(Said)


class Importer:
    """One import of one file; `run` is called once."""

    def __init__(
        self, store: EventStore, source: Source, found: Listings, clock: Clock = system_clock
    ) -> None:
        self._store = store
        self._ledger = Ledger(store, remembered=REMEMBERED)
        self._source = source
        self._found = found
        self._clock = clock
        self._hosts: set[str] = set()
        self._refused: dict[int, str] = {}
        self._published: set[int] = set()
        self._unpublished: dict[int, str] = {}
        self._changed: set[int] = set()
        self._events_of: dict[CommandId, int] = {}
        self._events_count = 0

    def run(
        self,
        told: Told = lambda *_: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Imported:
        """Import what is not imported yet; `told` hears of every batch.

        Stops after a batch when `stopped()` says so. Raises StoreUnavailable, CorruptHistory,
        Conflict (somebody else imports the same listings now); run it again to go on.
        """
        began = time.monotonic()
        listings = self._found.listings
        done = 0
        while done < len(listings) and not stopped():
            batch = listings[done : done + LISTINGS_AT_ONCE]
            self._take(batch)
            done += len(batch)
            told(done, len(listings))
        return self._imported(listings[:done], round(time.monotonic() - began, 3))

    # -- A batch --------------------------------------------------------------------------

    def _take(self, batch: Sequence[Listing]) -> None:
        hosts = {one.host: one for one in batch if one.host not in self._hosts}
        self._hosts.update(hosts)
        steps = [step for listing in batch for step in steps_of(listing)]
        ends = [step_of(listing, Kind.PUBLICATION) for listing in batch]
        ids = (step.command_id for step in (*steps, *ends))
        known = self._store.recorded([*ids, *map(command_of_host, hosts)])
        through = {step.listing.line for step in ends if step.command_id in known}
        for step in (*steps, *ends):
            if answer := known.get(step.command_id):
                self._recall(step, answer)
        # Of a listing that is through the calendar is its host's, whatever the file says now.
        missing = [
            step
            for step in steps
            if step.command_id not in known and step.listing.line not in through
        ]
        taken_in = [
            self._host(one) for host, one in hosts.items() if command_of_host(host) not in known
        ]
        self._execute([*((None, one) for one in taken_in), *self._asked_for(missing)])

    def _execute(self, asked: Sequence[tuple[Step | None, Asked]]) -> None:
        answers = self._ledger.execute_in_order(one for _, one in asked)
        for (step, one), answered in zip(asked, answers, strict=True):
            if isinstance(answered, Receipt):
                self._note(step)
                if not answered.repeated:
                    self._events_count += self._events_of[one.request.command_id]
            elif not isinstance(answered, Refused):
                raise answered
            elif step is not None:  # a host who is refused is told of with their listings
                self._refuse(step, answered)
        self._events_of.clear()

    def _recall(self, step: Step, answer: Receipt | Refused) -> None:
        """Take over what an earlier run did, and note where the file says something else now."""
        if isinstance(answer, Refused):
            self._refuse(step, answer)
            return
        self._note(step)
        if _said.decode(answer.answer) != _digest(step.said) or step not in steps_of(step.listing):
            self._changed.add(step.listing.line)

    def _note(self, step: Step | None) -> None:
        if step is not None and step.kind is Kind.PUBLICATION:
            self._published.add(step.listing.line)

    def _refuse(self, step: Step, refusal: Refused) -> None:
        """A rule of the ledger refuses what the file's own rules let through."""
        asides = self._unpublished if step.kind is Kind.PUBLICATION else self._refused
        asides.setdefault(step.listing.line, f"{step.kind} refused by the ledger: {refusal}")

    # -- Requests -------------------------------------------------------------------------

    def _asked_for(self, steps: Sequence[Step]) -> Iterator[tuple[Step, Asked]]:
        """What the steps ask for; their words are kept first, so that no event names none."""
        spoken = [
            Spoken(step.command_id, host_of(step.listing.host), step.text)
            for step in steps
            if step.text is not None
        ]
        texts = self._store.keep_texts(spoken)
        for step in steps:
            said, text = step.said, texts.get(step.command_id)
            request = Request(
                command_id=step.command_id,
                case_id=step.case_id,
                content=said if text is None else said + text.digest.encode(),
                answer=msgspec.json.encode(_digest(said)),
                origin="import",
            )
            plan = plan_of(step, text)
            yield step, self._asked(request, plan)

    def _host(self, listing: Listing) -> Asked:
        host_id = host_of(listing.host)
        request = Request(
            command_id=command_of_host(listing.host),
            case_id=host_id,
            content=listing.host.encode(),
            origin="import",
        )
        return self._asked(request, take_host_in(host_id, listing.area, self._source.name))

    def _asked(self, request: Request, plan: Plan) -> Asked:
        def counted(draft: Draft) -> None:
            plan(draft)
            self._events_of[request.command_id] = sum(
                known.version - before for _, _, before, known in draft.grown()
            )

        return Asked(request, counted, self._clock())

    # -- The report -----------------------------------------------------------------------

    def _imported(self, done: Sequence[Listing], seconds: float) -> Imported:
        taken = [one for one in done if one.line not in self._refused]
        on_sale = [one for one in taken if one.line in self._published]
        asides = [one for one in taken if one.line not in self._published]
        return Imported(
            rows=self._found.rows_count,
            published=len(on_sale),
            hosts=len({one.host for one in taken}),
            nights_blocked=sum(each.nights_count() for one in on_sale for each in one.unavailable),
            amenities_left_out=sum(without_code(one.amenities) for one in taken),
            unpublished=[_aside(one, self._why_unpublished(one)) for one in asides],
            refused=self._refused_rows(done),
            changed=[_aside(one, CHANGED) for one in taken if one.line in self._changed],
            events=self._events_count,
            seconds=seconds,
            listings_left=len(self._found.listings) - len(done),
        )

    def _why_unpublished(self, listing: Listing) -> str:
        no_price = NO_PRICE + NO_CALENDAR if listing.unavailable else NO_PRICE
        return self._unpublished.get(listing.line, no_price)

    def _refused_rows(self, done: Sequence[Listing]) -> list[RefusedRow]:
        late = [
            RefusedRow(one.line, one.listing, self._refused[one.line])
            for one in done
            if one.line in self._refused
        ]
        return sorted([*self._found.refused, *late], key=lambda row: row.line)


def _digest(said: bytes) -> Said:
    return Said(hashlib.sha256(said).hexdigest())


def _aside(listing: Listing, why: str) -> Aside:
    return Aside(listing.line, listing.listing, property_of(listing.listing), why)
