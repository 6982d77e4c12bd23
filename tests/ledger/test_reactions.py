"""Reactions: each kind of timer does its one thing, once, and gives way to what came before it."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.alteration import AcceptAlteration, SettleAlteration
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.property import ApproveProperty
from ledger.draft import Draft
from ledger.errors import Refused
from ledger.gateways.stripe.movements import Kind, Movement
from ledger.gateways.stripe.payments import PaymentFact, Succeeded
from ledger.reactions import WHEN_DUE, DueTimer, fire
from ledger.store import EventStore
from ledger.values.clock import instant
from ledger.values.ids import BookingId, PropertyId
from ledger.values.money import Money
from ledger.values.policy import FREE
from ledger.values.timers import TimerKind
from ledger.values.verification import Subject
from projections.timers import TIMERS
from replay.timers import due
from tests.conftest import Database
from tests.facts import (
    GOOD_UNTIL,
    GUEST,
    HOST,
    LISBON,
    PASSPORT,
    PROCESS,
    VERIFICATION_OF_HOUSE,
    VERIFIER,
    a_price,
    a_stay,
    an_id,
    to_accept,
    to_announce,
    to_list,
    to_open_payment,
    to_propose,
    to_record_scan,
    to_report,
    to_state,
)
from tests.projections.story import asking, drive_to_end
from tests.replay.small_history import History
from tests.replay.supply_history import ANA, approve, claim, register, submit

STAY = BookingId(an_id("stay"))
OF_RENEWAL = (
    TimerKind.ASK_FOR_RENEWAL,
    TimerKind.REMIND_OF_RENEWAL,
    TimerKind.MISS_RENEWAL,
)
FAR_AHEAD = instant("2035-01-01T00:00:00Z")


@pytest.fixture
def history(database: Database) -> Iterator[History]:
    """A house with one room, and its nights open."""
    history = History(EventStore(database.url))
    history.open()
    yield history
    history.store.close()


def test_every_kind_of_timer_asks_for_something() -> None:
    assert set(WHEN_DUE) == set(TimerKind)


def next_timer(history: History, database: Database) -> DueTimer:
    """The timer that comes next; it is its time now."""
    drive_to_end(database.url, TIMERS)
    with asking(database.url) as db:
        timer = due(db, FAR_AHEAD)[0]
    history.clock.now = max(history.clock.now, timer.fires_at)
    return timer


def take_in(history: History, amount: Money) -> None:
    """Ask for the money, and hear from the processor that it is there, to be used in two days."""
    ask = partial(processes.ask_for_payment, booking_id=STAY)
    history.do(STAY, lambda draft: none(ask(draft)))
    booked = Movement(
        movement_id="txn_1",
        kind=Kind.PAYMENT,
        stripe_type="charge",
        amount=amount,
        fee=Money(30, "EUR"),
        net=amount - Money(30, "EUR"),
        source="ch_1",
        created_at=history.clock.now,
        available_on=history.clock.now + timedelta(days=2),
        available=False,
        exchange_rate=None,
    )
    fact = PaymentFact(
        intent="pi_1",
        payment_id=processes.payment_of(STAY),
        booking_id=STAY,
        amount=amount,
        status=Succeeded(amount=amount, charge="ch_1", movement=booked),
        created_at=history.clock.now,
        live=False,
    )
    history.do(STAY, lambda draft: none(processes.take_in(draft, fact)))


def propose_a_night_more(history: History) -> None:
    """The guest would stay a night longer, for as much as each of the others costs."""
    wish = to_propose(
        alteration_id=processes.alteration_of(STAY),
        booking_id=STAY,
        stay=a_stay("2025-07-02", 4),
        price=a_price(4, arrival="2025-07-02"),
        ends_at=LISBON.check_out_at(a_stay("2025-07-02")),
    )
    history.do(STAY, lambda draft: draft.do(GUEST, wish))


def agree_to_it(history: History) -> None:
    """The host agrees, and the guest is asked for the difference."""
    altering, payment_id = processes.alteration_of(STAY), processes.alteration_payment_of(STAY, 1)
    price = a_price(4, arrival="2025-07-02")
    asked = to_open_payment(
        payment_id=payment_id,
        booking_id=STAY,
        price=price,
        for_alteration=1,
        due=price.total - a_price().total,
    )

    def plan(draft: Draft) -> None:
        draft.do(HOST, AcceptAlteration(alteration_id=altering, number=1, by="H"))
        draft.do(PROCESS, SettleAlteration(alteration_id=altering, payment_id=payment_id))
        draft.do(PROCESS, asked)

    history.do(STAY, plan)


def leave_and_owe(history: History, database: Database, *, agreed: bool) -> None:
    """The guest has left, and the host claims damage of them; perhaps they agree."""
    stands = history.ledger.state(BOOKING, STAY)
    while stands is not None and stands.status is not Stands.COMPLETED:
        fire(history.ledger, next_timer(history, database))
        stands = history.ledger.state(BOOKING, STAY)
    broken = partial(
        processes.open_claim,
        host=HOST,
        booking_id=STAY,
        amount=Money(9_000, "EUR"),
        reason="broken",
    )
    history.do(STAY, broken)
    if agreed:
        history.do(STAY, lambda draft: none(processes.agree_to_claim(draft, GUEST, STAY)))


def have_a_passport_accepted(history: History) -> None:
    """A host has sent their passport, and a verifier found it good until its last day."""
    read = partial(Draft.do, actor=PROCESS, command=to_record_scan())
    accept = partial(Draft.do, actor=VERIFIER, command=to_accept())
    history.take(PASSPORT, (HOST, to_announce()), (HOST, to_report()))
    history.do(PASSPORT, read, accept)


def be_looked_at(history: History, *, approved: bool) -> None:
    """Ana asks to host, and a reviewer has taken it on; perhaps they have found everything so."""
    register(history, ANA)
    submit(history, ANA)
    if approved:
        approve(history, ANA, Subject.PROVIDER)
    else:
        claim(history, ANA)


def be_found_so(history: History) -> None:
    """A reviewer has found a house to be as it is stated, by papers that run out."""
    house = PropertyId(an_id("a house of Ana"))
    approve_it = ApproveProperty(
        property_id=house, verification_id=VERIFICATION_OF_HOUSE, valid_until=GOOD_UNTIL
    )
    history.take(
        house,
        (HOST, to_list(property_id=house)),
        (HOST, replace(to_state(), property_id=house)),
        (PROCESS, approve_it),
    )


def go_on_until_it_is_set(history: History, database: Database, kind: TimerKind) -> None:
    """Do what such a timer is set by, if a booking alone does not set one."""
    if kind in (TimerKind.EXPIRE_ALTERATION, TimerKind.GIVE_UP_ALTERATION):
        propose_a_night_more(history)
    if kind is TimerKind.GIVE_UP_ALTERATION:
        agree_to_it(history)
    if kind in (TimerKind.ESCALATE_DAMAGE_CLAIM, TimerKind.GIVE_UP_DAMAGE):
        leave_and_owe(history, database, agreed=kind is TimerKind.GIVE_UP_DAMAGE)
    if kind is TimerKind.EXPIRE_DOCUMENT:
        have_a_passport_accepted(history)
    if kind is TimerKind.TIME_OUT_REVIEW or kind in OF_RENEWAL:
        be_looked_at(history, approved=kind is not TimerKind.TIME_OUT_REVIEW)
    if kind is TimerKind.ASK_FOR_PAPERS:
        be_found_so(history)


def none(_answer: object) -> None:
    """A plan answers nothing."""


@pytest.mark.parametrize("kind", TimerKind)
def test_t6_a_timer_of_each_kind_fires_once_however_often_it_is_fired(
    history: History, database: Database, kind: TimerKind
) -> None:
    wish = history.to_book(STAY, "2025-07-02")
    if kind in (TimerKind.EXPIRE_HOLD, TimerKind.RECORD_RECEIPT_FUNDS):
        history.book(wish)
    elif kind is TimerKind.RECORD_FUNDS:
        history.book(wish)
        take_in(history, wish.price.total)
    else:
        history.sell(wish)
    if kind is TimerKind.RECORD_RECEIPT_FUNDS:
        take_in(history, wish.price.total + Money(1, "EUR"))
    go_on_until_it_is_set(history, database, kind)
    timer = next_timer(history, database)
    while timer.kind is not kind:
        fire(history.ledger, timer)
        timer = next_timer(history, database)

    first = fire(history.ledger, timer)
    head = history.store.head()
    again = fire(history.ledger, timer)

    assert first.position == again.position == head
    drive_to_end(database.url, TIMERS)
    with asking(database.url) as db:
        left = {(one.kind, one.fires_at) for one in due(db, FAR_AHEAD)}
    assert (kind, timer.fires_at) not in left


@pytest.mark.parametrize("kind", [TimerKind.EXPIRE_HOLD, TimerKind.START_STAY])
def test_a_timer_whose_booking_has_moved_on_is_refused_and_stays_so(
    history: History, database: Database, kind: TimerKind
) -> None:
    if kind is TimerKind.EXPIRE_HOLD:
        history.book(history.to_book(STAY, "2025-07-02"))
        timer = next_timer(history, database)
        history.do(STAY, partial(processes.abandon, guest=GUEST, booking_id=STAY))
    else:
        history.sell(history.to_book(STAY, "2025-07-02"))
        timer = next_timer(history, database)
        history.cancel(STAY, FREE, at=instant("2025-06-10T09:00:00Z"))
    assert timer.kind is kind
    head = history.store.head()

    with pytest.raises(Refused) as refused:
        fire(history.ledger, timer)
    with pytest.raises(Refused) as again:
        fire(history.ledger, timer)

    assert refused.value.code == again.value.code
    assert history.store.head() == head
