"""Own transfers: what the platform pays out to its own bank, or fills its balance with."""

from ledger.aggregates.own_transfer import (
    OWN_TRANSFER,
    RecordOwnTransfer,
    ReturnOwnTransfer,
    Status,
    own_transfer_of,
)
from ledger.draft import Draft
from ledger.events.own_transfer import Way
from ledger.gateways.stripe.bank_payouts import BankPayoutFact
from ledger.gateways.stripe.movements import Kind, Movement
from ledger.processes.names import (
    PROCESSOR,
)
from ledger.processes.outcome import Outcome


def take_in_own_payout(draft: Draft, fact: BankPayoutFact) -> Outcome:
    """Book a payout of the platform's own, and that it came back, each once.

    Answers LATER where the processor has not booked it.
    """
    name = fact.bank_payout
    payout = draft.state(OWN_TRANSFER, own_transfer_of(name))
    if payout is None:
        if fact.movement is None:
            return Outcome.LATER
        draft.do(
            PROCESSOR,
            RecordOwnTransfer(
                processor_object=name,
                way=Way.TO_THE_BANK,
                amount=fact.amount,
                balance_transaction=fact.movement,
            ),
        )
    elif payout.status is Status.RETURNED or fact.returned is None:
        return Outcome.NOTHING_NEW
    if fact.returned is not None:
        reason = fact.failure or fact.status.value
        back = ReturnOwnTransfer(
            processor_object=name, reason=reason, balance_transaction=fact.returned
        )
        draft.do(PROCESSOR, back)
    return Outcome.TAKEN_IN


def take_in_top_up(draft: Draft, movement: Movement) -> Outcome:
    """Book, once, that the platform filled its balance from its bank."""
    if movement.kind is not Kind.TOP_UP or movement.source is None:
        return Outcome.NOT_OURS
    if draft.state(OWN_TRANSFER, own_transfer_of(movement.source)) is not None:
        return Outcome.NOTHING_NEW
    draft.do(
        PROCESSOR,
        RecordOwnTransfer(
            processor_object=movement.source,
            way=Way.FROM_THE_BANK,
            amount=movement.net,
            balance_transaction=movement.movement_id,
        ),
    )
    return Outcome.TAKEN_IN
