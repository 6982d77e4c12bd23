"""Altered stays: agreed by both sides, settled to the cent, made so in one commit or not at all."""

from datetime import timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.alteration import Status as Altering
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import Status as Refunding
from ledger.errors import (
    AlterationChanged,
    FinerThanProcessorStep,
    NightsAreTaken,
    NightsHaveBegun,
    NotDiscoverable,
    NotFound,
    NothingToAlter,
    PartyExceedsCapacity,
    RefundLineExceeded,
    SelfApproval,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Actor
from ledger.events.alteration import AlterationApplied, AlterationFailed
from ledger.events.booking import BookingAltered, EarningsRecognized
from ledger.events.unapplied_receipt import ReceiptReturned
from ledger.events.unit_calendar import ReservationMoved
from ledger.values.change import PAID_WITHIN
from ledger.values.guests import Party
from ledger.values.ids import BookingId, GuestId, UnitId
from ledger.values.journal import Account
from ledger.values.policy import LineBack
from ledger.values.price import paid_by
from ledger.values.stay_rules import StayRules
from tests.facts import (
    BOOKING,
    CHECK_IN,
    EARNED,
    GUEST,
    HOST,
    NOW,
    OPERATOR,
    a_price,
    a_rate_plan,
    a_stay,
    an_id,
    money,
    some_rates,
    to_open_calendar,
)
from tests.ledger.altering import AlteringMarket, quoted_price
from tests.ledger.market import ASKS_THE_BANK, DECLINED, wish_to_pay
from tests.ledger.test_exchange import quoted
from tests.ledger.test_staff_refunds import approve as approve_refund
from tests.ledger.test_staff_refunds import ask as ask_refund
from tests.ledger.test_staff_refunds import for_nights, in_order

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONGER, SHORTER = a_stay(nights=4), a_stay(nights=2)
LATER = a_stay("2026-07-03", nights=3)
ANOTHER, JOANA = BookingId(an_id("another")), GuestId(an_id("Joana"))


@pytest.fixture
def market() -> AlteringMarket:
    """Inês has paid for three nights from 2 July."""
    return AlteringMarket().stays()


def taken_by_joana(market: AlteringMarket) -> None:
    """Somebody else has the night of 5 July."""
    wish = wish_to_pay(
        booking_id=ANOTHER,
        guest_id=JOANA,
        stay=a_stay("2026-07-05", nights=1),
        price=a_price(nights=1, arrival="2026-07-05"),
    )
    plan = partial(processes.book, guest=Actor("G", JOANA), command=wish)
    market.decide(plan, ANOTHER)


def untouched(market: AlteringMarket) -> None:
    """The booking is as it was, and nothing is left to do."""
    assert market.booking().stay == a_stay()
    assert market.booking().revision == 0
    assert market.booking().price == quoted_price(a_stay())
    assert market.events(BookingAltered) == []
    assert market.events(ReservationMoved) == []
    market.until(market.clock.now + 3 * DAY, step=DAY)
    assert market.left() == []
    assert market.in_the_books() == market.at_stripe()
    assert market.findings() == []


# -- Dearer ---------------------------------------------------------------------------------


def test_case_n11_a_dearer_stay_on_overlapping_nights_is_paid_and_made_so_in_one_commit(
    market: AlteringMarket,
) -> None:
    market.alters(stay=LONGER)
    assert market.alteration().status is Altering.SETTLING
    assert market.booking().stay == a_stay(), "nothing changes before it is paid"

    market.pay_the_difference()
    market.settle()

    assert market.booking().stay == LONGER
    assert market.alteration().status is Altering.APPLIED
    assert market.difference().captured == market.alteration().difference
    commits = {
        recorded.command_id
        for recorded in market.store.history
        if isinstance(recorded.event, (BookingAltered, ReservationMoved, AlterationApplied))
    }
    assert len(commits) == 1
    assert market.findings() == []


def test_the_money_of_a_dearer_stay_is_right_to_the_cent(market: AlteringMarket) -> None:
    before = quoted_price(a_stay())
    market.alters(stay=LONGER)
    market.pay_the_difference()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)

    after = market.booking().price
    assert after.nights[:3] == before.nights
    # Sunday 5 July: 130.00 less 5 % for booking a month ahead.
    assert after.nights[3].minor == 12_350
    assert after.total == before.total + market.difference().captured
    assert market.difference().captured == money("147.54 EUR")
    (payout,) = market.payouts()
    assert payout.amount == after.shares.host
    assert market.balances()["host_deferred", "EUR"] == -after.shares.host_minor
    assert market.balances()["tax_deferred", "EUR"] == -4 * 2 * 165
    assert market.balances()["unapplied_receipts", "EUR"] == 0
    assert market.in_the_books() == market.at_stripe()


