"""A quote as it is answered: every night explained, each line in both currencies, each boundary."""

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel

from api.shapes import Amount, amount_of
from ledger.values.clock import Instant
from ledger.values.exchange import Exchange
from ledger.values.money import Money
from ledger.values.policy_text import text_of
from ledger.values.price import Price
from ledger.values.quote import Quote
from projections.projection import Answer


class Signed(BaseModel):
    """An amount that may be below nothing, in minor units."""

    minor: int
    currency: str


class StepToPrice(BaseModel):
    """What was done to a night's price, and the exact minor units after it."""

    done: str
    minor: str


class NightQuoted(BaseModel):
    """A night in the listing's currency, and how its price comes about, rounded once at the end."""

    night: date
    amount: Amount
    steps: list[StepToPrice]


class LineQuoted(BaseModel):
    """A line of what the guest pays. `of` is the night, the tax or the coupon, or empty."""

    code: str
    of: str
    amount: Signed
    listing_amount: Signed


class RateQuoted(BaseModel):
    """The reference rate of a day with our margin: guest units per listing unit, as a fraction."""

    rate: str
    margin_bp: int
    published_on: date | None
    source: str | None


class RefundUntil(BaseModel):
    """What goes back if the stay is called off until an instant, inclusive."""

    until: Instant
    refund: Amount


class PolicyQuoted(BaseModel):
    """What a cancellation would give back, in words and in money; to accept it, send `accept`."""

    name: str
    text: str
    accept: str
    boundaries: list[RefundUntil]


class Quoted(Answer):
    """A price that we keep until it expires; to book it, send `quote` back. `not_converted` says by
    the code of a refusal why it is not in the currency that was wished for."""

    quote: str
    quote_id: str
    expires_at: Instant
    unit_id: str
    room_type: str
    mode: str
    total: Amount
    listing_total: Amount
    lines: list[LineQuoted]
    nights: list[NightQuoted]
    exchange: RateQuoted | None
    not_converted: str | None
    policy: PolicyQuoted
    terms: str
    rates_version: int
    levies_version: int


def quoted(made: Quote, token: str, position: int) -> Quoted:
    """The answer to who asked for a quote."""
    price = made.price
    return Quoted(
        position=position,
        quote=token,
        quote_id=made.quote_id,
        expires_at=made.expires_at,
        unit_id=made.unit_id,
        room_type=made.room_type,
        mode=made.mode.value,
        total=amount_of(price.total),
        listing_total=amount_of(price.listing_total),
        lines=list(_lines(price)),
        nights=list(_nights(price)),
        exchange=_rate(price.exchange),
        not_converted=made.not_converted,
        policy=_policy(made),
        terms=made.terms,
        rates_version=made.rates_version,
        levies_version=made.levies_version,
    )


def _lines(price: Price) -> Iterator[LineQuoted]:
    for line, minor in zip(price.lines(), price.paid_minors, strict=True):
        amount = Signed(minor=minor, currency=price.total.currency)
        listing_amount = Signed(minor=line.minor, currency=price.currency)
        yield LineQuoted(code=line.code, of=line.of, amount=amount, listing_amount=listing_amount)


def _nights(price: Price) -> Iterator[NightQuoted]:
    for night, steps in zip(price.nights, price.explained, strict=True):
        told = [StepToPrice(done=step.done, minor=format(step.minor, "f")) for step in steps]
        amount = amount_of(Money(night.minor, price.currency))
        yield NightQuoted(night=night.night, amount=amount, steps=told)


def _rate(exchange: Exchange | None) -> RateQuoted | None:
    if exchange is None or exchange.guest == exchange.listing:
        return None
    return RateQuoted.model_validate(exchange, from_attributes=True)


def _policy(made: Quote) -> PolicyQuoted:
    boundaries = [
        RefundUntil(until=each.until, refund=amount_of(each.refund)) for each in made.boundaries()
    ]
    return PolicyQuoted(
        name=made.policy.name,
        text=text_of(made.policy),
        accept=made.policy_text,
        boundaries=boundaries,
    )
