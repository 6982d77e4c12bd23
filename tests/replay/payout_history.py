"""Payouts that did not go straight, and disputes: parts of the small history, one booking each.

They go by the real rules, command by command, for what has no plan of its own yet.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from ledger import processes
from ledger.aggregates.decider import Command
from ledger.aggregates.dispute import (
    AcceptDispute,
    ChargeFee,
    CloseDispute,
    EscalateDispute,
    FailEvidence,
    LoseDispute,
    PreventDispute,
    RecordEvidence,
    ReinstateFunds,
    ReopenDispute,
    SubmitEvidence,
    WinDispute,
)
from ledger.aggregates.host_debt import Cause, CollectDebt, RaiseDebt
from ledger.aggregates.payout import (
    FailReversal,
    FailTransfer,
    HoldPayout,
    LiftPayoutHold,
    MaturePayout,
    OrderReversal,
    RecordReversal,
    RecordTransfer,
    ReleasePayout,
    ReportUnknownTransfer,
    RetryPayout,
)
from ledger.draft import Draft
from ledger.events import Actor
from ledger.events.dispute import Stage
from ledger.gateways.stripe.disputes import DisputeFact, DisputeStatus
from ledger.gateways.stripe.disputes import Stage as ToldStage
from ledger.gateways.stripe.movements import Kind, Movement
from ledger.processes import payment_of, payout_of
from ledger.values.clearance import Hold
from ledger.values.clock import Instant, instant
from ledger.values.ids import BookingId, DisputeId
from ledger.values.money import Money
from ledger.values.policy import FREE, Ending
from tests.facts import (
    FINANCE,
    GUEST,
    MARTA,
    PAUL,
    PROCESS,
    PROCESSOR,
    RUI,
    SUPPORT,
    THE_DIGEST,
    TIMER,
    a_price,
    a_stake,
    an_id,
    cleared,
    money,
    to_open_dispute,
    to_withdraw,
)

if TYPE_CHECKING:
    from tests.replay.small_history import History

FIRST_ARRIVAL = instant("2025-06-14T14:00:00Z")
DAY = timedelta(days=1)

SENT_AGAIN = BookingId(an_id("sent again"))
LOST = BookingId(an_id("lost after it was paid out"))
OVERTAKEN = BookingId(an_id("overtaken by the bank"))
WON = BookingId(an_id("won"))
THE_LOST = DisputeId(an_id("the dispute that was lost"))
THE_WON = DisputeId(an_id("the dispute that was won"))
THE_CLOSED = DisputeId(an_id("the inquiry that was closed"))
THE_PREVENTED = DisputeId(an_id("the inquiry that was prevented"))

HOST_PART = a_price().shares.host
TOTAL = a_price().total
FEE = money("20.00 EUR")
NOTHING = money("0.00 EUR")

Said = tuple[Actor, Command]


def dispute_and_pay_out_in_every_way(history: "History") -> None:
    """Let everything happen once that can happen to a payout, and to a dispute."""
    arrivals = {
        booking_id: FIRST_ARRIVAL + 4 * number * DAY
        for number, booking_id in enumerate((SENT_AGAIN, LOST, WON, OVERTAKEN))
    }
    for booking_id, arrival in arrivals.items():
        history.sell(history.to_book(booking_id, arrival.date().isoformat(), FREE))
    send_again(history, arrivals[SENT_AGAIN])
    lose(history, arrivals[LOST])
    win(history, arrivals[WON])
    overtake(history)


def say(history: "History", booking_id: BookingId, *said: Said) -> None:
    """Carry out commands that stand for themselves, each in a commit of its own."""
    for actor, command in said:
        history.do(booking_id, partial(Draft.do, actor=actor, command=command))


def at_once(history: "History", booking_id: BookingId, *said: Said) -> None:
    """Carry out commands that belong together, in one commit."""
    history.do(booking_id, *(partial(Draft.do, actor=who, command=what) for who, what in said))


def earn(history: "History", booking_id: BookingId, arrival: Instant) -> None:
    """Come, and be earned."""
    start = partial(processes.start_stay, actor=TIMER, booking_id=booking_id)
    history.do(booking_id, start, at=arrival)
    history.do(booking_id, partial(processes.earn, booking_id=booking_id), at=arrival + DAY)


def leave(history: "History", booking_id: BookingId, arrival: Instant) -> None:
    """Leave when it is time."""
    complete = partial(processes.complete_stay, actor=TIMER, booking_id=booking_id)
    history.do(booking_id, complete, at=arrival + 3 * DAY)


def send_again(history: "History", arrival: Instant) -> None:
    """Hold a payout for two reasons, release it, hear nothing, then of a failure; send it again."""
    payout = payout_of(SENT_AGAIN)
    earn(history, SENT_AGAIN, arrival)
    lift = partial(LiftPayoutHold, payout_id=payout, still_stands=False)
    say(
        history,
        SENT_AGAIN,
        (FINANCE, HoldPayout(payout_id=payout, reason=Hold.MANUAL)),
        (PROCESS, HoldPayout(payout_id=payout, reason=Hold.KYC)),
        (PROCESS, lift(reason=Hold.KYC)),
        (FINANCE, lift(reason=Hold.MANUAL, reviewer=MARTA)),
        (PROCESS, ReleasePayout(payout_id=payout, clearance=cleared())),
        (TIMER, ReportUnknownTransfer(payout_id=payout)),
        (PROCESSOR, FailTransfer(payout_id=payout, reason="account_closed")),
        (FINANCE, RetryPayout(payout_id=payout, clearance=cleared())),
        (PROCESSOR, RecordTransfer(payout_id=payout, amount=HOST_PART, transfer="tr_2")),
    )
    leave(history, SENT_AGAIN, arrival)


def lose(history: "History", arrival: Instant) -> None:
    """Give a chargeback up when the host is paid already, and take the transfer back for it."""
    payout = payout_of(LOST)
    history.live(LOST, arrival)
    due_by = history.clock.now + 7 * DAY
    ordered = OrderReversal(payout_id=payout, amount=HOST_PART, cause=THE_LOST)
    short = FailReversal(
        payout_id=payout,
        reason="balance_insufficient",
        idempotency_key=f"{payout}/reversal/1",
    )
    came = RecordReversal(
        payout_id=payout,
        amount=HOST_PART,
        reversal="trr_1",
        idempotency_key=f"{payout}/reversal/2",
        debt=HOST_PART,
    )
    owes = RaiseDebt(
        host_id=RUI,
        amount=HOST_PART,
        cause=Cause.DISPUTE_LOST,
        booking_id=LOST,
        caused_by=THE_LOST,
    )
    accepted = AcceptDispute(dispute_id=THE_LOST, proposer=MARTA, approver=PAUL)
    say(
        history,
        LOST,
        (PROCESSOR, opened(THE_LOST, LOST, due_by, Stage.INQUIRY)),
        (PROCESSOR, EscalateDispute(dispute_id=THE_LOST, due_by=due_by)),
        (PROCESSOR, to_withdraw(dispute_id=THE_LOST, payable=NOTHING)),
        (FINANCE, accepted),
    )
    lost = LoseDispute(dispute_id=THE_LOST, stake=a_stake())
    at_once(history, LOST, (PROCESSOR, lost), (PROCESS, owes))
    say(history, LOST, (PROCESS, ordered), (PROCESSOR, short), (PROCESS, ordered))
    collect = CollectDebt(host_id=RUI, amount=HOST_PART, reversal="trr_1")
    at_once(history, LOST, (PROCESSOR, came), (PROCESS, collect))


def overtake(history: "History") -> None:
    """Call a stay off whose refund the guest's bank overtakes: what they have is owed no more."""
    history.do(OVERTAKEN, call_off)
    take_by_the_bank(history, OVERTAKEN, f"ch_{OVERTAKEN}", TOTAL)


