"""A small history with one booking for each fate, made by the real ledger in a real store.

It lies well in the past, so that no clock finds it strange.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import starmap

import pytest

from ledger import processes
from ledger.aggregates.bank_payout import Status as AtTheBank
from ledger.aggregates.bank_payout import bank_payout_of
from ledger.aggregates.booking import BOOKING, Book
from ledger.aggregates.calendar_feed import NoteFailure, NoteReading, RemoveFeed
from ledger.aggregates.coupon import CloseCoupon, RestoreCoupon
from ledger.aggregates.decider import Command
from ledger.aggregates.host_debt import (
    ApproveWriteOff,
    ProposeWriteOff,
    RejectWriteOff,
    debt_of,
)
from ledger.aggregates.own_transfer import ReturnOwnTransfer, own_transfer_of
from ledger.aggregates.provider import (
    Reason,
    ReinstateProvider,
    RetireBankAccount,
    ReviewBankAccount,
    Standing,
    SuspendProvider,
    VouchForProvider,
)
from ledger.aggregates.tariff import tariff_of
from ledger.aggregates.unit_calendar import (
    BlockNights,
    ChangeHours,
    Deactivate,
    ExtendHold,
    FeedItemGone,
    ImportFeedItem,
    MoveReservation,
    Reacquire,
    ReleaseReservation,
    ReopenCalendar,
    ReopenNights,
    UnblockNights,
    block_of,
)
from ledger.application import Ledger
from ledger.draft import Draft, Plan, Request
from ledger.errors import NightsAreTaken
from ledger.events import Actor, Envelope, Event
from ledger.events.coupon import RestoreReason
from ledger.events.own_transfer import Way
from ledger.store import Commit, EventStore, Expected, NewEvent, Night, Receipt
from ledger.values.clock import Instant, StandingClock, instant
from ledger.values.ids import BlockId, BookingId, CommandId, StreamId, UnitId, fresh_id
from ledger.values.policy import FREE, Ending, Policy
from ledger.values.texts import Written
from tests.facts import (
    BANK_ACCOUNT,
    COUPON,
    FEED,
    FINANCE,
    GUEST,
    HALF,
    HOST,
    ITEM,
    LATE_IN_LISBON,
    LISBON,
    MARTA,
    OPERATOR,
    OWN_PAYOUT,
    PAUL,
    PROCESS,
    PROCESSOR,
    PROPERTY,
    RUI,
    TIMER,
    UNIT,
    a_policy,
    a_price,
    a_stay,
    an_id,
    money,
    to_attest,
    to_book,
    to_issue_coupon,
    to_open_calendar,
    to_record_account,
    to_record_bank_payout,
    to_record_own_transfer,
    to_redeem,
    to_register,
    to_register_feed,
    to_set_levies,
    to_set_rates,
)
from tests.replay.booking_history import NETTED, book_in_every_way
from tests.replay.community_history import (
    CALLED_OFF_AT,
    end_reviews,
    review_alone,
    review_each_other,
    talk_in_every_way,
)
from tests.replay.damage_history import damage_in_every_way, say_nothing_about_damage
from tests.replay.file_history import send_files
from tests.replay.payment_history import pay_in_every_way
from tests.replay.payout_history import dispute_and_pay_out_in_every_way
from tests.replay.refund_history import refund_in_every_way
from tests.replay.supply_history import renew_never, supply
from tests.replay.tax_history import TAXED, remit_taxes, sell_what_is_taxed

JUNE_FIRST = instant("2025-06-01T11:00:00Z")
DAY = timedelta(days=1)

STAYED = BookingId(an_id("stayed"))
CANCELLED = BookingId(an_id("cancelled"))
HALF_KEPT = BookingId(an_id("half kept"))
ALL_KEPT = BookingId(an_id("all kept"))
NO_SHOW = BookingId(an_id("no show"))
EXPIRED = BookingId(an_id("expired"))
ABANDONED = BookingId(an_id("abandoned"))
FOR_NOTHING = BookingId(an_id("for nothing"))
AHEAD = BookingId(an_id("ahead"))
TOO_LATE = BookingId(an_id("too late for the nights"))

LATE_MONEY = BookingId(an_id("late money"))
PAINTING = BlockId(an_id("painting"))
GARDEN = BlockId(an_id("the garden is done"))
SOLD_ELSEWHERE = "sold elsewhere"
SOLD_TWICE = "sold here and elsewhere"
SOLD_TWICE_FOR_A_WHILE = "sold here and elsewhere for a while"
STILL_ELSEWHERE = "still sold elsewhere"
ATTIC = UnitId(an_id("the attic"))

ALL = a_policy(retained_bp=10_000)


@dataclass
class History:
    """A ledger, and the clock that it goes by."""

    store: EventStore
    clock: StandingClock = field(default_factory=lambda: StandingClock(JUNE_FIRST))

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.store, self.clock)

    # -- By the rules -----------------------------------------------------------------------

    def do(self, case_id: str, *plans: Plan, at: Instant | None = None) -> Receipt:
        """Carry out plans in one commit, at a time or now."""
        self.clock.now = at or self.clock.now

        def plan(draft: Draft) -> None:
            for one in plans:
                one(draft)

        command_id = CommandId(fresh_id())
        request = Request(command_id=command_id, case_id=case_id, content=command_id.encode())
        return self.ledger.execute(request, plan)

    def open(self) -> None:
        """Vouch for the house and open the nights of its one room."""
        attest, calendar = to_attest(), to_open_calendar()
        self.do(attest.attestation_id, lambda draft: draft.do(OPERATOR, attest))
        self.do(UNIT, lambda draft: draft.do(HOST, calendar))

    def take(self, case_id: str, *steps: tuple[Actor, Command]) -> None:
        """Carry out commands that stand for themselves, each in a commit of its own."""
        for actor, command in steps:
            self.do(case_id, partial(Draft.do, actor=actor, command=command))

    def book(self, command: Book) -> None:
        """Ask for a stay."""
        self.do(command.booking_id, partial(processes.book, guest=GUEST, command=command))

    def sell(self, command: Book) -> None:
        """Ask for a stay, pay, and confirm."""
        booking_id = command.booking_id
        steps: list[Plan] = [partial(processes.book, guest=GUEST, command=command)]
        if command.price.total.minor:
            pay = partial(
                processes.pay,
                processor=PROCESSOR,
                booking_id=booking_id,
                charge=f"ch_{booking_id}",
                movement=f"txn_{booking_id}",
            )
            funds = partial(processes.funds_arrive, processor=PROCESSOR, booking_id=booking_id)
            steps += [pay, funds]
        self.do(booking_id, *steps, partial(processes.confirm, booking_id=booking_id))

    def live(self, booking_id: BookingId, arrival: Instant, *, paid: bool = True) -> None:
        """Come, be earned, be paid out, leave."""
        self.do(booking_id, partial(_start, booking_id=booking_id), at=arrival)
        if paid:
            self.do(booking_id, partial(_earn, booking_id=booking_id), at=arrival + DAY)
        self.do(booking_id, partial(_complete, booking_id=booking_id), at=arrival + 3 * DAY)

    def cancel(self, booking_id: BookingId, policy: Policy, at: Instant) -> None:
        """Call a stay off, and settle what is to be settled."""
        cancel = partial(_cancel, booking_id=booking_id)
        self.do(booking_id, cancel, *_settling(booking_id, policy), at=at)

    def to_book(
        self, booking_id: BookingId, arrival: str, policy: Policy = FREE, each: str = "120.00 EUR"
    ) -> Book:
        """Ask now for three nights in the one room."""
        return to_book(
            booking_id=booking_id,
            stay=a_stay(arrival),
            price=a_price(arrival=arrival, each=each),
            policy=policy,
            hold_expires_at=self.clock.now + timedelta(minutes=15),
        )

    def change_nights(self, case_id: str, actor: Actor, *commands: Command) -> None:
        """Change what a calendar says, each command in the same case."""
        for command in commands:
            self.do(case_id, partial(_give, actor=actor, command=command))

    def feed(self, uid: str, arrival: str) -> None:
        """Take in that a feed has three nights as sold elsewhere."""
        item = ImportFeedItem(
            unit_id=UNIT, feed_id=FEED, uid=uid, stay=a_stay(arrival), revision="1"
        )
        self.change_nights(block_of(FEED, uid), PROCESS, item)

    def gone(self, uid: str) -> None:
        """Take in that the feed has an item no longer."""
        block_id = block_of(FEED, uid)
        gone = FeedItemGone(unit_id=UNIT, feed_id=FEED, block_id=block_id, good_fetches=2)
        self.change_nights(block_id, PROCESS, gone)

    def says(self, owner_id: str, words: str) -> Written:
        """What somebody says, in the vault."""
        return self.store.keep_text(CommandId(fresh_id()), owner_id, words)

    # -- Past the rules ---------------------------------------------------------------------

    def plant(
        self,
        case_id: str,
        *events: tuple[str, Event],
        by: Actor | None = None,
        causation: str | None = None,
        taken: tuple[Night, ...] = (),
        freed: tuple[Night, ...] = (),
        at: Instant | None = None,
    ) -> Receipt:
        """Record events that no decider was asked about."""
        envelope = Envelope(actor=by or PROCESS, causation=causation)
        streams = {StreamId(stream_id) for stream_id, _ in events}
        before = {key: len(found) for key, found in self.store.read_many(streams).items()}
        versions = dict(before)
        recorded = []
        for stream_id, event in events:
            key = StreamId(stream_id)
            versions[key] += 1
            recorded.append(NewEvent(key, versions[key], event, envelope))
        return self.store.append(
            Commit(
                command_id=CommandId(fresh_id()),
                case_id=case_id,
                content=bytes(32),
                occurred_at=at or self.clock.now,
                events=tuple(recorded),
                expected=tuple(starmap(Expected, before.items())),
                taken=taken,
                freed=freed,
            )
        )


def _give(draft: Draft, actor: Actor, command: Command) -> None:
    draft.do(actor, command)


def _start(draft: Draft, booking_id: BookingId) -> None:
    processes.start_stay(draft, TIMER, booking_id)


def _earn(draft: Draft, booking_id: BookingId) -> None:
    processes.earn(draft, booking_id)
    processes.pay_out(draft, PROCESSOR, booking_id, f"tr_{booking_id}")


def _complete(draft: Draft, booking_id: BookingId) -> None:
    processes.complete_stay(draft, TIMER, booking_id)


def _cancel(draft: Draft, booking_id: BookingId) -> None:
    booking = draft.state(BOOKING, booking_id)
    assert booking is not None, "it was booked before it is cancelled"
    shown = booking.settled(Ending.BY_GUEST, draft.now)
    processes.cancel_by_guest(draft, GUEST, booking_id, shown.digest)


def _settling(booking_id: BookingId, policy: Policy) -> Iterator[Plan]:
    if policy.retained_bp < 10_000:
        yield partial(
            processes.refund_settles,
            processor=PROCESSOR,
            booking_id=booking_id,
            reference=f"re_{booking_id}",
            movement=f"txn_re_{booking_id}",
        )
    if policy.retained_bp:
        yield partial(
            processes.pay_out,
            processor=PROCESSOR,
            booking_id=booking_id,
            transfer=f"tr_{booking_id}",
        )


# -- One booking for each fate --------------------------------------------------------------


def live_through(history: History) -> None:
    """Let everything happen once that can happen to a booking, and leave one stay ahead."""
    history.open()
    supply(history)
    sell_some(history)
    sell_what_is_taxed(history)
    history.book(history.to_book(EXPIRED, "2025-07-20", FREE))
    history.book(history.to_book(ABANDONED, "2025-07-23", FREE))
    with pytest.raises(NightsAreTaken):
        history.book(history.to_book(TOO_LATE, "2025-07-02", FREE))
    extend = ExtendHold(unit_id=UNIT, booking_id=ABANDONED, in_flight=True)
    history.clock.pass_by(timedelta(minutes=5))
    history.change_nights(ABANDONED, PROCESS, extend)
    history.do(ABANDONED, partial(processes.abandon, guest=GUEST, booking_id=ABANDONED))
    expire = partial(processes.expire, booking_id=EXPIRED)
    history.do(EXPIRED, expire, at=JUNE_FIRST + timedelta(minutes=15))
    called_off = ((CANCELLED, FREE), (HALF_KEPT, HALF), (ALL_KEPT, ALL), (TAXED, HALF))
    for days, (booking_id, policy) in enumerate(called_off):
        history.cancel(booking_id, policy, at=CALLED_OFF_AT + days * DAY)
    change_the_calendar(history)
    dispute_and_pay_out_in_every_way(history)
    send_files(history)
    history.live(STAYED, instant("2025-07-02T14:00:00Z"))
    review_each_other(history, STAYED)
    say_nothing_about_damage(history, STAYED)
    wait_in_vain(history)
    history.live(FOR_NOTHING, instant("2025-07-17T14:00:00Z"), paid=False)
    review_alone(history, FOR_NOTHING)
    pay_in_every_way(history)
    refund_in_every_way(history)
    book_in_every_way(history)
    for part in (price, remit_taxes, host, pay_out_to_banks, move_own_money, owe):
        part(history)
    damage_in_every_way(history)
    renew_never(history)
    talk_in_every_way(history, STAYED)
    end_reviews(history, written=FOR_NOTHING, silent=NETTED, called_off=CANCELLED)


def sell_some(history: History) -> None:
    """Seven stays are sold, most of them in July."""
    history.sell(history.to_book(STAYED, "2025-07-02", HALF))
    history.sell(history.to_book(CANCELLED, "2025-07-05", FREE))
    history.sell(history.to_book(HALF_KEPT, "2025-07-08", HALF))
    history.sell(history.to_book(ALL_KEPT, "2025-07-11", ALL))
    history.sell(history.to_book(NO_SHOW, "2025-07-14", FREE))
    history.sell(history.to_book(FOR_NOTHING, "2025-07-17", FREE, each="0.00 EUR"))
    history.sell(history.to_book(AHEAD, "2025-09-01", HALF))


def wait_in_vain(history: History) -> None:
    """Nobody comes."""
    history.do(NO_SHOW, partial(_start, booking_id=NO_SHOW), at=instant("2025-07-14T14:00:00Z"))
    no_show = partial(processes.report_no_show, host=HOST, booking_id=NO_SHOW)
    evening = instant("2025-07-14T20:00:00Z")
    history.do(NO_SHOW, no_show, *_settling(NO_SHOW, FREE), at=evening)


def price(history: History) -> None:
    """Say what the house costs, and let one coupon be used, given back and closed."""
    history.take(tariff_of(PROPERTY), (HOST, to_set_rates()), (OPERATOR, to_set_levies()))
    coupon = to_issue_coupon(valid_from=JUNE_FIRST)
    back = RestoreCoupon(
        coupon_id=COUPON, booking_id=AHEAD, reason=RestoreReason.CANCELLED_BY_PLATFORM
    )
    history.take(
        COUPON,
        (FINANCE, coupon),
        (PROCESS, to_redeem(booking_id=AHEAD, quoted_at=history.clock.now)),
        (PROCESS, back),
        (OPERATOR, CloseCoupon(coupon_id=COUPON, reason="used up")),
    )


def change_the_calendar(history: History) -> None:
    """Let everything happen once that can happen to nights beside a booking's usual life."""
    away = MoveReservation(unit_id=UNIT, booking_id=AHEAD, stay=a_stay("2025-09-03"))
    back = MoveReservation(unit_id=UNIT, booking_id=AHEAD, stay=a_stay("2025-09-01"))
    history.change_nights(AHEAD, PROCESS, away, back)

    paint = BlockNights(unit_id=UNIT, block_id=PAINTING, stay=a_stay("2025-10-01"))
    stop = UnblockNights(unit_id=UNIT, block_id=PAINTING)
    history.change_nights(PAINTING, HOST, paint, stop)
    garden = BlockNights(unit_id=UNIT, block_id=GARDEN, stay=a_stay("2025-10-11"))
    history.change_nights(GARDEN, HOST, garden)

    again = Reacquire(unit_id=UNIT, booking_id=LATE_MONEY, stay=a_stay("2025-10-21"))
    cancel = ReleaseReservation(unit_id=UNIT, booking_id=LATE_MONEY, cancelled_by_host=True)
    history.change_nights(LATE_MONEY, PROCESS, again, cancel)
    reopen = ReopenNights(unit_id=UNIT, block_id=BlockId(LATE_MONEY), reason="host_was_right")
    history.change_nights(LATE_MONEY, OPERATOR, reopen)

    history.feed(SOLD_ELSEWHERE, "2025-11-01")
    history.gone(SOLD_ELSEWHERE)
    history.feed(SOLD_TWICE, "2025-09-01")
    history.feed(SOLD_TWICE_FOR_A_WHILE, "2025-09-01")
    history.gone(SOLD_TWICE_FOR_A_WHILE)
    read_the_feed(history)
    history.feed(STILL_ELSEWHERE, "2025-10-13")

    attic = to_open_calendar(unit_id=ATTIC, number=2)
    let_again = ReopenCalendar(unit_id=ATTIC)
    history.change_nights(ATTIC, HOST, attic, Deactivate(unit_id=ATTIC), let_again)
    later = ChangeHours(unit_id=ATTIC, house=LATE_IN_LISBON)
    history.change_nights(ATTIC, PROCESS, later, Deactivate(unit_id=ATTIC))


