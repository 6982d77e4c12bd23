"""Long stays: earned and paid out for up to 30 nights at a time, and made good to the cent."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.alteration import Status as Altering
from ledger.aggregates.booking import Curtail
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.provider import PROVIDER, Standing, VouchForProvider
from ledger.aggregates.refund import ApproveRefund, external_refund_of
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import PartyExceedsCapacity
from ledger.events.booking import EarningsRecognized
from ledger.events.payout import PayoutReleased, PayoutScheduled, PayoutTransferred
from ledger.events.refund import ExternalRefundClassified, Funding, RefundApproved
from ledger.processes.refunds import reserve
from ledger.values.allowance import paid_lines
from ledger.values.clearance import Hold
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import PayoutId, RefundId
from ledger.values.journal import Account
from ledger.values.money import Money
from ledger.values.policy import FLEXIBLE, Ending, LineBack
from ledger.values.stay_rules import StayRules
from ledger.values.tranches import tranches
from tests.facts import (
    BOOKING,
    CHECK_IN,
    CLARA,
    FINANCE,
    GUEST,
    HOST,
    LISBON,
    NOW,
    OPERATOR,
    PROCESSOR,
    RUI,
    a_stay,
    some_rates,
    to_record_account,
    to_register,
)
from tests.ledger.altering import AlteringMarket
from tests.ledger.test_staff_refunds import FIRST as FIRST_GIVEN
from tests.ledger.test_staff_refunds import SECOND as SECOND_GIVEN
from tests.ledger.test_staff_refunds import approve, ask, for_nights
from tests.sandbox.stripe.shells import HOST as SOMEBODY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHTS = 75
FIRST, SECOND, THIRD = (CHECK_IN + days * DAY + 25 * HOUR for days in (0, 30, 60))
"""An hour after each tranche is earned."""

EUR = "EUR"


def paid(nights: int = NIGHTS, **changed: Any) -> AlteringMarket:
    """A long stay is paid for, and its host can be paid."""
    market = AlteringMarket()
    account = market.browser.v1.accounts.create(SOMEBODY)  # type: ignore[arg-type]
    standing = to_record_account(
        account=account.id, standing=Standing.ENABLED, bank_account="ba_1RuiFirst", seen_at=NOW
    )

    def plan(draft: Draft) -> None:
        draft.do(HOST, to_register())
        draft.do(
            OPERATOR,
            VouchForProvider(host_id=RUI, reason="known", source="before", under_review=False),
        )
        draft.do(PROCESSOR, standing)

    market.decide(plan, RUI)
    return market.stays(nights=nights, **{"policy": FLEXIBLE, **changed})


def until(market: AlteringMarket, moment: Instant) -> None:
    """The workers are at work until then, twice a day."""
    market.until(moment, step=12 * HOUR)


def curtail(market: AlteringMarket, check_out: str) -> None:
    """She leaves on an earlier date, for what she was shown."""
    day = date.fromisoformat(check_out)

    def plan(draft: Draft) -> None:
        booking = processes.booking_in(draft, BOOKING)
        shown = booking.curtailed(day, Ending.BY_GUEST, draft.now)
        command = Curtail(booking_id=BOOKING, check_out=day, accepted=shown.digest)
        processes.curtail(draft, GUEST, command)

    market.decide(plan)
    market.settle()


def nothing_is_deferred(market: AlteringMarket) -> None:
    """All that was paid is earned or given back."""
    deferred = (Account.HOST_DEFERRED, Account.REVENUE_DEFERRED, Account.TAX_DEFERRED)
    assert {account: market.balances()[account, EUR] for account in deferred} == dict.fromkeys(
        deferred, 0
    )


def test_a_payout_is_promised_for_each_tranche() -> None:
    market = paid()
    cut = tranches(market.booking().price, a_stay(nights=NIGHTS), LISBON)

    promised = market.events(PayoutScheduled)
    assert [event.tranche for event in promised] == [1, 2, 3]
    assert [event.amount for event in promised] == [tranche.shares.host for tranche in cut]
    assert [event.release_at for event in promised] == [tranche.earned_at for tranche in cut]
    assert market.findings() == []


def test_each_tranche_is_earned_and_paid_out_in_its_time() -> None:
    market = paid()
    cut = tranches(market.booking().price, a_stay(nights=NIGHTS), LISBON)
    for place, moment in enumerate((FIRST, SECOND, THIRD), start=1):
        until(market, moment)

        earned = [event.earned for event in market.events(EarningsRecognized)]
        assert earned == [tranche.shares for tranche in cut[:place]]
        sent = [event.amount for event in market.events(PayoutTransferred)]
        assert sent == [tranche.shares.host for tranche in cut[:place]]
    until(market, CHECK_IN + 76 * DAY)

    assert market.booking().status is Stands.COMPLETED
    assert market.booking().earned == market.booking().price.shares
    nothing_is_deferred(market)
    assert market.balances()[Account.HOST_PAYABLE, EUR] == 0
    assert market.in_the_books() == market.at_stripe()
    assert market.findings() == []


def hold(market: AlteringMarket, payout_id: PayoutId) -> None:
    """Clara of finance keeps a payout back."""
    put = partial(processes.put_hold, staff=CLARA, payout_id=payout_id, detail="")
    market.decide(partial(put, reason=Hold.MANUAL))


def lift(market: AlteringMarket, payout_id: PayoutId) -> None:
    """Finance lets it go."""
    lifted = partial(processes.lift_hold, staff=FINANCE, payout_id=payout_id)
    market.decide(partial(lifted, reason=Hold.MANUAL))


def test_what_is_dearer_about_nights_that_are_earned_is_earned_at_once() -> None:
    """The host is paid for the first nights, though others of the stay are to come."""
    market = paid()
    first = processes.payout_of(BOOKING)
    hold(market, first)
    until(market, FIRST)
    market.alters(party=Party(adults=4))
    market.pay_the_difference()
    market.settle()

    booking = market.booking()
    cut = tranches(booking.price, a_stay(nights=NIGHTS), LISBON)
    assert booking.earned == cut[0].shares
    lift(market, first)
    until(market, FIRST + 8 * DAY)
    assert [event.amount for event in market.events(PayoutTransferred)] == [cut[0].shares.host]
    assert market.findings() == []


def test_a_hold_that_is_lifted_before_a_late_clock_comes_leaves_its_nights_to_be_earned() -> None:
    market = paid()
    second = processes.payout_of(BOOKING, 2)
    hold(market, second)
    until(market, SECOND - 2 * HOUR)
    market.let_pass(2 * HOUR)  # Nobody works in the meantime.
    lift(market, second)
    until(market, SECOND + DAY)

    cut = tranches(market.booking().price, a_stay(nights=NIGHTS), LISBON)
    assert [event.earned for event in market.events(EarningsRecognized)] == [
        tranche.shares for tranche in cut[:2]
    ]
    assert [payout.status for payout in market.payouts()[:2]] == [Payable.TRANSFERRED] * 2
    assert market.findings() == []


def test_case_o8_a_long_stay_that_ends_in_its_second_tranche_is_made_good_to_the_cent() -> None:
    """Before the second tranche is earned: nothing that goes back was earned by anybody."""
    market = paid()
    until(market, CHECK_IN + 30 * DAY + HOUR)
    curtail(market, "2026-08-02")

    booking, refund = market.booking(), market.refund_for()
    assert booking.settlement is not None
    assert refund.status is Refunding.SUCCEEDED
    assert [entry.rule for event in market.events(RefundApproved) for entry in event.entries] == [
        "J8"
    ]
    first, second, third = market.payouts()
    assert (first.status, third.status) == (Payable.TRANSFERRED, Payable.CANCELLED)
    assert first.amount + second.amount == booking.settlement.kept.host
    nothing_is_deferred(market)

    until(market, market.clock.now + DAY)
    assert [event.amount for event in market.events(PayoutTransferred)] == [
        first.amount,
        second.amount,
    ]
    assert market.in_the_books() == market.at_stripe()
    assert market.findings() == []


def test_case_o8_what_was_earned_of_the_second_tranche_comes_out_of_what_was_earned() -> None:
    """Its payout waits for the host's new bank account to rest, so the host has not had it yet."""
    market = paid()
    until(market, CHECK_IN + 30 * DAY)
    host = market.ledger.state(PROVIDER, RUI)
    assert host is not None
    assert host.payout_account is not None
    changed = to_record_account(
        account=host.payout_account.account,
        standing=Standing.ENABLED,
        bank_account="ba_2RuiSecond",
        seen_at=market.clock.now,
    )
    market.decide(lambda draft: draft.do(PROCESSOR, changed), RUI)
    until(market, SECOND + 6 * HOUR)
    assert [payout.status for payout in market.payouts()] == [
        Payable.TRANSFERRED,
        Payable.ON_HOLD,
        Payable.SCHEDULED,
    ]
    curtail(market, "2026-08-05")

    (approved,) = market.events(RefundApproved)
    assert [entry.rule for entry in approved.entries] == ["J8", "J10"]
    assert approved.debt.minor == 0
    booking = market.booking()
    assert booking.settlement is not None
    first, second, third = market.payouts()
    assert third.status is Payable.CANCELLED
    assert first.amount + second.amount == booking.settlement.kept.host
    nothing_is_deferred(market)
    left = booking.settlement.kept.host - first.amount
    assert market.balances()[Account.HOST_PAYABLE, EUR] == -left.minor
    assert market.findings() == []


