"""What leaves for an authority (J24), and what of it is due again."""

from ledger.values.journal import Account, Entry, credit, debit, entry
from ledger.values.money import Money


def tax_remitted(jurisdiction: str, payable: Money, recovered: Money) -> Entry:
    """J24: our bank pays what is due, less what the authority has had too much of."""
    return entry(
        "J24",
        1,
        debit(Account.TAX_PAYABLE, payable, jurisdiction),
        credit(Account.TAX_RECOVERABLE, recovered, jurisdiction),
        credit(Account.BANK, payable - recovered),
    )


def tax_due_again(jurisdiction: str, amount: Money) -> Entry:
    """J24d: what a remittance was lower by is due after all, because it did not go back."""
    return entry(
        "J24d",
        1,
        debit(Account.TAX_RECOVERABLE, amount, jurisdiction),
        credit(Account.TAX_PAYABLE, amount, jurisdiction),
    )
