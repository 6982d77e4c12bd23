"""What is to be said about one host: whoever may host gets an account to be paid to."""

from datetime import timedelta
from typing import Any, assert_never

from ledger.events import Recorded
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    ProviderClosed,
    ProviderVerified,
    ProviderVouchedFor,
)
from ledger.values.errands import ErrandKind as K
from projections.errands.table import begin, end, errands, name
from projections.projection import Rows

ACCOUNTS_ARE_LOOKED_AT_AFTER = timedelta(hours=1)
"""A host who answers the processor's questions tells us by a notice of it."""


HostErrandEvent = (
    ProviderVouchedFor
    | ProviderVerified
    | PayoutAccountOpened
    | PayoutAccountChanged
    | BankAccountFailed
    | BankAccountChanged
    | ProviderClosed
)


def project(rows: Rows, recorded: Recorded[Any], event: HostErrandEvent) -> None:
    """What is to be said about one host: whoever may host gets an account to be paid to.

    As long as it is not settled whether they can be, it is looked at. Once it is, a payout that is
    due looks for itself.
    """
    bank = f"{recorded.stream_id}/bank"
    match event:
        case ProviderVouchedFor() | ProviderVerified():
            open_account(rows, recorded, event)
        case PayoutAccountOpened():
            end(rows, recorded, K.OPEN_ACCOUNT)
            look_at_account(rows, recorded)
        case PayoutAccountChanged():
            end(rows, recorded, K.LOOK_AT_ACCOUNT)
            if event.to in UNSETTLED:
                look_at_account(rows, recorded)
        case BankAccountFailed():
            look_at_account(rows, recorded, called=bank)
        case BankAccountChanged():
            rows.remove(errands, name(K.LOOK_AT_ACCOUNT, bank))
        case ProviderClosed():
            end(rows, recorded, K.OPEN_ACCOUNT, K.LOOK_AT_ACCOUNT)
            rows.remove(errands, name(K.LOOK_AT_ACCOUNT, bank))
        case _:
            assert_never(event)


def open_account(
    rows: Rows, recorded: Recorded[Any], event: ProviderVouchedFor | ProviderVerified
) -> None:
    """Open an account for whoever may host now, unless they have one already."""
    if isinstance(event, ProviderVouchedFor) or event.account is None:
        begin(rows, recorded, K.OPEN_ACCOUNT, key=f"{recorded.stream_id}/account")


UNSETTLED = ("onboarding", "restricted")
"""The words for a payout account that may still come to be paid to."""


def look_at_account(rows: Rows, recorded: Recorded[Any], called: str | None = None) -> None:
    """Look at a host's account after a while; notices get lost."""
    later = recorded.occurred_at + ACCOUNTS_ARE_LOOKED_AT_AFTER
    key = called or recorded.stream_id
    begin(rows, recorded, K.LOOK_AT_ACCOUNT, key=key, due_at=later, called=called)
