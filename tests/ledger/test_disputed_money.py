"""Money in dispute: a guest's bank asks or takes it back, before or after the host was paid."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ledger import processes
from ledger.aggregates.booking import CancelByPlatform, PlatformReason
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.dispute import DISPUTE, Dispute
from ledger.aggregates.dispute import Status as Disputing
from ledger.aggregates.host_debt import (
    HOST_DEBT,
    ApproveWriteOff,
    HostDebt,
    ProposeWriteOff,
    debt_of,
)
from ledger.aggregates.payout import PAYOUT, Payout
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.provider import (
    CloseProvider,
    Reason,
    Standing,
    SuspendProvider,
    VouchForProvider,
)
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import (
    DebtExceeded,
    PayoutIsHeld,
    RefundBlockedByDispute,
    ReversalExceedsTransfer,
    SelfApproval,
)
from ledger.events.booking import EarningsRecognized
from ledger.events.dispute import Stage
from ledger.events.host_debt import DebtNetted, DebtRaised
from ledger.events.payout import PayoutReleased, ReversalFailed
from ledger.events.refund import Funding
from ledger.values.clearance import Hold
from ledger.values.clock import instant
from ledger.values.ids import BookingId, GuestId, RefundId
from ledger.values.money import Money
from ledger.values.policy import LineBack
from ledger.values.price import paid_by
from tests.facts import (
    BOOKING,
    CLARA,
    DINIS,
    FINANCE,
    HOST,
    MARTA,
    NOW,
    OPERATOR,
    PAUL,
    PROCESSOR,
    RUI,
    SUPPORT,
    a_price,
    a_stay,
    an_id,
    money,
    to_open_dispute,
    to_record_account,
    to_register,
)
from tests.ledger.books import books_agree
from tests.ledger.market import Market
from tests.ledger.test_exchange import quoted
from tests.machine.judge import judged
from tests.sandbox.stripe.shells import HOST as SOMEBODY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAY_OF_ARRIVAL = instant("2026-07-02T20:00:00Z")
PAID_OUT = instant("2026-07-04T14:00:00Z")
"""A day after the first payout falls due."""
NEXT = BookingId(an_id("the next stay"))
NEXT_PAID_OUT = instant("2026-08-04T14:00:00Z")
JOANA = GuestId(an_id("Joana"))
OWED = {
    (account, "EUR")
    for account in (
        "host_deferred",
        "revenue_deferred",
        "host_payable",
        "host_held",
        "disputed_funds",
    )
}
"""What must be nothing when all has ended."""


class Disputed(Market):
    """A marketplace whose host can be paid, and what a guest's bank does to it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        account = self.browser.v1.accounts.create(SOMEBODY)  # type: ignore[arg-type]
        self.account = account.id
        standing = to_record_account(
            account=self.account,
            standing=Standing.ENABLED,
            bank_account="ba_1RuiFirst",
            seen_at=NOW,
        )

        def plan(draft: Draft) -> None:
            draft.do(HOST, to_register())
            draft.do(
                OPERATOR,
                VouchForProvider(host_id=RUI, reason="known", source="before", under_review=False),
            )
            draft.do(PROCESSOR, standing)

        self.decide(plan, RUI)

    def sold(self, booking_id: BookingId = BOOKING, **changed: Any) -> None:
        """A stay is paid and confirmed."""
        self.book(booking_id=booking_id, **changed)
        self.settle()
        self.pay(booking_id=booking_id)
        self.settle()

    def bank(self, outcome: str | None = None, **told: Any) -> str:
        """The guest's bank opens a dispute, or decides the one that there is."""
        if outcome is None:
            charge = self.payment().charge
            dispute: str = self.behind("disputes", charge=charge, **told)["id"]
            return dispute
        dispute = self.all("dispute")[-1]["id"]
        self.behind(f"disputes/{dispute}", outcome=outcome)
        return dispute

    def dispute(self) -> Dispute:
        """The dispute now."""
        return self._state(DISPUTE, processes.dispute_of(self.all("dispute")[-1]["id"]))

    def payout(self, booking_id: BookingId = BOOKING, number: int = 1) -> Payout:
        """A payout of a booking now."""
        return self._state(PAYOUT, processes.payout_of(booking_id, number))

    def debt(self) -> HostDebt | None:
        """What the host owes now."""
        return self.ledger.state(HOST_DEBT, debt_of(RUI))

    def owes(self) -> str:
        """What the host owes now, in EUR."""
        debt = self.debt()
        return str(debt.owed("EUR")) if debt else "nothing"


