"""What can happen to a claim for damage: guests have left, and each has broken something."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from ledger import processes
from ledger.aggregates.damage_claim import LeaveUnpaid
from ledger.aggregates.payment import CancelPayment, CloseIntent, CompletePayment, SubmitPayment
from ledger.draft import Draft
from ledger.processes import damage_claim_of, damage_payment_of
from ledger.processes.damages import charge_damage
from ledger.values.ids import BookingId
from tests.facts import GUEST, HOST, PROCESS, PROCESSOR, SUPPORT, TIMER, money
from tests.replay.booking_history import CURTAILED, NETTED
from tests.replay.payment_history import do

if TYPE_CHECKING:
    from tests.replay.small_history import History

CLAIMED = money("90.00 EUR")


def damage_in_every_way(history: "History") -> None:
    """One guest pays at last, and one is to pay less than was claimed."""
    agree_and_pay_at_last(history, NETTED)
    contest(history, CURTAILED)


def claim(history: "History", booking_id: BookingId) -> None:
    """The host claims 90 euros."""
    opened = partial(
        processes.open_claim, host=HOST, booking_id=booking_id, amount=CLAIMED, reason="broken"
    )
    history.do(booking_id, opened)


def agree_and_pay_at_last(history: "History", booking_id: BookingId) -> None:
    """Claimed, taken back and claimed again; agreed to, not paid, asked for again, and paid."""
    claim(history, booking_id)
    history.do(booking_id, partial(processes.withdraw_claim, host=HOST, booking_id=booking_id))
    claim(history, booking_id)
    history.do(booking_id, lambda draft: _agree(draft, booking_id))
    first, second = (damage_payment_of(booking_id, number) for number in (1, 2))
    unpaid = LeaveUnpaid(claim_id=damage_claim_of(booking_id), reason="not paid in time")
    given_up = CancelPayment(payment_id=first, reason="not paid in time")
    do(history, booking_id, (PROCESS, unpaid), (TIMER, given_up))
    do(history, booking_id, (PROCESSOR, CloseIntent(payment_id=first)))
    history.do(booking_id, lambda draft: _ask_again(draft, booking_id))
    submitted = SubmitPayment(payment_id=second, idempotency_key=f"{second}/1")
    do(history, booking_id, (GUEST, submitted))
    paid = CompletePayment(
        payment_id=second,
        amount=CLAIMED,
        charge="ch_damage",
        balance_transaction="txn_damage",
    )

    def pay(draft: Draft) -> None:
        draft.do(PROCESSOR, paid)
        charge_damage(draft, booking_id, second)

    history.do(booking_id, pay)


def contest(history: "History", booking_id: BookingId) -> None:
    """The guest does not agree, and support finds a part of it theirs."""
    claim(history, booking_id)
    no = partial(
        processes.contest_claim, guest=GUEST, booking_id=booking_id, reason="was_there_before"
    )
    history.do(booking_id, no)
    history.do(booking_id, lambda draft: _decide(draft, booking_id))


def say_nothing_about_damage(history: "History", booking_id: BookingId) -> None:
    """The guest does not answer, and support finds nothing."""
    claim(history, booking_id)
    history.clock.pass_by(timedelta(days=7))
    history.do(booking_id, partial(processes.escalate_claim, booking_id=booking_id))
    nothing = partial(
        processes.dismiss_claim, staff=SUPPORT, booking_id=booking_id, reason="not_shown"
    )
    history.do(booking_id, nothing)


def _agree(draft: Draft, booking_id: BookingId) -> None:
    processes.agree_to_claim(draft, GUEST, booking_id)


def _ask_again(draft: Draft, booking_id: BookingId) -> None:
    processes.ask_for_damage_again(draft, SUPPORT, booking_id)


def _decide(draft: Draft, booking_id: BookingId) -> None:
    processes.decide_claim(draft, SUPPORT, booking_id, money("40.00 EUR"), "partly_shown")
