#!/usr/bin/env python3
"""Everything that one does with stayledger, on a machine that has Python ≥ 3.11 and nothing else.

    python3 run.py                  the whole system, with sample data; Ctrl-C stops it
    python3 run.py test             all that must pass: style, types, import contracts, tests
    python3 run.py test ARGUMENTS   only the tests, with these arguments for pytest
    python3 run.py nightly          the tests that take minutes, and each property many times
    python3 run.py bench [NAME…]    measurements, side by side with the peers
    python3 run.py fix              put the style in order
    python3 run.py generate         write what derives from the code: catalogue, diagrams, OpenAPI
    python3 run.py stayledger …     the ledger's command line: audit, rebuild, timeline, …
    python3 run.py sandbox run -- … any command with its own empty Postgres, Redis and Stripe
    python3 run.py python …         the environment's Python

The environment is made in .venv, tools in .tools, data in .sandbox: delete them and nothing
remains. A DATABASE_URL, REDIS_URL or STRIPE_SECRET_KEY in the environment is used instead of our
own.
"""

# Standard library only; older Pythons can read the syntax up to the line that sends them away.
from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from typing import NoReturn

PROJECT = Path(__file__).resolve().parent
TOOLS = PROJECT / ".tools"
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = PROJECT / "requirements.lock"
DATA = PROJECT / ".sandbox"
SAMPLES = {
    "hotel-bookings": Path("sandbox", "samples", "resort-hotel-sample.csv.gz"),
    "listings": Path("sandbox", "samples", "antwerp-listings.csv.gz"),
}

UV = "uv==0.13.9"
OLDEST_PYTHON = (3, 11)
HOST = "127.0.0.1"
PORT = 8000
READY_SECONDS = 60.0
VOLUNTARY_SECONDS = 3.0
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.1
BY_SIGNAL = 128  # a shell's way to say which signal ended a command

# The tests of what is drawn from histories: about half of the time of all tests.
HISTORIES = ("tests/stories", "tests/replay", "tests/projections")
GAMES = "tests/machine"
DOORS = "tests/api"


class Trouble(Exception):
    """Something expected that stops us, as one line that says what to do."""


# -- The environment -------------------------------------------------------------------------


def prepare() -> None:
    """Make the environment from the lock, unless it is there already; about 10 s the first time."""
    try:
        TOOLS.mkdir(exist_ok=True)
        (TOOLS / "prepare.lock").touch()
    except OSError as error:
        raise Trouble(f"{TOOLS}: {error.strerror}; use a checkout of your own") from None
    stamp = VENV / "made-from"
    with only_one(TOOLS / "prepare.lock"):
        wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
        if not runs(PYTHON):
            shutil.rmtree(VENV, ignore_errors=True)
        elif stamp.exists() and stamp.read_text() == wanted:
            return
        sys.stderr.write("Preparing the environment (once)…\n")  # stdout is the command's own
        uv = find_uv() or install_uv()
        if not runs(PYTHON):
            must([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)])
        must([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON), str(LOCK)])
        write_launcher()
        stamp.write_text(wanted)


def find_uv() -> str | None:
    """uv where we put it, or where the machine has it."""
    ours = (TOOLS / "bin" / "uv", TOOLS / "boot" / "bin" / "uv", TOOLS / "uv" / "bin" / "uv")
    return next((str(uv) for uv in ours if runs(uv)), None) or shutil.which("uv")


def install_uv() -> str:
    """Have uv installed by whatever this Python brings: its venv, else its pip."""
    boot = TOOLS / "boot"
    reasons = []
    for attempt in (
        [[sys.executable, "-m", "venv", boot], [boot / "bin" / "pip", "install", "--quiet", UV]],
        [[sys.executable, "-m", "pip", "install", "--quiet", "--target", TOOLS / "uv", UV]],
    ):
        try:
            for command in attempt:
                must([str(part) for part in command])
        except Trouble as reason:
            reasons.append(str(reason))
            shutil.rmtree(boot, ignore_errors=True)
        if uv := find_uv():
            return uv
    raise Trouble(
        "this Python can install nothing: install uv, or your system's python3-venv, and try"
        " again\n" + "\n".join(f"  {reason}" for reason in reasons)
    )


