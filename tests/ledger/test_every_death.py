"""Workers die before and after every call and every commit, and nothing is lost or done twice.

Each story is told once undisturbed. Then it is told again for every moment at which a worker may
die; a new worker, who remembers nothing, begins with what stands in the ledger and in the inbox.
Whatever happens, it must end as the undisturbed story did.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cache, partial, wraps
from typing import Any, NamedTuple

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import processes
from ledger.errors import Refused
from ledger.events.payment import Capture
from ledger.gateways.stripe import StripeGateway, client
from ledger.values.clock import instant
from ledger.values.ids import BookingId, GuestId
from sandbox.stripe.core import account_links
from tests.facts import (
    BOOKING,
    EARNED,
    FINANCE,
    GUEST,
    HOST,
    MARTA,
    NOW,
    OPERATOR,
    RUI,
    SUPPORT,
    a_stay,
    an_id,
    money,
)
from tests.ledger.altering import agree, open_house, pay_the_difference, propose
from tests.ledger.books import books_agree
from tests.ledger.market import ASKS_THE_BANK, DECLINED, Market, NotPossible, wish_to_pay
from tests.ledger.test_hosts import names_another_bank, told_of
from tests.lists import complete

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OTHERS = BookingId(an_id("another"))
PAID_OUT = instant("2026-07-04T14:00:00Z")
"""A day after the payout of the stay falls due."""
Story = Callable[[Market], None]

# -- Stories --------------------------------------------------------------------------------


def pays_at_once(market: Market) -> None:
    """Asked for, paid, confirmed, and the money usable."""
    market.book()
    market.settle()
    market.pay()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)


def is_asked_by_the_bank(market: Market) -> None:
    """Declined once, then 3-D Secure."""
    market.book()
    market.settle()
    market.pay(DECLINED)
    market.settle()
    market.pay(ASKS_THE_BANK)
    market.settle()
    market.answer_the_bank("passed")
    market.settle()


def is_welcomed(market: Market) -> None:
    """Held, accepted, captured."""
    market.book(Capture.MANUAL)
    market.settle()
    market.pay()
    market.settle()
    market.accept()
    market.settle()


def is_declined(market: Market) -> None:
    """Held, declined, let go."""
    market.book(Capture.MANUAL)
    market.settle()
    market.pay()
    market.settle()
    market.decide(
        partial(processes.decline, host=HOST, booking_id=BOOKING, reason="the roof leaks")
    )
    market.settle()


def gives_up(market: Market) -> None:
    """Asked for and given up."""
    market.book()
    market.settle()
    market.decide(partial(processes.abandon, guest=GUEST, booking_id=BOOKING))
    market.settle()


def calls_off(market: Market) -> None:
    """Paid, called off, given back."""
    market.book()
    market.settle()
    market.pay()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)
    market.call_off()
    market.settle()


def is_given_back_in_vain(market: Market) -> None:
    """Paid, called off, given back; and the refund fails a day later."""
    market.book()
    market.settle()
    market.pay("pm_card_refundFail")
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)
    market.call_off()
    market.settle()
    market.until(NOW + 6 * DAY, step=DAY)


def comes_too_late(market: Market) -> None:
    """Paid after the hold, and the nights are somebody else's."""
    market.book()
    market.settle()
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    joana = wish_to_pay(booking_id=OTHERS, guest_id=GuestId(an_id("Joana")))
    market.decide(partial(processes.book, guest=GUEST, command=joana), OTHERS)
    market.pay()
    market.settle()


def comes_late(market: Market) -> None:
    """Paid after the hold, and the nights are still free."""
    market.book()
    market.settle()
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    market.pay()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)


def asks_to_host(market: Market) -> None:
    """A host is vouched for, opens an account at the processor and tells it everything."""
    register = partial(processes.register_host, host_id=RUI, country="PT")
    market.decide(register, RUI)
    vouch = partial(
        processes.vouch_for_host, by=OPERATOR, host_id=RUI, reason="known", source="before"
    )
    market.decide(vouch, RUI)
    market.settle()
    account = account_of(market)
    account_links.complete(market.machine.world, account, wholly=True)
    market.let_pass(MINUTE)
    market.letters.append(told_of(account))
    market.settle()