def take_by_the_bank(
    history: "History", booking_id: BookingId, charge: str, taken: Money, of: Money = TOTAL
) -> None:
    """Let the guest's bank take a charge of the usual price, or a part `of` it.

    `taken` is what it took of us.
    """
    now = history.clock.now
    nothing = Money(0, taken.currency)
    movement = Movement(
        movement_id=f"txn_dp_{charge}",
        kind=Kind.DISPUTE,
        stripe_type="adjustment",
        amount=-taken,
        fee=nothing,
        net=-taken,
        source=f"dp_{charge}",
        created_at=now,
        available_on=now,
        available=True,
        exchange_rate=None,
    )
    fact = DisputeFact(
        dispute=f"dp_{charge}",
        charge=charge,
        intent=None,
        stage=ToldStage.CHARGEBACK,
        status=DisputeStatus.LOST,
        amount=of,
        reason="fraudulent",
        due_by=now + 7 * DAY,
        past_due=False,
        answers=0,
        charge_refundable=False,
        movements=(movement,),
        created_at=now,
    )
    history.do(
        booking_id,
        lambda draft: none(
            processes.take_in_dispute(draft, booking_id, payment_of(booking_id), fact)
        ),
    )


def call_off(draft: Draft) -> None:
    """The guest calls the stay off, as it is shown."""
    booking = processes.booking_in(draft, OVERTAKEN)
    shown = booking.settled(Ending.BY_GUEST, draft.now)
    processes.cancel_by_guest(draft, GUEST, OVERTAKEN, shown.digest)