def paid_out() -> Disputed:
    """A stay whose host has been paid."""
    market = Disputed()
    market.sold()
    market.until(PAID_OUT, step=12 * HOUR)
    assert market.payout().status is Payable.TRANSFERRED
    return market


def agree(market: Market) -> None:
    """Our books are those of Stripe, to the last movement, and no rule of the audit is broken."""
    books_agree(market.store.history, market.machine)
    assert judged(market.store, market.clock.now) == []


# -- The lives of a dispute (D1) ------------------------------------------------------------


def sold() -> Disputed:
    """A stay that is paid, long before anybody comes."""
    market = Disputed()
    market.sold()
    market.until(NOW + 3 * DAY, step=12 * HOUR)
    return market


def hand_in(market: Disputed) -> None:
    """Support says what speaks for the charge."""
    dispute_id = processes.dispute_of(market.all("dispute")[-1]["id"])
    market.decide(partial(processes.submit_evidence, staff=SUPPORT, dispute_id=dispute_id))
    market.settle()


def test_case_d1_an_inquiry_holds_the_payout_and_moves_no_money() -> None:
    market = sold()
    before = market.balances()
    market.bank(inquiry=True)
    market.settle()

    assert (market.dispute().status, market.dispute().stage) == (Disputing.OPENED, Stage.INQUIRY)
    assert market.payout().holds == {Hold.DISPUTE}
    assert market.payment().disputed == {}
    assert market.balances() == before

    hand_in(market)
    market.bank("won")
    market.settle()

    assert market.dispute().status is Disputing.CLOSED_NO_LOSS
    assert market.payout().status is Payable.SCHEDULED
    assert market.balances() == before


def test_case_d1_an_inquiry_that_becomes_a_chargeback_takes_the_money() -> None:
    market = sold()
    market.bank(inquiry=True)
    market.settle()
    market.bank("escalated")
    market.settle()

    assert market.dispute().stage is Stage.CHARGEBACK
    assert market.payment().refundable == money("0.00 EUR")
    market.bank("won")
    market.settle()
    agree(market)


def test_case_d1_a_dispute_that_is_won_leaves_no_trace_but_its_fee() -> None:
    market = sold()
    expected = market.balances()
    market.bank()
    market.settle()
    hand_in(market)
    market.bank("won")
    market.settle()

    assert market.dispute().status is Disputing.WON
    assert market.payment().disputed == {}
    assert market.payout().status is Payable.SCHEDULED
    expected.update({("exp_dispute_fees", "EUR"): 2_000, ("stripe_available", "EUR"): -2_000})
    assert market.balances() == expected
    agree(market)


def test_case_d1_a_dispute_that_is_lost_before_the_stay_is_earned_by_nobody() -> None:
    market = sold()
    market.bank()
    market.settle()
    hand_in(market)
    market.bank("lost")
    market.until(PAID_OUT, step=12 * HOUR)

    assert market.dispute().status is Disputing.LOST
    assert market.payout().status is Payable.CANCELLED
    assert market.events(EarningsRecognized) == []
    assert set(market.balances()) & OWED == set()
    agree(market)


def test_a_stay_whose_money_a_dispute_has_is_called_off_when_that_is_decided() -> None:
    market = sold()
    market.bank()
    market.settle()
    with pytest.raises(RefundBlockedByDispute):
        market.decide(call_off)

    hand_in(market)
    market.bank("lost")
    market.settle()
    market.decide(call_off)
    market.until(PAID_OUT, step=12 * HOUR)

    assert market.booking().status is Stands.CANCELLED_BY_PLATFORM
    assert market.store.nights == {}
    assert market.all("refund") == []
    assert set(market.balances()) & OWED == set()
    agree(market)


