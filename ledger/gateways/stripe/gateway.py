"""The way to Stripe: a client of the SDK set up as we want it, and what can be done with it."""

import stripe

from ledger.gateways.stripe.accounts import Accounts
from ledger.gateways.stripe.balance import Balance
from ledger.gateways.stripe.bank_payouts import BankPayouts
from ledger.gateways.stripe.disputes import Disputes
from ledger.gateways.stripe.payments import Payments
from ledger.gateways.stripe.refunds import Refunds
from ledger.gateways.stripe.told import Notices
from ledger.gateways.stripe.transfers import Transfers

API_VERSION = "2026-10-28.endive"
"""The version of Stripe's API that our translations were written for, whatever the SDK prefers."""

CONNECT_SECONDS = 5
ANSWER_SECONDS = 25
"""Deadlines of one call; after the second, nobody knows what became of it."""


def client(
    secret_key: str,
    *,
    api_base: str | None = None,
    answer_seconds: float = ANSWER_SECONDS,
    http: stripe.HTTPClient | None = None,
) -> stripe.StripeClient:
    """A client that never tries again by itself: whether that is safe is decided in `calls`.

    `api_base` is another address than Stripe's own, for the sandbox; `http` another way there.
    `answer_seconds` may be shorter for who only asks, while somebody waits.
    """
    return stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base} if api_base else {},
        http_client=http or stripe.RequestsClient(timeout=(CONNECT_SECONDS, answer_seconds)),
        max_network_retries=0,
    )


def is_live(secret_key: str) -> bool:
    """Whether a key moves real money."""
    return "_live_" in secret_key


class StripeGateway:
    """Stripe in our words, by subject. It keeps no state and may be shared by threads."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self.payments = Payments(client.v1)
        self.refunds = Refunds(client.v1)
        self.transfers = Transfers(client.v1)
        self.accounts = Accounts(client.v1)
        self.bank_payouts = BankPayouts(client.v1)
        self.disputes = Disputes(client.v1)
        self.balance = Balance(client.v1)
        self.notices = Notices(client.v1)
