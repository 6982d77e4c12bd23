"""Moves about money without a place: sent back, by whatever way, or taken back by a bank."""

from collections.abc import Iterable
from random import Random

from ledger.aggregates.unapplied_receipt import UNAPPLIED_RECEIPT
from ledger.aggregates.unapplied_receipt import Status as Receiving
from ledger.values.ids import ReceiptId
from tests.machine.town import Town


def receipts(town: Town, _chance: Random) -> Iterable[ReceiptId]:
    """Money without a place that our ledger thinks is here still."""
    return town.receipts(Receiving.DETECTED, Receiving.RETURNING, Receiving.RETURN_FAILED)[-8:]


def failed_receipts(town: Town, _chance: Random) -> Iterable[ReceiptId]:
    """Money without a place that could not go back."""
    return town.receipts(Receiving.RETURN_FAILED)[-8:]


def receipt_disputed(town: Town, receipt_id: ReceiptId, chance: Random) -> None:
    """The guest's bank asks about money without a place, or takes it or a part back by itself."""
    receipt = town.state(UNAPPLIED_RECEIPT, receipt_id)
    assert receipt is not None, "it was detected"
    part = receipt.received.amount.minor // chance.choice((1, 1, 2, 7))
    amount = max(part // 10, 1) * 10 if part < receipt.received.amount.minor else part
    inquiry = chance.random() < 0.3
    town.behind("disputes", charge=receipt.charge, inquiry=inquiry, amount=amount)


def returns_again(town: Town, receipt_id: ReceiptId, _chance: Random) -> None:
    """Finance sends money without a place back once more."""
    town.return_again(receipt_id)


def returns_by_bank(town: Town, receipt_id: ReceiptId, _chance: Random) -> None:
    """Our bank gives money without a place back."""
    town.return_by_bank(receipt_id)