@pytest.mark.parametrize("abroad", [False, True])
def test_a_refund_that_a_dispute_overtook_is_settled_by_it_and_not_lost_beside(
    *, abroad: bool
) -> None:
    market = Disputed()
    market.sold(price=paid_by(a_price(), quoted()) if abroad else a_price())
    market.until(NOW + 3 * DAY, step=12 * HOUR)
    market.decide(call_off)
    market.bank()
    market.settle()
    assert market.refund().status is Refunding.FAILED
    market.bank("lost")
    market.settle()

    assert market.refund().status is Refunding.SETTLED_ALTERNATIVELY
    assert market.balances()["refund_payable", "EUR"] == 0
    assert market.balances()["exp_chargeback_loss", "EUR"] == 0
    assert set(market.balances()) & OWED == set()
    agree(market)


def call_off(draft: Draft) -> None:
    """The platform calls the stay off, because somebody else's card paid for it."""
    fraud = CancelByPlatform(booking_id=BOOKING, reason=PlatformReason.FRAUD, requested_by=MARTA)
    processes.cancel_by_platform(draft, OPERATOR, fraud)


def test_case_d1_what_is_lost_in_part_before_the_stay_is_not_earned_and_not_paid_out() -> None:
    market = sold()
    market.bank(amount=10_000)
    market.settle()
    hand_in(market)
    market.bank("lost")
    market.until(PAID_OUT + 2 * DAY, step=12 * HOUR)

    (earned,) = market.events(EarningsRecognized)
    assert earned.earned.total == money("310.40 EUR")
    assert market.payout().status is Payable.TRANSFERRED
    assert market.payout().sent == earned.earned.host == money("264.11 EUR")
    assert set(market.balances()) & OWED == set()
    agree(market)


def test_case_d1_two_persons_give_a_dispute_up_and_no_one_alone() -> None:
    market = sold()
    market.bank()
    market.settle()
    dispute_id = processes.dispute_of(market.all("dispute")[-1]["id"])
    accept = partial(processes.accept_dispute, staff=FINANCE, dispute_id=dispute_id)
    with pytest.raises(SelfApproval):
        market.decide(partial(accept, proposer=FINANCE.id))
    assert market.dispute().status is Disputing.EVIDENCE_DUE

    market.decide(partial(accept, proposer=MARTA))
    market.settle()

    assert market.dispute().status is Disputing.LOST
    assert market.all("dispute")[-1]["status"] == "lost"
    agree(market)


@pytest.mark.parametrize("loses_notices", [False, True])
def test_case_d1_a_dispute_that_nobody_answers_is_lost_when_its_time_is_over(
    *, loses_notices: bool
) -> None:
    market = sold()
    market.bank()
    market.settle()
    market.loses_notices = loses_notices
    due_by = market.dispute().due_by
    market.until(due_by - HOUR, step=DAY)
    assert market.dispute().status is Disputing.EVIDENCE_DUE

    market.until(due_by + 3 * HOUR, step=HOUR)
    assert market.dispute().status is Disputing.LOST
    assert market.topics().count("dispute.lost") == 1
    agree(market)


def test_case_d1_a_dispute_is_lost_by_silence_although_the_bank_takes_longer_to_say_so() -> None:
    market = sold()
    market.bank()
    told = market.all("dispute")[-1]["evidence_details"]
    told["due_by"] -= round((5 * DAY).total_seconds())
    market.settle()
    due_by = market.dispute().due_by

    market.until(due_by + 2 * HOUR, step=HOUR)
    assert market.dispute().status is Disputing.LOST
    assert market.all("dispute")[-1]["status"] == "needs_response"

    market.until(due_by + 7 * DAY, step=DAY)
    assert market.all("dispute")[-1]["status"] == "lost"
    assert market.topics().count("dispute.lost") == 1
    agree(market)


def test_case_d1_a_dispute_that_was_won_while_nobody_of_us_was_there_is_not_lost_by_silence() -> (
    None
):
    market = sold()
    market.bank()
    market.settle()
    due_by = market.dispute().due_by
    market.until(due_by - DAY, step=DAY)

    market.bank("won")
    market.let_pass(2 * DAY)
    market.settle()

    assert market.dispute().status is Disputing.WON
    assert "dispute.lost" not in market.topics()
    agree(market)


