"""The journal's words: accounts, lines, entries. Debits are positive, credits negative.

The chart is that of `spec: money, section 11`. An account's balances may be kept apart by a key of
its own (the booking, the refund, the host and the booking): that is its sub-ledger.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from ledger.errors import UnbalancedEntry
from ledger.values.money import Money


class Account(StrEnum):
    """Every account that a line may name."""

    STRIPE_PENDING = "stripe_pending"
    STRIPE_AVAILABLE = "stripe_available"
    GUEST_RECEIVABLE = "guest_receivable"
    HOST_RECEIVABLE = "host_receivable"
    HOST_DEFERRED = "host_deferred"
    REVENUE_DEFERRED = "revenue_deferred"
    HOST_PAYABLE = "host_payable"
    REFUND_PAYABLE = "refund_payable"
    UNAPPLIED_RECEIPTS = "unapplied_receipts"
    TAX_DEFERRED = "tax_deferred"
    TAX_PAYABLE = "tax_payable"
    TAX_RECOVERABLE = "tax_recoverable"
    VAT_PAYABLE = "vat_payable"
    DISPUTED_FUNDS = "disputed_funds"
    HOST_HELD = "host_held"
    SUSPENSE = "suspense"
    BANK = "bank"
    REV_GUEST_FEE = "rev_guest_fee"
    REV_HOST_FEE = "rev_host_fee"
    REV_PENALTY = "rev_penalty"
    CONTRA_FEE_REFUNDS = "contra_fee_refunds"
    EXP_PROMOTIONS = "exp_promotions"
    EXP_GOODWILL = "exp_goodwill"
    EXP_DISPUTE_FEES = "exp_dispute_fees"
    EXP_CHARGEBACK_LOSS = "exp_chargeback_loss"
    EXP_PSP_FEES = "exp_psp_fees"
    EXP_BAD_DEBT = "exp_bad_debt"
    FX_POSITION = "fx_position"
    FX_GAIN_LOSS = "fx_gain_loss"


class Side(StrEnum):
    """On which side an account's balance stands, at every position of the history.

    What bridges two currencies, or shows what exchange cost or brought, may stand on either; and so
    may what is available at the processor: a refund takes of it while its payment is still pending.
    """

    DEBIT = "debit"
    CREDIT = "credit"
    EITHER = "either"


class InChart(msgspec.Struct, frozen=True):
    """An account's row in the chart: its side, and what its sub-ledger is kept by."""

    side: Side
    kept_by: tuple[str, ...] = ()


CHART = {
    Account.STRIPE_PENDING: InChart(Side.DEBIT),
    Account.STRIPE_AVAILABLE: InChart(Side.EITHER),
    Account.GUEST_RECEIVABLE: InChart(Side.DEBIT, ("booking",)),
    Account.HOST_RECEIVABLE: InChart(Side.DEBIT, ("host",)),
    Account.HOST_DEFERRED: InChart(Side.CREDIT, ("booking",)),
    Account.REVENUE_DEFERRED: InChart(Side.CREDIT, ("booking",)),
    Account.HOST_PAYABLE: InChart(Side.CREDIT, ("host", "booking")),
    Account.REFUND_PAYABLE: InChart(Side.CREDIT, ("refund",)),
    Account.UNAPPLIED_RECEIPTS: InChart(Side.CREDIT, ("payment or receipt",)),
    Account.TAX_DEFERRED: InChart(Side.CREDIT, ("booking",)),
    Account.TAX_PAYABLE: InChart(Side.CREDIT, ("jurisdiction",)),
    Account.TAX_RECOVERABLE: InChart(Side.DEBIT, ("jurisdiction",)),
    Account.VAT_PAYABLE: InChart(Side.CREDIT),
    Account.DISPUTED_FUNDS: InChart(Side.DEBIT, ("dispute",)),
    Account.HOST_HELD: InChart(Side.CREDIT, ("dispute",)),
    Account.SUSPENSE: InChart(Side.EITHER),
    Account.BANK: InChart(Side.EITHER),
    Account.REV_GUEST_FEE: InChart(Side.CREDIT),
    Account.REV_HOST_FEE: InChart(Side.CREDIT),
    Account.REV_PENALTY: InChart(Side.CREDIT),
    Account.CONTRA_FEE_REFUNDS: InChart(Side.DEBIT),
    Account.EXP_PROMOTIONS: InChart(Side.DEBIT),
    Account.EXP_GOODWILL: InChart(Side.DEBIT),
    Account.EXP_DISPUTE_FEES: InChart(Side.EITHER),
    Account.EXP_CHARGEBACK_LOSS: InChart(Side.DEBIT),
    Account.EXP_PSP_FEES: InChart(Side.DEBIT),
    Account.EXP_BAD_DEBT: InChart(Side.DEBIT),
    Account.FX_POSITION: InChart(Side.EITHER, ("booking",)),
    Account.FX_GAIN_LOSS: InChart(Side.EITHER),
}


class Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One leg of an entry: so much, on one account. Minor units; debit > 0, credit < 0.

    `of` is the sub-ledger's key: the ids that the chart names, joined by `/`, or empty.
    """

    account: str
    of: str
    minor: int
    currency: str


class Entry(msgspec.Struct, frozen=True, gc=False):
    """Lines that sum to zero in each currency, and the posting rule that made them."""

    rule: str
    version: int
    lines: tuple[Line, ...]


def debit(account: Account, amount: Money, *of: str) -> Line:
    """An amount on the left side of an account."""
    return Line(account.value, "/".join(of), amount.minor, amount.currency)


def credit(account: Account, amount: Money, *of: str) -> Line:
    """An amount on the right side of an account."""
    return Line(account.value, "/".join(of), -amount.minor, amount.currency)


def entry(rule: str, version: int, *lines: Line) -> Entry:
    """An entry of the lines that are not zero. Raises UnbalancedEntry."""
    if any(imbalance(lines).values()):
        raise UnbalancedEntry(rule=rule, version=version, imbalance=imbalance(lines))
    return Entry(rule, version, tuple(line for line in lines if line.minor))


def imbalance(lines: Iterable[Line]) -> dict[str, int]:
    """What the lines sum to, in minor units per currency: zero everywhere, where they balance."""
    sums: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.currency] += line.minor
    return dict(sums)
