"""The platform's own money between the processor and its bank (J25)."""

from ledger.values.journal import Account, Entry, credit, debit, entry
from ledger.values.money import Money


def paid_out(amount: Money) -> Entry:
    """J25: the processor pays the platform out to its bank."""
    return entry("J25", 1, debit(Account.BANK, amount), credit(Account.STRIPE_AVAILABLE, amount))


def topped_up(amount: Money) -> Entry:
    """J25, the other way: the bank fills the balance at the processor."""
    return entry("J25t", 1, debit(Account.STRIPE_AVAILABLE, amount), credit(Account.BANK, amount))


def paid_out_in_vain(amount: Money) -> Entry:
    """J25, returned: what was paid out is at the processor again."""
    return entry("J25r", 1, debit(Account.STRIPE_AVAILABLE, amount), credit(Account.BANK, amount))
