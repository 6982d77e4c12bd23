"""Whatever happens to a host's stays, the host never gets more than they have earned (O10).

Counted here from the events in the plainest way: what the price promised the host, what of it went
back to the guest or to the guest's bank, and what was sent.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import processes
from ledger.aggregates.booking import Curtail
from ledger.draft import Draft
from ledger.errors import Refused
from ledger.events import Event, MoneyEvent
from ledger.events.booking import EarningsRecognized
from ledger.events.host_debt import DebtNetted
from ledger.events.payout import PayoutReleased, PayoutReversed, PayoutTransferred
from ledger.values.ids import BookingId
from ledger.values.journal import Account
from ledger.values.policy import Ending
from tests.facts import BOOKING, FINANCE, GUEST, SUPPORT, a_stay, money
from tests.ledger.books import books_agree
from tests.ledger.market import NotPossible
from tests.ledger.test_disputed_money import JOANA, NEXT, Disputed

DAY = timedelta(days=1)
HOSTS_OWN = {Account.HOST_PAYABLE.value, Account.HOST_HELD.value}
"""What a host may have: what is payable, and what of it is held back for a dispute."""


def leaves_early(market: Disputed) -> None:
    """The guest goes home after one night."""
    booking = market.booking()
    check_out = booking.stay.check_in + DAY

    def plan(draft: Draft) -> None:
        shown = booking.curtailed(check_out, Ending.BY_GUEST, draft.now).digest
        command = Curtail(booking_id=BOOKING, check_out=check_out, accepted=shown, by_host=False)
        processes.curtail(draft, GUEST, command)

    market.decide(plan)


def refunds_outside(market: Disputed) -> None:
    """Somebody gives a part back in the processor's own pages."""
    market.browser.v1.refunds.create({"payment_intent": market.intent(), "amount": 5_000})


def answers(market: Disputed) -> None:
    """Support says what speaks for the charge."""
    disputes = market.all("dispute")
    if not disputes:
        raise NotPossible("nothing is disputed")
    dispute_id = processes.dispute_of(disputes[-1]["id"])
    market.decide(partial(processes.submit_evidence, staff=SUPPORT, dispute_id=dispute_id))


def decides(outcome: str) -> Callable[[Disputed], None]:
    """The guest's bank decides, and we hear of it before the time for an answer is over.

    What is lost stays lost in our books (DI11): a bank that gives it back all the same is a
    difference, which reconciliation finds and a person decides about.
    """

    def act(market: Disputed) -> None:
        disputes = market.all("dispute")
        if not disputes:
            raise NotPossible("nothing is disputed")
        if outcome == "reopened" and disputes[-1]["status"] == "lost":
            raise NotPossible("it is lost")
        market.bank(outcome)
        market.settle()

    return act


def takes_back(market: Disputed) -> None:
    """Finance takes a part of a transfer back."""
    payout_id = processes.payout_of(BOOKING)
    market.decide(
        lambda draft: processes.order_reversal(
            draft, FINANCE, payout_id, money("50.00 EUR"), "dispute_lost"
        )
    )


def sells_again(market: Disputed) -> None:
    """Another guest comes a month later."""
    market.sold(NEXT, guest_id=JOANA, stay=a_stay("2026-08-02"))


def releases(booking_id: BookingId) -> Callable[[Disputed], None]:
    """Somebody releases a payout by hand, whether it is due or not."""
    return lambda market: market.decide(
        partial(processes.release, booking_id=booking_id), booking_id
    )


def passes(days: int) -> Callable[[Disputed], None]:
    """Time passes, with the workers at work."""
    return lambda market: market.until(market.clock.now + days * DAY, step=4 * DAY)


ACTS: dict[str, Callable[[Disputed], None]] = {
    "calls off": lambda market: market.call_off(),
    "leaves early": leaves_early,
    "refunds outside": refunds_outside,
    "bank asks": lambda market: _ignored(market.bank(inquiry=True)),
    "bank takes all": lambda market: _ignored(market.bank()),
    "bank takes a part": lambda market: _ignored(market.bank(amount=12_345)),
    "answers": answers,
    "bank decides for us": decides("won"),
    "bank decides against us": decides("lost"),
    "bank opens it again": decides("reopened"),
    "takes back": takes_back,
    "sells again": sells_again,
    "releases": releases(BOOKING),
    "releases the next": releases(NEXT),
    "works": lambda market: market.settle(),
    "is told again": lambda market: market.tell_again(),
    "a day": passes(1),
    "a week": passes(7),
    "a month": passes(30),
}


def _ignored(_: object) -> None:
    """What an act answers is of no interest."""


def never_more_than_earned(history: Iterable[Event]) -> int:
    """How many transfers there were; each within what its host had earned until then."""
    earned, own, sent, transfers = 0, 0, Counter[str](), 0
    for event in history:
        if isinstance(event, MoneyEvent):
            lines = [line for entry in event.entries for line in entry.lines]
            own -= sum(line.minor for line in lines if line.account in HOSTS_OWN)
        if isinstance(event, EarningsRecognized):
            earned += event.earned.host_minor
        elif isinstance(event, PayoutTransferred):
            transfers += 1
            sent["there"] += event.amount.minor
        elif isinstance(event, DebtNetted):
            sent["netted"] += event.amount.minor
        elif isinstance(event, PayoutReversed):
            sent["back"] += event.amount.minor
        if isinstance(event, PayoutReleased | PayoutTransferred | DebtNetted):
            assert own >= 0, f"{-own} minor units more are sent than the host has"
            assert sent["there"] + sent["netted"] - sent["back"] <= earned, sent
    return transfers


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(sorted(ACTS)), min_size=2, max_size=14))
def test_case_o10_after_any_history_no_host_has_more_than_they_earned(acts: list[str]) -> None:
    after(*acts)


@pytest.mark.nightly
@settings(max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(sorted(ACTS)), min_size=2, max_size=24))
def test_case_o10_after_many_histories_no_host_has_more_than_they_earned(acts: list[str]) -> None:
    after(*acts)


@pytest.mark.parametrize(
    ("acts", "transfers"),
    [
        (("a month", "a month"), 1),
        (("bank takes a part", "works", "bank decides against us"), 1),
        (("a month", "a month", "bank takes a part", "bank decides against us", "works"), 1),
        (("a month", "a month", "bank takes a part", "bank decides against us", "sells again"), 2),
    ],
)
def test_case_o10_hosts_are_paid_in_such_histories(acts: tuple[str, ...], transfers: int) -> None:
    assert after(*acts, "a month", "a month", "a month") == transfers


def after(*acts: str) -> int:
    """Sell a stay, let all this happen, wait; how many transfers there were."""
    market = Disputed()
    market.sold()
    for act in acts:
        with suppress(Refused, stripe.StripeError, NotPossible):
            ACTS[act](market)
    market.until(market.clock.now + 4 * DAY, step=DAY)
    books_agree(market.store.history, market.machine, at_rest=False)
    return never_more_than_earned(recorded.event for recorded in market.store.history)
