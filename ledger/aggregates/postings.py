"""Posting rules: how each kind of event stands in the books (spec: money, section 12).

A rule's number and version go into the event with its lines, so a replay never restates a closed
period. Changing a rule means a new version beside the old one, and a second opinion in
`replay/rules/postings_follow_their_rules.py`.

The money of a booking comes in before the booking is confirmed, because confirming asks for it. So
J2 books it as received for nothing yet, and J1 raises the claim and applies the receipt to it in
one entry: the guest's account never shows a debt that is paid, nor a credit.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ledger.values.ids import BookingId, DisputeId, HostId, PaymentId, ReceiptId, RefundId
from ledger.values.journal import Account, Entry, Line, credit, debit, entry
from ledger.values.losses import Loss
from ledger.values.money import Money, zero
from ledger.values.received import Received
from ledger.values.shares import Shares

HostOf = tuple[HostId, BookingId]
"""A host, and the booking that they are paid for."""


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


# -- Refunds: whose part goes back ---------------------------------------------------------
#
# The rule says whose part it is: J8 before the stay is earned, J10 after, J11 where the host's part
# or the taxes have left already, J14 where the platform pays. A suffix says what stands against it:
# none where the guest is owed the amount in the listing's own currency, `fx` where in another one,
# `s` where it went out already and stands in suspense, `sfx` where that took another currency; and
# `r` gives all of it back.


class Standing(Struct, frozen=True):
    """Where the money of a stay stands when some of it goes back.

    `payable` is what the host has earned of this booking and not received; `remitted` says whether
    the taxes have left for their authorities.
    """

    host_id: HostId | None
    earned: bool
    payable: Money
    remitted: bool

    def debt(self, back: Shares) -> Money:
        """What of the host's part has to come from the host. Raises CurrenciesDiffer."""
        missing = back.host - self.payable
        return missing if self.earned and missing.minor > 0 else zero(back.currency)


def part_taken(
    booking_id: BookingId, back: Shares, standing: Standing
) -> tuple[str, tuple[Line, ...]]:
    """J8, J10 or J11 without what stands against it. Raises CurrenciesDiffer."""
    given = credit(Account.EXP_PROMOTIONS, back.coupon)
    vat = debit(Account.VAT_PAYABLE, back.vat)
    if not standing.earned:
        return "J8", (
            debit(Account.HOST_DEFERRED, back.host, booking_id),
            debit(Account.REVENUE_DEFERRED, back.fees, booking_id),
            vat,
            debit(Account.TAX_DEFERRED, back.tax, booking_id),
            given,
        )
    assert standing.host_id is not None, "only requests from before J10 name no host"
    debt = standing.debt(back)
    taxes = Account.TAX_RECOVERABLE if standing.remitted else Account.TAX_PAYABLE
    return "J11" if debt.minor or standing.remitted else "J10", (
        debit(Account.HOST_PAYABLE, back.host - debt, standing.host_id, booking_id),
        debit(Account.HOST_RECEIVABLE, debt, standing.host_id),
        debit(Account.CONTRA_FEE_REFUNDS, back.fees),
        vat,
        *(debit(taxes, tax, authority) for authority, tax in back.by_authority()),
        given,
    )


def part_owed(
    refund_id: RefundId, booking_id: BookingId, back: Shares, amount: Money, standing: Standing
) -> Entry:
    """J8, J10 or J11: some of the stay's money is owed to the guest. Raises CurrenciesDiffer."""
    rule, lines = part_taken(booking_id, back, standing)
    owed = credit(Account.REFUND_PAYABLE, amount, refund_id)
    if amount.currency == back.currency:
        return entry(rule, 1, *lines, owed)
    bridge = credit(Account.FX_POSITION, back.total, booking_id)
    return entry(
        f"{rule}fx", 1, *lines, bridge, debit(Account.FX_POSITION, amount, booking_id), owed
    )


def part_explained(
    booking_id: BookingId, back: Shares, amount: Money, taken: Money, standing: Standing
) -> Entry:
    """J8, J10 or J11 against suspense: the amount had gone out, and took so much of our balance.

    Raises CurrenciesDiffer.
    """
    rule, lines = part_taken(booking_id, back, standing)
    known = credit(Account.SUSPENSE, taken)
    if amount.currency == taken.currency == back.currency:
        return entry(f"{rule}s", 1, *lines, known)
    return entry(
        f"{rule}sfx",
        1,
        *lines,
        credit(Account.FX_POSITION, back.total, booking_id),
        debit(Account.FX_POSITION, taken, booking_id),
        known,
        *position_closed(booking_id, back.total, taken),
    )


def goodwill_owed(refund_id: RefundId, amount: Money) -> Entry:
    """J14: the platform gives the guest something of its own."""
    owed = credit(Account.REFUND_PAYABLE, amount, refund_id)
    return entry("J14", 1, debit(Account.EXP_GOODWILL, amount), owed)


def goodwill_explained(taken: Money) -> Entry:
    """J14 against suspense: what had gone out was the platform's own."""
    return entry("J14s", 1, debit(Account.EXP_GOODWILL, taken), credit(Account.SUSPENSE, taken))


def taken_back(approval: Entry) -> Entry:
    """The reverse of an approval, line by line: what was owed to the guest is not."""
    return Entry(f"{approval.rule}r", approval.version, tuple(reversed_lines(approval.lines)))


def reversed_lines(lines: Iterable[Line]) -> Iterable[Line]:
    """The same lines, each on the other side."""
    return (replace(line, minor=-line.minor) for line in lines)


# -- Refunds: how it reaches the guest -----------------------------------------------------


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


def external_refund_seen(taken: Money) -> Entry:
    """J23: the processor gave back what we never asked for."""
    return entry("J23", 1, debit(Account.SUSPENSE, taken), credit(Account.STRIPE_AVAILABLE, taken))


# -- What people put right -----------------------------------------------------------------


def correction(wrong: Entry, right: Iterable[Line]) -> tuple[Entry, ...]:
    """J28: the exact reverse of what was wrong, then what is right, if anything is.

    Raises UnbalancedEntry.
    """
    entries = entry("J28", 1, *reversed_lines(wrong.lines)), entry("J28", 1, *right)
    return tuple(booked for booked in entries if booked.lines)


def difference_written_off(amount: Money) -> Entry:
    """J17 against suspense: what is missing, and will not be found, is lost."""
    return entry("J17s", 1, debit(Account.EXP_BAD_DEBT, amount), credit(Account.SUSPENSE, amount))


def payout_reversed(host_id: HostId, booking_id: BookingId, amount: Money, to_debt: Money) -> Entry:
    """J15: a transfer came back; first it pays the host's debt, the rest is owed to the host again."""
    return entry(
        "J15",
        1,
        debit(Account.STRIPE_AVAILABLE, amount),
        credit(Account.HOST_RECEIVABLE, to_debt, host_id),
        credit(Account.HOST_PAYABLE, amount - to_debt, host_id, booking_id),
    )


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


def dispute_lost(dispute_id: DisputeId, host: HostOf, withdrawn: Money, loss: Loss) -> Entry:
    """J20: what was taken is gone; it comes out of everybody's part, as `loss` says."""
    host_id, booking_id = host
    lost = loss.shares
    if loss.earned:
        parts = (
            debit(Account.HOST_PAYABLE, loss.from_payable, host_id, booking_id),
            debit(Account.CONTRA_FEE_REFUNDS, lost.fees),
            *(debit(Account.TAX_PAYABLE, tax, of) for of, tax in lost.by_authority()),
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