def test_case_d1_a_dispute_that_is_reopened_after_it_was_won_takes_the_money_again() -> None:
    market = sold()
    market.bank()
    market.settle()
    hand_in(market)
    market.bank("won")
    market.settle()
    market.bank("reopened")
    market.settle()

    assert market.dispute().status is Disputing.EVIDENCE_DUE
    assert market.dispute().stage is Stage.PRE_ARBITRATION
    assert market.payout().holds == {Hold.DISPUTE}
    hand_in(market)
    assert market.dispute().answers == 2
    market.bank("lost")
    market.settle()
    assert market.dispute().status is Disputing.LOST
    agree(market)


def test_case_d1_an_inquiry_is_prevented_by_a_refund() -> None:
    market = sold()
    market.bank(inquiry=True)
    market.settle()
    market.bank("prevented")
    market.settle()

    assert market.dispute().status is Disputing.PREVENTED
    assert Hold.DISPUTE not in market.payout().holds


# -- Whatever is told, and in whatever order --------------------------------------------------

LIVES = (
    ("won",),
    ("lost",),
    ("won", "reopened", "lost"),
    ("won", "reopened", "won"),
)


@pytest.mark.parametrize("life", LIVES, ids=" ".join)
def test_a_dispute_that_is_heard_of_late_ends_where_it_stands(life: tuple[str, ...]) -> None:
    market = sold()
    market.bank()
    for outcome in life:
        market.bank(outcome)
    market.hear()
    market.letters.reverse()
    market.settle()

    expected = Disputing.WON if life[-1] == "won" else Disputing.LOST
    assert market.dispute().status is expected
    agree(market)
    before = market.topics()
    market.tell_again(times=10)
    market.settle()
    assert market.topics() == before


# -- While the payout is on its way (O1) ------------------------------------------------------


def test_case_o1_a_payout_waits_while_a_dispute_is_open() -> None:
    market = sold()
    market.until(DAY_OF_ARRIVAL, step=12 * HOUR)
    market.bank()
    market.settle()
    market.until(PAID_OUT, step=12 * HOUR)

    assert market.dispute().status is Disputing.EVIDENCE_DUE
    assert market.payout().status is Payable.ON_HOLD

    hand_in(market)
    market.bank("won")
    market.settle()

    assert market.payout().status is Payable.TRANSFERRED
    assert market.payout().sent == money("349.20 EUR")
    agree(market)


def test_a_payout_waits_for_the_last_dispute_of_its_booking_and_nobody_lifts_it_before() -> None:
    market = sold()
    market.bank(inquiry=True)
    market.settle()
    second = to_open_dispute(
        stage=Stage.INQUIRY, payment_id=processes.payment_of(BOOKING), processor_dispute="du_2"
    )

    def plan(draft: Draft) -> None:
        draft.do(PROCESSOR, second)
        processes.hold_or_lift(draft, BOOKING, second.dispute_id)

    market.decide(plan)
    payout_id = processes.payout_of(BOOKING)
    market.bank("won")
    market.settle()
    assert market.payout().holds == {Hold.DISPUTE}

    lift = partial(processes.lift_hold, staff=FINANCE, payout_id=payout_id, reason=Hold.DISPUTE)
    with pytest.raises(PayoutIsHeld):
        market.decide(lift)


def test_case_o1_a_dispute_between_due_and_releasing_stops_the_payout() -> None:
    market = sold()
    suspend = SuspendProvider(host_id=RUI, reason=Reason.SAFETY)
    market.decide(lambda draft: draft.do(OPERATOR, suspend), RUI)
    market.until(PAID_OUT, step=12 * HOUR)
    assert market.payout().holds == {Hold.KYC}

    market.bank(amount=20_520)
    market.settle()
    assert market.payout().holds == {Hold.KYC, Hold.DISPUTE}

    hand_in(market)
    market.bank("lost")
    market.settle()

    assert market.payout().holds == {Hold.KYC}
    assert market.payout().amount == money("174.60 EUR")


