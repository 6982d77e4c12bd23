"""The commands of `stayledger`: each asks the machinery, prints the answer, gives an exit code."""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec
from pydantic import BaseModel
from sqlalchemy import Connection, NullPool

from ledger.application import Ledger
from ledger.errors import NotFound
from ledger.settings import Misconfigured, Settings
from ledger.store import EventStore, install_schema
from ledger.values.clock import system_clock
from projections import PROJECTIONS, Projection
from projections.balances import trial_balance
from projections.journal import JOURNAL
from projections.reading import reader
from projections.statements import payouts, revenue
from projections.timeline import TIMELINE, timeline_of
from replay import reports
from replay.audit import audit
from replay.catch_up import catch_up
from replay.history.hotel_bookings import RefusedRow, read_bookings
from replay.history.importer import Imported, Importer
from replay.history.source import Source, Unreadable, read_source
from replay.history.turn import only_import
from replay.listings.importer import Importer as ListingsImporter
from replay.listings.rows import read_listings
from replay.progress import Interruption, Told, progress
from replay.rebuild import drop_superseded, rebuild
from replay.reconcile import Reconciler
from replay.service import Service, set_up, world_of

A = TypeVar("A")
M = TypeVar("M", bound=BaseModel)

DONE, BREACHED, INTERRUPTED = 0, 1, 130


# -- History in ---------------------------------------------------------------------------


def import_hotel_bookings(settings: Settings, options: argparse.Namespace) -> int:
    """Take a file of hotel bookings in, and write down the rows that are refused."""
    source = read_source(options.file)
    found = read_bookings(source)
    report: Path = options.report or Path(f"{_stem(options.file)}.refused.csv")
    with _importing(settings, source, "steps") as (store, told, interrupted):
        # Only now is the report ours; and one that cannot be written must stop us before we begin.
        _write_refused(report, found.refused)
        imported = Importer(store, source, found).run(told, interrupted)
    _write_refused(report, imported.refused)
    if options.json:
        _say_json(_imported_json(imported, report))
    else:
        _say(reports.imported_text(imported, str(report)))
    return _ended(interrupted, imported.steps_left, "steps")


def import_listings(settings: Settings, options: argparse.Namespace) -> int:
    """Take a file of listings in, and write down those that did not come out on sale."""
    source = read_source(options.file)
    found = read_listings(source)
    if options.calendar_from is not None:
        found = found.from_day(options.calendar_from)
    report: Path = options.report or Path(f"{_stem(options.file)}.report.csv")
    with _importing(settings, source, "listings") as (store, told, interrupted):
        _write_remarks(report, reports.remarks_on(found.refused))
        imported = ListingsImporter(store, source, found).run(told, interrupted)
    _write_remarks(report, reports.remarks_on(imported.refused, imported))
    if options.json:
        _say_json({**msgspec.structs.asdict(imported), "report": str(report)})
    else:
        _say(reports.listings_text(imported, str(report)))
    return _ended(interrupted, imported.listings_left, "listings")


@contextmanager
def _importing(
    settings: Settings, source: Source, unit: str
) -> Iterator[tuple[EventStore, Told, Interruption]]:
    """What an import works with: a store, and whom to tell and ask while nobody else does it."""
    set_up(settings)
    store = EventStore(settings.database_url, application_name="stayledger import")
    with ExitStack() as stack:
        stack.callback(store.close)
        stack.enter_context(only_import(settings.database_url, source))
        told = stack.enter_context(progress("Importing", unit))
        yield store, told, stack.enter_context(Interruption())


def _ended(interrupted: Interruption, left: int, unit: str) -> int:
    if not left:
        return DONE
    sys.stderr.write(
        f"stayledger: interrupted with {left:,} {unit} left; all before them is "
        "recorded. Give the same command again to go on.\n"
    )
    return interrupted.exit_code


def _imported_json(imported: Imported, report: Path) -> dict[str, object]:
    return {
        "rows": imported.rows,
        "accepted": imported.accepted,
        "refused": len(imported.refused),
        "events": imported.events,
        "seconds": imported.seconds,
        "units_added": imported.units_added,
        "steps_left": imported.steps_left,
        "report": str(report),
    }


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".csv")


def _write_refused(path: Path, refused: Sequence[RefusedRow]) -> None:
    rows = ((row.line, row.rule, row.row) for row in refused)
    _write_report(path, ("line", "rule", "row"), rows)


def _write_remarks(path: Path, remarks: Iterable[reports.Remark]) -> None:
    _write_report(path, ("line", "listing", "property_id", "came_to", "why"), remarks)


