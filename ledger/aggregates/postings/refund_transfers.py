"""How a refund reaches the guest (J12), comes back (J13), or went out unasked (J23)."""

from ledger.values.ids import BookingId, RefundId
from ledger.values.journal import Account, Entry, Line, credit, debit, entry
from ledger.values.money import Money


def refund_succeeded(refund_id: RefundId, amount: Money) -> Entry:
    """J12: the guest has the money back."""
    return entry(
        "J12",
        1,
        debit(Account.REFUND_PAYABLE, amount, refund_id),
        credit(Account.STRIPE_AVAILABLE, amount),
    )


def position_closed(
    booking_id: BookingId, opened: Money | None, settled: Money
) -> tuple[Line, ...]:
    """What two rates differ by is gained or lost, so that the deal's position is closed.

    Nothing where the deal has no position in the currency that was settled in: then what stands on
    it is for the booking to close.
    """
    if opened is None or opened.currency != settled.currency:
        return ()
    result = opened - settled
    return (
        debit(Account.FX_POSITION, result, booking_id),
        credit(Account.FX_GAIN_LOSS, result),
    )


def refund_exchanged(
    refund_id: RefundId, booking_id: BookingId, amount: Money, settled: Money, opened: Money | None
) -> Entry:
    """J12 in two currencies: the guest has the amount, which took `settled` of our balance."""
    return entry(
        "J12fx",
        1,
        debit(Account.REFUND_PAYABLE, amount, refund_id),
        credit(Account.FX_POSITION, amount, booking_id),
        debit(Account.FX_POSITION, settled, booking_id),
        credit(Account.STRIPE_AVAILABLE, settled),
        *position_closed(booking_id, opened, settled),
    )


def refund_paid_by_bank(refund_id: RefundId, amount: Money) -> Entry:
    """J12 by another way: the guest has the money from our bank."""
    owed = debit(Account.REFUND_PAYABLE, amount, refund_id)
    return entry("J12b", 1, owed, credit(Account.BANK, amount))


def refund_paid_by_bank_exchanged(
    refund_id: RefundId, booking_id: BookingId, amount: Money, settled: Money, opened: Money | None
) -> Entry:
    """J12b in two currencies: the guest has the amount, which took `settled` of our account."""
    return entry(
        "J12bfx",
        1,
        debit(Account.REFUND_PAYABLE, amount, refund_id),
        credit(Account.FX_POSITION, amount, booking_id),
        debit(Account.FX_POSITION, settled, booking_id),
        credit(Account.BANK, settled),
        *position_closed(booking_id, opened, settled),
    )


def refund_paid_by_dispute(
    refund_id: RefundId, booking_id: BookingId, amount: Money, opened: Money | None, worth: Money
) -> Entry:
    """J12d: the guest has the money by a dispute, so the platform has not lost it beside.

    In two currencies the deal's position is closed by what was opened; the loss is taken back at
    the booking's own rate, at which it was booked, and what differs is gained or lost now.
    """
    owed = debit(Account.REFUND_PAYABLE, amount, refund_id)
    if opened is None:
        return entry("J12d", 1, owed, credit(Account.EXP_CHARGEBACK_LOSS, amount))
    lost = worth if worth.currency == opened.currency else opened
    return entry(
        "J12dfx",
        2,
        owed,
        credit(Account.FX_POSITION, amount, booking_id),
        debit(Account.FX_POSITION, opened, booking_id),
        credit(Account.EXP_CHARGEBACK_LOSS, lost),
        debit(Account.FX_GAIN_LOSS, lost - opened),
    )


def refund_paid_elsewhere(
    refund_id: RefundId, booking_id: BookingId, amount: Money, taken: Money, opened: Money | None
) -> Entry:
    """J12s: the guest has the money by what stands in suspense, gone out at somebody else's word.

    In two currencies that had taken `taken` of our balance.
    """
    owed = debit(Account.REFUND_PAYABLE, amount, refund_id)
    known = credit(Account.SUSPENSE, taken)
    if amount.currency == taken.currency:
        return entry("J12s", 1, owed, known)
    return entry(
        "J12sfx",
        1,
        owed,
        credit(Account.FX_POSITION, amount, booking_id),
        debit(Account.FX_POSITION, taken, booking_id),
        known,
        *position_closed(booking_id, opened, taken),
    )


def refund_came_back(refund_id: RefundId, amount: Money) -> Entry:
    """J13: what had reached the guest came back, and is owed again."""
    return entry(
        "J13",
        1,
        debit(Account.STRIPE_AVAILABLE, amount),
        credit(Account.REFUND_PAYABLE, amount, refund_id),
    )


def refund_came_back_exchanged(
    refund_id: RefundId, booking_id: BookingId, amount: Money, settled: Money
) -> Entry:
    """J13 in two currencies: it came back as `settled`, and the position is open again."""
    return entry(
        "J13fx",
        1,
        debit(Account.STRIPE_AVAILABLE, settled),
        credit(Account.FX_POSITION, settled, booking_id),
        debit(Account.FX_POSITION, amount, booking_id),
        credit(Account.REFUND_PAYABLE, amount, refund_id),
    )


def external_refund_came_back(went: Money, came: Money) -> Entry:
    """J23r: it is here again; what two rates of the same currency differ by is gained or lost."""
    return entry(
        "J23r",
        1,
        debit(Account.STRIPE_AVAILABLE, came),
        credit(Account.SUSPENSE, went),
        debit(Account.FX_GAIN_LOSS, went - came),
    )


def external_refund_seen(taken: Money) -> Entry:
    """J23: the processor gave back what we never asked for."""
    return entry("J23", 1, debit(Account.SUSPENSE, taken), credit(Account.STRIPE_AVAILABLE, taken))
