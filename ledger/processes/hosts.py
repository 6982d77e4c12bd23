"""Hosts: who may host, and the account that the processor keeps for them.

A host who was verified gets an account at the processor; what it says of that account afterwards is
followed, newest word first.
"""

from ledger.aggregates.provider import (
    PROVIDER,
    Reason,
    RecordPayoutAccount,
    RegisterProvider,
    ReinstateProvider,
    Standing,
    Status,
    SuspendProvider,
    VouchForProvider,
)
from ledger.aggregates.verification import VERIFICATION, verification_of
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.gateways.stripe.accounts import AccountFact
from ledger.processes.found import host_in
from ledger.processes.names import (
    PROCESS,
    PROCESSOR,
)
from ledger.processes.outcome import Outcome
from ledger.values.clock import Instant
from ledger.values.ids import HostId

MAY_HOST = (Status.VERIFIED, Status.REVERIFICATION_DUE)


def register_host(draft: Draft, host_id: HostId, country: str) -> None:
    """Somebody asks to host. Raises TransitionNotAllowed where they did before.

    Whether the e-mail address is theirs is the matter of who signs in, which is not built yet.
    """
    draft.do(
        Actor(Role.HOST.value, host_id),
        RegisterProvider(host_id=host_id, country=country, email_verified=True),
    )


def vouch_for_host(draft: Draft, by: Actor, host_id: HostId, reason: str, source: str) -> None:
    """An operator vouches that a host was verified elsewhere.

    Raises TransitionNotAllowed, also while a review of them is open; SuspensionStands,
    ReasonIsMissing, NotFound.
    """
    provider = host_in(draft, host_id)
    review = draft.state(VERIFICATION, verification_of(host_id, provider.reviews + 1))
    vouched = VouchForProvider(
        host_id=host_id,
        reason=reason,
        source=source,
        under_review=review is not None and review.is_open,
    )
    draft.do(by, vouched)


def suspend_host(draft: Draft, operator: Actor, host_id: HostId, reason: Reason) -> None:
    """Stop somebody from hosting; what is booked stays booked. Raises TransitionNotAllowed."""
    draft.do(operator, SuspendProvider(host_id=host_id, reason=reason))


def reinstate_host(
    draft: Draft, operator: Actor, host_id: HostId, cleared_by: str, second_person: str | None
) -> None:
    """Let somebody host again.

    Raises SuspensionStands, ReasonIsMissing, SecondPersonRequired, SelfApproval, NotFound.
    """
    draft.do(
        operator,
        ReinstateProvider(
            host_id=host_id,
            cleared_by=cleared_by,
            operator=operator.id,
            second_person=second_person,
        ),
    )


def take_in_account(draft: Draft, fact: AccountFact, read_at: Instant) -> Outcome:
    """Take in how a host's account was when it was read; and stop a host whom the processor stops.

    Raises TransitionNotAllowed where it is not the account that the host has.
    """
    if fact.host_id is None or draft.state(PROVIDER, fact.host_id) is None:
        return Outcome.NOT_OURS
    if fact.country is None or fact.currency is None:
        return Outcome.LATER
    told = RecordPayoutAccount(
        host_id=fact.host_id,
        account=fact.account,
        country=fact.country,
        currency=fact.currency,
        standing=Standing(fact.standing.value),
        requirements=(*fact.past_due, *fact.currently_due),
        disabled_reason=fact.disabled_reason,
        bank_account=fact.bank_account,
        seen_at=read_at,
    )
    before = host_in(draft, fact.host_id)
    draft.do(PROCESSOR, told)
    provider = host_in(draft, fact.host_id)
    if provider.grounds and provider.status in MAY_HOST:
        draft.do(PROCESS, SuspendProvider(host_id=fact.host_id, reason=provider.grounds))
    return Outcome.NOTHING_NEW if provider == before else Outcome.TAKEN_IN