def test_case_o1_what_is_lost_of_a_payout_that_waits_is_taken_off_it() -> None:
    market = sold()
    market.until(DAY_OF_ARRIVAL, step=12 * HOUR)
    market.bank(amount=10_000)
    market.settle()
    market.until(PAID_OUT, step=12 * HOUR)
    assert market.payout().status is Payable.ON_HOLD
    hand_in(market)
    market.bank("lost")
    market.until(PAID_OUT + DAY, step=12 * HOUR)

    assert market.payout().status is Payable.TRANSFERRED
    assert market.payout().sent == money("264.11 EUR")
    assert market.debt() is None
    assert set(market.balances()) & OWED == set()
    agree(market)


# -- Lost after the host was paid (D3) ------------------------------------------------------


def test_case_d3_a_dispute_lost_after_the_payout_is_the_hosts_debt_once() -> None:
    market = paid_out()
    market.bank()
    market.settle()
    market.bank("lost")
    market.settle()
    market.tell_again(times=10)
    market.settle()

    assert market.dispute().status is Disputing.LOST
    assert market.owes() == "349.20 EUR"
    (raised,) = market.events(DebtRaised)
    assert (raised.cause, raised.booking_id) == ("dispute_lost", BOOKING)
    assert market.payout().status is Payable.TRANSFERRED
    agree(market)


def test_case_d3_the_debt_is_netted_from_what_the_host_would_be_paid_next() -> None:
    market = paid_out()
    market.bank(amount=10_000)
    market.bank("lost")
    market.settle()
    owed = market.debt()
    assert owed is not None
    assert owed.owed("EUR") == money("85.09 EUR")

    market.sold(
        NEXT, guest_id=JOANA, stay=a_stay("2026-08-02"), price=a_price(arrival="2026-08-02")
    )
    market.until(NEXT_PAID_OUT, step=12 * HOUR)

    (netted,) = market.events(DebtNetted)
    assert netted.amount == money("85.09 EUR")
    released = market.events(PayoutReleased)[-1]
    assert (released.amount, released.netted) == (money("264.11 EUR"), money("85.09 EUR"))
    assert market.payout(NEXT).status is Payable.TRANSFERRED
    assert market.owes() == "0.00 EUR"
    agree(market)


def test_case_d3_it_takes_two_persons_to_write_the_debt_of_a_host_off() -> None:
    market = paid_out()
    market.bank(amount=10_000)
    market.bank("lost")
    market.settle()
    part = money("85.09 EUR")
    propose = ProposeWriteOff(host_id=RUI, amount=part, reason="insolvent", proposer=MARTA)
    market.decide(lambda draft: draft.do(FINANCE, propose), RUI)
    approve = partial(ApproveWriteOff, host_id=RUI, amount=part, time_zone="Europe/Lisbon")
    with pytest.raises(SelfApproval):
        market.decide(lambda draft: draft.do(FINANCE, approve(approver=MARTA)), RUI)
    assert market.owes() == "85.09 EUR"

    market.decide(lambda draft: draft.do(FINANCE, approve(approver=PAUL)), RUI)

    assert market.owes() == "0.00 EUR"
    assert market.balances()["exp_bad_debt", "EUR"] == 8_509
    agree(market)


def ask_for_a_night(market: Disputed) -> RefundId:
    """Support asks for 50 EUR of the first night, of the host's money."""
    night = LineBack("night", "2026-07-02", 5_000)
    asked = processes.AskedRefund(
        booking_id=BOOKING, lines=(night,), funded_by=Funding.BOOKING, reason="no_hot_water"
    )
    named: list[RefundId] = []

    def plan(draft: Draft) -> None:
        shown = processes.shown_refund(draft, asked)
        named.append(processes.ask_refund(draft, SUPPORT, asked, shown.digest))

    market.decide(plan)
    return named[-1]


def approve(market: Disputed, refund_id: RefundId) -> None:
    """Finance approves it, as it is shown."""

    def plan(draft: Draft) -> None:
        shown = processes.shown_again(draft, refund_id)
        processes.approve_refund(draft, FINANCE, refund_id, shown.digest)

    market.decide(plan)


