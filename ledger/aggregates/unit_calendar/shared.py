"""What other platforms are told of a unit's calendar, and how that is known when it comes back."""

from collections.abc import Iterator

from ledger.aggregates.unit_calendar.state import ClaimId, Status, UnitCalendar
from ledger.values.feed import FeedItem
from ledger.values.ids import derived_id
from ledger.values.stay import Stay

TOLD = (Status.RESERVATION, Status.HOST_BLOCK)
"""What others are told of. What a feed says is left out: it would come back to where it is from."""


def shared_items(calendar: UnitCalendar) -> Iterator[FeedItem]:
    """Each booking or block with its buffer, under a name that stays the same."""
    for claim_id, claim in calendar.claims.items():
        if claim.status in TOLD:
            yield FeedItem(_shared_uid(claim_id), claim.stay.kept(claim.buffer_nights))


def is_echo(calendar: UnitCalendar, uid: str, stay: Stay) -> bool:
    """Whether an item of a feed is what we told of ourselves, and of no night more.

    Only its name tells: the same nights under another one may well be sold twice.
    """
    return any(
        claim.status in TOLD
        and claim.stay.kept(claim.buffer_nights).covers(stay)
        and uid == _shared_uid(claim_id)
        for claim_id, claim in calendar.claims.items()
    )


def _shared_uid(claim_id: ClaimId) -> str:
    return f"{derived_id(claim_id, 'shared')}@stayledger"