def test_case_o8_what_the_host_has_had_of_it_waits_for_a_person() -> None:
    market = paid()
    until(market, SECOND)
    curtail(market, "2026-08-05")

    assert market.refund_for().status is Refunding.AWAITING_APPROVAL
    assert len(market.events(PayoutReleased)) == 2
    assert market.payouts()[2].status is Payable.CANCELLED


def test_a_stay_that_becomes_a_long_one_is_promised_in_tranches() -> None:
    market = paid(nights=28)
    market.alters(stay=a_stay(nights=40))
    market.pay_the_difference()
    market.settle()

    booking = market.booking()
    first, second = market.payouts()
    cut = tranches(booking.price, booking.stay, LISBON)
    assert [first.amount, second.amount] == [tranche.shares.host for tranche in cut]
    until(market, SECOND)
    assert market.booking().earned == booking.price.shares
    assert market.findings() == []


def test_a_long_stay_that_is_made_shorter_gives_back_what_nobody_earned() -> None:
    market = paid()
    until(market, FIRST)
    market.alters(stay=a_stay(nights=40))

    booking = market.booking()
    first, second, third = market.payouts()
    assert first.amount + second.amount == booking.price.shares.host
    assert third.status is Payable.CANCELLED
    assert market.refund_for(alteration=1).status is Refunding.SUCCEEDED
    until(market, SECOND)
    assert booking.price.shares == market.booking().earned
    nothing_is_deferred(market)
    assert market.findings() == []