def has_a_guest(market: Market) -> None:
    """A host who can be paid, and a stay that is paid for."""
    asks_to_host(market)
    pays_at_once(market)


def is_paid(market: Market) -> None:
    """The stay takes place and its host gets their part."""
    market.until(PAID_OUT, step=30 * DAY)


def is_paid_elsewhere(market: Market) -> None:
    """The host names another bank account, no notice of it comes, and the payout waits for it."""
    market.until(EARNED - HOUR, step=30 * DAY)
    names_another_bank(market)
    market.until(EARNED + 3 * DAY, step=DAY)


def was_paid(market: Market) -> None:
    """A stay that is over, and whose host has their part."""
    has_a_guest(market)
    is_paid(market)


def lost_a_dispute(market: Market) -> None:
    """A host who was paid owes what the guest's bank took back."""
    was_paid(market)
    is_disputed(market)


def pays_back(market: Market) -> None:
    """Finance takes a part back of what the host was paid and owes."""
    payout_id = processes.payout_of(BOOKING)
    market.decide(
        lambda draft: processes.order_reversal(
            draft, FINANCE, payout_id, money("100.00 EUR"), "refund"
        )
    )
    market.settle()


def is_disputed(market: Market) -> None:
    """The guest's bank takes the money back after the host was paid, and hears what we say."""
    market.behind("disputes", charge=market.payment().charge)
    market.settle()
    dispute = market.all("dispute")[-1]["id"]
    submit = partial(
        processes.submit_evidence, staff=SUPPORT, dispute_id=processes.dispute_of(dispute)
    )
    market.decide(submit)
    market.settle()
    market.behind(f"disputes/{dispute}", outcome="lost")
    market.settle()


def gives_a_dispute_up(market: Market) -> None:
    """The guest's bank takes the money back, and two persons let it go."""
    market.behind("disputes", charge=market.payment().charge)
    market.settle()
    dispute = market.all("dispute")[-1]["id"]
    accept = partial(
        processes.accept_dispute,
        staff=FINANCE,
        dispute_id=processes.dispute_of(dispute),
        proposer=MARTA,
    )
    market.decide(accept)
    market.settle()


def has_a_tariff(market: Market) -> None:
    """A stay that is paid for, in a house whose host says what more nights cost."""
    open_house(market)
    pays_at_once(market)


def stays_longer(market: Market) -> None:
    """Guest and host agree on a night more, and the guest pays for it with another card."""
    propose(market, stay=a_stay(nights=4))
    agree(market)
    market.settle()
    pay_the_difference(market, DECLINED)
    market.settle()
    pay_the_difference(market)
    market.settle()


def account_of(market: Market) -> str:
    """The host's account; the platform's own stands beside it."""
    (account,) = (one["id"] for one in market.all("account") if "host_id" in one["metadata"])
    return str(account)


BEFORE: Mapping[Story, Story] = {
    is_paid: has_a_guest,
    is_paid_elsewhere: has_a_guest,
    pays_back: lost_a_dispute,
    is_disputed: was_paid,
    gives_a_dispute_up: has_a_guest,
    stays_longer: has_a_tariff,
}
"""What must have happened before a story, without a death: other stories are about that."""

COMES_TO: Mapping[Story, str] = {
    asks_to_host: "provider.payout_account_changed",
    is_paid: "payout.transferred",
    is_paid_elsewhere: "payout.hold_lifted",
    pays_back: "payout.reversed",
    is_disputed: "host_debt.raised",
    gives_a_dispute_up: "dispute.lost",
    stays_longer: "booking.altered",
}
"""What a story is about, so that none ends before it."""

STORIES: tuple[Story, ...] = (
    asks_to_host,
    is_paid,
    is_paid_elsewhere,
    pays_back,
    is_disputed,
    gives_a_dispute_up,
    stays_longer,
    pays_at_once,
    is_asked_by_the_bank,
    is_welcomed,
    is_declined,
    gives_up,
    calls_off,
    is_given_back_in_vain,
    comes_too_late,
    comes_late,
)
FAULTS = (
    None,
    "timeout_before",
    "timeout_after",
    "error_after",
    "rate_limit",
    "key_in_use",
)

# -- What counts ----------------------------------------------------------------------------


