"""Clearance: what must be known of other streams before money leaves for a host.

The guards of a release (spec: domain, section 7, PO5) look at the provider, the disputes, the
refunds and the books of a booking. Whoever orders the release reads them all in the same commit,
and hands them over as one value; the payout judges.
"""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from ledger.values.clock import Instant
from ledger.values.money import Money, zero

ACCOUNT_RESTS = timedelta(hours=48)
"""How long nothing is paid to an account that was changed, unless somebody reviewed it."""


class Hold(StrEnum):
    """Why a payout is kept back."""

    DISPUTE = "dispute"
    KYC = "kyc"
    RISK_NEW_HOST = "risk_new_host"
    REFUND_OPEN = "refund_open"
    CASE_OPEN = "case_open"
    MANUAL = "manual"
    RECON_MISMATCH = "recon_mismatch"
    TAX_DATA_MISSING = "tax_data_missing"
    ACCOUNT_CHANGED = "account_changed"


LIFTED_BY_PEOPLE = frozenset({Hold.MANUAL, Hold.RISK_NEW_HOST})
"""What no process lifts: a person of finance looks at it first."""


class Clearance(Struct, frozen=True, kw_only=True):
    """What other streams say about the money of a booking, at one instant.

    Attributes: `payable` is what the books owe the host for the booking; `entitlement` is what was
    captured, less what went or goes back, what is disputed, and what the platform and the taxes
    keep, with what of that became the host's debt; `transferred_so_far` is what the host was paid
    for the booking, be it by netting, less what came back and found no debt; `account_changed_at`
    is of a change that nobody has reviewed; `debt` is what the host owes in the currency of the
    payout.
    """

    payable: Money
    entitlement: Money
    transferred_so_far: Money
    debt: Money
    listing_currency: str
    provider_verified: bool
    account_enabled: bool
    account_changed_at: Instant | None
    dispute_open: bool
    refunds_open: bool
    alteration_settling: bool
    case_open: bool
    funds_available: bool
    reconciled: bool

    def broken(self, now: Instant) -> Iterator[str]:
        """The name of each guard that stands in the way; where a hold is for the same, its name."""
        guards = {
            Hold.KYC.value: self.provider_verified,
            "account_disabled": self.account_enabled,
            Hold.ACCOUNT_CHANGED.value: self.account_has_rested(now),
            Hold.DISPUTE.value: not self.dispute_open,
            Hold.REFUND_OPEN.value: not self.refunds_open,
            "alteration_settling": not self.alteration_settling,
            Hold.CASE_OPEN.value: not self.case_open,
            "funds_pending": self.funds_available,
            Hold.RECON_MISMATCH.value: self.reconciled,
        }
        return (guard for guard, holds in guards.items() if not holds)

    def account_has_rested(self, now: Instant) -> bool:
        """Whether the account that is paid to has been the same for long enough."""
        changed_at = self.account_changed_at
        return changed_at is None or now - changed_at >= ACCOUNT_RESTS


def vouched_for(payable: Money, *, funds_available: bool) -> Clearance:
    """What history from outside vouches for: all but the books and the funds, which we know."""
    nothing = zero(payable.currency)
    return Clearance(
        payable=payable,
        entitlement=payable,
        transferred_so_far=nothing,
        debt=nothing,
        listing_currency=payable.currency,
        provider_verified=True,
        account_enabled=True,
        account_changed_at=None,
        dispute_open=False,
        refunds_open=False,
        alteration_settling=False,
        case_open=False,
        funds_available=funds_available,
        reconciled=True,
    )
