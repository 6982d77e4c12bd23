"""Changes of a stay: what one would cost, before it is proposed, and where the last one stands."""

from fastapi import APIRouter, Request

from api.answers.alterations import AlterationNow, ChangeShown, alteration_now, change_shown
from api.asking import OnPremises, stated
from api.problems import described
from api.shapes import Uuid
from api.wishes.alterations import ChangeWish
from ledger import errors, processes
from ledger.aggregates.alteration import ALTERATION
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.store import EventStore
from ledger.values.ids import BookingId

router = APIRouter(prefix="/bookings/{booking_id}/alteration", tags=["alterations"])

IMPOSSIBLE = (
    errors.AboveProcessorMaximum,
    errors.BelowProcessorMinimum,
    errors.ChangesBothWays,
    errors.FinerThanProcessorStep,
    errors.NightsAreTaken,
    errors.NightsHaveBegun,
    errors.NoNights,
    errors.NotDiscoverable,
    errors.NotFound,
    errors.NothingToAlter,
    errors.PartyExceedsCapacity,
    errors.RefundLineExceeded,
    errors.TooLate,
    errors.TransitionNotAllowed,
)
"""What a change is refused for, whether it is only shown, proposed or agreed to."""


@router.post("/preview", responses=described(*IMPOSSIBLE))
async def preview_alteration(
    booking_id: Uuid, wish: ChangeWish, request: Request, premises: OnPremises
) -> ChangeShown:
    """What a change would cost now, line by line. Nothing is kept; refused where it would be."""
    shown = await premises.look(
        lambda store, ledger: _shown(store, ledger, BookingId(booking_id), wish)
    )
    stated(request, shown.position)
    return shown


@router.get("", responses=described(errors.NotFound))
async def alteration(booking_id: Uuid, request: Request, premises: OnPremises) -> AlterationNow:
    """Where the last alteration of a booking stands, as the ledger has it now."""
    shown = await premises.look(lambda store, ledger: _now(store, ledger, BookingId(booking_id)))
    stated(request, shown.position)
    return shown


def _shown(
    store: EventStore, ledger: Ledger, booking_id: BookingId, wish: ChangeWish
) -> ChangeShown:
    position = store.head()
    shown: list[ChangeShown] = []

    def plan(draft: Draft) -> None:
        change = processes.work_out(draft, booking_id, wish.asked())
        before = processes.booking_in(draft, booking_id)
        shown.append(change_shown(before, booking_id, change, position))

    ledger.rehearse(plan)
    return shown[-1]


def _now(store: EventStore, ledger: Ledger, booking_id: BookingId) -> AlterationNow:
    position = store.head()
    found = ledger.state(ALTERATION, processes.alteration_of(booking_id))
    if found is None:
        raise errors.NotFound(booking_id=booking_id, alterations=0)
    return alteration_now(found, position)
