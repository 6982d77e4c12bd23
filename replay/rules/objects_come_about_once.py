"""Each thing at the processor came about by one event of ours, and by one only.

Intents, charges, refunds, transfers, disputes, payouts to banks, and the movements of its money: a
notice that was taken in twice would tell of the same thing twice. History from outside is another
processor's.

A breach means that something was counted twice, or that two cases took the same money for theirs.
Hold the payouts of both streams, and call finance.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from ledger.events import Event, Recorded
from ledger.events.bank_payout import BankPayoutSeen
from ledger.events.dispute import (
    DisputeFeeCharged,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeOpened,
)
from ledger.events.own_transfer import OwnTransferMade, OwnTransferReturned
from ledger.events.payment import PaymentCompleted, PaymentIntentLinked
from ledger.events.payout import PayoutReversed, PayoutTransferred
from ledger.events.refund import (
    ExternalRefundDetected,
    ExternalRefundReversed,
    RefundFailed,
    RefundPending,
    RefundSucceeded,
)
from ledger.events.unapplied_receipt import ReceiptDetected, ReceiptReturned
from replay.rules.rule import Handlers, Rule

CAME_ABOUT: Mapping[type[Event], Callable[[Any], tuple[str | None, ...]]] = {
    PaymentIntentLinked: lambda event: (event.intent,),
    PaymentCompleted: lambda event: (event.charge, event.balance_transaction),
    ReceiptDetected: lambda event: (event.charge, event.balance_transaction),
    ReceiptReturned: lambda event: (event.processor_refund, event.balance_transaction),
    RefundSucceeded: lambda event: (event.balance_transaction,),
    RefundFailed: lambda event: (event.balance_transaction,),
    ExternalRefundDetected: lambda event: (event.processor_refund, event.balance_transaction),
    ExternalRefundReversed: lambda event: (event.balance_transaction,),
    PayoutTransferred: lambda event: (event.transfer, event.balance_transaction),
    PayoutReversed: lambda event: (event.reversal,),
    DisputeOpened: lambda event: (event.processor_dispute,),
    DisputeFundsWithdrawn: lambda event: event.balance_transactions,
    DisputeFeeCharged: lambda event: event.balance_transactions,
    DisputeFundsReinstated: lambda event: event.balance_transactions,
    OwnTransferMade: lambda event: (event.processor_object, event.balance_transaction),
    OwnTransferReturned: lambda event: (event.balance_transaction,),
    BankPayoutSeen: lambda event: (event.processor_payout,),
}
"""What came about at the processor by an event: objects, and movements of money."""


class ObjectsComeAboutOnce(Rule):
    """Remembers every name that the processor gave, and the stream of each refund's."""

    invariants: ClassVar = {"INV-E4": "Each object of the processor's came about by one event."}

    def __init__(self) -> None:
        super().__init__()
        self._names: set[str] = set()
        self._refunds: dict[str, str] = {}

    def hears(self) -> Handlers:
        """What came about, and refunds, of which the processor tells more than once."""
        return {**dict.fromkeys(CAME_ABOUT, self.come_about), RefundPending: self.tell_again}

    def come_about(self, recorded: Recorded[Any]) -> None:
        """Something is there that was not there before."""
        if recorded.imported:
            return
        for name in CAME_ABOUT[type(recorded.event)](recorded.event):
            if name in self._names:
                self.breach("INV-E4", f"{name} had come about already", recorded)
            elif name is not None:
                self._names.add(name)

    def tell_again(self, recorded: Recorded[RefundPending]) -> None:
        """A refund may be told of again, of the same stream."""
        name = recorded.event.processor_refund
        if name is None or recorded.imported:
            return
        known = self._refunds.setdefault(name, recorded.stream_id)
        if known != recorded.stream_id:
            self.breach("INV-E4", f"{name} is that of {known}", recorded)