def test_a_refund_after_the_payout_is_the_hosts_debt_and_netted_next_time() -> None:
    market = paid_out()
    approve(market, ask_for_a_night(market))
    market.settle()

    (raised,) = market.events(DebtRaised)
    assert (raised.cause, market.owes()) == ("refund_after_payout", str(raised.amount))
    assert market.all("refund")[-1]["amount"] == 5_000
    market.sold(
        NEXT, guest_id=JOANA, stay=a_stay("2026-08-02"), price=a_price(arrival="2026-08-02")
    )
    market.until(NEXT_PAID_OUT, step=12 * HOUR)

    assert market.owes() == "0.00 EUR"
    assert market.payout(NEXT).netted == raised.amount
    agree(market)


@pytest.mark.parametrize("night_before", [False, True], ids=["a dispute", "as much"])
def test_a_transfer_that_fails_nets_what_its_host_has_come_to_owe_since(
    *, night_before: bool
) -> None:
    """What was netted before the first attempt stays netted; whatever is owed since is as well."""
    market = paid_out() if night_before else in_debt()
    if night_before:
        approve(market, ask_for_a_night(market))
    first = money(market.owes())
    market.sold(
        NEXT, guest_id=JOANA, stay=a_stay("2026-08-02"), price=a_price(arrival="2026-08-02")
    )
    market.fails("rate_limit", times=1_000, path="/v1/transfers")
    market.until(NEXT_PAID_OUT, step=12 * HOUR)
    payout_id = processes.payout_of(NEXT)
    declined = partial(processes.transfer_declined, payout_id=payout_id, reason="balance")
    market.decide(declined, NEXT)
    approve(market, ask_for_a_night(market))
    market.machine.world.faults.clear()

    again = partial(processes.release, booking_id=NEXT, payout_id=payout_id, by=FINANCE)
    market.decide(again, NEXT)
    market.until(NEXT_PAID_OUT + 5 * DAY, step=12 * HOUR)

    assert [event.amount for event in market.events(DebtNetted)] == [first, money("48.50 EUR")]
    assert market.owes() == "0.00 EUR"
    assert market.payout(NEXT).sent == money("349.20 EUR") - first - money("48.50 EUR")
    assert market.payout(NEXT).status is Payable.TRANSFERRED
    agree(market)


def test_a_refund_that_is_cancelled_before_it_leaves_is_owed_by_nobody() -> None:
    market = paid_out()
    refund_id = ask_for_a_night(market)
    approve(market, refund_id)
    assert market.owes() != "0.00 EUR"

    market.decide(
        partial(processes.cancel_refund, staff=FINANCE, refund_id=refund_id, reason="by mistake")
    )
    market.settle()

    assert market.owes() == "0.00 EUR"
    assert market.all("refund") == []
    agree(market)


# -- A transfer taken back (O7) ---------------------------------------------------------------


def in_debt() -> Disputed:
    """A host who was paid, and owes 85.09 EUR of it."""
    market = paid_out()
    market.bank(amount=10_000)
    market.bank("lost")
    market.settle()
    return market


def order_back(market: Disputed, amount: str) -> None:
    """Finance orders a part of the transfer back."""
    order = partial(
        processes.order_reversal,
        staff=FINANCE,
        payout_id=processes.payout_of(BOOKING),
        cause=market.events(DebtRaised)[-1].caused_by,
    )
    market.decide(partial(order, amount=money(amount)))


def write_off(market: Disputed, owed: Money) -> None:
    """Clara and Dinis give up what Rui owes."""
    propose = partial(processes.propose_write_off, staff=CLARA, reason="small")
    market.decide(partial(propose, host_id=RUI, amount=owed), RUI)
    approve = partial(processes.approve_write_off, staff=DINIS)
    market.decide(partial(approve, host_id=RUI, amount=owed), RUI)


def test_what_a_host_owes_comes_back_from_the_transfer_and_pays_the_debt() -> None:
    market = in_debt()
    order_back(market, "85.09 EUR")
    market.settle()
    market.tell_again(times=2)
    market.settle()

    assert market.owes() == "0.00 EUR"
    assert market.payout().status is Payable.PARTLY_REVERSED
    assert [one["amount_reversed"] for one in market.all("transfer")] == [8_509]
    agree(market)