def test_what_a_shorter_stay_takes_of_what_the_host_has_had_waits_for_a_person() -> None:
    market = paid()
    until(market, FIRST)
    market.alters(stay=a_stay(nights=28))
    assert market.alteration().status is Altering.SETTLING
    assert market.booking().stay == a_stay(nights=NIGHTS)

    refund, refund_id = market.refund_for(alteration=1), processes.refund_of(BOOKING, 1)
    assert refund.status is Refunding.AWAITING_APPROVAL
    booking = market.booking()
    approve = ApproveRefund(
        refund_id=refund_id,
        approved_by=FINANCE.id,
        refundable=market.payment().refundable,
        left_on_lines=refund.lines,
        earned=True,
        payable=Money(0, EUR),
        remitted=(),
        deferred=booking.deferred,
    )

    def plan(draft: Draft) -> None:
        draft.do(FINANCE, approve)
        reserve(draft, refund_id)
        processes.raise_debt_of_refund(draft, refund_id)
        processes.apply_approved_alteration(draft, BOOKING)

    market.decide(plan)
    market.settle()

    assert market.alteration().status is Altering.APPLIED
    first, second, third = market.payouts()
    assert (second.status, third.status) == (Payable.CANCELLED, Payable.CANCELLED)
    (approved,) = market.events(RefundApproved)
    assert [entry.rule for entry in approved.entries] == ["J8", "J11"]
    assert approved.debt == first.amount - market.booking().price.shares.host
    nothing_is_deferred(market)
    assert market.findings() == []


