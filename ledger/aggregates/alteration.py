"""An alteration: what guest and host agree to change about a confirmed booking, and how it ends.

One stream for each booking, so at most one alteration is open at a time by construction; the next
may begin when the last one has ended (spec: domain, section 4).
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import NotFound, SelfApproval, TooEarly, TooLate
from ledger.events.alteration import (
    AlterationAccepted,
    AlterationApplied,
    AlterationDeclined,
    AlterationEvent,
    AlterationExpired,
    AlterationFailed,
    AlterationProposed,
    AlterationSettling,
    AlterationWithdrawn,
)
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import AlterationId, BookingId, PaymentId, RefundId, UnitId
from ledger.values.money import Money
from ledger.values.price import Price
from ledger.values.stay import Stay

ANSWERED_WITHIN = timedelta(hours=72)
"""How long a proposal waits for the other side (spec: domain, section 12)."""

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where the last alteration of a booking stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    SETTLING = "settling"
    APPLIED = "applied"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


class Alteration(Struct, frozen=True):
    """What the rules and the booking need to remember of the last proposal."""

    status: Status
    booking_id: BookingId
    number: int
    proposed_by: str
    unit_id: UnitId
    stay: Stay
    party: Party
    price: Price
    difference: Money
    expires_at: Instant
    payment_id: PaymentId | None = None
    refund_id: RefundId | None = None


# -- Commands ---------------------------------------------------------------------------


class ProposeAlteration(Command, frozen=True, kw_only=True):
    """Propose another stay or party; `total` is what the booking costs now, `ends_at` its end."""

    alteration_id: AlterationId
    booking_id: BookingId
    proposed_by: str
    unit_id: UnitId
    stay: Stay
    party: Party
    price: Price
    total: Money
    ends_at: Instant


class AcceptAlteration(Command, frozen=True, kw_only=True):
    """Agree to the proposal with this number, as the other side."""

    alteration_id: AlterationId
    number: int
    by: str


class DeclineAlteration(Command, frozen=True, kw_only=True):
    """Do not agree, as the other side."""

    alteration_id: AlterationId
    by: str
    reason: str


class WithdrawAlteration(Command, frozen=True, kw_only=True):
    """Take one's own proposal back."""

    alteration_id: AlterationId
    by: str


class ExpireAlteration(Command, frozen=True, kw_only=True):
    """Let a proposal go that nobody answered."""

    alteration_id: AlterationId


class SettleAlteration(Command, frozen=True, kw_only=True):
    """Begin to settle the difference: by a payment, a refund, or neither.

    `waits_until` is when somebody must have paid or approved it, where somebody must.
    """

    alteration_id: AlterationId
    payment_id: PaymentId | None = None
    refund_id: RefundId | None = None
    waits_until: Instant | None = None


class CompleteAlteration(Command, frozen=True, kw_only=True):
    """Record that the booking is as it was agreed."""

    alteration_id: AlterationId
    revision: int


class FailAlteration(Command, frozen=True, kw_only=True):
    """Record that it could not be settled; the booking stays as it is."""

    alteration_id: AlterationId
    reason: str