def test_nights_that_stay_cost_what_they_did_and_added_ones_cost_what_is_asked_now(
    market: AlteringMarket,
) -> None:
    rates = some_rates()
    dearer = replace(rates.rooms[0], plan=a_rate_plan(seasons=(), base_minor=20_000))
    market.ask(replace(rates, rooms=(dearer,)))
    change = market.alters(stay=LONGER)

    assert change.price.nights[:3] == quoted_price(a_stay()).nights
    assert change.price.nights[3].minor == 19_000
    assert change.price.rates is not None
    assert change.price.rates.cleaning_minor == 6_000


def test_a_stay_that_gets_too_short_for_a_weeks_discount_loses_it_for_every_night() -> None:
    market = AlteringMarket().stays(nights=7)
    change = market.shown(stay=a_stay(nights=6))

    assert change.price.nights == quoted_price(a_stay(nights=6)).nights


def test_case_n11_a_difference_that_is_not_paid_leaves_the_booking_untouched(
    market: AlteringMarket,
) -> None:
    market.alters(stay=LONGER)
    market.pay_the_difference(DECLINED)
    market.settle()
    assert market.difference().status is Paying.FAILED

    market.until(market.clock.now + PAID_WITHIN, step=6 * HOUR)

    assert market.alteration().status is Altering.FAILED
    untouched(market)


def test_a_guest_may_try_to_pay_the_difference_again(market: AlteringMarket) -> None:
    market.alters(stay=LONGER)
    market.pay_the_difference(DECLINED)
    market.settle()
    again = partial(processes.try_alteration_again, guest=GUEST, booking_id=BOOKING)
    market.decide(lambda draft: void(again(draft)))
    market.pay_the_difference()
    market.settle()

    assert market.booking().stay == LONGER
    assert market.findings() == []


def test_five_cards_that_are_declined_end_the_alteration(market: AlteringMarket) -> None:
    market.alters(stay=LONGER)
    for _ in range(5):
        market.pay_the_difference(DECLINED)
        market.settle()

    (failed,) = market.events(AlterationFailed)
    assert failed.reason == "the difference could not be paid"
    untouched(market)


def test_a_difference_is_paid_by_way_of_the_guests_bank(market: AlteringMarket) -> None:
    market.alters(stay=LONGER)
    market.pay_the_difference(ASKS_THE_BANK)
    market.settle()
    assert market.difference().status is Paying.REQUIRES_ACTION
    intent = market.difference().intent
    market.behind(f"authentications/{intent}", outcome="passed")
    market.settle()

    assert market.booking().stay == LONGER


def test_who_leaves_their_bank_without_an_answer_keeps_the_booking_as_it_was(
    market: AlteringMarket,
) -> None:
    market.alters(stay=LONGER)
    market.pay_the_difference(ASKS_THE_BANK)
    market.settle()
    market.until(market.clock.now + PAID_WITHIN, step=6 * HOUR)

    assert market.alteration().status is Altering.FAILED
    assert market.difference().status is Paying.CANCELLED
    untouched(market)


def test_nights_that_somebody_has_meanwhile_are_not_paid_for(market: AlteringMarket) -> None:
    market.alters(stay=LONGER)
    taken_by_joana(market)
    market.pay_the_difference()
    market.settle()

    assert market.alteration().status is Altering.FAILED
    (returned,) = market.events(ReceiptReturned)
    assert returned.amount == money("147.54 EUR")
    untouched(market)


def test_a_stay_that_is_called_off_while_the_difference_is_paid_takes_nothing_for_it(
    market: AlteringMarket,
) -> None:
    market.alters(stay=LONGER)
    market.call_off()
    market.settle()

    assert market.alteration().status is Altering.FAILED
    assert market.difference().status is Paying.CANCELLED
    market.until(market.clock.now + 3 * DAY, step=DAY)
    assert market.left() == []
    assert market.findings() == []


# -- Cheaper, and neither -------------------------------------------------------------------


def test_a_cheaper_stay_gives_back_the_difference_without_a_penalty(market: AlteringMarket) -> None:
    market.until(NOW + 3 * DAY, step=DAY)
    before = quoted_price(a_stay())
    market.alters(stay=SHORTER)

    assert market.booking().stay == SHORTER
    assert market.alteration().status is Altering.APPLIED
    after, refund = market.booking().price, market.refund_for(alteration=1)
    assert refund.status is Refunding.SUCCEEDED
    assert refund.amount == before.total - after.total
    assert {line.code for line in refund.lines} == {
        "night",
        "guest_fee",
        "guest_fee_vat",
        "stay_tax",
    }
    (payout,) = market.payouts()
    assert payout.amount == after.shares.host
    assert market.balances()["host_deferred", "EUR"] == -after.shares.host_minor
    assert market.in_the_books() == market.at_stripe()
    assert market.findings() == []


