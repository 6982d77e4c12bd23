"""The keeper: a tiny process that tidies up after its owner, however the owner ends.

The owner tells it, one JSON object per line on stdin, which processes to stop, which mounts to
undo and which folders to remove. When stdin closes, because the owner is done or because it was
killed, the keeper does all of it, last told first, and ends. A parent-death signal would not do: it
follows the thread that started a process rather than the process, and it removes no folder.

Run as a script with the standard library alone, so that it starts in a few milliseconds.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

POLL_SECONDS = 0.5


class Keeper:
    """The owner's side: start the keeper, tell it what to watch over, let it go."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the owner's terminal must not reach it.
        )

    def stops(self, pid: int, how: signal.Signals, *, whole_group: bool = False) -> None:
        """Stop this process (or all of its group) with the signal; with SIGKILL after a while."""
        self._tell({"task": "stop", "pid": pid, "signal": int(how), "group": whole_group})

    def removes(self, folder: Path) -> None:
        """Remove this folder and all in it."""
        self._tell({"task": "remove", "path": str(folder)})

    def unmounts(self, folder: Path) -> None:
        """Unmount what is mounted at this folder."""
        self._tell({"task": "unmount", "path": str(folder)})

    def close(self) -> None:
        """Let the keeper do what is left to do, and wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _tell(self, task: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task).encode() + b"\n")
        self._process.stdin.flush()


class Watched:
    """One process, held by descriptor where the kernel offers it: numbers are reused."""

    GRACE_SECONDS = 10.0

    def __init__(self, pid: int, how: int, *, group: bool) -> None:
        self.pid, self.how, self.group = pid, how, group
        self.descriptor: int | None = None
        if hasattr(os, "pidfd_open"):
            with suppress(OSError):
                self.descriptor = os.pidfd_open(pid)

    def stop(self) -> None:
        """End the process, or its whole group, and wait until it has."""
        if self.group:
            with suppress(OSError):  # The group may outlive its leader.
                os.killpg(self.pid, self.how)
        if self.ended(0):
            return
        with suppress(OSError):
            os.kill(self.pid, self.how)
        if not self.ended(self.GRACE_SECONDS):
            with suppress(OSError):
                (os.killpg if self.group else os.kill)(self.pid, signal.SIGKILL)
            self.ended(self.GRACE_SECONDS)

    def ended(self, seconds: float) -> bool:
        """Wait up to so many seconds for the process; a zombie has ended."""
        if self.descriptor is not None:
            return bool(select.select([self.descriptor], [], [], seconds)[0])
        until = time.monotonic() + seconds
        while True:
            try:
                os.kill(self.pid, 0)
            except OSError:
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)


def follow_orders(owner: int) -> list[Watched | tuple[str, str]]:
    """Read tasks until stdin closes or the owner is gone, and hold on to each process at once."""
    tasks: list[Watched | tuple[str, str]] = []
    pending = b""
    while True:
        # Asked before reading: what a dying owner's last child says is still read.
        alone = os.getppid() != owner
        if select.select([0], [], [], 0 if alone else POLL_SECONDS)[0]:
            if not (chunk := os.read(0, 65536)):
                return tasks
            *lines, pending = (pending + chunk).split(b"\n")
            tasks += map(understand, lines)
        elif alone:
            return tasks


def understand(line: bytes) -> Watched | tuple[str, str]:
    """A task as its owner wrote it: a process to stop, or what to do with a path."""
    task = json.loads(line)
    if task["task"] == "stop":
        return Watched(task["pid"], task["signal"], group=task["group"])
    return task["task"], task["path"]


def tidy(tasks: list[Watched | tuple[str, str]]) -> None:
    """Undo, last told first: processes are told after the folders they live in."""
    for task in reversed(tasks):
        match task:
            case Watched():
                task.stop()
            case ("unmount", path) if os.path.ismount(path):
                subprocess.run(["umount", path], check=False)
            case ("remove", path):
                shutil.rmtree(path, ignore_errors=True)
            case _:
                pass


def main() -> None:
    """Follow orders until the owner is gone, then tidy up."""
    for cue in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(cue, signal.SIG_IGN)  # Only the owner's end is the cue.
    tidy(follow_orders(int(sys.argv[1])))


if __name__ == "__main__":
    main()