AlterationCommand = (
    ProposeAlteration
    | AcceptAlteration
    | DeclineAlteration
    | WithdrawAlteration
    | ExpireAlteration
    | SettleAlteration
    | CompleteAlteration
    | FailAlteration
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status
NONE_OPEN = states(None, S.APPLIED, S.DECLINED, S.WITHDRAWN, S.EXPIRED, S.FAILED)
PROPOSED = states(S.PROPOSED)

LIFECYCLE = Lifecycle(
    "alteration",
    Step("AL1", ProposeAlteration, NONE_OPEN, actors("GH"), AlterationProposed, S.PROPOSED,
         "before check-out"),
    Step("AL2", AcceptAlteration, PROPOSED, actors("GH"), AlterationAccepted, S.ACCEPTED,
         "the other side; this very proposal; not expired"),
    Step("AL3", DeclineAlteration, PROPOSED, actors("GH"), AlterationDeclined, S.DECLINED,
         "the other side"),
    Step("AL4", WithdrawAlteration, PROPOSED, actors("GH"), AlterationWithdrawn, S.WITHDRAWN,
         "who proposed it"),
    Step("AL5", ExpireAlteration, PROPOSED, actors("T"), AlterationExpired, S.EXPIRED,
         "its time has passed"),
    Step("AL6", SettleAlteration, states(S.ACCEPTED), actors("X"), AlterationSettling, S.SETTLING),
    Step("AL7", CompleteAlteration, states(S.SETTLING), actors("X"), AlterationApplied, S.APPLIED,
         "BK11 and UC9 in the same commit"),
    Step("AL8", FailAlteration, states(S.ACCEPTED, S.SETTLING), actors("X"), AlterationFailed,
         S.FAILED),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    alteration: Alteration | None, command: AlterationCommand, now: Instant
) -> Sequence[AlterationEvent]:
    """What a command does to a booking's alterations. Raises Refused."""
    if isinstance(command, ProposeAlteration):
        return propose(alteration, command, now)
    if alteration is None:
        raise NotFound(alteration_id=command.alteration_id)
    match command:
        case AcceptAlteration():
            return accept(alteration, command, now)
        case DeclineAlteration():
            refuse_own(alteration, command.by)
            return [AlterationDeclined(reason=command.reason)]
        case WithdrawAlteration():
            return withdraw(alteration, command)
        case ExpireAlteration():
            return expire(alteration, now)
        case SettleAlteration():
            return [settle(command)]
        case CompleteAlteration():
            return [AlterationApplied(revision=command.revision)]
        case FailAlteration():
            return [AlterationFailed(reason=command.reason)]
        case _:
            assert_never(command)


def propose(
    before: Alteration | None, command: ProposeAlteration, now: Instant
) -> Sequence[AlterationEvent]:
    """Put a change before the other side. Raises TooLate, CurrenciesDiffer."""
    if now >= command.ends_at:
        raise TooLate(check_out_at=command.ends_at)
    return [
        AlterationProposed(
            booking_id=command.booking_id,
            number=before.number + 1 if before else 1,
            proposed_by=command.proposed_by,
            unit_id=command.unit_id,
            stay=command.stay,
            party=command.party,
            price=command.price,
            difference=command.price.total - command.total,
            expires_at=min(now + ANSWERED_WITHIN, command.ends_at),
        )
    ]


def accept(
    alteration: Alteration, command: AcceptAlteration, now: Instant
) -> Sequence[AlterationEvent]:
    """Agree to what was proposed, and to nothing later. Raises SelfApproval, TooLate."""
    refuse_own(alteration, command.by)
    if command.number != alteration.number or now >= alteration.expires_at:
        raise TooLate(proposal=alteration.number, not_after=alteration.expires_at)
    return [AlterationAccepted(accepted_by=command.by)]


def refuse_own(alteration: Alteration, by: str) -> None:
    """Let the other side pass. Raises SelfApproval."""
    if by == alteration.proposed_by:
        raise SelfApproval(by=by)


def withdraw(alteration: Alteration, command: WithdrawAlteration) -> Sequence[AlterationEvent]:
    """Take one's own proposal back. Raises TransitionNotAllowed where it is the other side's."""
    if command.by != alteration.proposed_by:
        LIFECYCLE.refuse(WithdrawAlteration, alteration.status, actor=command.by)
    return [AlterationWithdrawn()]


def settle(command: SettleAlteration) -> AlterationSettling:
    """Begin to settle the difference."""
    return AlterationSettling(
        payment_id=command.payment_id,
        refund_id=command.refund_id,
        waits_until=command.waits_until,
    )


def expire(alteration: Alteration, now: Instant) -> Sequence[AlterationEvent]:
    """Let it go, not before its time. Raises TooEarly."""
    if now < alteration.expires_at:
        raise TooEarly(not_before=alteration.expires_at)
    return [AlterationExpired()]


# -- Evolution --------------------------------------------------------------------------


def evolve(alteration: Alteration | None, event: AlterationEvent) -> Alteration:
    """The last alteration after an event."""
    status = LIFECYCLE.after(event, alteration and alteration.status)
    if isinstance(event, AlterationProposed):
        return Alteration(
            status=status,
            booking_id=event.booking_id,
            number=event.number,
            proposed_by=event.proposed_by,
            unit_id=event.unit_id,
            stay=event.stay,
            party=event.party,
            price=event.price,
            difference=event.difference,
            expires_at=event.expires_at,
        )
    assert alteration is not None
    match event:
        case AlterationSettling():
            return replace(
                alteration,
                status=status,
                payment_id=event.payment_id,
                refund_id=event.refund_id,
            )
        case (
            AlterationAccepted()
            | AlterationDeclined()
            | AlterationWithdrawn()
            | AlterationExpired()
            | AlterationApplied()
            | AlterationFailed()
        ):
            return replace(alteration, status=status)
        case _:
            assert_never(event)


ALTERATION = Decider(
    lifecycle=LIFECYCLE,
    state=Alteration,
    stream_of=lambda command: command.alteration_id,
    decide=decide,
    evolve=evolve,
    billing_of=lambda alteration: alteration.price.billing,
)
