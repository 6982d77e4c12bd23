"""Takes the steps of a file's bookings through the ledger, in order of time: the history's clock.

Each step is one request under an id that follows from the file and the line, so a step that was
taken before, by this run or an earlier one, is only looked up. What the ledger refuses is reported
with its row; the row's later steps are not taken.
"""

import time
from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec import Struct

from ledger.aggregates.attestation import AttestProperty
from ledger.aggregates.unit_calendar import OpenCalendar
from ledger.application import Asked, Ledger
from ledger.draft import Draft, Plan, Request
from ledger.errors import Refused
from ledger.processes import PROCESS, attestation_of
from ledger.store import EventStore, Receipt
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, CommandId, HostId, PropertyId, UnitId, derived_id
from ledger.values.policy import FREE, RETAINED
from replay.history.hotel_bookings import CURRENCY, HotelBooking, HotelBookings, RefusedRow
from replay.history.itinerary import HOUSE, Kind, Step, in_order_of_time
from replay.history.plans import FEE_PLAN, Place, book, plan_of
from replay.history.source import Source
from replay.history.units import RoomType, Units

STEPS_AT_ONCE = 256
"""Steps that share one commit call, and that an interruption waits for."""

ATTESTED = ("quote", "discoverability", "identity checks", "reconciliation", "approval limits")
"""The guards of the outside world that are vouched for; no other guard is skipped."""


Told = Callable[[int, int], None]
"""Hears how many steps are done, of how many."""


class UnitsAdded(Struct, frozen=True):
    """How many units of a room type the file's bookings needed at the same time."""

    hotel: str
    room_type: str
    units: int


class Imported(Struct, frozen=True):
    """What an import came to.

    `rows`, `refused` and `units_added` are about the file, whoever imported its steps; `events`
    were written by this run, in `seconds`. An import that was stopped has `steps_left`.
    """

    rows: int
    refused: list[RefusedRow]
    events: int
    seconds: float
    units_added: list[UnitsAdded]
    steps_left: int

    @property
    def accepted(self) -> int:
        """Rows that are bookings of the ledger, or will be when the import is through."""
        return self.rows - len(self.refused)


class BookedUnit(Struct, frozen=True):
    """What a booking's request remembers for whoever goes on with the import."""

    unit_id: UnitId


_booked_units = msgspec.json.Decoder(BookedUnit)


