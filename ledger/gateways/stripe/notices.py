"""Notices: what Stripe posts to us, believed only with its signature over the very bytes.

A notice says that something happened to an object, not what is true of it now: notices come twice,
late and in any order. So nothing of it is taken but the names; the object itself is read again.
"""

from datetime import timedelta
from enum import StrEnum

import msgspec
import stripe
from msgspec import Struct

from ledger.errors import (
    NoticeNotSigned,
    NoticeOfAnotherAccount,
    NoticeOfAnotherMode,
    NoticeStale,
    NoticeUnreadable,
)
from ledger.gateways.stripe.amounts import moment
from ledger.values.clock import Instant

SOURCE = "stripe"
"""Whose the notices are, in the inbox."""

TOLERANCE = timedelta(minutes=5)
"""How old a signature may be. An old notice sent again carries a new one."""

AHEAD = timedelta(minutes=1)
"""How far Stripe's clock may be ahead of ours."""


class Hears(StrEnum):
    """Whose notices come to an address: the platform's own, those of hosts' accounts, or both."""

    PLATFORM = "platform"
    HOSTS = "hosts"
    BOTH = "both"


class Expected(Struct, frozen=True):
    """What notices to an address are about: real money or test money, and whose."""

    live: bool
    hears: Hears = Hears.BOTH


class Notice(Struct, frozen=True, kw_only=True):
    """Something happened to an object. `account` is a host's, None where it is the platform's.

    `api_version` is the one in which its body is written, which need not be the one that we speak:
    the body is not read any further.
    """

    event_id: str
    type: str
    object_id: str | None
    object_type: str | None
    account: str | None
    live: bool
    api_version: str | None
    created_at: Instant


def verified(
    raw: bytes, signature: str | None, secrets: tuple[str, ...], expected: Expected, now: Instant
) -> Notice:
    """What a posted body says, if Stripe said it, to us, just now.

    `secrets` are several while they are being changed; any of them will do. Raises NoticeNotSigned,
    NoticeStale, NoticeUnreadable, NoticeOfAnotherMode, NoticeOfAnotherAccount.
    """
    signed_at = _signed_at(raw, signature, secrets)
    if not now - TOLERANCE <= signed_at <= now + AHEAD:
        raise NoticeStale(signed_at=signed_at)
    notice = _read(raw)
    if notice.live is not expected.live:
        raise NoticeOfAnotherMode(live=notice.live)
    wrong = Hears.HOSTS if notice.account is None else Hears.PLATFORM
    if expected.hears is wrong:
        raise NoticeOfAnotherAccount(account=notice.account)
    return notice


def _signed_at(raw: bytes, signature: str | None, secrets: tuple[str, ...]) -> Instant:
    """When the bytes were signed with one of the secrets. Raises NoticeNotSigned.

    The SDK compares in constant time. It would judge the age by the machine's clock, so it is not
    asked to.
    """
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(raw, signature, secret, tolerance=None)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        return _stamp(signature or "")
    raise NoticeNotSigned


def _stamp(signature: str) -> Instant:
    """The time in a header that was verified: the first, as the SDK takes it."""
    stamps = (part.split("=", 2)[1] for part in signature.split(",") if part.startswith("t="))
    try:
        return moment(int(next(stamps)))
    except (OverflowError, ValueError, OSError):
        raise NoticeStale(signed_at=None) from None


class _Object(Struct):
    id: str | None = None
    object: str | None = None


class _Data(Struct):
    object: _Object


class _Event(Struct, tag_field="object", tag="event"):
    id: str
    type: str
    created: int
    livemode: bool
    data: _Data
    account: str | None = None
    api_version: str | None = None


_decode = msgspec.json.Decoder(_Event).decode


def _read(raw: bytes) -> Notice:
    try:
        event = _decode(raw)
        created_at = moment(event.created)
    except (msgspec.DecodeError, OverflowError, ValueError, OSError) as unreadable:
        raise NoticeUnreadable(because=str(unreadable)) from None
    return Notice(
        event_id=event.id,
        type=event.type,
        object_id=event.data.object.id,
        object_type=event.data.object.object,
        account=event.account,
        live=event.livemode,
        api_version=event.api_version,
        created_at=created_at,
    )