def read_the_feed(history: History) -> None:
    """Let everything happen once that can happen to a feed."""
    elsewhere = history.says(RUI, "https://elsewhere.example/calendar.ics?key=4f7c1f0e")
    history.change_nights(FEED, HOST, to_register_feed(elsewhere))
    missed = NoteReading(feed_id=FEED, missing=(ITEM,))
    failed = NoteFailure(feed_id=FEED, reason="FEED_UNREADABLE", failures=3)
    history.change_nights(FEED, PROCESS, missed, failed, NoteReading(feed_id=FEED, missing=()))
    history.change_nights(FEED, HOST, RemoveFeed(feed_id=FEED))


def host(history: History) -> None:
    """Let everything happen to a provider, and to the account that they are paid to."""
    account = partial(to_record_account, standing=Standing.ENABLED, bank_account=BANK_ACCOUNT)
    day = history.clock.now
    steps: tuple[tuple[Actor, Command], ...] = (
        (HOST, to_register()),
        (
            OPERATOR,
            VouchForProvider(
                host_id=RUI, reason="verified before", source="a file", under_review=False
            ),
        ),
        (PROCESSOR, to_record_account(seen_at=day - DAY)),
        (PROCESSOR, account(seen_at=day)),
        (PROCESSOR, account(seen_at=day + DAY)),
        (
            FINANCE,
            ReviewBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT, reason="host_called_back"),
        ),
        (PROCESS, RetireBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT)),
        (OPERATOR, SuspendProvider(host_id=RUI, reason=Reason.SAFETY)),
        (OPERATOR, ReinstateProvider(host_id=RUI, cleared_by="case 17", operator=MARTA)),
    )
    history.take(RUI, *steps)


