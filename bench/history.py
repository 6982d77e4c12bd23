"""Makes believable history fast: lives of bookings in the shape of the hotel import.

For measuring only. Real event classes and posting rules, in order of time and interleaved, about
fifteen events to a booking; but no decider is asked, and the rows are copied into the table by its
owner. The same seed gives the same history.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count, islice
from random import Random

import psycopg

from ledger.aggregates import postings
from ledger.events import Actor, Envelope, Event
from ledger.events.attestation import PropertyAttested
from ledger.events.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingRequested,
    EarningsRecognized,
    NoShowReported,
    StayCompleted,
    StayStarted,
)
from ledger.events.payment import (
    FundsAvailable,
    PaymentCompleted,
    PaymentOpened,
    PaymentProcessing,
    PaymentRefundRecorded,
)
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutRecalculated,
    PayoutReleased,
    PayoutScheduled,
    PayoutTransferred,
)
from ledger.events.refund import (
    Funding,
    RefundApproved,
    RefundPending,
    RefundRequested,
    RefundSubmitted,
    RefundSucceeded,
)
from ledger.events.unit_calendar import (
    CalendarOpened,
    HoldPlaced,
    ReservationMade,
    ReservationReleased,
)
from ledger.store import default_codec
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import (
    AttestationId,
    BookingId,
    GuestId,
    HostId,
    PayoutId,
    PropertyId,
    RefundId,
    UnitId,
    payment_of,
)
from ledger.values.levies import FeePlan
from ledger.values.money import Money, zero
from ledger.values.policy import (
    FREE,
    RETAINED,
    Ending,
    LineBack,
    Occupancy,
    Policy,
    Settlement,
    settle,
)
from ledger.values.price import Price, price_of
from ledger.values.rates import NightPrice
from ledger.values.stay import House, Stay, local_date

BEGINS_ON = date(2015, 1, 1)
HOUSE = House("Europe/Lisbon", time(14), time(11))
FEES = FeePlan("hotel", 1, 0, 1_500)
ROOM_TYPES = "ACDEFG"
LEAD_DAYS = 90
STAY_AND_GAP_DAYS = 4
UNITS = 200
PENDING = timedelta(days=1)


ACTED: dict[type[Event], str] = {
    **dict.fromkeys((BookingRequested, BookingCancelled), "G"),
    **dict.fromkeys((StayStarted, StayCompleted, EarningsRecognized, PayoutDue), "T"),
    **dict.fromkeys((PaymentCompleted, FundsAvailable, PayoutTransferred), "P"),
    **dict.fromkeys((RefundPending, RefundSucceeded), "P"),
    NoShowReported: "H",
}
"""Who acts, where it is not the process (X): the lifecycles ask for it, and the audit looks."""


@dataclass(frozen=True)
class Made:
    """An event before it has a position: when, in which stream, for which case and command."""

    at: Instant
    stream_id: str
    case_id: str
    command_id: str
    event: Event


class Ids:
    """Random ids by seed, as texts."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def fresh(self) -> str:
        """Another id."""
        text = f"{self._random.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


@dataclass
class Hotel:
    """One property with its units; each unit's nights are sold one stay after the other."""

    random: Random
    ids: Ids
    property_id: PropertyId = field(init=False)
    host_id: HostId = field(init=False)
    attestation_id: AttestationId = field(init=False)
    units: list[UnitId] = field(init=False)
    free_from: list[date] = field(init=False)

    def __post_init__(self) -> None:
        self.property_id = PropertyId(self.ids.fresh())
        self.host_id = HostId(self.ids.fresh())
        self.attestation_id = AttestationId(self.ids.fresh())
        self.units = [UnitId(self.ids.fresh()) for _ in range(UNITS)]
        first = BEGINS_ON + timedelta(days=LEAD_DAYS)
        self.free_from = [first + timedelta(days=unit % STAY_AND_GAP_DAYS) for unit in range(UNITS)]

    def opens(self) -> Iterator[Made]:
        """What is recorded before the first booking."""
        at = datetime.combine(BEGINS_ON, time(6), UTC)
        attested = PropertyAttested(
            property_id=self.property_id,
            host_id=self.host_id,
            name="Resort Hotel",
            source="history.csv",
            digest="0" * 64,
            guards=("quote", "discoverable"),
            house=HOUSE,
            currency="EUR",
            fee_plan=FEES,
            policies=(FREE, RETAINED),
        )
        yield Made(at, self.attestation_id, self.attestation_id, self.ids.fresh(), attested)
        for number, unit_id in enumerate(self.units):
            opened = CalendarOpened(
                property_id=self.property_id,
                host_id=self.host_id,
                room_type=ROOM_TYPES[number % len(ROOM_TYPES)],
                number=number,
                house=HOUSE,
            )
            yield Made(at, unit_id, unit_id, self.ids.fresh(), opened)

    def next_stay(self, number: int, booked_on: date) -> tuple[UnitId, str, Stay]:
        """The unit, its room type and the stay that the booking of this number asks for.

        Units are asked for in turn, about as often as their guests change, so that most bookings
        are made `LEAD_DAYS` or more ahead; none for a day that has come.
        """
        unit = number % UNITS
        check_in = max(self.free_from[unit], booked_on + timedelta(days=1))
        nights = self.random.choice((1, 2, 2, 3, 3, 4, 7))
        check_out = check_in + timedelta(days=nights)
        self.free_from[unit] = check_out + timedelta(days=self.random.randint(0, 2))
        return self.units[unit], ROOM_TYPES[unit % len(ROOM_TYPES)], Stay(check_in, check_out)


