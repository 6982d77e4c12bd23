"""Hindrances: what may keep a property from being found (spec: domain, section 2)."""

from enum import StrEnum


class Hindrance(StrEnum):
    """What keeps a property from being found. The words are answered to hosts and guests."""

    NOT_PUBLISHED = "not_published"
    BLOCKED = "blocked_by_moderation"
    NOT_VERIFIED = "host_not_verified"
    NOT_PAYABLE = "payout_account_not_enabled"
    NO_UNIT = "no_active_unit_with_a_price"
    NO_RATES = "no_rates"
    NO_LEVIES = "no_fees_and_taxes"
    NOT_VOUCHED_FOR = "nobody_vouches_for_it"
    NOT_REGISTERED = "registration_missing"
    RUN_OUT = "documents_have_expired"
