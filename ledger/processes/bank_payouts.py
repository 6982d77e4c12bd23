"""Bank payouts: a host's money on its way from account to bank, mirrored beside the books.

The money is the host's already (J7). What matters to us is that a bank which gives one back must
not be paid to again before the host has named another account.
"""

from ledger.aggregates.bank_payout import (
    BANK_PAYOUT,
    BankPayout,
    RecordBankPayout,
    Status,
    bank_payout_of,
)
from ledger.aggregates.provider import PROVIDER, RetireBankAccount
from ledger.draft import Draft
from ledger.gateways.stripe.bank_payouts import BankPayoutFact
from ledger.processes.names import (
    PROCESS,
    PROCESSOR,
)
from ledger.processes.outcome import Outcome
from ledger.values.ids import HostId


def take_in_bank_payout(draft: Draft, host_id: HostId, fact: BankPayoutFact) -> Outcome:
    """Follow where a host's bank payout stands; what came back takes its bank account out of use.

    Raises AmountsDiffer, TransitionNotAllowed where it cannot follow from what was said before.
    """
    assert fact.account is not None, "a host's payout is of a host's account"
    if draft.state(PROVIDER, host_id) is None:
        return Outcome.NOT_OURS
    before = _payout(draft, fact)
    bank_account = fact.bank or (before.bank_account if before else "")
    draft.do(
        PROCESSOR,
        RecordBankPayout(
            processor_payout=fact.bank_payout,
            account=fact.account,
            host_id=host_id,
            bank_account=bank_account,
            amount=fact.amount,
            arrives_on=fact.arrives_at.date(),
            standing=Status(fact.status.value),
            code=fact.failure or "",
            reason=fact.failure_text or "",
        ),
    )
    after = _payout(draft, fact)
    if after == before:
        return Outcome.NOTHING_NEW
    if after is not None and after.status is Status.FAILED:
        draft.do(PROCESS, RetireBankAccount(host_id=host_id, bank_account=bank_account))
    return Outcome.TAKEN_IN


def _payout(draft: Draft, fact: BankPayoutFact) -> BankPayout | None:
    return draft.state(BANK_PAYOUT, bank_payout_of(fact.bank_payout))
