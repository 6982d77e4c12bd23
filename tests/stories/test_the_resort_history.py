"""The resort history, once: real bookings in, and every figure the same by two ways.

Its first 4,000 bookings here; all 40,060 at night.

The second way is written from the rules alone, in SQL over the file, with decimals: it shares no
line of code and no rounding function with the ledger.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.command_line import Done, stayledger
from tests.conftest import Database
from tests.digests import drop_read_models, history_digests, read_model_digests
from tests.replay.hotel_files import first_rows

HOW_MANY_ROWS = [4_000, pytest.param(40_060, marks=pytest.mark.nightly)]
MOST_MB = 500

BOOKINGS = """
    CREATE TABLE bookings AS
    WITH read AS (
        SELECT
            strptime(
                concat_ws(' ', arrival_date_year, arrival_date_month, arrival_date_day_of_month),
                '%Y %B %d'
            )::DATE AS arrival,
            CAST(lead_time AS INTEGER) AS lead_days,
            CAST(stays_in_weekend_nights AS INTEGER) + CAST(stays_in_week_nights AS INTEGER)
                AS nights,
            CAST(adults AS INTEGER) + coalesce(TRY_CAST(children AS INTEGER), 0)
                + CAST(babies AS INTEGER) AS guests,
            CAST(adr AS DECIMAL(18, 2)) AS rate,
            deposit_type = 'Non Refund' AS retained,
            reservation_status AS status,
            CAST(reservation_status_date AS DATE) AS status_date
        FROM read_csv(?, header = true, all_varchar = true)
    ),
    charged AS (
        SELECT *, rate * nights AS total, rate * nights * 15 AS percents
        FROM read WHERE nights > 0 AND guests > 0 AND rate >= 0
    ),
    rounded AS (
        -- 15 % in whole cents: a half goes to the even cent.
        SELECT *, CAST(floor(percents) AS BIGINT) AS cents, percents - floor(percents) AS rest
        FROM charged
    )
    SELECT
        arrival, status, status_date, retained,
        CAST(total * 100 AS BIGINT) AS total,
        cents + CASE WHEN rest > 0.5 OR (rest = 0.5 AND cents % 2 = 1) THEN 1 ELSE 0 END AS fee,
        arrival - lead_days AS booked, nights,
        CASE status WHEN 'Canceled' THEN status_date ELSE arrival END AS ended,
        status <> 'Check-Out' AS fell_away
    FROM rounded
"""

MOVEMENTS = """
    CREATE VIEW movements AS
    SELECT booked AS day, total AS captured, 0 AS refunded, 0 AS retained, 0 AS fee, 0 AS payout,
           0 AS payouts
    FROM bookings
    UNION ALL
    SELECT ended, 0, total, 0, 0, 0, 0 FROM bookings WHERE fell_away AND NOT retained
    UNION ALL
    SELECT ended, 0, 0, total, fee, total - fee, CASE WHEN total > 0 THEN 1 ELSE 0 END
    FROM bookings WHERE retained AND fell_away
    UNION ALL
    -- What is slept is earned and paid out for 30 nights at a time; the fee goes by the nights.
    SELECT arrival + CAST(first AS INTEGER) + 1, 0, 0, total_until - total_before,
           fee_until - fee_before,
           total_until - total_before - (fee_until - fee_before),
           CASE WHEN total > 0 THEN 1 ELSE 0 END
    FROM (
        SELECT *, total * first // nights AS total_before, total * until // nights AS total_until,
               round_even(CAST(fee * first AS DECIMAL(18, 4)) / nights, 0) AS fee_before,
               round_even(CAST(fee * until AS DECIMAL(18, 4)) / nights, 0) AS fee_until
        FROM (
            SELECT *, least(first + 30, nights) AS until
            FROM (
                SELECT *, unnest(range(0, nights, 30)) AS first
                FROM bookings WHERE NOT fell_away
            )
        )
    )
