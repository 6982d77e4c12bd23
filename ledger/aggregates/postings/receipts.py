"""Guests' money that the processor holds (J2 to J4), and what came without a place (J22)."""

from ledger.values.ids import BookingId, PaymentId, ReceiptId
from ledger.values.journal import Account, Entry, credit, debit, entry
from ledger.values.money import Money
from ledger.values.received import Received


def payment_completed(payment_id: PaymentId, amount: Money) -> Entry:
    """J2: the processor holds the guest's money; nothing is due for it yet."""
    return entry(
        "J2",
        1,
        debit(Account.STRIPE_PENDING, amount),
        credit(Account.UNAPPLIED_RECEIPTS, amount, payment_id),
    )


def payment_converted(payment_id: PaymentId, booking_id: BookingId, charge: Received) -> Entry:
    """J2 in two currencies: the processor holds the guest's money, exchanged at its own rate."""
    return entry(
        "J2fx",
        1,
        debit(Account.STRIPE_PENDING, charge.gross),
        credit(Account.FX_POSITION, charge.gross, booking_id),
        debit(Account.FX_POSITION, charge.amount, booking_id),
        credit(Account.UNAPPLIED_RECEIPTS, charge.amount, payment_id),
    )


def payment_received(
    payment_id: PaymentId, booking_id: BookingId, charge: Received
) -> tuple[Entry, ...]:
    """J2, in one currency or two, and J3 where there is a fee."""
    if charge.converted:
        came = payment_converted(payment_id, booking_id, charge)
    else:
        came = payment_completed(payment_id, charge.amount)
    return came, *processor_fees(charge)


def processor_fees(charge: Received) -> tuple[Entry, ...]:
    """J3 where there is a fee; nothing where there is none, or nobody told."""
    return (processor_fee(charge.fee),) if charge.fee and charge.fee.minor else ()


def processor_fee(fee: Money) -> Entry:
    """J3: the processor keeps its fee of what it holds for us."""
    return entry(
        "J3",
        1,
        debit(Account.EXP_PSP_FEES, fee),
        credit(Account.STRIPE_PENDING, fee),
    )


def funds_available(amount: Money) -> Entry:
    """J4: the money at the processor can be used."""
    return entry(
        "J4",
        1,
        debit(Account.STRIPE_AVAILABLE, amount),
        credit(Account.STRIPE_PENDING, amount),
    )


def receipt_detected(receipt_id: ReceiptId, amount: Money) -> Entry:
    """J22: the processor holds money of a guest that no payment was waiting for."""
    return entry(
        "J22",
        1,
        debit(Account.STRIPE_PENDING, amount),
        credit(Account.UNAPPLIED_RECEIPTS, amount, receipt_id),
    )


def receipt_converted(receipt_id: ReceiptId, booking_id: BookingId, charge: Received) -> Entry:
    """J22 in two currencies: such money, exchanged at the processor's own rate."""
    return entry(
        "J22fx",
        1,
        debit(Account.STRIPE_PENDING, charge.gross),
        credit(Account.FX_POSITION, charge.gross, booking_id),
        debit(Account.FX_POSITION, charge.amount, booking_id),
        credit(Account.UNAPPLIED_RECEIPTS, charge.amount, receipt_id),
    )


def receipt_received(
    receipt_id: ReceiptId, booking_id: BookingId, charge: Received
) -> tuple[Entry, ...]:
    """J22, in one currency or two, and J3 where there is a fee."""
    if charge.converted:
        came = receipt_converted(receipt_id, booking_id, charge)
    else:
        came = receipt_detected(receipt_id, charge.amount)
    return came, *processor_fees(charge)


def receipt_returned(receipt_id: ReceiptId, amount: Money) -> Entry:
    """J22, returned: the guest has the money back; the processor's fee is not returned to us."""
    return entry(
        "J22r",
        1,
        debit(Account.UNAPPLIED_RECEIPTS, amount, receipt_id),
        credit(Account.STRIPE_AVAILABLE, amount),
    )


