"""Accounts: the hosts' own accounts at Stripe, to which their earnings go."""

from enum import StrEnum

import stripe
from msgspec import Struct

from ledger.gateways.calls import Period
from ledger.gateways.stripe.amounts import CLOCKS_MAY_DIFFER, moment, moment_or_none, seconds
from ledger.gateways.stripe.failures import doing, reading
from ledger.values.clock import Instant
from ledger.values.ids import HostId


class PayoutAccount(StrEnum):
    """What a host's account is good for (spec: domain, section 1)."""

    NONE = "none"
    ONBOARDING = "onboarding"
    ENABLED = "enabled"
    RESTRICTED = "restricted"
    DISABLED = "disabled"


class AccountWanted(Struct, frozen=True, kw_only=True):
    """An account for a host; the host tells Stripe the rest. `country` is ISO 3166, two letters."""

    host_id: HostId
    country: str


class AccountFact(Struct, frozen=True, kw_only=True):
    """A host's account as it is.

    `currently_due`, `past_due` and `pending_verification` are Stripe's names of what it wants to
    know, without anything that was told; `deadline` is when the first of them turns past due.
    `bank_account` is Stripe's id of what is paid out to; no digit of a number is in it.
    """

    account: str
    host_id: HostId | None
    standing: PayoutAccount
    country: str | None
    currency: str | None
    bank_account: str | None
    currently_due: tuple[str, ...]
    past_due: tuple[str, ...]
    pending_verification: tuple[str, ...]
    disabled_reason: str | None
    deadline: Instant | None
    created_at: Instant | None


class OnboardingLink(Struct, frozen=True):
    """Where the host goes, once, soon."""

    url: str
    expires_at: Instant


class Accounts:
    """What can be done with hosts' accounts. Every method raises failures of `failures.TABLE`."""

    def __init__(self, v1: stripe.V1Services) -> None:
        self._accounts = v1.accounts
        self._links = v1.account_links

    def create(self, wanted: AccountWanted, key: str) -> AccountFact:
        """Open an account that may do nothing yet."""
        params: stripe.params.AccountCreateParams = {
            "country": wanted.country,
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {"host_id": wanted.host_id},
        }
        with doing(key):
            return account_fact(self._accounts.create(params, {"idempotency_key": key}))

    def onboarding_link(self, account: str, *, return_url: str, refresh_url: str) -> OnboardingLink:
        """A page of Stripe's where the host tells what is due; every call makes another link."""
        with reading():
            link = self._links.create({
                "account": account,
                "type": "account_onboarding",
                "return_url": return_url,
                "refresh_url": refresh_url,
            })  # fmt: skip
        return OnboardingLink(url=link.url, expires_at=moment(link.expires_at))

    def read(self, account: str) -> AccountFact:
        """The account as it is now. Raises GatewayDeclined where it has let go of us."""
        with reading():
            return account_fact(self._accounts.retrieve(account))

    def find(self, host_id: HostId, tried: Period) -> AccountFact | None:
        """The account that carries our host's id, if one came about in a period."""
        since, until = tried.since - CLOCKS_MAY_DIFFER, tried.until + CLOCKS_MAY_DIFFER
        params: stripe.params.AccountListParams = {
            "created": {"gte": seconds(since), "lte": seconds(until)},
            "limit": 100,
        }
        with reading():
            for account in self._accounts.list(params).auto_paging_iter():
                if getattr(account.metadata, "host_id", None) == host_id:
                    return account_fact(account)
        return None


def account_fact(account: stripe.Account) -> AccountFact:
    """An account in our words."""
    owed = account.requirements
    host_id: str | None = getattr(account.metadata, "host_id", None)
    return AccountFact(
        account=account.id,
        host_id=None if host_id is None else HostId(host_id),
        standing=_standing(account),
        country=account.country,
        currency=None if account.default_currency is None else account.default_currency.upper(),
        bank_account=_paid_out_to(account),
        currently_due=tuple((owed and owed.currently_due) or ()),
        past_due=tuple((owed and owed.past_due) or ()),
        pending_verification=tuple((owed and owed.pending_verification) or ()),
        disabled_reason=owed.disabled_reason if owed else None,
        deadline=moment_or_none(owed.current_deadline if owed else None),
        created_at=moment_or_none(account.created),
    )


def _paid_out_to(account: stripe.Account) -> str | None:
    """The bank account of the account's own currency: hosts are paid in no other."""
    accounts = account.external_accounts.data if account.external_accounts else []
    for one in accounts:
        if one.default_for_currency and one.currency == account.default_currency:
            return one.id
    return None


def _standing(account: stripe.Account) -> PayoutAccount:
    """The one word for capabilities and requirements together; the first that fits.

    Money must be able to come in (transfers) and to go out (payouts). Where it cannot, it is the
    host's turn for the first time (onboarding), or again, or somebody stands in between.
    """
    transfers = getattr(account.capabilities, "transfers", None)
    reason = (account.requirements.disabled_reason if account.requirements else None) or ""
    if reason.startswith("rejected."):
        return PayoutAccount.DISABLED
    if transfers is None:
        return PayoutAccount.NONE
    if transfers == "active" and account.payouts_enabled:
        return PayoutAccount.ENABLED
    if not account.details_submitted or reason == "requirements.pending_verification":
        return PayoutAccount.ONBOARDING
    return PayoutAccount.RESTRICTED
