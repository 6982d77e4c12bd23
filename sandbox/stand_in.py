"""The Stripe stand-in as a part of a set: a process of its own, on the loopback address.

Its world is kept in a file where the set is a lasting one; the key to it is no secret.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.keeper import Keeper
from sandbox.ports import LOOPBACK, free_port

KEY = "sk_test_sandbox"
PROJECT = Path(__file__).resolve().parent.parent
START_ATTEMPTS = 5
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class StandIn:
    """One stand-in; `state` is the file that keeps its world from one time to the next."""

    def __init__(self, log: Path, *, keeper: Keeper, state: Path | None = None) -> None:
        self.port = 0
        self.log = log
        self._state = state
        self._keeper = keeper
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the stand-in listens."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int:
        """The server's process id. Raises SandboxError when it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise SandboxError("the Stripe stand-in is not running")
        return self._process.pid

    def start(self, *, port: int | None = None) -> None:
        """Start the server and wait until it answers; on this port, if it is free.

        Raises SandboxError with the server's last words when it does not come up.
        """
        for attempt in range(START_ATTEMPTS):
            self.port = port if port and attempt == 0 else free_port()
            if self._try_to_start():
                return
        words = self.log.read_text().strip().splitlines() or ["it said nothing"]
        raise SandboxError(f"the Stripe stand-in did not start: {words[-1]} (log: {self.log})")

    def stop(self) -> None:
        """End the server, letting it save its world; by force after a while."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _try_to_start(self) -> bool:
        command = [sys.executable, "-P", "-m", "sandbox.stripe", "--port", str(self.port)]
        # Another world's names would be taken for old ones by a ledger that remembers them.
        command += ["--seed", secrets.token_hex(8)]
        if self._state is not None:
            command += ["--state", str(self._state)]
        before_bytes = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, "PYTHONPATH": str(PROJECT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        self._keeper.stops(self._process.pid, signal.SIGTERM)
        until = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < until:
            if self._listens(before_bytes):
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _listens(self, before_bytes: int) -> bool:
        # Its own word, and not any answer at the port: somebody else's server would answer, too.
        return self.url.encode() in self.log.read_bytes()[before_bytes:]
