"""An offer: a room of a property as its host lets it now, and what a stay in it costs.

What search shows is judged and reckoned here, and so is what a quote promises: there is no second
rule and no second price.
"""

from msgspec import Struct

from ledger.errors import CurrencyNotQuoted, PetsNotAllowed, RatesNotCurrent, TooLate
from ledger.values.clock import Instant
from ledger.values.currency import chargeable
from ledger.values.exchange import Exchange, ReferenceRates, quote_exchange
from ledger.values.guests import Party
from ledger.values.price import CouponUse, Price, Terms, paid_by, price_under
from ledger.values.rates import Occasion
from ledger.values.stay import House, Stay, local_date
from ledger.values.stay_rules import refuse_too_many, refuse_unless_let
from ledger.values.tariff import Levies, RoomRates

MARGIN_BP = 100
"""What we add to the reference rate for a guest who pays in another currency; the quote says so."""


class Asked(Struct, frozen=True, kw_only=True):
    """Which stay somebody asks for, and when they ask."""

    stay: Stay
    party: Party
    at: Instant
    pets: int = 0
    non_refundable: bool = False


class Offer(Struct, frozen=True):
    """A room type of a property as it is let and priced now.

    `capacity` is the heads that were approved for it, where anybody approved any; `pets` says
    whether the house lets any in.
    """

    house: House
    room: RoomRates
    levies: Levies
    capacity: int | None = None
    pets: bool = True

    def refuse_unless_bookable(self, asked: Asked) -> None:
        """Let a stay pass that is to come and that the host lets, by the property's own calendar.

        Raises TooLate, PartyExceedsCapacity, PetsNotAllowed, and what stay rules raise.
        """
        stay, heads = asked.stay, asked.party.heads()
        if asked.at >= self.house.check_in_at(stay):
            today = local_date(asked.at, self.house.time_zone)
            raise TooLate(check_in=stay.check_in, today=today)
        rules = self.room.rules_for(stay.check_in)
        refuse_unless_let(rules, stay, heads, asked.at, self.house.time_zone)
        refuse_too_many(heads, self.capacity)
        if asked.pets and not self.pets:
            raise PetsNotAllowed(pets=asked.pets)

    def price(self, asked: Asked, coupon: CouponUse | None = None) -> Price:
        """What the stay costs in the listing's currency, with every night explained."""
        booked_on = local_date(asked.at, self.house.time_zone)
        occasion = Occasion(asked.party, booked_on, asked.pets, asked.non_refundable)
        terms = Terms(self.room.plan, self.levies.fee_plan, self.levies.taxes)
        return price_under(terms, asked.stay, occasion, coupon)


def payable(price: Price, exchange: Exchange) -> Price:
    """The price as a guest pays it by an exchange, where the processor can take it from a card.

    Raises BelowProcessorMinimum and its kin.
    """
    paid = paid_by(price, exchange)
    total = paid.total
    if total.minor:
        chargeable(total)
    return paid


def exchange_on_offer(
    reference: ReferenceRates | None, listing: str, wished: str, at: Instant
) -> tuple[Exchange, str | None]:
    """By which rate a guest pays; at par, and the code of what is in the way, where none is stated.

    Raises UnknownCurrency.
    """
    try:
        return quote_exchange(reference, listing, wished, margin_bp=MARGIN_BP, on=at.date()), None
    except (RatesNotCurrent, CurrencyNotQuoted) as refusal:
        par = quote_exchange(reference, listing, listing, margin_bp=MARGIN_BP, on=at.date())
        return par, refusal.code
