"""The sandbox's command: `python -m sandbox run -- COMMAND`.

Gives the command a fresh, empty, temporary set of parts by environment (`DATABASE_URL`,
`DATABASE_OWNER_URL`, `DATABASE_ADMIN_URL`, `REDIS_URL`; `STRIPE_SECRET_KEY` and `STRIPE_API_BASE`
of a stand-in for Stripe), takes the set away when the command ends,
and ends with the command's exit code. What the environment already names is used, not started.
"""

import argparse
import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import FrameType

from sandbox.box import Box, persistent, scratch
from sandbox.errors import SandboxError
from sandbox.keeper import Keeper

FAILED = 1
MISUSED = 2
NOT_FOUND = 127
# A shell's way to say which signal ended a command.
BY_SIGNAL = 128
SCRATCH = "SANDBOX_SCRATCH"
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; answers the exit code."""
    options = _parser().parse_args(arguments)
    command: list[str] = options.command
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        sys.stderr.write("sandbox: name a command after --\n")
        return MISUSED
    # Until the command runs, a signal unwinds what has been started so far; also where we were
    # started in the background by a shell that has such jobs ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _unwind)
    signal.signal(signal.SIGHUP, _unwind)
    try:
        with _box(options) as box:
            for reason in box.missing:
                sys.stderr.write(f"sandbox: {reason}\n")
            settings = _settings(box, os.environ, lasting=options.persistent is not None)
            return _run(command, {**os.environ, **settings})
    except SandboxError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        return BY_SIGNAL + signal.SIGINT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="run")
    run = commands.add_parser(
        "run", help="run a command with its own Postgres, Redis and stand-in for Stripe"
    )
    run.add_argument(
        "--persistent",
        metavar="FOLDER",
        type=Path,
        help="keep the database in this folder, and find it there the next time",
    )
    run.add_argument(
        "--fast", action="store_true", help="fsync off: for tests, never for measurements"
    )
    run.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="settings",
        help="a Postgres setting; may be given several times",
    )
    run.add_argument(
        "--no-stripe",
        dest="stripe",
        action="store_false",
        help="without the stand-in for Stripe: for whoever takes no money",
    )
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    return parser


def _box(options: argparse.Namespace) -> AbstractContextManager[Box]:
    """The set that the environment does not already name."""
    postgres = "DATABASE_URL" not in os.environ
    redis = "REDIS_URL" not in os.environ
    stripe = options.stripe and "STRIPE_SECRET_KEY" not in os.environ
    if options.persistent:
        folder = options.persistent.resolve()
        return persistent(folder, postgres=postgres, redis=redis, stripe=stripe)
    settings = dict(setting.partition("=")[::2] for setting in options.settings)
    return scratch(
        durable=not options.fast,
        postgres=postgres,
        redis=redis,
        stripe=stripe,
        settings=settings,
    )


def _settings(box: Box, environment: Mapping[str, str], *, lasting: bool) -> dict[str, str]:
    """The parts' addresses; a named database without other roles is used with the one it has."""
    settings = box.environment()
    # By name what is ours and fresh, so that tests empty nothing that belongs to somebody.
    settings[SCRATCH] = "" if lasting else " ".join(sorted(settings))
    if given := environment.get("DATABASE_URL"):
        owner = environment.get("DATABASE_OWNER_URL", given)
        settings["DATABASE_OWNER_URL"] = owner
        settings["DATABASE_ADMIN_URL"] = environment.get("DATABASE_ADMIN_URL", owner)
    return settings


def _run(command: list[str], environment: Mapping[str, str]) -> int:
    """Run the command in a process group of its own, passing signals on to all of it."""
    terminal = _terminal()
    keeper = Keeper()

    def begin() -> None:
        # In the child: known to the keeper, and in the foreground, before its first instruction.
        keeper.stops(os.getpid(), signal.SIGTERM, whole_group=True)
        _give_terminal(terminal, os.getpid())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)

    try:
        # A signal that comes while the command starts waits until there is somebody to pass it to.
        signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
        process = subprocess.Popen(command, env=environment, process_group=0, preexec_fn=begin)
        for cue in FORWARDED:
            signal.signal(cue, lambda number, _: _pass_on(process.pid, number))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
        process.returncode = _wait(process.pid)
        return process.returncode
    except OSError as error:
        sys.stderr.write(f"sandbox: {command[0]}: {_why(command[0], error)}\n")
        return NOT_FOUND
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
        _give_terminal(terminal, os.getpgrp())
        keeper.close()  # Whatever the command left running in its group ends here.


def _why(name: str, error: OSError) -> str | None:
    """Why a command cannot be run; a closed folder in PATH must not hide that none is called so."""
    unknown = os.sep not in name and shutil.which(name) is None
    return os.strerror(errno.ENOENT) if unknown else error.strerror


def _wait(pid: int) -> int:
    """Wait for the command to end; its exit code, as a shell gives it.

    Ctrl-Z does nothing: a command that stops while its servers run would keep the terminal.
    """
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            _pass_on(pid, signal.SIGCONT)
            continue
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else BY_SIGNAL - code


def _pass_on(group: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _unwind(number: int, _: FrameType | None) -> None:
    raise SystemExit(BY_SIGNAL + number)


def _terminal() -> int | None:
    """The terminal in whose foreground we are, if any: then Ctrl-C is for the command alone."""
    with suppress(OSError):
        if os.tcgetpgrp(0) == os.getpgrp():
            return 0
    return None


def _give_terminal(terminal: int | None, group: int) -> None:
    """Put the group into the terminal's foreground, as a shell does with what it runs."""
    if terminal is None:
        return
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    with suppress(OSError):
        os.tcsetpgrp(terminal, group)
    signal.signal(signal.SIGTTOU, before)


if __name__ == "__main__":
    sys.exit(main())
