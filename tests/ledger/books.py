"""Stripe's books and ours, held against each other to the last balance transaction (INV-E5).

Counted here from the events and from the stand-in's own tables, in the plainest way: this is what a
random history ends with, and it must not share a mistake with what it judges.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from ledger.events import Event, MoneyEvent, Recorded
from ledger.gateways.stripe.amounts import from_stripe
from ledger.values.journal import Account
from sandbox.stripe.machine import StripeMachine

AT_STRIPE = (Account.STRIPE_PENDING.value, Account.STRIPE_AVAILABLE.value)

Sums = Counter[tuple[str, str]]
"""Minor units by account and currency."""

History = Iterable[Recorded[Event]]


def books_agree(history: History, machine: StripeMachine, *, at_rest: bool = True) -> None:
    """Every balance transaction of the platform is in exactly one event of ours, and the reverse.

    Each event says as much of Stripe's money as the balance transactions that it names; so both
    sides have the same balance in each currency. Where not everything has been taken in yet
    (`at_rest` is False), what is pending here may be available there already.
    """
    events = [one.event for one in history if isinstance(one.event, MoneyEvent)]
    status, books = machine.control("GET", "books")
    assert status == 200
    assert b'"findings":[]' in books, f"the stand-in's own books are wrong: {books!r}"
    _match(events, machine)
    ours, theirs = in_our_books(events), at_stripe(machine)
    if not at_rest:
        ours, theirs = _by_currency(ours), _by_currency(theirs)
    assert ours == theirs, f"we say {dict(ours)}, Stripe says {dict(theirs)}"


def in_our_books(events: Iterable[Event]) -> Sums:
    """What our journal says that Stripe has for us."""
    sums: Sums = Counter()
    for event in events:
        for (account, currency), minor in _at_stripe(event).items():
            sums[account, currency] += minor
    return Counter({key: minor for key, minor in sums.items() if minor})


def at_stripe(machine: StripeMachine) -> Sums:
    """What Stripe says it has for us."""
    platform = machine.world.platform
    sums: Sums = Counter()
    for account, held in zip(AT_STRIPE, (platform.pending, platform.available), strict=True):
        for currency, minor in held.items():
            money = from_stripe(minor, currency)
            sums[account, money.currency] += money.minor
    return Counter({key: minor for key, minor in sums.items() if minor})


def _match(events: Iterable[Event], machine: StripeMachine) -> None:
    moved = {one["id"]: one for one in machine.world.platform.table("balance_transaction").values()}
    by_source: defaultdict[str, list[str]] = defaultdict(list)
    for one in moved.values():
        by_source[one["source"]].append(one["id"])
    told_of: Counter[str] = Counter()
    for event in events:
        named = [
            told
            for name in _names(event)
            for told in ([name] if name in moved else by_source[name])
        ]
        told_of.update(named)
        moves = _by_currency(_at_stripe(event))
        found = Counter[tuple[str, str]]()
        for name in named:
            money = from_stripe(moved[name]["net"], moved[name]["currency"])
            found["", money.currency] += money.minor
        assert moves == found, f"{event.topic} says {dict(moves)}, {named} are {dict(found)}"
    twice = [name for name, times in told_of.items() if times > 1]
    assert not twice, f"told of by more than one event: {twice}"
    untold = [(one["type"], one["source"]) for name, one in moved.items() if name not in told_of]
    assert not untold, f"no event tells of {untold}"


def _names(event: Event) -> list[str]:
    """The balance transactions that an event names, or what they come from."""
    one: Any = getattr(event, "balance_transaction", None)
    several: tuple[str, ...] = getattr(event, "balance_transactions", ())
    source: Any = getattr(event, "reversal", None) or getattr(event, "transfer", None)
    return [one] if one else list(several) or ([source] if source else [])


def _at_stripe(event: Event) -> Sums:
    sums: Sums = Counter()
    for entry in event.entries if isinstance(event, MoneyEvent) else ():
        for line in entry.lines:
            if line.account in AT_STRIPE:
                sums[line.account, line.currency] += line.minor
    return sums


def _by_currency(sums: Sums) -> Sums:
    together: Sums = Counter()
    for (_, currency), minor in sums.items():
        together["", currency] += minor
    return Counter({key: minor for key, minor in together.items() if minor})