def test_other_nights_at_another_price_give_back_and_take_line_by_line(
    market: AlteringMarket,
) -> None:
    """From Thursday to Sunday becomes Monday to Thursday: no weekend, but two July nights more."""
    market.until(NOW + 3 * DAY, step=DAY)
    market.alters(stay=a_stay("2026-06-29", nights=3))

    refund = market.refund_for(alteration=1)
    nights = [line for line in refund.lines if line.code == "night"]
    assert len(nights) == 6
    assert sum(line.minor for line in refund.lines) == refund.amount.minor
    assert market.findings() == []


def test_another_party_at_the_same_price_is_agreed_and_made_so(market: AlteringMarket) -> None:
    market.alters(party=Party(adults=2))

    assert market.booking().party == Party(adults=2)
    assert market.booking().revision == 1
    assert market.alteration().refund_id is None
    assert market.findings() == []


def test_another_room_of_the_same_type_takes_the_nights_with_it(market: AlteringMarket) -> None:
    second = UnitId(an_id("unit 2"))
    opened = to_open_calendar(unit_id=second, number=2)
    market.decide(lambda draft: draft.do(OPERATOR, opened), second)
    market.alters(unit_id=second)

    assert market.booking().unit_id == second
    assert {night.unit_id for night in market.store.nights} == {second}
    assert market.findings() == []


def test_a_stay_is_altered_more_than_once(market: AlteringMarket) -> None:
    market.until(NOW + 3 * DAY, step=DAY)
    market.alters(stay=LONGER)
    market.pay_the_difference()
    market.settle()
    market.until(NOW + 6 * DAY, step=DAY)
    market.alters(stay=SHORTER)
    market.alters(stay=a_stay())
    market.pay_the_difference()
    market.settle()

    assert market.booking().revision == 3
    nights = market.booking().price.nights
    assert nights[:2] == quoted_price(a_stay()).nights[:2]
    assert nights[2].minor == 14_950, "by now it is too late for an early bird"
    market.until(NOW + 9 * DAY, step=DAY)
    assert market.in_the_books() == market.at_stripe()
    assert market.findings() == []


def test_who_leaves_earlier_may_even_where_the_room_is_let_for_fewer_by_now(
    market: AlteringMarket,
) -> None:
    rates = some_rates()
    market.ask(replace(rates, rooms=(replace(rates.rooms[0], rules=StayRules(capacity=2)),)))

    market.alters(stay=SHORTER)

    assert market.booking().stay == SHORTER
    with pytest.raises(PartyExceedsCapacity):
        market.shown(stay=LONGER)


# -- What follows ---------------------------------------------------------------------------


def test_the_refund_of_an_altered_stay_comes_from_both_of_its_payments(
    market: AlteringMarket,
) -> None:
    market.alters(stay=LONGER)
    market.pay_the_difference()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)
    host_calls_off = partial(
        processes.cancel_for_host, staff=Actor("S", "support"), booking_id=BOOKING, reason="fire"
    )
    market.decide(host_calls_off)
    market.settle()

    first, second = market.refund_for(place=1), market.refund_for(place=2)
    assert first.amount == quoted_price(a_stay()).total
    assert second.amount == money("147.54 EUR")
    assert market.payment().status is Paying.REFUNDED
    assert market.difference().status is Paying.REFUNDED
    assert {of: minor for of, minor in market.balances().items() if "deferred" in of[0]} == {}
    assert market.in_the_books() == market.at_stripe()
    assert market.findings() == []


def test_a_part_that_one_payment_can_give_back_comes_from_one(market: AlteringMarket) -> None:
    market.alters(stay=LONGER)
    market.pay_the_difference()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)
    market.call_off()
    market.settle()

    assert market.refund_for().amount.minor < market.payment().captured.minor
    assert market.difference().status is Paying.COMPLETED


def test_a_stay_that_is_made_longer_after_it_was_earned_is_earned_and_promised_further(
    market: AlteringMarket,
) -> None:
    market.until(CHECK_IN + 25 * HOUR, step=12 * HOUR)
    assert market.booking().earned is not None
    market.alters(stay=LONGER)
    market.pay_the_difference()
    market.settle()

    booking = market.booking()
    assert booking.earned == booking.price.shares
    assert (
        sum(payout.amount.minor for payout in market.payouts()) == booking.price.shares.host_minor
    )
    market.until(CHECK_IN + 6 * DAY, step=DAY)
    assert market.booking().status is Stands.COMPLETED
    assert market.findings() == []


