"""The market of a house with a tariff, whose guest and host agree on another stay."""

from contextlib import suppress
from functools import partial
from typing import Any

import stripe

from ledger import processes, quotes
from ledger.aggregates.alteration import ALTERATION, Alteration
from ledger.aggregates.payment import PAYMENT, Payment
from ledger.aggregates.payout import Payout
from ledger.aggregates.refund import REFUND, Refund
from ledger.draft import Draft
from ledger.events import Actor, Recorded
from ledger.processes.earnings import payouts_of
from ledger.values.change import Change
from ledger.values.ids import BookingId
from ledger.values.price import CouponUse, Price, Terms, price_under
from ledger.values.rates import Occasion
from ledger.values.stay import Stay, local_date
from ledger.values.tariff import Rates
from replay.rules.accounts_keep_their_side import AccountsKeepTheirSide
from replay.rules.confirmed_is_paid import ConfirmedIsPaid
from replay.rules.ended_bookings_are_settled import EndedBookingsAreSettled
from replay.rules.entries_balance import EntriesBalance
from replay.rules.payouts_within_earnings import PayoutsWithinEarnings
from replay.rules.postings_follow_their_rules import PostingsFollowTheirRules
from replay.rules.prices_follow_their_rules import PricesFollowTheirRules
from replay.rules.refunds_within_captures import RefundsWithinCaptures
from replay.rules.revenue_is_earned_first import RevenueIsEarnedFirst
from replay.rules.rule import Rule
from replay.rules.stays_keep_their_dates import StaysKeepTheirDates
from tests.facts import (
    BOOKING,
    GUEST,
    HOST,
    LISBON,
    NOW,
    OPERATOR,
    PROPERTY,
    a_stay,
    some_levies,
    some_rates,
    to_book,
)
from tests.ledger.market import VISA, Market

RULES: tuple[type[Rule], ...] = (
    AccountsKeepTheirSide,
    ConfirmedIsPaid,
    EndedBookingsAreSettled,
    EntriesBalance,
    PayoutsWithinEarnings,
    PostingsFollowTheirRules,
    PricesFollowTheirRules,
    RefundsWithinCaptures,
    RevenueIsEarnedFirst,
    StaysKeepTheirDates,
)
"""The auditor's rules about money, prices and dates that ask no database."""


def quoted_price(stay: Stay, coupon: CouponUse | None = None) -> Price:
    """What a stay costs, quoted on the first of June for the usual party."""
    plan, levies = some_rates().rooms[0].plan, some_levies()
    occasion = Occasion(to_book().party, local_date(NOW, LISBON.time_zone))
    return price_under(Terms(plan, levies.fee_plan, levies.taxes), stay, occasion, coupon)


def open_house(market: Market) -> None:
    """The house has a tariff, so that nights can be added to a stay."""
    ask(market, some_rates())
    market.decide(
        lambda draft: void(quotes.set_levies(draft, OPERATOR, PROPERTY, some_levies())), PROPERTY
    )


def ask(market: Market, rates: Rates) -> None:
    """The host asks these prices from now on."""
    market.decide(lambda draft: void(quotes.set_rates(draft, PROPERTY, rates)), PROPERTY)


def shown_change(market: Market, **wish: Any) -> Change:
    """What a change would be now. Raises Refused."""
    shown: list[Change] = []
    wished = processes.AlterationWish(**wish)
    market.ledger.rehearse(lambda draft: shown.append(processes.work_out(draft, BOOKING, wished)))
    return shown[0]


def propose(market: Market, actor: Actor = GUEST, **wish: Any) -> Change:
    """Somebody proposes what they were shown. Raises Refused."""
    change = shown_change(market, **wish)
    market.decide(
        partial(
            processes.propose_alteration,
            actor=actor,
            booking_id=BOOKING,
            wish=processes.AlterationWish(**wish),
            accepted=change.digest,
        )
    )
    return change


