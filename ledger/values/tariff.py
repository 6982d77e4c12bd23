"""A tariff: what a property's stays cost and under which rules, as host and operator set it."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from ledger.errors import LeviesContradict, RatesContradict, UnknownPolicy
from ledger.values.currency import currency_of
from ledger.values.levies import FeePlan, TaxRule
from ledger.values.money import Money, same_currency, zero
from ledger.values.penalty import BY_HOST, PenaltyRule
from ledger.values.policy import NON_REFUNDABLE, POLICIES, Policy
from ledger.values.rates import ALL_BP, RatePlan, consistent
from ledger.values.stay import ONE_DAY
from ledger.values.stay_rules import EVERY_DAY, SeasonalRules, StayRules


class BookingMode(StrEnum):
    """Whether a stay is the guest's once it is paid, or once its host has accepted it as well."""

    INSTANT = "instant"
    REQUEST = "request"


class RoomRates(Struct, frozen=True, gc=False):
    """What the rooms of one type cost, and which stays are let in them.

    `rules` hold for each day of arrival that has none of its own in `seasonal`.
    """

    room_type: str
    plan: RatePlan
    rules: StayRules = StayRules()
    seasonal: tuple[SeasonalRules, ...] = ()

    def rules_for(self, arrival: date) -> StayRules:
        """The rules for stays that begin on a day."""
        seasons = (one.rules for one in self.seasonal if one.first <= arrival <= one.last)
        return next(seasons, self.rules)

    def rules_by_arrival(self) -> Iterator[tuple[date, date, StayRules]]:
        """The rules of all days, each of which is in one range: from a day to before another."""
        begins = date.min
        for season in sorted(self.seasonal, key=lambda season: season.first):
            if begins < season.first:
                yield begins, season.first, self.rules
            begins = season.last + ONE_DAY
            yield season.first, begins, season.rules
        yield begins, date.max, self.rules


class Rates(Struct, frozen=True, kw_only=True, gc=False):
    """The host's part: rooms by their type, the policy by its name, and how stays are booked.

    Where `non_refundable` is offered, guests may give up every refund for the discount of the plan.
    """

    currency: str
    rooms: tuple[RoomRates, ...]
    policy: str
    mode: BookingMode = BookingMode.INSTANT
    non_refundable: bool = False

    def of(self, room_type: str) -> RoomRates | None:
        """The rates of a room type, where there are any."""
        return next((room for room in self.rooms if room.room_type == room_type), None)

    def policy_for(self, *, non_refundable: bool) -> Policy:
        """The policy of a stay, by what its guest chose."""
        return NON_REFUNDABLE if non_refundable else POLICIES[self.policy]


class Levies(Struct, frozen=True, kw_only=True, gc=False):
    """The operator's part: the platform's fees, the taxes on stays, a host's penalty."""

    fee_plan: FeePlan
    taxes: tuple[TaxRule, ...] = ()
    penalty: PenaltyRule = BY_HOST


def numbered_rates(rates: Rates, version: int) -> Rates:
    """The rates with the version written on every plan: who keeps a plan knows which one."""
    rooms = (replace(room, plan=replace(room.plan, version=version)) for room in rates.rooms)
    return replace(rates, rooms=tuple(rooms))


def numbered_levies(levies: Levies, version: int) -> Levies:
    """The levies with the version written on the fee plan and every rule."""
    return Levies(
        fee_plan=replace(levies.fee_plan, version=version),
        taxes=tuple(replace(rule, version=version) for rule in levies.taxes),
        penalty=replace(levies.penalty, version=version),
    )


def refuse_odd_rates(rates: Rates) -> None:
    """Let rates pass that say one thing about each stay.

    Raises RatesContradict, UnknownPolicy, UnknownCurrency, CurrenciesDiffer.
    """
    listing = zero(currency_of(rates.currency).code)
    if rates.policy not in POLICIES:
        raise UnknownPolicy(policy=rates.policy)
    names = [room.room_type for room in rates.rooms]
    if not names or len(set(names)) < len(names):
        raise RatesContradict(room_types=names)
    for room in rates.rooms:
        same_currency(listing, Money(0, room.plan.currency))
        consistent(room.plan)
        _refuse_odd_seasons(room)
        for rules in (room.rules, *(season.rules for season in room.seasonal)):
            _refuse_odd_rules(room.room_type, rules)


def _refuse_odd_seasons(room: RoomRates) -> None:
    seasons = sorted(room.seasonal, key=lambda season: season.first)
    for season in seasons:
        if season.last < season.first:
            raise RatesContradict(room_type=room.room_type, first=season.first, last=season.last)
    for season, following in pairwise(seasons):
        if following.first <= season.last:
            raise RatesContradict(room_type=room.room_type, two_rules_for=following.first)


def _refuse_odd_rules(room_type: str, rules: StayRules) -> None:
    if rules.min_nights < 1 or (rules.max_nights or rules.min_nights) < rules.min_nights:
        raise RatesContradict(min_nights=rules.min_nights, max_nights=rules.max_nights)
    for days in (rules.arrival_days, rules.departure_days):
        if not days or not set(days) <= set(EVERY_DAY):
            raise RatesContradict(room_type=room_type, days=list(days))
    window = rules.window_days
    if rules.notice_days < 0 or (window is not None and window < rules.notice_days):
        raise RatesContradict(notice_days=rules.notice_days, window_days=window)
    if rules.capacity is not None and rules.capacity < 1:
        raise RatesContradict(room_type=room_type, capacity=rules.capacity)
    if rules.buffer_nights < 0:
        raise RatesContradict(room_type=room_type, buffer_nights=rules.buffer_nights)


def refuse_odd_levies(levies: Levies) -> None:
    """Let levies pass that can be worked out: parts of a whole, nothing below nothing.

    Raises LeviesContradict.
    """
    fees, penalty = levies.fee_plan, levies.penalty
    parts = [fees.guest_fee_bp, fees.host_fee_bp, fees.guest_vat_bp, fees.host_vat_bp]
    parts += [penalty.early_bp, penalty.between_bp, penalty.late_bp]
    parts += [rule.part_bp for rule in levies.taxes]
    if not all(0 <= part <= ALL_BP for part in parts):
        raise LeviesContradict(parts_bp=parts)
    least, most = fees.guest_fee_at_least_minor, fees.guest_fee_at_most_minor
    if least < 0 or (most is not None and most < least):
        raise LeviesContradict(guest_fee_at_least_minor=least, guest_fee_at_most_minor=most)
    if penalty.at_least_minor < 0:
        raise LeviesContradict(penalty_at_least_minor=penalty.at_least_minor)
    names = [rule.name for rule in levies.taxes]
    if len(set(names)) < len(names):
        raise LeviesContradict(taxes=names)
    for rule in levies.taxes:
        _refuse_odd_tax(rule)


def _refuse_odd_tax(rule: TaxRule) -> None:
    counted = rule.base.is_counted
    if rule.minor < 0 or (rule.cap_nights or 0) < 0:
        raise LeviesContradict(tax=rule.name, minor=rule.minor, cap_nights=rule.cap_nights)
    if bool(rule.part_bp if counted else rule.minor):
        raise LeviesContradict(tax=rule.name, base=rule.base.value)
    if rule.inclusive and (counted or rule.compound):
        raise LeviesContradict(tax=rule.name, inclusive=True, compound=rule.compound)
    if rule.valid_from and rule.valid_until and rule.valid_until < rule.valid_from:
        raise LeviesContradict(tax=rule.name, valid_until=rule.valid_until)
