"""Recovery: what a host was paid and has to give back, because the money went back to the guest.

It is the host's debt first, which their next payouts pay (see `ledger.processes.payouts`). Finance
may order it back from the transfer instead, as far as the host's account at the processor has it.
"""

from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.host_debt import (
    HOST_DEBT,
    ApproveWriteOff,
    Cause,
    CollectDebt,
    DropDebt,
    ProposeWriteOff,
    RaiseDebt,
    RejectWriteOff,
    debt_of,
)
from ledger.aggregates.payout import FailReversal, OrderReversal, RecordReversal
from ledger.draft import Draft
from ledger.errors import DebtExceeded, NotFound
from ledger.events import Actor
from ledger.gateways.stripe.transfers import ReversalFact
from ledger.processes.damage_money import OF_DAMAGE, promise_of_damage
from ledger.processes.found import payout_in, refund_in
from ledger.processes.names import (
    DAY_OF_THE_BOOKS,
    PROCESS,
    PROCESSOR,
)
from ledger.processes.outcome import Outcome
from ledger.processes.promises import promise
from ledger.values.ids import DisputeId, HostId, PayoutId, RefundId
from ledger.values.money import Money, zero


def raise_debt_of_dispute(draft: Draft, dispute_id: DisputeId) -> None:
    """Let the host owe what a lost dispute took of what they were paid; once. Raises NotFound."""
    dispute = draft.state(DISPUTE, dispute_id)
    if dispute is None:
        raise NotFound(dispute_id=dispute_id)
    if dispute.loss is None or not dispute.loss.debt.minor:
        return
    draft.do(
        PROCESS,
        RaiseDebt(
            host_id=dispute.host_id,
            amount=dispute.loss.debt,
            cause=Cause.DISPUTE_LOST,
            booking_id=dispute.booking_id,
            caused_by=dispute_id,
        ),
    )


def raise_debt_of_refund(draft: Draft, refund_id: RefundId) -> None:
    """Let the host owe what an approved refund gives back of what they were paid; once.

    Whoever approves or classifies a refund calls it in the same commit. Raises NotFound.
    """
    _change_debt(draft, refund_id, RaiseDebt)


def drop_debt_of_refund(draft: Draft, refund_id: RefundId) -> None:
    """Let the host owe no more what a refund raised that was cancelled before it went out.

    Raises DebtExceeded where the host has paid it already, NotFound.
    """
    _change_debt(draft, refund_id, DropDebt)


def _change_debt(
    draft: Draft, refund_id: RefundId, change: type[RaiseDebt] | type[DropDebt]
) -> None:
    """Raise or drop what a refund makes its host owe; nothing where it takes nothing of theirs."""
    refund = refund_in(draft, refund_id)
    if refund.host_id is None or refund.debt is None or not refund.debt.minor:
        return
    draft.do(
        PROCESS,
        change(
            host_id=refund.host_id,
            amount=refund.debt,
            cause=Cause.REFUND_AFTER_PAYOUT,
            booking_id=refund.booking_id,
            caused_by=refund_id,
        ),
    )


# -- What nobody will get back --------------------------------------------------------------


def propose_write_off(
    draft: Draft, staff: Actor, host_id: HostId, amount: Money, reason: str
) -> None:
    """Ask a second person to give a part of a debt up.

    Raises DebtExceeded, AmountsDiffer, NotFound, TransitionNotAllowed where another one waits.
    """
    draft.do(
        staff,
        ProposeWriteOff(host_id=host_id, amount=amount, reason=reason, proposer=staff.id),
    )


def approve_write_off(draft: Draft, staff: Actor, host_id: HostId, amount: Money) -> None:
    """Give up what somebody else proposed; the platform bears it.

    Raises SelfApproval, DebtExceeded, AmountsDiffer, NotFound, TransitionNotAllowed.
    """
    draft.do(
        staff,
        ApproveWriteOff(
            host_id=host_id, amount=amount, approver=staff.id, time_zone=DAY_OF_THE_BOOKS
        ),
    )


def reject_write_off(draft: Draft, staff: Actor, host_id: HostId, amount: Money) -> None:
    """Let the host owe it as before. Raises AmountsDiffer, NotFound, TransitionNotAllowed."""
    draft.do(staff, RejectWriteOff(host_id=host_id, amount=amount, reviewer=staff.id))


# -- A transfer taken back ------------------------------------------------------------------


def order_reversal(
    draft: Draft, staff: Actor, payout_id: PayoutId, amount: Money, cause: str
) -> None:
    """Order a part of a transfer back, no more than was sent and than its host owes (PO9).

    What the host's account does not hold cannot come back: it stays a debt. Raises
    ReversalExceedsTransfer, DebtExceeded, NotFound, TransitionNotAllowed.
    """
    payout = payout_in(draft, payout_id)
    draft.do(staff, OrderReversal(payout_id=payout_id, amount=amount, cause=cause))
    owed = owed_by(draft, payout.host_id, amount.currency)
    if (owed - payout_in(draft, payout_id).ordered_back).minor < 0:
        raise DebtExceeded(owed=str(owed), amount=str(amount))


def take_in_reversal(draft: Draft, payout_id: PayoutId, key: str, fact: ReversalFact) -> Outcome:
    """Take in that what was ordered back under a key has come: it pays what the host owes.

    What they owe no more by then, as another payout paid it meanwhile, is promised to them again.
    """
    payout = payout_in(draft, payout_id)
    if key not in payout.coming_back:
        return Outcome.NOTHING_NEW
    owed = owed_by(draft, payout.host_id, fact.amount.currency)
    draft.do(
        PROCESSOR,
        RecordReversal(
            payout_id=payout_id,
            amount=fact.amount,
            reversal=fact.reversal,
            idempotency_key=key,
            debt=owed,
        ),
    )
    pays = fact.amount.at_most(owed)
    if pays.minor:
        collect = CollectDebt(host_id=payout.host_id, amount=pays, reversal=fact.reversal)
        draft.do(PROCESS, collect)
    again = fact.amount - pays
    if again.minor and payout.tranche == OF_DAMAGE:
        promise_of_damage(draft, payout.booking_id, again)
    elif again.minor:
        promise(draft, payout.booking_id)
    return Outcome.TAKEN_IN


def reversal_declined(draft: Draft, payout_id: PayoutId, key: str, reason: str) -> None:
    """The processor does not take it back: what the host owes stays owed."""
    if key in payout_in(draft, payout_id).coming_back:
        draft.do(PROCESSOR, FailReversal(payout_id=payout_id, reason=reason, idempotency_key=key))


def owed_by(draft: Draft, host_id: HostId, currency: str) -> Money:
    """What a host owes in a currency; nothing where they never did."""
    debt = draft.state(HOST_DEBT, debt_of(host_id))
    return debt.owed(currency) if debt else zero(currency)
