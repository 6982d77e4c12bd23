"""Receipts and credit notes: what they say, and that their numbers have no gap and never change."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bench.history import write_history
from ledger.events import Event
from ledger.values.clock import instant
from ledger.values.exchange import Exchange
from ledger.values.ids import BookingId, PaymentId, RefundId
from ledger.values.levies import ALL_BP, TaxBase, TaxRule
from ledger.values.policy import FLEXIBLE
from ledger.values.price import Price, paid_by, price_under
from projections.papers import Paper, paper, papers_of
from projections.receipt_lines import (
    ALTERATION,
    HOST,
    credit_of,
    kept,
    read,
    receipt_of,
    receipt_of_change,
)
from projections.receipts import RECEIPTS
from replay.rebuild import rebuild
from tests.conftest import Database
from tests.facts import (
    BOOKING,
    INES,
    NOW,
    PAYMENT,
    REFUND,
    RUI,
    a_booking,
    a_payment,
    a_price,
    a_refund,
    adopted_payment,
    altered,
    an_id,
    approval_asked,
    approved,
    cancelled_payment,
    cancelled_refund,
    card_declined,
    classified_refund,
    external_refund,
    failed_refund,
    paid,
    pending,
    rejected,
    resubmitted,
    retried,
    submitted,
    succeeded,
)
from tests.ledger.strategies import requests
from tests.ledger.worked import DAY, OCCASION, TERMS, A, settled, the_price, the_stay
from tests.projections.story import Story, asking, drive_to_end

DOLLARS = Exchange(
    listing="EUR",
    guest="USD",
    rate="1094537/1000000",
    margin_bp=100,
    listing_per_euro=None,
    guest_per_euro=None,
    published_on=None,
    source=None,
    fetched_at=None,
)


def the_papers(story: Story, booking_id: str = BOOKING) -> list[Paper]:
    with story.projected(RECEIPTS) as db:
        return list(papers_of(db, BookingId(booking_id)).papers)


def numbers(story: Story) -> list[str]:
    return [one.number for one in the_papers(story)]


def said(price: Price) -> list[tuple[str, int]]:
    return [(line.code, line.minor) for line in receipt_of(price).lines]


# -- What is on them ----------------------------------------------------------------------


def test_a_receipt_has_every_line_of_the_worked_price_and_sums_to_the_cent() -> None:
    lines = said(the_price())

    assert [minor for code, minor in lines if code == "night"] == [
        8_550, 9_832, 12_782, 11_115, 11_115, 11_115, 11_115
    ]  # fmt: skip
    assert lines[7:] == [
        ("extra_guest", 8_400),
        ("cleaning", 6_000),
        ("guest_fee", 12_603),
        ("guest_fee_vat", 2_521),
        ("stay_tax", 2_310),
    ]
    assert sum(minor for _, minor in lines) == 107_458


def test_a_receipt_says_how_its_lines_were_counted_and_who_gets_them() -> None:
    lines = {line.code: line for line in receipt_of(the_price()).lines}

    assert (lines["extra_guest"].quantity, lines["extra_guest"].unit_minor) == (7, 1_200)
    assert (lines["guest_fee"].rate_bp, lines["guest_fee_vat"].rate_bp) == (1_400, 2_000)
    assert [lines[code].beneficiary for code in ("night", "guest_fee", "stay_tax")] == [
        "host",
        "platform",
        "tax_authority",
    ]


def test_a_guest_who_pays_in_dollars_reads_dollars_and_what_they_were_before() -> None:
    price = paid_by(the_price(), DOLLARS)

    content = receipt_of(price)

    assert sum(line.minor for line in content.lines) == price.total.minor == 117_617
    assert content.converted is not None
    assert (content.converted.currency, content.converted.minor) == ("EUR", 107_458)
    assert content.converted.margin_bp == 100


@settings(max_examples=60, deadline=None)
@given(requests(longest=12), st.booleans())
def test_the_lines_of_any_receipt_sum_to_what_was_paid(asked: Any, abroad: bool) -> None:
    price = asked.price
    if abroad and price.currency == "EUR":
        price = paid_by(price, DOLLARS)

    content = receipt_of(price)

    assert sum(line.minor for line in content.lines if not line.included) == price.total.minor
    assert read(kept(content)) == content


def test_a_tax_that_is_in_the_rent_is_shown_and_not_added() -> None:
    inclusive = TaxRule(
        name="vat on rent", version=1, jurisdiction="PT", base=TaxBase.NIGHTS, part_bp=600,
        inclusive=True, host_remits=True,
    )  # fmt: skip
    price = the_price_under(inclusive)

    (line,) = [line for line in receipt_of(price).lines if line.included]

    assert (line.code, line.rate_bp, line.beneficiary) == ("sale_tax", 600, HOST)
    assert 0 < line.minor < price.subtotal.minor * 600 // ALL_BP + 1


def the_price_under(*taxes: TaxRule) -> Price:
    return price_under(replace(TERMS, taxes=taxes), the_stay(), OCCASION)


def test_an_alteration_is_receipted_line_by_line_with_what_became_dearer() -> None:
    old, new = a_price(nights=3), a_price(nights=4)

    lines = receipt_of_change(
        receipt_of(new), receipt_of(old), new.total.minor - old.total.minor
    ).lines

    assert [(line.code, line.minor) for line in lines] == [("night", 12_000), ("guest_fee", 1_680)]
    assert sum(line.minor for line in lines) == (new.total - old.total).minor


@settings(max_examples=30, deadline=None)
@given(requests(longest=6), requests(longest=6))
def test_what_an_alteration_costs_is_the_sum_of_its_lines(before: Any, after: Any) -> None:
    old, new = before.price, after.price
    difference = new.listing_total.minor - old.listing_total.minor

    content = receipt_of_change(receipt_of(new), receipt_of(old), difference)

    assert sum(line.minor for line in content.lines if not line.included) == difference


def test_an_alteration_of_what_nobody_here_receipted_is_one_line() -> None:
    (line,) = receipt_of_change(receipt_of(the_price()), None, 5_000).lines

    assert (line.code, line.minor) == (ALTERATION, 5_000)


def test_a_credit_note_has_the_lines_that_go_back() -> None:
    settlement = settled(FLEXIBLE, A - DAY / 2)

    lines = credit_of(settlement.lines).lines

    assert sum(line.minor for line in lines) == settlement.refund.minor == 82_584
    assert {line.code for line in lines} == {"night", "extra_guest", "cleaning", "stay_tax"}


# -- When they are issued -----------------------------------------------------------------


def test_a_payment_is_receipted_when_it_is_completed_and_not_before(story: Story) -> None:
    story.tells(a_booking(), a_payment(), card_declined(), retried())
    assert not the_papers(story)

    story.tells(paid())

    (receipt,) = the_papers(story)
    assert (receipt.number, receipt.kind) == ("SL-R-2026-000001", "receipt")
    assert (receipt.guest_id, receipt.host_id) == (INES, RUI)
    assert receipt.total_minor == sum(line.minor for line in receipt.lines) == 41_040
    assert (receipt.issued_on, receipt.refers_to) == (NOW.date(), None)


def test_each_alteration_is_receipted_against_the_price_before_it(story: Story) -> None:
    story.tells(a_booking(), a_payment(), paid())
    for number, nights in ((1, 4), (2, 6)):
        new = a_price(nights=nights)
        old = a_price(nights=3 if number == 1 else 4)
        difference = replace(a_payment(price=new), due=new.total - old.total, for_alteration=number)
        story.tells(difference, paid(), stream=an_id(f"difference {number}"))
        story.tells(replace(altered(), revision=number, price=new))

    _, dearer, again = the_papers(story)

    assert [line.code for line in dearer.lines] == ["night", "guest_fee"]
    assert [line.code for line in again.lines] == ["night", "night", "guest_fee"]
    for receipt in (dearer, again):
        assert sum(line.minor for line in receipt.lines) == receipt.total_minor > 0


def test_a_credit_note_names_the_receipt_that_it_is_about(story: Story) -> None:
    story.tells(a_booking(), a_payment(), paid(), a_refund())
    assert numbers(story) == ["SL-R-2026-000001"]

    story.tells(approved())

    receipt, note = the_papers(story)
    assert (note.number, note.refers_to) == ("SL-C-2026-000001", receipt.number)
    assert (note.payment_id, note.refund_id) == (PAYMENT, REFUND)
    assert note.total_minor == sum(line.minor for line in note.lines) == a_refund().amount.minor


def test_a_refund_that_fails_and_is_sent_again_has_one_credit_note(story: Story) -> None:
    story.tells(a_payment(), paid(), a_refund(), approved(), submitted(), pending(), succeeded())
    story.tells(failed_refund(after_success=True), resubmitted(), pending(), succeeded())

    assert numbers(story) == ["SL-R-2026-000001", "SL-C-2026-000001"]


def test_an_approved_refund_that_is_called_off_has_its_credit_note_annulled(story: Story) -> None:
    story.tells(a_payment(), paid(), a_refund(), approved(), cancelled_refund())

    _, note, annulment = the_papers(story)
    assert (annulment.number, annulment.refers_to) == ("SL-A-2026-000001", note.number)
    assert annulment.lines == note.lines


def test_money_that_was_adopted_or_went_back_at_the_processor_has_papers_too(story: Story) -> None:
    story.tells(adopted_payment(), external_refund())
    assert numbers(story) == ["SL-R-2026-000001"]

    story.tells(classified_refund())
    assert numbers(story) == ["SL-R-2026-000001", "SL-C-2026-000001"]


@pytest.mark.parametrize(
    "told",
    [
        [a_payment(), cancelled_payment()],
        [a_refund(), approval_asked(), rejected()],
        [a_refund(), cancelled_refund(owed=False)],
    ],
    ids=["payment cancelled", "refund rejected", "refund called off before it was owed"],
)
def test_what_is_never_issued_takes_no_number(story: Story, told: list[Event]) -> None:
    other = an_id("another booking")
    for number, event in enumerate(told):
        of_payment = event.topic.startswith("payment.")
        stream = an_id("another payment" if of_payment else "another refund")
        story.tells(event, stream=stream, case=other, at=NOW - timedelta(hours=9 - number))
    story.tells(a_payment(), paid(), a_refund(), approved())

    assert numbers(story) == ["SL-R-2026-000001", "SL-C-2026-000001"]


def test_each_year_has_a_series_of_its_own(story: Story) -> None:
    last, first = instant("2026-12-31T23:59:59Z"), instant("2027-01-01T00:00:00Z")
    for name, at in (("a", last), ("b", first), ("c", last), ("d", first)):
        story.tells(a_payment(), paid(), stream=an_id(name), at=at)

    assert numbers(story) == [
        "SL-R-2026-000001",
        "SL-R-2027-000001",
        "SL-R-2026-000002",
        "SL-R-2027-000002",
    ]


def test_a_paper_is_found_by_its_number(story: Story) -> None:
    story.tells(a_payment(), paid(), a_refund(), approved())

    with story.projected(RECEIPTS) as db:
        note = paper(db, "SL-C-2026-000001").paper
        nothing = [
            paper(db, number).paper
            for number in ("SL-R-2026-000002", "SL-R-2026-000000", "SL-Z-2026-000001", "R-1", "")
        ]

    assert note is not None
    assert (note.kind, note.refund_id) == ("credit_note", REFUND)
    assert nothing == [None] * 5


def test_whoever_took_the_money_of_imported_history_made_out_its_receipt(story: Story) -> None:
    story.tells(a_booking(), a_payment(), paid(), origin="import")
    story.tells(a_refund(), approved())

    (note,) = the_papers(story)
    assert (note.number, note.refers_to, note.guest_id) == ("SL-C-2026-000001", None, None)


# -- Numbers ------------------------------------------------------------------------------


def all_numbers(url: str) -> dict[tuple[str, str], str]:
    """The number of every paper, by what it is about and its kind."""
    with psycopg.connect(url) as connection:
        bookings = connection.execute(
            "SELECT DISTINCT booking_id::text FROM receipts_v1.documents WHERE series IS NOT NULL"
        ).fetchall()
    with asking(url) as db:
        return {
            (one.refund_id or one.payment_id, one.kind): one.number
            for (booking_id,) in bookings
            for one in papers_of(db, BookingId(booking_id)).papers
        }


def by_series(found: dict[tuple[str, str], str]) -> dict[str, list[int]]:
    series: defaultdict[str, list[int]] = defaultdict(list)
    for number in found.values():
        name, place = number.rsplit("-", 1)
        series[name].append(int(place))
    return {name: sorted(places) for name, places in series.items()}


def issuing(url: str) -> Iterator[tuple[str, str]]:
    """What must have a paper, by the history itself."""
    kinds = {"payment.completed": "receipt", "refund.approved": "credit_note"}
    with psycopg.connect(url) as connection:
        for topic, kind in kinds.items():
            for (stream_id,) in connection.execute(
                "SELECT stream_id::text FROM ledger.events WHERE topic = %s", (topic,)
            ):
                yield stream_id, kind


@pytest.mark.parametrize("seed", [1, 20])
def test_numbers_have_no_gap_and_never_change_however_the_history_goes_on(
    database: Database, seed: int
) -> None:
    """Whatever happened before, and whatever was rebuilt since."""
    url = database.url
    write_history(database.owner_url, 600, origin="live", seed=seed)
    drive_to_end(url, RECEIPTS, page_events=97)
    before = all_numbers(url)
    story = Story(database)
    refund, payment = RefundId(an_id("later refund")), PaymentId(an_id("later payment"))
    story.tells(a_payment(price=a_price()), paid(), stream=payment)
    story.tells(replace(a_refund(), payment_id=payment), approved(), stream=refund)
    story.close()

    drive_to_end(url, RECEIPTS)
    live = all_numbers(url)
    (rebuilt,) = rebuild(url, [RECEIPTS])

    assert rebuilt.agrees
    assert before.items() <= live.items()
    assert all_numbers(url) == live
    assert set(live) == set(issuing(url))
    assert all(places == [*range(1, len(places) + 1)] for places in by_series(live).values())
