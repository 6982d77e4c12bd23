"""A quote: what a stay costs one guest for a quarter of an hour, signed, so nobody can change it.

A quote is kept by whoever it was made for, and not by us: everything that a booking needs stands in
it, and our signature says that we wrote it. Rates that change do not change a quote that was made
before (spec: domain, BK1 and section 11; faults, M1).
"""

import hashlib
import hmac
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import timedelta

import msgspec
from msgspec import Struct

from ledger.errors import QuoteExpired, QuoteNotOurs, QuoteOfAnotherGuest
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import (
    AttestationId,
    GuestId,
    HostId,
    PropertyId,
    QuoteId,
    UnitId,
    derived_id,
)
from ledger.values.money import Money
from ledger.values.policy import Ending, Occupancy, Policy, next_boundary, settle
from ledger.values.price import Price
from ledger.values.stay import House, Stay
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import BookingMode

VALID_FOR = timedelta(minutes=15)
"""How long a quote is honoured (spec: domain, section 12)."""

PURPOSE = b"stayledger quote 1"
"""What a signature is for: one made for anything else, or for another form, never fits."""

NO_ID = QuoteId("")
AN_INSTANT = timedelta(microseconds=1)


class QuoteKeys(Struct, frozen=True):
    """The keys that quotes are signed with, by their id: the current one signs, all of them vouch.

    A key that is replaced stays among them for a quarter of an hour, until its last quote expired.
    """

    current: str
    by_id: Mapping[str, bytes]

    def __repr__(self) -> str:
        """The ids; keys are nobody's to read."""
        return f"QuoteKeys({', '.join(self.by_id)})"


class Boundary(Struct, frozen=True, gc=False):
    """Until an instant, inclusive, calling the stay off gives so much back."""

    until: Instant
    refund: Money


class Quote(Struct, frozen=True, kw_only=True):
    """Everything that a booking needs, as it was told to one guest.

    `unit_id` is the unit that fitted best; where `any_of_type`, another of its room type will do.
    `policy_text` is the SHA-256 of the policy's text, `terms` the version of the platform's terms.
    `rates_version` and `levies_version` are the tariff's. `not_converted` is the code of the
    refusal for which the guest pays in the listing's currency and not in the one that was wished
    for. Somebody vouches for the property (`vouched_by`), or this `revision` of it was reviewed.
    """

    quote_id: QuoteId
    guest_id: GuestId
    host_id: HostId
    property_id: PropertyId
    unit_id: UnitId
    any_of_type: bool
    room_type: str
    stay: Stay
    house: House
    party: Party
    pets: int
    price: Price
    policy: Policy
    policy_text: str
    terms: str
    mode: BookingMode
    rules: StayRules
    rates_version: int
    levies_version: int
    vouched_by: AttestationId | None
    quoted_at: Instant
    expires_at: Instant
    not_converted: str | None = None
    revision: int | None = None

    def canonical(self) -> bytes:
        """The form that is signed and hashed: the same quote has always the same bytes."""
        return msgspec.json.encode(self)

    def boundaries(self) -> Iterator[Boundary]:
        """What the guest gets back by when, each answer once; the last ends with check-in."""
        at, check_in_at = self.quoted_at, self.house.check_in_at(self.stay)
        pending: Boundary | None = None
        while at < check_in_at:
            occupancy = Occupancy(self.stay, self.house, self.quoted_at, at)
            ends = next_boundary(self.policy, occupancy)
            until = check_in_at if ends is None else min(ends, check_in_at)
            refund = settle(self.price, self.policy, Ending.BY_GUEST, occupancy).refund
            if pending is not None and pending.refund != refund:
                yield pending
            pending = Boundary(until, refund)
            at = until + AN_INSTANT
        if pending is not None:
            yield pending


def numbered(quote: Quote) -> Quote:
    """The quote under its id, which follows from everything that it says."""
    content = msgspec.structs.replace(quote, quote_id=NO_ID).canonical()
    quote_id = QuoteId(derived_id("quote", hashlib.sha256(content).hexdigest()))
    return msgspec.structs.replace(quote, quote_id=quote_id)


def sealed(quote: Quote, keys: QuoteKeys) -> str:
    """The quote as an opaque text that can stand in a URL, signed with the current key."""
    content = urlsafe_b64encode(zlib.compress(quote.canonical(), 9)).decode().rstrip("=")
    signed = f"{keys.current}.{content}"
    return f"{signed}.{_signature(signed, keys.by_id[keys.current])}"


def opened(token: str, keys: QuoteKeys, now: Instant, guest_id: GuestId | None = None) -> Quote:
    """The quote of a token that we signed, unexpired, and made for this guest if one is named.

    Raises QuoteNotOurs, QuoteExpired, QuoteOfAnotherGuest.
    """
    return in_time(verified(token, keys), now, guest_id)


def in_time(quote: Quote, now: Instant, guest_id: GuestId | None = None) -> Quote:
    """The quote, where it has not expired and was made for this guest if one is named.

    Raises QuoteExpired, QuoteOfAnotherGuest.
    """
    if now >= quote.expires_at:
        raise QuoteExpired(expired_at=quote.expires_at)
    if guest_id not in (None, quote.guest_id):
        raise QuoteOfAnotherGuest(quote_id=quote.quote_id)
    return quote


def verified(token: str, keys: QuoteKeys) -> Quote:
    """The quote of a token that we signed; nothing of it is read before the signature fits.

    Raises QuoteNotOurs.
    """
    signed, _, signature = token.rpartition(".")
    key_id, _, content = signed.partition(".")
    key = keys.by_id.get(key_id)
    # Texts are compared and not what they stand for: base64 has several texts for the same bytes.
    if key is None or not hmac.compare_digest(_signature(signed, key).encode(), signature.encode()):
        raise QuoteNotOurs()
    canonical = zlib.decompress(urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    return msgspec.json.decode(canonical, type=Quote)


def _signature(signed: str, key: bytes) -> str:
    return hmac.new(key, PURPOSE + b"\n" + signed.encode(), hashlib.sha256).hexdigest()
