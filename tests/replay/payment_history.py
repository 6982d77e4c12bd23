"""Payments that did not go straight, as parts of the small history: one booking for each fate.

They go by the real rules, command by command, for what has no plan of its own yet.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from ledger import processes
from ledger.aggregates.booking import BOOKING, Confirm
from ledger.aggregates.decider import Command
from ledger.aggregates.payment import (
    AuthorizePayment,
    CancelPayment,
    CapturePayment,
    ClearDispute,
    CompletePayment,
    FailPayment,
    FinishAction,
    LinkIntent,
    MarkDisputed,
    OpenPayment,
    RecordFunds,
    RecordRefund,
    ReleaseRefund,
    ReportUnknownOutcome,
    RequireAction,
    ReserveRefund,
    RetryPayment,
    ReverseRefund,
    SubmitPayment,
    VoidPayment,
)
from ledger.aggregates.unapplied_receipt import (
    AdoptReceipt,
    DetectReceipt,
    FailReturn,
    RecordReceiptFunds,
    RecordReturn,
    ReturnReceipt,
    ReverseReturn,
    receipt_of,
)
from ledger.aggregates.unit_calendar import ConvertHold
from ledger.draft import Draft
from ledger.events import Actor
from ledger.events.payment import Capture
from ledger.events.unapplied_receipt import Why
from ledger.processes import payment_of, refund_of
from ledger.processes.promises import promise
from ledger.values.ids import BookingId, PaymentId, ReceiptId
from ledger.values.money import Money
from ledger.values.policy import FREE, Ending
from tests.facts import (
    CLARA,
    DINIS,
    DISPUTE,
    GUEST,
    INES,
    LISBON,
    PROCESS,
    PROCESSOR,
    THE_DIGEST,
    TIMER,
    UNIT,
    a_price,
    an_id,
    money,
    to_adopt_payment,
)
from tests.replay.payout_history import take_by_the_bank

if TYPE_CHECKING:
    from tests.replay.small_history import History

DECLINED_ONCE = BookingId(an_id("declined once"))
EXCHANGED = BookingId(an_id("exchanged"))
TOO_LATE_TO_STAY = BookingId(an_id("paid too late to stay"))
CARD_CLOSED = BookingId(an_id("paid too late on a card that is closed"))
ADOPTED_LATE = BookingId(an_id("paid late and adopted"))

ADOPTED_PAYMENT = PaymentId(an_id("the adopted payment of the small history"))
MINUTE = timedelta(minutes=1)
FEE = money("12.52 EUR")


def pay_in_every_way(history: "History") -> None:
    """Let everything happen once that can happen to a payment."""
    decline_once(history, "2025-12-01")
    give_back_twice(history)
    exchange(history, "2025-12-05")
    pay_too_late(history, "2025-12-09")
    adopt_late(history, "2025-12-13")
    pay_too_late_on_a_closed_card(history, "2025-12-16")


def do(history: "History", booking_id: BookingId, *steps: tuple[Actor, Command]) -> None:
    """Give commands, in one commit."""

    def plan(draft: Draft) -> None:
        for actor, command in steps:
            draft.do(actor, command)

    history.do(booking_id, plan)


def to_open(booking_id: BookingId, arrival: str, capture: Capture) -> OpenPayment:
    """Ask for the usual price."""
    return OpenPayment(
        payment_id=payment_of(booking_id),
        booking_id=booking_id,
        guest_id=INES,
        price=a_price(arrival=arrival),
        time_zone=LISBON.time_zone,
        capture=capture,
    )


def open_and_submit(
    history: "History", booking_id: BookingId, arrival: str, capture: Capture = Capture.AUTOMATIC
) -> PaymentId:
    """Ask for a stay, open its payment and hand it over."""
    history.book(history.to_book(booking_id, arrival, FREE))
    payment = payment_of(booking_id)
    do(
        history,
        booking_id,
        (PROCESS, to_open(booking_id, arrival, capture)),
        (PROCESS, LinkIntent(payment_id=payment, intent=f"pi_{booking_id}")),
        (GUEST, SubmitPayment(payment_id=payment, idempotency_key=f"{payment}/1")),
    )
    return payment


def to_complete(
    payment: PaymentId, booking_id: BookingId, settled: Money | None, fee: Money
) -> CompletePayment:
    """The processor has the usual price."""
    return CompletePayment(
        payment_id=payment,
        amount=a_price().total,
        charge=f"ch_{booking_id}",
        intent=f"pi_{booking_id}",
        balance_transaction=f"txn_{booking_id}",
        settled=settled,
        fee=fee,
    )


# -- Fates ------------------------------------------------------------------------------


def decline_once(history: "History", arrival: str) -> None:
    """Declined, tried again, asked back, unanswered for a while, and taken."""
    booking_id = DECLINED_ONCE
    payment = open_and_submit(history, booking_id, arrival)
    do(
        history,
        booking_id,
        (PROCESSOR, FailPayment(payment_id=payment, decline_code="do_not_honor", retryable=True)),
        (GUEST, RetryPayment(payment_id=payment, due=a_price().total, hold_alive=True)),
        (GUEST, SubmitPayment(payment_id=payment, idempotency_key=f"{payment}/2")),
        (PROCESSOR, RequireAction(payment_id=payment)),
        (GUEST, FinishAction(payment_id=payment)),
    )
    history.clock.now += MINUTE
    do(history, booking_id, (TIMER, ReportUnknownOutcome(payment_id=payment)))
    do(
        history,
        booking_id,
        (PROCESSOR, to_complete(payment, booking_id, None, FEE)),
        (PROCESSOR, RecordFunds(payment_id=payment)),
    )
    history.do(booking_id, partial(processes.confirm, booking_id=booking_id))


def give_back_twice(history: "History") -> None:
    """Disputed for a while; then cancelled, given back, come back, and given back again."""
    booking_id, all_of_it = DECLINED_ONCE, a_price().total
    payment, refund = payment_of(booking_id), refund_of(booking_id)
    to_reserve = ReserveRefund(payment_id=payment, refund_id=refund, amount=all_of_it)
    to_record = RecordRefund(payment_id=payment, refund_id=refund, amount=all_of_it)
    do(
        history,
        booking_id,
        (PROCESS, MarkDisputed(payment_id=payment, dispute_id=DISPUTE, amount=all_of_it)),
        (PROCESS, ClearDispute(payment_id=payment, dispute_id=DISPUTE)),
    )
    history.do(booking_id, partial(cancel, booking_id=booking_id))
    do(
        history,
        booking_id,
        (PROCESS, ReleaseRefund(payment_id=payment, refund_id=refund)),
        (PROCESS, to_reserve),
    )
    settle = partial(
        processes.refund_settles,
        processor=PROCESSOR,
        booking_id=booking_id,
        reference="re_2",
        movement="txn_re_2",
    )
    history.do(booking_id, settle)
    do(
        history,
        booking_id,
        (PROCESSOR, ReverseRefund(payment_id=payment, refund_id=refund)),
        (PROCESS, to_reserve),
        (PROCESS, to_record),
    )


def cancel(draft: Draft, booking_id: BookingId) -> None:
    """The guest calls the stay off, and accepts the settlement that is shown."""
    booking = draft.state(BOOKING, booking_id)
    assert booking is not None, "it was booked before it is cancelled"
    shown = booking.settled(Ending.BY_GUEST, draft.now)
    processes.cancel_by_guest(draft, GUEST, booking_id, shown.digest)


def exchange(history: "History", arrival: str) -> None:
    """Held first, captured when the host accepts, and settled in francs; a stay still ahead."""
    booking_id = EXCHANGED
    payment = open_and_submit(history, booking_id, arrival, Capture.MANUAL)
    until = history.clock.now + timedelta(days=7)
    total, key = a_price().total, f"{payment}/capture"
    francs, fee = money("395.15 CHF"), money("12.00 CHF")
    do(
        history,
        booking_id,
        (PROCESSOR, AuthorizePayment(payment_id=payment, amount=total, capture_before=until)),
        (PROCESS, CapturePayment(payment_id=payment, amount=total, idempotency_key=key)),
        (PROCESSOR, to_complete(payment, booking_id, francs, fee)),
        (PROCESSOR, RecordFunds(payment_id=payment)),
    )
    history.do(booking_id, partial(processes.confirm, booking_id=booking_id))


def pay_too_late(history: "History", arrival: str) -> None:
    """Let go of, the nights with it; then the money came all the same, and went back.

    It came back here, and before anybody sent it again the guest's bank took it.
    """
    booking_id, charge = TOO_LATE_TO_STAY, "ch_too_late"
    receipt = return_what_came_late(history, booking_id, charge, arrival)
    total, cost = a_price().total, money("380.00 CHF")
    do(
        history,
        booking_id,
        (PROCESS, ReturnReceipt(receipt_id=receipt, idempotency_key=f"{receipt}/2")),
        (
            PROCESSOR,
            RecordReturn(
                receipt_id=receipt,
                amount=total,
                processor_refund="re_3",
                balance_transaction="txn_re_3",
                settled=cost,
            ),
        ),
        (
            PROCESSOR,
            ReverseReturn(
                receipt_id=receipt,
                amount=total,
                reason="account_closed",
                balance_transaction="txn_re_3_back",
                settled=cost,
            ),
        ),
    )
    take_by_the_bank(history, booking_id, charge, cost)


def return_what_came_late(
    history: "History", booking_id: BookingId, charge: str, arrival: str
) -> ReceiptId:
    """Let go of, the nights with it; then the money came, and could not be given back."""
    payment = open_and_submit(history, booking_id, arrival, Capture.MANUAL)
    receipt = receipt_of(charge)
    total, until = a_price().total, history.clock.now + timedelta(days=7)
    do(
        history,
        booking_id,
        (PROCESSOR, AuthorizePayment(payment_id=payment, amount=total, capture_before=until)),
        (PROCESS, VoidPayment(payment_id=payment, reason="hold_expired")),
    )
    history.clock.now += 15 * MINUTE
    history.do(booking_id, partial(processes.expire, booking_id=booking_id))
    francs, fee = money("395.15 CHF"), money("12.00 CHF")
    do(
        history,
        booking_id,
        (PROCESSOR, to_detect(booking_id, charge, francs, fee)),
        (PROCESSOR, RecordReceiptFunds(receipt_id=receipt)),
        (PROCESS, ReturnReceipt(receipt_id=receipt, idempotency_key=f"{receipt}/1")),
        (PROCESSOR, FailReturn(receipt_id=receipt, reason="insufficient_funds")),
    )
    return receipt


def pay_too_late_on_a_closed_card(history: "History", arrival: str) -> None:
    """Such money of which the guest's bank took a part; our bank gave the rest back."""
    booking_id, charge = CARD_CLOSED, "ch_card_closed"
    receipt = return_what_came_late(history, booking_id, charge, arrival)
    part, francs = money("110.40 EUR"), money("108.00 CHF")
    take_by_the_bank(history, booking_id, charge, francs, part)
    paid = processes.PaidByBank("SEPA 2025-12-16 0017", THE_DIGEST, money("290.00 CHF"))
    history.do(
        booking_id,
        lambda draft: processes.return_by_bank(draft, CLARA, receipt, "card_closed"),
    )
    history.do(booking_id, lambda draft: processes.bank_has_returned(draft, DINIS, receipt, paid))


