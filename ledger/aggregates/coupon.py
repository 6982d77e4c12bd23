"""A coupon: money of the platform's own, towards as many stays as it says."""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import CouponNotValid, NotFound
from ledger.events.coupon import (
    CouponClosed,
    CouponEvent,
    CouponIssued,
    CouponRedeemed,
    CouponRestored,
    RestoreReason,
)
from ledger.values.clock import Instant
from ledger.values.currency import currency_of
from ledger.values.ids import BookingId, CouponId, GuestId, derived_id
from ledger.values.money import Money, same_currency, zero
from ledger.values.rates import ALL_BP

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Whether it can still be used."""

    OPEN = "open"
    CLOSED = "closed"


class Coupon(Struct, frozen=True):
    """What it is worth, to whom and until when, and which bookings use it or did."""

    status: Status
    currency: str
    amount: Money | None
    off_bp: int | None
    valid_from: Instant
    valid_until: Instant
    uses: int
    only_for: GuestId | None
    redeemed: tuple[BookingId, ...] = ()
    restored: tuple[BookingId, ...] = ()

    @property
    def uses_left(self) -> int:
        """How many stays it can still be used for; a use that was given back counts again."""
        return self.uses - len(self.redeemed) + len(self.restored)

    def worth(self, subtotal: Money) -> Money:
        """What it pays towards a stay of this subtotal at most. Raises CouponNotValid."""
        if subtotal.currency != self.currency:
            raise CouponNotValid(why="currency", currency=self.currency)
        if self.amount is not None:
            return self.amount
        assert self.off_bp is not None, "a coupon has an amount or a part"
        return subtotal.percentage(self.off_bp)

    def refuse_unless_valid(self, guest_id: GuestId, at: Instant) -> None:
        """Let a guest pass who can use it at an instant. Raises CouponNotValid, which says why."""
        if self.status is Status.CLOSED:
            raise CouponNotValid(why="closed")
        if self.only_for not in (None, guest_id):
            raise CouponNotValid(why="for_another_guest")
        if at < self.valid_from:
            raise CouponNotValid(why="not_yet", valid_from=self.valid_from)
        if at >= self.valid_until:
            raise CouponNotValid(why="expired", valid_until=self.valid_until)
        if self.uses_left <= 0:
            raise CouponNotValid(why="used_up", uses=self.uses)


def code_hash_of(code: str) -> str:
    """The SHA-256 of a code as a guest types it: neither case nor space around it count."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def coupon_of(code_hash: str) -> CouponId:
    """The id of the coupon with a code of this hash."""
    return CouponId(derived_id("coupon", code_hash))


# -- Commands ---------------------------------------------------------------------------


class IssueCoupon(Command, frozen=True, kw_only=True):
    """Offer money of the platform's own: a fixed amount, or a part of the subtotal."""

    coupon_id: CouponId
    code_hash: str
    currency: str
    amount: Money | None = None
    off_bp: int | None = None
    valid_from: Instant
    valid_until: Instant
    uses: int = 1
    only_for: GuestId | None = None


class RedeemCoupon(Command, frozen=True, kw_only=True):
    """Use it for a booking. It must have been valid when its price was quoted."""

    coupon_id: CouponId
    booking_id: BookingId
    guest_id: GuestId
    amount: Money
    quoted_at: Instant


class RestoreCoupon(Command, frozen=True, kw_only=True):
    """Give the use of a booking back."""

    coupon_id: CouponId
    booking_id: BookingId
    reason: RestoreReason


class CloseCoupon(Command, frozen=True, kw_only=True):
    """Let nobody use it from now on."""

    coupon_id: CouponId
    reason: str


