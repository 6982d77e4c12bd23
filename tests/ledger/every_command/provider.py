"""Every command of a provider."""

from datetime import UTC, datetime, timedelta

from ledger.aggregates.provider import (
    AskForRenewal,
    CloseProvider,
    MissRenewal,
    Reason,
    ReinstateProvider,
    RejectProvider,
    RemindOfRenewal,
    ReopenProvider,
    RetireBankAccount,
    ReviewBankAccount,
    Standing,
    SuspendProvider,
    VerifyProvider,
    VouchForProvider,
)
from tests.facts import (
    BANK_ACCOUNT,
    FINANCE,
    GOOD_UNTIL,
    HOST,
    MARTA,
    NOW,
    OPERATOR,
    PROCESS,
    PROCESSOR,
    RUI,
    TIMER,
    VERIFICATION,
    a_bank_account,
    a_provider,
    an_account,
    an_account_that_is,
    provider_vouched_for,
    rejected_host,
    renewal_due,
    suspended,
    to_record_account,
    to_register,
    verified,
)
from tests.ledger.every_command.happened import Happened

VERIFIED = (a_provider(), provider_vouched_for())
REVIEWED = (a_provider(), verified())
IN_GOOD_TIME = datetime(2027, 5, 1, tzinfo=UTC)
TOO_LATE = datetime(2027, 5, 31, tzinfo=UTC)
PAID_TO = (*VERIFIED, an_account(), an_account_that_is(), a_bank_account())
HOUR = timedelta(hours=1)

COMMANDS = (
    Happened(to_register(), HOST),
    Happened(
        VouchForProvider(
            host_id=RUI,
            reason="verified before we began",
            source="hotel-bookings.csv",
            under_review=False,
        ),
        OPERATOR,
        (a_provider(),),
    ),
    Happened(
        VerifyProvider(host_id=RUI, verification_id=VERIFICATION, valid_until=GOOD_UNTIL),
        PROCESS,
        (a_provider(),),
    ),
    Happened(
        RejectProvider(host_id=RUI, verification_id=VERIFICATION, reason="not_who_they_say"),
        PROCESS,
        (a_provider(),),
    ),
    Happened(
        ReopenProvider(host_id=RUI, appeal="case 21"), OPERATOR, (a_provider(), rejected_host())
    ),
    Happened(AskForRenewal(host_id=RUI, deadline=GOOD_UNTIL), TIMER, REVIEWED, IN_GOOD_TIME),
    Happened(
        RemindOfRenewal(host_id=RUI),
        TIMER,
        (*REVIEWED, renewal_due()),
        TOO_LATE - timedelta(days=7),
    ),
    Happened(MissRenewal(host_id=RUI), TIMER, (*REVIEWED, renewal_due()), TOO_LATE),
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
