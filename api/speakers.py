"""Who speaks: as long as nobody signs in, this is taken on trust, and nowhere else than here.

A guest or a host is who the matter belongs to; staff are named in the body of their command.
"""

from ledger import processes
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.values.ids import BookingId, DocumentId, GuestId, HostId, PropertyId, UnitId


def guest(guest_id: GuestId) -> Actor:
    """A guest who asks for something of their own."""
    return Actor(Role.GUEST.value, guest_id)


def guest_of(draft: Draft, booking_id: BookingId) -> Actor:
    """The guest of a booking. Raises NotFound."""
    return guest(processes.booking_in(draft, booking_id).guest_id)


def host_of(draft: Draft, booking_id: BookingId) -> Actor:
    """The host of a booking. Raises NotFound."""
    host_id: HostId = processes.booking_in(draft, booking_id).host_id
    return Actor(Role.HOST.value, host_id)


def host_of_unit(draft: Draft, unit_id: UnitId) -> Actor:
    """The host whose unit it is. Raises NotFound."""
    return Actor(Role.HOST.value, processes.calendar_in(draft, unit_id).host_id)


def host(host_id: HostId) -> Actor:
    """A host who asks for something of their own."""
    return Actor(Role.HOST.value, host_id)


def host_of_property(draft: Draft, property_id: PropertyId) -> Actor:
    """The host of a property. Raises NotFound."""
    return host(processes.property_in(draft, property_id).host_id)


def host_of_document(draft: Draft, document_id: DocumentId) -> Actor:
    """The host who sent a document. Raises NotFound."""
    return Actor(Role.HOST.value, processes.document_in(draft, document_id).host_id)


def staff(role: Role, by: str) -> Actor:
    """Somebody of the platform, by their own id."""
    return Actor(role.value, by)


def host_or_operator(host: Actor, by: str | None) -> Actor:
    """The host, unless an operator is named who does it in their place."""
    return host if by is None else staff(Role.OPERATOR, by)
