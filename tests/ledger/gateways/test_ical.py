"""Calendars of other platforms: read whole or not at all, and written so that they can be read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.errors import FeedUnreadable
from ledger.gateways.ical import (
    LARGEST_BYTES,
    LONGEST_UID,
    MOST_ITEMS,
    read_items,
    written,
)
from ledger.values.feed import FeedItem
from ledger.values.stay import ONE_DAY, Stay
from tests.facts import LISBON, NOW, a_stay

TODAY = date(2026, 6, 1)
STAY = a_stay()


def an_event(*lines: str, uid: str = "7@elsewhere.example") -> str:
    """An event of another platform; what no line says is as it mostly is."""
    names = {line.split(":")[0].split(";")[0] for line in lines}
    usual = [f"UID:{uid}"] if uid else []
    if "DTSTART" not in names:
        usual += ["DTSTART;VALUE=DATE:20260702", "DTEND;VALUE=DATE:20260705"]
    return "\r\n".join(["BEGIN:VEVENT", *usual, *lines, "END:VEVENT", ""])


def a_calendar(*events: str) -> bytes:
    begin = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Elsewhere//EN\r\n"
    return (begin + "".join(events) + "END:VCALENDAR\r\n").encode()


def read(*events: str) -> list[FeedItem]:
    return read_items(a_calendar(*events), LISBON, TODAY)


def nights_of(*lines: str) -> list[Stay]:
    """The nights that an event with these lines covers."""
    return [item.stay for item in read(an_event(*lines))]


# -- What an event says -------------------------------------------------------------------


def test_an_event_of_whole_days_blocks_its_nights_and_not_that_of_departure() -> None:
    assert read(an_event()) == [FeedItem("7@elsewhere.example", STAY)]


def test_x6_what_an_item_is_called_and_about_is_not_even_read() -> None:
    markup = ("SUMMARY:<script>alert(1)</script>", "DESCRIPTION:=1+1", "LOCATION:at Inge's")

    assert read(an_event(*markup)) == [FeedItem("7@elsewhere.example", STAY)]


def test_a_calendar_without_events_says_that_nothing_is_sold() -> None:
    assert read() == []


def test_lines_that_are_folded_are_one_line() -> None:
    assert nights_of("DTSTART;VALUE=DA", " TE:20260702", "DTEND;VALUE=DATE:202", " 60705") == [STAY]


@pytest.mark.parametrize(
    ("begins", "ends", "nights"),
    [
        # Lisbon is an hour ahead of UTC in summer, New York five behind it.
        ("DTSTART:20260702T140000Z", "DTEND:20260705T100000Z", STAY),
        ("DTSTART:20260701T233000Z", "DTEND:20260704T233000Z", STAY),
        (
            "DTSTART;TZID=America/New_York:20260701T190000",
            "DTEND;TZID=America/New_York:20260704T190000",
            STAY,
        ),
        ("DTSTART:20260702T150000", "DTEND:20260705T110000", STAY),
        ("DTSTART:20260702T000000", "DTEND:20260704T235900", STAY),
        ("DTSTART;VALUE=DATE:20260702", "DURATION:P3D", STAY),
        ("DTSTART;VALUE=DATE:20260702", "SUMMARY:one day", Stay(STAY.check_in, date(2026, 7, 3))),
        ("DTSTART;VALUE=DATE:20260702", "DTEND;VALUE=DATE:20260702", a_stay(nights=1)),
        ("DTSTART:20260702T200000", "DTEND:20260702T230000", a_stay(nights=1)),
    ],
)
def test_times_are_turned_to_nights_by_the_propertys_clock(
    begins: str, ends: str, nights: Stay
) -> None:
    assert nights_of(begins, ends) == [nights]


@pytest.mark.parametrize(
    "lines",
    [
        ("STATUS:CANCELLED",),
        ("DTSTART:20260702T100000", "DTEND:20260702T120000"),
        ("DTSTART;VALUE=DATE:20260529", "DTEND;VALUE=DATE:20260601"),
        ("DTSTART;VALUE=DATE:20300101", "DTEND;VALUE=DATE:20300105"),
    ],
)
def test_what_is_called_off_or_no_night_or_over_or_out_of_reach_blocks_nothing(
    lines: tuple[str, ...],
) -> None:
    assert nights_of(*lines) == []


def test_what_reaches_out_of_sight_is_blocked_as_far_as_calendars_go() -> None:
    assert nights_of("DTSTART;VALUE=DATE:20190101", "DTEND;VALUE=DATE:20990101") == [
        Stay(date(2026, 1, 1), date(2030, 1, 1))
    ]


def test_a_transparent_event_blocks_its_nights_all_the_same() -> None:
    assert nights_of("TRANSP:TRANSPARENT") == [STAY]


@pytest.mark.parametrize(
    ("lines", "revision"),
    [
        ((), ""),
        (("SEQUENCE:2",), "2"),
        (("LAST-MODIFIED:20260501T120000Z",), "2026-05-01T12:00:00+00:00"),
        (("LAST-MODIFIED:20260501T120000Z", "SEQUENCE:2"), "2"),
        (("DTSTAMP:20260601T000000Z",), ""),
    ],
)
def test_an_items_revision_is_what_the_calendar_counts_by(
    lines: tuple[str, ...], revision: str
) -> None:
    assert [item.revision for item in read(an_event(*lines))] == [revision]


def test_two_events_of_one_uid_are_two_items() -> None:
    later = an_event("DTSTART;VALUE=DATE:20260710", "DTEND;VALUE=DATE:20260712")

    assert [item.uid for item in read(an_event(), later)] == [
        "7@elsewhere.example/2026-07-02",
        "7@elsewhere.example/2026-07-10",
    ]


# -- Events that recur --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "begins"),
    [
        (("RRULE:FREQ=DAILY;INTERVAL=10;COUNT=3",), ["07-02", "07-12", "07-22"]),
        (("RRULE:FREQ=WEEKLY;UNTIL=20260716",), ["07-02", "07-09", "07-16"]),
        (("RRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3",), ["07-02", "07-06", "07-09"]),
        (("RRULE:FREQ=WEEKLY;WKST=SU;COUNT=2",), ["07-02", "07-09"]),
        (("RRULE:FREQ=MONTHLY;COUNT=2",), ["07-02", "08-02"]),
        (("RRULE:FREQ=DAILY;INTERVAL=5;COUNT=3", "EXDATE;VALUE=DATE:20260707"), ["07-02", "07-12"]),
    ],
)
def test_an_event_that_recurs_is_an_item_each_time(
    lines: tuple[str, ...], begins: list[str]
) -> None:
    items = read(an_event(*lines))

    assert [item.uid.partition("/")[2] for item in items] == [f"2026-{day}" for day in begins]
    assert {item.stay.nights_count() for item in items} == {3}


@pytest.mark.parametrize(
    ("zone", "lines", "begins"),
    [
        # Each night from midnight to midnight in Berlin, and the last one as UTC has it.
        (
            "Europe/Berlin",
            (
                "DTSTART;TZID=Europe/Berlin:20260701T000000",
                "DTEND;TZID=Europe/Berlin:20260702T000000",
                "RRULE:FREQ=DAILY;UNTIL=20260702T220000Z",
            ),
            ["07-01", "07-02", "07-03"],
        ),
        (
            "Europe/Berlin",
            ("DTSTART;VALUE=DATE:20260701", "RRULE:FREQ=DAILY;UNTIL=20260702T220000Z"),
            ["07-01", "07-02", "07-03"],
        ),
        # Saturday at one in UTC is Friday night in New York.
        (
            "America/New_York",
            (
                "DTSTART:20260704T010000Z",
                "DTEND:20260704T150000Z",
                "RRULE:FREQ=WEEKLY;BYDAY=SA;UNTIL=20260718T010000Z",
                "EXDATE:20260711T010000Z",
            ),
            ["07-03", "07-17"],
        ),
        # Half past eleven in the evening in London is the next day in Berlin.
        (
            "Europe/Berlin",
            (
                "DTSTART;TZID=Europe/London:20260702T233000",
                "DTEND;TZID=Europe/London:20260703T233000",
                "RRULE:FREQ=WEEKLY;BYDAY=TH;UNTIL=20260709",
            ),
            ["07-03", "07-10"],
        ),
        # Half past ten in UTC is the next day in Berlin as long as it is summer.
        (
            "Europe/Berlin",
            (
                "DTSTART:20261018T223000Z",
                "DTEND:20261019T223000Z",
                "RRULE:FREQ=WEEKLY;COUNT=2",
            ),
            ["10-19", "10-25"],
        ),
    ],
)
def test_what_recurs_by_another_clock_is_told_by_that_of_the_property(
    zone: str, lines: tuple[str, ...], begins: list[str]
) -> None:
    house = replace(LISBON, time_zone=zone)

    items = read_items(a_calendar(an_event(*lines)), house, TODAY)

    assert [item.stay.check_in for item in items] == [
        date.fromisoformat(f"2026-{day}") for day in begins
    ]


def test_the_first_time_counts_also_where_its_rule_names_other_days() -> None:
    stays = nights_of("RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2")

    assert [stay.check_in for stay in stays] == [date(2026, 7, 2), date(2026, 7, 6)]


def test_what_began_long_ago_and_has_no_end_is_sold_today_as_well() -> None:
    stays = nights_of("DTSTART;VALUE=DATE:20110101", "RRULE:FREQ=DAILY")

    assert stays[0] == Stay(TODAY, TODAY + ONE_DAY)
    assert stays[-1].check_out == date(2030, 1, 1)


@pytest.mark.parametrize("until", ["99991231", "99991231T235959Z"])
def test_an_end_that_nobody_lives_to_see_is_none(until: str) -> None:
    weekly = ("DTSTART;VALUE=DATE:20260702", f"RRULE:FREQ=WEEKLY;UNTIL={until}")

    assert nights_of(*weekly)[-1].check_in == date(2029, 12, 27)


def test_a_day_that_a_month_does_not_have_is_left_out() -> None:
    rule = ("DTSTART;VALUE=DATE:20260831", "RRULE:FREQ=MONTHLY;COUNT=2")
    assert [stay.check_in for stay in nights_of(*rule)] == [date(2026, 8, 31), date(2026, 10, 31)]


def test_an_event_that_recurs_for_ever_is_read_as_far_as_calendars_go() -> None:
    stays = nights_of("DTSTART;VALUE=DATE:20200229", "RRULE:FREQ=YEARLY")
    assert [stay.check_in for stay in stays] == [date(2028, 2, 29)]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;COUNT=2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYMONTH=2",
        "FREQ=MONTHLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "FREQ=YEARLY;BYMONTHDAY=30",
        "COUNT=2",
    ],
)
def test_a_rule_that_is_not_understood_makes_its_calendar_unreadable(rule: str) -> None:
    with pytest.raises(FeedUnreadable):
        read(an_event(), an_event(f"RRULE:{rule}", uid="8@elsewhere.example"))


# -- What is refused whole ----------------------------------------------------------------


@pytest.mark.parametrize(
    "malformed",
    [
        an_event(uid=""),
        an_event(uid="x" * (LONGEST_UID + 1)),
        an_event("UID:another"),
        an_event("DTSTART;VALUE=DATE:2026JUNE", "DTEND;VALUE=DATE:20260705"),
        an_event("DTSTART;VALUE=DATE:20260702", "DTEND;VALUE=DATE:20260701"),
        an_event("DTSTART;TZID=Middle/Earth:20260702T120000"),
        an_event("DTSTART;VALUE=DATE:20260702", "DURATION:P99999999999D"),
        an_event("DTSTART;VALUE=DATE:99991231"),
        an_event("DTSTART;VALUE=DATE:20260702", "DTSTART;VALUE=DATE:20260801"),
        an_event("RDATE;VALUE=DATE:20260802"),
        an_event("SEQUENCE:often"),
        "BEGIN:VEVENT\r\nUID:1\r\nDTEND;VALUE=DATE:20260705\r\nEND:VEVENT\r\n",
        "BEGIN:VEVENT\r\n" * 500,
        "<html>\r\n",
    ],
)
def test_a_calendar_with_one_malformed_event_is_refused_whole(malformed: str) -> None:
    with pytest.raises(FeedUnreadable):
        read(an_event(), malformed)


@pytest.mark.parametrize("content", [b"", b"<html>Sign in</html>", an_event().encode()])
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(FeedUnreadable):
        read_items(content, LISBON, TODAY)


def test_two_calendars_in_one_file_are_refused() -> None:
    with pytest.raises(FeedUnreadable):
        read_items(a_calendar(an_event()) * 2, LISBON, TODAY)


def test_case_n8_a_calendar_that_is_cut_off_anywhere_is_refused() -> None:
    whole = a_calendar(an_event(), an_event(uid="8@elsewhere.example")).rstrip()

    for length in range(len(whole)):
        with pytest.raises(FeedUnreadable):
            read_items(whole[:length], LISBON, TODAY)
    assert len(read_items(whole, LISBON, TODAY)) == 2


def test_case_n8_a_calendar_with_ten_thousand_events_is_refused() -> None:
    flood = a_calendar(*(an_event(uid=str(number)) for number in range(10_000)))

    with pytest.raises(FeedUnreadable):
        read_items(flood, LISBON, TODAY)


def test_a_calendar_of_as_many_events_as_are_read_has_too_many_with_one_more() -> None:
    short = [
        f"BEGIN:VEVENT\nUID:{n}\nDTSTART:20260702\nEND:VEVENT\n" for n in range(MOST_ITEMS + 1)
    ]

    with pytest.raises(FeedUnreadable):
        read(*short)
    assert len(read(*short[1:])) == MOST_ITEMS


def test_case_n8_a_calendar_that_is_too_large_is_not_even_looked_at() -> None:
    with pytest.raises(FeedUnreadable, match="bytes"):
        read_items(b"BEGIN:" * LARGEST_BYTES, LISBON, TODAY)


def test_events_that_recur_too_often_are_refused() -> None:
    daily = [an_event("RRULE:FREQ=DAILY", uid=str(number)) for number in range(20)]

    with pytest.raises(FeedUnreadable, match="recur"):
        read(*daily)


def test_why_a_calendar_is_unreadable_says_nothing_of_what_it_says() -> None:
    with pytest.raises(FeedUnreadable) as refusal:
        read(an_event("DTSTART;VALUE=DATE:Ines Duarte"))

    assert "Ines" not in str(refusal.value)


# -- What is written ----------------------------------------------------------------------

STAYS = st.builds(
    lambda ahead, nights: Stay(TODAY + ahead * ONE_DAY, TODAY + (ahead + nights) * ONE_DAY),
    st.integers(0, 400),
    st.integers(1, 30),
)


@given(st.dictionaries(st.uuids().map(str), STAYS, max_size=8))
def test_what_is_written_is_read_as_it_was(stays: dict[str, Stay]) -> None:
    items = [FeedItem(uid, stay) for uid, stay in stays.items()]

    assert read_items(written(items, NOW), LISBON, TODAY) == items


def test_what_is_written_has_no_line_that_others_could_not_read() -> None:
    content = written([FeedItem("x" * 200, STAY)], NOW + timedelta(microseconds=5))

    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"SUMMARY:Not available" in content
