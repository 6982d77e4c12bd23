"""What people put right: the exact reverse, then what is right (J28, J17s)."""

from collections.abc import Iterable

from msgspec.structs import replace

from ledger.values.journal import Account, Entry, Line, credit, debit, entry
from ledger.values.money import Money


def reversed_lines(lines: Iterable[Line]) -> Iterable[Line]:
    """The same lines, each on the other side."""
    return (replace(line, minor=-line.minor) for line in lines)


def correction(wrong: Entry, right: Iterable[Line]) -> tuple[Entry, ...]:
    """J28: the exact reverse of what was wrong, then what is right, if anything is.

    Raises UnbalancedEntry.
    """
    entries = entry("J28", 1, *reversed_lines(wrong.lines)), entry("J28", 1, *right)
    return tuple(booked for booked in entries if booked.lines)


def difference_written_off(amount: Money) -> Entry:
    """J17 against suspense: what is missing, and will not be found, is lost."""
    return entry("J17s", 1, debit(Account.EXP_BAD_DEBT, amount), credit(Account.SUSPENSE, amount))
