"""What hosts are paid (J6), what comes back of it (J15), and what they owe (J16, J17)."""

from ledger.values.ids import BookingId, HostId
from ledger.values.journal import Account, Entry, credit, debit, entry
from ledger.values.money import Money


def payout_transferred(host_id: HostId, booking_id: BookingId, amount: Money) -> Entry:
    """J6: the host has the money."""
    return entry(
        "J6",
        1,
        debit(Account.HOST_PAYABLE, amount, host_id, booking_id),
        credit(Account.STRIPE_AVAILABLE, amount),
    )


def payout_reversed(host_id: HostId, booking_id: BookingId, amount: Money, to_debt: Money) -> Entry:
    """J15: a transfer came back; it pays the host's debt first, the rest is owed to them again."""
    return entry(
        "J15",
        1,
        debit(Account.STRIPE_AVAILABLE, amount),
        credit(Account.HOST_RECEIVABLE, to_debt, host_id),
        credit(Account.HOST_PAYABLE, amount - to_debt, host_id, booking_id),
    )


def debt_netted(host_id: HostId, booking_id: BookingId, amount: Money) -> Entry:
    """J16: what the host would have been paid for a booking pays what they owe."""
    return entry(
        "J16",
        1,
        debit(Account.HOST_PAYABLE, amount, host_id, booking_id),
        credit(Account.HOST_RECEIVABLE, amount, host_id),
    )


def debt_written_off(host_id: HostId, amount: Money) -> Entry:
    """J17: what the host will not pay any more is the platform's loss."""
    return entry(
        "J17",
        1,
        debit(Account.EXP_BAD_DEBT, amount),
        credit(Account.HOST_RECEIVABLE, amount, host_id),
    )
