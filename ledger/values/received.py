"""What the processor took for us: the guest's amount, what it settled as, and what it costs."""

import msgspec

from ledger.errors import AmountsDiffer
from ledger.values.money import Money, round_half_even, same_currency


class Received(msgspec.Struct, frozen=True, gc=False):
    """A charge as its balance transaction tells it.

    `settled` is the gross in the currency that the processor holds it in, None where that is the
    amount itself; `fee` is in that same currency, None where nobody told.
    """

    amount: Money
    settled: Money | None = None
    fee: Money | None = None

    @property
    def gross(self) -> Money:
        """What the processor holds for it, before its fee."""
        return self.settled or self.amount

    @property
    def net(self) -> Money:
        """What of it can be used once it is available."""
        return self.gross - self.fee if self.fee else self.gross

    @property
    def converted(self) -> bool:
        """Whether the processor exchanged it into another currency."""
        return self.gross.currency != self.amount.currency

    def part(self, amount: Money) -> "Received":
        """A part of it as it settled, at its own rate. Raises CurrenciesDiffer."""
        of, gross = same_currency(self.amount, amount), self.gross
        if not self.converted:
            return Received(of)
        minor = round_half_even(gross.minor * of.minor, self.amount.minor)
        return Received(of, Money(minor, gross.currency))

    def without(self, part: "Received") -> "Received":
        """What is left of it after a part. Raises CurrenciesDiffer."""
        gross = self.gross - part.gross
        return Received(self.amount - part.amount, gross if self.converted else None)


def received(amount: Money, settled: Money | None, fee: Money | None) -> Received:
    """A charge whose figures fit together.

    Raises AmountsDiffer where the same currency settles as another amount, or where the fee is not
    a part of it; CurrenciesDiffer where the fee is in another currency than it settled in.
    """
    charge = Received(amount, settled, fee)
    if not charge.converted and charge.gross != amount:
        raise AmountsDiffer(paid=str(amount), settled=str(charge.gross))
    if fee is not None and not 0 <= same_currency(charge.gross, fee).minor <= charge.gross.minor:
        raise AmountsDiffer(settled=str(charge.gross), fee=str(fee))
    return charge
