"""Receipt lines: what stands on a receipt or a credit note, worked out once and then kept as it is.

Amounts are minor units of the currency that the guest paid in; the lines sum to the document's
total.
"""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from ledger.values.money import Money
from ledger.values.policy import LineBack
from ledger.values.price import COUPON, GUEST_FEE, GUEST_FEE_VAT, Price, PriceLine

ALTERATION, DAMAGE = "alteration_delta", "damage"
HOST, PLATFORM, TAX_AUTHORITY, ALL = "host", "platform", "tax_authority", "all"
BENEFICIARY = {
    GUEST_FEE: PLATFORM,
    COUPON: PLATFORM,
    GUEST_FEE_VAT: TAX_AUTHORITY,
    "stay_tax": TAX_AUTHORITY,
    "sale_tax": TAX_AUTHORITY,
    ALTERATION: ALL,
}
"""Who gets a line; whatever is not in here is the host's."""


class ReceiptLine(Struct, frozen=True, omit_defaults=True, gc=False):
    """A line. `of` is the night, the tax's name, the coupon or empty.

    `quantity` and `unit_minor` tell how it was counted, `rate_bp` of which part in basis points it
    is; a tax that is `included` in the lines above it does not count towards the total.
    """

    code: str
    of: str
    minor: int
    beneficiary: str
    quantity: int = 1
    unit_minor: int | None = None
    rate_bp: int | None = None
    included: bool = False


class Converted(Struct, frozen=True, gc=False):
    """What the total was before it was converted, and by which rate: guest units per listing unit,
    an exact fraction with our margin in it.
    """

    currency: str
    minor: int
    rate: str
    margin_bp: int


class Content(Struct, frozen=True, omit_defaults=True, gc=False):
    """Everything on a document but its head."""

    lines: tuple[ReceiptLine, ...]
    converted: Converted | None = None


def receipt_of(price: Price) -> Content:
    """What a receipt says about money that was paid for a price."""
    lines = zip(price.lines(), price.paid_minors, strict=True)
    told = tuple(_told(price, line, minor) for line, minor in lines)
    return Content((*told, *_included(price)), _converted(price))


def receipt_of_damage(paid: Money) -> Content:
    """What a receipt says about money that was paid for damage: it is the host's, and no stay's."""
    return Content((ReceiptLine(DAMAGE, "", paid.minor, HOST),))


def receipt_of_change(new: Content, old: Content | None, paid_minor: int) -> Content:
    """What a receipt says about money that was paid for an alteration: the new lines less the old.

    Where the old ones are not known, as for history from outside, it is one line.
    """
    before = {_name(line): line for line in old.lines} if old else {}
    after = {_name(line): line for line in new.lines}
    lines = tuple(
        _moved(after.get(name) or before[name], minor)
        for name in {**after, **before}
        if (minor := _minor(after.get(name)) - _minor(before.get(name)))
    )
    if sum(line.minor for line in lines if not line.included) != paid_minor:
        return Content((ReceiptLine(ALTERATION, "", paid_minor, ALL),))
    return Content(lines)


def _name(line: ReceiptLine) -> tuple[str, str, bool]:
    return line.code, line.of, line.included


def _minor(line: ReceiptLine | None) -> int:
    return line.minor if line else 0


def _moved(line: ReceiptLine, minor: int) -> ReceiptLine:
    """The line by so much; how many of what it was does not say by how much it changed."""
    return msgspec.structs.replace(line, minor=minor, quantity=1, unit_minor=None)


def credit_of(lines: Iterable[LineBack]) -> Content:
    """What a credit note says about what goes back."""
    return Content(
        tuple(
            ReceiptLine(line.code, line.of, line.minor, BENEFICIARY.get(line.code, HOST))
            for line in lines
        )
    )


def _told(price: Price, line: PriceLine, minor: int) -> ReceiptLine:
    told = ReceiptLine(line.code, line.of, minor, BENEFICIARY.get(line.code, HOST))
    plan = price.fee_plan
    if line.code == GUEST_FEE:
        bounded = price.guest_fee != price.subtotal.percentage(plan.guest_fee_bp)
        return told if bounded else msgspec.structs.replace(told, rate_bp=plan.guest_fee_bp)
    if line.code == GUEST_FEE_VAT:
        return msgspec.structs.replace(told, rate_bp=plan.guest_vat_bp)
    for tax in price.taxes:
        if (tax.rule.code, tax.rule.name) == (line.code, line.of):
            of = HOST if tax.rule.host_remits else TAX_AUTHORITY
            return msgspec.structs.replace(told, beneficiary=of, rate_bp=tax.rule.part_bp or None)
    for extra in price.extras:
        if extra.code == line.code and not price.guest_minors:
            return msgspec.structs.replace(told, quantity=extra.count, unit_minor=extra.each_minor)
    return told


def _included(price: Price) -> Iterator[ReceiptLine]:
    """The taxes that are in the rent already; in the guest's currency nobody worked them out."""
    for tax in price.taxes:
        if tax.rule.inclusive and not price.guest_minors:
            yield ReceiptLine(
                tax.rule.code,
                tax.rule.name,
                tax.minor,
                HOST if tax.rule.host_remits else TAX_AUTHORITY,
                rate_bp=tax.rule.part_bp or None,
                included=True,
            )


def _converted(price: Price) -> Converted | None:
    exchange = price.exchange
    if exchange is None or not price.guest_minors:
        return None
    before = price.listing_total
    return Converted(before.currency, before.minor, exchange.rate, exchange.margin_bp)


def kept(content: Content) -> str:
    """The content as it is stored: the same content has always the same text."""
    return msgspec.json.encode(content).decode()


read = msgspec.json.Decoder(Content).decode
"""A stored content as it was."""