class Ending(NamedTuple):
    """How a story ended: here, at Stripe, and in the books of both."""

    topics: tuple[str, ...]
    balances: tuple[Any, ...]
    objects: tuple[Any, ...]
    at_stripe: tuple[int, int]
    errands: tuple[str, ...]


CAME_OF_WAITING = {"payment.outcome_unknown", "unit_calendar.hold_extended"}
"""What a look at the clock adds, where a worker came late."""


OBJECTS = (
    "account",
    "balance_transaction",
    "charge",
    "dispute",
    "payment_intent",
    "refund",
    "transfer",
    "transfer_reversal",
)
"""What must not be there twice."""


def ending(market: Market) -> Ending:
    """How it ended; in which order things happened may differ."""
    objects = [
        (one["object"], str(one.get("amount")), str(one.get("status")))
        for kind in OBJECTS
        for one in market.all(kind)
    ]
    return Ending(
        topics=tuple(sorted(set(market.topics()) - CAME_OF_WAITING)),
        balances=tuple(sorted(market.balances().items())),
        objects=tuple(sorted(objects)),
        at_stripe=market.at_stripe(),
        errands=tuple(sorted(row["errand"] for row in market.left())),
    )


def told(
    story: Story,
    *,
    dies_at: int | None = None,
    fault: str | None = None,
    disturbed: Callable[[Market], None] = lambda _: None,
) -> Market:
    """A story with a death and a fault in it, to its end."""
    market = Market(counter_fee_minor=0)
    if story in BEFORE:
        BEFORE[story](market)
    disturbed(market)
    market.moments = 0
    market.dies_at = dies_at
    market.plague = fault
    market.hire()
    story(market)
    return market


every_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)


@every_story
def test_a_story_that_is_not_disturbed_ends_with_nothing_left_to_do(story: Story) -> None:
    market = told(story)

    assert ending(market).errands == ()
    assert COMES_TO.get(story, "booking.requested") in market.topics()
    books_agree(market.store.history, market.machine, at_rest=False)


# -- Which calls there are ------------------------------------------------------------------

NOT_IN_A_STORY = {
    "payments.confirm": "guests confirm in their browser, past us",
    "payments.intent_of": "only where the notice of a charge names no intent",
    "payments.client_secret": "asked for by who pays, and kept nowhere",
    "accounts.onboarding_link": "asked for by a host, and kept nowhere",
    "bank_payouts.read": "nobody asks yet",
    "bank_payouts.since": "nobody asks yet",
    "transfers.read": "nobody asks yet",
    "balance.read": "asked for by a report, which begins anew",
    "balance.movement": "read by the reconciliation, which begins anew",
    "balance.before": "read by the reconciliation, which begins anew",
    "balance.after": "read by the reconciliation, which begins anew",
    "balance.between": "read by the reconciliation, which begins anew",
    "notices.since": "read by the reconciliation, which begins anew",
}
"""Calls that no worker makes between two commits, each with the reason."""


def calls_of_the_gateway() -> dict[str, tuple[type, str]]:
    """Everything that can be called at Stripe, by subject and name."""
    subjects = vars(StripeGateway(client("sk_test_nobody")))
    return {
        f"{subject}.{name}": (type(gateway), name)
        for subject, gateway in subjects.items()
        for name, one in vars(type(gateway)).items()
        if callable(one) and not name.startswith("_")
    }


def test_every_call_to_the_gateway_is_in_a_story_of_death(monkeypatch: pytest.MonkeyPatch) -> None:
    made: set[str] = set()

    def noted(call: str, one: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(one)
        def noting(*arguments: Any, **named: Any) -> Any:
            made.add(call)
            return one(*arguments, **named)

        return noting

    calls = calls_of_the_gateway()
    for call, (kind, name) in calls.items():
        monkeypatch.setattr(kind, name, noted(call, getattr(kind, name)))
    for story in STORIES:
        told(story, fault="timeout_after")

    complete(
        made | set(NOT_IN_A_STORY), set(calls), "STORIES, or with its reason to NOT_IN_A_STORY"
    )
    assert not made & set(NOT_IN_A_STORY)


@cache
def undisturbed(story: Story) -> Ending:
    """How a story ends where nobody dies and nothing fails."""
    return ending(told(story))


def dies_everywhere(story: Story, step: int, fault: str | None = None, since: int = 1) -> None:
    """Tell the story for every `step`th moment at which a worker may die."""
    moments = told(story, fault=fault).moments
    for moment in range(since, moments + 1, step):
        market = told(story, dies_at=moment, fault=fault)
        assert ending(market) == undisturbed(story), moment
        books_agree(market.store.history, market.machine, at_rest=False)


@every_story
def test_case_p7_a_worker_may_die_at_some_moment(story: Story) -> None:
    number = STORIES.index(story)
    fault = FAULTS[number % len(FAULTS)]
    dies_everywhere(story, step=4, fault=fault, since=1 + number % 4)


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS)
@every_story
def test_case_p7_a_worker_may_die_at_any_moment_whatever_stripe_does(
    story: Story, fault: str | None
) -> None:
    dies_everywhere(story, step=1, fault=fault)