def write_launcher() -> None:
    """`.venv/bin/stayledger`: found by its own place, so that the checkout may stand anywhere."""
    launcher = VENV / "bin" / "stayledger"
    launcher.write_text(
        "#!/bin/sh\n"
        'bin=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)\n'
        'PYTHONPATH="$bin/../..${PYTHONPATH:+:$PYTHONPATH}" exec "$bin/python" -P -m replay "$@"\n'
    )
    launcher.chmod(0o755)


def bootstrap_environment() -> dict[str, str]:
    """What uv needs to know that pip knows already: the system's roots, the machine's index."""
    environment = dict(os.environ)
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    environment.setdefault("UV_PYTHON_DOWNLOADS", "never")
    for pip, uv in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_EXTRA_INDEX_URL", "UV_INDEX")):
        if pip in environment:
            environment.setdefault(uv, environment[pip])
    return environment


def must(command: Sequence[str]) -> None:
    """Run a step of the bootstrap. Raises Trouble with the step's own last words."""
    try:
        done = subprocess.run(
            command, env=bootstrap_environment(), cwd=PROJECT, capture_output=True, text=True
        )
    except OSError as error:
        raise Trouble(f"{command[0]}: {error.strerror}") from None
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        what = " ".join([Path(command[0]).name, *command[1:3]])
        raise Trouble(f"{what} failed: {' '.join(words[-4:])}")


