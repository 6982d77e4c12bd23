"""Stripe: its words become ours here. One file per subject, and three for the whole:

`failures` is the table of what can go wrong, `effects` everything that changes something, with the
look that tells whether it did, `notices` what Stripe posts to us. The SDK is known here only.
"""

from ledger.gateways.stripe.gateway import API_VERSION, StripeGateway, client, is_live

__all__ = ["API_VERSION", "StripeGateway", "client", "is_live"]
