"""Posting rules: how each kind of event stands in the books (spec: money, section 12).

A rule's number and version go into the event with its lines, so a replay never restates a closed
period. Changing a rule means a new version beside the old one, and a second opinion in
`replay/rules/postings_follow_their_rules.py`.

The money of a booking comes in before the booking is confirmed, because confirming asks for it. So
J2 books it as received for nothing yet, and J1 raises the claim and applies the receipt to it in
one entry: the guest's account never shows a debt that is paid, nor a credit.
"""

from ledger.values.ids import BookingId, HostId, PaymentId, RefundId
from ledger.values.journal import Account, Entry, credit, debit, entry
from ledger.values.money import Money
from ledger.values.policy import Earnings
from ledger.values.price import Price


def booking_confirmed(booking_id: BookingId, payment_id: PaymentId, price: Price) -> Entry:
    """J1: the guest owes the total and has paid it; host and platform will earn it by the stay."""
    return entry(
        "J1",
        1,
        debit(Account.GUEST_RECEIVABLE, price.total, booking_id),
        credit(Account.HOST_DEFERRED, price.host_net, booking_id),
        credit(Account.REVENUE_DEFERRED, price.fees, booking_id),
        debit(Account.UNAPPLIED_RECEIPTS, price.total, payment_id),
        credit(Account.GUEST_RECEIVABLE, price.total, booking_id),
    )


def payment_completed(payment_id: PaymentId, amount: Money) -> Entry:
    """J2: the processor holds the guest's money; nothing is due for it yet."""
    return entry(
        "J2",
        1,
        debit(Account.STRIPE_PENDING, amount),
        credit(Account.UNAPPLIED_RECEIPTS, amount, payment_id),
    )


def funds_available(amount: Money) -> Entry:
    """J4: the money at the processor can be used."""
    return entry(
        "J4",
        1,
        debit(Account.STRIPE_AVAILABLE, amount),
        credit(Account.STRIPE_PENDING, amount),
    )


def earnings_recognized(
    rule: str, booking_id: BookingId, host_id: HostId, earned: Earnings
) -> Entry:
    """J5 (the stay began) or J9 (what a cancellation retains): deferred becomes earned."""
    return entry(
        rule,
        1,
        debit(Account.HOST_DEFERRED, earned.host_net, booking_id),
        debit(Account.REVENUE_DEFERRED, earned.guest_fee + earned.host_fee, booking_id),
        credit(Account.HOST_PAYABLE, earned.host_net, host_id, booking_id),
        credit(Account.REV_GUEST_FEE, earned.guest_fee),
        credit(Account.REV_HOST_FEE, earned.host_fee),
    )


def payout_transferred(host_id: HostId, booking_id: BookingId, amount: Money) -> Entry:
    """J6: the host has the money."""
    return entry(
        "J6",
        1,
        debit(Account.HOST_PAYABLE, amount, host_id, booking_id),
        credit(Account.STRIPE_AVAILABLE, amount),
    )


def refund_approved(
    refund_id: RefundId, booking_id: BookingId, host_part: Money, fees_part: Money
) -> Entry:
    """J8: before recognition, what would have been earned is owed back to the guest."""
    return entry(
        "J8",
        1,
        debit(Account.HOST_DEFERRED, host_part, booking_id),
        debit(Account.REVENUE_DEFERRED, fees_part, booking_id),
        credit(Account.REFUND_PAYABLE, host_part + fees_part, refund_id),
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
