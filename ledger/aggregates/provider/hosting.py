"""Decisions about who may host."""

from collections.abc import Sequence

from ledger.aggregates.decider import Command
from ledger.aggregates.provider.commands import (
    AskForRenewal,
    CloseProvider,
    RegisterProvider,
    ReinstateProvider,
    RejectProvider,
    RemindOfRenewal,
    ReopenProvider,
    SuspendProvider,
    VerifyProvider,
    VouchForProvider,
)
from ledger.aggregates.provider.lifecycle import LIFECYCLE
from ledger.aggregates.provider.state import Provider, Reason
from ledger.errors import (
    NothingVouchedFor,
    ObligationsAreOpen,
    SuspensionStands,
    TooEarly,
)
from ledger.events.provider import (
    ProviderClosed,
    ProviderEvent,
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
from ledger.values.clock import Instant
from ledger.values.consent import second_person, told
from ledger.values.verification import RENEWED_BEFORE


def register(command: RegisterProvider) -> Sequence[ProviderEvent]:
    """Begin, once per person. Raises NothingVouchedFor."""
    if not command.email_verified:
        raise NothingVouchedFor(guard="e-mail")
    return [ProviderRegistered(country=command.country)]


def vouch(provider: Provider, command: VouchForProvider) -> Sequence[ProviderEvent]:
    """Take somebody's word for a verification.

    Raises TransitionNotAllowed, SuspensionStands, ReasonIsMissing.
    """
    if command.under_review:
        LIFECYCLE.refuse(VouchForProvider, provider.status, review="open")
    _refuse_on_grounds(provider)
    return [ProviderVouchedFor(reason=told(command.reason), source=told(command.source))]


def verify(provider: Provider, command: VerifyProvider) -> Sequence[ProviderEvent]:
    """Take in that they are who they say. Raises TransitionNotAllowed, SuspensionStands."""
    _refuse_if_stopped(provider, VerifyProvider)
    _refuse_on_grounds(provider)
    mirror = provider.payout_account
    return [
        ProviderVerified(
            verification_id=command.verification_id,
            valid_until=command.valid_until,
            account=None if mirror is None else mirror.account,
        )
    ]


def reject(provider: Provider, command: RejectProvider) -> Sequence[ProviderEvent]:
    """Take in that a reviewer said no. Raises TransitionNotAllowed."""
    _refuse_if_stopped(provider, RejectProvider)
    return [ProviderRejected(verification_id=command.verification_id, reason=command.reason)]


def _refuse_if_stopped(provider: Provider, answer: type[Command]) -> None:
    """Let an answer to a review pass, also of who was late with it, and of nobody else stopped."""
    if provider.suspended_for not in (None, Reason.RENEWAL_MISSED):
        LIFECYCLE.refuse(answer, provider.status, reason=provider.suspended_for)


def _refuse_on_grounds(provider: Provider) -> None:
    """Let nobody host whom the processor stops, by whatever way. Raises SuspensionStands."""
    if provider.grounds is not None:
        raise SuspensionStands(reason=provider.grounds)


def reopen(command: ReopenProvider) -> Sequence[ProviderEvent]:
    """Let them ask again. Raises ReasonIsMissing."""
    return [ProviderReopened(appeal=told(command.appeal))]


def ask_for_renewal(command: AskForRenewal, now: Instant) -> Sequence[ProviderEvent]:
    """Want it renewed, in good time. Raises TooEarly."""
    if now.date() < command.deadline - RENEWED_BEFORE:
        raise TooEarly(until=command.deadline - RENEWED_BEFORE)
    return [ReverificationDue(deadline=command.deadline)]


def remind_of_renewal(provider: Provider, now: Instant) -> Sequence[ProviderEvent]:
    """Remind them in the last days, once. Raises TransitionNotAllowed, TooEarly."""
    if provider.remind_on is None:
        LIFECYCLE.refuse(RemindOfRenewal, provider.status, reminded="yes")
    if now.date() < provider.remind_on:
        raise TooEarly(until=provider.remind_on)
    assert provider.renew_by is not None, "a renewal is due"
    return [ProviderReminded(deadline=provider.renew_by)]


def miss_renewal(provider: Provider, now: Instant) -> Sequence[ProviderEvent]:
    """Stop them on the day, which is one of UTC. Raises TooEarly."""
    assert provider.renew_by is not None, "a renewal is due"
    if now.date() < provider.renew_by:
        raise TooEarly(until=provider.renew_by)
    return [ProviderSuspended(reason=Reason.RENEWAL_MISSED.value)]


def suspend(provider: Provider, command: SuspendProvider) -> Sequence[ProviderEvent]:
    """Suspend for a reason that is so. Raises TransitionNotAllowed."""
    theirs = (Reason.PROCESSOR_REJECTED, Reason.REQUIREMENTS_PAST_DUE)
    if command.reason in theirs and command.reason is not provider.grounds:
        LIFECYCLE.refuse(SuspendProvider, provider.status, reason=command.reason.value)
    return [ProviderSuspended(reason=command.reason.value)]


def reinstate(provider: Provider, command: ReinstateProvider) -> Sequence[ProviderEvent]:
    """Lift the suspension, by two persons where it was for fraud.

    Raises SuspensionStands, ReasonIsMissing, SecondPersonRequired, SelfApproval.
    """
    _refuse_on_grounds(provider)
    second = command.second_person
    if second is not None or provider.suspended_for == Reason.FRAUD:
        second = second_person(command.operator, second)
    return [
        ProviderReinstated(
            cleared_by=told(command.cleared_by),
            operator=command.operator,
            second_person=second,
            renew_by=provider.renew_by,
        )
    ]


def close(command: CloseProvider) -> Sequence[ProviderEvent]:
    """End, with nothing left to do or to pay. Raises ObligationsAreOpen."""
    if command.obligations:
        raise ObligationsAreOpen(obligations=list(command.obligations))
    return [ProviderClosed()]
