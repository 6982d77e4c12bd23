"""Whole lives in the marketplace: what support, staff, host and guest read while they go on."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from ledger.values.journal import Account
from projections import Projection
from projections.desk import DESK, debts, matters
from projections.earnings import EARNINGS, FIGURES, earnings
from projections.hosting import HOSTING, stays
from projections.journal import JOURNAL, journal
from projections.payouts import PAYOUTS, holds, payouts
from projections.receipts import RECEIPTS, documents
from projections.timeline import TIMELINE
from projections.timeline.sentences import sentence_of
from projections.timeline.table import timeline
from tests.facts import BOOKING, NOW, a_stay
from tests.ledger.altering import AlteringMarket
from tests.ledger.market import ASKS_THE_BANK, Market
from tests.ledger.test_disputed_money import PAID_OUT, Disputed, hand_in
from tests.projections.kept import fold

HALF_DAY, DAY = timedelta(hours=12), timedelta(days=1)


def rows_of(market: Market, projection: Projection, table: Any) -> list[dict[str, Any]]:
    return list(fold(projection, market.store.history).rows(table).values())


def told(market: Market) -> list[str]:
    """The timeline of the booking, as support reads it."""
    rows = [row for row in rows_of(market, TIMELINE, timeline) if row["case_id"] == BOOKING]
    rows.sort(key=lambda row: (row["occurred_at"], row["position"]))
    latest: dict[str, str] = {}
    sentences = []
    for row in rows:
        after = latest.get(row["stream_id"])
        sentences.append(sentence_of(cast("Any", SimpleNamespace(**row)), after))
        latest[row["stream_id"]] = row["topic"]
    return sentences


def on_the_desk(market: Market) -> list[str]:
    return [row["matter"] for row in rows_of(market, DESK, matters)]


def account_is_the_books(market: Market) -> bool:
    """Whether what is payable by the read model is what the journal has on the host's account."""
    payable = sum(row[name] for row in rows_of(market, EARNINGS, earnings) for name in FIGURES)
    books = [
        row["minor"]
        for row in rows_of(market, JOURNAL, journal)
        if row["account"] == Account.HOST_PAYABLE
    ]
    return bool(payable == -sum(books))


def with_3d_secure() -> Disputed:
    """A stay that is paid by a card whose bank asks."""
    market = Disputed()
    market.book()
    market.settle()
    market.pay(ASKS_THE_BANK)
    market.settle()
    market.answer_the_bank("passed")
    market.settle()
    return market


def test_a_booking_with_3d_secure_reads_as_one_story() -> None:
    market = with_3d_secure()
    market.until(PAID_OUT, step=HALF_DAY)

    assert told(market) == [
        "Calendar of unit sea view 1 opened",
        "3 nights from 2026-07-02 to 2026-07-05 held until 2026-06-01 11:15 UTC",
        "Booking of 3 nights from 2026-07-02 to 2026-07-05 requested for 410.40 EUR "
        "under policy half/1",
        "Held for the guest beside 0 other stays that are unpaid",
        "Payment of 410.40 EUR opened",
        "Payment linked to an intent of the processor",
        "Payment handed to the processor, attempt 1",
        "The guest's bank asks the guest to confirm (3-D Secure)",
        "Guest answered their bank, attempt 1 goes on at the processor",
        "Payment of 410.40 EUR completed",
        "3 nights from 2026-07-02 to 2026-07-05 reserved",
        "Booking confirmed for 410.40 EUR",
        "Payout of 349.20 EUR scheduled, not before 2026-07-03 14:00 UTC",
        "398.20 EUR of the payment available for use, after fees",
        "Stay started",
        "Payout due",
        "Earnings recognized, 349.20 EUR of them the host's",
        "Payout of 349.20 EUR released",
        "Payout of 349.20 EUR transferred to the host",
    ]
    assert not on_the_desk(market)


def test_a_card_that_was_not_confirmed_says_so_and_the_next_attempt_follows() -> None:
    market = Disputed()
    market.book()
    market.settle()
    market.pay(ASKS_THE_BANK)
    market.settle()
    market.answer_the_bank("failed")
    market.settle()
    market.pay()
    market.settle()

    sentences = told(market)
    begun = sentences.index("The guest's bank asks the guest to confirm (3-D Secure)")
    assert sentences[begun : begun + 5] == [
        "The guest's bank asks the guest to confirm (3-D Secure)",
        "Payment failed: the guest did not confirm to their bank",
        "Payment to be tried again, attempt 2",
        "Payment handed to the processor, attempt 2",
        "Payment of 410.40 EUR completed",
    ]