CouponCommand = IssueCoupon | RedeemCoupon | RestoreCoupon | CloseCoupon

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "coupon",
    Step("CP1", IssueCoupon, states(None), actors("FO"), CouponIssued, S.OPEN,
         "an amount or a part, above nothing; for one stay at least; valid for some time"),
    Step("CP2", RedeemCoupon, states(S.OPEN), actors("X"), CouponRedeemed, SAME,
         "valid when it was quoted; for this guest; a use is left; once for a booking"),
    Step("CP3", RestoreCoupon, states(S.OPEN, S.CLOSED), actors("X"), CouponRestored, SAME,
         "the booking uses it; once"),
    Step("CP4", CloseCoupon, states(S.OPEN), actors("FO"), CouponClosed, S.CLOSED),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(coupon: Coupon | None, command: CouponCommand, now: Instant) -> Sequence[CouponEvent]:
    """What a command does to a coupon. Raises Refused."""
    del now
    if isinstance(command, IssueCoupon):
        return issue(command)
    if coupon is None:
        raise NotFound(coupon_id=command.coupon_id)
    match command:
        case RedeemCoupon():
            return redeem(coupon, command)
        case RestoreCoupon():
            return restore(coupon, command)
        case CloseCoupon():
            return [CouponClosed(reason=command.reason)]
        case _:
            assert_never(command)


def issue(command: IssueCoupon) -> Sequence[CouponEvent]:
    """Offer a coupon that is worth something. Raises CouponNotValid, UnknownCurrency."""
    nothing = zero(currency_of(command.currency).code)
    if (command.amount is None) == (command.off_bp is None):
        raise CouponNotValid(why="neither_amount_nor_part_or_both")
    if command.amount is not None and same_currency(nothing, command.amount).minor <= 0:
        raise CouponNotValid(why="worth_nothing", amount=str(command.amount))
    if command.off_bp is not None and not 0 < command.off_bp <= ALL_BP:
        raise CouponNotValid(why="worth_nothing", off_bp=command.off_bp)
    if command.uses < 1 or command.valid_until <= command.valid_from:
        raise CouponNotValid(why="never_usable", uses=command.uses)
    return [
        CouponIssued(
            code_hash=command.code_hash,
            currency=command.currency,
            amount=command.amount,
            off_bp=command.off_bp,
            valid_from=command.valid_from,
            valid_until=command.valid_until,
            uses=command.uses,
            only_for=command.only_for,
        )
    ]


def redeem(coupon: Coupon, command: RedeemCoupon) -> Sequence[CouponEvent]:
    """Use a coupon for a booking, once. Raises CouponNotValid, CurrenciesDiffer."""
    if command.booking_id in coupon.redeemed:
        LIFECYCLE.refuse(RedeemCoupon, coupon.status)
    coupon.refuse_unless_valid(command.guest_id, command.quoted_at)
    same_currency(zero(coupon.currency), command.amount)
    return [CouponRedeemed(booking_id=command.booking_id, amount=command.amount)]


def restore(coupon: Coupon, command: RestoreCoupon) -> Sequence[CouponEvent]:
    """Give a use back, once. Raises CouponNotValid, TransitionNotAllowed."""
    if command.booking_id not in coupon.redeemed:
        raise CouponNotValid(why="not_used_for_this_booking", booking_id=command.booking_id)
    if command.booking_id in coupon.restored:
        LIFECYCLE.refuse(RestoreCoupon, coupon.status)
    return [CouponRestored(booking_id=command.booking_id, reason=command.reason)]


# -- Evolution --------------------------------------------------------------------------


def evolve(coupon: Coupon | None, event: CouponEvent) -> Coupon:
    """The coupon after an event."""
    status = LIFECYCLE.after(event, coupon and coupon.status)
    if isinstance(event, CouponIssued):
        return Coupon(
            status=status,
            currency=event.currency,
            amount=event.amount,
            off_bp=event.off_bp,
            valid_from=event.valid_from,
            valid_until=event.valid_until,
            uses=event.uses,
            only_for=event.only_for,
        )
    assert coupon is not None
    match event:
        case CouponRedeemed():
            return replace(coupon, redeemed=(*coupon.redeemed, event.booking_id))
        case CouponRestored():
            return replace(coupon, restored=(*coupon.restored, event.booking_id))
        case CouponClosed():
            return replace(coupon, status=status)
        case _:
            assert_never(event)


COUPON = Decider(
    lifecycle=LIFECYCLE,
    state=Coupon,
    stream_of=lambda command: command.coupon_id,
    decide=decide,
    evolve=evolve,
)
