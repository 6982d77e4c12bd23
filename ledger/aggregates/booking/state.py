"""What a booking is: where it stands, and what its rules remember of it."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct

from ledger.values.allowance import Allowance, paid_lines, settled_beside, without
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import (
    AttestationId,
    GuestId,
    HostId,
    PaymentId,
    PropertyId,
    RefundId,
    UnitId,
)
from ledger.values.policy import Ending, LineBack, Occupancy, Policy, Settlement, settle
from ledger.values.price import Price
from ledger.values.room import Room, capped
from ledger.values.shares import Shares
from ledger.values.stay import House, Stay
from ledger.values.tariff import BookingMode
from ledger.values.tranches import Tranche, tranches


class Status(StrEnum):
    """Where a booking stands; of its money the payment, the refund and the payout tell."""

    PENDING_PAYMENT = "pending_payment"
    AWAITING_HOST = "awaiting_host"
    ACCEPTING = "accepting"
    CONFIRMED = "confirmed"
    IN_STAY = "in_stay"
    COMPLETED = "completed"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    CANCELLED_BY_GUEST = "cancelled_by_guest"
    CANCELLED_BY_HOST = "cancelled_by_host"
    CANCELLED_BY_PLATFORM = "cancelled_by_platform"
    CURTAILED = "curtailed"
    NO_SHOW = "no_show"


class Booking(Struct, frozen=True):
    """What the rules need to remember, and nothing for display.

    `differences` are the payments of what alterations made dearer, in their order; `unearned` is
    what they, and allowances, gave back of what was earned, which began on `earned_on`.
    `settlement` is what the policy said when the stay fell away, and `capped` what goes back in its
    place where less was left; `allowances` are what refunds give back beside it, by refund.
    `ending` is the number of its end, or of the one to come: a no-show that is taken back is
    followed by another. `cancelled_for` is the reason that was given where it was called off.
    `vouched_by` says under whose word it was asked for, where nobody had approved its property.
    """

    status: Status
    guest_id: GuestId
    host_id: HostId
    property_id: PropertyId
    unit_id: UnitId
    stay: Stay
    house: House
    party: Party
    price: Price
    policy: Policy
    hold_expires_at: Instant
    booked_at: Instant
    payment_id: PaymentId | None = None
    differences: tuple[PaymentId, ...] = ()
    settlement: Settlement | None = None
    capped: Settlement | None = None
    earned: Shares | None = None
    unearned: Shares | None = None
    earned_on: date | None = None
    revision: int = 0
    mode: BookingMode = BookingMode.INSTANT
    allowances: dict[RefundId, Allowance] = {}
    ending: int = 1
    cancelled_for: str | None = None
    vouched_by: AttestationId | None = None

    @property
    def payments(self) -> tuple[PaymentId, ...]:
        """All payments that its money came by, the first one first."""
        confirmed_by = (self.payment_id,) if self.payment_id else ()
        return confirmed_by + self.differences

    @property
    def earned_at(self) -> Instant:
        """When a stay that takes place is earned."""
        return self.house.earned_at(self.stay)

    @property
    def keeps(self) -> Shares:
        """What host, platform and authorities will have of it, when all that goes back has gone."""
        if settled := self.settles:
            after = (one.back for one in self.granted if one.after_end)
            again = (one.back for one in self.allowances.values() if one.revoked)
            return settled.kept - self._sum(after) + self._sum(again)
        return self.left

    @property
    def left(self) -> Shares:
        """What of the price allowances do not give back."""
        return self.price.shares - self._sum(one.back for one in self.granted)

    @property
    def granted(self) -> tuple[Allowance, ...]:
        """The allowances that give something back."""
        return tuple(one for one in self.allowances.values() if not one.revoked)

    def _sum(self, shares: Iterable[Shares]) -> Shares:
        return sum(shares, Shares(self.price.currency))

    @property
    def settles(self) -> Settlement | None:
        """What the stay's end gives back, beside what allowances had given back by then."""
        if self.settlement is None:
            return None
        return self.capped or self._beside(self.settlement)

    def _beside(self, settlement: Settlement) -> Settlement:
        before = (one for one in self.allowances.values() if not one.after_end)
        return settled_beside(self.price, settlement, before)

    def gives_back(self, settlement: Settlement, room: Room | None) -> Settlement:
        """What really goes back by a settlement now: beside allowances, and of what is left."""
        return self.capped_to(settlement, room) or self._beside(settlement)

    def capped_to(self, settlement: Settlement, room: Room | None) -> Settlement | None:
        """What goes back in the place of a settlement where less is left; else nothing."""
        beside = self._beside(settlement)
        most = capped(self.price, beside, room) if room else beside
        return None if most == beside else most

    @property
    def left_on_lines(self) -> tuple[LineBack, ...]:
        """What the guest paid and has not been given back, line by line."""
        gone = [*self.lines_given_back, *(self.settles.lines if self.settles else ())]
        return without(paid_lines(self.price), gone)

    @property
    def lines_given_back(self) -> tuple[LineBack, ...]:
        """What allowances give back."""
        return tuple(line for one in self.granted for line in one.lines)

    @property
    def tranches(self) -> tuple[Tranche, ...]:
        """What its nights bring and when; one for all of them, unless there are more than 30."""
        return tranches(self.price, self.stay, self.house)

    def to_earn(self, at: Instant, lost: Shares | None = None) -> Shares:
        """What of that can be earned by an instant, and is not; `lost` never will be."""
        if self.settlement:
            brought = self.keeps
        else:
            due = (one.shares for one in self.tranches if one.earned_at <= at)
            brought = sum(due, Shares(self.price.currency)).at_most(self.left)
        left = brought - self.still_earned
        return (left - lost if lost else left).above_nothing

    @property
    def deferred(self) -> Shares:
        """What of the price is left and not earned, whether it ever will be or goes back."""
        return (self.left - self.still_earned).above_nothing

    @property
    def still_earned(self) -> Shares:
        """What was earned, and was not given back by an alteration or an allowance."""
        earned = self.earned or Shares(self.price.currency)
        return earned - self.unearned if self.unearned else earned

    def settled(self, ending: Ending, at: Instant) -> Settlement:
        """Who would get what if the stay fell away now, under the policy it was booked with."""
        return settle(self.price, self.policy, ending, self.occupancy(at))

    def curtailed(self, check_out: date, ending: Ending, at: Instant) -> Settlement:
        """Who would get what if the stay ended earlier: its nights until that date are slept."""
        nights_kept = (check_out - self.stay.check_in).days
        last_begins_at = self.house.days_before_check_in(self.stay, 1 - nights_kept)
        return self.settled(ending, max(at, last_begins_at))

    def occupancy(self, at: Instant) -> Occupancy:
        """What the policy looks at."""
        return Occupancy(self.stay, self.house, self.booked_at, at)
