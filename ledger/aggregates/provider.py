"""A provider: the legal person who hosts, whether they may, and the account that they are paid to.

The payout account is the processor's; what stands here is a mirror of what it says, newest word
first to last: words may come late, twice, and in any order. It never changes the provider's own
state by itself: who is suspended for it is decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import (
    SAME,
    Command,
    Decider,
    Lifecycle,
    Planned,
    Step,
    actors,
    states,
)
from ledger.errors import (
    NotFound,
    NothingVouchedFor,
    NotTheBankAccount,
    ObligationsAreOpen,
    SecondPersonRequired,
    SelfApproval,
    SuspensionStands,
)
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    BankAccountReviewed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    PayoutAccountSeen,
    ProviderClosed,
    ProviderEvent,
    ProviderRegistered,
    ProviderReinstated,
    ProviderSuspended,
    ProviderVouchedFor,
)
from ledger.values.clock import Instant
from ledger.values.ids import HostId

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a provider stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    VERIFIED = "verified"
    REVERIFICATION_DUE = "reverification_due"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Standing(StrEnum):
    """What a payout account can do, from the first word to the last; RESTRICTED pays out nothing."""

    NONE = "none"
    ONBOARDING = "onboarding"
    ENABLED = "enabled"
    RESTRICTED = "restricted"
    DISABLED = "disabled"


class Reason(StrEnum):
    """Why a provider is suspended."""

    FRAUD = "fraud"
    SAFETY = "safety"
    LEGAL = "legal"
    TERMS = "terms"
    PROCESSOR_REJECTED = "processor_rejected"
    REQUIREMENTS_PAST_DUE = "requirements_past_due"


class PayoutAccount(Struct, frozen=True):
    """What the processor said last, and the bank account behind it.

    `changed_at` is when that became another one, until finance has reviewed it.
    """

    standing: Standing
    account: str
    seen_at: Instant
    requirements: tuple[str, ...] = ()
    disabled_reason: str | None = None
    bank_account: str | None = None
    changed_at: Instant | None = None
    out_of_use: bool = False


class Provider(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    suspended_for: str | None = None
    payout_account: PayoutAccount | None = None

    @property
    def standing(self) -> Standing:
        """What the payout account can do."""
        return Standing.NONE if self.payout_account is None else self.payout_account.standing

    @property
    def account_changed_at(self) -> Instant | None:
        """Since when another bank account is paid to, if nobody has reviewed it (PO5)."""
        return None if self.payout_account is None else self.payout_account.changed_at

    @property
    def bank_account_in_use(self) -> bool:
        """Whether there is a bank account that no payout has come back from."""
        mirror = self.payout_account
        return mirror is not None and mirror.bank_account is not None and not mirror.out_of_use

    @property
    def grounds(self) -> Reason | None:
        """What the processor gives the system to suspend for, if anything."""
        told = (self.payout_account and self.payout_account.disabled_reason) or ""
        if told == "requirements.past_due":
            return Reason.REQUIREMENTS_PAST_DUE
        if told == "rejected.fraud":
            return Reason.FRAUD
        return Reason.PROCESSOR_REJECTED if told.startswith("rejected.") else None


# -- Commands ---------------------------------------------------------------------------


class RegisterProvider(Command, frozen=True, kw_only=True):
    """Ask to host; `open_providers` are those that the same person has already."""

    host_id: HostId
    country: str
    email_verified: bool
    open_providers: tuple[HostId, ...] = ()


class VouchForProvider(Command, frozen=True, kw_only=True):
    """Vouch that a provider was verified elsewhere."""

    host_id: HostId
    reason: str
    source: str


class SuspendProvider(Command, frozen=True, kw_only=True):
    """Stop new bookings and payouts; no booking is cancelled by it."""

    host_id: HostId
    reason: Reason


class ReinstateProvider(Command, frozen=True, kw_only=True):
    """Lift a suspension, because its reason is cleared; the two persons are named by their ids."""

    host_id: HostId
    cleared_by: str
    operator: str
    second_person: str | None = None


class CloseProvider(Command, frozen=True, kw_only=True):
    """Host no more; `obligations` is what all other streams say is still open."""

    host_id: HostId
    obligations: tuple[str, ...]


class RecordPayoutAccount(Command, frozen=True, kw_only=True):
    """Take in what the processor says of the payout account as a whole, and when it was so."""

    host_id: HostId
    account: str
    country: str
    currency: str
    standing: Standing
    requirements: tuple[str, ...]
    disabled_reason: str | None
    bank_account: str | None
    seen_at: Instant


class ReviewBankAccount(Command, frozen=True, kw_only=True):
    """Let a changed bank account be paid to at once."""

    host_id: HostId
    bank_account: str


class RetireBankAccount(Command, frozen=True, kw_only=True):
    """Take a bank account out of use that gave a payout back."""

    host_id: HostId
    bank_account: str


ProviderCommand = (
    RegisterProvider
    | VouchForProvider
    | SuspendProvider
    | ReinstateProvider
    | CloseProvider
    | RecordPayoutAccount
    | ReviewBankAccount
    | RetireBankAccount
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status
GOOD = states(S.VERIFIED, S.REVERIFICATION_DUE)
CLOSABLE = GOOD | states(S.DRAFT, S.CHANGES_REQUESTED, S.SUSPENDED, S.REJECTED)
LIVING = CLOSABLE | states(S.SUBMITTED, S.IN_REVIEW)

LIFECYCLE = Lifecycle(
    "provider",
    Step("PR1", RegisterProvider, states(None), actors("H"), ProviderRegistered, S.DRAFT,
         "e-mail verified; no other open provider of the same person"),
    Planned("PR2", "Submit", states(S.DRAFT, S.CHANGES_REQUESTED), actors("H"),
            ("ProviderSubmitted",), S.SUBMITTED),
    Planned("PR3", "Claim", states(S.SUBMITTED), actors("V"), ("ReviewClaimed",), S.IN_REVIEW),
    Planned("PR4", "Release", states(S.IN_REVIEW), actors("VT"), ("ReviewReleased",), S.SUBMITTED),
    Planned("PR5", "RequestChanges", states(S.IN_REVIEW), actors("V"), ("ChangesRequested",),
            S.CHANGES_REQUESTED),
    Planned("PR6", "Approve", states(S.IN_REVIEW), actors("V"), ("ProviderVerified",), S.VERIFIED),
    Planned("PR7", "Reject", states(S.IN_REVIEW), actors("V"), ("ProviderRejected",), S.REJECTED),
    Planned("PR8", "Reopen", states(S.REJECTED), actors("O"), ("ProviderReopened",), S.DRAFT),
    Planned("PR9", "RenewalDue", states(S.VERIFIED), actors("TP"), ("ReverificationDue",),
            S.REVERIFICATION_DUE),
    Planned("PR10", "ApproveRenewal", states(S.REVERIFICATION_DUE), actors("V"),
            ("ProviderVerified",), S.VERIFIED),
    Planned("PR11", "DeadlinePassed", states(S.REVERIFICATION_DUE), actors("T"),
            ("ProviderSuspended",), S.SUSPENDED),
    Step("PR12", SuspendProvider, GOOD, actors("OX"), ProviderSuspended, S.SUSPENDED,
         "a reason that is the processor's is one that it gave"),
    Step("PR13", ReinstateProvider, states(S.SUSPENDED), actors("O"), ProviderReinstated, S.VERIFIED,
         "the reason is cleared; a second person where it was fraud"),
    Step("PR14", CloseProvider, CLOSABLE, actors("HO"), ProviderClosed, S.CLOSED,
         "no open obligation"),
    Step("PR15", VouchForProvider, states(S.DRAFT), actors("O"), ProviderVouchedFor, S.VERIFIED),
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

# -- Decisions --------------------------------------------------------------------------


def decide(
    provider: Provider | None, command: ProviderCommand, now: Instant
) -> Sequence[ProviderEvent]:
    """What a command does to a provider. Raises Refused."""
    del now
    if isinstance(command, RegisterProvider):
        return register(command)
    if provider is None:
        raise NotFound(host_id=command.host_id)
    match command:
        case VouchForProvider():
            return [ProviderVouchedFor(reason=command.reason, source=command.source)]
        case SuspendProvider():
            return suspend(provider, command)
        case ReinstateProvider():
            return reinstate(provider, command)
        case CloseProvider():
            return close(command)
        case RecordPayoutAccount():
            return record(provider, command)
        case ReviewBankAccount():
            return review(provider, command)
        case RetireBankAccount():
            return retire(provider, command)
        case _:
            assert_never(command)


def register(command: RegisterProvider) -> Sequence[ProviderEvent]:
    """Begin, once per person. Raises NothingVouchedFor, TransitionNotAllowed."""
    if not command.email_verified:
        raise NothingVouchedFor(guard="e-mail")
    if command.open_providers:
        LIFECYCLE.refuse(RegisterProvider, None, open_provider=command.open_providers[0])
    return [ProviderRegistered(country=command.country)]


def suspend(provider: Provider, command: SuspendProvider) -> Sequence[ProviderEvent]:
    """Suspend for a reason that is so. Raises TransitionNotAllowed."""
    theirs = (Reason.PROCESSOR_REJECTED, Reason.REQUIREMENTS_PAST_DUE)
    if command.reason in theirs and command.reason is not provider.grounds:
        LIFECYCLE.refuse(SuspendProvider, provider.status, reason=command.reason.value)
    return [ProviderSuspended(reason=command.reason.value)]


def reinstate(provider: Provider, command: ReinstateProvider) -> Sequence[ProviderEvent]:
    """Lift the suspension, by two persons where it was for fraud.

    Raises SuspensionStands, SecondPersonRequired, SelfApproval.
    """
    if provider.grounds is not None or not command.cleared_by:
        raise SuspensionStands(reason=provider.grounds or provider.suspended_for)
    if provider.suspended_for == Reason.FRAUD and command.second_person is None:
        raise SecondPersonRequired(reason=provider.suspended_for)
    if command.second_person == command.operator:
        raise SelfApproval(operator=command.operator)
    return [
        ProviderReinstated(
            cleared_by=command.cleared_by,
            operator=command.operator,
            second_person=command.second_person,
        )
    ]


def close(command: CloseProvider) -> Sequence[ProviderEvent]:
    """End, with nothing left to do or to pay. Raises ObligationsAreOpen."""
    if command.obligations:
        raise ObligationsAreOpen(obligations=list(command.obligations))
    return [ProviderClosed()]


def record(provider: Provider, command: RecordPayoutAccount) -> Sequence[ProviderEvent]:
    """Follow the newest word on the payout account; an older one changes nothing.

    Raises TransitionNotAllowed where it is another account, or cannot have come to stand so.
    """
    mirror = provider.payout_account
    if mirror is None:
        opened = PayoutAccountOpened(
            account=command.account,
            country=command.country,
            currency=command.currency,
            seen_at=command.seen_at,
        )
        return [opened, *_news(evolve(provider, opened), command)]
    if command.account != mirror.account:
        LIFECYCLE.refuse(RecordPayoutAccount, provider.status, account=command.account)
    if _place(command) < _place(mirror):
        return []
    news = list(_news(provider, command))
    if not news and command.seen_at > mirror.seen_at:
        return [PayoutAccountSeen(seen_at=command.seen_at)]
    return news


def _place(said: RecordPayoutAccount | PayoutAccount) -> tuple[Instant, int]:
    """Where a word belongs: the processor's clock shows seconds, so the table breaks its ties."""
    return said.seen_at, list(Standing).index(said.standing)


