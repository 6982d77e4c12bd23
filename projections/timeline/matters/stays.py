"""What the timeline tells of stays: booked, altered, called off, damaged."""

from ledger.events import Role
from ledger.events.alteration import (
    AlterationAccepted,
    AlterationApplied,
    AlterationDeclined,
    AlterationExpired,
    AlterationFailed,
    AlterationProposed,
    AlterationSettling,
    AlterationWithdrawn,
)
from ledger.events.booking import (
    AllowanceGranted,
    AllowanceRevoked,
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    BookingWithdrawn,
    CaptureFailedForBooking,
    EarningsRecognized,
    FallenAway,
    HostAccepted,
    HostDecisionRequested,
    NoShowReported,
    NoShowReversed,
    PenaltyCharged,
    StayCompleted,
    StayCurtailed,
    StayStarted,
)
from ledger.events.coupon import CouponClosed, CouponIssued, CouponRedeemed, CouponRestored
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
from ledger.events.guest import StayHeld
from ledger.values.money import Money
from ledger.values.stay import Stay
from projections.timeline.telling import (
    Facts,
    Telling,
    Told,
    its_amount,
    its_amount_and_reason,
    its_reason,
    of_amount,
)


def of_stay(amount: Money, stay: Stay) -> Facts:
    """What is about a stay and what it costs."""
    return Facts(amount.minor, amount.currency, stay.check_in, stay.check_out)


def of_proposal(event: AlterationProposed) -> Facts:
    """A proposal is about a stay, a difference, and a time to answer."""
    stay, by = event.stay, Role(event.proposed_by).word
    amount = event.difference
    return Facts(amount.minor, amount.currency, stay.check_in, stay.check_out, event.expires_at, by)


def of_difference(event: AlterationSettling) -> Facts:
    """A difference goes one way or the other, or there is none."""
    if event.payment_id is not None:
        return Facts(detail="the guest pays it")
    return Facts(detail="it goes back to the guest" if event.refund_id else "there is none")


def of_request(event: BookingRequested) -> Facts:
    """A request is about both."""
    total, stay = event.price.total, event.stay
    until, policy = event.hold_expires_at, event.policy.label
    return Facts(total.minor, total.currency, stay.check_in, stay.check_out, until, policy)


def of_end(event: FallenAway, detail: str = "") -> Facts:
    """What goes back at a stay's end, and why it is not all that the policy gives back."""
    if event.capped is not None:
        detail += f", the policy gives back {event.settlement.refund}, no more is left"
    return of_amount(event.gives_back.refund, detail=detail or None)


STAYS: Telling = {
    AllowanceGranted: Told(
        "{amount} of what was paid goes back beside the stay's end",
        lambda event: of_amount(event.back.total),
    ),
    AllowanceRevoked: Told("Nothing goes back beside the stay's end after all"),
    BookingAltered: Told(
        "Booking altered to {nights} for {amount}",
        lambda event: of_stay(event.price.total, event.stay),
    ),
    BookingDeclined: Told("Booking declined by the host: {detail}", its_reason),
    BookingWithdrawn: Told("Request withdrawn by the guest"),
    CaptureFailedForBooking: Told("Authorised money could not be captured: {detail}", its_reason),
    HostAccepted: Told("Guest accepted by the host"),
    HostDecisionRequested: Told(
        "Money authorised, the host decides until {due_at}",
        lambda event: Facts(due_at=event.decide_by),
    ),
    NoShowReversed: Told(
        "The guest did come; the stay is {detail}", lambda event: Facts(detail=event.to)
    ),
    PenaltyCharged: Told(
        "Penalty of {amount} owed by the host", lambda event: of_amount(event.penalty)
    ),
    StayCurtailed: Told(
        "Stay ends early on {detail}; {amount} goes back to the guest",
        lambda event: of_end(event, str(event.check_out)),
    ),
    BookingAbandoned: Told("Booking given up before it was paid"),
    BookingCancelled: Told(
        "Booking {detail}; {amount} goes back to the guest", lambda event: of_end(event, event.to)
    ),
    BookingConfirmed: Told("Booking confirmed for {amount}", lambda event: of_amount(event.total)),
    BookingExpired: Told("Booking expired before it was paid"),
    BookingRequested: Told(
        "Booking of {nights} requested for {amount} under policy {detail}", of_request
    ),
    EarningsRecognized: Told(
        "Earnings recognized, {amount} of them the host's",
        lambda event: of_amount(event.earned.host),
    ),
    NoShowReported: Told("Nobody came{detail}; {amount} goes back to the guest", of_end),
    StayCompleted: Told("Stay completed"),
    StayStarted: Told("Stay started"),
    AlterationAccepted: Told("Alteration accepted by the other side"),
    AlterationApplied: Told(
        "Alteration made so, revision {detail}", lambda event: Facts(detail=str(event.revision))
    ),
    AlterationDeclined: Told("Alteration declined: {detail}", its_reason),
    AlterationExpired: Told("Alteration expired, nobody answered"),
    AlterationFailed: Told("Alteration failed: {detail}; nothing is altered", its_reason),
    AlterationProposed: Told(
        "{nights} proposed by the {detail}, a difference of {amount}, until {due_at}", of_proposal
    ),
    AlterationSettling: Told("Difference of the alteration to be settled: {detail}", of_difference),
    AlterationWithdrawn: Told("Alteration withdrawn"),
    CouponClosed: Told("Coupon closed: {detail}", its_reason),
    CouponIssued: Told(
        "Coupon issued for {detail} stays, until {due_at}",
        lambda event: Facts(due_at=event.valid_until, detail=str(event.uses)),
    ),
    CouponRedeemed: Told("Coupon used, the platform pays {amount}", its_amount),
    CouponRestored: Told(
        "Use of the coupon given back: {detail}", lambda event: Facts(detail=event.reason.value)
    ),
    DamageAsked: Told(
        "Guest asked for {amount} for damage, until {due_at}",
        lambda event: of_amount(event.amount, event.pay_by),
    ),
    DamageCharged: Told(
        "{amount} for damage paid by the guest", lambda event: of_amount(event.paid)
    ),
    DamageClaimAgreed: Told("Guest agrees to pay for the damage"),
    DamageClaimContested: Told("Guest does not agree to the claim: {detail}", its_reason),
    DamageClaimDecided: Told(
        "Decided that the guest pays {amount} for damage: {detail}", its_amount_and_reason
    ),
    DamageClaimDismissed: Told("Claim for damage dismissed: {detail}", its_reason),
    DamageClaimEscalated: Told("Guest did not answer the claim: the platform decides"),
    DamageClaimOpened: Told(
        "Host claims {amount} for damage ({detail}), to be answered by {due_at}",
        lambda event: of_amount(event.amount, event.answer_by, event.reason),
    ),
    DamageClaimWithdrawn: Told("Claim for damage withdrawn by the host"),
    DamageLeftUnpaid: Told("{amount} for damage not paid: {detail}", its_amount_and_reason),
    StayHeld: Told(
        "Held for the guest beside {detail} other stays that are unpaid",
        lambda event: Facts(detail=str(len(event.beside))),
    ),
}
