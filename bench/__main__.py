"""`python3 run.py bench`: every figure beside its peers, in one run, on one server.

Each group of contests has a database of its own on the same Postgres, made anew. A whole run writes
`bench/RESULTS.md`; `--only` picks groups and only prints.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import msgspec
import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from bench import append, audit, http, lag, rebuild, search, stripe_core
from bench.contest import Contest, Place, Row, hold
from ledger.values.clock import system_clock

RESULTS = Path(__file__).parent / "RESULTS.md"
PEERS = ("eventsourcing", "psycopg", "msgspec", "fastapi", "uvicorn", "stripe")
HISTORY_EVENTS = 1_000_000


Group = Callable[[Place, Callable[[str], None]], Iterator[Row]]


def appending(place: Place, told: Callable[[str], None]) -> Iterator[Row]:
    """How fast commits become durable."""
    append.prepare(place)
    yield from _all(append.contests(place), told)


def rebuilding(place: Place, told: Callable[[str], None]) -> Iterator[Row]:
    """How fast read models are drawn again."""
    told(f"writing {place.events:,} events of history and a jsonb copy of them")
    rebuild.prepare(place)
    yield from _all(rebuild.contests(place), told)


def lagging(place: Place, told: Callable[[str], None]) -> Iterator[Row]:
    """How soon an event shows, from the store and over HTTP."""
    lag.prepare(place)
    yield from _all(lag.contests(place), told)
    with http.system(place) as port:
        yield from _all(http.contests(place, port), told)


def auditing(place: Place, told: Callable[[str], None]) -> Iterator[Row]:
    """How long it takes to check everything."""
    told(f"writing {place.events:,} events of history and their read models")
    audit.prepare(place)
    yield from _all([audit.contest(place)], told)


def searching(place: Place, told: Callable[[str], None]) -> Iterator[Row]:
    """How soon a search is answered."""
    told(f"writing {search.LISTINGS:,} listings and letting the read models take them in")
    search.prepare(place)
    with http.api_alone(place) as port:
        yield from _all(search.contests(place, port), told)


def paying(place: Place, told: Callable[[str], None]) -> Iterator[Row]:
    """How many payment flows the Stripe stand-in carries out."""
    yield from _all([stripe_core.contest(place.rounds)], told)


GROUPS: dict[str, Group] = {
    "append": appending,
    "rebuild": rebuilding,
    "lag": lagging,
    "audit": auditing,
    "search": searching,
    "stripe-core": paying,
}


def _all(contests: Sequence[Contest], told: Callable[[str], None]) -> Iterator[Row]:
    for contest in contests:
        yield from hold(contest, told)


@contextmanager
def own_database(group: str, rounds: int, events: int) -> Iterator[Place]:
    """A new, empty database for a group, dropped afterwards."""
    name = f"bench_{group.replace('-', '_')}"
    admin = os.environ["DATABASE_ADMIN_URL"]
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"])
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(owner.username or "")
            )
        )
    try:
        yield Place(
            url=urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")),
            owner_url=urlunsplit(owner._replace(path=f"/{name}")),
            rounds=rounds,
            events=events,
        )
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


def table_of(rows: Sequence[Row]) -> Table:
    """The rows as people read them."""
    table = Table("what", "ours", "unit", "peers", "ratio", "goal", "met")
    for row in rows:
        peers = "\n".join(f"{name} {figure:,.1f}" for name, figure in row.peers.items())
        ratio = "\n".join(f"{by:,.2f}×" for by in row.ratio.values())
        met = "yes" if row.met else "NO"
        table.add_row(row.name, f"{row.ours:,.1f}", row.unit, peers, ratio, row.goal, met)
    return table


def written(rows: Sequence[Row], rounds: int) -> str:
    """The rows as a page, with all that the figures depend on."""
    lines = [
        "# Results",
        "",
        "Written by `python3 run.py bench`. Medians of interleaved rounds, all in one run on one",
        "server with fsync on; a ratio is ours divided by the peer's.",
        "",
        f"- {system_clock():%Y-%m-%d}, {rounds} rounds, {machine()}",
        f"- Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in PEERS),
        f"- {server()}; one appended event: %d bytes of state, %d of envelope"
        % append.event_bytes(),
        "",
        "| what | ours | unit | peers | ratio | goal | met |",
        "| --- | ---: | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        peers = ", ".join(f"{name} {figure:,.1f}" for name, figure in row.peers.items())
        ratio = ", ".join(f"{by:,.2f}× {name}" for name, by in row.ratio.items())
        met = "yes" if row.met else "**no**"
        lines.append(
            f"| {row.name} | {row.ours:,.1f} | {row.unit} "
            f"| {peers} | {ratio} | {row.goal} | {met} |"
        )
    return "\n".join([*lines, ""])


def machine() -> str:
    """The processor and how much of it there is."""
    described = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.split(":")[1].strip() for line in described.splitlines() if "model name" in line]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def server() -> str:
    """The Postgres that was measured."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return f"Postgres {connection.info.parameter_status('server_version')}"


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python3 run.py bench", description=__doc__)
    parser.add_argument("--only", help=f"groups, by commas: {','.join(GROUPS)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=HISTORY_EVENTS, help="length of the history")
    parser.add_argument("--json", action="store_true", help="one object on standard output")
    chosen = parser.parse_args()
    named = chosen.only.split(",") if chosen.only else list(GROUPS)
    if unknown := sorted(set(named) - set(GROUPS)):
        parser.error(f"no such group: {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    chosen.groups = named
    return chosen


def main() -> None:
    """Measure, print, and write the page."""
    chosen = options()
    aside = Console(stderr=True)
    rows: list[Row] = []
    for name in chosen.groups:
        with own_database(name, chosen.rounds, chosen.events) as place:
            for row in GROUPS[name](place, lambda told: aside.print(told, style="dim")):
                aside.print(f"{row.name}: {row.ours:,.1f} {row.unit}, goal {row.goal}")
                rows.append(row)
    if chosen.json:
        sys.stdout.buffer.write(msgspec.json.encode({"rows": rows}) + b"\n")
    else:
        Console().print(table_of(rows))
    if not chosen.only and chosen.events == HISTORY_EVENTS:
        RESULTS.write_text(written(rows, chosen.rounds))


if __name__ == "__main__":
    main()