def _news(provider: Provider, command: RecordPayoutAccount) -> Iterator[ProviderEvent]:
    mirror = provider.payout_account
    assert mirror is not None
    requirements = tuple(sorted(set(command.requirements)))
    said = (command.standing, requirements, command.disabled_reason)
    if said != (mirror.standing, mirror.requirements, mirror.disabled_reason):
        if command.standing not in CAN_FOLLOW[mirror.standing]:
            told = {"payout_account": mirror.standing.value, "to": command.standing.value}
            LIFECYCLE.refuse(RecordPayoutAccount, provider.status, **told)
        yield PayoutAccountChanged(
            to=command.standing.value,
            requirements=requirements,
            disabled_reason=command.disabled_reason,
            seen_at=command.seen_at,
        )
    if command.bank_account not in (None, mirror.bank_account):
        yield BankAccountChanged(bank_account=command.bank_account, changed_at=command.seen_at)


def review(provider: Provider, command: ReviewBankAccount) -> Sequence[ProviderEvent]:
    """Lift the wait after a change, once. Raises NotTheBankAccount."""
    mirror = provider.payout_account
    if mirror is None or mirror.bank_account != command.bank_account:
        raise NotTheBankAccount(bank_account=command.bank_account)
    if mirror.changed_at is None:
        return []
    return [BankAccountReviewed(bank_account=command.bank_account)]