def none(_answer: object) -> None:
    """A plan answers nothing."""


def win(history: "History", arrival: Instant) -> None:
    """Win a chargeback, and once more when reopened; then pay the host. Two inquiries end well."""
    payout = payout_of(WON)
    earn(history, WON, arrival)
    due_by = history.clock.now + 7 * DAY
    back = ReinstateFunds(
        dispute_id=THE_WON, amount=TOTAL, fee=NOTHING, balance_transactions=("txn_4",)
    )
    say(
        history,
        WON,
        (PROCESSOR, opened(THE_WON, WON, due_by)),
        (PROCESSOR, to_withdraw(dispute_id=THE_WON, balance_transactions=("txn_3",))),
        (SUPPORT, SubmitEvidence(dispute_id=THE_WON, digest=THE_DIGEST)),
        (PROCESSOR, FailEvidence(dispute_id=THE_WON, reason="too long")),
        (SUPPORT, SubmitEvidence(dispute_id=THE_WON, digest=THE_DIGEST)),
        (PROCESSOR, RecordEvidence(dispute_id=THE_WON, answers=1)),
        (PROCESSOR, ChargeFee(dispute_id=THE_WON, fee=FEE, balance_transactions=("txn_5",))),
        (PROCESSOR, WinDispute(dispute_id=THE_WON)),
        (PROCESSOR, back),
        (PROCESSOR, ReopenDispute(dispute_id=THE_WON, due_by=due_by)),
        (SUPPORT, SubmitEvidence(dispute_id=THE_WON, digest=THE_DIGEST)),
        (PROCESSOR, WinDispute(dispute_id=THE_WON)),
        (PROCESSOR, opened(THE_CLOSED, WON, due_by, Stage.INQUIRY)),
        (PROCESSOR, CloseDispute(dispute_id=THE_CLOSED)),
        (PROCESSOR, opened(THE_PREVENTED, WON, due_by, Stage.INQUIRY)),
        (PROCESSOR, PreventDispute(dispute_id=THE_PREVENTED)),
        (TIMER, MaturePayout(payout_id=payout)),
        (PROCESS, ReleasePayout(payout_id=payout, clearance=cleared())),
        (PROCESSOR, RecordTransfer(payout_id=payout, amount=HOST_PART, transfer="tr_3")),
    )
    leave(history, WON, arrival)


def opened(
    dispute_id: DisputeId,
    booking_id: BookingId,
    due_by: Instant,
    stage: Stage = Stage.CHARGEBACK,
) -> Command:
    """The bank of a guest takes all of it back, or asks first."""
    return to_open_dispute(
        dispute_id=dispute_id,
        stage=stage,
        payment_id=payment_of(booking_id),
        booking_id=booking_id,
        due_by=due_by,
        processor_dispute=f"dp_{dispute_id}",
    )
