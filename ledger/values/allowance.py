"""Allowances: what goes back of a stay beside what its end gives back, line by line.

A guest whose heating failed gets some of two nights back, and the stay takes place all the same.
The lines are in the guest's currency; whose parts they come from is worked out in the listing's.
"""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from ledger.values.levies import TaxLine
from ledger.values.money import Money, round_half_even
from ledger.values.policy import LineBack, Settlement
from ledger.values.price import (
    COUPON,
    FEES,
    GUEST_FEE,
    GUEST_FEE_VAT,
    TAXES,
    CouponUse,
    Price,
    PriceLine,
)
from ledger.values.shares import Shares

Left = dict[tuple[str, str], int]
"""Minor units of the guest's currency, by the code of a line and what it is of."""


class Allowance(Struct, frozen=True, gc=False):
    """Lines of the price that go back, and the parts that they come from.

    `earned` is what of them had been earned when it was granted; `after_end` says that the stay had
    fallen away by then, so that it takes of what was kept, and not of what its end gives back. One
    that was `revoked` after the end goes nowhere, and its end gives back no more for it.
    """

    lines: tuple[LineBack, ...]
    back: Shares
    earned: Shares | None = None
    after_end: bool = False
    revoked: bool = False


def paid_lines(price: Price) -> tuple[LineBack, ...]:
    """What the guest pays, line by line."""
    lines = zip(price.lines(), price.paid_minors, strict=True)
    return tuple(LineBack(line.code, line.of, minor) for line, minor in lines)


def without(lines: Iterable[LineBack], gone: Iterable[LineBack]) -> tuple[LineBack, ...]:
    """What is left of lines when others have gone."""
    back = summed(gone)
    return tuple(replace(line, minor=line.minor - back[line.code, line.of]) for line in lines)


def summed(lines: Iterable[LineBack]) -> Counter[tuple[str, str]]:
    """What goes back of each line, however often it is named."""
    back: Counter[tuple[str, str]] = Counter()
    for line in lines:
        back[line.code, line.of] += line.minor
    return back


def with_coupon(
    price: Price, lines: tuple[LineBack, ...], gone: Iterable[LineBack]
) -> tuple[LineBack, ...]:
    """The same lines and what the coupon paid of them, which the guest never paid.

    All lines but the taxes were couponed alike; counted over everything that has gone before, so
    that the last of them leaves nothing of the coupon.
    """
    if price.coupon is None:
        return lines
    before = summed(gone)
    couponed = [line for line in paid_lines(price) if line.code not in (COUPON, *TAXES)]
    (coupon,) = (line for line in paid_lines(price) if line.code == COUPON)
    back = before + summed(lines)
    part = Fraction(
        sum(back[line.code, line.of] for line in couponed), sum(line.minor for line in couponed)
    )
    minor = _half_even(coupon.minor * part) - before[coupon.code, coupon.of]
    return (*lines, replace(coupon, minor=minor)) if minor else lines


def parts_of(price: Price, lines: Iterable[LineBack], gone: Iterable[LineBack] = ()) -> Shares:
    """The parts that lines come from, when others have gone before.

    The host's fee is worked out anew on the rent that is left, over all that has gone, so that no
    cent is lost however many steps it takes.
    """
    before = tuple(gone)
    return _kept(price, before) - _kept(price, (*before, *lines))


def settled_beside(
    price: Price, settlement: Settlement, allowances: Iterable[Allowance]
) -> Settlement:
    """What a settlement still gives back, where some of the price has gone already.

    No line gives back more than was paid of it: what an allowance had given back of a line that the
    settlement gives back as well, the guest has already.
    """
    granted = tuple(allowances)
    if not granted:
        return settlement
    gone = [line for allowance in granted for line in allowance.lines]
    left = {(line.code, line.of): line.minor for line in without(paid_lines(price), gone)}
    lines = tuple(_at_most(line, left[line.code, line.of]) for line in settlement.lines)
    twice = tuple(line for line in without(settlement.lines, lines) if line.minor)
    back = settlement.back - parts_of(price, twice)
    kept = price.shares - back - sum((one.back for one in granted), Shares(price.currency))
    if kept != kept.above_nothing:
        evened = _parted_otherwise(price, granted)
        back, kept = back - evened, kept + evened
    return Settlement(
        refund=Money(sum(line.minor for line in lines), settlement.refund.currency),
        back=back,
        kept=kept,
        lines=tuple(line for line in lines if line.minor),
    )