class Life:
    """The events of one booking, from the hold to the payout, or to the refund."""

    def __init__(self, hotel: Hotel, number: int, booked_at: Instant) -> None:
        ids, self._random = hotel.ids, hotel.random
        self._hotel = hotel
        self._ids = ids
        self._booked_at = booked_at
        self._booking_id = BookingId(ids.fresh())
        self._payment_id = payment_of(self._booking_id)
        self._payout_id = PayoutId(ids.fresh())
        self._unit_id, self._room_type, self._stay = hotel.next_stay(number, booked_at.date())
        self._policy: Policy = RETAINED if self._random.random() < 0.05 else FREE
        self._price = self._priced()

    def events(self) -> Iterator[Made]:
        """All of them; each stream's in order."""
        yield from self._book()
        fate = self._random.random()
        if fate < 0.25:
            yield from self._cancel()
        elif fate < 0.28:
            yield from self._start()
            yield from self._no_show()
        else:
            yield from self._start()
            yield from self._complete()

    def _priced(self) -> Price:
        a_night = self._random.randint(4_000, 22_000)
        return price_of([NightPrice(n, a_night) for n in self._stay.nights()], FEES, "EUR")

    def _book(self) -> Iterator[Made]:
        at, price, total = self._booked_at, self._price, self._price.total
        guest_id, due_at = GuestId(self._ids.fresh()), at + timedelta(minutes=15)
        booking = self._booking_id
        hold = HoldPlaced(booking_id=booking, stay=self._stay, expires_at=due_at)
        request = BookingRequested(
            guest_id=guest_id,
            host_id=self._hotel.host_id,
            property_id=self._hotel.property_id,
            unit_id=self._unit_id,
            room_type=self._room_type,
            stay=self._stay,
            house=HOUSE,
            party=Party(2),
            price=price,
            policy=self._policy,
            vouched_by=self._hotel.attestation_id,
            hold_expires_at=due_at,
            booked_at=at,
        )
        opened = PaymentOpened(
            booking_id=booking, guest_id=guest_id, due=total, price=price, time_zone=HOUSE.time_zone
        )
        processing = PaymentProcessing(attempt=1, idempotency_key=self._ids.fresh())
        yield from self._together(at, (self._unit_id, hold), (booking, request))
        yield from self._together(at, (self._payment_id, opened))
        yield from self._together(at, (self._payment_id, processing))
        yield from self._pay(at)

    def _pay(self, at: Instant) -> Iterator[Made]:
        booking, total = self._booking_id, self._price.total
        paid = PaymentCompleted(
            booking_id=booking,
            amount=total,
            charge=f"ch_{self._payment_id}",
            effective_on=local_date(at, HOUSE.time_zone),
            entries=(postings.payment_completed(self._payment_id, total),),
        )
        available = FundsAvailable(
            booking_id=booking,
            amount=total,
            effective_on=local_date(at, HOUSE.time_zone),
            entries=(postings.funds_available(total),),
        )
        confirmed = BookingConfirmed(
            payment_id=self._payment_id,
            total=total,
            effective_on=local_date(at, HOUSE.time_zone),
            entries=(postings.booking_confirmed(booking, self._payment_id, self._price.shares),),
        )
        scheduled = PayoutScheduled(
            booking_id=booking,
            host_id=self._hotel.host_id,
            amount=self._price.shares.host,
            release_at=self._earned_at(),
            time_zone=HOUSE.time_zone,
            tranche=1,
        )
        made = ReservationMade(booking_id=booking, stay=self._stay)
        yield from self._together(at, (self._payment_id, paid))
        yield from self._together(at, (self._payment_id, available))
        yield from self._together(at, (self._unit_id, made), (booking, confirmed))
        yield from self._together(at, (self._payout_id, scheduled))

    def _start(self) -> Iterator[Made]:
        yield from self._together(self._check_in_at(), (self._booking_id, StayStarted()))

    def _complete(self) -> Iterator[Made]:
        earned_at = self._earned_at()
        yield from self._earn(earned_at, "J5")
        left_at = HOUSE.check_out_at(self._stay)
        yield from self._together(left_at, (self._booking_id, StayCompleted()))

    def _earn(self, at: Instant, rule: str) -> Iterator[Made]:
        host, booking, net = self._hotel.host_id, self._booking_id, self._price.shares.host
        earned = self._price.shares
        recognized = EarningsRecognized(
            earned=earned,
            effective_on=local_date(at, HOUSE.time_zone),
            entries=(postings.earnings_recognized(rule, booking, host, earned),),
        )
        transferred = PayoutTransferred(
            booking_id=booking,
            host_id=host,
            amount=net,
            transfer=f"tr_{self._payout_id}",
            balance_transaction=None,
            effective_on=local_date(at, HOUSE.time_zone),
            entries=(postings.payout_transferred(host, booking, net),),
        )
        released = PayoutReleased(
            amount=net, netted=zero(net.currency), idempotency_key=self._ids.fresh()
        )
        yield from self._together(at, (booking, recognized))
        yield from self._together(at, (self._payout_id, PayoutDue()))
        yield from self._together(at, (self._payout_id, released))
        yield from self._together(at, (self._payout_id, transferred))

    def _cancel(self) -> Iterator[Made]:
        days = max(0, (self._stay.check_in - self._booked_at.date()).days - 1)
        at = self._booked_at + timedelta(days=self._random.randint(0, days), hours=2)
        settlement = self._settled(Ending.BY_GUEST, at)
        cancelled = BookingCancelled(
            to="cancelled_by_guest",
            ending=Ending.BY_GUEST,
            settlement=settlement,
            capped=None,
            reason="",
        )
        yield from self._fall_away(at, cancelled)

    def _no_show(self) -> Iterator[Made]:
        at = self._check_in_at() + timedelta(hours=6)
        yield from self._fall_away(
            at, NoShowReported(settlement=self._settled(Ending.NO_SHOW, at), capped=None)
        )

    def _settled(self, ending: Ending, at: Instant) -> Settlement:
        occupancy = Occupancy(self._stay, HOUSE, self._booked_at, at)
        return settle(self._price, self._policy, ending, occupancy)

    def _fall_away(self, at: Instant, fallen: Event) -> Iterator[Made]:
        released = ReservationReleased(booking_id=self._booking_id, stay=self._stay)
        yield from self._together(at, (self._booking_id, fallen), (self._unit_id, released))
        if self._policy is RETAINED:
            owed = PayoutRecalculated(amount=self._price.shares.host, release_at=at)
            yield from self._together(at, (self._payout_id, owed))
            yield from self._earn(at, "J9")
        else:
            yield from self._refund(at)
            yield from self._together(at, (self._payout_id, PayoutCancelled()))

    def _refund(self, at: Instant) -> Iterator[Made]:
        refund_id, booking, total = RefundId(self._ids.fresh()), self._booking_id, self._price.total
        for step in self._refund_steps(at, refund_id):
            yield from self._together(at, (refund_id, step))
        recorded = PaymentRefundRecorded(
            booking_id=booking, refund_id=refund_id, amount=total, refunded=total, to="refunded"
        )
        yield from self._together(at, (self._payment_id, recorded))

    def _refund_steps(self, at: Instant, refund_id: RefundId) -> tuple[Event, ...]:
        booking, total, back = self._booking_id, self._price.total, self._price.shares
        approved = postings.refund_approved(refund_id, booking, back)
        return (
            RefundRequested(
                payment_id=self._payment_id,
                booking_id=booking,
                host_id=self._hotel.host_id,
                reason="cancelled",
                amount=total,
                back=back,
                funded_by=Funding.BOOKING,
                preview=None,
                requested_by="process",
                lines=tuple(LineBack(one.code, one.of, one.minor) for one in self._price.lines()),
                time_zone=HOUSE.time_zone,
            ),
            RefundApproved(
                booking_id=booking,
                host_id=self._hotel.host_id,
                amount=total,
                debt=Money(0, total.currency),
                remitted=False,
                worth=None,
                effective_on=local_date(at, HOUSE.time_zone),
                entries=(approved,),
            ),
            RefundSubmitted(idempotency_key=self._ids.fresh()),
            RefundPending(processor_refund=f"re_{refund_id}", pending_reason=None),
            RefundSucceeded(
                payment_id=self._payment_id,
                booking_id=booking,
                amount=total,
                processor_refund=f"re_{refund_id}",
                balance_transaction=None,
                settled=None,
                effective_on=local_date(at, HOUSE.time_zone),
                entries=(postings.refund_succeeded(refund_id, total),),
            ),
        )

    def _together(self, at: Instant, *events: tuple[str, Event]) -> Iterator[Made]:
        command_id = self._ids.fresh()
        for stream_id, event in events:
            yield Made(at, stream_id, self._booking_id, command_id, event)

    def _check_in_at(self) -> Instant:
        return HOUSE.check_in_at(self._stay)

    def _earned_at(self) -> Instant:
        return HOUSE.earned_at(self._stay)


