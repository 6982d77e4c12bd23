"""Every price and every settlement is what its rule makes of its own inputs.

Worked out again from the rates, the plans, the taxes, the coupon and the policy that stand in the
event, with fractions where the ledger has whole numbers and decimals (`replay/worksheet.py`):
another way to the same figures. What most of a long history is, nights at a stated price under a
policy of one part, has a short way of its own.

A breach means that somebody was charged, or got back, another amount than they were shown. Call
finance and support: the guest or the host named has a claim.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ledger.events import Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingWithdrawn,
    NoShowReported,
    StayCompleted,
    StayCurtailed,
)
from ledger.events.payment import PaymentAdopted, PaymentOpened
from ledger.values.policy import Policy, Settlement
from ledger.values.price import Price
from replay import worksheet
from replay.rules.rule import Handlers, Rule

WELL_BEFORE = timedelta(days=2)
"""So long before the date of arrival no night has begun, whatever the zone."""

EVERYTHING = 10_000


Ended = BookingAbandoned | BookingDeclined | BookingWithdrawn | StayCompleted
"""What a booking cannot fall away after; one that expired may still be paid late."""


class Sold(NamedTuple):
    """A booking that may still fall away: what was asked for, its total in minor units.

    `simple` says that the short way does: a stated price, under a policy of one part.
    """

    booked: BookingRequested
    total: int
    simple: bool

    @property
    def currency(self) -> str:
        """The currency of the total: what the guest pays in."""
        return worksheet.as_paid(self.booked.price).currency


class PricesFollowTheirRules(Rule):
    """Remembers each booking that may still fall away."""

    invariants: ClassVar = {
        "INV-B4": "Each price and settlement is what its rule makes of its inputs."
    }

    def __init__(self) -> None:
        super().__init__()
        self._sold: dict[str, Sold] = {}

    def hears(self) -> Handlers:
        """What carries a figure that was worked out, and what ends a booking without one."""
        return {
            BookingRequested: self.price,
            BookingConfirmed: self.total,
            PaymentOpened: self.due,
            PaymentAdopted: self.due,
            BookingAltered: self.alter,
            StayCurtailed: self.curtail,
            BookingDeclined: self.forget,
            BookingWithdrawn: self.forget,
            BookingCancelled: self.cancel,
            NoShowReported: self.no_show,
            BookingAbandoned: self.forget,
            StayCompleted: self.forget,
        }

    def price(self, recorded: Recorded[BookingRequested]) -> None:
        """The nights are those of the stay, and the figures follow from them."""
        event = recorded.event
        price = event.price
        simple = _is_stated(price)
        if not (simple and _adds_up(price) and _has_the_nights(event)):
            for found in worksheet.about_price(price, event.stay):
                self.breach("INV-B4", found, recorded)
        if price.occasion and price.occasion.party != event.party:
            found = f"priced for {price.occasion.party}, booked for {event.party}"
            self.breach("INV-B4", found, recorded)
        total = worksheet.total_of(worksheet.as_paid(price))
        self._sold[recorded.stream_id] = Sold(event, total, simple and _has_one_part(event.policy))

    def total(self, recorded: Recorded[BookingConfirmed]) -> None:
        """What was confirmed costs what was asked for."""
        sold = self._sold.get(recorded.stream_id)
        total = recorded.event.total
        if sold and (total.minor, total.currency) != (sold.total, sold.currency):
            found = f"confirmed for {total}, asked for at {sold.total} minor units"
            self.breach("INV-B4", found, recorded)

    def due(self, recorded: Recorded[PaymentOpened | PaymentAdopted]) -> None:
        """What is due is the total of the price beside it, which is the booking's.

        For an alteration it is what that price has more than the booking's own.
        """
        event = recorded.event
        if isinstance(event, PaymentOpened) and event.for_damage:
            return  # What a claim comes to no price says.
        sold, price = self._sold.get(event.booking_id), event.price
        for_booking = not (isinstance(event, PaymentOpened) and event.for_alteration)
        if sold and for_booking and price != sold.booked.price:
            self.breach("INV-B4", "the price is not the booking's", recorded)
        paid = worksheet.as_paid(price)
        total = worksheet.total_of(paid)
        if sold:
            total = sold.total if for_booking else total - sold.total
        if (event.due.minor, event.due.currency) != (total, paid.currency):
            found = f"due is {event.due}, the price is {total} minor units"
            self.breach("INV-B4", found, recorded)

    def cancel(self, recorded: Recorded[BookingCancelled]) -> None:
        """Who gets what is what the policy makes of the price, by who called it off and when."""
        sold = self._sold.pop(recorded.stream_id, None)
        ending = recorded.event.ending
        if sold is None:
            return
        settlement = recorded.event.settlement
        arrival, day = sold.booked.stay.check_in, recorded.occurred_at.date()
        early = ending == "by_guest" and day < arrival - WELL_BEFORE
        if not (early and sold.simple and _as_one_part(sold.booked, settlement)):
            self._settled(recorded, sold, ending, settlement)

    def no_show(self, recorded: Recorded[NoShowReported]) -> None:
        """Who gets what is what the policy makes of the price, as if called off at check-in."""
        sold = self._sold.pop(recorded.stream_id, None)
        settlement = recorded.event.settlement
        if sold and not (sold.simple and _as_one_part(sold.booked, settlement)):
            self._settled(recorded, sold, "no_show", settlement)

    def alter(self, recorded: Recorded[BookingAltered]) -> None:
        """Another stay, under the same policy: nights that stay cost what they did."""
        sold, event = self._sold.get(recorded.stream_id), recorded.event
        if sold is None:
            return
        for found in worksheet.about_altered(event.price, event.stay, sold.booked.price):
            self.breach("INV-B4", found, recorded)
        booked = replace(sold.booked, stay=event.stay, price=event.price, party=event.party)
        total = worksheet.total_of(worksheet.as_paid(event.price))
        self._sold[recorded.stream_id] = Sold(booked, total, simple=False)

    def curtail(self, recorded: Recorded[StayCurtailed]) -> None:
        """Who gets what is what the policy makes of it in the last night that is slept."""
        sold, event = self._sold.pop(recorded.stream_id, None), recorded.event
        if sold is None:
            return
        house = sold.booked.house
        last = datetime.combine(event.check_out - timedelta(days=1), house.check_in_time)
        begins_at = last.replace(tzinfo=ZoneInfo(house.time_zone))
        at = max(recorded.occurred_at, begins_at.astimezone(UTC))
        for found in worksheet.about_settlement(sold.booked, event.ending, at, event.settlement):
            self.breach("INV-B4", found, recorded)

    def forget(self, recorded: Recorded[Ended]) -> None:
        """It can fall away no more."""
        self._sold.pop(recorded.stream_id, None)

    def _settled(
        self,
        recorded: Recorded[BookingCancelled] | Recorded[NoShowReported],
        sold: Sold,
        ending: str,
        settlement: Settlement,
    ) -> None:
        told = worksheet.about_settlement(sold.booked, ending, recorded.occurred_at, settlement)
        if settlement.refund.minor and not settlement.lines:
            # Before its second schema a settlement had no lines, and knew policies of one part.
            told = iter(_about_old(sold.booked, settlement))
        for found in told:
            self.breach("INV-B4", found, recorded)


# -- The short way: a stated price, and a policy of one part ------------------------------------


def _is_stated(price: Price) -> bool:
    """Whether a price is nothing but nights and two fees that are parts of them."""
    plan = price.fee_plan
    made = price.exchange or price.rates or price.occasion or price.extras or price.explained
    more = price.taxes or price.coupon or plan.guest_vat_bp or plan.host_vat_bp
    bounds = plan.guest_fee_at_least_minor or plan.guest_fee_at_most_minor is not None
    return not (made or more or bounds) and price.billing in worksheet.KNOWN_BILLING


def _has_one_part(policy: Policy) -> bool:
    return not (policy.tiers or policy.next_night_kept or policy.grace)


def _has_the_nights(event: BookingRequested) -> bool:
    """Whether the price has each night of the stay, once, in order."""
    day = event.stay.check_in.toordinal()
    for night in event.price.nights:
        if night.night.toordinal() != day:
            return False
        day += 1
    return day == event.stay.check_out.toordinal()


def _adds_up(price: Price) -> bool:
    subtotal, plan = sum([night.minor for night in price.nights]), price.fee_plan
    return (
        price.subtotal.minor == subtotal
        and price.guest_fee.minor == _part(subtotal, plan.guest_fee_bp)
        and price.host_fee.minor == _part(subtotal, plan.host_fee_bp)
        and not (price.guest_vat_minor or price.host_vat_minor)
    )


def _as_one_part(booked: BookingRequested, settlement: Settlement) -> bool:
    """Whether everything went back, or nothing, as the policy says; what lies between is longer."""
    price, back, kept = booked.price, settlement.back, settlement.kept
    found = worksheet.figures_of(kept), worksheet.figures_of(back)
    subtotal, guest_fee, host_fee = price.subtotal, price.guest_fee, price.host_fee
    whole = {
        "host": subtotal.minor - host_fee.minor,
        "guest_fee": guest_fee.minor,
        "host_fee": host_fee.minor,
    }
    whole = {name: minor for name, minor in whole.items() if minor}
    if booked.policy.retained_bp == EVERYTHING:
        return found == (whole, {}) and not settlement.refund.minor and not settlement.lines
    if booked.policy.retained_bp or found != ({}, whole):
        return False
    minors = [night.minor for night in price.nights] + [guest_fee.minor]
    lines = [line.minor for line in settlement.lines]
    return settlement.refund.minor == sum(minors) and lines == [one for one in minors if one]


def _about_old(booked: BookingRequested, settlement: Settlement) -> list[str]:
    """The figures of a settlement of the first schema, which told the two fees back as one sum."""
    price, retained_bp = booked.price, booked.policy.retained_bp
    subtotal, guest_fee = price.subtotal.minor, price.guest_fee.minor
    nights_kept = subtotal - _part(subtotal, EVERYTHING - retained_bp)
    fee_kept = guest_fee if retained_bp else 0
    host_fee = _part(nights_kept, price.fee_plan.host_fee_bp)
    host_back = subtotal - price.host_fee.minor - (nights_kept - host_fee)
    fees_back = guest_fee + price.host_fee.minor - fee_kept - host_fee
    refund = subtotal + guest_fee - nights_kept - fee_kept
    expected = (refund, host_back, fees_back, nights_kept - host_fee, fee_kept, host_fee)
    back, kept = settlement.back, settlement.kept
    found = (
        settlement.refund.minor,
        back.host_minor,
        back.guest_fee_minor + back.host_fee_minor,
        kept.host_minor,
        kept.guest_fee_minor,
        kept.host_fee_minor,
    )
    return [] if found == expected else [f"settled as {found}, the policy makes {expected}"]


def _part(minor: int, basis_points: int) -> int:
    """So much of an amount; `round` takes a fraction's ties to the even side."""
    exact = minor * basis_points
    return exact // 10_000 if exact % 10_000 == 0 else round(Fraction(exact, 10_000))
