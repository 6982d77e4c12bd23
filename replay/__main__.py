"""`stayledger COMMAND`, or `python -m replay COMMAND`: the ledger from the command line."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NoReturn, TypeVar

import psycopg
import sqlalchemy

from ledger.errors import LedgerError
from ledger.settings import Misconfigured, Settings, configure_logging, read_settings
from ledger.values.clock import instant
from ledger.values.ids import canonical_id
from projections import PROJECTIONS
from replay import commands
from replay.fold import Interrupted
from replay.history.source import Unreadable
from replay.schemas import exists

FAILED = 2

CODES = """\
exit codes:
  0    done
  1    done, and what was found is wrong: an invariant is broken, a rebuild differs, the
       processor's books are not ours
  2    not done: the command or its arguments make no sense, or something is missing or away;
       one line on standard error says what
  130  interrupted (Ctrl-C); give the same command again to go on

environment:
  DATABASE_URL        Postgres, as the application's role: postgresql://user:password@host/name
  DATABASE_OWNER_URL  the same database as the role that owns the schema (optional)
  REDIS_URL           where `follow` announces positions (optional)
  STRIPE_SECRET_KEY   the processor's key, for `follow` and `reconcile` (optional)
  LOG_LEVEL           DEBUG, INFO, WARNING or ERROR (INFO)
"""

T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code, whatever happens."""
    arguments = sys.argv[1:] if arguments is None else arguments
    # Also where a shell that started us in the background has such jobs ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _become_another(arguments)
        options = _parser().parse_args(arguments)
        _refuse_backwards(options)
        return _run(options)
    except Misconfigured as trouble:
        return _fail(str(trouble))
    except KeyboardInterrupt:
        return _fail("interrupted; give the same command again to go on", commands.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our answer has read enough. Nothing more must be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return commands.DONE


def _become_another(arguments: Sequence[str]) -> None:
    """Hand commands over that are programs of their own, with all that stands behind them."""
    if arguments[:1] == ["sandbox"]:
        commands.become_sandbox(arguments[1:])
    if arguments[:1] == ["catalogue"]:
        commands.become_generator(arguments[1:])


def _run(options: argparse.Namespace) -> int:
    """Run a command; expected trouble becomes one line and an exit code."""
    settings = read_settings()
    configure_logging(settings.log_level)
    try:
        code: int = options.command(settings, options)
    except Interrupted:
        raise KeyboardInterrupt from None
    except (Unreadable, LedgerError) as trouble:
        return _fail("; ".join((str(trouble), *getattr(trouble, "__notes__", ()))))
    except sqlalchemy.exc.DBAPIError as wrapped:
        return _fail(_said(wrapped.orig, settings))
    except psycopg.Error as trouble:
        return _fail(_said(trouble, settings))
    return code


def _said(trouble: BaseException | None, settings: Settings) -> str:
    """What went wrong with the database, and what to do about it."""
    first_line = str(trouble).strip().split("\n", 1)[0]
    missing = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)
    forbidden = isinstance(trouble, psycopg.errors.InsufficientPrivilege)
    if isinstance(trouble, missing) or (forbidden and not _has_ledger(settings)):
        return "the database has no ledger yet: run `stayledger schema` with DATABASE_OWNER_URL set"
    if forbidden:
        return f"{first_line}: run `stayledger schema` with the owner's DATABASE_OWNER_URL"
    if isinstance(trouble, psycopg.OperationalError):
        return f"Postgres is away: {first_line}"
    return f"Postgres refuses: {first_line}"


def _has_ledger(settings: Settings) -> bool:
    """Whether there is a ledger to keep from: Postgres forbids before it says what is missing."""
    with suppress(psycopg.Error), psycopg.connect(settings.database_url) as connection:
        return exists(connection, "ledger")
    return True


def _fail(line: str, code: int = FAILED) -> int:
    sys.stderr.write(f"stayledger: {' '.join(line.split())}\n")
    return code


