"""Bookings that did not go straight, as parts of the small history: one for each fate.

They go by the real plans where there is one, and command by command for the rest.
"""

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from ledger import processes
from ledger.aggregates.alteration import (
    AcceptAlteration,
    CompleteAlteration,
    DeclineAlteration,
    ExpireAlteration,
    FailAlteration,
    ProposeAlteration,
    SettleAlteration,
    WithdrawAlteration,
)
from ledger.aggregates.booking import (
    BOOKING,
    ApplyAlteration,
    Curtail,
    ReverseNoShow,
)
from ledger.aggregates.host_debt import NetDebt
from ledger.aggregates.payment import (
    AskToCancel,
    AuthorizePayment,
    CancelPayment,
    CloseIntent,
    CompletePayment,
    OpenPayment,
    RequireAction,
    SubmitPayment,
)
from ledger.aggregates.payout import RecalculatePayout, ReleasePayout
from ledger.aggregates.unit_calendar import MoveReservation
from ledger.draft import Draft
from ledger.events.payment import Capture
from ledger.processes import alteration_of, payment_of, payout_of
from ledger.values.clock import Instant, instant
from ledger.values.guests import Party
from ledger.values.ids import BookingId, PaymentId
from ledger.values.policy import FREE, Ending
from tests.facts import (
    GUEST,
    HALF,
    HOST,
    INES,
    LISBON,
    PROCESS,
    PROCESSOR,
    RUI,
    SUPPORT,
    TIMER,
    UNIT,
    a_price,
    a_stay,
    an_id,
    cleared,
    money,
)
from tests.replay.payment_history import do, open_and_submit

if TYPE_CHECKING:
    from tests.replay.small_history import History

DECLINED = BookingId(an_id("declined by the host"))
WITHDRAWN = BookingId(an_id("withdrawn by the guest"))
NOT_CAPTURED = BookingId(an_id("accepted and not captured"))
GIVEN_UP = BookingId(an_id("given up at the bank's page"))
CALLED_OFF = BookingId(an_id("called off by the host"))
CURTAILED = BookingId(an_id("left early"))
NETTED = BookingId(an_id("netted"))
CAME_AFTER_ALL = BookingId(an_id("came after all"))
ALTERED = BookingId(an_id("altered"))
A_DAY = timedelta(days=1)


def book_in_every_way(history: "History") -> None:
    """Let everything happen once that can happen to a booking beside its usual life."""
    decide(history)
    give_up(history, "2026-01-04")
    call_off(history, "2025-11-20")
    propose_in_vain(history, "2025-11-10")
    pay_the_difference(history)
    alter(history)
    net(history, "2025-07-25")
    leave_early(history, "2025-07-28")
    come_after_all(history, "2025-07-30")


def decide(history: "History") -> None:
    """One host declines, one guest withdraws, and one acceptance finds no money."""
    for booking_id, arrival in (
        (DECLINED, "2025-12-20"),
        (WITHDRAWN, "2025-12-24"),
        (NOT_CAPTURED, "2025-12-28"),
    ):
        payment = open_and_submit(history, booking_id, arrival, Capture.MANUAL)
        until = history.clock.now + 7 * A_DAY
        held = AuthorizePayment(payment_id=payment, amount=a_price().total, capture_before=until)
        do(history, booking_id, (PROCESSOR, held))
        history.do(booking_id, partial(processes.ask_the_host, booking_id=booking_id))
    leaks = partial(processes.decline, host=HOST, booking_id=DECLINED, reason="the roof leaks")
    history.do(DECLINED, leaks)
    history.do(WITHDRAWN, partial(processes.withdraw, guest=GUEST, booking_id=WITHDRAWN))
    history.do(NOT_CAPTURED, partial(processes.accept, host=HOST, booking_id=NOT_CAPTURED))
    failed = partial(
        processes.capture_declined, payment_id=payment_of(NOT_CAPTURED), reason="lost card"
    )
    history.do(NOT_CAPTURED, failed)


