"""What a booking brings (J1, J27), what it earned (J5, J9), and a host's penalty (J21)."""

from msgspec.structs import replace

from ledger.values.ids import BookingId, HostId, PaymentId
from ledger.values.journal import Account, Entry, credit, debit, entry
from ledger.values.money import Money
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


def booking_confirmed_abroad(
    booking_id: BookingId, payment_id: PaymentId, shares: Shares, paid: Money, settled: Money
) -> Entry:
    """J1 where the guest pays in another currency than the host asks for.

    The two sides meet in the booking's exchange position, which J2 opened with what the processor
    settled; what that is off the price is gained or lost here, so the position is closed at once
    (spec: money, section 12, the FX variant).
    """
    off = shares.total - settled
    return entry(
        "J1fx",
        1,
        debit(Account.GUEST_RECEIVABLE, paid, booking_id),
        credit(Account.FX_POSITION, paid, booking_id),
        debit(Account.FX_POSITION, shares.total, booking_id),
        debit(Account.EXP_PROMOTIONS, shares.coupon),
        credit(Account.HOST_DEFERRED, shares.host, booking_id),
        credit(Account.REVENUE_DEFERRED, shares.fees, booking_id),
        credit(Account.VAT_PAYABLE, shares.vat),
        credit(Account.TAX_DEFERRED, shares.tax, booking_id),
        debit(Account.UNAPPLIED_RECEIPTS, paid, payment_id),
        credit(Account.GUEST_RECEIVABLE, paid, booking_id),
        debit(Account.FX_GAIN_LOSS, off),
        credit(Account.FX_POSITION, off, booking_id),
    )


def booking_altered(booking_id: BookingId, payment_id: PaymentId, dearer_by: Shares) -> Entry:
    """J27: the difference of an alteration is owed, paid and will be earned, as in J1."""
    return replace(booking_confirmed(booking_id, payment_id, dearer_by), rule="J27")


def booking_altered_abroad(
    booking_id: BookingId, payment_id: PaymentId, dearer_by: Shares, paid: Money, settled: Money
) -> Entry:
    """J27 where the guest pays in another currency than the host asks for, as in J1."""
    confirmed = booking_confirmed_abroad(booking_id, payment_id, dearer_by, paid, settled)
    return replace(confirmed, rule="J27fx")


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


def penalty_charged(host_id: HostId, penalty: Money) -> Entry:
    """J21: a host who called a stay off owes the platform."""
    return entry(
        "J21",
        1,
        debit(Account.HOST_RECEIVABLE, penalty, host_id),
        credit(Account.REV_PENALTY, penalty),
    )
