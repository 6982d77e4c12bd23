"""The command line: one JSON object or readable answer, one line for trouble, exact exit codes."""

import csv
import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from projections import PROJECTIONS
from replay.__main__ import main
from replay.history.source import read_source
from replay.history.turn import only_import
from sandbox.box import scratch
from tests.command_line import Done, begin, stayledger
from tests.conftest import Database
from tests.replay.hotel_files import a_cancellation, a_file, a_no_show, a_row
from tests.replay.listing_files import a_file_of, a_listing

NOBODY = "0f8fad5b-d9cb-469f-a165-70867728950e"


ROWS = (
    a_row(),
    a_cancellation(arrival_date_month="July", reservation_status_date="2016-07-05"),
    a_no_show(deposit_type="Non Refund"),
    a_row(adults="0"),
    a_row(adr="0"),
)
"""Four bookings, and a row that nobody came with."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clerk")


@pytest.fixture(scope="module")
def imported(folder: Path) -> Iterator[Database]:
    """A small history that the tests of this file only read."""
    with scratch(durable=False, redis=False) as box:
        database = Database(url=box.database_url, owner_url=box.owner_url, admin_url=box.admin_url)
        take_in(database, folder)
        yield database


def take_in(database: Database, folder: Path) -> Done:
    """Import the small history."""
    done = ask(database, folder, "import", "hotel-bookings", str(a_file(folder, *ROWS)))
    assert done.code == 0, done.err
    return done


def ask(database: Database | None, folder: Path, *arguments: str) -> Done:
    return stayledger(database, *arguments, folder=folder)


def refused(database: Database | None, folder: Path, *arguments: str) -> str:
    """The one line that a command which cannot be carried out ends with."""
    done = ask(database, folder, *arguments)
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.splitlines()
    return line


# -- Import -------------------------------------------------------------------------------


def test_import_answers_one_json_object_and_writes_the_refused_rows_down(
    database: Database, tmp_path: Path
) -> None:
    none_came = a_row(adults="0")
    file = a_file(tmp_path, a_row(), none_came)

    answer = ask(database, tmp_path, "import", "hotel-bookings", str(file), "--json").answer

    assert answer.keys() >= {"rows", "accepted", "refused", "events", "seconds", "units_added"}
    assert (answer["rows"], answer["accepted"], answer["refused"]) == (2, 1, 1)
    assert answer["events"] == 17
    with (tmp_path / "hotel.refused.csv").open(newline="") as report:
        assert list(csv.DictReader(report)) == [
            {"line": "3", "rule": "no guest", "row": ",".join(none_came.values())}
        ]


def test_a_second_import_says_that_there_is_nothing_to_do(imported: Database, folder: Path) -> None:
    done = take_in(imported, folder)

    assert "5 rows: 4 accepted, 1 refused (see hotel.refused.csv)" in done.out
    assert "Nothing to do" in done.out
    assert "Units added to Resort Hotel, by room type: A 3" in done.out


def test_of_two_imports_of_one_file_the_second_is_refused(imported: Database, folder: Path) -> None:
    report = folder / "hotel.refused.csv"
    report.write_text("what the first one wrote")
    with only_import(imported.url, read_source(folder / "hotel.csv")):
        said = refused(imported, folder, "import", "hotel-bookings", "hotel.csv")

    assert "imports this file already; wait until it has ended, or stop it" in said
    assert report.read_text() == "what the first one wrote"


def test_a_file_that_is_no_history_is_refused_before_anything_is_written(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")

    said = refused(database, tmp_path, "import", "hotel-bookings", "other.csv")

    assert said.startswith("stayledger: other.csv is not a file of hotel bookings")
    with psycopg.connect(database.url) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.events").fetchone() == (0,)


def test_a_report_that_cannot_be_written_stops_the_import_before_it_begins(
    database: Database, tmp_path: Path
) -> None:
    file = a_file(tmp_path, a_row())

    said = refused(
        database, tmp_path, "import", "hotel-bookings", str(file), "--report", "no/such/folder.csv"
    )

    assert "name another file with --report" in said


def test_listings_answer_one_json_object_and_what_is_not_on_sale_is_written_down(
    database: Database, tmp_path: Path
) -> None:
    file = a_file_of(tmp_path, a_listing(), a_listing(id="1", price=""), a_listing(id="=1+1"))

    answer = ask(
        database, tmp_path, "import", "listings", str(file), "--calendar-from", "2026-12-01",
        "--json",
    ).answer  # fmt: skip

    assert (answer["rows"], answer["published"], answer["nights_blocked"]) == (3, 1, 11)
    with (tmp_path / answer["report"]).open(newline="") as report:
        told = list(csv.DictReader(report))
    assert [(row["line"], row["listing"], row["came_to"]) for row in told] == [
        ("3", "1", "unpublished"),
        ("4", "", "refused"),
    ]
    assert "no price" in told[0]["why"]


# -- Reports ------------------------------------------------------------------------------


def test_revenue_is_told_by_month_with_a_total(imported: Database, folder: Path) -> None:
    answer = ask(imported, folder, "report", "revenue", "--json").answer

    assert answer.keys() == {"currency", "position", "rows", "total"}
    assert answer["currency"] == "EUR"
    june, july = answer["rows"]
    assert june == {
        "month": "2016-06",
        "captured_minor": 2 * 30_150,
        "refunded_minor": 0,
        "retained_minor": 2 * 30_150,
        "host_fee_minor": 2 * 4_522,
        "payout_minor": 2 * (30_150 - 4_522),
    }
    assert (july["month"], july["captured_minor"], july["refunded_minor"]) == (
        "2016-07",
        30_150,
        30_150,
    )
    assert answer["total"] == {name: june[name] + july[name] for name in answer["total"]}


def test_a_report_reaches_from_a_day_to_before_another_and_as_of_an_instant(
    imported: Database, folder: Path
) -> None:
    def captured(*arguments: str) -> int:
        answer = ask(imported, folder, "report", "revenue", "--json", *arguments).answer
        return int(answer["total"]["captured_minor"])

    # Two bookings were made on 1 June, at 08:00 in Lisbon, and one for July on 1 July.
    assert captured("--from", "2016-06-01", "--to", "2016-06-02") == 2 * 30_150
    assert captured("--from", "2016-06-02") == 30_150
    assert captured("--to", "2016-06-01") == 0
    assert captured("--as-of", "2016-06-01T07:00:00Z") == 2 * 30_150
    assert captured("--as-of", "2016-06-01T06:59:59Z") == 0


def test_payouts_are_counted_by_month(imported: Database, folder: Path) -> None:
    answer = ask(imported, folder, "report", "payouts", "--json").answer

    figures = {"count": 2, "payout_minor": 2 * (30_150 - 4_522)}
    assert answer["rows"] == [{"month": "2016-06", **figures}]
    assert answer["total"] == figures
    assert answer.keys() == {"currency", "position", "rows", "total"}


def test_a_clerk_reads_amounts_that_stand_under_each_other(
    imported: Database, folder: Path
) -> None:
    done = ask(imported, folder, "report", "trial-balance")

    lines = done.out.splitlines()
    assert lines[0].split() == ["Account", "Currency", "Debit", "Credit", "Balance"]
    assert len({line.rindex(".") for line in lines if line.startswith(("guest_", "Total"))}) == 1
    assert "904.50" in done.out
    assert lines[-1].startswith("Debit and credit are equal. Complete up to position ")


def test_the_trial_balance_has_every_account_and_both_sums(
    imported: Database, folder: Path
) -> None:
    answer = ask(imported, folder, "report", "trial-balance", "--json").answer

    assert answer.keys() == {"position", "accounts", "debit_minor", "credit_minor"}
    assert answer["debit_minor"] == answer["credit_minor"]
    assert {"account", "currency", "debit_minor", "credit_minor"} <= answer["accounts"][0].keys()


# -- Timeline, audit, rebuild -------------------------------------------------------------


def test_a_timeline_tells_a_case_in_plain_language(imported: Database, folder: Path) -> None:
    with psycopg.connect(imported.url) as connection:
        row = connection.execute(
            "SELECT stream_id::text, case_id::text FROM ledger.events "
            "WHERE topic = 'refund.succeeded'"
        ).fetchone()
    assert row is not None
    refund, booking = row

    done = ask(imported, folder, "timeline", refund)

    assert "Payment of 301.50 EUR completed" in done.out
    assert "2016-07-05 09:00  guest" in done.out
    assert ask(imported, folder, "timeline", booking.upper()).out == done.out
    told = ask(imported, folder, "timeline", refund, "--json").answer
    assert told["case_id"] == booking
    assert len(told["happenings"]) == 19


def test_an_audit_that_finds_nothing_says_how_much_it_read(
    imported: Database, folder: Path
) -> None:
    answer = ask(imported, folder, "audit", "--json").answer

    assert answer["violations"] == []
    assert answer["events"] > 0
    assert answer.keys() >= {"events", "checks", "violations", "seconds"}
    assert ask(imported, folder, "audit").out.startswith("Nothing found: ")


def test_an_audit_that_finds_something_ends_with_code_1(database: Database, tmp_path: Path) -> None:
    take_in(database, tmp_path)
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")
        connection.execute("DELETE FROM ledger.events WHERE topic = 'payment.completed'")

    done = ask(database, tmp_path, "audit", "--json")

    assert done.code == 1
    assert json.loads(done.out)["violations"]
    assert "FINDINGS" in ask(database, tmp_path, "audit").out


def test_a_rebuild_tells_of_each_read_model(imported: Database, folder: Path) -> None:
    chosen = ask(imported, folder, "rebuild", "journal", "trips", "--json").answer
    every = ask(imported, folder, "rebuild", "--processes", "1", "--json").answer

    assert chosen.keys() == {"journal", "trips"}
    assert every.keys() == {projection.name for projection in PROJECTIONS}
    assert every["trips"].keys() >= {"rows", "digest", "events", "seconds"}
    assert every["trips"]["rows"] == 4
    assert every["trips"]["digest"] == chosen["trips"]["digest"]


def test_what_other_versions_built_stays_until_somebody_says_that_it_may_go(
    imported: Database, tmp_path: Path
) -> None:
    with psycopg.connect(imported.url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA trips_v0")

    assert "trips_v0" not in stayledger(imported, "rebuild", "trips", folder=tmp_path).err

    told = stayledger(imported, "rebuild", "trips", "--drop-superseded", folder=tmp_path).err
    assert "dropped trips_v0" in told


# -- Follow -------------------------------------------------------------------------------


def test_follow_keeps_up_until_it_is_told_to_stop(imported: Database, tmp_path: Path) -> None:
    following = begin(imported, "follow", folder=tmp_path)
    wait_until(lambda: "following" in (tmp_path / "0.err").read_text())
    wait_until(lambda: is_caught_up(imported))
    following.send_signal(signal.SIGTERM)

    assert following.wait(30) == 0
    assert "stopped" in (tmp_path / "0.err").read_text()


def test_follow_waits_for_a_postgres_that_is_away_when_it_begins(tmp_path: Path) -> None:
    with scratch(redis=False) as box:
        database = Database(url=box.database_url, owner_url=box.owner_url, admin_url=box.admin_url)
        box.postgres.kill()
        following = begin(database, "follow", folder=tmp_path)
        wait_until(lambda: "Postgres is away, trying again" in (tmp_path / "0.err").read_text())
        box.postgres.start()
        wait_until(lambda: '"following"' in (tmp_path / "0.err").read_text())
        following.send_signal(signal.SIGTERM)
        assert following.wait(30) == 0


def test_a_follower_that_fails_ends_with_its_code_and_a_line_and_its_timers_with_it(
    empty_database: Database, tmp_path: Path
) -> None:
    following = begin(None, "follow", folder=tmp_path, DATABASE_URL=empty_database.url)
    try:
        assert following.wait(30) == 2
    finally:
        following.kill()

    (line,) = (
        line
        for line in (tmp_path / "0.err").read_text().splitlines()
        if line.startswith("stayledger: ")
    )
    assert "no ledger yet: run `stayledger schema`" in line


def wait_until(so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 60
    while not so():
        assert time.monotonic() < give_up_at, "it took too long"
        time.sleep(0.05)


def is_caught_up(database: Database) -> bool:
    with suppress(psycopg.errors.UndefinedTable), psycopg.connect(database.url) as connection:
        row = connection.execute(
            "SELECT count(*) FILTER (WHERE position = (SELECT max(position) FROM ledger.events)) "
            "FROM read_models.positions"
        ).fetchone()
        return row == (len(PROJECTIONS),)
    return False


# -- Trouble ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["timeline", "x"], "'x' is not an id such as"),
        (["report", "revenue", "--from", "2016-02-31"], "'2016-02-31' is not a date"),
        (["report", "revenue", "--as-of", "2016-01-01"], "is not an instant such as"),
        (["report", "revenue", "--from", "2016-02-01", "--to", "2016-02-01"], "is not before --to"),
        (["report", "trial-balance", "--from", "2016-02-01"], "unrecognized arguments: --from"),
        (["rebuild", "trip"], "'trip' is not one of timeline, trips"),
        (["audit", "--until", "0"], "'0' is not a whole number above zero"),
        (["import", "hotel-bookings"], "required: FILE"),
        (["forecast"], "invalid choice: 'forecast'"),
    ],
)
def test_what_makes_no_sense_is_answered_in_one_line(
    capfd: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    said = capfd.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    (line,) = said.err.splitlines()
    assert says in line
    assert line.endswith("--help")


def test_an_id_that_nobody_knows_is_told_in_one_line(database: Database, tmp_path: Path) -> None:
    assert NOBODY in refused(database, tmp_path, "timeline", NOBODY)


def test_a_missing_setting_is_named(folder: Path) -> None:
    assert refused(None, folder, "audit").startswith("stayledger: DATABASE_URL is not set")


@pytest.mark.parametrize("command", [("audit",), ("report", "revenue"), ("rebuild",)])
def test_a_database_that_is_away_is_told_in_one_line(folder: Path, command: tuple[str]) -> None:
    away = "postgresql://nobody:secret@127.0.0.1:9/nothing"

    done = stayledger(None, *command, folder=folder, DATABASE_URL=away)

    assert done.code == 2
    assert done.err.startswith("stayledger: Postgres is away: ")
    assert done.err.count("\n") == 1
    assert "secret" not in done.err


def test_a_database_without_a_ledger_is_told_how_to_get_one(
    empty_database: Database, tmp_path: Path
) -> None:
    without_owner = {"DATABASE_URL": empty_database.url}
    done = stayledger(None, "audit", folder=tmp_path, **without_owner)

    assert done.code == 2
    assert "run `stayledger schema`" in done.err

    assert ask(empty_database, tmp_path, "schema").out == "The ledger's schema is installed.\n"
    assert stayledger(None, "audit", folder=tmp_path, **without_owner).code == 0


def test_a_role_that_may_not_is_told_what_to_run_where_the_ledger_is_there(
    database: Database, tmp_path: Path
) -> None:
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("REVOKE SELECT ON ledger.events FROM PUBLIC, stayledger_app")

    done = stayledger(None, "audit", folder=tmp_path, DATABASE_URL=database.url)

    assert done.code == 2
    assert done.err.startswith("stayledger: permission denied for table events: ")
    assert "run `stayledger schema` with the owner's" in done.err


def test_help_documents_the_exit_codes(folder: Path) -> None:
    done = ask(None, folder, "--help")

    assert done.code == 0
    assert "exit codes:" in done.out
    assert "130  interrupted" in done.out
