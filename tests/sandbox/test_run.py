"""`python -m sandbox run`, as people at a terminal use it, and as the out-of-memory killer does."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
RUN = [sys.executable, "-m", "sandbox", "run", "--fast"]
NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
PATIENCE_SECONDS = 30.0

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="finds processes through /proc"
)


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """No servers named, and a temporary folder by which everything started here is recognised."""
    folder = tempfile.mkdtemp(prefix="run-", dir="/tmp")
    os.chmod(folder, 0o777)
    named = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL", "REDIS_URL"}
    named |= {"STRIPE_SECRET_KEY", "STRIPE_API_BASE"}
    kept = {name: value for name, value in os.environ.items() if name not in named}
    yield {**kept, "TMPDIR": folder}
    shutil.rmtree(folder)


def leftovers(environment: dict[str, str]) -> list[str]:
    """Processes that still live (zombies do not) and files that still lie there."""
    mark = f"TMPDIR={environment['TMPDIR']}".encode()
    found = [path.name for path in Path(environment["TMPDIR"]).iterdir()]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def assert_nothing_left(environment: dict[str, str]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while found := leftovers(environment):
        assert time.monotonic() < until, found
        time.sleep(0.05)


def start(environment: dict[str, str], *command: str) -> subprocess.Popen[str]:
    """Start the runner, and wait until its command has said its first word."""
    runner = subprocess.Popen(
        [*RUN, "--", *command], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert runner.stdout is not None
    assert runner.stdout.readline() == "ready\n"
    return runner


@needs_proc
def test_the_command_gets_addresses_and_its_exit_code_comes_back(
    environment: dict[str, str],
) -> None:
    script = "import os, sys, psycopg; psycopg.connect(os.environ['DATABASE_URL']); sys.exit(7)"
    done = subprocess.run([*RUN, "--", sys.executable, "-c", script], cwd=PROJECT, env=environment)
    assert done.returncode == 7
    assert_nothing_left(environment)


def test_a_command_killed_by_a_signal_ends_the_way_shells_say_it(
    environment: dict[str, str],
) -> None:
    done = subprocess.run([*RUN, "--", "sh", "-c", "kill -KILL $$"], cwd=PROJECT, env=environment)
    assert done.returncode == 128 + signal.SIGKILL


def test_an_unknown_command_is_one_clear_line(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*RUN, "--", "no-such-command"],
        cwd=PROJECT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 127
    assert done.stderr.splitlines()[-1] == "sandbox: no-such-command: No such file or directory"


@needs_proc
@pytest.mark.parametrize("cue", [signal.SIGTERM, signal.SIGKILL])
def test_a_stand_in_for_stripe_runs_beside_and_ends_with_it(
    environment: dict[str, str], cue: signal.Signals
) -> None:
    ask = (
        "import os, urllib.request; base = os.environ['STRIPE_API_BASE']; "
        "key = {'Authorization': f\"Bearer {os.environ['STRIPE_SECRET_KEY']}\"}; "
        "at = urllib.request.Request(f'{base}/v1/balance', headers=key); "
        "print('ready' if urllib.request.urlopen(at).status == 200 else 'away', flush=True); "
        "import time; time.sleep(600)"
    )
    runner = start(environment, sys.executable, "-c", ask)

    runner.send_signal(cue)

    runner.communicate(timeout=PATIENCE_SECONDS)
    assert_nothing_left(environment)


@pytest.mark.parametrize(
    ("named", "options"), [({"STRIPE_SECRET_KEY": "sk_test_mine"}, []), ({}, ["--no-stripe"])]
)
def test_no_stand_in_is_started_where_a_key_is_named_or_nobody_takes_money(
    environment: dict[str, str], named: dict[str, str], options: list[str]
) -> None:
    servers = {"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://y"}
    done = subprocess.run(
        [
            *RUN,
            *options,
            "--",
            "sh",
            "-c",
            "echo ${STRIPE_SECRET_KEY-none} ${STRIPE_API_BASE-none}",
        ],
        cwd=PROJECT,
        env={**environment, **servers, **named},
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{named.get('STRIPE_SECRET_KEY', 'none')} none\n"


def test_a_database_that_the_environment_names_is_used_and_none_is_started(
    environment: dict[str, str],
) -> None:
    named = {**environment, "DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://y"}
    done = subprocess.run(
        [*RUN, "--", "sh", "-c", "echo $DATABASE_URL $DATABASE_OWNER_URL $REDIS_URL"],
        cwd=PROJECT,
        env=named,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "postgresql://elsewhere/x postgresql://elsewhere/x redis://y\n"


@needs_proc
@pytest.mark.parametrize("cue", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_command_and_nothing_is_left(
    environment: dict[str, str], cue: signal.Signals
) -> None:
    trap = f"trap 'echo told; exit 5' {cue.name[3:]}; echo ready; while :; do sleep 0.05; done"
    runner = start(environment, "bash", "-c", trap)

    runner.send_signal(cue)

    said, _ = runner.communicate(timeout=PATIENCE_SECONDS)
    assert (said, runner.returncode) == ("told\n", 5)
    assert_nothing_left(environment)


@needs_proc
def test_nothing_is_left_when_the_runner_is_killed(environment: dict[str, str]) -> None:
    runner = start(environment, "bash", "-c", "echo ready; sleep 600 & sleep 600")

    runner.kill()

    runner.communicate(timeout=PATIENCE_SECONDS)
    assert_nothing_left(environment)


@needs_proc
def test_what_the_command_leaves_in_the_background_ends_with_it(
    environment: dict[str, str],
) -> None:
    quiet = "sleep 600 > /dev/null 2>&1 & exit 0"
    done = subprocess.run([*RUN, "--", "bash", "-c", quiet], cwd=PROJECT, env=environment)
    assert done.returncode == 0
    assert_nothing_left(environment)


@needs_proc
@pytest.mark.skipif(os.geteuid() != 0, reason="already an ordinary user: all other tests show it")
def test_an_ordinary_user_can_run_it(environment: dict[str, str]) -> None:
    if subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine forbids user namespaces, by which root becomes ordinary here")
    script = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']); print(os.geteuid())"
    done = subprocess.run(
        [*NAMESPACE, *RUN, "--", sys.executable, "-c", script],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.returncode) == ("1000\n", 0), done.stderr
    assert_nothing_left(environment)