def give_up(history: "History", arrival: str) -> None:
    """The guest never answers the bank; the processor is asked to give it up, and does."""
    payment = open_and_submit(history, GIVEN_UP, arrival)
    do(history, GIVEN_UP, (PROCESSOR, RequireAction(payment_id=payment)))
    do(history, GIVEN_UP, (TIMER, AskToCancel(payment_id=payment, reason="not paid in time")))
    given_up = CancelPayment(payment_id=payment, reason="abandoned", confirmed_by_processor=True)
    do(
        history,
        GIVEN_UP,
        (PROCESS, given_up),
        (PROCESSOR, CloseIntent(payment_id=payment)),
    )
    abandon = partial(processes.expire, booking_id=GIVEN_UP)
    history.do(GIVEN_UP, abandon, at=history.clock.now + timedelta(minutes=15))


def call_off(history: "History", arrival: str) -> None:
    """The host calls a stay off months ahead, and owes a tenth of it."""
    history.sell(history.to_book(CALLED_OFF, arrival, HALF))
    cancel = partial(
        processes.cancel_by_host,
        host=HOST,
        booking_id=CALLED_OFF,
        reason="the roof leaks",
        accepted_penalty=money(PENALTY),
    )
    back = partial(
        processes.refund_settles,
        processor=PROCESSOR,
        booking_id=CALLED_OFF,
        reference="re_off",
        movement="txn_re_off",
    )
    history.do(CALLED_OFF, cancel, back)


PENALTY = "36.00 EUR"


def net(history: "History", arrival: str) -> None:
    """What a cheap stay brings its host pays a part of the penalty, and nothing is transferred."""
    history.sell(history.to_book(NETTED, arrival, FREE, each="10.00 EUR"))
    begins = instant(f"{arrival}T14:00:00Z")
    start = partial(processes.start_stay, actor=TIMER, booking_id=NETTED)
    history.do(NETTED, start, at=begins)
    earn = partial(processes.earn, booking_id=NETTED)
    history.do(NETTED, earn, partial(processes.mature, booking_id=NETTED), at=begins + A_DAY)
    payout, brings = payout_of(NETTED), money("29.10 EUR")
    known = cleared("29.10 EUR", debt=money(PENALTY))
    do(
        history,
        NETTED,
        (PROCESS, ReleasePayout(payout_id=payout, clearance=known)),
        (
            PROCESS,
            NetDebt(
                host_id=RUI,
                booking_id=NETTED,
                payout_id=payout,
                amount=brings,
                in_all=brings,
                time_zone=LISBON.time_zone,
            ),
        ),
    )
    leave = partial(processes.complete_stay, actor=HOST, booking_id=NETTED)
    history.do(NETTED, leave)


def leave_early(history: "History", arrival: str) -> None:
    """A guest leaves after two of three nights, and the half of the last one goes back."""
    history.sell(history.to_book(CURTAILED, arrival, HALF))
    start = partial(processes.start_stay, actor=TIMER, booking_id=CURTAILED)
    history.do(CURTAILED, start, at=instant(f"{arrival}T14:00:00Z"))
    history.do(CURTAILED, _leave_early)


def _leave_early(draft: Draft) -> None:
    booking = draft.state(BOOKING, CURTAILED)
    assert booking is not None
    check_out: date = booking.stay.check_out - A_DAY
    shown = booking.curtailed(check_out, Ending.BY_GUEST, draft.now)
    leave = Curtail(booking_id=CURTAILED, check_out=check_out, accepted=shown.digest)
    processes.curtail(draft, GUEST, leave)
    processes.refund_settles(draft, PROCESSOR, CURTAILED, "re_early", "txn_re_early")
    processes.pay_out(draft, PROCESSOR, CURTAILED, "tr_early")


def come_after_all(history: "History", arrival: str) -> None:
    """A no-show that kept everything is taken back: the guest did come."""
    history.sell(history.to_book(CAME_AFTER_ALL, arrival, KEEPS_ALL))
    start = partial(processes.start_stay, actor=TIMER, booking_id=CAME_AFTER_ALL)
    history.do(CAME_AFTER_ALL, start, at=instant(f"{arrival}T14:00:00Z"))
    no_show = partial(processes.report_no_show, host=HOST, booking_id=CAME_AFTER_ALL)
    history.do(CAME_AFTER_ALL, no_show, at=instant(f"{arrival}T20:00:00Z"))
    pay = partial(
        processes.pay_out, processor=PROCESSOR, booking_id=CAME_AFTER_ALL, transfer="tr_all"
    )
    history.do(CAME_AFTER_ALL, pay)
    reverse = ReverseNoShow(booking_id=CAME_AFTER_ALL, evidence="evidence/key-box-log")
    do(history, CAME_AFTER_ALL, (SUPPORT, reverse))
    leave = partial(processes.complete_stay, actor=HOST, booking_id=CAME_AFTER_ALL)
    history.do(CAME_AFTER_ALL, leave)


