"""Posting rules: how each kind of event stands in the books (spec: money, section 12).

A rule's number and version go into the event with its lines, so a replay never restates a closed
period. Changing a rule means a new version beside the old one, and a second opinion in
`replay/rules/postings_follow_their_rules.py`.

The money of a booking comes in before the booking is confirmed, because confirming asks for it. So
J2 books it as received for nothing yet, and J1 raises the claim and applies the receipt to it in
one entry: the guest's account never shows a debt that is paid, nor a credit.
"""

import msgspec

from ledger.values.ids import BookingId, HostId, PaymentId, ReceiptId, RefundId
from ledger.values.journal import Account, Entry, credit, debit, entry
from ledger.values.money import Money
from ledger.values.received import Received
from ledger.values.shares import Shares


def booking_confirmed(booking_id: BookingId, payment_id: PaymentId, shares: Shares) -> Entry:
    """J1: the guest owes the total and has paid it; host and platform will earn it by the stay."""
    total = shares.total
    return entry(
        "J1",
        1,
        debit(Account.GUEST_RECEIVABLE, total, booking_id),
        debit(Account.EXP_PROMOTIONS, shares.coupon),
        credit(Account.HOST_DEFERRED, shares.host, booking_id),
        credit(Account.REVENUE_DEFERRED, shares.fees, booking_id),
        credit(Account.VAT_PAYABLE, shares.vat),
        credit(Account.TAX_DEFERRED, shares.tax, booking_id),
        debit(Account.UNAPPLIED_RECEIPTS, total, payment_id),
        credit(Account.GUEST_RECEIVABLE, total, booking_id),
    )


def booking_altered(booking_id: BookingId, payment_id: PaymentId, dearer_by: Shares) -> Entry:
    """J27: the difference of an alteration is owed, paid and will be earned, as in J1."""
    return msgspec.structs.replace(booking_confirmed(booking_id, payment_id, dearer_by), rule="J27")


def penalty_charged(host_id: HostId, penalty: Money) -> Entry:
    """J21: a host who called a stay off owes the platform."""
    return entry(
        "J21",
        1,
        debit(Account.HOST_RECEIVABLE, penalty, host_id),
        credit(Account.REV_PENALTY, penalty),
    )


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


def receipt_adopted(receipt_id: ReceiptId, payment_id: PaymentId, amount: Money) -> Entry:
    """J22, adopted: the money is a payment's, as if it had come for it; J1 applies it from there."""
    return entry(
        "J22a",
        1,
        debit(Account.UNAPPLIED_RECEIPTS, amount, receipt_id),
        credit(Account.UNAPPLIED_RECEIPTS, amount, payment_id),
    )


def earnings_recognized(rule: str, booking_id: BookingId, host_id: HostId, earned: Shares) -> Entry:
    """J5 (the stay began) or J9 (what a cancellation retains): deferred becomes earned."""
    return entry(
        rule,
        1,
        debit(Account.HOST_DEFERRED, earned.host, booking_id),
        debit(Account.REVENUE_DEFERRED, earned.fees, booking_id),
        debit(Account.TAX_DEFERRED, earned.tax, booking_id),
        credit(Account.HOST_PAYABLE, earned.host, host_id, booking_id),
        credit(Account.REV_GUEST_FEE, earned.guest_fee),
        credit(Account.REV_HOST_FEE, earned.host_fee),
        *(credit(Account.TAX_PAYABLE, tax, authority) for authority, tax in earned.by_authority()),
    )


def payout_transferred(host_id: HostId, booking_id: BookingId, amount: Money) -> Entry:
    """J6: the host has the money."""
    return entry(
        "J6",
        1,
        debit(Account.HOST_PAYABLE, amount, host_id, booking_id),
        credit(Account.STRIPE_AVAILABLE, amount),
    )


def refund_approved(refund_id: RefundId, booking_id: BookingId, back: Shares) -> Entry:
    """J8: before recognition, what would have been earned is owed back to the guest."""
    return entry(
        "J8",
        1,
        debit(Account.HOST_DEFERRED, back.host, booking_id),
        debit(Account.REVENUE_DEFERRED, back.fees, booking_id),
        debit(Account.VAT_PAYABLE, back.vat),
        debit(Account.TAX_DEFERRED, back.tax, booking_id),
        credit(Account.EXP_PROMOTIONS, back.coupon),
        credit(Account.REFUND_PAYABLE, back.total, refund_id),
    )


def refund_succeeded(refund_id: RefundId, amount: Money) -> Entry:
    """J12: the guest has the money back."""
    return entry(
        "J12",
        1,
        debit(Account.REFUND_PAYABLE, amount, refund_id),
        credit(Account.STRIPE_AVAILABLE, amount),
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
