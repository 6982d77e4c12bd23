"""The auditor's rule of what may be booked: what it lets pass, and where it begins to speak."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.events import Event, Recorded
from ledger.events.provider import PayoutAccountChanged
from ledger.values.ids import StreamId
from replay.rules.what_is_booked_may_be_let import WhatIsBookedMayBeLet
from tests.facts import (
    ADOPTED,
    ATTESTATION,
    BOOKING,
    NOW,
    a_booking,
    a_property_attested,
    adopted_payment,
    approved_house,
    blocked,
    confirmed,
    expired,
    not_revised,
    revised,
    revision_proposed,
    suspended,
    unlisted,
)
from tests.projections.houses import Listed

BY_THE_SEA = Listed("by the sea")
HOST, HOUSE = BY_THE_SEA.host_id, BY_THE_SEA.property_id
REQUESTED = a_booking(
    property_id=HOUSE, unit_id=BY_THE_SEA.unit(), host_id=HOST, vouched_by=None, revision=1
)
PAID_LATE = (ADOPTED, adopted_payment())

RESTRICTED = PayoutAccountChanged(
    to="restricted", requirements=(), disabled_reason=None, seen_at=NOW
)
EXPIRED = replace(approved_house(), valid_until=date(2026, 1, 1))

Told = tuple[str, Event]


def listed() -> list[Told]:
    """Everything that it takes to let a house."""
    of_host = [(HOST, event) for event in BY_THE_SEA.hosts]
    return [*of_host, *((HOUSE, event) for event in BY_THE_SEA.events_of_property())]


def found_by(*told: Told) -> list[str]:
    """What the rule says of a history."""
    rule = WhatIsBookedMayBeLet()
    for position, (stream_id, event) in enumerate(told, start=1):
        place = (position, StreamId(stream_id), position, stream_id, NOW, NOW, None, b"")
        recorded: Recorded[Any] = Recorded(*place, event)
        if handler := rule.hears().get(type(event)):
            handler(recorded)
    return [finding.found for finding in rule.findings()]


def test_a_house_that_was_approved_and_is_shown_may_be_booked() -> None:
    assert found_by(*listed(), (BOOKING, REQUESTED)) == []


def revised_at_the_second_attempt() -> list[Told]:
    """A house of which revision 2 was rejected, and revision 3 approved."""
    again = replace(revision_proposed(), number=3)
    steps = (revision_proposed(), not_revised(), again, replace(revised(), number=3))
    return [*listed(), *((HOUSE, step) for step in steps)]


@pytest.mark.parametrize("revision", [1, 3], ids=["the first", "the second attempt"])
def test_a_revision_after_one_that_was_rejected_may_be_booked(revision: int) -> None:
    booked = replace(REQUESTED, revision=revision)

    assert found_by(*revised_at_the_second_attempt(), (BOOKING, booked)) == []


def test_a_revision_that_was_rejected_is_told_of_when_it_is_booked() -> None:
    booked = replace(REQUESTED, revision=2)

    (told,) = found_by(*revised_at_the_second_attempt(), (BOOKING, booked))

    assert told == f"nobody approved revision 2 of house {HOUSE}"


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ([(HOUSE, unlisted())], "was not shown"),
        ([(HOUSE, blocked())], "was not shown"),
        ([(HOST, suspended())], "may not host"),
        ([(HOST, RESTRICTED)], "cannot be paid"),
        ([(HOUSE, EXPIRED)], "had run out on 2026-01-01"),
    ],
    ids=["unlisted", "blocked", "suspended", "not payable", "papers"],
)
def test_what_may_not_be_let_is_told_of_when_it_is_booked(
    before: Sequence[Told], found: str
) -> None:
    (told,) = found_by(*listed(), *before, (BOOKING, REQUESTED))

    assert found in told


def test_a_room_that_its_house_was_approved_without_is_told_of_when_it_is_booked() -> None:
    another = BY_THE_SEA.unit(2)

    (told,) = found_by(*listed(), (BOOKING, replace(REQUESTED, unit_id=another)))

    assert told == f"house {HOUSE} was approved without unit {another}"


def test_late_money_is_told_of_where_the_stay_could_not_be_booked_any_more() -> None:
    asked = [*listed(), (BOOKING, REQUESTED), (BOOKING, expired())]

    assert found_by(*asked, PAID_LATE, (BOOKING, confirmed())) == []
    (told,) = found_by(*asked, (HOST, suspended()), PAID_LATE)
    assert told == f"host {HOST} may not host, or cannot be paid"


def test_a_stay_that_was_paid_in_time_is_not_asked_for_again() -> None:
    paid = [*listed(), (BOOKING, REQUESTED), (BOOKING, confirmed())]

    assert found_by(*paid, (HOST, suspended()), PAID_LATE) == []


def test_who_books_what_nobody_approved_is_told_of_with_all_reasons() -> None:
    host, *_ = listed()
    drafted = (HOUSE, BY_THE_SEA.events_of_property()[0])

    found = found_by(host, drafted, (BOOKING, replace(REQUESTED, revision=2)))

    assert [each.split(" ")[0] for each in found] == ["nobody", "house", "host"]


VOUCHED = (ATTESTATION, replace(a_property_attested(), property_id=HOUSE, host_id=HOST))
UNDER_ITS_TERMS = (BOOKING, a_booking(property_id=HOUSE, host_id=HOST))


def test_a_house_that_somebody_vouches_for_is_booked_until_its_host_describes_it_here() -> None:
    assert found_by(VOUCHED, UNDER_ITS_TERMS, *listed()) == []


def test_who_books_a_reviewed_house_as_vouched_for_is_told_of() -> None:
    (told,) = found_by(VOUCHED, *listed(), UNDER_ITS_TERMS)

    assert told == f"house {HOUSE} was let as vouched for, and is described here"
