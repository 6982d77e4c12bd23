"""Room: what of a booking's money there is to give back when its stay falls away.

A guest may have some of it from elsewhere: by a gift of the platform's, by a refund that was made
at the processor's own desk, or by a dispute. No more can go back than is left; so less goes back
than the policy says, and the platform's own fees are the first that stay where they are. For a gift
that is right: the platform keeps so much of its fees as it had given, and the host no more than
always.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from ledger.values.allowance import parts_of, without
from ledger.values.currency import currency_of
from ledger.values.money import Money
from ledger.values.policy import LineBack, Settlement
from ledger.values.price import FEES, GUEST_FEE, TAXES, Price
from ledger.values.shares import Shares, TaxShare


class Room(Struct, frozen=True, gc=False):
    """What there is to give back.

    `refundable` is what the payments have, in the guest's currency; `left` is whose it is, in the
    listing's: what refunds have not given back and disputes have not taken.
    """

    refundable: Money
    left: Shares


def capped(price: Price, settlement: Settlement, room: Room) -> Settlement:
    """A settlement that gives back no more than there is, nor of anybody's part more than is left.

    The same settlement where there is enough.
    """
    minor = _most_back(settlement, room)
    if not minor:
        return _nothing_of(settlement)
    left_out = tuple(_left_out(settlement.lines, settlement.refund.minor - minor))
    lines = tuple(line for line in without(settlement.lines, left_out) if line.minor)
    back = fitted(settlement.back - parts_of(price, left_out), room.left)
    if (minor, back) == (settlement.refund.minor, settlement.back):
        return settlement
    return Settlement(
        refund=Money(minor, settlement.refund.currency),
        back=back,
        kept=settlement.kept + settlement.back - back,
        lines=lines,
    )


def _nothing_of(settlement: Settlement) -> Settlement:
    nothing = Shares(settlement.back.currency)
    return Settlement(
        refund=Money(0, settlement.refund.currency),
        back=nothing,
        kept=settlement.kept + settlement.back,
        lines=(),
    )


def fitted(back: Shares, left: Shares) -> Shares:
    """Shares of the same total, of no part less than nothing nor more than is left.

    Others give what is missing; where not even all of them have as much, it is all that is left.
    """
    taken = back.above_nothing.at_most(left)
    missing = back.total.minor - taken.total.minor
    if not missing:
        return taken
    spare = left - taken
    named = sorted({share.jurisdiction for shares in (taken, spare) for share in shares.taxes})
    found = []
    for part, spared in zip(_parts(taken, named), _parts(spare, named), strict=True):
        more = _stands_in(part, spared, missing)
        found.append(part + more)
        missing -= more
    guest_fee, host_fee, host, vat, *taxes = found
    return Shares(
        currency=back.currency,
        host_minor=host,
        guest_fee_minor=guest_fee,
        host_fee_minor=host_fee,
        vat_minor=vat,
        taxes=tuple(TaxShare(of, minor) for of, minor in zip(named, taxes, strict=True) if minor),
        coupon_minor=taken.coupon_minor,
    )


def _stands_in(part: int, spared: int, missing: int) -> int:
    """What a part gives of what is missing, as far as it has some to spare; in minor units.

    Less than nothing is missing where a part that was below nothing was lifted: so much less is
    taken of the others.
    """
    if missing > 0:
        return min(missing, max(spared, 0))
    return max(missing, min(-part, 0))


def _parts(shares: Shares, named: Iterable[str]) -> list[int]:
    """The parts in the order they stand in for others, the platform's first; taxes by name."""
    taxes = {share.jurisdiction: share.minor for share in shares.taxes}
    return [
        shares.guest_fee_minor,
        shares.host_fee_minor,
        shares.host_minor,
        shares.vat_minor,
        *(taxes.get(of, 0) for of in named),
    ]


def _most_back(settlement: Settlement, room: Room) -> int:
    """How much of the refund can go back, in whole steps of the processor."""
    minor, back, left = settlement.refund.minor, settlement.back.total.minor, room.left.total.minor
    most = max(min(minor, room.refundable.minor), 0)
    if back > left:
        most = min(most, minor * max(left, 0) // back)
    if most == minor:
        return minor
    return most - most % currency_of(settlement.refund.currency).charge_step


def _left_out(lines: Iterable[LineBack], minor: int) -> Iterable[LineBack]:
    """So much of the lines: the platform's fee first, taxes last; a coupon's goes with all."""
    ordered = sorted(lines, key=_place)
    if minor == sum(line.minor for line in ordered):
        yield from ordered
        return
    for line in ordered:
        if line.minor > 0 and minor:
            part = min(line.minor, minor)
            minor -= part
            yield replace(line, minor=part)


def _place(line: LineBack) -> int:
    if line.code == GUEST_FEE:
        return 0
    return 1 if line.code in FEES else 3 if line.code in TAXES else 2
