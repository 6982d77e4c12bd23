"""The rules of a tax account, whole: which decision answers a command, and what follows."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.decider import Decider
from ledger.aggregates.tax_account.changes import due_again, give_back, name_of, owe_again
from ledger.aggregates.tax_account.commands import (
    GiveTaxBack,
    OweTaxAgain,
    ProposeRemittance,
    RejectRemittance,
    RemitTax,
    TaxAccountCommand,
)
from ledger.aggregates.tax_account.lifecycle import LIFECYCLE
from ledger.aggregates.tax_account.remittance import propose, proposed, remit
from ledger.aggregates.tax_account.state import NEW, Change, Proposal, TaxAccount, tax_account_of
from ledger.events.tax_account import (
    RemittanceProposed,
    RemittanceRejected,
    TaxAccountEvent,
    TaxGivenBack,
    TaxOwedAgain,
    TaxRemitted,
)
from ledger.values.clock import Instant
from ledger.values.consent import told

# -- Decisions --------------------------------------------------------------------------


def decide(
    account: TaxAccount | None, command: TaxAccountCommand, now: Instant
) -> Sequence[TaxAccountEvent]:
    """What a command does to a tax account. Raises Refused."""
    match command:
        case GiveTaxBack():
            return give_back(account or NEW, command)
        case OweTaxAgain():
            return owe_again(account or NEW, command, now)
        case ProposeRemittance():
            return propose(account or NEW, command, now)
        case RejectRemittance():
            proposed(account, command)
            return [
                RemittanceRejected(
                    jurisdiction=command.jurisdiction,
                    amount=command.amount,
                    reason=told(command.reason),
                    reviewer=command.reviewer,
                )
            ]
        case RemitTax():
            return remit(proposed(account, command), command, now)
        case _:
            assert_never(command)


# -- Evolution --------------------------------------------------------------------------


def evolve(account: TaxAccount | None, event: TaxAccountEvent) -> TaxAccount:
    """The tax account after an event."""
    before = account or NEW
    after = replace(before, status=LIFECYCLE.after(event, before.status))
    match event:
        case TaxGivenBack():
            after = replace(after, counted=before.counted | {name_of(event)})
            if event.recoverable:
                more = before.recoverable_minor + event.amount.minor
                return replace(after, recoverable_minor=more)
            return _changed(after, event.earned_on, event.amount.minor)
        case TaxOwedAgain():
            after = replace(after, counted=before.counted | {name_of(event)})
            if not event.recoverable:
                return _changed(after, event.earned_on, -event.amount.minor)
            again = due_again(before, event).minor
            left = before.recoverable_minor - event.amount.minor + again
            return _changed(replace(after, recoverable_minor=left), None, -again)
        case RemittanceProposed():
            so_far = len(before.changes)
            waits = Proposal(event.until, event.payable, event.recovered, event.proposer, so_far)
            return replace(after, proposal=waits)
        case RemittanceRejected():
            return replace(after, proposal=None)
        case TaxRemitted():
            return _remitted(after, event)
        case _:
            assert_never(event)


def _changed(account: TaxAccount, earned_on: date | None, less_minor: int) -> TaxAccount:
    """What has left already cannot be changed: the next remittance is."""
    if not less_minor:
        return account
    day = None if account.has_left(earned_on) else earned_on
    return replace(account, changes=(*account.changes, Change(day, less_minor)))


def _remitted(account: TaxAccount, event: TaxRemitted) -> TaxAccount:
    counted = account.proposal.changes_count if account.proposal else 0
    left = (
        change
        for place, change in enumerate(account.changes)
        if place >= counted or not change.before(event.until)
    )
    return replace(
        account,
        remitted_until=event.until,
        changes=tuple(left),
        counted=frozenset(),
        recoverable_minor=account.recoverable_minor - event.recovered.minor,
        proposal=None,
    )


TAX_ACCOUNT = Decider(
    lifecycle=LIFECYCLE,
    state=TaxAccount,
    stream_of=lambda command: tax_account_of(command.jurisdiction, command.amount.currency),
    decide=decide,
    evolve=evolve,
)