def _parted_otherwise(price: Price, granted: Iterable[Allowance]) -> Shares:
    """What allowances took of parts beyond what the price, as it is now, takes the same lines from.

    Each was rounded by itself, under the price of its day; where that would leave somebody less
    than nothing of what is kept, the stay's end evens it out. Lines that the price has no more are
    left as they are.
    """
    known = {(line.code, line.of) for line in price.lines()}
    still = [one for one in granted if all((line.code, line.of) in known for line in one.lines)]
    taken = sum((one.back for one in still), Shares(price.currency))
    return taken - parts_of(price, [line for one in still for line in one.lines])


def _at_most(line: LineBack, left: int) -> LineBack:
    """As much of a line as is left; a coupon's is below zero, and so is its rest."""
    within = min(line.minor, left) if line.minor > 0 else max(line.minor, left)
    return replace(line, minor=within)


# -- Whose parts these are ------------------------------------------------------------------


def _kept(price: Price, gone: Iterable[LineBack]) -> Shares:
    """The parts of what stays when lines have gone."""
    paid, back = price.paid_minors, summed(gone)
    listed = list(price.lines())
    minors = [
        _in_listing(line, back[line.code, line.of], minor)
        for line, minor in zip(listed, paid, strict=True)
    ]
    asked = len(price.nights) + len(price.extras)
    subtotal = price.subtotal - Money(sum(minors[:asked]), price.currency)
    host_fee = price.fee_plan.host_fee(subtotal)
    by_code: Counter[str] = Counter()
    for line, minor in zip(listed, minors, strict=True):
        by_code[line.code] += minor
    coupon = price.coupon
    return replace(
        price,
        subtotal=subtotal,
        guest_fee=price.guest_fee - Money(by_code[GUEST_FEE], price.currency),
        guest_vat_minor=price.guest_vat_minor - by_code[GUEST_FEE_VAT],
        host_fee=host_fee,
        host_vat_minor=price.fee_plan.host_vat(host_fee).minor,
        taxes=tuple(_taxes_kept(price, listed, minors)),
        coupon=coupon and CouponUse(coupon.coupon_id, coupon.minor + by_code[COUPON]),
        guest_minors=(),
        exchange=None,
    ).shares


def _in_listing(line: PriceLine, gone: int, paid: int) -> int:
    """What has gone of a line, in the listing's currency: as much of it as of what was paid."""
    return line.minor if gone == paid else _half_even(Fraction(line.minor * gone, paid))


def _taxes_kept(price: Price, listed: list[PriceLine], minors: list[int]) -> Iterable[TaxLine]:
    """Taxes on top as their lines say; those in the rent as much as is kept of it.

    A tax that is counted by the night and in the rent stays due: the night is slept all the same.
    """
    rent = sum(line.minor for line in listed if line.code not in (*FEES, *TAXES, COUPON))
    asked = len(price.nights) + len(price.extras)
    rent_gone = sum(minors[:asked])
    on_top = iter([m for line, m in zip(listed, minors, strict=True) if line.code in TAXES])
    for tax in price.taxes:
        if not tax.rule.inclusive:
            gone = next(on_top)
        elif tax.rule.base.is_counted or not rent:
            gone = 0
        else:
            gone = _half_even(Fraction(tax.minor * rent_gone, rent))
        yield TaxLine(tax.rule, tax.minor - gone)


def _half_even(exact: Fraction) -> int:
    return round_half_even(exact.numerator, exact.denominator)
