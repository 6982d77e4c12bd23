"""What finance may do about a refund that went wrong, and what our bank did."""

from typing import Annotated, Literal

from pydantic import Field

from api.shapes import Amount, Body, Uuid
from ledger.aggregates.refund import SettleAlternatively
from ledger.values.ids import RefundId


class OfFinance(Body):
    """Who of finance does it."""

    by: Uuid


class OtherWay(OfFinance):
    """Why the guest's card cannot have the money."""

    reason: Literal["card_closed", "too_old", "refused_by_bank", "other"]


class BankTransfer(OfFinance):
    """What our bank did: its `reference`, and `proof`, the SHA-256 of its document.

    `cost` is what it took of our account, where the guest's money is of another currency.
    """

    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9 ./-]{1,40}$")]
    proof: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
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