def _write_report(path: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a report whole, or leave what was there. Raises Unreadable."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(heads)
            writer.writerows(rows)
        unfinished.replace(path)
    except OSError as error:
        raise Unreadable(
            f"the report cannot be written to {path}: {error.strerror}; name another file "
            "with --report"
        ) from None


# -- Read models ----------------------------------------------------------------------------


def rebuild_read_models(settings: Settings, options: argparse.Namespace) -> int:
    """Build read models anew, let them take the live ones' places, and clear away if asked to."""
    set_up(settings)
    chosen = [each for each in PROJECTIONS if not options.names or each.name in options.names]
    with progress("Rebuilding", "events") as told, Interruption() as interrupted:
        results = rebuild(
            settings.database_url,
            chosen,
            processes=options.processes,
            progress=told,
            stopped=interrupted,
        )
    if options.json:
        _say_json({result.name: result for result in results})
    else:
        _say(reports.rebuilt_text(results))
    if options.drop_superseded:
        for schema in drop_superseded(settings.database_url, chosen):
            sys.stderr.write(f"stayledger: dropped {schema}, which another version had made\n")
    return BREACHED if any(result.agrees is False for result in results) else DONE


def audit_history(settings: Settings, options: argparse.Namespace) -> int:
    """Hold the history against every invariant."""
    set_up(settings)
    with progress("Auditing", "events") as told:
        report = audit(settings.database_url, until=options.until, progress=told)
    if options.json:
        _say_json(report)
    else:
        _say(reports.audit_text(report))
    return DONE if report.clean else BREACHED


def follow(settings: Settings, options: argparse.Namespace) -> int:
    """Keep read models up with the history, and fire timers, until told to stop.

    Postgres may go away and come back meanwhile, also before we have begun.
    """
    del options
    service = Service(settings)
    with Interruption(service.stop):
        service.run()
    return DONE


def reconcile(settings: Settings, options: argparse.Namespace) -> int:
    """Hold the processor's books against ours, and queue what does not fit."""
    set_up(settings)
    with ExitStack() as stack:
        store = EventStore(settings.database_url, application_name="stayledger reconcile")
        stack.callback(store.close)
        world = world_of(settings, Ledger(store), system_clock)
        told = stack.enter_context(progress("Reading the statement", "movements"))
        interrupted = stack.enter_context(Interruption())
        reconciler = Reconciler(settings.database_url, world, _say_later)
        reconciled = reconciler.run(told, interrupted)
    if options.json:
        _say_json(reconciled)
    elif reconciled.complete:
        _say(reports.reconciled_text(reconciled))
    if not reconciled.complete:
        sys.stderr.write(
            "stayledger: interrupted; what was read of the statement is kept. Give the same "
            "command again to go on.\n"
        )
        return interrupted.exit_code
    return DONE if reconciled.clean else BREACHED


def _say_later(what: str, error: Exception) -> None:
    sys.stderr.write(f"stayledger: {what} is left to `follow`: {type(error).__name__}: {error}\n")


# -- Questions ------------------------------------------------------------------------------


def timeline(settings: Settings, options: argparse.Namespace) -> int:
    """Tell what happened in one case. Raises NotFound."""
    answer = _ask(settings, TIMELINE, lambda db: timeline_of(db, options.id))
    if not answer.happenings:
        raise NotFound(id=options.id)
    return _answer(options, answer, reports.timeline_text)


def report_trial_balance(settings: Settings, options: argparse.Namespace) -> int:
    """Tell what every account turned over."""
    answer = _ask(settings, JOURNAL, lambda db: trial_balance(db, options.as_of))
    return _answer(options, answer, reports.trial_balance_text)


def report_revenue(settings: Settings, options: argparse.Namespace) -> int:
    """Tell what came in, went back and was earned, by month."""
    period = (options.begins, options.ends, options.as_of, options.currency)
    answer = _ask(settings, JOURNAL, lambda db: revenue(db, *period))
    return _answer(options, answer, reports.revenue_text)


def report_payouts(settings: Settings, options: argparse.Namespace) -> int:
    """Tell what was paid out to hosts, by month."""
    period = (options.begins, options.ends, options.as_of, options.currency)
    answer = _ask(settings, JOURNAL, lambda db: payouts(db, *period))
    return _answer(options, answer, reports.payouts_text)


def _ask(settings: Settings, projection: Projection, question: Callable[[Connection], A]) -> A:
    """Put a question to a read model that holds all of the history up to now."""
    set_up(settings)
    engine = reader(settings.database_url, poolclass=NullPool)
    with progress("Catching up", "events") as told:
        catch_up(settings.database_url, engine, [projection], told)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as db:
        return question(db)


def _answer(options: argparse.Namespace, answer: M, text: Callable[[M], str]) -> int:
    _say(answer.model_dump_json() if options.json else text(answer))
    return DONE


# -- The rest -------------------------------------------------------------------------------


def schema(settings: Settings, options: argparse.Namespace) -> int:
    """Bring the database's schema to this version's."""
    install_schema(settings.owner_url)
    if options.json:
        _say_json({"installed": True})
    else:
        _say("The ledger's schema is installed.")
    return DONE


def become_sandbox(arguments: Sequence[str]) -> NoReturn:
    """Turn this process into the sandbox's command, which is no part of the system."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", *arguments])


def become_generator(arguments: Sequence[str]) -> NoReturn:
    """Turn this process into the generator of what is derived from the code, where it is at hand.

    Raises Misconfigured where the checkout's `docs` are not here, as in a deployment.
    """
    generator = Path(__file__).parents[1] / "docs" / "generate.py"
    if not generator.exists():
        raise Misconfigured(f"there is no {generator}: run this in a checkout")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, str(generator), *arguments])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _say_json(answer: Any) -> None:
    _say(msgspec.json.encode(answer).decode())
