"""Calls with an effect: whatever happens on the way, it happens once.

Spec: faults 34, 35 and 36.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import (
    GatewayDeclined,
    GatewayFailure,
    GatewayUnavailable,
    OutcomeUnknown,
    RepeatedWithDifferences,
)
from ledger.gateways.calls import Attempt, Effect, Patience
from ledger.gateways.stripe import effects
from ledger.gateways.stripe.accounts import AccountWanted
from ledger.gateways.stripe.disputes import Evidence
from ledger.gateways.stripe.payments import Capture, PaymentWanted
from ledger.gateways.stripe.refunds import RefundWanted
from ledger.gateways.stripe.transfers import ReversalWanted, TransferWanted
from ledger.values.ids import HostId, RefundId, derived_id
from tests.ledger.gateways.outside import (
    BOOKING,
    PAYMENT,
    PAYOUT,
    VISA,
    Outside,
    charge_of,
    euros,
)

HOST = HostId(derived_id("host", 3))
REFUND = RefundId(derived_id("refund", 17))
FORGOTTEN = timedelta(hours=25)

# -- Everything that has an effect -------------------------------------------------------


@dataclass
class Case:
    """An effect on a Stripe that is ready for it, and how often it has happened there."""

    effect: Effect[Any]
    count: Callable[[], int]


def opening(outside: Outside) -> Case:
    wanted = PaymentWanted(
        payment_id=PAYMENT, booking_id=BOOKING, amount=euros(240), capture=Capture.MANUAL
    )
    effect = effects.payment_opened(outside.stripe, wanted)
    return Case(effect, lambda: len(outside.all("payment_intent")))


def confirming(outside: Outside) -> Case:
    effect = effects.payment_confirmed(outside.stripe, outside.opened().intent, VISA)
    return Case(effect, lambda: len(outside.all("charge")))


def capturing(outside: Outside) -> Case:
    held = outside.held()
    effect = effects.payment_captured(outside.stripe, held.intent, euros(240))
    return Case(effect, lambda: movements(outside, charge_of(held)))


def cancelling(outside: Outside) -> Case:
    held = outside.held()
    effect = effects.payment_cancelled(outside.stripe, held.intent, "requested_by_customer")
    return Case(effect, lambda: len(outside.all("refund")))  # what was held is let go


def refunding(outside: Outside) -> Case:
    charge = charge_of(outside.paid())
    wanted = RefundWanted(refund_id=REFUND, payment=charge, amount=euros(40))
    effect = effects.refund_created(outside.stripe, wanted)
    return Case(effect, lambda: len(outside.all("refund")))


def transferring(outside: Outside) -> Case:
    wanted = TransferWanted(
        payout_id=PAYOUT,
        booking_id=BOOKING,
        account=outside.host(),
        amount=euros(90),
        charge=charge_of(outside.paid()),
    )
    effect = effects.transfer_created(outside.stripe, wanted)
    return Case(effect, lambda: len(outside.all("transfer")))


def reversing(outside: Outside) -> Case:
    wanted = ReversalWanted(
        reversal_id="reversal-17", transfer=outside.transferred().transfer, amount=euros(50)
    )
    effect = effects.transfer_reversed(outside.stripe, wanted)
    return Case(effect, lambda: len(outside.all("transfer_reversal")))


def opening_an_account(outside: Outside) -> Case:
    effect = effects.account_created(outside.stripe, AccountWanted(host_id=HOST, country="PT"))
    return Case(effect, lambda: len(outside.all("account")) - 1)  # the platform's own


def answering_a_dispute(outside: Outside) -> Case:
    disputed = outside.behind("disputes", charge=charge_of(outside.paid()))["id"]
    evidence = Evidence(stay="Three nights in Lisboa", stay_dates="2027-01-10 to 2027-01-13")
    effect = effects.evidence_submitted(outside.stripe, disputed, evidence)
    return Case(
        effect, lambda: int(outside.object(disputed)["evidence_details"]["submission_count"])
    )


def accepting_a_dispute(outside: Outside) -> Case:
    disputed = outside.behind("disputes", charge=charge_of(outside.paid()))["id"]
    effect = effects.dispute_accepted(outside.stripe, disputed)
    return Case(effect, lambda: int(outside.object(disputed)["status"] == "lost"))


def movements(outside: Outside, source: str) -> int:
    return sum(one["source"] == source for one in outside.all("balance_transaction"))


CASES = (
    opening,
    confirming,
    capturing,
    cancelling,
    refunding,
    transferring,
    reversing,
    opening_an_account,
    answering_a_dispute,
    accepting_a_dispute,
)
of_each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)


def test_every_effect_of_the_gateway_is_tried_here() -> None:
    made = {name for name, one in vars(effects).items() if callable(one) and name.islower()}
    made -= {"partial"}
    assert len(made) == len(CASES), made


# -- Whatever happens --------------------------------------------------------------------

KINDS = (
    "timeout_before", "timeout_after", "error_before", "error_after", "rate_limit", "key_in_use",
)  # fmt: skip
FAULTS = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(["POST", "*"])), max_size=9)
PAUSES = st.sampled_from([timedelta(0), timedelta(minutes=5), timedelta(hours=2), FORGOTTEN])
DAYS = st.lists(st.tuples(FAULTS, PAUSES, st.booleans()), min_size=1, max_size=4)
"""What goes wrong, how long until the next attempt, whether the process dies before it knows."""


@of_each
@settings(max_examples=25)
@given(days=DAYS)
def test_cases_34_and_35_no_fault_makes_anything_happen_twice_or_never(
    case: Callable[[Outside], Case], days: Any
) -> None:
    """CASE-P6, CASE-P7, faults 34, 35, 36, with a search that is a minute late."""
    outside = Outside(search_lag_s=60.0)
    ready = case(outside)
    stored_at, begun = outside.clock(), False
    for faults, pause, dies in days:
        for kind, method in faults:
            outside.behind("faults", kind=kind, method=method)
        doubtful = dies
        try:
            outside.calls.perform(
                ready.effect, Attempt(key="once", stored_at=stored_at, begun=begun)
            )
        except OutcomeUnknown:
            doubtful = True
        except GatewayUnavailable:
            assert begun or ready.count() == 0, "it was said that nothing happened"
        else:
            assert ready.count() == 1
            begun = True
        begun = begun or doubtful
        assert ready.count() <= 1
        outside.let_pass(pause)
    outside.clear_faults()
    outside.let_pass(FORGOTTEN)

    for _ in range(2):
        attempt = Attempt(key="once", stored_at=stored_at, begun=begun)
        outside.calls.perform(ready.effect, attempt)
        assert ready.count() == 1
        begun = True


# -- One fault at a time -----------------------------------------------------------------


@of_each
def test_cases_p6_and_34_a_lost_answer_is_looked_up_before_anything_is_sent_again(
    case: Callable[[Outside], Case], outside: Outside
) -> None:
    """Fault 34: Stripe did it, and nobody heard."""
    ready = case(outside)
    sent: list[str] = []
    outside.behind("faults", kind="timeout_after")

    outside.perform(counted(ready.effect, sent))

    assert (ready.count(), len(sent)) == (1, 1)


@of_each
def test_case_p6_a_call_that_never_arrived_is_sent_again_under_its_key(
    case: Callable[[Outside], Case], outside: Outside
) -> None:
    ready = case(outside)
    sent: list[str] = []
    outside.behind("faults", kind="timeout_before")

    outside.perform(counted(ready.effect, sent))

    assert ready.count() == 1
    assert sent == ["a-key", "a-key"]


@of_each
def test_cases_p6_and_36_after_a_day_the_key_protects_nothing_so_one_looks_first(
    case: Callable[[Outside], Case], outside: Outside
) -> None:
    """Fault 36: the worker died after the call, and is back 25 hours later with the same key."""
    ready = case(outside)
    stored_at = outside.clock()
    ready.effect.send("a-key")
    outside.let_pass(FORGOTTEN)
    sent: list[str] = []

    outside.calls.perform(
        counted(ready.effect, sent), Attempt(key="a-key", stored_at=stored_at, begun=False)
    )

    assert (ready.count(), sent) == (1, [])


def test_case_36_without_looking_a_forgotten_key_would_have_opened_a_second_payment(
    outside: Outside,
) -> None:
    """The fault of the test above is real."""
    ready = opening(outside)
    ready.effect.send("a-key")
    outside.let_pass(FORGOTTEN)

    ready.effect.send("a-key")

    assert ready.count() == 2


def test_where_one_cannot_look_nothing_is_sent(outside: Outside) -> None:
    ready = refunding(outside)
    sent: list[str] = []
    outside.behind("faults", kind="rate_limit", method="GET", times=1000)

    with pytest.raises(OutcomeUnknown):
        outside.perform(counted(ready.effect, sent), begun=True)

    assert sent == []


def test_a_500_that_its_key_keeps_stays_unknown_until_the_key_is_forgotten(
    outside: Outside,
) -> None:
    """Fault 35: a new key would be quicker, and would pay twice what Stripe repairs later."""
    ready = refunding(outside)
    stored_at = outside.clock()
    outside.behind("faults", kind="error_before")

    with pytest.raises(OutcomeUnknown):
        outside.calls.perform(ready.effect, Attempt(key="k", stored_at=stored_at, begun=False))
    assert ready.count() == 0

    outside.let_pass(FORGOTTEN)
    outside.calls.perform(ready.effect, Attempt(key="k", stored_at=stored_at, begun=True))
    assert ready.count() == 1


@pytest.mark.parametrize("kind", ["rate_limit", "key_in_use"])
def test_case_35_a_burst_is_waited_out_with_longer_and_longer_pauses(
    outside: Outside, kind: str
) -> None:
    """Fault 35."""
    ready = refunding(outside)
    outside.behind("faults", kind=kind, times=4)

    outside.perform(ready.effect)

    assert ready.count() == 1
    assert len(outside.slept) == 4
    assert all(later > sooner / 2 for sooner, later in pairwise(outside.slept))
    assert outside.slept[-1] > 2 * outside.slept[0]


@pytest.mark.parametrize("kind", ["rate_limit", "key_in_use"])
def test_case_35_a_burst_that_does_not_end_is_given_up_and_nothing_happened(
    outside: Outside, kind: str
) -> None:
    ready = refunding(outside)
    outside.behind("faults", kind=kind, times=1000)

    with pytest.raises(GatewayUnavailable):
        outside.perform(ready.effect)

    assert ready.count() == 0
    assert sum(outside.slept, timedelta(0)) <= Patience().budget


def test_a_doubt_is_not_removed_by_being_turned_away(outside: Outside) -> None:
    ready = refunding(outside)
    outside.behind("faults", kind="timeout_after")
    outside.behind("faults", kind="rate_limit", method="*", times=1000)

    with pytest.raises(OutcomeUnknown):
        outside.perform(ready.effect)


def test_the_budget_ends_the_tries_before_their_number_does(outside: Outside) -> None:
    ready = refunding(outside)
    outside.behind("faults", kind="rate_limit", times=1000)
    stingy = Patience(tries=100, first_wait=timedelta(seconds=1), budget=timedelta(seconds=5))
    began = outside.clock()

    with pytest.raises(GatewayUnavailable):
        Outside.perform(patient(outside, stingy), ready.effect)

    assert outside.clock() - began <= timedelta(seconds=5)


def test_case_35_those_who_failed_together_do_not_come_back_together() -> None:
    waits = {tuple(Patience().waits(Random(caller))) for caller in range(20)}
    assert len(waits) == 20
    assert all(
        wait / 2 <= shortened <= wait
        for several in waits
        for shortened, wait in zip(several, full_waits(), strict=True)
    )


def test_what_is_declined_is_not_tried_again(outside: Outside) -> None:
    charge = charge_of(outside.paid())
    wanted = RefundWanted(refund_id=REFUND, payment=charge, amount=euros(241))
    sent: list[str] = []

    with pytest.raises(GatewayDeclined):
        outside.perform(counted(effects.refund_created(outside.stripe, wanted), sent))

    assert len(sent) == 1


def test_a_decline_in_doubt_is_looked_into(outside: Outside) -> None:
    """The capture went through, its answer was lost, and looking showed it too late."""
    ready = capturing(outside)
    ready.effect.send("another-key")
    looks = iter([None, ready.effect.find])

    def find(period: Any) -> Any:
        look = next(looks)
        return None if look is None else look(period)

    outside.perform(Effect(send=ready.effect.send, find=find), begun=True)

    assert ready.count() == 1


def test_a_key_with_another_body_is_told_apart(outside: Outside) -> None:
    """CASE-P15: no second refund, and no answer to the first either."""
    charge = charge_of(outside.paid())
    first = RefundWanted(refund_id=REFUND, payment=charge, amount=euros(40))
    other = RefundWanted(
        refund_id=RefundId(derived_id("refund", 18)), payment=charge, amount=euros(30)
    )
    outside.perform(effects.refund_created(outside.stripe, first))

    with pytest.raises(RepeatedWithDifferences):
        outside.perform(effects.refund_created(outside.stripe, other))

    assert len(outside.all("refund")) == 1


def test_case_35_a_key_in_flight_is_waited_for_and_gives_the_same_answer(outside: Outside) -> None:
    """CASE-P15."""
    ready = refunding(outside)
    first = outside.perform(ready.effect)
    outside.behind("faults", kind="key_in_use", times=2)

    assert outside.perform(ready.effect) == first
    assert ready.count() == 1


def test_a_key_replays_the_first_answer_also_when_it_was_a_decline(outside: Outside) -> None:
    """CASE-P15: the same attempt is not another try of the card."""
    intent = outside.opened().intent
    declined = effects.payment_confirmed(outside.stripe, intent, "pm_card_chargeDeclined")

    for _ in range(2):
        with suppress(GatewayFailure):
            outside.perform(declined)

    assert len(outside.all("charge")) == 1


# -- Helpers -----------------------------------------------------------------------------


def counted(effect: Effect[Any], sent: list[str]) -> Effect[Any]:
    """The same effect, whose sendings are written down."""

    def send(key: str) -> Any:
        sent.append(key)
        return effect.send(key)

    return Effect(send=send, find=effect.find)


def patient(outside: Outside, patience: Patience) -> Outside:
    outside.calls = type(outside.calls)(
        clock=outside.clock, sleep=outside.sleep, patience=patience, chance=Random(17)
    )
    return outside


def full_waits() -> list[timedelta]:
    class Never(Random):
        def uniform(self, a: float, b: float) -> float:
            return b

    return list(Patience().waits(Never()))
