"""Money without a place: how much of it is the guest's still, and where it stands."""

from dataclasses import dataclass

from api.commands import answered
from api.shapes import Amount, amount_of
from ledger import errors, processes
from ledger.aggregates.unapplied_receipt import UNAPPLIED_RECEIPT, UnappliedReceipt
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.store import EventStore
from ledger.values.ids import ReceiptId
from projections.projection import Answer


@dataclass(frozen=True)
class Named:
    """Money without a place by its address: it came for the booking that the address names."""

    booking: str
    receipt: ReceiptId

    def refuse_unless_of(self, found: UnappliedReceipt | None) -> UnappliedReceipt:
        """Let pass what is where the address says. Raises NotFound."""
        if found is None or found.booking_id != self.booking:
            raise errors.NotFound(booking_id=self.booking, receipt_id=self.receipt)
        return found


class UnappliedReceiptNow(Answer):
    """Where money without a place stands.

    `amount` is what came, `owed` what of it no dispute took. `exchanged` is what that was worth
    when it came, where the processor exchanged it: a transfer of our bank tells its cost in that
    currency.
    """

    receipt_id: str
    booking_id: str
    status: str
    amount: Amount
    owed: Amount
    exchanged: Amount | None
    attempts: int


def answer(draft: Draft, named: Named) -> None:
    """Answer a command by the receipt as it left it."""
    answered(draft, _shown(0, named, processes.receipt_in(draft, named.receipt)))


def looked_up(store: EventStore, ledger: Ledger, named: Named) -> UnappliedReceiptNow:
    """Money without a place as the ledger has it now. Raises NotFound."""
    position = store.head()
    return _shown(position, named, ledger.state(UNAPPLIED_RECEIPT, named.receipt))


def _shown(position: int, named: Named, found: UnappliedReceipt | None) -> UnappliedReceiptNow:
    found = named.refuse_unless_of(found)
    return UnappliedReceiptNow(
        position=position,
        receipt_id=named.receipt,
        booking_id=named.booking,
        status=found.status,
        amount=amount_of(found.received.amount),
        owed=amount_of(found.rest.amount),
        exchanged=amount_of(found.rest.gross) if found.rest.converted else None,
        attempts=found.attempts,
    )