def runs(program: Path) -> bool:
    """Whether the program is there and starts: a moved or half-made environment does not."""
    try:
        return subprocess.run([program, "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Wait for others who prepare the same checkout; the lock goes with the process."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# -- Commands --------------------------------------------------------------------------------


def become(command: Sequence[str], **environment: str) -> NoReturn:
    """Turn this process into the command: its signals and its exit code are then ours.

    It stays in the caller's folder, so that the paths it is given mean what the caller means.
    """
    sys.stdout.flush()
    os.execve(command[0], [*command], {**ours(), **environment})


def ours() -> dict[str, str]:
    """The environment in which the project's programs and packages are found."""
    return {
        **os.environ,
        "PATH": joined(str(VENV / "bin"), os.environ.get("PATH", os.defpath)),
        "PYTHONPATH": joined(str(PROJECT), os.environ.get("PYTHONPATH", "")),
    }


def joined(*paths: str) -> str:
    return os.pathsep.join(filter(None, paths))


def module(name: str, *arguments: str) -> list[str]:
    """Run a module of ours (-P: never one of that name in the caller's folder)."""
    return python("-P", "-m", name, *arguments)


def python(*arguments: str) -> list[str]:
    return [str(PYTHON), *arguments]


def in_sandbox(command: Sequence[str], *options: str) -> list[str]:
    return module("sandbox", "run", *options, "--", *command)


def stayledger(arguments: Sequence[str]) -> NoReturn:
    """Ask the system that runs; where none runs, start its database for as long as it takes."""
    command = module("replay", *arguments)
    if "DATABASE_URL" in os.environ:
        become(command)
    if addresses := running_system():
        become(command, **addresses)
    become(in_sandbox(command, "--no-stripe", "--persistent", str(DATA)))


def running_system() -> dict[str, str] | None:
    """The addresses of the system that runs in this checkout, if one does: its lock says."""
    try:
        with (DATA / "owner").open() as owner:
            fcntl.flock(owner, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        pass
    try:
        return dict(json.loads((DATA / "environment.json").read_text()))
    except FileNotFoundError:
        raise Trouble("the system is starting or stopping; try again in a moment") from None


def test(arguments: Sequence[str]) -> int:
    """Run every check, also after one has failed, and say at the end which did."""
    os.chdir(PROJECT)
    if arguments:
        become(tests(*arguments))
    return all_of(checks())


def all_of(checks: Mapping[str, Sequence[str]]) -> int:
    """Run them, also after one has failed, and say at the end which did; 1 if any has."""
    results = side_by_side(checks, hands())
    say("")
    for name, (code, seconds) in results.items():
        say(f"  {name:<24} {'passed' if code == 0 else 'FAILED':<8} {seconds:6.1f} s")
    return 1 if any(code for code, _ in results.values()) else 0


def checks() -> dict[str, Sequence[str]]:
    """All that must pass, in the order in which it is begun and shown.

    The tests are two processes, each with servers of its own: one for what is drawn from histories,
    one for all the others. So two processors have work nearly all the time, and each test still
    meets the same tests before it on every run.
    """
    return {
        "style": module("ruff", "check", "."),
        "format": module("ruff", "format", "--check", "."),
        "import contracts": [str(VENV / "bin" / "lint-imports")],
        "types": module("mypy"),
        "tests": tests(*(f"--ignore={path}" for path in HISTORIES)),
        "tests, histories": tests(*HISTORIES),
    }


def tests(*arguments: str) -> list[str]:
    return in_sandbox(module("pytest", *arguments), "--fast", "--no-stripe")


def hands() -> int:
    """How many checks may run at a time: one after another where they share somebody's servers."""
    return 1 if os.environ.keys() & {"DATABASE_URL", "REDIS_URL"} else 2


def side_by_side(checks: Mapping[str, Sequence[str]], hands: int) -> dict[str, tuple[int, float]]:
    """Run checks, so many at a time: the exit code of each, and the seconds that it took.

    They begin in their order, and what each says is shown in that order, whole. A signal to stop
    stops all of them.
    """
    interrupted: list[int] = []  # and not an exception: it would come between a start and its note
    for cue in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(cue, lambda number, _: interrupted.append(number))
    waiting = iter(checks.items())
    running: dict[str, subprocess.Popen[bytes]] = {}
    began: dict[str, float] = {}
    results: dict[str, tuple[int, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder)
        screen = shown(checks, logs, results)
        try:
            while len(results) < len(checks) and not interrupted:
                for name in [name for name, check in running.items() if check.poll() is not None]:
                    code = running.pop(name).returncode
                    results[name] = (code, time.monotonic() - began[name])
                for name, command in islice(waiting, hands - len(running)):
                    began[name] = time.monotonic()
                    running[name] = start(name, command, logs)
                next(screen, None)
                time.sleep(LOOK_SECONDS)
        finally:
            stop(running)
        next(screen, None)
    if interrupted:
        raise SystemExit(BY_SIGNAL + interrupted[0])
    return {name: results[name] for name in checks}


def shown(names: Iterable[str], logs: Path, ended: Container[str]) -> Iterator[None]:
    """Show what each has said, one after the other; a step each time that there may be more."""
    for name in names:
        say(f"\n── {name} " + "─" * (74 - len(name)))
        with (logs / f"{name}.log").open("rb") as log:
            while True:
                was_ended = name in ended  # asked first: nothing is said after the end
                shutil.copyfileobj(log, sys.stdout.buffer)
                sys.stdout.flush()
                if was_ended:
                    break
                yield


def nightly(arguments: Sequence[str]) -> int:
    """Run what takes minutes: random games, the doors, and all the rest, two at a time."""
    os.chdir(PROJECT)
    if arguments:
        become(long_tests(*arguments))
    return all_of(
        {
            "random games": long_tests(GAMES),
            "doors": long_tests(DOORS),
            "deaths and properties": long_tests(f"--ignore={GAMES}", f"--ignore={DOORS}"),
        }
    )


def long_tests(*arguments: str) -> list[str]:
    chosen = ("-m", "nightly or hypothesis", "--hypothesis-profile", "nightly")
    patient = ("-o", "faulthandler_timeout=0")
    return in_sandbox(module("pytest", *chosen, *patient, *arguments), "--no-stripe")


def bench(arguments: Sequence[str]) -> NoReturn:
    os.chdir(PROJECT)
    become(in_sandbox(module("bench", *arguments), "--no-stripe"))


def generate() -> int:
    """Write what is derived from the code; a test says where one of them is out of date."""
    os.chdir(PROJECT)
    generators = (
        python("docs/generate.py"),
        module("tests.ledger.record"),
        module("tests.failure_cases"),
        module("api", "export-openapi"),
    )
    return max(subprocess.run(command, env=ours()).returncode for command in generators)


def fix() -> int:
    subprocess.run(module("ruff", "check", "--fix", "."), cwd=PROJECT)
    return subprocess.run(module("ruff", "format", "."), cwd=PROJECT).returncode


# -- The whole system ------------------------------------------------------------------------


def up(arguments: Sequence[str]) -> NoReturn:
    """Start the lasting sandbox, and the system in it."""
    options = up_options(arguments)
    if is_taken(options.port):
        raise Trouble(f"port {options.port} is taken: stop what uses it, or choose --port NUMBER")
    own_database = "" if "DATABASE_URL" in os.environ else "1"
    own_stripe = "" if "STRIPE_SECRET_KEY" in os.environ else "1"
    serve = python(str(PROJECT / "run.py"), "serve", "--port", str(options.port))
    become(
        in_sandbox(serve, "--persistent", str(DATA)),
        STAYLEDGER_OWN_DATABASE=own_database,
        STAYLEDGER_OWN_STRIPE=own_stripe,
    )


def up_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py", description="The whole system on one machine.")
    parser.add_argument("--port", type=int, default=PORT, help=f"of the API (default {PORT})")
    return parser.parse_args(arguments)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
        return False


def serve(arguments: Sequence[str]) -> int:
    """Inside the sandbox: bring schema and sample data up, then run follow and the API."""
    options = up_options(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    os.chdir(PROJECT)
    logs = DATA / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        step("schema", module("replay", "schema"))
        import_samples()
        url = f"http://{HOST}:{options.port}"
        if os.environ.get("STAYLEDGER_OWN_STRIPE"):
            have_notices_sent(url)
        processes["follow"] = start("follow", module("replay", "follow"), logs)
        api = module("api", "serve", "--host", HOST, "--port", str(options.port))
        processes["api"] = start("api", api, logs)
        wait_until_ready(url, processes, logs)
        show(url, logs)
        return watch(processes, logs)
    except KeyboardInterrupt:
        say("\nStopping…")
        return 0
    finally:
        stop(processes)


def step(name: str, command: Sequence[str]) -> None:
    if code := subprocess.run(command).returncode:
        raise Trouble(f"{name} failed (exit code {code})")


def import_samples() -> None:
    """Import the samples once, and only into a database of our own."""
    done = DATA / "imported"
    mark = hashlib.sha256(b"".join(path.read_bytes() for path in SAMPLES.values())).hexdigest()
    if not os.environ.get("STAYLEDGER_OWN_DATABASE"):
        say("The database is yours (DATABASE_URL): no sample data imported.")
    elif not (done.exists() and done.read_text() == mark):
        say("Importing the sample data (once)…")
        for kind, path in SAMPLES.items():
            report = str(DATA / f"{kind}.report.csv")
            command = module("replay", "import", kind, str(path), "--report", report)
            if kind == "listings":  # calendars of the past would close no night that is to come
                command += ["--calendar-from", time.strftime("%Y-%m-%d", time.gmtime())]
            step("import", command)
        done.write_text(mark)


def have_notices_sent(url: str) -> None:
    """Have our stand-in for Stripe tell the API its events, ours and those of hosts' accounts."""
    notices = f"{url}/webhooks/stripe"
    os.environ["STRIPE_WEBHOOK_SECRETS"] = listener("stripe-webhook", notices)
    hosts = listener("stripe-webhook-hosts", f"{notices}/hosts", connect="true")
    os.environ["STRIPE_HOSTS_WEBHOOK_SECRETS"] = hosts


def listener(name: str, url: str, **form: str) -> str:
    """What the stand-in signs its notices to an address with.

    It says that once, so it is kept beside its world, for nobody else to read.
    """
    kept = DATA / f"{name}.json"
    if kept.exists():
        known = json.loads(kept.read_text())
        if stripe_call(f"webhook_endpoints/{known['id']}", url=url):
            return str(known["secret"])
    made = stripe_call("webhook_endpoints", url=url, **{"enabled_events[]": "*"}, **form)
    if made is None:
        raise Trouble("the Stripe stand-in sends no notices; see .sandbox/stripe.log")
    kept.touch(mode=0o600)
    kept.write_text(json.dumps({"id": made["id"], "secret": made["secret"]}))
    return str(made["secret"])


def stripe_call(path: str, **form: str) -> dict[str, str] | None:
    """Post to the stand-in; None where it refuses, for instance because it begins anew."""
    request = urllib.request.Request(
        f"{os.environ['STRIPE_API_BASE']}/v1/{path}",
        urllib.parse.urlencode(form).encode(),
        {"Authorization": f"Bearer {os.environ['STRIPE_SECRET_KEY']}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10.0) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError:
        return None


def start(name: str, command: Sequence[str], logs: Path) -> subprocess.Popen[bytes]:
    """Start a part in our process group: Ctrl-C reaches it as it reaches us."""
    with (logs / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            command, env=ours(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def wait_until_ready(
    url: str, processes: Mapping[str, subprocess.Popen[bytes]], logs: Path
) -> None:
    until = time.monotonic() + READY_SECONDS
    while not answers(url):
        if name := first_ended(processes):
            raise Trouble(f"{name} ended at once: {last_words(logs / f'{name}.log')}")
        if time.monotonic() > until:
            raise Trouble(f"the API does not answer at {url}; see {logs / 'api.log'}")
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2.0):
            return True
    except urllib.error.HTTPError:
        return True  # Refusing is answering.
    except OSError:
        return False


def show(url: str, logs: Path) -> None:
    rows = [
        ("API", url),
        ("  described", f"{url}/docs"),
        ("database", os.environ["DATABASE_URL"]),
        ("Redis", os.environ.get("REDIS_URL", "none: the system runs without")),
        ("Stripe", stripe_in_words()),
        ("logs", str(logs)),
    ]
    say("\nstayledger is running. Ctrl-C stops it.\n")
    for name, value in rows:
        say(f"  {name:<12} {value}")
    say("\n  Ask the ledger from another terminal:  python3 run.py stayledger --help\n")


def stripe_in_words() -> str:
    if os.environ.get("STAYLEDGER_OWN_STRIPE"):
        return f"{os.environ['STRIPE_API_BASE']} (a stand-in; its pages show the books)"
    return "yours (STRIPE_SECRET_KEY)"


def watch(processes: Mapping[str, subprocess.Popen[bytes]], logs: Path) -> int:
    """Wait for ever; when one part ends by itself, say so and end with the others."""
    while not (name := first_ended(processes)):
        time.sleep(0.5)
    say(f"{name} has ended: {last_words(logs / f'{name}.log')}")
    return 1


def first_ended(processes: Mapping[str, subprocess.Popen[bytes]]) -> str | None:
    return next((name for name, part in processes.items() if part.poll() is not None), None)


def last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return f"{lines[-1] if lines else 'it said nothing'} (log: {log})"


def stop(processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """End the parts, the door before the room behind it; by force after a while."""
    for part in reversed([*processes.values()]):
        # Ctrl-C has reached the part as well: a second signal would hurry it.
        if not ends(part, VOLUNTARY_SECONDS):
            part.terminate()
        if not ends(part, STOP_SECONDS):
            part.kill()
            part.wait()


def ends(part: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        part.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


# -- From the command line -------------------------------------------------------------------


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    if sys.version_info < OLDEST_PYTHON:
        sys.stderr.write("stayledger needs Python 3.11 or newer; run this file with one\n")
        return 2
    command, *arguments = sys.argv[1:] or ["up"]
    if command in ("-h", "--help", "help"):
        say((__doc__ or "").strip())
        return 0
    if command.startswith("-"):
        command, arguments = "up", sys.argv[1:]
    try:
        return dispatch(command, arguments)
    except Trouble as trouble:
        sys.stderr.write(f"run.py: {trouble}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def dispatch(command: str, arguments: Sequence[str]) -> int:
    if command == "serve":
        return serve(arguments)
    if command not in COMMANDS:
        raise Trouble(f"there is no command {command!r}; see python3 run.py --help")
    prepare()
    return COMMANDS[command](arguments)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "up": up,
    "test": test,
    "nightly": nightly,
    "bench": bench,
    "fix": lambda _: fix(),
    "generate": lambda _: generate(),
    "sandbox": lambda rest: become(module("sandbox", *rest)),
    "stayledger": stayledger,
    "python": lambda rest: become(python(*rest)),
}

if __name__ == "__main__":
    sys.exit(main())
