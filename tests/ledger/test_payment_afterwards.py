"""A payment that is here: what of it goes back, is set aside to go back, or is taken by a bank."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.aggregates.payment import PAYMENT as RULES
from ledger.aggregates.payment import (
    ClearDispute,
    MarkDisputed,
    Payment,
    PaymentCommand,
    RecordFunds,
    RecordRefund,
    ReleaseRefund,
    ReserveRefund,
    ReverseRefund,
)
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    PaymentNotCompleted,
    RefundExceedsCapture,
    Refused,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.events.payment import Capture
from ledger.values.ids import DisputeId, RefundId
from ledger.values.money import Money
from tests.facts import (
    DISPUTE,
    GUEST,
    NOW,
    PAYMENT,
    PROCESS,
    PROCESSOR,
    REFUND,
    a_payment,
    a_refund_recorded,
    a_refund_reversed,
    action_required,
    an_id,
    authorized,
    cancelled_payment,
    card_declined,
    disputed,
    money,
    paid,
    processing,
    reservation_released,
    reserved,
    undisputed,
)
from tests.given import given

ANOTHER = RefundId(an_id("another refund"))
PAID = (a_payment(), processing(), paid())
ALL_OF_IT = "410.40 EUR"


def to_reserve(amount: str = "180.00 EUR", refund_id: RefundId = REFUND) -> ReserveRefund:
    return ReserveRefund(payment_id=PAYMENT, refund_id=refund_id, amount=money(amount))


def to_release(refund_id: RefundId = REFUND) -> ReleaseRefund:
    return ReleaseRefund(payment_id=PAYMENT, refund_id=refund_id)


def to_record_refund(amount: str = "180.00 EUR", refund_id: RefundId = REFUND) -> RecordRefund:
    return RecordRefund(payment_id=PAYMENT, refund_id=refund_id, amount=money(amount))


def to_reverse(refund_id: RefundId = REFUND) -> ReverseRefund:
    return ReverseRefund(payment_id=PAYMENT, refund_id=refund_id)


def to_dispute(amount: str = ALL_OF_IT) -> MarkDisputed:
    return MarkDisputed(payment_id=PAYMENT, dispute_id=DISPUTE, amount=money(amount))


def to_clear() -> ClearDispute:
    return ClearDispute(payment_id=PAYMENT, dispute_id=DISPUTE)


# -- PM16, PM17: set aside --------------------------------------------------------------


def test_an_approved_refund_sets_aside_what_it_will_give_back() -> None:
    outcome = given(*PAID).when(PROCESS, to_reserve()).then(reserved())

    assert outcome.state.refundable == money("230.40 EUR")
    assert outcome.state.status == "completed"


def test_of_two_refunds_that_do_not_both_fit_the_second_is_refused() -> None:
    """R1: each is valid alone."""
    given(*PAID).when(PROCESS, to_reserve("230.41 EUR", ANOTHER)).then(
        reserved("230.41 EUR", ANOTHER)
    )
    given(*PAID, reserved()).when(PROCESS, to_reserve("230.41 EUR", ANOTHER)).refused(
        RefundExceedsCapture, amount="230.41 EUR", refundable="230.40 EUR"
    )
    given(*PAID, reserved()).when(PROCESS, to_reserve("230.40 EUR", ANOTHER)).then(
        reserved("230.40 EUR", ANOTHER)
    )


def test_more_than_was_captured_is_never_set_aside() -> None:
    """R1."""
    given(*PAID).when(PROCESS, to_reserve("410.41 EUR")).refused(
        RefundExceedsCapture, refundable=ALL_OF_IT
    )


def test_a_second_refund_that_brings_the_sum_above_is_refused() -> None:
    """R1: the first one has reached the guest already."""
    given(*PAID, a_refund_recorded()).when(PROCESS, to_reserve("230.41 EUR", ANOTHER)).refused(
        RefundExceedsCapture
    )


@pytest.mark.parametrize("amount", ["0.00 EUR", "-1.00 EUR"])
def test_nothing_is_not_set_aside(amount: str) -> None:
    given(*PAID).when(PROCESS, to_reserve(amount)).refused(AmountsDiffer)


def test_another_currency_is_not_set_aside() -> None:
    given(*PAID).when(PROCESS, to_reserve("1.00 USD")).refused(CurrenciesDiffer)


NOT_COMPLETED: dict[str, tuple[Event, ...]] = {
    "pending": (a_payment(),),
    "processing": (a_payment(), processing()),
    "requires_action": (a_payment(), processing(), action_required()),
    "authorized": (a_payment(capture=Capture.MANUAL), processing(), authorized()),
    "failed": (a_payment(), processing(), card_declined()),
    "cancelled": (a_payment(), cancelled_payment()),
    "refunded": (*PAID, a_refund_recorded(ALL_OF_IT, ALL_OF_IT)),
}


@pytest.mark.parametrize("status", NOT_COMPLETED)
def test_what_is_not_completed_is_not_refunded(status: str) -> None:
    """R2."""
    before = given(*NOT_COMPLETED[status])

    before.when(PROCESS, to_reserve("0.01 EUR", ANOTHER)).refused(
        PaymentNotCompleted, payment=status
    )
    before.when(PROCESS, to_record_refund("0.01 EUR", ANOTHER)).refused(
        TransitionNotAllowed, before=status
    )


def test_a_refund_that_does_not_take_place_frees_what_it_had() -> None:
    outcome = given(*PAID, reserved()).when(PROCESS, to_release()).then(reservation_released())

    assert outcome.state.refundable == money(ALL_OF_IT)


@pytest.mark.parametrize(
    "since", [(), (reserved(), reservation_released()), (a_refund_recorded(),)]
)
def test_what_is_not_set_aside_is_not_freed(since: tuple[Event, ...]) -> None:
    given(*PAID, *since).when(PROCESS, to_release()).refused(
        TransitionNotAllowed, command="ReleaseRefund"
    )


@pytest.mark.parametrize("since", [(reserved(),), (a_refund_recorded(),)])
def test_a_refund_sets_aside_once(since: tuple[Event, ...]) -> None:
    given(*PAID, *since).when(PROCESS, to_reserve("1.00 EUR")).refused(
        TransitionNotAllowed, command="ReserveRefund"
    )


def test_a_guest_sets_nothing_aside() -> None:
    given(*PAID).when(GUEST, to_reserve()).refused(TransitionNotAllowed, actor="G")


# -- PM12: given back -------------------------------------------------------------------


@pytest.mark.parametrize("since", [(), (reserved(),)])
def test_a_refund_leaves_a_payment_partially_refunded(since: tuple[Event, ...]) -> None:
    """With what was set aside for it or, in history from outside, without."""
    outcome = given(*PAID, *since).when(PROCESS, to_record_refund()).then(a_refund_recorded())

    assert outcome.state.refundable == money("230.40 EUR")
    assert outcome.state.reserved == {}


def test_the_last_cent_leaves_a_payment_refunded() -> None:
    before = given(*PAID, a_refund_recorded())

    before.when(PROCESS, to_record_refund("230.39 EUR", ANOTHER)).then(
        a_refund_recorded("230.39 EUR", "410.39 EUR", ANOTHER)
    )
    before.when(PROCESS, to_record_refund("230.40 EUR", ANOTHER)).then(
        a_refund_recorded("230.40 EUR", "410.40 EUR", ANOTHER)
    )


def test_a_guest_cannot_be_refunded_more_than_was_captured() -> None:
    given(*PAID, a_refund_recorded()).when(
        PROCESS, to_record_refund("230.41 EUR", ANOTHER)
    ).refused(RefundExceedsCapture, amount="230.41 EUR", refundable="230.40 EUR")


def test_what_one_refund_set_aside_is_not_given_back_by_another() -> None:
    given(*PAID, reserved()).when(PROCESS, to_record_refund("230.41 EUR", ANOTHER)).refused(
        RefundExceedsCapture, refundable="230.40 EUR"
    )


@pytest.mark.parametrize("amount", ["179.99 EUR", "180.01 EUR", "180.00 USD"])
def test_what_goes_back_is_what_was_set_aside(amount: str) -> None:
    given(*PAID, reserved()).when(PROCESS, to_record_refund(amount)).refused(
        AmountsDiffer, reserved="180.00 EUR"
    )


def test_a_refund_is_counted_once() -> None:
    given(*PAID, a_refund_recorded()).when(PROCESS, to_record_refund("1.00 EUR")).refused(
        TransitionNotAllowed, command="RecordRefund"
    )


# -- PM13: came back --------------------------------------------------------------------


def test_a_refund_that_came_back_leaves_the_payment_completed() -> None:
    """R4: the payment steps back."""
    outcome = given(*PAID, a_refund_recorded()).when(PROCESSOR, to_reverse())

    outcome.then(a_refund_reversed())
    assert outcome.state.status == "completed"
    assert outcome.state.refundable == money(ALL_OF_IT)


def test_one_of_two_refunds_that_came_back_leaves_the_other() -> None:
    """R4."""
    whole = a_refund_recorded("230.40 EUR", ALL_OF_IT, ANOTHER)

    given(*PAID, a_refund_recorded(), whole).when(PROCESSOR, to_reverse()).then(
        a_refund_reversed(left="230.40 EUR")
    )


def test_a_refund_that_came_back_can_be_given_again() -> None:
    came_back = (*PAID, reserved(), a_refund_recorded(), a_refund_reversed())

    given(*came_back).when(PROCESS, to_reserve()).then(reserved())
    given(*came_back, reserved()).when(PROCESS, to_record_refund()).then(a_refund_recorded())


@pytest.mark.parametrize("refund_id", [ANOTHER, REFUND])
def test_what_did_not_go_back_does_not_come_back(refund_id: RefundId) -> None:
    third = RefundId(an_id("a third refund"))
    before = given(
        *PAID,
        a_refund_recorded("1.00 EUR", "1.00 EUR", third),
        a_refund_recorded("180.00 EUR", "181.00 EUR"),
        a_refund_reversed(left="1.00 EUR"),
    )

    before.when(PROCESSOR, to_reverse(refund_id)).refused(
        TransitionNotAllowed, command="ReverseRefund"
    )


# -- PM18, PM19: taken by a dispute -----------------------------------------------------


def test_what_a_dispute_took_cannot_be_refunded() -> None:
    given(*PAID).when(PROCESS, to_dispute()).then(disputed())
    given(*PAID, disputed("300.00 EUR")).when(PROCESS, to_reserve()).refused(
        RefundExceedsCapture, refundable="110.40 EUR"
    )


def test_a_dispute_that_is_won_gives_it_back() -> None:
    given(*PAID, disputed()).when(PROCESS, to_clear()).then(undisputed())
    given(*PAID, disputed(), undisputed()).when(PROCESS, to_reserve()).then(reserved())


def test_a_bank_may_take_more_than_is_left_and_then_nothing_is_refundable() -> None:
    outcome = given(*PAID, a_refund_recorded()).when(PROCESS, to_dispute())

    outcome.then(disputed())
    assert outcome.state.refundable == money("0.00 EUR")


def test_a_dispute_takes_once_until_it_is_won() -> None:
    given(*PAID, disputed()).when(PROCESS, to_dispute()).refused(
        TransitionNotAllowed, command="MarkDisputed"
    )
    given(*PAID, disputed(), undisputed()).when(PROCESS, to_dispute()).then(disputed())


def test_a_dispute_that_took_nothing_gives_nothing_back() -> None:
    given(*PAID).when(PROCESS, to_clear()).refused(TransitionNotAllowed, command="ClearDispute")


@pytest.mark.parametrize(
    ("amount", "rule"), [("0.00 EUR", AmountsDiffer), ("1.00 USD", CurrenciesDiffer)]
)
def test_a_dispute_takes_something_of_the_payments_currency(
    amount: str, rule: type[Refused]
) -> None:
    given(*PAID).when(PROCESS, to_dispute(amount)).refused(rule)


def test_what_never_came_is_not_disputed() -> None:
    given(a_payment(), processing()).when(PROCESS, to_dispute()).refused(TransitionNotAllowed)


# -- Any walk ---------------------------------------------------------------------------

REFUNDS = [RefundId(an_id(f"refund {number}")) for number in range(3)]
DISPUTES = [DisputeId(an_id(f"dispute {number}")) for number in range(2)]
AMOUNTS = st.sampled_from([-1, 0, 1, 13_680, 20_520, 41_039, 41_040, 41_041])


class AnyWalk(RuleBasedStateMachine):
    """Refunds and disputes come in any order, as often as they like; a book is kept beside them."""

    @initialize()
    def it_is_paid(self) -> None:
        state = RULES.fold([*PAID])
        assert state is not None
        self.payment: Payment = state
        self.set_aside: dict[str, int] = {}
        self.back: dict[str, int] = {}
        self.taken: dict[str, int] = {}

    def passes(self, command: PaymentCommand, actor: Actor = PROCESS) -> bool:
        try:
            events, after = RULES.run(self.payment, command, NOW, actor)
        except Refused:
            return False
        assert after is not None
        assert len(events) == 1
        self.payment = after
        return True

    @property
    def left(self) -> int:
        return 41_040 - sum([*self.set_aside.values(), *self.back.values(), *self.taken.values()])

    @rule(refund_id=st.sampled_from(REFUNDS), minor=AMOUNTS)
    def reserve(self, refund_id: RefundId, minor: int) -> None:
        known = refund_id in self.set_aside or refund_id in self.back
        fits = 0 < minor <= self.left and not known
        amount = Money(minor, "EUR")
        command = ReserveRefund(payment_id=PAYMENT, refund_id=refund_id, amount=amount)
        assert self.passes(command) == fits
        if fits:
            self.set_aside[refund_id] = minor

    @rule(refund_id=st.sampled_from(REFUNDS))
    def release(self, refund_id: RefundId) -> None:
        command = ReleaseRefund(payment_id=PAYMENT, refund_id=refund_id)
        assert self.passes(command) == (refund_id in self.set_aside)
        self.set_aside.pop(refund_id, None)

    @rule(refund_id=st.sampled_from(REFUNDS), minor=AMOUNTS, as_reserved=st.booleans())
    def record(self, refund_id: RefundId, minor: int, as_reserved: bool) -> None:
        if as_reserved:
            minor = self.set_aside.get(refund_id, minor)
        aside = self.set_aside.get(refund_id)
        fits = minor == aside if aside is not None else 0 < minor <= self.left
        amount = Money(minor, "EUR")
        command = RecordRefund(payment_id=PAYMENT, refund_id=refund_id, amount=amount)
        assert self.passes(command) == (fits and refund_id not in self.back)
        if fits and refund_id not in self.back:
            self.set_aside.pop(refund_id, None)
            self.back[refund_id] = minor

    @rule(refund_id=st.sampled_from(REFUNDS))
    def reverse(self, refund_id: RefundId) -> None:
        command = ReverseRefund(payment_id=PAYMENT, refund_id=refund_id)
        assert self.passes(command, PROCESSOR) == (refund_id in self.back)
        self.back.pop(refund_id, None)

    @rule(dispute_id=st.sampled_from(DISPUTES), minor=AMOUNTS)
    def dispute(self, dispute_id: DisputeId, minor: int) -> None:
        amount = Money(minor, "EUR")
        command = MarkDisputed(payment_id=PAYMENT, dispute_id=dispute_id, amount=amount)
        new = minor > 0 and dispute_id not in self.taken
        assert self.passes(command) == new
        if new:
            self.taken[dispute_id] = minor

    @rule(dispute_id=st.sampled_from(DISPUTES))
    def clear(self, dispute_id: DisputeId) -> None:
        command = ClearDispute(payment_id=PAYMENT, dispute_id=dispute_id)
        assert self.passes(command) == (dispute_id in self.taken)
        self.taken.pop(dispute_id, None)

    @rule()
    def become_usable(self) -> None:
        usable = self.payment.available
        assert self.passes(RecordFunds(payment_id=PAYMENT), PROCESSOR) != usable

    @invariant()
    def what_is_refundable_is_what_nobody_has(self) -> None:
        assert self.payment.refundable.minor == max(self.left, 0)

    @invariant()
    def no_more_goes_back_than_came(self) -> None:
        spoken_for = sum([*self.set_aside.values(), *self.back.values()])
        assert spoken_for <= self.payment.captured.minor == 41_040
        assert self.payment.refunded.minor == sum(self.back.values())

    @invariant()
    def its_state_says_how_much_went_back(self) -> None:
        back = sum(self.back.values())
        expected = "refunded" if back == 41_040 else "partially_refunded" if back else "completed"
        assert self.payment.status == expected


AnyWalk.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestAnyWalkOfRefundsAndDisputes = AnyWalk.TestCase