def test_a_refund_is_not_approved_for_more_people_than_are_let_in_by_then() -> None:
    market = paid()
    until(market, FIRST)
    market.alters(stay=a_stay(nights=20), party=Party(adults=2, children=2))
    assert market.alteration().status is Altering.SETTLING
    rates = some_rates()
    market.ask(replace(rates, rooms=(replace(rates.rooms[0], rules=StayRules(capacity=3)),)))

    with pytest.raises(PartyExceedsCapacity):
        approve(market, processes.refund_of(BOOKING, 1))

    assert market.refund_for(alteration=1).status is Refunding.AWAITING_APPROVAL
    assert market.booking().party == Party(adults=2, children=1)


@pytest.mark.parametrize("nights", [30, 31])
def test_thirty_nights_are_one_tranche_and_one_more_is_a_second(nights: int) -> None:
    assert len(paid(nights=nights).payouts()) == nights - 29


# -- Refunds made elsewhere -----------------------------------------------------------------


def made_elsewhere(market: AlteringMarket, lines: tuple[LineBack, ...]) -> RefundId:
    """Somebody gives some lines back at Stripe's own desk; Clara says so later, as it was shown."""
    (charge,) = market.all("charge")
    cents = sum(line.minor for line in lines)
    made = market.browser.v1.refunds.create({"charge": charge["id"], "amount": cents})
    market.settle()
    asked = processes.AskedRefund(
        booking_id=BOOKING, lines=lines, funded_by=Funding.BOOKING, reason="illness"
    )
    refund_id = external_refund_of(made.id)

    def plan(draft: Draft) -> None:
        shown = processes.shown_external(draft, refund_id, asked)
        processes.classify_refund(draft, CLARA, refund_id, asked, shown.digest)

    market.decide(plan)
    return refund_id


def rules_of(market: AlteringMarket) -> list[list[str]]:
    """By which rules what was made elsewhere is booked."""
    told = market.events(ExternalRefundClassified)
    return [[entry.rule for entry in event.entries] for event in told]


def test_a_refund_made_elsewhere_comes_out_of_what_nobody_has_earned_yet_first() -> None:
    market = paid()
    until(market, FIRST)
    nights = [line for line in paid_lines(market.booking().price) if line.code == "night"]

    made_elsewhere(market, tuple(nights[:2]))

    assert rules_of(market) == [["J8s"]]
    assert market.balances()["host_receivable", EUR] == 0
    until(market, THIRD)
    nothing_is_deferred(market)
    assert market.findings() == []


def test_a_refund_made_elsewhere_is_booked_in_parts_where_some_of_it_was_earned() -> None:
    market = paid()
    until(market, SECOND)
    nights = [line for line in paid_lines(market.booking().price) if line.code == "night"]

    made_elsewhere(market, tuple(nights[:30]))
    made_elsewhere(market, tuple(nights[30:32]))

    assert rules_of(market)[0] == ["J8s", "J11s"]
    until(market, CHECK_IN + NIGHTS * DAY)
    nothing_is_deferred(market)
    assert market.findings() == []


def test_refunds_that_staff_give_one_after_the_other_are_booked_by_what_is_left_unearned() -> None:
    market = paid()
    until(market, SECOND)
    nights = [line for line in paid_lines(market.booking().price) if line.code == "night"]

    for refund_id, lines in ((FIRST_GIVEN, nights[:30]), (SECOND_GIVEN, nights[30:32])):
        ask(market, for_nights(*lines))
        approve(market, refund_id)
        market.settle()

    booked = [[entry.rule for entry in event.entries] for event in market.events(RefundApproved)]
    assert booked[0] == ["J8", "J11"]
    until(market, CHECK_IN + NIGHTS * DAY)
    nothing_is_deferred(market)
    assert market.findings() == []