def adopt_late(history: "History", arrival: str) -> None:
    """Given up by the guest in one window and paid in another; the nights were still held."""
    booking_id, charge = ADOPTED_LATE, "ch_adopted"
    payment, receipt = open_and_submit(history, booking_id, arrival), receipt_of(charge)
    given_up = CancelPayment(payment_id=payment, reason="abandoned", confirmed_by_processor=True)
    total = a_price().total
    do(
        history,
        booking_id,
        (GUEST, given_up),
        (PROCESSOR, to_detect(booking_id, charge, None, FEE)),
    )
    do(
        history,
        booking_id,
        (PROCESS, AdoptReceipt(receipt_id=receipt, payment_id=ADOPTED_PAYMENT, due=total)),
        (
            PROCESS,
            to_adopt_payment(
                payment_id=ADOPTED_PAYMENT,
                booking_id=booking_id,
                price=a_price(arrival=arrival),
                receipt_id=receipt,
                charge=charge,
            ),
        ),
        (PROCESS, ConvertHold(unit_id=UNIT, booking_id=booking_id)),
        (PROCESS, Confirm(booking_id=booking_id, payment_id=ADOPTED_PAYMENT, paid=total)),
        (PROCESSOR, RecordFunds(payment_id=ADOPTED_PAYMENT)),
    )
    history.do(booking_id, partial(promise, booking_id=booking_id))


def to_detect(
    booking_id: BookingId, charge: str, settled: Money | None, fee: Money
) -> DetectReceipt:
    """Money of the usual price that came without a place."""
    return DetectReceipt(
        receipt_id=receipt_of(charge),
        booking_id=booking_id,
        payment_id=payment_of(booking_id),
        amount=a_price().total,
        charge=charge,
        balance_transaction=f"txn_{charge}",
        why=Why.LATE_SUCCESS,
        time_zone=LISBON.time_zone,
        settled=settled,
        fee=fee,
    )