"""

BY_MONTH = """
    SELECT strftime(day, '%Y-%m') AS month, sum(captured), sum(refunded), sum(retained), sum(fee),
           sum(payout), sum(payouts)
    FROM movements GROUP BY ALL
    HAVING sum(captured) + sum(refunded) + sum(retained) > 0 ORDER BY ALL
"""

FIGURES = ("captured_minor", "refunded_minor", "retained_minor", "host_fee_minor", "payout_minor")


@pytest.mark.parametrize("rows", HOW_MANY_ROWS)
def test_the_history_is_accounted_for_to_the_cent(
    database: Database, tmp_path: Path, rows: int
) -> None:
    resort = first_rows(tmp_path, rows)

    def ask(*arguments: str) -> Done:
        done = stayledger(database, *arguments, "--json", folder=tmp_path)
        assert done.peak_mb < MOST_MB, f"{arguments[0]} took {done.peak_mb:.0f} MB"
        return done

    # Given the file, taken in.
    imported = ask("import", "hotel-bookings", str(resort)).answer
    assert imported["rows"] == rows
    assert imported["accepted"] + imported["refused"] == rows

    # Then every invariant holds, and the books balance.
    assert ask("audit").answer["violations"] == []
    assert_balanced(ask("report", "trial-balance").answer)
    assert_balanced(ask("report", "trial-balance", "--as-of", "2015-10-31T23:59:59Z").answer)

    # And every month's figures are those that the file itself comes to.
    accepted, months = independently(resort)
    assert imported["accepted"] == accepted
    assert revenue_by_month(ask("report", "revenue").answer) == revenue_of(months)
    assert payouts_by_month(ask("report", "payouts").answer) == payouts_of(months)

    # When every read model is thrown away and drawn again, it says the same.
    followed, events = read_model_digests(database), history_digests(database)
    drop_read_models(database)
    rebuilt = ask("rebuild").answer
    assert {name: result["digest"] for name, result in rebuilt.items()} == followed

    # When the same file is taken in again, nothing changes.
    again = ask("import", "hotel-bookings", str(resort)).answer
    assert again["events"] == 0
    assert (again["accepted"], again["refused"]) == (imported["accepted"], imported["refused"])
    assert history_digests(database) == events


def assert_balanced(answer: Any) -> None:
    assert answer["debit_minor"] == answer["credit_minor"] > 0
    assert (
        sum(account["debit_minor"] - account["credit_minor"] for account in answer["accounts"]) == 0
    )


def revenue_by_month(answer: Any) -> dict[str, tuple[int, ...]]:
    """What the ledger reports, and its own total as one more month."""
    rows = {row["month"]: tuple(row[name] for name in FIGURES) for row in answer["rows"]}
    return rows | {"total": tuple(answer["total"][name] for name in FIGURES)}


def payouts_by_month(answer: Any) -> dict[str, tuple[int, int]]:
    rows = {row["month"]: (row["count"], row["payout_minor"]) for row in answer["rows"]}
    return rows | {"total": (answer["total"]["count"], answer["total"]["payout_minor"])}


Months = dict[str, tuple[int, ...]]
"""Cents captured, refunded, retained, host's fee and paid out, and the number of payouts."""


def independently(file: Path) -> tuple[int, Months]:
    """How many rows are bookings, and what they come to by month, worked out by DuckDB alone."""
    with duckdb.connect() as db:
        db.execute(BOOKINGS, [str(file)])
        db.execute(MOVEMENTS)
        row = db.execute("SELECT count(*) FROM bookings").fetchone()
        assert row is not None, "an aggregate without groups gives one row"
        months: Months = {
            month: tuple(int(Decimal(figure)) for figure in figures)
            for month, *figures in db.execute(BY_MONTH).fetchall()
        }
    months["total"] = tuple(map(sum, zip(*months.values(), strict=True)))
    return int(row[0]), months


def revenue_of(months: Months) -> dict[str, tuple[int, ...]]:
    return {month: figures[:5] for month, figures in months.items()}


def payouts_of(months: Months) -> dict[str, tuple[int, int]]:
    return {month: (figures[5], figures[4]) for month, figures in months.items() if figures[5]}
