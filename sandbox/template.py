"""A made-up database cluster, kept in a cache and copied: a copy takes a tenth of making one.

The cluster holds what every sandbox starts with: the superuser `postgres`, the owner of the
ledger's database, the application's role, and the database itself, empty. No role has a usable
password in the cache; each sandbox sets its own.
"""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.launch import Launch

PROJECT = Path(__file__).resolve().parent.parent
TOOLS = PROJECT / ".tools"

SUPERUSER = "postgres"
OWNER = "stayledger_owner"
APPLICATION = "stayledger_app"
DATABASE = "stayledger"

# Identical on every machine and in the deployment's image: no locale of the machine, no ICU.
INITDB = (
    f"--username={SUPERUSER}",
    "--auth-local=trust",  # The socket lies in a folder that only its owner can enter.
    "--auth-host=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--data-checksums",
    "--no-sync",  # Whoever copies the cluster for keeps makes it durable then.
    "--no-instructions",
)
# The owner migrates, the application only works: the ledger's schema grants it what it needs.
ROLES = (
    f"CREATE ROLE {OWNER} LOGIN",
    f"CREATE ROLE {APPLICATION} LOGIN",
    f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
)


def copy_template(data: Path, *, programs: Path, launch: Launch, workshop: Path) -> None:
    """Fill the new folder `data` with a cluster; `workshop` is an empty place within reach.

    The cache is the project's `.tools` folder. Where that cannot be used (a checkout of somebody
    else), the cluster is made on the spot.
    """
    cache = TOOLS / f"cluster-{_version(programs)}"
    if not _usable(cache):
        made = _make(workshop / "cluster", programs=programs, launch=launch)
        if not _keep(made, cache):
            shutil.move(made, data)
            return
    shutil.copytree(cache, data)
    launch.give(data)


def _version(programs: Path) -> str:
    """The server's version and a digest of how clusters are made: either changes, a new cache."""
    told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True)
    if told.returncode != 0:
        raise SandboxError(f"these Postgres programs do not run here: {told.stderr.strip()}")
    recipe = sha256("\n".join((told.stdout, *INITDB, *ROLES)).encode()).hexdigest()
    return f"{told.stdout.split()[-1]}-{recipe[:12]}"


def _make(data: Path, *, programs: Path, launch: Launch) -> Path:
    """Make a cluster in the new folder `data`: 0.7 s."""
    data.mkdir(mode=0o700)
    launch.give(data)
    launch.run([str(programs / "initdb"), "-D", str(data), *INITDB])
    # The single-user server needs no port and no waiting. An empty line ends a statement.
    single = ["--single", "-j", "-D", str(data), "-c", "fsync=off", SUPERUSER]
    statements = "".join(f"{statement};\n\n" for statement in ROLES)
    launch.run([str(programs / "postgres"), *single], told=statements)
    return data


def _keep(made: Path, cache: Path) -> bool:
    """Copy a new cluster into the cache; True when the cache holds one now, ours or another's."""
    unfinished = cache.with_name(f"{cache.name}.{os.getpid()}")
    try:
        TOOLS.mkdir(exist_ok=True)
        shutil.copytree(made, unfinished)
        unfinished.rename(cache)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        return _usable(cache)
    shutil.rmtree(made)
    return True


def _usable(cache: Path) -> bool:
    return os.access(cache / "base", os.R_OK | os.X_OK)
