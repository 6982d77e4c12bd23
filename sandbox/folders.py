"""Folders with an owner: at most one living process owns a folder, and the dead leave none behind.

Ownership is a file lock, not a number in a file: the kernel lets go of it in the instant the owner
dies, and it holds across process namespaces, where the same number may mean two processes.
"""

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.keeper import Watched

PREFIX = "stayledger-"
OWNER = "owner"
# A socket's path must stay below 104 bytes (macOS; 107 on Linux), name of the socket included.
LONGEST_SOCKET_FOLDER = 70

MEMORY = Path("/dev/shm")
ROOM_BYTES = 8 << 30
"""So much must be free, there and of the machine's memory, for data to be kept in memory."""


class Ownership:
    """An exclusive lock on one folder, held until `release` or until the process ends."""

    def __init__(self, folder: Path) -> None:
        """Own the folder. Raises SandboxError when a living process already does."""
        self._descriptor = os.open(folder / OWNER, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(self._descriptor, 32).decode() or "unknown"
            os.close(self._descriptor)
            raise SandboxError(f"{folder} is in use by process {owner}; stop it first") from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, str(os.getpid()).encode())

    def release(self) -> None:
        """Own the folder no more: whoever sweeps may take it away."""
        os.close(self._descriptor)


def temporary_folder(*, durable: bool = True) -> tuple[Path, Ownership]:
    """Make a folder for sockets and throw-away data; short enough for a socket's path.

    What need not be durable is kept in memory where there is room, unless TMPDIR says where: a new
    database costs a sixth there.
    """
    parent = tempfile.gettempdir()
    if not durable and "TMPDIR" not in os.environ and _free_bytes() >= ROOM_BYTES:
        parent = str(MEMORY)
    if len(parent) > LONGEST_SOCKET_FOLDER:
        parent = "/tmp"
    # Owned under another name first: whoever sweeps must never meet it without its owner.
    hidden = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=parent))
    ownership = Ownership(hidden)
    return hidden.rename(hidden.with_name(hidden.name[1:])), ownership


def _free_bytes() -> int:
    """How much more may be kept in memory; nothing where that cannot be told."""
    try:
        room = os.statvfs(MEMORY)
        told = Path("/proc/meminfo").read_text().split("MemAvailable:")[1]
    except (OSError, IndexError):
        return 0
    return min(room.f_bavail * room.f_frsize, int(told.split()[0]) << 10)


def sweep() -> None:
    """Remove what dead owners could not remove themselves, and stop what they left running."""
    for folder in chain(_abandoned(Path(tempfile.gettempdir())), _abandoned(MEMORY)):
        for pidfile in folder.glob("*/postmaster.pid"):
            stop_abandoned_postgres(pidfile.parent)
        shutil.rmtree(folder, ignore_errors=True)


def _abandoned(parent: Path) -> Iterator[Path]:
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError, SandboxError):
            if folder.stat().st_uid == os.getuid() and (folder / OWNER).exists():
                Ownership(folder).release()
                yield folder


def stop_abandoned_postgres(data: Path) -> None:
    """Stop a postmaster whose supervisor died, and drop its pid file.

    Call it only as the owner of the folder. The process must really work in this folder: numbers
    are reused, and a number from before a reboot may belong to anybody.
    """
    pidfile = data / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError):
        pid = int(pidfile.read_text().splitlines()[0])
        if Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve():
            Watched(pid, signal.SIGQUIT, group=False).stop()
    pidfile.unlink(missing_ok=True)