def agree(market: Market, actor: Actor = HOST, accepted: str | None = None) -> None:
    """The other side agrees to what was proposed. Raises Refused."""

    def plan(draft: Draft) -> None:
        proposed = processes.alteration_in(draft, BOOKING)
        digest = accepted or processes.change_of(proposed).digest
        processes.accept_alteration(draft, actor, BOOKING, proposed.number, digest)

    market.decide(plan)


def pay_the_difference(market: Market, card: str = VISA, booking_id: BookingId = BOOKING) -> None:
    """The guest pays what is dearer in the browser."""
    altering = market.ledger.state(ALTERATION, processes.alteration_of(booking_id))
    assert altering is not None
    (intent,) = [
        one["id"]
        for one in market.all("payment_intent")
        if one["metadata"].get("payment_id") == altering.payment_id
    ]
    with suppress(stripe.CardError):
        market.browser.v1.payment_intents.confirm(intent, {"payment_method": card})


class AlteringMarket(Market):
    """A market whose house has a tariff, and whose booking is altered."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        open_house(self)

    def ask(self, rates: Rates) -> None:
        """The host asks these prices from now on."""
        ask(self, rates)

    def stays(self, nights: int = 3, card: str = VISA, **changed: Any) -> "AlteringMarket":
        """A stay is booked from 2 July and paid."""
        stay = a_stay(nights=nights)
        self.book(**{"stay": stay, "price": quoted_price(stay), **changed})
        self.settle()
        self.pay(card)
        self.settle()
        return self

    # -- Agreeing ---------------------------------------------------------------------------

    def shown(self, **wish: Any) -> Change:
        """What a change would be now. Raises Refused."""
        return shown_change(self, **wish)

    def propose(self, actor: Actor = GUEST, **wish: Any) -> Change:
        """Somebody proposes what they were shown. Raises Refused."""
        return propose(self, actor, **wish)

    def agree(self, actor: Actor = HOST, accepted: str | None = None) -> None:
        """The other side agrees to what was proposed. Raises Refused."""
        agree(self, actor, accepted)

    def alters(self, **wish: Any) -> Change:
        """The guest proposes, and the host agrees; whatever is to be done is done."""
        change = self.propose(**wish)
        self.agree()
        self.settle()
        return change

    def pay_the_difference(self, card: str = VISA) -> None:
        """The guest pays what is dearer in the browser."""
        pay_the_difference(self, card)

    # -- How it stands ----------------------------------------------------------------------

    def alteration(self) -> Alteration:
        """The last alteration now."""
        return self._state(ALTERATION, processes.alteration_of(BOOKING))

    def difference(self, number: int = 1) -> Payment:
        """The payment of a difference now."""
        return self._state(PAYMENT, processes.alteration_payment_of(BOOKING, number))

    def refund_for(self, alteration: int = 0, place: int = 1) -> Refund:
        """A refund now: of an alteration, or of the booking's end."""
        return self._state(REFUND, processes.refund_of(BOOKING, alteration, place))

    def payouts(self) -> list[Payout]:
        """The booking's payouts now."""
        draft = self.ledger.rehearse(lambda draft: None)
        return [payout for _, payout in payouts_of(draft, BOOKING)]

    def findings(self) -> list[str]:
        """What the auditor finds in all that happened.

        A market of one booking has no other money to pay the processor's fees from, so its balance
        there may go below nothing.
        """
        found = []
        for kind in RULES:
            rule = kind()
            heard: dict[Any, Any] = dict(rule.hears())
            for recorded in self.store.history:
                one: Recorded[Any] = recorded
                if type(one.event) in heard:
                    heard[type(one.event)](one)
            found += [f"{one.id} at {one.position}: {one.found}" for one in rule.findings()]
        return [finding for finding in found if "stripe_available (" not in finding]


def void(_answer: object) -> None:
    """Nobody asks."""
