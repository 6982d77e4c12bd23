"""What Rui claims of Inês, who broke a window."""

from datetime import timedelta
from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.damage_claim import OpenClaim
from ledger.events.damage_claim import (
    DamageAsked,
    DamageCharged,
    DamageClaimAgreed,
    DamageClaimContested,
    DamageClaimDecided,
    DamageClaimDismissed,
    DamageClaimEscalated,
    DamageClaimOpened,
    DamageClaimWithdrawn,
    DamageLeftUnpaid,
)
from ledger.values.damage import terms_of
from ledger.values.ids import DamageClaimId, PaymentId
from tests.facts.story import BOOKING, CHECK_OUT, RUI, an_id
from tests.facts.values import a_price, money

DAMAGE = DamageClaimId(an_id("damage claim"))
DAMAGE_PAYMENT = PaymentId(an_id("payment of damage"))
AFTER_THE_STAY = CHECK_OUT + timedelta(days=1)
ANSWER_BY = AFTER_THE_STAY + timedelta(days=7)
PAY_BY = AFTER_THE_STAY + timedelta(days=14)


def to_claim(**changed: Any) -> OpenClaim:
    """Claim 120 euros for a window, the day after she left."""
    told: dict[str, Any] = {
        "claim_id": DAMAGE,
        "booking_id": BOOKING,
        "host_id": RUI,
        "amount": money("120.00 EUR"),
        "reason": "broken",
        "terms": terms_of(a_price()),
        "check_out_at": CHECK_OUT,
        "time_zone": "Europe/Lisbon",
    }
    return OpenClaim(**told | changed)


def claimed(**changed: Any) -> DamageClaimOpened:
    """He claims it."""
    told = to_claim(**changed)
    return DamageClaimOpened(
        booking_id=BOOKING,
        host_id=RUI,
        amount=told.amount,
        reason="broken",
        cap="three_stays/1",
        at_most=told.terms.paid.percentage(30_000),
        terms=told.terms,
        answer_by=ANSWER_BY,
        time_zone="Europe/Lisbon",
    )


def claim_agreed() -> DamageClaimAgreed:
    """She will pay."""
    return DamageClaimAgreed()


def claim_contested() -> DamageClaimContested:
    """It was broken before, she says."""
    return DamageClaimContested(reason="was_there_before")


def claim_escalated() -> DamageClaimEscalated:
    """She says nothing."""
    return DamageClaimEscalated()


def claim_withdrawn() -> DamageClaimWithdrawn:
    """He lets it be."""
    return DamageClaimWithdrawn()


def claim_decided(amount: str = "80.00 EUR") -> DamageClaimDecided:
    """Support finds that two thirds of it are hers."""
    return DamageClaimDecided(amount=money(amount), reason="partly_shown", decided_by="support")


def claim_dismissed() -> DamageClaimDismissed:
    """Support finds nothing."""
    return DamageClaimDismissed(reason="not_shown", decided_by="support")


def asked_for_damage(amount: str = "120.00 EUR") -> DamageAsked:
    """She is asked for it."""
    return DamageAsked(number=1, amount=money(amount), payment_id=DAMAGE_PAYMENT, pay_by=PAY_BY)


def damage_charged(**changed: Any) -> DamageCharged:
    """She has paid: he gets 116.40, of 120."""
    shares = terms_of(a_price()).shares(money("120.00 EUR"))
    told: dict[str, Any] = {
        "booking_id": BOOKING,
        "host_id": RUI,
        "payment_id": DAMAGE_PAYMENT,
        "paid": money("120.00 EUR"),
        "settled": None,
        "shares": shares,
        "effective_on": AFTER_THE_STAY.date(),
        "entries": (
            postings.damage_charged(
                BOOKING, RUI, DAMAGE_PAYMENT, shares, money("120.00 EUR"), None
            ),
        ),
    }
    return DamageCharged(**told | changed)


def left_unpaid() -> DamageLeftUnpaid:
    """She has not."""
    return DamageLeftUnpaid(amount=money("120.00 EUR"), reason="not paid in time")
