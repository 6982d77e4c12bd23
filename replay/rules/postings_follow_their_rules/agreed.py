"""What was agreed, by letter: of a price, of shares, of a charge."""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple

from ledger.values.clock import Instant
from ledger.values.money import Money
from ledger.values.price import Price
from ledger.values.shares import Shares
from ledger.values.stay import House, Stay
from replay import worksheet
from replay.rules.postings_follow_their_rules.legs import LETTERS
from replay.rules.stays_keep_their_dates import local

TRANCHE = 30
"""The most nights that are earned together."""


class Long(NamedTuple):
    """A stay of more nights than are earned together: its price, when and where it is."""

    price: Price
    stay: Stay
    house: House

    def nights_earned(self, at: Instant) -> int:
        """Of how many nights the part is earned by an instant: 24 hours after each 30th begins."""
        count = (self.stay.check_out - self.stay.check_in).days
        earned = 0
        for first in range(0, count, TRANCHE):
            night = self.stay.check_in + timedelta(days=first)
            begins_at = local(self.house.time_zone, night, self.house.check_in_time)
            if begins_at + timedelta(hours=24) <= at:
                earned = min(first + TRANCHE, count)
        return earned


Taxes = tuple[tuple[str, int], ...]
"""What each authority gets, in minor units."""


class Agreed(NamedTuple):
    """What was agreed: minor units by letter, in the order of `LETTERS`, of one currency.

    What the processor settled as is a fact from outside and cannot be agreed on beforehand:
    `charged` takes it from the event that tells it, with the currency in `settled_in`.
    `taxes_left` is what of the taxes has left for its authorities.
    """

    figures: tuple[int, ...]
    currency: str
    host_id: str = ""
    fell_away: bool = False
    settled_in: str = ""
    booking_id: str = ""
    taxes: Taxes = ()
    taxes_left: Taxes = ()
    listed_in: str = ""
    goodwill: bool = False
    booked_by: str = ""
    position: Money | None = None
    earned: tuple[int, ...] = ()
    earned_taxes: tuple[tuple[str, int], ...] = ()
    is_over: bool = False
    long: Long | None = None

    @property
    def booked(self) -> dict[str, int]:
        """The figures by letter."""
        return dict(zip(LETTERS, self.figures, strict=False))


def figures(**by_letter: int) -> tuple[int, ...]:
    """Minor units by letter, in the order of `LETTERS`."""
    return tuple(by_letter.get(letter, 0) for letter in LETTERS)


NOTHING = Agreed(figures(), "")


def is_long(stay: Stay) -> bool:
    """Whether a stay is earned in more parts than one."""
    return (stay.check_out - stay.check_in).days > TRANCHE


def brought(agreed: Agreed, at: Instant) -> Agreed:
    """What a stay has brought by an instant: all that was agreed; of a long one, its first part."""
    if agreed.long is None or agreed.fell_away:
        return agreed
    parts = worksheet.up_to(agreed.long.price, agreed.long.nights_earned(at))
    by_letter = {letter: parts[letter] for letter in "hgovc"}
    taxes = tuple((of, parts[f"x:{of}"]) for of, _ in agreed.taxes)
    by_letter["x"] = sum(minor for _, minor in taxes)
    so_far = figures(T=worth(by_letter), **by_letter)
    return agreed._replace(figures=tuple(map(min, so_far, agreed.figures)), taxes=taxes)


def earned_by(agreed: Agreed, part: Agreed) -> Agreed:
    """What was agreed, once a part of it is earned; what was earned before stays so."""
    before = agreed.earned or figures()
    had, has = dict(agreed.earned_taxes), dict(part.taxes)
    return agreed._replace(
        earned=tuple(map(max, before, part.figures)),
        earned_taxes=tuple(
            (of, max(had.get(of, 0), has.get(of, 0))) for of in dict.fromkeys((*had, *has))
        ),
    )


def deferred_before(stay: Agreed) -> Agreed:
    """What of a long stay's price is not earned, whatever has been allowed of it just now."""
    assert stay.long is not None, "others are earned at once"
    price = stay.long.price
    return not_earned(stay._replace(figures=of_price(price), taxes=taxes_of(price)))


def divided(left: Agreed, back: Agreed) -> tuple[Agreed, Agreed]:
    """What goes back of what is left and not earned of a long stay, and of what was earned.

    What it took of our balance is divided as what the guest got.
    """
    first = dict(zip(LETTERS, map(min, back.figures, left.figures), strict=True))
    had = dict(left.taxes)
    taxes = tuple((of, min(minor, had.get(of, 0))) for of, minor in back.taxes)
    first = {letter: first[letter] for letter in "hgovc"} | {"x": sum(minor for _, minor in taxes)}
    worth_first, all_of_it = worth(first), back.booked["B"]
    paid = round(Fraction(back.booked["T"] * worth_first, all_of_it)) if all_of_it else 0
    taken = round(Fraction(back.booked["s"] * worth_first, all_of_it)) if all_of_it else 0
    opened = worth_first if back.listed_in == back.settled_in else taken
    by_letter = first | {"T": paid, "B": worth_first, "s": taken, "b": opened}
    one = back._replace(figures=figures(**by_letter), taxes=taxes)
    rest = zip(back.figures, one.figures, strict=True)
    gone = dict(taxes)
    other = back._replace(
        figures=tuple(whole - part for whole, part in rest),
        taxes=tuple((of, minor - gone[of]) for of, minor in back.taxes),
    )
    return one, other