def test_a_stay_that_is_made_shorter_after_it_was_earned_takes_from_what_the_host_is_owed(
    market: AlteringMarket,
) -> None:
    market.until(CHECK_IN + 25 * HOUR, step=12 * HOUR)
    market.alters(stay=SHORTER)

    booking = market.booking()
    assert booking.still_earned == booking.price.shares
    (payout,) = market.payouts()
    assert payout.status is Payable.ON_HOLD, "nobody knows the host here"
    assert payout.amount == booking.price.shares.host
    assert market.balances()["host_payable", "EUR"] == -booking.price.shares.host_minor
    assert market.findings() == []


def test_a_stay_that_both_agree_to_end_after_its_check_out_hour_ends_at_once(
    market: AlteringMarket,
) -> None:
    """They agree at noon that she leaves today, whose check-out was at eleven."""
    market.until(CHECK_IN + 2 * DAY - 3 * HOUR, step=DAY)
    market.alters(stay=SHORTER)

    assert market.booking().status is Stands.COMPLETED
    assert market.findings() == []


def test_a_difference_that_is_paid_before_a_late_clock_begins_the_stay_lets_it_begin(
    market: AlteringMarket,
) -> None:
    market.until(CHECK_IN - HOUR, step=DAY)
    market.alters(stay=LONGER)
    market.let_pass(HOUR + MINUTE)  # Nobody works in the meantime.
    market.pay_the_difference()
    market.listen()
    assert (market.booking().status, market.booking().revision) == (Stands.CONFIRMED, 1)

    market.until(CHECK_IN + 5 * DAY, step=DAY)

    assert market.booking().status is Stands.COMPLETED
    assert market.booking().earned == market.booking().price.shares
    assert market.findings() == []


def test_case_m1_a_stay_that_is_paid_abroad_is_altered_at_the_rate_of_its_booking() -> None:
    market = AlteringMarket().stays(price=paid_by(quoted_price(a_stay()), quoted()))
    market.until(NOW + 3 * DAY, step=DAY)
    market.alters(stay=LONGER)
    market.pay_the_difference()
    market.settle()
    market.until(NOW + 6 * DAY, step=DAY)
    market.alters(stay=SHORTER)
    market.call_off()
    market.settle()

    assert market.booking().price.exchange == quoted()
    assert market.difference().captured.currency == "USD"
    received = market.difference().received
    assert received is not None
    assert received.gross.currency == "EUR"
    market.until(NOW + 9 * DAY, step=DAY)
    assert {key for key in market.balances() if key[0] == Account.FX_POSITION} == set()
    assert market.in_the_books() == market.at_stripe()
    assert market.findings() == []


# -- What must be rejected ------------------------------------------------------------------


def test_nobody_agrees_to_their_own_proposal(market: AlteringMarket) -> None:
    market.propose(stay=LONGER)
    with pytest.raises(SelfApproval):
        market.agree(GUEST)


def test_a_host_proposes_and_the_guest_agrees(market: AlteringMarket) -> None:
    market.propose(HOST, stay=SHORTER)
    market.agree(GUEST)
    market.settle()

    assert market.booking().stay == SHORTER


def test_what_is_accepted_is_what_was_shown(market: AlteringMarket) -> None:
    with pytest.raises(AlterationChanged):
        market.decide(
            partial(
                processes.propose_alteration,
                actor=GUEST,
                booking_id=BOOKING,
                wish=processes.AlterationWish(stay=LONGER),
                accepted=market.shown(stay=SHORTER).digest,
            )
        )
    market.propose(stay=LONGER)
    with pytest.raises(AlterationChanged):
        market.agree(accepted=market.shown(stay=SHORTER).digest)


def test_there_is_one_open_alteration_at_most(market: AlteringMarket) -> None:
    market.propose(stay=LONGER)
    with pytest.raises(TransitionNotAllowed):
        market.propose(HOST, stay=SHORTER)


def test_a_declined_or_withdrawn_proposal_leaves_room_for_the_next(market: AlteringMarket) -> None:
    market.propose(stay=LONGER)
    market.decide(
        partial(processes.decline_alteration, actor=HOST, booking_id=BOOKING, reason="no")
    )
    market.propose(stay=LONGER)
    market.decide(partial(processes.withdraw_alteration, actor=GUEST, booking_id=BOOKING))
    market.propose(stay=SHORTER)

    assert market.alteration().number == 3
    assert market.booking().stay == a_stay()


