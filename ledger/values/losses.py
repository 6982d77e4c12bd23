"""Losses: who bears what of an amount that a guest's bank took back for good.

Spec: money, section 12, J20. What was disputed comes apart like the booking that it was paid for;
the host's part of it is taken from what is held for the dispute, then from what the host has still
to be paid for the booking, and the rest is the host's debt.
"""

from enum import StrEnum

from msgspec import Struct

from ledger.values.money import Money, zero
from ledger.values.shares import Shares, TaxShare


class Bearer(StrEnum):
    """Who bears a lost dispute: each their own part, or the platform all of it."""

    HOST = "host"
    PLATFORM = "platform"


class Stake(Struct, frozen=True, kw_only=True):
    """What other streams know of the money that a dispute is about, when it is lost.

    Attributes: `shares` is what the booking's payment comes apart into, less what went back of it;
    `disputed` is the disputed amount at the booking's own rate, in the listing's currency;
    `payable` is what the books owe the host for the booking, beside what is held; `earned` tells
    whether the stay is earned, so that the parts do not stand in the deferred accounts any more;
    `remitted` names the authorities that have their tax already.
    """

    shares: Shares
    disputed: Money
    payable: Money
    earned: bool
    borne_by: Bearer
    remitted: tuple[str, ...] = ()


class Loss(Struct, frozen=True, kw_only=True):
    """Where a lost amount comes from. All amounts are of the listing's currency.

    Attributes: `shares` is whose parts are taken away; of the host's, `from_held` was held for the
    dispute, `from_payable` was still to be paid (or deferred, where the stay is not `earned`), and
    `debt` the host owes from now on; `given_back` was held and is not needed; `borne` is what the
    platform bears beside its own part; `exchange` is what the currencies cost, or brought.
    """

    shares: Shares
    from_held: Money
    from_payable: Money
    debt: Money
    given_back: Money
    borne: Money
    exchange: Money
    earned: bool


def loss_of(stake: Stake, withdrawn: Money, held: Money) -> Loss:
    """Where the amount that was withdrawn for a dispute comes from, once it is lost.

    Raises CurrenciesDiffer.
    """
    currency = stake.disputed.currency
    taken = Shares(currency)
    if stake.borne_by is Bearer.HOST:
        taken = part_of(stake.shares, stake.disputed)
    from_held = min(held.minor, taken.host_minor)
    rest = taken.host_minor - from_held
    from_payable = min(rest, stake.payable.minor) if stake.earned else rest
    return Loss(
        shares=taken,
        from_held=Money(from_held, currency),
        from_payable=Money(from_payable, currency),
        debt=Money(rest - from_payable, currency),
        given_back=held - Money(from_held, currency),
        borne=stake.disputed - taken.total,
        exchange=withdrawn - stake.disputed,
        earned=stake.earned,
    )


def part_of(shares: Shares, amount: Money) -> Shares:
    """The shares of an amount that was paid as these shares: largest remainder, ties by order.

    An amount above their sum takes all of them, and no more.
    """
    whole = shares.total
    if not whole.minor or (amount - whole).minor >= 0:
        return shares if amount.minor else Shares(shares.currency)
    coupon = shares.coupon.split([amount.minor, whole.minor - amount.minor])[0]
    weights = [
        shares.host_minor,
        shares.guest_fee_minor,
        shares.host_fee_minor,
        shares.vat_minor,
        *(share.minor for share in shares.taxes),
    ]
    host, guest_fee, host_fee, vat, *taxes = (
        part.minor for part in (amount + coupon).split(weights)
    )
    return Shares(
        currency=shares.currency,
        host_minor=host,
        guest_fee_minor=guest_fee,
        host_fee_minor=host_fee,
        vat_minor=vat,
        taxes=tuple(
            TaxShare(share.jurisdiction, minor)
            for share, minor in zip(shares.taxes, taxes, strict=True)
            if minor
        ),
        coupon_minor=coupon.minor,
    )


def nothing_lost(currency: str) -> Loss:
    """The loss of a dispute that no money was withdrawn for."""
    nothing = zero(currency)
    return Loss(
        shares=Shares(currency),
        from_held=nothing,
        from_payable=nothing,
        debt=nothing,
        given_back=nothing,
        borne=nothing,
        exchange=nothing,
        earned=False,
    )