# -- What can be said -----------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    """A parser that says in one line what it does not understand."""

    def error(self, message: str) -> NoReturn:
        """End the process with a line, and where to read more."""
        self.exit(FAILED, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="stayledger",
        description=__doc__,
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    every = Parser(add_help=False)
    every.add_argument(
        "--json", action="store_true", help="print one JSON object, and nothing else"
    )
    subs = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_import(subs.add_parser("import", help="take history in from a file"), every)
    _add_replay(subs, every)
    _add_report(subs.add_parser("report", help="figures for finance"), every)
    for name, about in (
        ("catalogue", "write the catalogue of events and the diagrams anew; --check only looks"),
        ("sandbox", "run a command with its own Postgres and Redis"),
    ):
        subs.add_parser(name, help=about).add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _add_import(parser: Parser, every: Parser) -> None:
    formats = parser.add_subparsers(required=True, metavar="FORMAT")
    _add_import_of_bookings(formats, every)
    _add_import_of_listings(formats, every)


def _add_import_of_bookings(formats: "argparse._SubParsersAction[Parser]", every: Parser) -> None:
    hotel = formats.add_parser(
        "hotel-bookings",
        parents=[every],
        help="bookings of hotels, as CSV or CSV.gz",
        description="Every row goes through the same decisions as a live booking, or is refused "
        "with its line and the rule. Importing a file again changes nothing.",
    )
    hotel.add_argument("file", type=Path, metavar="FILE")
    hotel.add_argument(
        "--report",
        type=Path,
        metavar="PATH",
        help="where the refused rows go (default: NAME.refused.csv in the current folder)",
    )
    hotel.set_defaults(command=commands.import_hotel_bookings)


def _add_import_of_listings(formats: "argparse._SubParsersAction[Parser]", every: Parser) -> None:
    listings = formats.add_parser(
        "listings",
        parents=[every],
        help="listings with their calendars, as CSV or CSV.gz",
        description="Every row becomes a property by the same commands as at the doors, reviewed "
        "and published; without a price it stays a draft, or it is refused with its line and why. "
        "Importing a file again changes nothing.",
    )
    listings.add_argument("file", type=Path, metavar="FILE")
    listings.add_argument(
        "--report",
        type=Path,
        metavar="PATH",
        help="where the rows go that are not on sale (default: NAME.report.csv in the current "
        "folder)",
    )
    listings.add_argument(
        "--calendar-from",
        type=_date,
        metavar="DATE",
        help="move the nights of all calendars as one, so that the first is this (default: leave "
        "them)",
    )
    listings.set_defaults(command=commands.import_listings)


def _add_replay(subs: "argparse._SubParsersAction[Parser]", every: Parser) -> None:
    names = [projection.name for projection in PROJECTIONS]
    rebuild = subs.add_parser(
        "rebuild", parents=[every], help="build read models anew, beside the live ones"
    )
    rebuild.add_argument(
        "names", nargs="*", type=_one_of(names), metavar="NAME", help=f"{', '.join(names)}; or all"
    )
    rebuild.add_argument("--processes", type=_positive, default=2, metavar="N")
    rebuild.add_argument(
        "--drop-superseded",
        action="store_true",
        help="afterwards drop what other versions of the software built, once none of them runs",
    )
    rebuild.set_defaults(command=commands.rebuild_read_models)
    audit = subs.add_parser(
        "audit", parents=[every], help="hold the history against every invariant"
    )
    audit.add_argument("--until", type=_positive, metavar="POSITION", help="of the last event")
    audit.set_defaults(command=commands.audit_history)
    reconcile = subs.add_parser(
        "reconcile",
        parents=[every],
        help="hold the processor's books against ours, and queue what does not fit",
        description="Every movement of the balance at the processor is held against exactly one "
        "event of ours, and the reverse. What was lost on its way is taken in first.",
    )
    reconcile.set_defaults(command=commands.reconcile)
    follow = subs.add_parser("follow", help="keep read models up to date; Ctrl-C ends it (code 0)")
    follow.set_defaults(command=commands.follow)
    timeline = subs.add_parser("timeline", parents=[every], help="what happened in one case")
    timeline.add_argument(
        "id", type=_id, metavar="ID", help="of a booking, or of anything that belongs to one"
    )
    timeline.set_defaults(command=commands.timeline)
    schema = subs.add_parser("schema", parents=[every], help="install or upgrade the schema")
    schema.set_defaults(command=commands.schema)


def _add_report(parser: Parser, every: Parser) -> None:
    every = Parser(add_help=False, parents=[every])
    every.add_argument(
        "--as-of",
        type=_instant,
        metavar="INSTANT",
        help="only what had happened by then, such as 2016-12-31T23:59:59Z",
    )
    period = Parser(add_help=False, parents=[every])
    period.add_argument("--from", dest="begins", type=_date, metavar="DATE", help="first day")
    period.add_argument("--to", dest="ends", type=_date, metavar="DATE", help="the day after")
    period.add_argument("--currency", type=str.upper, default="EUR", metavar="EUR")
    kinds = parser.add_subparsers(required=True, metavar="REPORT")
    for name, shape, command, about in (
        ("trial-balance", every, commands.report_trial_balance, "every account's two sides"),
        ("revenue", period, commands.report_revenue, "captured, refunded, earned, by month"),
        ("payouts", period, commands.report_payouts, "paid out to hosts, by month"),
    ):
        report = kinds.add_parser(name, parents=[shape], help=about)
        report.set_defaults(command=command, parser=report)


def _refuse_backwards(options: argparse.Namespace) -> None:
    begins, ends = getattr(options, "begins", None), getattr(options, "ends", None)
    if begins and ends and begins >= ends:
        options.parser.error(f"--from {begins} is not before --to {ends}")


# -- Arguments ------------------------------------------------------------------------------


def _argument(parse: Callable[[str], T], like: str) -> Callable[[str], T]:
    def read(text: str) -> T:
        try:
            return parse(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not {like}") from None

    return read


def _one_of(names: Sequence[str]) -> Callable[[str], str]:
    return _argument(lambda text: names[names.index(text)], f"one of {', '.join(names)}")


def _counted(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


_instant = _argument(instant, "an instant such as 2016-12-31T23:59:59Z")
_date = _argument(date.fromisoformat, "a date such as 2016-12-31")
_id = _argument(canonical_id, "an id such as 0f8fad5b-d9cb-469f-a165-70867728950e")
_positive = _argument(_counted, "a whole number above zero")


if __name__ == "__main__":
    sys.exit(main())