def not_earned(agreed: Agreed) -> Agreed:
    """What was agreed and is not earned yet; where less is kept than was earned, nothing of it."""
    if agreed is NOTHING or not agreed.earned:
        return agreed
    earned = zip(agreed.figures, agreed.earned, strict=True)
    left = tuple(max(figure - before, 0) for figure, before in earned)
    had = dict(agreed.earned_taxes)
    taxes = ((authority, minor - had.get(authority, 0)) for authority, minor in agreed.taxes)
    return agreed._replace(figures=left, taxes=tuple(tax for tax in taxes if tax[1] > 0))


def without(agreed: Agreed, lost: Shares) -> Agreed:
    """What is left of it when shares of it are lost."""
    by_letter = of_shares(lost)
    gone = figures(T=worth(by_letter), **by_letter)
    had = dict(agreed.taxes)
    for share in lost.taxes:
        had[share.jurisdiction] = had.get(share.jurisdiction, 0) - share.minor
    left = tuple(figure - minor for figure, minor in zip(agreed.figures, gone, strict=True))
    return agreed._replace(figures=left, taxes=tuple(tax for tax in had.items() if tax[1]))


def altered(before: Agreed, price: Price) -> Agreed:
    """What is agreed instead; what was earned of what is gone goes back, and is earned no more."""
    new, taxes = of_price(price), taxes_of(price)
    had = dict(before.earned_taxes)
    return before._replace(
        figures=new,
        taxes=taxes,
        earned=tuple(map(min, before.earned, new)),
        earned_taxes=tuple((of, min(minor, had.get(of, 0))) for of, minor in taxes),
    )


def of_price(price: Price) -> tuple[int, ...]:
    """A price by letter: the host has what the guest pays and nobody else gets."""
    coupon = price.coupon.minor if price.coupon else 0
    asked_on_top = sum(tax.minor for tax in price.taxes if not tax.rule.inclusive)
    guest_fee, host_fee = price.guest_fee.minor, price.host_fee.minor
    total = price.subtotal.minor + guest_fee + price.guest_vat_minor + asked_on_top - coupon
    vat = price.guest_vat_minor + price.host_vat_minor
    taxes = sum(minor for _, minor in taxes_of(price))
    host = total + coupon - guest_fee - host_fee - vat - taxes
    return figures(T=total, h=host, g=guest_fee, o=host_fee, v=vat, x=taxes, c=coupon)


def taxes_of(price: Price) -> tuple[tuple[str, int], ...]:
    """What each authority gets from the platform, in the order of their names."""
    by_authority: dict[str, int] = {}
    for tax in price.taxes:
        if not tax.rule.host_remits:
            authority = tax.rule.jurisdiction
            by_authority[authority] = by_authority.get(authority, 0) + tax.minor
    return tuple(sorted(by_authority.items()))


def of_shares(shares: Shares) -> dict[str, int]:
    """Shares by letter."""
    return {
        "h": shares.host_minor,
        "g": shares.guest_fee_minor,
        "o": shares.host_fee_minor,
        "v": shares.vat_minor,
        "x": sum(share.minor for share in shares.taxes),
        "c": shares.coupon_minor,
    }


def taxes_in(shares: Shares) -> Taxes:
    """What each authority has of shares."""
    return tuple((share.jurisdiction, share.minor) for share in shares.taxes)


def worth(by_letter: Mapping[str, int]) -> int:
    """What shares are together, in minor units: what a guest pays for them, or gets back."""
    return sum(by_letter[letter] for letter in "hgovx") - by_letter["c"]


def less(agreed: Agreed, by_letter: Mapping[str, int], taxes: Taxes) -> Agreed:
    """What is left of what was agreed for a stay when some of it goes back."""
    left = {letter: minor - by_letter.get(letter, 0) for letter, minor in agreed.booked.items()}
    by_authority = dict(agreed.taxes)
    for authority, minor in taxes:
        by_authority[authority] = by_authority.get(authority, 0) - minor
    left["T"] = agreed.booked["T"] - worth(by_letter)
    after = agreed._replace(figures=figures(**left), taxes=tuple(by_authority.items()))
    if not any(agreed.earned):
        return after
    # What was not earned goes first; what was, is earned no more.
    earned = tuple(map(min, agreed.earned, after.figures))
    left = dict(after.taxes)
    earned_taxes = ((of, min(minor, left.get(of, 0))) for of, minor in agreed.earned_taxes)
    return after._replace(earned=earned, earned_taxes=tuple(earned_taxes))


def earned_again(agreed: Agreed, before: Agreed, after: Agreed) -> Agreed:
    """What is earned once more where an allowance is no more that had changed so much of it."""
    taken = zip_longest(before.earned, after.earned, fillvalue=0)
    more = zip_longest(agreed.earned, (had - has for had, has in taken), fillvalue=0)
    taxes, has = dict(agreed.earned_taxes), dict(after.earned_taxes)
    for authority, minor in before.earned_taxes:
        taxes[authority] = taxes.get(authority, 0) + minor - has.get(authority, 0)
    return agreed._replace(
        earned=tuple(one + other for one, other in more), earned_taxes=tuple(taxes.items())
    )


def charged(amount: Money, settled: Money | None, fee: Money | None, booking_id: str) -> Agreed:
    """A charge: what was asked for, what it settled as, and the fee."""
    gross = settled or amount
    figures = (amount.minor, 0, 0, 0, gross.minor, fee.minor if fee else 0)
    return Agreed(figures, amount.currency, settled_in=gross.currency, booking_id=booking_id)
