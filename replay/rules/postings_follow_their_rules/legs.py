"""The tables read: which letters each line of a rule sums up."""

from typing import NamedTuple

from replay.rules.postings_follow_their_rules.book import BOOK, TAKEN


class Leg(NamedTuple):
    """A line of a rule: 1 for debit or -1 for credit, the account, its key, letters to sum up.

    A letter is its place and 1, or -1 where it is taken off.
    """

    side: int
    account: str
    kept_by: tuple[str, ...]
    letters: tuple[tuple[int, int], ...]
    settled: bool
    listed: bool


LETTERS = ("T", "h", "g", "o", "s", "p", "r", "b", "v", "x", "z", "c", "d", "B")
LISTED = frozenset("hgovxzcdB")
"""The letters that stand for amounts in the listing's currency, where the guest's is another."""

SETTLED = frozenset("sprb")
"""The letters that stand for amounts in the currency that the processor settled in."""


def _leg(line: str) -> Leg:
    side, account, key, amount = line.split()
    kept_by = () if key == "-" else tuple(key.split("/"))
    terms = amount.replace("-", "+-").split("+")
    letters = tuple((LETTERS.index(term[-1]), -1 if term[0] == "-" else 1) for term in terms)
    settled = amount[0] in SETTLED
    listed = amount[0] in LISTED
    return Leg(1 if side == "Dr" else -1, account, kept_by, letters, settled, listed)


LEGS = {
    rule: tuple(_leg(line) for line in table.split("\n") if line.strip())
    for rule, table in BOOK.items()
}
LEGS |= {
    (f"{rule}r", version): tuple(leg._replace(side=-leg.side) for leg in legs)
    for (rule, version), legs in LEGS.items()
    if rule.rstrip("fx") in (*TAKEN, "J14")
}
