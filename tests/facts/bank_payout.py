"""What the processor sends to Rui's bank."""

from datetime import date
from typing import Any

from ledger.aggregates.bank_payout import RecordBankPayout
from ledger.aggregates.bank_payout import Status as AtTheBank
from ledger.events.bank_payout import (
    BankPayoutCancelled,
    BankPayoutFailed,
    BankPayoutPaid,
    BankPayoutSeen,
    BankPayoutSent,
)
from tests.facts.story import ACCOUNT, BANK_ACCOUNT, BANK_PAYOUT, RUI
from tests.facts.values import a_price


def to_record_bank_payout(**changed: Any) -> RecordBankPayout:
    """The processor says that it will pay Rui's balance out to his bank."""
    told: dict[str, Any] = {
        "processor_payout": BANK_PAYOUT,
        "account": ACCOUNT,
        "host_id": RUI,
        "bank_account": BANK_ACCOUNT,
        "amount": a_price().shares.host,
        "arrives_on": date(2026, 7, 7),
        "standing": AtTheBank.PENDING,
    }
    return RecordBankPayout(**told | changed)


def a_bank_payout() -> BankPayoutSeen:
    """The processor pays Rui's balance out to his bank."""
    told = to_record_bank_payout()
    fields = {name: getattr(told, name) for name in BankPayoutSeen.__struct_fields__}
    return BankPayoutSeen(**fields)


def sent_to_the_bank() -> BankPayoutSent:
    """It left."""
    return BankPayoutSent()


def paid_to_the_bank() -> BankPayoutPaid:
    """It arrived."""
    return BankPayoutPaid()


def failed_at_the_bank() -> BankPayoutFailed:
    """It came back."""
    return BankPayoutFailed(
        host_id=RUI,
        bank_account=BANK_ACCOUNT,
        amount=a_price().shares.host,
        code="account_closed",
        reason="The bank account has been closed.",
    )


def cancelled_bank_payout() -> BankPayoutCancelled:
    """It never left."""
    return BankPayoutCancelled()
