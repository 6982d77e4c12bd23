"""What finance may do about money that could not go back, and what our bank did."""

from typing import Literal

from api.shapes import Amount, BankReference, Digest, Uuid
from api.wishes.staff import OfFinance
from ledger.aggregates.refund import SettleAlternatively
from ledger.values.ids import RefundId


class OtherWay(OfFinance):
    """Why the guest's card cannot have the money."""

    reason: Literal["card_closed", "too_old", "refused_by_bank", "other"]


class ExternalRefund(OfFinance):
    """Which refund, made at the processor's own desk, the guest has the money by."""

    external_refund: Uuid


class BankTransfer(OfFinance):
    """What our bank did: its `reference`, and `proof`, the SHA-256 of its document.

    `cost` is what it took of our account, where the guest's money is of another currency.
    """

    reference: BankReference
    proof: Digest
    cost: Amount | None = None

    def paid(self, refund_id: RefundId) -> SettleAlternatively:
        """The same as the ledger is told it."""
        return SettleAlternatively(
            refund_id=refund_id,
            settled_by=self.by,
            reference=self.reference,
            proof=self.proof,
            settled=self.cost.money if self.cost else None,
        )