def retire(provider: Provider, command: RetireBankAccount) -> Sequence[ProviderEvent]:
    """Take the present bank account out of use, once; one that was replaced already is no news."""
    mirror = provider.payout_account
    if mirror is None or mirror.bank_account != command.bank_account or mirror.out_of_use:
        return []
    return [BankAccountFailed(bank_account=command.bank_account)]


# -- Evolution --------------------------------------------------------------------------

AccountEvent = (
    PayoutAccountChanged
    | PayoutAccountSeen
    | BankAccountChanged
    | BankAccountReviewed
    | BankAccountFailed
)


def evolve(provider: Provider | None, event: ProviderEvent) -> Provider:
    """The provider after an event."""
    status = LIFECYCLE.after(event, provider and provider.status)
    if isinstance(event, ProviderRegistered):
        return Provider(status=status)
    assert provider is not None
    match event:
        case ProviderVouchedFor() | ProviderReinstated() | ProviderClosed():
            return replace(provider, status=status, suspended_for=None)
        case ProviderSuspended():
            return replace(provider, status=status, suspended_for=event.reason)
        case PayoutAccountOpened():
            opened = PayoutAccount(Standing.ONBOARDING, event.account, event.seen_at)
            return replace(provider, payout_account=opened)
        case (
            PayoutAccountChanged()
            | PayoutAccountSeen()
            | BankAccountChanged()
            | BankAccountReviewed()
            | BankAccountFailed()
        ):
            assert provider.payout_account is not None
            return replace(provider, payout_account=reflected(provider.payout_account, event))
        case _:
            assert_never(event)


def reflected(mirror: PayoutAccount, event: AccountEvent) -> PayoutAccount:
    """The payout account after an event that is about it alone."""
    match event:
        case PayoutAccountChanged():
            return replace(
                mirror,
                standing=Standing(event.to),
                seen_at=event.seen_at,
                requirements=event.requirements,
                disabled_reason=event.disabled_reason,
            )
        case PayoutAccountSeen():
            return replace(mirror, seen_at=event.seen_at)
        case BankAccountChanged():
            return replace(
                mirror,
                seen_at=event.changed_at,
                bank_account=event.bank_account,
                changed_at=event.changed_at,
                out_of_use=False,
            )
        case BankAccountReviewed():
            return replace(mirror, changed_at=None)
        case BankAccountFailed():
            return replace(mirror, out_of_use=True)
        case _:
            assert_never(event)


PROVIDER = Decider(
    lifecycle=LIFECYCLE,
    state=Provider,
    stream_of=lambda command: command.host_id,
    decide=decide,
    evolve=evolve,
)
