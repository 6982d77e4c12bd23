"""The steps in a provider's life (spec: domain, section 1)."""

from collections.abc import Mapping

from ledger.aggregates.decider import SAME, Lifecycle, Step, actors, states
from ledger.aggregates.provider.commands import (
    AskForRenewal,
    CloseProvider,
    MissRenewal,
    RecordPayoutAccount,
    RegisterProvider,
    ReinstateProvider,
    RejectProvider,
    RemindOfRenewal,
    ReopenProvider,
    RetireBankAccount,
    ReviewBankAccount,
    SuspendProvider,
    VerifyProvider,
    VouchForProvider,
)
from ledger.aggregates.provider.state import Standing, Status
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    BankAccountReviewed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    PayoutAccountSeen,
    ProviderClosed,
    ProviderRegistered,
    ProviderReinstated,
    ProviderRejected,
    ProviderReminded,
    ProviderReopened,
    ProviderSuspended,
    ProviderVerified,
    ProviderVouchedFor,
    ReverificationDue,
)

S = Status
GOOD = states(S.VERIFIED, S.REVERIFICATION_DUE)
LIVING = GOOD | states(S.DRAFT, S.SUSPENDED, S.REJECTED)

LIFECYCLE = Lifecycle(
    "provider",
    Step("PR1", RegisterProvider, states(None), actors("H"), ProviderRegistered, S.DRAFT,
         "e-mail verified"),
    Step("PR6", VerifyProvider, states(S.DRAFT), actors("X"), ProviderVerified, S.VERIFIED,
         "the processor stops them for nothing"),
    Step("PR7", RejectProvider, states(S.DRAFT, S.REVERIFICATION_DUE), actors("X"),
         ProviderRejected, S.REJECTED),
    Step("PR7s", RejectProvider, states(S.SUSPENDED), actors("X"), ProviderRejected, S.REJECTED,
         "they had missed to renew it"),
    Step("PR8", ReopenProvider, states(S.REJECTED), actors("O"), ProviderReopened, S.DRAFT,
         "there is an appeal"),
    Step("PR9", AskForRenewal, states(S.VERIFIED), actors("TP"), ReverificationDue,
         S.REVERIFICATION_DUE, "30 days or less are left"),
    Step("PR10", VerifyProvider, states(S.REVERIFICATION_DUE), actors("X"), ProviderVerified,
         S.VERIFIED, "the processor stops them for nothing"),
    Step("PR10s", VerifyProvider, states(S.SUSPENDED), actors("X"), ProviderVerified, S.VERIFIED,
         "they had missed to renew it; the processor stops them for nothing"),
    Step("PR11", MissRenewal, states(S.REVERIFICATION_DUE), actors("T"), ProviderSuspended,
         S.SUSPENDED, "the day has come"),
    Step("PR12", SuspendProvider, GOOD, actors("OX"), ProviderSuspended, S.SUSPENDED,
         "a reason that is the processor's is one that it gave"),
    Step("PR13", ReinstateProvider, states(S.SUSPENDED), actors("O"), ProviderReinstated,
         S.VERIFIED, "the reason is cleared; a second person where it was fraud"),
    Step("PR14", CloseProvider, LIVING, actors("HO"), ProviderClosed, S.CLOSED,
         "no open obligation"),
    Step("PR15", VouchForProvider, states(S.DRAFT), actors("O"), ProviderVouchedFor, S.VERIFIED,
         "nobody reviews them now; a reason; the processor stops them for nothing"),
    Step("PR16", RecordPayoutAccount, LIVING, actors("P"), PayoutAccountOpened, SAME,
         "once"),
    Step("PR17", RecordPayoutAccount, LIVING, actors("P"), PayoutAccountChanged, SAME,
         "the account is ours; the word is not older than the last; its standing can follow"),
    Step("PR18", RecordPayoutAccount, LIVING, actors("P"), PayoutAccountSeen, SAME,
         "the same words, later"),
    Step("PR19", RecordPayoutAccount, LIVING, actors("P"), BankAccountChanged, SAME,
         "another bank account; the word is not older than the last"),
    Step("PR20", ReviewBankAccount, LIVING, actors("F"), BankAccountReviewed, SAME,
         "it is the one that is paid to"),
    Step("PR21", RetireBankAccount, LIVING, actors("X"), BankAccountFailed, SAME,
         "it is the one that is paid to"),
    Step("PR22", RemindOfRenewal, states(S.REVERIFICATION_DUE), actors("T"), ProviderReminded, SAME,
         "seven days or less are left; once"),
)  # fmt: skip

ONBOARDED = frozenset({Standing.ENABLED, Standing.RESTRICTED, Standing.DISABLED})

CAN_FOLLOW: Mapping[Standing, frozenset[Standing]] = {
    Standing.NONE: frozenset({Standing.ONBOARDING}),
    Standing.ONBOARDING: ONBOARDED | {Standing.ONBOARDING},
    Standing.ENABLED: ONBOARDED,
    Standing.RESTRICTED: ONBOARDED,
    Standing.DISABLED: frozenset({Standing.DISABLED}),
}
"""The payout account's own table. The page's arrows, followed as far as they go: words in between
may never have reached us. Each standing can follow itself, with other requirements.
"""
