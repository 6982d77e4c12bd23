"""The outside world behind small functions: Stripe, reference rates, documents."""
