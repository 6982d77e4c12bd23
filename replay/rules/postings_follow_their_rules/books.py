"""Holds entries against the lines that the rules make."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ledger.events import MoneyEvent, Recorded
from ledger.events.host_debt import DebtNetted
from ledger.values.journal import Entry, Line
from ledger.values.shares import Shares
from replay.rules.postings_follow_their_rules.agreed import NOTHING, Agreed
from replay.rules.postings_follow_their_rules.book import TAKEN_BACK
from replay.rules.postings_follow_their_rules.legs import LEGS, Leg
from replay.rules.postings_follow_their_rules.owed_taxes import OwedTaxes
from replay.rules.rule import Handlers


class Books:
    """Holds what events booked against what the rules make, and tells breaches.

    `payable` is what each host has earned of each stay and not received, in minor units, as booked
    so far, `on_the_way` what of that each payout has ordered out, and `of_damage` are the streams
    whose money is none of a stay's; `charges` are the payments whose money cannot be used yet;
    `lost` is what disputes took of each booking before it was earned. `allowances` are what each
    booking gives back beside its end, by refund, and `given_back` what its end then does; `stays`
    is what was agreed about each, and `ended` are those that fell away; `granted` is how each stood
    before an allowance and after it, by refund; `rates` is what the price of each is in the
    listing's currency and in the guest's, where that is another; `taxes` is what authorities are
    owed.
    """

    def __init__(self, breach: Callable[[str, Recorded[Any]], None]) -> None:
        self.breach = breach
        self.payable: dict[str, int] = {}
        self.on_the_way: dict[str, tuple[str, int]] = {}
        self.of_damage: set[str] = set()
        self.charges: dict[str, Agreed] = {}
        self.lost: dict[str, list[Shares]] = {}
        self.allowances: dict[str, dict[str, Shares]] = {}
        self.given_back: dict[str, list[Agreed]] = {}
        self.ended: set[str] = set()
        self.stays: dict[str, Agreed] = {}
        self.granted: dict[str, tuple[Agreed, Agreed]] = {}
        self.rates: dict[str, tuple[int, int]] = {}
        self.taxes = OwedTaxes()

    def compare(
        self,
        recorded: Recorded[MoneyEvent],
        rules: str | list[str] | None,
        agreed: Agreed,
        keys: Mapping[str, str],
    ) -> None:
        """Hold the event's entries against those that the rules make, or against none."""
        self.remember(recorded)
        entries = recorded.event.entries
        if rules is None or agreed is NOTHING:
            if entries:
                self.breach("entries, and nothing was agreed to book", recorded)
            return
        expected = [rules] if isinstance(rules, str) else rules
        booked = [entry.rule for entry in entries]
        if booked != expected:
            should = " and ".join(expected)
            self.breach(f"booked by {booked}, it should be by {should}", recorded)
            return
        for entry in entries:
            self._compare_entry(recorded, entry, agreed, keys)

    def compare_each(
        self,
        recorded: Recorded[MoneyEvent],
        expected: Sequence[tuple[str, Agreed]],
        keys: Mapping[str, str],
    ) -> None:
        """Hold the event's entries each against its own rule and figures."""
        self.remember(recorded)
        entries = recorded.event.entries
        booked, should = [entry.rule for entry in entries], [rule for rule, _ in expected]
        if booked != should:
            self.breach(f"booked by {booked}, it should be by {' and '.join(should)}", recorded)
            return
        for entry, (_, agreed) in zip(entries, expected, strict=True):
            self._compare_entry(recorded, entry, agreed, keys)

    def _compare_entry(
        self,
        recorded: Recorded[MoneyEvent],
        entry: Entry,
        agreed: Agreed,
        keys: Mapping[str, str],
    ) -> None:
        rule = entry.rule
        if (legs := LEGS.get((rule, entry.version))) is None:
            self.breach(f"{rule} has no version {entry.version}", recorded)
        elif entry.lines != (lines := _lines(legs, agreed, keys)):
            found = f"{_text(entry.lines)}; {rule} makes {_text(lines)}"
            self.breach(found, recorded)

    def compare_taken(
        self,
        recorded: Recorded[MoneyEvent],
        rule: str,
        figures: Mapping[str, int],
        currency: str,
        keys: Mapping[str, str],
    ) -> None:
        """Hold the event's entry against the lines that the rule makes, in any order."""
        self.remember(recorded)
        expected = sorted(_taken_lines(TAKEN_BACK[rule], figures, currency, keys))
        entries = recorded.event.entries
        named = [(entry.rule, entry.version) for entry in entries]
        if named != ([(rule.removesuffix("d"), 1)] if expected else []):
            self.breach(f"booked by {named}, it should be by {rule}", recorded)
            return
        found = sorted(
            (line.account, line.of, line.minor, line.currency)
            for entry in entries
            for line in entry.lines
        )
        if found != expected:
            self.breach(f"{found}; {rule} makes {expected}", recorded)

    def owed(self, of: str) -> int:
        """What a host can still be kept from getting of a stay, in minor units."""
        gone = (minor for whose, minor in self.on_the_way.values() if whose == of)
        return self.payable.get(of, 0) - sum(gone)

    def remember(self, recorded: Recorded[MoneyEvent]) -> None:
        """Keep count of what hosts and authorities are to get."""
        self.taxes.read(recorded)
        event = recorded.event
        pays = event.payout_id if isinstance(event, DebtNetted) else recorded.stream_id
        if pays in self.of_damage:
            return
        for entry in recorded.event.entries:
            for line in entry.lines:
                if line.account == "host_payable":
                    left = self.payable.pop(line.of, 0) - line.minor
                    if left:
                        self.payable[line.of] = left


