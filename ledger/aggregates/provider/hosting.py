"""Decisions about who may host."""

from collections.abc import Sequence

from ledger.aggregates.provider.commands import (
    CloseProvider,
    RegisterProvider,
    ReinstateProvider,
    SuspendProvider,
)
from ledger.aggregates.provider.lifecycle import LIFECYCLE
from ledger.aggregates.provider.state import Provider, Reason
from ledger.errors import (
    NothingVouchedFor,
    ObligationsAreOpen,
    SecondPersonRequired,
    SelfApproval,
    SuspensionStands,
)
from ledger.events.provider import (
    ProviderClosed,
    ProviderEvent,
    ProviderRegistered,
    ProviderReinstated,
    ProviderSuspended,
)


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