def pay_out_to_banks(history: History) -> None:
    """Let one bank payout come back from the bank, and cancel one."""
    for name, *standings in (
        ("po_1", AtTheBank.IN_TRANSIT, AtTheBank.PAID, AtTheBank.FAILED),
        ("po_2", AtTheBank.PENDING, AtTheBank.CANCELED),
    ):
        said = partial(to_record_bank_payout, processor_payout=name)
        facts = [(PROCESSOR, said(standing=standing)) for standing in standings]
        history.take(bank_payout_of(name), *facts)


def move_own_money(history: History) -> None:
    """Fill the balance from the bank; pay some out, which the bank gives back."""
    filled = to_record_own_transfer(
        processor_object="tu_1", way=Way.FROM_THE_BANK, balance_transaction="txn_tu_1"
    )
    back = ReturnOwnTransfer(
        processor_object=OWN_PAYOUT, reason="account_closed", balance_transaction="txn_own_back"
    )
    history.take(own_transfer_of("tu_1"), (PROCESSOR, filled))
    history.take(
        own_transfer_of(OWN_PAYOUT), (PROCESSOR, to_record_own_transfer()), (PROCESSOR, back)
    )


def owe(history: History) -> None:
    """Give up a part of what a host owes."""
    rest = money("4.90 EUR")
    to_propose = ProposeWriteOff(host_id=RUI, amount=rest, reason="insolvent", proposer=MARTA)
    history.take(
        debt_of(RUI),
        (FINANCE, to_propose),
        (FINANCE, RejectWriteOff(host_id=RUI, amount=rest, reviewer=PAUL)),
        (FINANCE, to_propose),
        (
            FINANCE,
            ApproveWriteOff(host_id=RUI, amount=rest, approver=PAUL, time_zone=LISBON.time_zone),
        ),
    )


@contextmanager
def a_history(url: str) -> Iterator[History]:
    """A database's ledger, with everything in it that happens here."""
    store = EventStore(url)
    try:
        history = History(store)
        live_through(history)
        yield history
    finally:
        store.close()


@contextmanager
def going_on(url: str, now: Instant) -> Iterator[History]:
    """A history that is there already, from now on."""
    store = EventStore(url)
    try:
        yield History(store, StandingClock(now))
    finally:
        store.close()
