"""Whose part goes back to a guest (J8, J10, J11, J14).

The rule says whose part it is: J8 before the stay is earned, J10 after, J11 where the host's part
or the taxes have left already, J14 where the platform pays. A suffix says what stands against it:
none where the guest is owed the amount in the listing's own currency, `fx` where in another one,
`s` where it went out already and stands in suspense, `sfx` where that took another currency; and
`r` gives all of it back.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.postings.corrections import reversed_lines
from ledger.aggregates.postings.refund_transfers import position_closed
from ledger.values.ids import BookingId, HostId, RefundId
from ledger.values.journal import Account, Entry, Line, credit, debit, entry
from ledger.values.money import Money, round_half_even, zero
from ledger.values.shares import Shares


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


class Standing(Struct, frozen=True):
    """Where the money of a stay stands when some of it goes back.

    `payable` is what the host has earned of this booking and not received; `remitted` names
    the authorities that have their taxes. Where the stay was earned in part, `deferred` is what
    of it was not: that goes back first.
    """

    host_id: HostId | None
    earned: bool
    payable: Money
    remitted: tuple[str, ...]
    deferred: Shares | None = None

    def divided(self, back: Shares) -> tuple[Shares, Shares]:
        """What goes back of what was not earned, and of what was. Raises CurrenciesDiffer."""
        if not self.earned:
            return back, Shares(back.currency)
        if self.deferred is None:
            return Shares(back.currency), back
        first = back.above_nothing.at_most(self.deferred)
        return first, back - first

    def debt(self, back: Shares) -> Money:
        """What of the host's part has to come from the host. Raises CurrenciesDiffer."""
        _, earned = self.divided(back)
        missing = earned.host - self.payable
        return missing if self.earned and missing.minor > 0 else zero(back.currency)

    def has_left(self, back: Shares) -> bool:
        """Whether an authority has some of the tax that goes back. Raises CurrenciesDiffer."""
        taken = taxes_taken(self.divided(back)[1], self.remitted)
        return any(line.account == Account.TAX_RECOVERABLE for line in taken)


def taxes_taken(back: Shares, remitted: Sequence[str]) -> tuple[Line, ...]:
    """What is earned and authorities give: those that have it already, out of what they have.

    Who is to have more is owed it, whatever they have.
    """
    shares = tuple(back.by_authority())
    left = [of for of, tax in shares if of in remitted and tax.minor > 0]
    return (
        *(debit(Account.TAX_PAYABLE, tax, of) for of, tax in shares if of not in left),
        *(debit(Account.TAX_RECOVERABLE, tax, of) for of, tax in shares if of in left),
    )


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
    return "J11" if debt.minor or standing.has_left(back) else "J10", (
        debit(Account.HOST_PAYABLE, back.host - debt, standing.host_id, booking_id),
        debit(Account.HOST_RECEIVABLE, debt, standing.host_id),
        debit(Account.CONTRA_FEE_REFUNDS, back.fees),
        vat,
        *taxes_taken(back, standing.remitted),
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


def in_parts(
    back: Shares, amount: Money, standing: Standing
) -> tuple[tuple[Shares, Money, Standing], ...]:
    """What goes back with its amount and where it stands; twice where only some of it was earned.

    The amount is divided as the shares are, whatever its currency. Raises CurrenciesDiffer.
    """
    first, earned = standing.divided(back)
    before = replace(standing, earned=False)
    after = replace(standing, deferred=None)
    if earned.is_nothing or first.is_nothing:
        return ((back, amount, before if earned.is_nothing else after),)
    minor = round_half_even(amount.minor * first.total.minor, back.total.minor)
    of_first = Money(minor, amount.currency)
    return (first, of_first, before), (earned, amount - of_first, after)


def parts_owed(
    refund_id: RefundId, booking_id: BookingId, back: Shares, amount: Money, standing: Standing
) -> tuple[Entry, ...]:
    """What `part_owed` says, of each part. Raises CurrenciesDiffer."""
    parts = in_parts(back, amount, standing)
    return tuple(part_owed(refund_id, booking_id, *part) for part in parts)


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


def parts_explained(
    booking_id: BookingId, back: Shares, amount: Money, taken: Money, standing: Standing
) -> tuple[Entry, ...]:
    """What `part_explained` says, of each part. Raises CurrenciesDiffer."""
    return tuple(
        part_explained(booking_id, part, amount, of_it, where)
        for part, of_it, where in in_parts(back, taken, standing)
    )


def goodwill_owed(refund_id: RefundId, booking_id: BookingId, amount: Money, worth: Money) -> Entry:
    """J14: the platform gives the guest something of its own.

    In another currency than the listing's it is an expense of what it is `worth` in that one, at
    the booking's own rate, and opens a position that the transfer closes.
    """
    owed = credit(Account.REFUND_PAYABLE, amount, refund_id)
    given = debit(Account.EXP_GOODWILL, worth)
    if amount.currency == worth.currency:
        return entry("J14", 1, given, owed)
    return entry(
        "J14fx",
        1,
        given,
        credit(Account.FX_POSITION, worth, booking_id),
        debit(Account.FX_POSITION, amount, booking_id),
        owed,
    )


def goodwill_explained(taken: Money) -> Entry:
    """J14 against suspense: what had gone out was the platform's own."""
    return entry("J14s", 1, debit(Account.EXP_GOODWILL, taken), credit(Account.SUSPENSE, taken))


def taken_back(approval: Entry) -> Entry:
    """The reverse of an approval, line by line: what was owed to the guest is not."""
    return Entry(f"{approval.rule}r", approval.version, tuple(reversed_lines(approval.lines)))