KEEPS_ALL = HALF.__class__("all", 1, 10_000)


def to_propose(arrival: str, ends_at: Instant | None = None) -> ProposeAlteration:
    """Propose to stay a night longer."""
    return ProposeAlteration(
        alteration_id=alteration_of(ALTERED),
        booking_id=ALTERED,
        proposed_by="G",
        unit_id=UNIT,
        stay=a_stay(arrival, nights=4),
        party=Party(adults=2, children=1),
        price=a_price(nights=4, arrival=arrival),
        total=a_price().total,
        ends_at=ends_at or LISBON.check_out_at(a_stay(arrival)),
    )


def propose_in_vain(history: "History", arrival: str) -> None:
    """A night longer is declined, withdrawn, not answered, and not paid for."""
    history.sell(history.to_book(ALTERED, arrival, FREE))
    to_ask, stream = to_propose(arrival), alteration_of(ALTERED)
    no = DeclineAlteration(alteration_id=stream, by="H", reason="booked")
    do(history, ALTERED, (GUEST, to_ask), (HOST, no))
    back = WithdrawAlteration(alteration_id=stream, by="G")
    do(history, ALTERED, (GUEST, to_ask), (GUEST, back))
    soon = history.clock.now + timedelta(hours=1)
    do(history, ALTERED, (GUEST, to_propose(arrival, ends_at=soon)))
    history.clock.now = soon
    do(history, ALTERED, (TIMER, ExpireAlteration(alteration_id=stream)))
    yes = AcceptAlteration(alteration_id=stream, number=4, by="H")
    not_paid = FailAlteration(alteration_id=stream, reason="not paid")
    do(history, ALTERED, (GUEST, to_ask), (HOST, yes), (PROCESS, not_paid))
    yes = AcceptAlteration(alteration_id=stream, number=5, by="H")
    do(history, ALTERED, (GUEST, to_ask), (HOST, yes))


THE_NIGHT_MORE = PaymentId(an_id("the night more"))


def pay_the_difference(history: "History") -> None:
    """The guest pays for one night more."""
    stream, payment = alteration_of(ALTERED), THE_NIGHT_MORE
    longer = a_price(nights=4, arrival="2025-11-10")
    difference = longer.total - a_price().total
    do(
        history,
        ALTERED,
        (PROCESS, SettleAlteration(alteration_id=stream, payment_id=payment)),
        (
            PROCESS,
            OpenPayment(
                payment_id=payment,
                booking_id=ALTERED,
                guest_id=INES,
                price=longer,
                time_zone=LISBON.time_zone,
                for_alteration=5,
                due=difference,
            ),
        ),
        (GUEST, SubmitPayment(payment_id=payment, idempotency_key=f"{payment}/1")),
        (
            PROCESSOR,
            CompletePayment(
                payment_id=payment,
                amount=difference,
                charge="ch_more",
                balance_transaction="txn_more",
            ),
        ),
    )


def alter(history: "History") -> None:
    """The stay is longer, and the host is promised more."""
    longer, stream = to_propose("2025-11-10"), alteration_of(ALTERED)
    do(
        history,
        ALTERED,
        (PROCESS, MoveReservation(unit_id=UNIT, booking_id=ALTERED, stay=longer.stay)),
        (
            PROCESS,
            ApplyAlteration(
                booking_id=ALTERED,
                revision=1,
                unit_id=UNIT,
                stay=longer.stay,
                party=longer.party,
                price=longer.price,
                payment_id=THE_NIGHT_MORE,
                paid=a_price(nights=1, arrival="2025-11-13").total,
            ),
        ),
        (
            PROCESS,
            RecalculatePayout(
                payout_id=payout_of(ALTERED),
                amount=longer.price.shares.host,
                release_at=LISBON.earned_at(longer.stay),
            ),
        ),
        (PROCESS, CompleteAlteration(alteration_id=stream, revision=1)),
    )