def test_a_proposal_that_nobody_answers_expires_after_three_days(market: AlteringMarket) -> None:
    market.propose(stay=LONGER)
    market.until(market.clock.now + 72 * HOUR, step=12 * HOUR)

    assert market.alteration().status is Altering.EXPIRED
    with pytest.raises(TransitionNotAllowed):
        market.agree()


def test_a_cancelled_booking_is_not_altered(market: AlteringMarket) -> None:
    market.propose(stay=LONGER)
    market.call_off()
    with pytest.raises(TransitionNotAllowed):
        market.agree()
    with pytest.raises(TransitionNotAllowed):
        market.shown(stay=LONGER)


def test_a_stay_is_not_made_shorter_than_the_nights_that_have_begun(
    market: AlteringMarket,
) -> None:
    market.until(CHECK_IN + DAY + HOUR, step=12 * HOUR)
    with pytest.raises(NightsHaveBegun):
        market.shown(stay=a_stay(nights=1))
    with pytest.raises(NightsHaveBegun):
        market.shown(stay=LATER)
    with pytest.raises(TooLate):
        AlteringMarket().stays().shown(stay=a_stay("2026-05-01", nights=3))


def test_nights_that_somebody_has_cannot_be_proposed(market: AlteringMarket) -> None:
    taken_by_joana(market)
    with pytest.raises(NightsAreTaken):
        market.shown(stay=LONGER)


def test_what_is_so_already_or_too_many_people_or_another_house_is_refused(
    market: AlteringMarket,
) -> None:
    with pytest.raises(NothingToAlter):
        market.shown(stay=a_stay())
    with pytest.raises(PartyExceedsCapacity):
        market.shown(party=Party(adults=5))
    with pytest.raises(NotFound):
        market.shown(unit_id=UnitId(an_id("a castle")))


def test_a_stated_price_stays_stated_and_a_house_without_a_tariff_adds_no_nights() -> None:
    market = AlteringMarket().stays(price=a_price())
    change = market.shown(stay=LONGER)

    assert [night.minor for night in change.price.nights] == [12_000] * 3 + [12_350]
    assert change.price.rates is None
    unpriced = replace(some_rates().rooms[0], room_type="cellar")
    market.ask(some_rates(rooms=(unpriced,)))
    with pytest.raises(NotDiscoverable):
        market.shown(stay=LONGER)
    assert market.shown(stay=SHORTER).price.total == a_price(nights=2).total


def void(_answer: object) -> None:
    """Nobody asks."""


def test_what_an_allowance_gave_back_a_stay_that_is_altered_does_not_bring(
    market: AlteringMarket,
) -> None:
    ask_refund(market, for_nights(LineBack("night", "2026-07-02", 2_000)))
    approve_refund(market)
    market.settle()

    market.alters(stay=SHORTER)
    market.until(EARNED, step=12 * HOUR)

    (earned,) = market.events(EarningsRecognized)
    shares = market.booking().price.shares
    assert earned.earned.host == shares.host - money("19.28 EUR")
    in_order(market)


def test_a_night_that_support_gave_some_of_back_is_not_given_back_whole(
    market: AlteringMarket,
) -> None:
    """It is refused where it is shown, before anybody agrees."""
    ask_refund(market, for_nights(LineBack("night", "2026-07-04", 2_000)))
    approve_refund(market)
    market.settle()
    left = market.booking().price.nights[-1].minor - 2_000

    with pytest.raises(RefundLineExceeded) as refused:
        market.shown(stay=SHORTER)

    assert refused.value.data["of"] == "2026-07-04"
    assert refused.value.data["left_minor"] == left
    assert market.shown(stay=LONGER).stay == LONGER


# -- What the processor can take and give back ----------------------------------------------


@pytest.mark.parametrize("nights", [1, 2, 4, 5, 6, 7, 9, 11])
def test_a_difference_in_dinars_is_one_that_the_processor_takes_and_gives_back(nights: int) -> None:
    market = AlteringMarket().stays(price=paid_by(quoted_price(a_stay()), quoted(guest="KWD")))

    change = market.shown(stay=a_stay(nights=nights))

    assert change.price.total.currency == "KWD"
    assert (change.price.total - market.booking().price.total).minor % 10 == 0


def test_a_difference_that_the_processor_cannot_give_back_is_refused_before_anybody_agrees() -> (
    None
):
    # Three nights cost 136.810 with the fee; two would cost 91.207.
    market = AlteringMarket().stays(price=a_price(each="40.003 KWD"))

    with pytest.raises(FinerThanProcessorStep):
        market.shown(stay=SHORTER)
