"""The auditor's second opinion of prices: it agrees with the ledger, and sees what was changed."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.events import Event, Recorded
from ledger.events.booking import BookingCancelled, BookingRequested, NoShowReported, StayCompleted
from ledger.values.clock import Instant
from ledger.values.ids import StreamId
from ledger.values.money import Money
from ledger.values.policy import (
    FLEXIBLE,
    FREE,
    RETAINED,
    STRICT,
    Ending,
    Occupancy,
    Policy,
    Settlement,
    settle,
)
from ledger.values.price import Price, paid_by
from ledger.values.rates import PriceStep
from replay.rules.prices_follow_their_rules import PricesFollowTheirRules
from tests.facts import BOOKING, HALF, LISBON, NOW, a_booking, a_payment, a_price, a_stay, confirmed
from tests.ledger.strategies import Asked, endings, occupancies, policies, requests
from tests.ledger.test_exchange import quoted
from tests.ledger.worked import A, the_price, the_stay

TO = {
    Ending.BY_GUEST: "cancelled_by_guest",
    Ending.BY_HOST: "cancelled_by_host",
    Ending.BY_PLATFORM: "cancelled_by_platform",
}


@dataclass
class Heard:
    """A rule, and what happened before it so far."""

    rule: PricesFollowTheirRules = field(default_factory=PricesFollowTheirRules)

    def then(self, event: Event, at: Instant = NOW) -> "Heard":
        """Something happened to the booking."""
        recorded: Recorded[Any] = Recorded(
            1, StreamId(BOOKING), 1, BOOKING, at, at, None, b"", event
        )
        handler = self.rule.hears().get(type(event))
        assert handler is not None
        handler(recorded)
        return self

    @property
    def told(self) -> list[str]:
        """What was found."""
        return [finding.found for finding in self.rule.findings()]

    @property
    def remembered(self) -> int:
        """How many bookings it still keeps in mind."""
        return len(self.rule._sold)


def fallen(ending: Ending, settlement: Settlement) -> Event:
    if ending is Ending.NO_SHOW:
        return NoShowReported(settlement=settlement, capped=None)
    return BookingCancelled(
        to=TO[ending], ending=ending, settlement=settlement, capped=None, reason=""
    )


def booked(price: Price, policy: Policy, occupancy: Occupancy) -> BookingRequested:
    party = price.occasion.party if price.occasion else None
    return replace(
        a_booking(stay=occupancy.stay, house=occupancy.house, price=price, policy=policy),
        booked_at=occupancy.booked_at,
        party=party or a_booking().party,
    )


@settings(max_examples=150, deadline=None)
@given(st.data(), requests(), policies, endings)
def test_two_who_work_out_the_same_price_and_settlement_agree(
    data: st.DataObject, asked: Asked, policy: Policy, ending: Ending
) -> None:
    occupancy, price = data.draw(occupancies(asked.stay)), asked.price
    settlement = settle(price, policy, ending, occupancy)

    heard = Heard().then(booked(price, policy, occupancy)).then(a_payment(price))
    heard.then(confirmed(price)).then(fallen(ending, settlement), occupancy.at)

    assert heard.told == []
    assert heard.remembered == 0


@settings(max_examples=60, deadline=None)
@given(st.data(), requests(), policies, endings)
def test_they_agree_as_well_on_what_a_guest_pays_in_another_currency(
    data: st.DataObject, asked: Asked, policy: Policy, ending: Ending
) -> None:
    assume(asked.price.currency == "EUR" and asked.price.shares.host_minor >= 0)
    occupancy, price = data.draw(occupancies(asked.stay)), paid_by(asked.price, quoted())
    settlement = settle(price, policy, ending, occupancy)

    heard = Heard().then(booked(price, policy, occupancy)).then(a_payment(price))
    heard.then(fallen(ending, settlement), occupancy.at)

    assert settlement.refund.currency == price.total.currency == "USD"
    assert heard.told == []


@pytest.mark.parametrize("policy", [FREE, RETAINED, HALF, FLEXIBLE])
@pytest.mark.parametrize("ending", list(Ending))
@pytest.mark.parametrize("hours", [-100, -30, -1, 0, 30])
def test_a_stated_price_takes_the_short_way_where_there_is_one_and_is_judged_alike(
    policy: Policy, ending: Ending, hours: int
) -> None:
    at = LISBON.check_in_at(a_stay()) + timedelta(hours=hours)
    occupancy = Occupancy(a_stay(), LISBON, NOW, at)
    right = settle(a_price(), policy, ending, occupancy)
    wrong = replace(right, kept=replace(right.kept, host_minor=right.kept.host_minor + 1))
    request = booked(a_price(), policy, occupancy)

    assert Heard().then(request).then(fallen(ending, right), at).told == []
    assert Heard().then(request).then(fallen(ending, wrong), at).told


def test_a_discount_too_much_in_a_step_is_seen() -> None:
    price = the_price()
    first, *others = price.explained
    wrong = (first[0], PriceStep("from 7 nights −11 %", first[1].minor - 100), *first[2:])

    told = Heard().then(request_for(replace(price, explained=(wrong, *others)))).told

    assert any("2026-07-02 goes" in found for found in told), told


def request_for(price: Price, policy: Policy = STRICT) -> BookingRequested:
    return booked(price, policy, Occupancy(the_stay(), LISBON, A - timedelta(days=31), A))


def test_each_figure_of_a_price_is_seen_when_it_is_another() -> None:
    price = the_price()
    assert price.rates is not None
    assert price.occasion is not None
    (tax,) = price.taxes
    one_off = Money(price.subtotal.minor + 1, "EUR")
    for wrong in (
        replace(price, subtotal=one_off),
        replace(price, guest_fee=price.guest_fee + Money(1, "EUR")),
        replace(price, host_fee=price.host_fee + Money(1, "EUR")),
        replace(price, guest_vat_minor=price.guest_vat_minor - 1),
        replace(price, host_vat_minor=price.host_vat_minor - 1),
        replace(price, taxes=(replace(tax, minor=tax.minor + 165),)),
        replace(price, taxes=(replace(tax, rule=replace(tax.rule, cap_nights=6)),)),
        replace(price, extras=price.extras[1:]),
        replace(price, nights=(*price.nights[1:], price.nights[0])),
        replace(price, explained=price.explained[1:]),
        replace(price, explained=()),
        replace(price, rates=None),
        replace(price, rates=replace(price.rates, weekend_bp=1_400)),
        replace(price, rates=replace(price.rates, seasons=())),
        replace(price, rates=replace(price.rates, included_guests=2)),
        replace(price, occasion=replace(price.occasion, booked_on=the_stay().check_in)),
        replace(price, billing=2),
    ):
        assert Heard().then(request_for(wrong)).told, wrong


def test_a_price_for_other_people_than_come_is_seen() -> None:
    request = request_for(the_price())

    told = Heard().then(replace(request, party=replace(request.party, adults=3))).told

    assert len(told) == 1


def test_another_price_on_the_payment_or_another_amount_due_is_seen() -> None:
    request, price = request_for(the_price()), the_price()
    other = replace(price, guest_vat_minor=price.guest_vat_minor - 1)
    due = replace(a_payment(price), due=price.total - Money(1, "EUR"))

    assert Heard().then(request).then(a_payment(price)).told == []
    assert Heard().then(request).then(a_payment(other)).told
    assert Heard().then(request).then(due).told
    assert Heard().then(request).then(confirmed(other)).told


@pytest.mark.parametrize("days", [-1, 1])
def test_a_settlement_of_a_tier_one_day_off_is_seen(days: int) -> None:
    boundary = LISBON.days_before_check_in(the_stay(), 7)
    at = boundary if days > 0 else boundary + timedelta(microseconds=1)
    occupancy = Occupancy(the_stay(), LISBON, A - timedelta(days=31), at)
    shifted = replace(occupancy, at=at + timedelta(days=days))
    settlement = settle(the_price(), STRICT, Ending.BY_GUEST, shifted)
    assert settlement != settle(the_price(), STRICT, Ending.BY_GUEST, occupancy)

    heard = Heard().then(request_for(the_price()))

    assert heard.then(fallen(Ending.BY_GUEST, settlement), at).told


def test_a_cent_on_another_line_of_the_refund_is_seen() -> None:
    at = A - timedelta(hours=400)
    right = settle(
        the_price(), STRICT, Ending.BY_GUEST, Occupancy(the_stay(), LISBON, at - timedelta(2), at)
    )
    first, second, *others = right.lines
    moved = replace(first, minor=first.minor + 1), replace(second, minor=second.minor - 1)
    request = replace(request_for(the_price()), booked_at=at - timedelta(2))

    assert Heard().then(request).then(fallen(Ending.BY_GUEST, right), at).told == []
    wrong = replace(right, lines=(*moved, *others))
    assert Heard().then(request).then(fallen(Ending.BY_GUEST, wrong), at).told


def test_a_settlement_from_before_it_had_lines_is_judged_by_its_figures() -> None:
    right = settle(a_price(), HALF, Ending.BY_GUEST, Occupancy(a_stay(), LISBON, NOW, NOW))
    fees_back = right.back.guest_fee_minor + right.back.host_fee_minor
    old = replace(
        right,
        back=replace(right.back, guest_fee_minor=fees_back, host_fee_minor=0),
        lines=(),
    )
    wrong = replace(old, refund=old.refund - Money(1, "EUR"))

    assert Heard().then(a_booking()).then(fallen(Ending.BY_GUEST, old)).told == []
    assert Heard().then(a_booking()).then(fallen(Ending.BY_GUEST, wrong)).told


def test_a_booking_whose_stay_is_over_is_not_remembered() -> None:
    heard = Heard().then(a_booking())
    assert heard.remembered == 1
    assert heard.then(StayCompleted()).remembered == 0
