"""Any walk through the lives of some bookings, all aggregates together: the books always hold.

After every step each entry balances, each account stands on its side, and a night belongs to one
booking; and when all has come to its end, nothing is left on any sub-ledger (INV-L1, L3, L6, L7,
L11, B1).
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger import processes
from ledger.aggregates.booking import BOOKING, Booking
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.booking.falling_away import NO_SHOW_FROM
from ledger.aggregates.payment import PAYMENT
from ledger.aggregates.payout import PAYOUT
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import REFUND
from ledger.aggregates.refund import Status as Returning
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.processes import PROCESS, TIMER, payment_of, payout_of, refund_of
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, UnitId
from ledger.values.journal import CHART, Account, Side
from ledger.values.policy import Ending
from ledger.values.stay import Stay
from tests.facts import (
    GUEST,
    HOST,
    PROCESSOR,
    RUI,
    a_fee_plan,
    a_policy,
    a_price,
    an_id,
    to_book,
    to_open_calendar,
)
from tests.ledger.world import World

UNITS = [UnitId(an_id(f"unit {number}")) for number in (1, 2)]
PRICES = ["0.00 EUR", "0.01 EUR", "0.33 EUR", "87.35 EUR", "120.00 EUR"]
FEE_PLANS = [(0, 0), (0, 1_500), (1_400, 300), (0, 10_000), (10_000, 0)]
RETAINED_BP = [0, 1, 3_333, 5_000, 10_000]
TERMS = st.tuples(st.sampled_from(PRICES), st.sampled_from(FEE_PLANS), st.sampled_from(RETAINED_BP))
AT_THE_PROCESSOR = {Account.STRIPE_PENDING, Account.STRIPE_AVAILABLE}
ENDED = {
    Stands.EXPIRED,
    Stands.ABANDONED,
    Stands.COMPLETED,
    Stands.CANCELLED_BY_GUEST,
    Stands.NO_SHOW,
}
KEEPS_NIGHTS = {Stands.PENDING_PAYMENT, Stands.CONFIRMED, Stands.IN_STAY, Stands.COMPLETED}

# -- The steps of a life ----------------------------------------------------------------

Step = Callable[[Draft, BookingId], None]


def pay(draft: Draft, booking_id: BookingId) -> None:
    processes.pay(draft, PROCESSOR, booking_id, "ch")


def funds_arrive(draft: Draft, booking_id: BookingId) -> None:
    processes.funds_arrive(draft, PROCESSOR, booking_id)


def abandon(draft: Draft, booking_id: BookingId) -> None:
    processes.abandon(draft, GUEST, booking_id)


def host_starts(draft: Draft, booking_id: BookingId) -> None:
    processes.start_stay(draft, HOST, booking_id)


def clock_starts(draft: Draft, booking_id: BookingId) -> None:
    processes.start_stay(draft, TIMER, booking_id)


def host_completes(draft: Draft, booking_id: BookingId) -> None:
    processes.complete_stay(draft, HOST, booking_id)


def clock_completes(draft: Draft, booking_id: BookingId) -> None:
    processes.complete_stay(draft, TIMER, booking_id)


def cancel(draft: Draft, booking_id: BookingId) -> None:
    booking = draft.state(BOOKING, booking_id)
    if booking is None:
        raise NotFound(booking_id=booking_id)
    shown = booking.settled(Ending.BY_GUEST, draft.now)
    processes.cancel_by_guest(draft, GUEST, booking_id, shown.digest)


def report_no_show(draft: Draft, booking_id: BookingId) -> None:
    processes.report_no_show(draft, HOST, booking_id)


def refund_settles(draft: Draft, booking_id: BookingId) -> None:
    processes.refund_settles(draft, PROCESSOR, booking_id, "re")


def pay_out(draft: Draft, booking_id: BookingId) -> None:
    processes.pay_out(draft, PROCESSOR, booking_id, "tr")


MONEY: list[Step] = [funds_arrive, processes.earn, processes.mature, pay_out]
LIKELY: dict[Stands, list[Step]] = {
    Stands.PENDING_PAYMENT: [pay, processes.confirm, processes.expire, abandon],
    Stands.CONFIRMED: [cancel, funds_arrive, host_starts, clock_starts, cancel],
    Stands.IN_STAY: [report_no_show, *MONEY, report_no_show, clock_completes],
    Stands.COMPLETED: MONEY,
    Stands.CANCELLED_BY_GUEST: [refund_settles, *MONEY],
    Stands.NO_SHOW: [refund_settles, *MONEY],
    Stands.EXPIRED: [pay],
}
"""What people are likely to try next; whether it is right is for the rules to say."""

ITS_TIME: dict[Step, Callable[[Booking], Instant]] = {
    processes.expire: lambda booking: booking.hold_expires_at,
    clock_starts: lambda booking: booking.house.check_in_at(booking.stay),
    report_no_show: lambda booking: booking.house.check_in_at(booking.stay) + NO_SHOW_FROM,
    processes.earn: lambda booking: booking.earned_at,
    clock_completes: lambda booking: booking.house.check_out_at(booking.stay),
}
"""When a step becomes possible, for those who wait for it."""

ANY: list[Step] = list(
    dict.fromkeys([host_completes, *(step for steps in LIKELY.values() for step in steps)])
)
THE_END: list[Step] = [
    processes.expire,
    funds_arrive,
    clock_starts,
    clock_completes,
    refund_settles,
    processes.earn,
    pay_out,
]
"""What is left to do when time is up; what does not fit is refused."""


class Walk(RuleBasedStateMachine):
    """Guests, hosts, timers and the processor do what they can, in any order."""

    @initialize()
    def open_the_house(self) -> None:
        self.world = World()
        self.born: list[BookingId] = []
        for number, unit_id in enumerate(UNITS, start=1):
            command = to_open_calendar(unit_id=unit_id, number=number)
            self.world.done(partial(Draft.do, actor=PROCESS, command=command))

    def do(self, step: Step, booking_id: BookingId) -> None:
        self.world.execute(lambda draft: step(draft, booking_id), booking_id)

    def booking(self, booking_id: BookingId) -> Booking | None:
        return self.world.state(BOOKING, booking_id)

    def one_of_them(self, number: int) -> BookingId:
        return self.born[number % len(self.born)]

    # -- Steps ----------------------------------------------------------------------------

    @precondition(lambda self: len(self.born) < 5)
    @rule(
        unit_id=st.sampled_from(UNITS),
        ahead=st.integers(0, 4),
        nights=st.integers(1, 4),
        terms=TERMS,
        paid_at_once=st.booleans(),
    )
    def book(
        self,
        unit_id: UnitId,
        ahead: int,
        nights: int,
        terms: tuple[str, tuple[int, int], int],
        paid_at_once: bool,
    ) -> None:
        each, fees, retained_bp = terms
        arrival = self.world.now.date() + timedelta(days=ahead)
        command = to_book(
            booking_id=BookingId(an_id(f"booking {len(self.born)}")),
            unit_id=unit_id,
            stay=Stay(arrival, arrival + timedelta(days=nights)),
            price=a_price(nights, each, arrival.isoformat(), a_fee_plan(*fees)),
            policy=a_policy(retained_bp),
        )

        def ask(draft: Draft, booking_id: BookingId) -> None:
            processes.book(draft, GUEST, command)
            if paid_at_once:
                if command.price.total.minor:
                    pay(draft, booking_id)
                processes.confirm(draft, booking_id)

        self.born.append(command.booking_id)
        self.do(ask, command.booking_id)

    @precondition(lambda self: self.born)
    @rule(number=st.integers(0, 4), choice=st.integers(0, 7), waits=st.booleans())
    def live_on(self, number: int, choice: int, waits: bool) -> None:
        booking_id = self.one_of_them(number)
        booking = self.booking(booking_id)
        if booking is not None:
            likely = LIKELY.get(booking.status, ANY)
            step = likely[choice % len(likely)]
            if waits and step in ITS_TIME:
                self.world.now = max(self.world.now, ITS_TIME[step](booking))
            self.do(step, booking_id)

    @precondition(lambda self: self.born)
    @rule(number=st.integers(0, 4), step=st.sampled_from(ANY))
    def try_anything(self, number: int, step: Step) -> None:
        self.do(step, self.one_of_them(number))

    @precondition(lambda self: self.born)
    @rule(hours=st.sampled_from([1, 6, 24]))
    def time_passes(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    # -- What holds after each of them ----------------------------------------------------

    @invariant()
    def every_account_stands_on_its_side(self) -> None:
        for (name, of, _), minor in self.world.balances.items():
            account = Account(name)
            if account not in AT_THE_PROCESSOR:
                side = CHART[account].side
                assert side is not Side.DEBIT or minor >= 0, (name, of, minor)
                assert side is not Side.CREDIT or minor <= 0, (name, of, minor)

    @invariant()
    def no_more_leaves_the_processor_than_came(self) -> None:
        """A refund may leave before its payment's funds are available, but not before they came."""
        assert sum(map(self.world.balance, AT_THE_PROCESSOR)) >= 0

    @invariant()
    def the_books_sum_to_nothing(self) -> None:
        assert sum(self.world.balances.values()) == 0

    @invariant()
    def nobody_gets_more_than_was_captured(self) -> None:
        for booking_id in self.born:
            payment = self.world.state(PAYMENT, payment_of(booking_id))
            payout = self.world.state(PAYOUT, payout_of(booking_id))
            refund = self.world.state(REFUND, refund_of(booking_id))
            captured = payment.captured.minor if payment else 0
            to_guest = refund.amount.minor if refund else 0
            arrived = payout is not None and payout.status is Payable.TRANSFERRED
            to_host = payout.amount.minor if payout and arrived else 0
            assert to_guest + to_host <= captured

    @invariant()
    def the_nights_that_are_claimed_are_those_of_live_bookings(self) -> None:
        claimed: set[tuple[str, date]] = set()
        for booking_id in self.born:
            booking = self.booking(booking_id)
            if booking and booking.status in KEEPS_NIGHTS:
                claimed |= {(booking.unit_id, night) for night in booking.stay.nights()}
        assert set(self.world.nights) == claimed

    # -- The end of all of them -----------------------------------------------------------

    def teardown(self) -> None:
        """Let every life come to its end: then nothing is owed to anybody (INV-L11)."""
        self.world.now += timedelta(days=30)
        late_money = 0
        for booking_id in self.born:
            for step in THE_END:
                self.do(step, booking_id)
            booking = self.booking(booking_id)
            payment = self.world.state(PAYMENT, payment_of(booking_id))
            assert booking is None or booking.status in ENDED
            self.nothing_is_left_of(booking_id)
            if payment and booking and booking.payment_id is None:
                late_money += payment.captured.minor
        # Money that came for a booking that expired waits, in sight, for `UnappliedReceipt`.
        assert self.world.balance(Account.UNAPPLIED_RECEIPTS) == -late_money
        assert self.world.balance(Account.STRIPE_PENDING) == 0

    def nothing_is_left_of(self, booking_id: BookingId) -> None:
        balance = self.world.balance
        assert balance(Account.GUEST_RECEIVABLE, booking_id) == 0
        assert balance(Account.HOST_DEFERRED, booking_id) == 0
        assert balance(Account.REVENUE_DEFERRED, booking_id) == 0
        assert balance(Account.HOST_PAYABLE, f"{RUI}/{booking_id}") == 0
        assert balance(Account.REFUND_PAYABLE, refund_of(booking_id)) == 0
        payout = self.world.state(PAYOUT, payout_of(booking_id))
        refund = self.world.state(REFUND, refund_of(booking_id))
        assert payout is None or payout.status in {Payable.TRANSFERRED, Payable.CANCELLED}
        assert refund is None or refund.status is Returning.SUCCEEDED


Walk.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestAnyWalk = Walk.TestCase
