"""Every command of a provider."""

from datetime import timedelta

from ledger.aggregates.provider import (
    CloseProvider,
    Reason,
    ReinstateProvider,
    RetireBankAccount,
    ReviewBankAccount,
    Standing,
    SuspendProvider,
    VouchForProvider,
)
from tests.facts import (
    BANK_ACCOUNT,
    FINANCE,
    HOST,
    MARTA,
    NOW,
    OPERATOR,
    PROCESS,
    PROCESSOR,
    RUI,
    a_bank_account,
    a_provider,
    an_account,
    an_account_that_is,
    provider_vouched_for,
    suspended,
    to_record_account,
    to_register,
)
from tests.ledger.every_command.happened import Happened

VERIFIED = (a_provider(), provider_vouched_for())
PAID_TO = (*VERIFIED, an_account(), an_account_that_is(), a_bank_account())
HOUR = timedelta(hours=1)

COMMANDS = (
    Happened(to_register(), HOST),
    Happened(
        VouchForProvider(
            host_id=RUI, reason="verified before we began", source="hotel-bookings.csv"
        ),
        OPERATOR,
        (a_provider(),),
    ),
    Happened(SuspendProvider(host_id=RUI, reason=Reason.SAFETY), OPERATOR, VERIFIED),
    Happened(
        ReinstateProvider(host_id=RUI, cleared_by="case 17", operator=MARTA),
        OPERATOR,
        (*VERIFIED, suspended()),
    ),
    Happened(CloseProvider(host_id=RUI, obligations=()), HOST, VERIFIED),
    Happened(to_record_account(), PROCESSOR, VERIFIED),
    Happened(
        to_record_account(standing=Standing.ENABLED, seen_at=NOW + HOUR),
        PROCESSOR,
        (*VERIFIED, an_account()),
    ),
    Happened(
        to_record_account(
            standing=Standing.ENABLED, bank_account=BANK_ACCOUNT, seen_at=NOW + 2 * HOUR
        ),
        PROCESSOR,
        PAID_TO[:-1],
    ),
    Happened(
        to_record_account(
            standing=Standing.ENABLED, bank_account=BANK_ACCOUNT, seen_at=NOW + 3 * HOUR
        ),
        PROCESSOR,
        PAID_TO,
    ),
    Happened(
        ReviewBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT, reason="host_called_back"),
        FINANCE,
        PAID_TO,
    ),
    Happened(RetireBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT), PROCESS, PAID_TO),
)
