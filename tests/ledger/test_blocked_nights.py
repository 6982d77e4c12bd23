"""A unit's calendar: nights are blocked, by their host or by a feed, and a calendar ends."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from ledger.aggregates.decider import Command
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    BlockNights,
    ChangeHours,
    Deactivate,
    FeedItemGone,
    ImportFeedItem,
    MoveReservation,
    PlaceHold,
    Reacquire,
    ReopenCalendar,
    ReopenNights,
    UnblockNights,
    block_of,
    claims,
)
from ledger.errors import (
    FeedItemMayReturn,
    HostCancelledTheseNights,
    NightsAreTaken,
    NoNights,
    ObligationsAreOpen,
    ReasonIsMissing,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.events.unit_calendar import (
    BlockKind,
    HoldPlaced,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    UnitCalendarEvent,
)
from ledger.values.clock import instant
from ledger.values.ids import BlockId, BookingId, FeedId
from ledger.values.stay import Stay
from tests.facts import (
    AN_INSTANT,
    BLOCK,
    BOOKING,
    CHECK_IN,
    CHECK_OUT,
    FEED,
    GUEST,
    HOST,
    ITEM,
    LATE_IN_LISBON,
    OPERATOR,
    PROCESS,
    UID,
    UNIT,
    a_block,
    a_block_after_cancelling,
    a_calendar,
    a_deactivation,
    a_feed_conflict,
    a_hold,
    a_released_hold,
    a_released_reservation,
    a_removed_external_block,
    a_reopening,
    a_reservation,
    a_stay,
    an_ended_feed_conflict,
    an_expired_hold,
    an_external_block,
    an_id,
    an_unblocking,
    other_hours,
)
from tests.given import given
from tests.ledger.every_command import EVERY_COMMAND

HELD = (a_calendar(), a_hold())
RESERVED = (*HELD, a_reservation())
CANCELLED = (*RESERVED, a_released_reservation(), a_block_after_cancelling())
LATER = a_stay("2026-07-05", 4)
"""From the day on which the usual stay ends."""
SOLD_AFTER = an_external_block(a_stay("2026-07-05", 1), parts=())
"""The first night of the pause after the usual stay."""
MIDNIGHT_OF_CHECK_OUT = instant("2026-07-04T23:00:00Z")
"""When the day of check-out begins in Lisbon."""


def to_hold(nights: Stay) -> PlaceHold:
    return PlaceHold(unit_id=UNIT, booking_id=BookingId(an_id("another")), stay=nights)


def to_block(nights: Stay | None = None) -> BlockNights:
    return BlockNights(unit_id=UNIT, block_id=BLOCK, stay=nights or a_stay())


def to_unblock(block_id: str = BLOCK) -> UnblockNights:
    return UnblockNights(unit_id=UNIT, block_id=BlockId(block_id))


def to_reopen(reason: str = "host_was_right", block_id: str = BOOKING) -> ReopenNights:
    return ReopenNights(unit_id=UNIT, block_id=BlockId(block_id), reason=reason)


def to_import(nights: Stay | None = None, revision: str = "0", uid: str = UID) -> ImportFeedItem:
    return ImportFeedItem(
        unit_id=UNIT, feed_id=FEED, uid=uid, stay=nights or a_stay(), revision=revision
    )


def gone(good_fetches: int = 2) -> FeedItemGone:
    return FeedItemGone(unit_id=UNIT, feed_id=FEED, block_id=ITEM, good_fetches=good_fetches)


def freed_again(*history: Event) -> bool:
    """Whether the usual nights can be held after all of this."""
    return given(*history).when(PROCESS, to_hold(a_stay())).refusal is None


# -- UC10: blocking ---------------------------------------------------------------------


def test_a_host_takes_nights_out_of_sale() -> None:
    given(a_calendar()).when(HOST, to_block()).then(a_block())
    assert not freed_again(a_calendar(), a_block())


@pytest.mark.parametrize("actor", [GUEST, PROCESS, OPERATOR])
def test_nobody_else_blocks_a_hosts_nights(actor: Actor) -> None:
    given(a_calendar()).when(actor, to_block()).refused(TransitionNotAllowed)


def test_n7_a_host_does_not_block_nights_that_are_held_and_is_told_by_whom() -> None:
    given(*HELD).when(HOST, to_block(a_stay("2026-07-04", 3))).refused(
        NightsAreTaken,
        conflicts=[
            {
                "id": BOOKING,
                "kind": "hold",
                "check_in": date(2026, 7, 2),
                "check_out": date(2026, 7, 5),
                "buffer_nights": 0,
            }
        ],
    )


def test_n7_a_block_of_many_nights_is_told_all_that_is_in_its_way() -> None:
    outcome = given(*RESERVED, an_external_block(LATER)).when(HOST, to_block(a_stay(nights=30)))

    assert outcome.refusal is not None
    told = [(each["id"], each["kind"]) for each in outcome.refusal.data["conflicts"]]
    assert told == [(BOOKING, "reservation"), (ITEM, "external_block")]


def test_a_block_has_at_least_one_night_and_may_touch_a_stay() -> None:
    night = date(2026, 7, 10)

    given(a_calendar()).when(HOST, to_block(Stay(night, night))).refused(NoNights)
    given(*HELD).when(HOST, to_block(LATER)).then(a_block(LATER))


# -- UC11: unblocking -------------------------------------------------------------------


@pytest.mark.parametrize("actor", [HOST, OPERATOR])
def test_blocked_nights_go_back_on_sale(actor: Actor) -> None:
    given(a_calendar(), a_block()).when(actor, to_unblock()).then(an_unblocking())
    assert freed_again(a_calendar(), a_block(), an_unblocking())


@pytest.mark.parametrize("actor", [HOST, OPERATOR])
def test_nights_that_a_host_cancelled_are_not_unblocked_like_others(actor: Actor) -> None:
    given(*CANCELLED).when(actor, to_unblock(BOOKING)).refused(
        HostCancelledTheseNights, block_id=BOOKING
    )


def test_an_operator_reopens_nights_that_a_host_cancelled_for_a_reason() -> None:
    opened = NightsUnblocked(
        block_id=BlockId(BOOKING),
        stay=a_stay(),
        kind=BlockKind.HOST_CANCELLED,
        reason="host_was_right",
    )

    given(*CANCELLED).when(OPERATOR, to_reopen()).then(opened)
    given(*CANCELLED).when(OPERATOR, to_reopen(reason=" ")).refused(ReasonIsMissing)
    given(*CANCELLED).when(HOST, to_reopen()).refused(TransitionNotAllowed, actor="H")
    assert freed_again(*CANCELLED, opened)


def test_neither_a_booking_nor_a_feeds_block_is_unblocked_by_hand() -> None:
    given(*RESERVED).when(HOST, to_unblock(BOOKING)).refused(
        TransitionNotAllowed, before="reservation"
    )
    given(a_calendar(), an_external_block()).when(HOST, to_unblock(ITEM)).refused(
        TransitionNotAllowed, before="external_block"
    )


# -- UC12: what feeds say ---------------------------------------------------------------


def test_nights_that_are_sold_elsewhere_are_not_sold_here() -> None:
    given(a_calendar()).when(PROCESS, to_import()).then(an_external_block())
    assert not freed_again(a_calendar(), an_external_block())


def test_an_item_that_was_seen_says_nothing_new() -> None:
    given(a_calendar(), an_external_block()).when(PROCESS, to_import()).then()


def test_an_item_is_its_feeds_own() -> None:
    assert block_of(FEED, UID) == ITEM
    assert block_of(FeedId(an_id("another feed")), UID) != ITEM
    assert block_of(FEED, "another uid") != ITEM


def test_an_item_that_changed_replaces_what_it_said_before() -> None:
    wanted = a_stay("2026-07-04", 3)
    moved = an_external_block(wanted, "1", replaced=(a_stay(),))

    outcome = given(a_calendar(), an_external_block()).when(PROCESS, to_import(wanted, "1"))

    outcome.then(moved)
    assert outcome.state.taken.stays == (wanted,)
    claimed = claims(UNIT, moved)
    assert claimed is not None
    assert claimed.taken == (date(2026, 7, 5), date(2026, 7, 6))
    assert claimed.freed == (date(2026, 7, 2), date(2026, 7, 3))


def test_an_item_that_was_only_touched_claims_no_other_nights() -> None:
    touched = an_external_block(revision="1", replaced=(a_stay(),))

    given(a_calendar(), an_external_block()).when(PROCESS, to_import(revision="1")).then(touched)
    claimed = claims(UNIT, touched)
    assert claimed is not None
    assert (claimed.taken, claimed.freed) == ((), ())


@pytest.mark.parametrize("sold", [HELD, RESERVED])
@pytest.mark.parametrize("wanted", [a_stay(), a_stay("2026-07-04", 5), a_stay("2026-06-20", 30)])
def test_n8_what_is_sold_twice_is_told_and_changes_nothing(
    sold: tuple[UnitCalendarEvent, ...], wanted: Stay
) -> None:
    outcome = given(*sold).when(PROCESS, to_import(wanted)).then(a_feed_conflict(wanted))

    before = UNIT_CALENDAR.fold(sold)
    assert before is not None
    assert (outcome.state.claims, outcome.state.taken) == (before.claims, before.taken)


def test_n8_a_conflict_is_told_once_for_each_form_of_an_item() -> None:
    told = given(*RESERVED, a_feed_conflict())

    told.when(PROCESS, to_import()).then()
    told.when(PROCESS, to_import(revision="1")).then(a_feed_conflict(revision="1"))


def test_n8_a_conflict_leaves_what_the_item_blocked_before() -> None:
    wanted = a_stay("2026-07-04", 3)
    history = (*RESERVED, an_external_block(LATER))

    outcome = given(*history).when(PROCESS, to_import(wanted, "1"))

    outcome.then(a_feed_conflict(wanted, "1"))
    assert outcome.state.claims[ITEM].stay == LATER


def test_n8_when_a_conflict_has_ended_the_nights_are_blocked() -> None:
    over = given(*HELD, a_feed_conflict(), an_expired_hold())

    over.when(PROCESS, to_import()).then(an_external_block())


def test_n8_a_conflict_has_ended_when_the_item_is_again_what_it_was_blocked_as() -> None:
    shortened = given(*RESERVED, an_external_block(LATER), a_feed_conflict(a_stay(nights=7), "1"))

    outcome = shortened.when(PROCESS, to_import(LATER))

    outcome.then(an_external_block(LATER, replaced=(LATER,)))
    assert outcome.state.conflicts == {}
    assert outcome.state.claims[ITEM].nights == (LATER,)


def test_n8_who_has_left_is_in_the_way_of_nothing() -> None:
    summer, rest = a_stay(nights=60), a_stay("2026-07-05", 57)
    left = given(*RESERVED, a_feed_conflict(summer))

    left.when(PROCESS, to_import(summer), MIDNIGHT_OF_CHECK_OUT - AN_INSTANT).then()
    left.when(PROCESS, to_import(summer), MIDNIGHT_OF_CHECK_OUT).then(
        an_external_block(summer, parts=(rest,))
    )


def test_a_conflict_that_comes_back_is_told_again() -> None:
    again = (an_expired_hold(), an_external_block(), a_removed_external_block(), a_hold())

    given(*HELD, a_feed_conflict(), *again).when(PROCESS, to_import()).then(a_feed_conflict())


def test_an_item_takes_what_other_blocks_leave_of_its_nights() -> None:
    around = a_stay("2026-07-01", 6)
    parts = (a_stay("2026-07-01", 1), a_stay("2026-07-05", 2))
    added = an_external_block(around, parts=parts)

    outcome = given(a_calendar(), a_block()).when(PROCESS, to_import(around)).then(added)
    given(a_calendar(), a_block(), added).when(PROCESS, to_import(around)).then()
    assert sum(stay.nights_count() for stay in outcome.state.taken.stays) == 6


def test_an_item_within_another_block_takes_nothing_until_that_is_lifted() -> None:
    within = an_external_block(parts=())
    lifted = (a_calendar(), a_block(), within, an_unblocking())

    given(a_calendar(), a_block()).when(PROCESS, to_import()).then(within)
    given(*lifted).when(PROCESS, to_import()).then(an_external_block())


# -- Until the feed is read again -------------------------------------------------------


def test_nights_sold_elsewhere_are_not_on_sale_when_their_host_lifts_another_block() -> None:
    lifted = given(a_calendar(), a_block(), an_external_block(parts=()), an_unblocking())

    lifted.when(PROCESS, to_hold(a_stay())).refused(NightsAreTaken, unit_id=UNIT)
    lifted.when(PROCESS, to_hold(LATER)).then(HoldPlaced)


def test_n8_nights_sold_twice_are_not_sold_again_when_the_booking_here_is_called_off() -> None:
    called_off = given(*RESERVED, a_feed_conflict(a_stay(nights=5)), a_released_reservation())

    called_off.when(PROCESS, to_hold(a_stay())).refused(NightsAreTaken)
    called_off.when(PROCESS, to_hold(LATER)).refused(NightsAreTaken)
    called_off.when(PROCESS, to_hold(a_stay("2026-07-07"))).then(HoldPlaced)
    settled = given(
        *RESERVED, a_feed_conflict(), an_ended_feed_conflict(), a_released_reservation()
    )
    settled.when(PROCESS, to_hold(a_stay())).then(HoldPlaced)


def test_n8_a_booking_whose_nights_were_never_let_go_takes_them_up_again() -> None:
    late = Reacquire(unit_id=UNIT, booking_id=BOOKING, stay=a_stay())
    let_go = given(*HELD, a_feed_conflict(), a_released_hold())

    let_go.when(PROCESS, late).refused(NightsAreTaken)
    let_go.when(PROCESS, replace(late, never_let_go=True)).then(ReservationMade)


def test_a_stay_does_not_grow_into_the_pause_after_it_where_that_is_sold_elsewhere() -> None:
    pause = (replace(a_hold(), buffer_nights=2), replace(a_reservation(), buffer_nights=2))
    paused = given(a_calendar(), *pause, SOLD_AFTER)
    longer, shorter = a_stay(nights=4), a_stay(nights=2)

    to_move = MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=longer)
    paused.when(PROCESS, to_move).refused(NightsAreTaken)
    to_move = MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=shorter)
    paused.when(PROCESS, to_move).then(ReservationMoved)


# -- UC13: what feeds say no longer -----------------------------------------------------


def test_an_item_that_two_good_fetches_were_without_is_gone() -> None:
    blocked = given(a_calendar(), an_external_block())

    blocked.when(PROCESS, gone()).then(a_removed_external_block())
    blocked.when(PROCESS, gone(3)).then(a_removed_external_block())
    assert freed_again(a_calendar(), an_external_block(), a_removed_external_block())


@pytest.mark.parametrize("good_fetches", [0, 1])
def test_n8_a_failed_or_empty_fetch_removes_nothing(good_fetches: int) -> None:
    given(a_calendar(), an_external_block()).when(PROCESS, gone(good_fetches)).refused(
        FeedItemMayReturn, good_fetches=good_fetches, needed=2
    )


def test_what_a_feed_never_blocked_is_not_removed() -> None:
    another = FeedItemGone(
        unit_id=UNIT, feed_id=FeedId(an_id("another")), block_id=ITEM, good_fetches=2
    )

    given(*RESERVED).when(PROCESS, gone()).refused(TransitionNotAllowed, before="free")
    given(a_calendar(), an_external_block()).when(PROCESS, another).refused(TransitionNotAllowed)


def test_a_conflict_ends_when_two_good_fetches_were_without_its_item() -> None:
    told = given(*RESERVED, a_feed_conflict())

    told.when(PROCESS, gone(1)).refused(FeedItemMayReturn)
    ended = told.when(PROCESS, gone())
    ended.then(an_ended_feed_conflict())
    assert not ended.state.conflicts


def test_what_a_removed_feed_said_blocks_nothing_at_once() -> None:
    removed = FeedItemGone(
        unit_id=UNIT, feed_id=FEED, block_id=ITEM, good_fetches=0, feed_removed=True
    )

    given(a_calendar(), an_external_block()).when(PROCESS, removed).then(a_removed_external_block())


# -- UC14: the end ----------------------------------------------------------------------

TO_END = Deactivate(unit_id=UNIT)


@pytest.mark.parametrize("actor", [HOST, OPERATOR, PROCESS])
def test_a_unit_is_taken_out_of_the_house(actor: Actor) -> None:
    given(a_calendar(), a_block(), an_external_block(LATER)).when(actor, TO_END).then(
        a_deactivation()
    )


@pytest.mark.parametrize(("history", "kind"), [(HELD, "hold"), (RESERVED, "reservation")])
def test_a_unit_with_guests_to_come_is_not_taken_out(history: tuple[Event, ...], kind: str) -> None:
    given(*history).when(HOST, TO_END).refused(
        ObligationsAreOpen,
        obligations=[
            {
                "id": BOOKING,
                "kind": kind,
                "check_in": date(2026, 7, 2),
                "check_out": date(2026, 7, 5),
                "buffer_nights": 0,
            }
        ],
    )


def test_t7_a_unit_is_taken_out_as_soon_as_the_last_guest_must_have_left() -> None:
    given(*RESERVED).when(HOST, TO_END, at=CHECK_OUT - AN_INSTANT).refused(ObligationsAreOpen)
    given(*RESERVED).when(HOST, TO_END, at=CHECK_OUT).then(a_deactivation())


def test_a_hold_that_ran_out_stands_until_somebody_says_so() -> None:
    later = CHECK_OUT + timedelta(days=30)

    given(*HELD).when(HOST, TO_END, at=later).refused(ObligationsAreOpen)
    given(*HELD, an_expired_hold()).when(HOST, TO_END, at=later).then(a_deactivation())


@pytest.mark.parametrize(
    "command",
    {
        type(one.command): one.command
        for one in EVERY_COMMAND
        if type(one.command) in {step.command for step in UNIT_CALENDAR.lifecycle.steps}
        and type(one.command) not in (ReopenCalendar, FeedItemGone)
    }.values(),
    ids=lambda command: type(command).__name__,
)
def test_in_a_unit_that_is_not_let_nothing_happens_any_more(command: Command) -> None:
    ended = given(*RESERVED, a_block(LATER), a_deactivation())

    for actor in (HOST, OPERATOR, PROCESS, GUEST):
        ended.when(actor, command).refused(TransitionNotAllowed, before="inactive")


# -- UC15: let again ----------------------------------------------------------------------

TO_LET_AGAIN = ReopenCalendar(unit_id=UNIT)


@pytest.mark.parametrize("actor", [HOST, OPERATOR, PROCESS])
def test_a_unit_that_was_taken_out_is_let_again(actor: Actor) -> None:
    given(a_calendar(), a_deactivation()).when(actor, TO_LET_AGAIN).then(a_reopening())


def test_a_unit_that_is_let_is_not_let_again() -> None:
    given(a_calendar()).when(HOST, TO_LET_AGAIN).refused(TransitionNotAllowed, before="free")
    given().when(HOST, TO_LET_AGAIN).refused(TransitionNotAllowed)


def test_what_was_blocked_before_a_unit_was_taken_out_is_blocked_when_it_is_let_again() -> None:
    back = given(a_calendar(), a_block(), a_deactivation(), a_reopening())

    back.when(PROCESS, to_hold(a_stay())).refused(NightsAreTaken)
    assert back.when(PROCESS, to_hold(LATER)).refusal is None


# -- UC16: other hours --------------------------------------------------------------------

TO_COME_LATER = ChangeHours(unit_id=UNIT, house=LATE_IN_LISBON)


def test_a_unit_goes_by_the_hours_that_were_approved_and_hears_of_them_once() -> None:
    given(a_calendar()).when(PROCESS, TO_COME_LATER).then(other_hours())
    given(a_calendar(), other_hours()).when(PROCESS, TO_COME_LATER).then()
    given(a_calendar()).when(HOST, TO_COME_LATER).refused(TransitionNotAllowed)


def test_nights_are_held_until_the_hour_at_which_guests_come_now() -> None:
    two_hours_late = CHECK_IN + timedelta(hours=2)

    given(a_calendar()).when(PROCESS, to_hold(a_stay()), at=two_hours_late).refused(TooLate)
    changed = given(a_calendar(), other_hours())
    assert changed.when(PROCESS, to_hold(a_stay()), at=two_hours_late).refusal is None
