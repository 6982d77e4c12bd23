"""What a policy says, in words made of its data: what a guest reads, accepts and can prove.

The text follows from the policy alone, so its SHA-256 names it. Changing a word changes the hash,
and a policy whose text a guest accepted keeps its version: write a new version of the text then.
"""

import hashlib
from collections.abc import Iterator
from decimal import Decimal

from ledger.values.policy import ALL_BP, GRACE, GRACE_DAYS, Policy

TERMS = "2026-06"
"""The version of the platform's terms that a guest accepts along with the policy of a stay."""


def text_of(policy: Policy) -> str:
    """The policy in sentences, one for each of its rules, from the earliest moment to the last."""
    return " ".join(_sentences(policy))


def text_hash_of(policy: Policy) -> str:
    """The SHA-256 of the policy's text, in hexadecimal."""
    return hashlib.sha256(text_of(policy).encode()).hexdigest()


def _sentences(policy: Policy) -> Iterator[str]:
    if policy.grace:
        hours = int(GRACE.total_seconds()) // 3600
        yield (
            f"Within {hours} hours of booking, and at least {GRACE_DAYS} days before check-in, "
            "you get everything back."
        )
    for tier in policy.tiers:
        yield f"Until {_days(tier.days)} before check-in, {_kept(tier.retained_bp)}."
    after = "After that, " if policy.tiers or policy.grace else "At any time, "
    if policy.next_night_kept:
        yield f"{after}the host keeps every night that has begun and the next one;"
        yield f"of the nights that remain, {_kept(policy.retained_bp)}."
    else:
        yield f"{after}{_kept(policy.retained_bp)}; a night that has begun is kept whole."
    yield (
        "Before check-in, cleaning is given back. Taxes by the night are given back for every "
        "night that does not begin. The guest fee is given back where every night is."
    )
    yield "All times are those of the property."


def _days(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"


def _kept(retained_bp: int) -> str:
    if retained_bp == 0:
        return "you get all nights back"
    if retained_bp == ALL_BP:
        return "no night is given back"
    return f"the host keeps {(Decimal(retained_bp) / 100).normalize():f} % of the nights"