class Importer:
    """One import of one file; `run` is called once."""

    def __init__(self, store: EventStore, source: Source, found: HotelBookings) -> None:
        self._store = store
        self._ledger = Ledger(store)
        self._source = source
        self._found = found
        self._units = Units()
        self._attested: set[str] = set()
        self._late: dict[int, str] = {}
        self._events_of: dict[CommandId, int] = {}
        self._events_count = 0

    def run(
        self,
        told: Told = lambda *_: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Imported:
        """Import what is not imported yet; `told` hears of every batch of steps.

        Stops after a batch when `stopped()` says so. Raises StoreUnavailable, Conflict (somebody
        else imports the same file now), CorruptHistory; run it again to go on.
        """
        began = time.monotonic()
        self._recall_places()
        steps = in_order_of_time(self._found.bookings)
        done = 0
        while done < len(steps) and not stopped():
            batch = steps[done : done + STEPS_AT_ONCE]
            self._take(batch)
            done += len(batch)
            told(done, len(steps))
        return Imported(
            rows=self._found.rows_count,
            refused=self._refused_rows(),
            events=self._events_count,
            seconds=round(time.monotonic() - began, 3),
            units_added=self._units_added(),
            steps_left=len(steps) - done,
        )

    # -- A batch of steps -----------------------------------------------------------------

    def _take(self, batch: Sequence[Step]) -> None:
        known = self._store.recorded([self._command_of(step) for step in batch])
        asked: list[tuple[Step | None, Asked]] = []
        for step in batch:
            answer = known.get(self._command_of(step))
            if answer is not None:
                self._recall(step, answer)
            elif step.line not in self._late:
                asked += self._ask(step)
        self._events_of.clear()
        answers = self._ledger.execute_in_order(one for _, one in asked)
        for (asked_for, one), answered in zip(asked, answers, strict=True):
            if isinstance(answered, Receipt):
                if not answered.repeated:
                    self._events_count += self._events_of[one.request.command_id]
            elif asked_for is not None and isinstance(answered, Refused):
                self._refuse(asked_for, answered)
            else:
                raise answered

    def _recall_places(self) -> None:
        """Take over the properties and units that earlier runs have made."""
        for hotel in {booking.hotel for booking in self._found.bookings}:
            attest = self._attest_id(hotel)
            if attest in self._store.recorded([attest]):
                self._attested.add(hotel)
        for room_type in {self._room_type(booking) for booking in self._found.bookings}:
            while self._store.recorded([_open_id(self._units.next_of(room_type)[0])]):
                self._units.add(room_type)

    def _recall(self, step: Step, answer: Receipt | Refused) -> None:
        """Take over what an earlier run did."""
        if isinstance(answer, Refused):
            self._refuse(step, answer)
            return
        booking_id = self._booking_id(step.booking)
        if step.kind is Kind.BOOK:
            unit_id = _booked_units.decode(answer.answer).unit_id
            self._units.take(self._room_type(step.booking), unit_id, booking_id, step)
        elif step.kind in (Kind.CANCEL, Kind.NO_SHOW):
            self._units.free(booking_id)

    def _refuse(self, step: Step, refusal: Refused) -> None:
        """A rule of the ledger refuses a row that the file's own rules let through."""
        self._late.setdefault(step.line, f"{step.kind}: {refusal.code}")
        if step.kind is Kind.BOOK:
            self._units.free(self._booking_id(step.booking))

    # -- Requests -------------------------------------------------------------------------

    def _ask(self, step: Step) -> Iterator[tuple[Step | None, Asked]]:
        """What a step asks for, after what must be there before it."""
        booking_id = self._booking_id(step.booking)
        if step.kind is not Kind.BOOK:
            yield step, self._asked(step, plan_of(step, booking_id, self._source.digest))
            if step.kind in (Kind.CANCEL, Kind.NO_SHOW):
                self._units.free(booking_id)
            return
        place, room_type = self._place(step.booking.hotel), self._room_type(step.booking)
        if step.booking.hotel not in self._attested:
            self._attested.add(step.booking.hotel)
            yield None, self._attest(step.booking.hotel, place, step.at)
        unit_id = self._units.choose(room_type, step.booking.stay)
        if unit_id is None:
            unit_id, number = self._units.next_of(room_type)
            self._units.add(room_type)
            yield None, self._open(place, step, unit_id, number)
        self._units.take(room_type, unit_id, booking_id, step)
        plan = book(step, booking_id, place, unit_id, self._source.digest)
        yield step, self._asked(step, plan, answer=msgspec.json.encode(BookedUnit(unit_id)))

    def _attest(self, hotel: str, place: Place, at: Instant) -> Asked:
        command = AttestProperty(
            attestation_id=attestation_of(place.property_id),
            property_id=place.property_id,
            host_id=place.host_id,
            name=hotel,
            source=self._source.name,
            digest=self._source.digest,
            guards=ATTESTED,
            house=HOUSE,
            currency=CURRENCY,
            fee_plan=FEE_PLAN,
            policies=(FREE, RETAINED),
        )
        return self._request(
            self._attest_id(hotel), place.property_id, at, lambda draft: draft.do(PROCESS, command)
        )

    def _open(self, place: Place, step: Step, unit_id: UnitId, number: int) -> Asked:
        command = OpenCalendar(
            unit_id=unit_id,
            property_id=place.property_id,
            host_id=place.host_id,
            room_type=step.booking.room_type,
            number=number,
            house=HOUSE,
        )
        return self._request(
            _open_id(unit_id), place.property_id, step.at, lambda draft: draft.do(PROCESS, command)
        )

    def _asked(self, step: Step, plan: Plan, answer: bytes = b"") -> Asked:
        booking_id = self._booking_id(step.booking)
        return self._request(self._command_of(step), booking_id, step.at, plan, answer)

    def _request(
        self, command_id: CommandId, case_id: str, at: Instant, plan: Plan, answer: bytes = b""
    ) -> Asked:
        def counted(draft: Draft) -> None:
            plan(draft)
            self._events_of[command_id] = sum(
                known.version - before for _, _, before, known in draft.grown()
            )

        # The id is made of all that was said, so the id is the content.
        request = Request(
            command_id=command_id,
            case_id=case_id,
            content=command_id.encode(),
            answer=answer,
            origin="import",
        )
        return Asked(request, counted, at)

    # -- Ids ------------------------------------------------------------------------------

    def _command_of(self, step: Step) -> CommandId:
        return CommandId(derived_id(self._source.digest, step.line, step.name))

    def _attest_id(self, hotel: str) -> CommandId:
        return CommandId(derived_id(self._source.digest, hotel, "attest"))

    def _booking_id(self, booking: HotelBooking) -> BookingId:
        return BookingId(derived_id(self._source.digest, booking.line, "booking"))

    def _place(self, hotel: str) -> Place:
        return Place(
            property_id=PropertyId(derived_id(self._source.digest, hotel, "property")),
            host_id=HostId(derived_id(self._source.digest, hotel, "host")),
        )

    def _room_type(self, booking: HotelBooking) -> RoomType:
        return self._place(booking.hotel).property_id, booking.room_type

    # -- The report -----------------------------------------------------------------------

    def _refused_rows(self) -> list[RefusedRow]:
        late = [
            RefusedRow(booking.line, self._late[booking.line], booking.row)
            for booking in self._found.bookings
            if booking.line in self._late
        ]
        return sorted([*self._found.refused, *late], key=lambda row: row.line)

    def _units_added(self) -> list[UnitsAdded]:
        hotels = {booking.hotel for booking in self._found.bookings}
        names = {self._place(hotel).property_id: hotel for hotel in hotels}
        return [
            UnitsAdded(names[property_id], room_type, count)
            for (property_id, room_type), count in self._units.counts().items()
        ]


def _open_id(unit_id: UnitId) -> CommandId:
    return CommandId(derived_id(unit_id, "open"))