def history(events: int, seed: int = 1) -> Iterator[Made]:
    """The first so many events of a hotel's history, in order of time."""
    random = Random(seed)
    return islice(_in_order_of_time(Hotel(random, Ids(random))), events)


def _in_order_of_time(hotel: Hotel) -> Iterator[Made]:
    yield from hotel.opens()
    ahead: list[tuple[Instant, int, Made]] = []
    tie = count()
    pause = timedelta(days=STAY_AND_GAP_DAYS) / UNITS
    booked_at = datetime.combine(BEGINS_ON, time(8), UTC)
    for number in count():
        while ahead and ahead[0][0] <= booked_at:
            yield heappop(ahead)[2]
        for made in Life(hotel, number, booked_at).events():
            heappush(ahead, (made.at, next(tie), made))
        booked_at += pause


COPY_IN = (
    "COPY ledger.events (position, stream_id, version, case_id, command_id, occurred_at, "
    "recorded_at, schema, topic, envelope, state) FROM STDIN"
)
LINES_TOGETHER = 5_000


def write_history(owner_url: str, events: int, *, origin: str = "import", seed: int = 1) -> int:
    """Copy a history into an empty ledger, as the owner of its table; answers the last position."""
    return write_events(owner_url, history(events, seed), origin=origin)


def write_events(owner_url: str, made: Iterable[Made], *, origin: str = "import") -> int:
    """Copy events into an empty ledger, as the owner of its table; answers the last position."""
    lines = _lines(made, origin)
    with psycopg.connect(owner_url) as connection:
        with connection.cursor().copy(COPY_IN) as copy:
            for part in _parts(lines, LINES_TOGETHER):
                copy.write("".join(part))
        connection.execute("ANALYZE ledger.events")
        found = connection.execute("SELECT max(position) FROM ledger.events").fetchone()
    assert found is not None, "an aggregate without groups gives one row"
    return int(found[0])


def _lines(events: Iterable[Made], origin: str) -> Iterator[str]:
    codec = default_codec()
    sealed = {role: codec.encode_envelope(_envelope(role, origin)).hex() for role in "GHPTX"}
    versions: defaultdict[str, int] = defaultdict(int)
    for position, made in enumerate(events, start=1):
        versions[made.stream_id] += 1
        yield (
            f"{position}\t{made.stream_id}\t{versions[made.stream_id]}\t{made.case_id}\t"
            f"{made.command_id}\t{made.at}\t{made.at}\t{made.event.schema}\t{made.event.topic}\t"
            f"\\\\x{sealed[ACTED.get(type(made.event), 'X')]}\t"
            f"\\\\x{codec.encode(made.event).hex()}\n"
        )


def _envelope(role: str, origin: str) -> Envelope:
    return Envelope(actor=Actor(role, "5f2c1f6e-5d0a-4c1b-a653-2b8f3c7d9e10"), origin=origin)


def _parts(lines: Iterator[str], size: int) -> Iterator[list[str]]:
    part: list[str] = []
    for line in lines:
        part.append(line)
        if len(part) == size:
            yield part
            part = []
    yield part