@pytest.mark.parametrize("fault", FAULTS[1:])
@every_story
def test_cases_34_and_35_whatever_stripe_does_at_each_call_it_ends_the_same(
    story: Story, fault: str
) -> None:
    market = told(story, fault=fault)

    assert ending(market) == undisturbed(story)
    books_agree(market.store.history, market.machine, at_rest=False)


# -- Any history ----------------------------------------------------------------------------

ACTS: dict[str, Callable[[Market], None]] = {
    "pays": lambda market: market.pay(),
    "is declined": lambda market: market.pay(DECLINED),
    "is asked": lambda market: market.pay(ASKS_THE_BANK),
    "passes": lambda market: market.answer_the_bank("passed"),
    "fails": lambda market: market.answer_the_bank("failed"),
    "tries again": lambda market: market.decide(
        partial(processes.try_again, guest=GUEST, booking_id=BOOKING)
    ),
    "gives up": lambda market: market.decide(
        partial(processes.abandon, guest=GUEST, booking_id=BOOKING)
    ),
    "is welcomed": lambda market: market.accept(),
    "is not welcomed": lambda market: market.decide(
        partial(processes.decline, host=HOST, booking_id=BOOKING, reason="the roof leaks")
    ),
    "takes it back": lambda market: market.decide(
        partial(processes.withdraw, guest=GUEST, booking_id=BOOKING)
    ),
    "calls off": lambda market: market.call_off(),
    "a worker works": lambda market: market.step(),
    "a notice is read": lambda market: market.listen(),
    "all is told again": lambda market: market.tell_again(),
    "notices come in reverse": lambda market: market.letters.reverse(),
    "notices are lost": lambda market: market.letters.clear(),
    "a minute": lambda market: market.let_pass(MINUTE),
    "a quarter": lambda market: market.let_pass(16 * MINUTE),
    "a day": lambda market: market.let_pass(DAY),
}


def some_history(capture: Capture, acts: list[str], deaths: list[int], fault: str | None) -> None:
    """Let anything happen in any order; then let everybody come to rest, and count the money."""
    market = Market()
    market.plague = fault
    market.hire()
    market.book(capture)
    market.step()
    for act in acts:
        if deaths and act == "a worker works":
            market.dies_at = market.moments + deaths.pop()
        with suppress(Refused, stripe.StripeError, NotPossible):
            ACTS[act](market)
    market.dies_at = None
    market.until(max(market.clock.now, NOW) + 4 * DAY, step=8 * HOUR)

    assert market.left() == []
    books_agree(market.store.history, market.machine)


histories = given(
    capture=st.sampled_from(Capture),
    acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=3, max_size=16),
    deaths=st.lists(st.integers(1, 12), max_size=4),
    fault=st.sampled_from(FAULTS),
)
PATIENT = [HealthCheck.too_slow]


@settings(max_examples=25, suppress_health_check=PATIENT)
@histories
def test_after_any_history_the_books_are_those_of_stripe(
    capture: Capture, acts: list[str], deaths: list[int], fault: str | None
) -> None:
    some_history(capture, acts, deaths, fault)


@pytest.mark.nightly
@settings(max_examples=3_000, suppress_health_check=PATIENT)
@histories
def test_after_many_histories_the_books_are_those_of_stripe(
    capture: Capture, acts: list[str], deaths: list[int], fault: str | None
) -> None:
    some_history(capture, acts, deaths, fault)
