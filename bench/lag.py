"""How long after an append was acknowledged its row can be read, in one read model.

Appends come at a steady rate from this process; a follower of its own process feeds `trips`, and
notes when each commit was done. Both read the same clock.
"""

import multiprocessing
import threading
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, date, datetime
from datetime import time as clock_time
from multiprocessing.connection import Connection as Pipe
from statistics import quantiles

from bench.contest import Contest, Goal, Place
from ledger.events import Actor, Envelope
from ledger.events.booking import BookingRequested
from ledger.store import Commit, EventStore, Expected, NewEvent, Receipt, install_schema
from ledger.values.guests import Party
from ledger.values.ids import (
    AttestationId,
    CommandId,
    GuestId,
    HostId,
    PropertyId,
    StreamId,
    UnitId,
    fresh_id,
)
from ledger.values.levies import FeePlan
from ledger.values.policy import FREE
from ledger.values.price import price_of
from ledger.values.rates import NightPrice
from ledger.values.stay import House, Stay
from projections.trips import TRIPS
from replay.follow import Follower

P50, P99 = "p50", "p99"
APPENDS_PER_SECOND = 2_000
WARM_UP_SECONDS = 1.0
SECONDS = 5.0
DRAIN_SECONDS = 30.0
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAY = Stay(date(2026, 7, 1), date(2026, 7, 4))

Reached = tuple[float, int]
"""When a commit of the read model was done, by the monotonic clock, and how far it went."""


def prepare(place: Place) -> None:
    """Make the ledger's tables, where they are missing."""
    install_schema(place.owner_url)


def contests(place: Place) -> list[Contest]:
    """The lag's lines of the table."""
    return [
        Contest(
            name=f"feed lag, one read model, {APPENDS_PER_SECOND:,} appends/s,",
            unit="ms",
            goals={P50: Goal(at_most=3), P99: Goal(at_most=10)},
            ours=lambda: lag(place.url),
            rounds=place.rounds,
        )
    ]


def lag(url: str) -> Mapping[str, float]:
    """Milliseconds from the acknowledgement to the row, as percentiles over one run."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    follower = context.Process(target=_follow, args=(url, there))
    follower.start()
    there.close()
    here.recv()
    acknowledged = _append_steadily(url)
    here.send(max(position for _, position in acknowledged))
    reached: list[Reached] = here.recv()
    follower.join()
    waits = _waits(acknowledged, reached)
    percentiles = quantiles(waits, n=100)
    return {P50: percentiles[49], P99: percentiles[98]}


def _waits(acknowledged: Sequence[Reached], reached: Sequence[Reached]) -> list[float]:
    """Milliseconds between each acknowledgement and the first commit that contains the event."""
    positions = [position for _, position in reached]
    return [
        max(0.0, reached[bisect_left(positions, position)][0] - at) * 1_000
        for at, position in acknowledged
    ]


# -- The one who appends --------------------------------------------------------------------


def _append_steadily(url: str) -> list[Reached]:
    """Append at the rate, and note when each was acknowledged; the warm-up does not count."""
    acknowledged: list[Reached] = []
    with_warm_up = WARM_UP_SECONDS + SECONDS
    store = EventStore(url)
    futures: list[Future[Receipt]] = []
    began = time.monotonic()
    counts_from = began + WARM_UP_SECONDS

    def note(done: Future[Receipt]) -> None:
        at = time.monotonic()
        if at >= counts_from:
            acknowledged.append((at, done.result().position))

    for number in range(int(APPENDS_PER_SECOND * with_warm_up)):
        ahead = began + number / APPENDS_PER_SECOND - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        future = store.submit(_commit())
        future.add_done_callback(note)
        futures.append(future)
    for future in futures:
        future.result()
    store.close()
    return acknowledged


def _commit() -> Commit:
    booking = StreamId(fresh_id())
    return Commit(
        command_id=CommandId(fresh_id()),
        case_id=booking,
        content=bytes(32),
        occurred_at=MOMENT,
        events=(NewEvent(booking, 1, EVENT, ENVELOPE),),
        expected=(Expected(booking, 0),),
    )


ENVELOPE = Envelope(actor=Actor("G", "0d6ad8f6-0c5f-4a3e-8a55-5f7c1c0b7b52"))
EVENT = BookingRequested(
    guest_id=GuestId(fresh_id()),
    host_id=HostId(fresh_id()),
    property_id=PropertyId(fresh_id()),
    unit_id=UnitId(fresh_id()),
    room_type="double",
    stay=STAY,
    house=House("Europe/Lisbon", clock_time(14), clock_time(11)),
    party=Party(2),
    price=price_of(
        [NightPrice(night, 12_000) for night in STAY.nights()], FeePlan("bench", 1, 0, 1_500), "EUR"
    ),
    policy=FREE,
    vouched_by=AttestationId(fresh_id()),
    hold_expires_at=MOMENT,
    booked_at=MOMENT,
)


# -- The one who follows, in a process of its own -------------------------------------------


def _follow(url: str, pipe: "Pipe[object, int]") -> None:
    reached: list[Reached] = []
    follower = Follower(
        url, (TRIPS,), announce=lambda positions: reached.append(_now(positions["trips"]))
    )
    thread = threading.Thread(target=follower.run)
    thread.start()
    pipe.send("ready")
    last = pipe.recv()
    end = time.monotonic() + DRAIN_SECONDS
    while (not reached or reached[-1][1] < last) and time.monotonic() < end:
        time.sleep(0.01)
    follower.stop()
    thread.join()
    pipe.send(reached)


def _now(position: int) -> Reached:
    return time.monotonic(), position