def receipt_returned_converted(
    receipt_id: ReceiptId, booking_id: BookingId, charge: Received, cost: Money
) -> Entry:
    """J22, returned in two currencies: giving the amount back took `cost` of the processor's own.

    The receipt's position is closed by it, so what the two rates differ by is gained or lost now.
    """
    return entry(
        "J22rfx",
        1,
        debit(Account.UNAPPLIED_RECEIPTS, charge.amount, receipt_id),
        credit(Account.FX_POSITION, charge.amount, booking_id),
        debit(Account.FX_POSITION, charge.gross, booking_id),
        credit(Account.STRIPE_AVAILABLE, cost),
        credit(Account.FX_GAIN_LOSS, charge.gross - cost),
    )


def receipt_came_back(receipt_id: ReceiptId, amount: Money) -> Entry:
    """J22b: what had been returned came back, and is owed again."""
    return entry(
        "J22b",
        1,
        debit(Account.STRIPE_AVAILABLE, amount),
        credit(Account.UNAPPLIED_RECEIPTS, amount, receipt_id),
    )


def receipt_came_back_converted(
    receipt_id: ReceiptId, booking_id: BookingId, charge: Received, back: Money
) -> Entry:
    """J22b in two currencies: it came back as `back`, and the receipt's position is open again.

    It is opened at what it was before, so what the two rates differ by is gained or lost now.
    """
    return entry(
        "J22bfx",
        1,
        debit(Account.STRIPE_AVAILABLE, back),
        credit(Account.FX_POSITION, charge.gross, booking_id),
        debit(Account.FX_POSITION, charge.amount, booking_id),
        credit(Account.UNAPPLIED_RECEIPTS, charge.amount, receipt_id),
        debit(Account.FX_GAIN_LOSS, charge.gross - back),
    )


def receipt_paid_by_dispute(receipt_id: ReceiptId, amount: Money) -> Entry:
    """J22d: the guest has the money by a dispute, so the platform has not lost it beside."""
    return entry(
        "J22d",
        1,
        debit(Account.UNAPPLIED_RECEIPTS, amount, receipt_id),
        credit(Account.EXP_CHARGEBACK_LOSS, amount),
    )


def receipt_paid_by_dispute_converted(
    receipt_id: ReceiptId, booking_id: BookingId, charge: Received, taken: Money
) -> Entry:
    """J22d in two currencies: the dispute took it as `taken`; the receipt's position is closed."""
    return entry(
        "J22dfx",
        1,
        debit(Account.UNAPPLIED_RECEIPTS, charge.amount, receipt_id),
        credit(Account.FX_POSITION, charge.amount, booking_id),
        debit(Account.FX_POSITION, charge.gross, booking_id),
        credit(Account.EXP_CHARGEBACK_LOSS, taken),
        credit(Account.FX_GAIN_LOSS, charge.gross - taken),
    )


def receipt_paid_by_bank(receipt_id: ReceiptId, amount: Money) -> Entry:
    """J22p: the guest has the money back from our bank."""
    owed = debit(Account.UNAPPLIED_RECEIPTS, amount, receipt_id)
    return entry("J22p", 1, owed, credit(Account.BANK, amount))


def receipt_paid_by_bank_converted(
    receipt_id: ReceiptId, booking_id: BookingId, charge: Received, cost: Money
) -> Entry:
    """J22p in two currencies: the transfer cost our bank `cost`, and the receipt's position is
    closed by it."""
    return entry(
        "J22pfx",
        1,
        debit(Account.UNAPPLIED_RECEIPTS, charge.amount, receipt_id),
        credit(Account.FX_POSITION, charge.amount, booking_id),
        debit(Account.FX_POSITION, charge.gross, booking_id),
        credit(Account.BANK, cost),
        credit(Account.FX_GAIN_LOSS, charge.gross - cost),
    )


def receipt_adopted(receipt_id: ReceiptId, payment_id: PaymentId, amount: Money) -> Entry:
    """J22, adopted: the money is a payment's, as if it had come for it; J1 applies it then."""
    return entry(
        "J22a",
        1,
        debit(Account.UNAPPLIED_RECEIPTS, amount, receipt_id),
        credit(Account.UNAPPLIED_RECEIPTS, amount, payment_id),
    )