class Matter:
    """One matter of the books: what agrees on its figures, and what books them."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def hears(self) -> Handlers:
        """What to call for which events."""
        raise NotImplementedError


def _lines(legs: tuple[Leg, ...], agreed: Agreed, keys: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines of a rule; a leg of nothing leaves none."""
    by_place = agreed.figures
    lines = []
    for leg in legs:
        if minor := sum(sign * by_place[at] for at, sign in leg.letters):
            currency = _currency(leg, agreed)
            if leg.kept_by == ("jurisdiction",):
                has_left = leg.account == "tax_recoverable"
                lines += [
                    Line(leg.account, authority, leg.side * tax, currency)
                    for authority, tax in (agreed.taxes_left if has_left else agreed.taxes)
                    if tax
                ]
                continue
            key = "/".join([keys[name] for name in leg.kept_by])
            lines.append(Line(leg.account, key, leg.side * minor, currency))
    return tuple(lines)


def _currency(leg: Leg, agreed: Agreed) -> str:
    if leg.settled:
        return agreed.settled_in
    return agreed.listed_in or agreed.currency if leg.listed else agreed.currency


def _text(lines: tuple[Line, ...]) -> str:
    return ", ".join(f"{line.account} {line.minor:+}" for line in lines) or "nothing"


AnyLine = tuple[str, str, int, str]
"""A line: account, key, minor units, currency."""


def _taken_lines(
    table: str, figures: Mapping[str, int], currency: str, keys: Mapping[str, str]
) -> Iterator[AnyLine]:
    """The lines of a table; a leg of nothing leaves none."""
    for row in table.strip().splitlines():
        side, account, key, letter = row.split()
        sign = 1 if side == "Dr" else -1
        if key == "*":
            of_each = (name for name in figures if name.startswith(f"{letter}:"))
            parts = [(name.partition(":")[2], figures[name]) for name in of_each]
        else:
            named = "" if key == "-" else "/".join(keys[name] for name in key.split("/"))
            parts = [(named, figures.get(letter, 0))]
        for of, minor in parts:
            if minor:
                yield account, of, sign * minor, currency