def test_case_o7_no_more_comes_back_than_was_sent_or_is_owed() -> None:
    market = in_debt()
    with pytest.raises(ReversalExceedsTransfer):
        order_back(market, "349.21 EUR")
    with pytest.raises(DebtExceeded):
        order_back(market, "85.10 EUR")
    order_back(market, "80.00 EUR")
    with pytest.raises(DebtExceeded):
        order_back(market, "5.10 EUR")


@pytest.mark.parametrize("closed", [False, True])
def test_case_o7_what_the_hosts_account_does_not_hold_stays_a_debt(*, closed: bool) -> None:
    market = in_debt()
    to_the_bank: Any = {"amount": 34_920, "currency": "eur"}
    market.browser.v1.payouts.create(to_the_bank, {"stripe_account": market.account})
    if closed:
        close = CloseProvider(host_id=RUI, obligations=())
        market.decide(lambda draft: draft.do(OPERATOR, close), RUI)
    order_back(market, "85.09 EUR")
    market.settle()

    (failed,) = market.events(ReversalFailed)
    assert "balance" in failed.reason
    assert market.payout().reversible == money("349.20 EUR")
    assert market.owes() == "85.09 EUR"
    agree(market)


def test_what_comes_back_for_a_refund_whose_debt_is_netted_by_then_is_the_hosts_again() -> None:
    market = paid_out()
    approve(market, ask_for_a_night(market))
    market.settle()
    (raised,) = market.events(DebtRaised)
    market.sold(
        NEXT, guest_id=JOANA, stay=a_stay("2026-08-02"), price=a_price(arrival="2026-08-02")
    )
    market.until(market.clock.now + 5 * DAY, step=DAY)
    order_back(market, str(raised.amount))
    write_off(market, raised.amount)
    market.settle()

    assert market.payout().owed_again == raised.amount
    assert market.payout(BOOKING, 2).amount == raised.amount


def test_what_comes_back_for_a_debt_that_is_paid_by_then_is_the_hosts_again() -> None:
    market = in_debt()
    market.sold(
        NEXT, guest_id=JOANA, stay=a_stay("2026-08-02"), price=a_price(arrival="2026-08-02")
    )
    market.until(market.clock.now + 5 * DAY, step=DAY)
    order_back(market, "85.09 EUR")
    owed = money("85.09 EUR")
    write_off(market, owed)
    market.settle()

    assert market.payout().owed_again == owed
    # The charge brings no more than there was of it; finance has it sent out of the balance.
    again = processes.payout_of(BOOKING, 2)
    assert market.payout(BOOKING, 2).status is Payable.FAILED
    market.decide(
        partial(processes.release, booking_id=BOOKING, payout_id=again, by=FINANCE), BOOKING
    )
    market.settle()
    assert market.payout(BOOKING, 2).status is Payable.TRANSFERRED
    assert market.payout(BOOKING, 2).sent == owed
    assert market.owes() == "0.00 EUR"
    assert ("host_payable", "EUR") not in market.balances()
    agree(market)


# -- A guest who paid in another currency -----------------------------------------------------


@pytest.mark.parametrize("outcome", ["won", "lost"])
@pytest.mark.parametrize("host_is_paid", [False, True])
def test_a_dispute_abroad_closes_its_exchange_and_takes_the_hosts_part_at_the_bookings_rate(
    outcome: str, *, host_is_paid: bool
) -> None:
    market = Disputed()
    market.sold(price=paid_by(a_price(), quoted()))
    market.until(PAID_OUT if host_is_paid else NOW + 3 * DAY, step=12 * HOUR)
    market.behind("rates", usd="1.25")
    market.bank()
    market.settle()
    hand_in(market)
    market.bank(outcome)
    market.until(PAID_OUT + DAY, step=12 * HOUR)

    lost_after = outcome == "lost" and host_is_paid
    assert market.owes() == ("349.20 EUR" if lost_after else "nothing")
    assert market.payment().captured.currency == "USD"
    assert set(market.balances()) & OWED == set()
    agree(market)
