"""What a guest has paid for damage is the host's, and the platform's part of it is earned (J26)."""

from ledger.values.ids import BookingId, HostId, PaymentId
from ledger.values.journal import Account, Entry, credit, debit, entry
from ledger.values.money import Money
from ledger.values.shares import Shares


def damage_charged(
    booking_id: BookingId,
    host_id: HostId,
    payment_id: PaymentId,
    shares: Shares,
    paid: Money,
    settled: Money | None,
) -> Entry:
    """J26: the money, which J2 took in for nothing yet, is the host's at once, but for our part.

    `settled` is what the processor holds for it where the guest pays in another currency than the
    host asks for; then the exchange position that J2 opened is closed here, as by J1.
    """
    earned = (
        credit(Account.HOST_PAYABLE, shares.host, host_id, booking_id),
        credit(Account.REV_HOST_FEE, shares.host_fee),
        credit(Account.VAT_PAYABLE, shares.vat),
    )
    came = debit(Account.UNAPPLIED_RECEIPTS, paid, payment_id)
    if settled is None:
        return entry("J26", 1, came, *earned)
    off = shares.total - settled
    return entry(
        "J26fx",
        1,
        came,
        credit(Account.FX_POSITION, paid, booking_id),
        debit(Account.FX_POSITION, shares.total, booking_id),
        *earned,
        debit(Account.FX_GAIN_LOSS, off),
        credit(Account.FX_POSITION, off, booking_id),
    )
