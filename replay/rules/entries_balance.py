"""Every entry balances, all accounts together are worth nothing, and what is split is all there.

A breach means that money appeared or vanished in the books. Close no period, pay nothing out, and
call finance; the event named is where it begins.
"""

from collections import defaultdict
from typing import Any, ClassVar, get_args

from ledger.events import AnyEvent, MoneyEvent, Recorded
from ledger.events.booking import BookingCancelled, NoShowReported, StayCurtailed
from ledger.events.refund import ExternalRefundClassified, Funding, RefundRequested
from ledger.values.policy import Settlement
from ledger.values.shares import Shares
from replay.rules.rule import Handlers, Rule

MONEY_EVENTS = tuple(event for event in get_args(AnyEvent) if event.moves_money)
"""The events that carry entries."""


class EntriesBalance(Rule):
    """Remembers one sum per currency."""

    invariants: ClassVar = {
        "INV-L1": "The debits and credits of each entry are equal, per currency.",
        "INV-L2": "All accounts together sum to zero, per currency, at every position.",
        "INV-L5": "The parts of an amount sum to the amount.",
    }

    def __init__(self) -> None:
        super().__init__()
        self._sums: defaultdict[str, int] = defaultdict(int)

    def hears(self) -> Handlers:
        """What moves money, and what is split into parts."""
        return {
            **dict.fromkeys(MONEY_EVENTS, self.weigh),
            RefundRequested: self.add_up_refund,
            ExternalRefundClassified: self.weigh_and_add_up,
            BookingCancelled: self.add_up_settlement,
            StayCurtailed: self.add_up_settlement,
            NoShowReported: self.add_up_settlement,
        }

    def weigh(self, recorded: Recorded[MoneyEvent]) -> None:
        """Sum the lines of each entry, and go on with the sum over everything."""
        for entry in recorded.event.entries:
            sums: dict[str, int] = {}
            for line in entry.lines:
                sums[line.currency] = sums.get(line.currency, 0) + line.minor
            for currency, off in sums.items():
                if off:
                    self._off(recorded, entry.rule, currency, off)

    def _off(self, recorded: Recorded[MoneyEvent], rule: str, currency: str, off: int) -> None:
        self.breach("INV-L1", f"{rule} is off by {off} minor units of {currency}", recorded)
        self._sums[currency] += off
        if self._sums[currency]:
            total = f"all accounts together: {self._sums[currency]} minor units of {currency}"
            self.breach("INV-L2", total, recorded)

    def weigh_and_add_up(self, recorded: Recorded[ExternalRefundClassified]) -> None:
        """What nobody had asked for moves money when it is split."""
        self.weigh(recorded)
        self.add_up_refund(recorded)

    def add_up_refund(self, recorded: Recorded[RefundRequested | ExternalRefundClassified]) -> None:
        """A refund is the sum of its lines, and of the shares that it comes from.

        The platform's own money is nobody's share; two currencies do not add up.
        """
        event = recorded.event
        self._parts(recorded, "lines", event.amount.minor, *(line.minor for line in event.lines))
        if event.funded_by is Funding.PLATFORM:
            self._parts(recorded, "shares", 0, *_parts_of(event.back))
        elif event.amount.currency == event.back.currency:
            self._parts(recorded, "shares", event.amount.minor, *_parts_of(event.back))

    def add_up_settlement(
        self, recorded: Recorded[BookingCancelled | NoShowReported | StayCurtailed]
    ) -> None:
        """What comes back is the sum of what everybody gives back, where that is one currency."""
        by_policy: Settlement = recorded.event.settlement
        for settlement in (by_policy, recorded.event.gives_back):
            if settlement.refund.currency == settlement.back.currency:
                back = _parts_of(settlement.back)
                self._parts(recorded, "shares", settlement.refund.minor, *back)
        if (capped := recorded.event.capped) and (capped.refund - by_policy.refund).minor > 0:
            found = f"{capped.refund} goes back, the policy gives back {by_policy.refund}"
            self.breach("INV-L5", found, recorded)

    def _parts(self, recorded: Recorded[Any], kind: str, amount: int, *parts: int) -> None:
        if sum(parts) != amount:
            self.breach("INV-L5", f"{kind} sum to {sum(parts)}, the amount is {amount}", recorded)


def _parts_of(shares: Shares) -> tuple[int, ...]:
    taxes = (share.minor for share in shares.taxes)
    fees = (shares.guest_fee_minor, shares.host_fee_minor)
    return (shares.host_minor, *fees, shares.vat_minor, *taxes, -shares.coupon_minor)
