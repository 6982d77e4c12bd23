"""What is booked may be let at that moment: looked at or vouched for, and by a host who may host.

A breach means that a guest was sold a stay in a house that nobody had approved, or that was taken
out of discovery, or of a host who was not verified. Hold the booking's payout, and call support:
they look at the house before the guest arrives. Money that comes after its booking had let the
nights go buys the stay anew, so it is judged by the day on which it comes.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from msgspec import Struct, field

from ledger.events import Recorded
from ledger.events.attestation import PropertyAttested
from ledger.events.booking import (
    BookingAbandoned,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingWithdrawn,
)
from ledger.events.payment import PaymentAdopted
from ledger.events.property import (
    ListingBlocked,
    ListingUnblocked,
    PropertyApproved,
    PropertyArchived,
    PropertyDrafted,
    PropertyPublished,
    PropertyReinstated,
    PropertySuspended,
    PropertyUnlisted,
    RevisionApproved,
)
from ledger.events.provider import (
    PayoutAccountChanged,
    PayoutAccountOpened,
    ProviderClosed,
    ProviderRegistered,
    ProviderReinstated,
    ProviderRejected,
    ProviderReopened,
    ProviderSuspended,
    ProviderVerified,
    ProviderVouchedFor,
)
from ledger.values.clock import Instant
from ledger.values.files import expires_at
from ledger.values.ids import PropertyId
from ledger.values.listing import units_of
from replay.rules.rule import Handlers, Rule


class House(Struct):
    """A house as far as it decides: whose it is, what was approved of it, whether it is let.

    `approved` are numbers of revisions: one that was rejected leaves a gap. `units` are the rooms
    that the last of them has.
    """

    host_id: str
    approved: set[int] = field(default_factory=set)
    units: frozenset[str] = frozenset()
    valid_until: date | None = None
    published: bool = False
    blocked: bool = False


class Host(Struct):
    """A host as far as it decides; `turned_away` is who was rejected, suspended or has left."""

    verified: bool = False
    turned_away: bool = False
    payable: bool = False


class Asked(Struct, frozen=True, gc=False):
    """What a guest asked for, as far as it may be let or may not."""

    host_id: str
    property_id: str
    unit_id: str
    vouched_by: str | None
    revision: int | None


class WhatIsBookedMayBeLet(Rule):
    """Remembers a few words of each house, host and attestation, and of each unpaid booking."""

    invariants: ClassVar = {
        "INV-B10": "What is booked is approved or vouched for, shown, and of a host who may host."
    }

    def __init__(self) -> None:
        super().__init__()
        self._houses: dict[str, House] = {}
        self._hosts: dict[str, Host] = {}
        self._attested: dict[str, str] = {}
        self._unpaid: dict[str, Asked] = {}

    def hears(self) -> Handlers:
        """Everything that lets a house be booked, or stops it; and who books."""
        return {
            PropertyAttested: self.attest,
            PropertyDrafted: self.draft,
            PropertyApproved: self.approve,
            RevisionApproved: self.approve_revision,
            PropertyPublished: self.publish,
            PropertyUnlisted: self.hide,
            PropertySuspended: self.hide,
            PropertyReinstated: self.hide,
            PropertyArchived: self.hide,
            ListingBlocked: self.block,
            ListingUnblocked: self.unblock,
            ProviderRegistered: self.register,
            ProviderReopened: self.register,
            ProviderVerified: self.verify,
            ProviderVouchedFor: self.verify,
            ProviderReinstated: self.verify,
            ProviderRejected: self.turn_away,
            ProviderSuspended: self.turn_away,
            ProviderClosed: self.turn_away,
            PayoutAccountOpened: self.open_account,
            PayoutAccountChanged: self.change_account,
            BookingRequested: self.book,
            BookingConfirmed: self.settle,
            BookingDeclined: self.settle,
            BookingWithdrawn: self.settle,
            BookingAbandoned: self.settle,
            PaymentAdopted: self.confirm_late,
        }

    # -- Houses --------------------------------------------------------------------------

    def attest(self, recorded: Recorded[PropertyAttested]) -> None:
        """Somebody vouches for a house."""
        self._attested[recorded.stream_id] = recorded.event.host_id

    def draft(self, recorded: Recorded[PropertyDrafted]) -> None:
        """A house that nobody has looked at."""
        self._houses[recorded.stream_id] = House(recorded.event.host_id)

    def approve(self, recorded: Recorded[PropertyApproved]) -> None:
        """The first facts of it hold."""
        self._take_as_approved(recorded, 1)

    def approve_revision(self, recorded: Recorded[RevisionApproved]) -> None:
        """Other facts of it hold."""
        self._take_as_approved(recorded, recorded.event.number)

    def _take_as_approved(
        self, recorded: Recorded[PropertyApproved] | Recorded[RevisionApproved], number: int
    ) -> None:
        house, property_id = self._houses[recorded.stream_id], PropertyId(recorded.stream_id)
        house.approved.add(number)
        house.units = frozenset(each for each, *_ in units_of(property_id, recorded.event.facts))
        house.valid_until = recorded.event.valid_until

    def publish(self, recorded: Recorded[PropertyPublished]) -> None:
        """It is shown."""
        self._houses[recorded.stream_id].published = True

    def hide(self, recorded: Recorded[Any]) -> None:
        """It is shown no more."""
        self._houses[recorded.stream_id].published = False

    def block(self, recorded: Recorded[ListingBlocked]) -> None:
        """It is not shown, whatever its host does."""
        self._houses[recorded.stream_id].blocked = True

    def unblock(self, recorded: Recorded[ListingUnblocked]) -> None:
        """Its host may show it."""
        self._houses[recorded.stream_id].blocked = False

    # -- Hosts ---------------------------------------------------------------------------

    def register(self, recorded: Recorded[ProviderRegistered | ProviderReopened]) -> None:
        """Somebody asks to host."""
        host = self._hosts.setdefault(recorded.stream_id, Host())
        host.verified = host.turned_away = False

    def verify(self, recorded: Recorded[Any]) -> None:
        """They may host; a renewal that is due stops nobody before its day."""
        host = self._hosts[recorded.stream_id]
        host.verified, host.turned_away = True, False

    def turn_away(self, recorded: Recorded[Any]) -> None:
        """They may not."""
        host = self._hosts[recorded.stream_id]
        host.verified, host.turned_away = False, True

    def open_account(self, recorded: Recorded[PayoutAccountOpened]) -> None:
        """They have an account that nothing can be paid to yet."""
        self._hosts[recorded.stream_id].payable = False

    def change_account(self, recorded: Recorded[PayoutAccountChanged]) -> None:
        """Whether something can be paid to it."""
        self._hosts[recorded.stream_id].payable = recorded.event.to == "enabled"

    # -- Bookings ------------------------------------------------------------------------

    def book(self, recorded: Recorded[BookingRequested]) -> None:
        """Hold a booking against what is known by then; history from outside was let elsewhere."""
        if recorded.imported:
            return
        event = recorded.event
        asked = Asked(
            host_id=event.host_id,
            property_id=event.property_id,
            unit_id=event.unit_id,
            vouched_by=event.vouched_by,
            revision=event.revision,
        )
        self._unpaid[recorded.stream_id] = asked
        self._judge(asked, recorded)

    def settle(self, recorded: Recorded[Any]) -> None:
        """It is paid, or nobody wants it any more: nothing of it can come late."""
        self._unpaid.pop(recorded.stream_id, None)

    def confirm_late(self, recorded: Recorded[PaymentAdopted]) -> None:
        """Hold a stay that was let go, and is bought by late money, against what is known now."""
        asked = self._unpaid.get(recorded.event.booking_id)
        if asked is not None:
            self._judge(asked, recorded)

    def _judge(self, asked: Asked, recorded: Recorded[Any]) -> None:
        if asked.vouched_by is not None:
            findings = self._of_vouched(asked)
        else:
            findings = self._of_reviewed(asked, recorded.occurred_at)
        for found in findings:
            self.breach("INV-B10", found, recorded)

    def _of_vouched(self, asked: Asked) -> Iterator[str]:
        if self._attested.get(asked.vouched_by or "") != asked.host_id:
            yield f"nobody vouches for house {asked.property_id} of host {asked.host_id}"
        if asked.property_id in self._houses:
            yield f"house {asked.property_id} was let as vouched for, and is described here"
        if self._hosts.get(asked.host_id, Host()).turned_away:
            yield f"host {asked.host_id} may not host"

    def _of_reviewed(self, asked: Asked, at: Instant) -> Iterator[str]:
        house = self._houses.get(asked.property_id, House(""))
        host = self._hosts.get(asked.host_id, Host())
        if asked.revision not in house.approved:
            yield f"nobody approved revision {asked.revision} of house {asked.property_id}"
        elif asked.unit_id not in house.units:
            yield f"house {asked.property_id} was approved without unit {asked.unit_id}"
        if house.host_id != asked.host_id:
            yield f"house {asked.property_id} is not host {asked.host_id}'s"
        if not house.published or house.blocked:
            yield f"house {asked.property_id} was not shown"
        if house.valid_until and expires_at(house.valid_until) <= at:
            yield f"the papers of house {asked.property_id} had run out on {house.valid_until}"
        if not (host.verified and host.payable):
            yield f"host {asked.host_id} may not host, or cannot be paid"
