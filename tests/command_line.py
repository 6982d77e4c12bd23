"""The command line as people meet it: a process with its own environment, output and exit code."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import Database

PROJECT = Path(__file__).parents[1]


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
    number = len(list(folder.glob("*.out")))
    with (folder / f"{number}.out").open("wb") as out, (folder / f"{number}.err").open("wb") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "replay", *arguments],
            cwd=folder,
            env=environment(database, **settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )


def stayledger(database: Database | None, *arguments: str, folder: Path, **settings: str) -> Done:
    """Run a command to its end."""
    number = len(list(folder.glob("*.out")))
    process = begin(database, *arguments, folder=folder, **settings)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    out, err = ((folder / f"{number}.{kind}").read_text() for kind in ("out", "err"))
    return Done(process.returncode, out, err, used.ru_maxrss / 1024)
