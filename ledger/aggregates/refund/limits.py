"""What bounds a refund: its lines, what is left on each, and what the payment can give back."""

from collections import defaultdict
from collections.abc import Sequence

from ledger.aggregates.refund.commands import ClassifyRefund, RequestRefund
from ledger.errors import AmountsDiffer, RefundExceedsCapture, RefundLineExceeded
from ledger.events.refund import Funding
from ledger.values.money import Money
from ledger.values.policy import LineBack


def explain(amount: Money, command: RequestRefund | ClassifyRefund) -> None:
    """Hold an amount against its lines, and against the shares that it comes from.

    Raises AmountsDiffer, RefundLineExceeded.
    """
    explained = sum(line.minor for line in command.lines)
    if explained != amount.minor or amount.minor <= 0:
        raise AmountsDiffer(amount=str(amount), lines_minor=explained)
    if command.funded_by is Funding.PLATFORM:
        if not command.back.is_nothing:
            raise AmountsDiffer(funded_by=command.funded_by.value, shares=str(command.back.total))
        return
    shares = command.back.total
    if shares.minor <= 0 or (shares.currency == amount.currency and shares != amount):
        raise AmountsDiffer(amount=str(amount), shares=str(shares))
    within_lines(command.lines, command.left_on_lines)


def within_lines(lines: Sequence[LineBack], left_on_lines: Sequence[LineBack]) -> None:
    """Let no line give back more than is left on it; a coupon's is below zero, and so is its rest.

    Raises RefundLineExceeded.
    """
    back: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        back[line.code, line.of] += line.minor
    left = {(line.code, line.of): line.minor for line in left_on_lines}
    for (code, of), minor in back.items():
        rest = left.get((code, of), 0)
        if not min(rest, 0) <= minor <= max(rest, 0):
            raise RefundLineExceeded(code=code, of=of, minor=minor, left_minor=rest)


def within(amount: Money, refundable: Money) -> None:
    """Let no more go back than can. Raises RefundExceedsCapture, CurrenciesDiffer."""
    if (refundable - amount).minor < 0:
        raise RefundExceedsCapture(amount=str(amount), refundable=str(refundable))
