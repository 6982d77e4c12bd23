"""The command line as people meet it: a process with its own environment, output and exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import Database

PROJECT = Path(__file__).parents[1]


MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as told:
    told.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""
"""A thin process that runs a command and writes down its peak in KiB.

A process inherits the peak of the one that started it: after two hours of tests, theirs is more
than any command's.
"""


@dataclass(frozen=True)
class Done:
    """What a command came to; `peak_mb` is the most memory that it, or a child of it, held."""

    code: int
    out: str
    err: str
    peak_mb: float

    @property
    def answer(self) -> Any:
        """The one JSON object on standard output, of a command that worked."""
        assert self.code == 0, f"exit code {self.code}: {self.err}"
        return json.loads(self.out)


def environment(database: Database | None, **settings: str) -> dict[str, str]:
    """The environment of a command: the database's addresses, and no other settings of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    kept.pop("REDIS_URL", None)
    kept["PYTHONPATH"] = str(PROJECT)
    if database is not None:
        kept |= {"DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.owner_url}
    return kept | settings


def begin(
    database: Database | None, *arguments: str, folder: Path, **settings: str
) -> subprocess.Popen[bytes]:
    """Start a command in a folder, its output going to files there."""
    return _begin([], database, *arguments, folder=folder, **settings)


def _begin(
    by: Sequence[str],
    database: Database | None,
    *arguments: str,
    folder: Path,
    **settings: str,
) -> subprocess.Popen[bytes]:
    number = len(list(folder.glob("*.out")))
    with (folder / f"{number}.out").open("wb") as out, (folder / f"{number}.err").open("wb") as err:
        return subprocess.Popen(
            [*by, sys.executable, "-m", "replay", *arguments],
            cwd=folder,
            env=environment(database, **settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )


def stayledger(database: Database | None, *arguments: str, folder: Path, **settings: str) -> Done:
    """Run a command to its end."""
    number = len(list(folder.glob("*.out")))
    peak = folder / f"{number}.peak"
    by = [sys.executable, "-I", "-S", "-c", MEASURED, str(peak)]
    code = _begin(by, database, *arguments, folder=folder, **settings).wait()
    out, err = ((folder / f"{number}.{kind}").read_text() for kind in ("out", "err"))
    return Done(code, out, err, int(peak.read_text()) / 1024)