def test_a_dispute_lies_on_the_desk_until_it_is_answered_and_leaves_a_debt() -> None:
    market = with_3d_secure()
    market.until(PAID_OUT, step=HALF_DAY)
    market.bank()
    market.settle()
    assert on_the_desk(market) == ["dispute_to_answer"]

    hand_in(market)
    assert not on_the_desk(market)
    market.bank("lost")
    market.settle()

    (debt,) = rows_of(market, DESK, debts)
    assert debt["owed_minor"] == 34_920
    assert not on_the_desk(market)
    assert account_is_the_books(market)


def test_a_host_sees_the_payout_held_while_money_is_disputed() -> None:
    market = with_3d_secure()
    market.until(market.clock.now + timedelta(days=3), step=HALF_DAY)
    market.bank()
    market.settle()

    assert [row["reason"] for row in rows_of(market, PAYOUTS, holds)] == ["dispute"]
    assert sorted(on_the_desk(market)) == ["dispute_to_answer", "payout_held"]
    assert account_is_the_books(market)

    hand_in(market)
    market.bank("won")
    market.until(PAID_OUT, step=HALF_DAY)

    assert not on_the_desk(market)
    assert not rows_of(market, PAYOUTS, holds)
    assert [row["status"] for row in rows_of(market, PAYOUTS, payouts)] == ["transferred"]
    assert account_is_the_books(market)


def test_a_stay_that_is_called_off_leaves_a_receipt_a_credit_note_and_what_the_host_keeps() -> None:
    market = with_3d_secure()
    market.until(market.clock.now + timedelta(days=3), step=HALF_DAY)
    market.call_off()
    market.settle()

    papers = {row["kind"]: row["total_minor"] for row in rows_of(market, RECEIPTS, documents)}
    (stay,) = rows_of(market, HOSTING, stays)

    assert papers == {"receipt": 41_040, "credit_note": 18_000}
    assert (stay["status"], stay["kept_minor"]) == ("cancelled_by_guest", 17_460)
    assert account_is_the_books(market)
    assert not on_the_desk(market)


A_NIGHT_MORE_AND_BACK = [
    "Payment handed to the processor, attempt 1",
    "Payment of 147.54 EUR completed",
    "Reservation moved to 4 nights from 2026-07-02 to 2026-07-06, "
    "before it was 2026-07-02 to 2026-07-05",
    "Booking altered to 4 nights from 2026-07-02 to 2026-07-06 for 631.97 EUR",
    "Payout recalculated to 510.70 EUR, not before 2026-07-03 14:00 UTC",
    "Alteration made so, revision 1",
    "3 nights from 2026-07-02 to 2026-07-05 proposed by the guest, a difference of -147.54 EUR, "
    "until 2026-06-07 11:00 UTC",
    "Alteration accepted by the other side",
    "Refund of 147.54 EUR requested: the stay was altered",
    "Refund of 147.54 EUR approved",
    "147.54 EUR reserved for a refund",
    "Difference of the alteration to be settled: it goes back to the guest",
    "Reservation moved to 3 nights from 2026-07-02 to 2026-07-05, "
    "before it was 2026-07-02 to 2026-07-06",
    "Booking altered to 3 nights from 2026-07-02 to 2026-07-05 for 484.43 EUR",
    "Payout recalculated to 391.64 EUR, not before 2026-07-03 14:00 UTC",
    "Alteration made so, revision 2",
    "Refund handed to the processor",
    "Refund under way at the processor",
    "Refund of 147.54 EUR reached the guest",
    "Payment partially refunded by 147.54 EUR",
]
"""What is told of a stay that becomes longer, and then as short as before."""


def test_an_altered_stay_reads_as_one_story() -> None:
    market = AlteringMarket().stays()
    market.until(NOW + 3 * DAY, step=DAY)
    market.alters(stay=a_stay(nights=4))
    before = len(told(market))
    market.pay_the_difference()
    market.settle()
    market.alters(stay=a_stay())

    asked = told(market)[before - 5 : before]
    assert asked == [
        "4 nights from 2026-07-02 to 2026-07-06 proposed by the guest, a difference of 147.54 EUR, "
        "until 2026-06-07 11:00 UTC",
        "Alteration accepted by the other side",
        "Difference of the alteration to be settled: the guest pays it",
        "Payment of 147.54 EUR opened for the alteration",
        "Payment linked to an intent of the processor",
    ]
    assert told(market)[before:] == A_NIGHT_MORE_AND_BACK
