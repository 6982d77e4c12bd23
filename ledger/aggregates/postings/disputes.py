"""What a dispute takes (J18), gives back (J19) or loses (J20)."""

from collections.abc import Sequence

from ledger.aggregates.postings.refunds import taxes_taken
from ledger.values.ids import BookingId, DisputeId, HostId
from ledger.values.journal import Account, Entry, credit, debit, entry
from ledger.values.losses import Loss
from ledger.values.money import Money

HostOf = tuple[HostId, BookingId]
"""A host, and the booking that they are paid for."""


def dispute_funds_withdrawn(
    dispute_id: DisputeId, host: HostOf, amount: Money, fee: Money, held: Money
) -> Entry:
    """J18: the processor took the disputed amount and a fee; the host's part waits for the end."""
    return entry(
        "J18",
        1,
        debit(Account.DISPUTED_FUNDS, amount, dispute_id),
        debit(Account.EXP_DISPUTE_FEES, fee),
        credit(Account.STRIPE_AVAILABLE, amount + fee),
        debit(Account.HOST_PAYABLE, held, *host),
        credit(Account.HOST_HELD, held, dispute_id),
    )


def dispute_fee_charged(fee: Money) -> Entry:
    """J18f: the processor took a fee beside the disputed amount."""
    return entry(
        "J18f",
        1,
        debit(Account.EXP_DISPUTE_FEES, fee),
        credit(Account.STRIPE_AVAILABLE, fee),
    )


def dispute_funds_reinstated(
    dispute_id: DisputeId, withdrawn: Money, amount: Money, fee: Money
) -> Entry:
    """J19: what was taken came back, perhaps at another rate, and a part of the fee."""
    return entry(
        "J19",
        1,
        debit(Account.STRIPE_AVAILABLE, amount + fee),
        credit(Account.DISPUTED_FUNDS, withdrawn, dispute_id),
        credit(Account.EXP_DISPUTE_FEES, fee),
        debit(Account.FX_GAIN_LOSS, withdrawn - amount),
    )


def dispute_hold_ended(dispute_id: DisputeId, host: HostOf, held: Money) -> Entry:
    """J19h: the host's part does not have to wait any more."""
    return entry(
        "J19h",
        1,
        debit(Account.HOST_HELD, held, dispute_id),
        credit(Account.HOST_PAYABLE, held, *host),
    )


def dispute_lost(
    dispute_id: DisputeId, host: HostOf, withdrawn: Money, loss: Loss, remitted: Sequence[str] = ()
) -> Entry:
    """J20: what was taken is gone; it comes out of everybody's part, as `loss` says.

    The authorities in `remitted` have their tax already.
    """
    host_id, booking_id = host
    lost = loss.shares
    if loss.earned:
        parts = (
            debit(Account.HOST_PAYABLE, loss.from_payable, host_id, booking_id),
            debit(Account.CONTRA_FEE_REFUNDS, lost.fees),
            *taxes_taken(lost, remitted),
        )
    else:
        parts = (
            debit(Account.HOST_DEFERRED, loss.from_payable, booking_id),
            debit(Account.REVENUE_DEFERRED, lost.fees, booking_id),
            debit(Account.TAX_DEFERRED, lost.tax, booking_id),
        )
    return entry(
        "J20",
        1,
        debit(Account.HOST_HELD, loss.from_held + loss.given_back, dispute_id),
        *parts,
        debit(Account.HOST_RECEIVABLE, loss.debt, host_id),
        debit(Account.VAT_PAYABLE, lost.vat),
        debit(Account.EXP_CHARGEBACK_LOSS, loss.borne),
        debit(Account.FX_GAIN_LOSS, loss.exchange),
        credit(Account.EXP_PROMOTIONS, lost.coupon),
        credit(Account.HOST_PAYABLE, loss.given_back, host_id, booking_id),
        credit(Account.DISPUTED_FUNDS, withdrawn, dispute_id),
    )
