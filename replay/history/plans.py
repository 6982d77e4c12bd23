"""What each step of a booking's history asks of the ledger: the same plans as a live booking's.

Money of the past moved elsewhere, so the processor's part is `attested`, with a reference that
leads back to the file and the line.
"""

from msgspec import Struct

from ledger import processes
from ledger.aggregates.booking import BOOKING, Book
from ledger.aggregates.unit_calendar import HOLD
from ledger.draft import Draft, Plan
from ledger.events import Actor
from ledger.processes import TIMER, attestation_of
from ledger.values.ids import BookingId, GuestId, HostId, PropertyId, UnitId, derived_id
from ledger.values.levies import FeePlan
from ledger.values.policy import Ending
from ledger.values.price import Price, price_of
from ledger.values.rates import NightPrice
from replay.history.hotel_bookings import CURRENCY, HotelBooking
from replay.history.itinerary import HOUSE, Kind, Step

FEE_PLAN = FeePlan("import", 1, guest_fee_bp=0, host_fee_bp=1500)
PROCESSOR = Actor("P", "attested")


class Place(Struct, frozen=True):
    """A hotel of the file, by its ids."""

    property_id: PropertyId
    host_id: HostId


def price_of_row(booking: HotelBooking) -> Price:
    """Each night at the row's rate, under the import's fee plan."""
    nights = [NightPrice(night, booking.rate.minor) for night in booking.stay.nights()]
    return price_of(nights, FEE_PLAN, CURRENCY)


def guest_of(booking: HotelBooking, digest: str) -> GuestId:
    """The row's guest: rows are never known to be of the same person."""
    return GuestId(derived_id(digest, booking.line, "guest"))


def book(step: Step, booking_id: BookingId, place: Place, unit_id: UnitId, digest: str) -> Plan:
    """Book, hold, pay and confirm, all at one instant."""
    booking = step.booking
    guest = Actor("G", guest_of(booking, digest))
    price = price_of_row(booking)
    command = Book(
        booking_id=booking_id,
        guest_id=GuestId(guest.id),
        host_id=place.host_id,
        property_id=place.property_id,
        unit_id=unit_id,
        room_type=booking.room_type,
        stay=booking.stay,
        house=HOUSE,
        party=booking.party,
        price=price,
        policy=booking.policy,
        vouched_by=attestation_of(place.property_id),
        hold_expires_at=step.at + HOLD,
    )

    def plan(draft: Draft) -> None:
        processes.ask_for_stay(draft, guest, command)
        if price.total.minor:
            processes.pay(draft, PROCESSOR, booking_id, _reference(digest, booking))
            processes.funds_arrive(draft, PROCESSOR, booking_id)
        processes.confirm(draft, booking_id)

    return plan


def plan_of(step: Step, booking_id: BookingId, digest: str) -> Plan:
    """What a step after the booking itself asks for."""
    booking, reference = step.booking, _reference(digest, step.booking)
    match step.kind:
        case Kind.START:
            return lambda draft: processes.start_stay(draft, TIMER, booking_id)
        case Kind.EARN:
            return lambda draft: _earn(draft, booking_id, reference, step.number)
        case Kind.COMPLETE:
            return lambda draft: _complete(draft, booking, booking_id)
        case Kind.CANCEL:
            guest = Actor("G", guest_of(booking, digest))
            return lambda draft: _cancel(draft, guest, booking_id, reference)
        case Kind.NO_SHOW:
            return lambda draft: _no_show(draft, booking_id, reference)
        case Kind.BOOK:
            raise AssertionError("a booking is planned with its unit")


def _earn(draft: Draft, booking_id: BookingId, reference: str, number: int) -> None:
    if number == 1:
        processes.earn(draft, booking_id)
        processes.pay_out(draft, PROCESSOR, booking_id, reference)
    else:
        processes.pay_out(draft, PROCESSOR, booking_id, f"{reference}/{number}", number)


def _complete(draft: Draft, booking: HotelBooking, booking_id: BookingId) -> None:
    """On the day of departure the clock ends the stay; before it, the host says so."""
    if booking.ended_on == booking.stay.check_out:
        processes.complete_stay(draft, TIMER, booking_id)
    else:
        processes.complete_stay(draft, _host(draft, booking_id), booking_id)


def _cancel(draft: Draft, guest: Actor, booking_id: BookingId, reference: str) -> None:
    booked = draft.state(BOOKING, booking_id)
    assert booked is not None, "it was booked before it is cancelled"
    shown = booked.settled(Ending.BY_GUEST, draft.now)
    processes.cancel_by_guest(draft, guest, booking_id, shown.digest)
    _settle(draft, booking_id, reference)


def _no_show(draft: Draft, booking_id: BookingId, reference: str) -> None:
    processes.report_no_show(draft, _host(draft, booking_id), booking_id)
    _settle(draft, booking_id, reference)


def _settle(draft: Draft, booking_id: BookingId, reference: str) -> None:
    """Let the money follow at once: back to the guest, or on to the host."""
    booking = draft.state(BOOKING, booking_id)
    assert booking is not None, "it fell away a line ago"
    assert booking.settlement is not None, "what falls away is settled"
    if booking.settlement.refund.minor:
        processes.refund_settles(draft, PROCESSOR, booking_id, reference)
    if booking.settlement.kept.host_minor:
        processes.pay_out(draft, PROCESSOR, booking_id, reference)


def _host(draft: Draft, booking_id: BookingId) -> Actor:
    booking = draft.state(BOOKING, booking_id)
    return Actor("H", booking.host_id if booking else "")


def _reference(digest: str, booking: HotelBooking) -> str:
    return f"{digest[:16]}/{booking.line}"
