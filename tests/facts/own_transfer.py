"""The platform's own money on its way to its bank and back."""

from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.own_transfer import RecordOwnTransfer
from ledger.events.own_transfer import OwnTransferMade, OwnTransferReturned, Way
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import OWN_PAYOUT
from tests.facts.values import money


def to_record_own_transfer(**changed: Any) -> RecordOwnTransfer:
    """The processor pays 1,000 euros out to the platform's bank."""
    told: dict[str, Any] = {
        "processor_object": OWN_PAYOUT,
        "way": Way.TO_THE_BANK,
        "amount": money("1000.00 EUR"),
        "balance_transaction": "txn_own",
    }
    return RecordOwnTransfer(**told | changed)


def own_payout() -> OwnTransferMade:
    """It left."""
    told = to_record_own_transfer()
    return OwnTransferMade(
        way=told.way,
        amount=told.amount,
        processor_object=told.processor_object,
        balance_transaction=told.balance_transaction,
        effective_on=JUNE_FIRST,
        entries=(postings.paid_out(told.amount),),
    )


def own_payout_returned() -> OwnTransferReturned:
    """It came back."""
    amount = to_record_own_transfer().amount
    return OwnTransferReturned(
        amount=amount,
        reason="account_closed",
        balance_transaction="txn_own_back",
        effective_on=JUNE_FIRST,
        entries=(postings.paid_out_in_vain(amount),),
    )
