"""The files around the code: what is deployed, what is installed, what is shipped."""

import ast
import csv
import fcntl
import gzip
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pytest
import stripe
import yaml

import run
from sandbox.box import scratch
from sandbox.ports import free_port
from sandbox.postgres import programs_folder
from sandbox.stand_in import KEY
from sandbox.template import APPLICATION, OWNER, SUPERUSER
from tests.sandbox.stripe.shells import serving

PROJECT = Path(__file__).resolve().parent.parent
SAMPLES = PROJECT / "sandbox" / "samples"
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
ONE_SHOT = {"schema"}
PATIENCE_SECONDS = 30.0
LOCKS = ("requirements.lock", "requirements-runtime.lock")

every_service = pytest.mark.parametrize("name", SERVICES)


# -- Deployment ------------------------------------------------------------------------------


@every_service
def test_every_image_is_tagged_with_a_version(name: str) -> None:
    tag = SERVICES[name]["image"].rpartition(":")[2]
    assert re.fullmatch(r"\d[\w.-]*", tag)


@every_service
def test_every_lasting_service_says_whether_it_is_well_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD"


@every_service
def test_a_service_waits_until_what_it_needs_is_ready(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
        assert how["condition"] == expected


@every_service
def test_every_module_that_a_service_runs_exists(name: str) -> None:
    service = SERVICES[name]
    for command in (service.get("command", []), service.get("healthcheck", {}).get("test", [])):
        if "-m" in command:
            module = command[command.index("-m") + 1]
            assert (PROJECT / module / "__main__.py").exists()


@every_service
def test_every_password_and_secret_comes_from_outside_and_must_be_given(name: str) -> None:
    for setting, value in SERVICES[name].get("environment", {}).items():
        for secret in re.findall(r"\$\{\w*(?:PASSWORD|SECRET)[^}]*\}", str(value)):
            assert secret.endswith(":?}"), f"{setting} would be empty without {secret}"
        assert not re.search("PASSWORD|SECRET", setting) or str(value).startswith("${")


def test_only_those_who_deal_with_the_processor_have_what_it_takes() -> None:
    def knowing(setting: str) -> set[str]:
        return {
            name for name, service in SERVICES.items() if setting in service.get("environment", {})
        }

    assert knowing("STRIPE_SECRET_KEY") == {"api", "follow"}
    assert knowing("STRIPE_API_BASE") == {"api", "follow"}
    for secrets in ("STRIPE_WEBHOOK_SECRETS", "STRIPE_HOSTS_WEBHOOK_SECRETS"):
        assert knowing(secrets) == {"api"}, "notices come in at the door alone"


@pytest.mark.parametrize("name", ["api", "follow", "schema"])
def test_our_own_containers_have_no_rights_that_they_do_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "USER 65534:65534" in (PROJECT / "Containerfile").read_text()


def test_only_what_changes_the_schema_knows_the_owners_password() -> None:
    knowing = {
        name
        for name, service in SERVICES.items()
        if "DATABASE_OWNER_URL" in service.get("environment", {})
    }
    assert knowing == {"schema"}


def test_the_deployments_roles_are_those_of_the_sandbox(tmp_path: Path) -> None:
    script = tmp_path / "roles.sh"
    script.write_text(COMPOSE["configs"]["roles"]["content"])
    with scratch(durable=False, redis=False) as box:
        _forget_the_roles(box.postgres.url_of(SUPERUSER, SUPERUSER))
        environment = {
            "PATH": f"{programs_folder()}{os.pathsep}{os.environ['PATH']}",
            "PGHOST": str(box.postgres.sockets),
            "PGPORT": str(box.postgres.port),
            "OWNER_PASSWORD": box.postgres.passwords.owner,
            "APPLICATION_PASSWORD": box.postgres.passwords.application,
        }
        subprocess.run(["sh", script], env=environment, check=True)
        for url in (box.owner_url, box.database_url):
            psycopg.connect(url).close()


def _forget_the_roles(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE stayledger")
        connection.execute(f"DROP ROLE {OWNER}, {APPLICATION}".encode())


@pytest.fixture(scope="module")
def deployed() -> Iterator[dict[str, str]]:
    """What compose.yaml's services find in their environment, on this machine."""
    with scratch(durable=False) as box:
        yield {**box.environment(), "API_PORT": str(free_port())}


def test_every_command_of_ours_runs_and_is_found_well(deployed: dict[str, str]) -> None:
    subprocess.run(_command("schema", deployed), env=_environment("schema", deployed), check=True)
    for name in ("follow", "api"):
        environment = _environment(name, deployed)
        service = subprocess.Popen(_command(name, deployed), env=environment)
        try:
            _wait_until_well(name, service, deployed)
        finally:
            service.terminate()
            assert service.wait(PATIENCE_SECONDS) in (0, -signal.SIGTERM)


def _command(name: str, deployed: dict[str, str]) -> list[str]:
    return [_filled_in(word, deployed) for word in SERVICES[name]["command"]]


def _wait_until_well(name: str, service: subprocess.Popen[bytes], deployed: dict[str, str]) -> None:
    check = [_filled_in(word, deployed) for word in SERVICES[name]["healthcheck"]["test"][1:]]
    until = time.monotonic() + PATIENCE_SECONDS
    environment = _environment(name, deployed)
    while subprocess.run(check, env=environment, stderr=subprocess.DEVNULL).returncode != 0:
        assert service.poll() is None, f"{name} has ended"
        assert time.monotonic() < until, f"{name} is not well"
        time.sleep(0.1)


def _environment(name: str, deployed: dict[str, str]) -> dict[str, str]:
    """The settings that the file gives to the service, and nothing else of ours."""
    settings = {key: deployed[key] for key in SERVICES[name]["environment"] if key in deployed}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    return {**settings, "PATH": path, "PYTHONPATH": str(PROJECT)}


def _filled_in(word: str, settings: dict[str, str]) -> str:
    """`${NAME:-default}`, as compose reads it."""
    return re.sub(r"\$\{(\w+):-(\w+)\}", lambda m: settings.get(m[1], m[2]), word)


def test_the_api_listens_where_only_this_machine_reaches_it() -> None:
    command = SERVICES["api"]["command"]
    assert command[command.index("--host") + 1] == "127.0.0.1"
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_holds_each_package_that_its_commands_import() -> None:
    recipe = (PROJECT / "Containerfile").read_text()
    context = (PROJECT / ".containerignore").read_text().splitlines()
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", recipe, re.MULTILINE))
    for package in ("ledger", "projections", "replay", "api"):
        assert package in copied
        assert f"!{package}" in context
    for paths in copied:
        assert all(f"!{path}" in context for path in paths.split())


# -- Installation ----------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_its_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z])", (PROJECT / lock).read_text())
    for entry in entries:
        assert re.match(r"[a-z0-9-]+(\[[a-z,-]+\])?==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock: str) -> None:
    assert "://" not in (PROJECT / lock).read_text()


def test_every_dependency_is_locked_and_the_locks_agree() -> None:
    everything, runtime = (_versions(lock) for lock in LOCKS)
    assert runtime.items() <= everything.items()
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    for requirement in project["project"]["dependencies"]:
        assert _name(requirement) in runtime
    for group in project["dependency-groups"].values():
        for requirement in group:
            assert isinstance(requirement, dict) or _name(requirement) in everything


def _versions(lock: str) -> dict[str, str]:
    pinned = re.findall(r"^([a-z0-9-]+)\S*==(\S+)", (PROJECT / lock).read_text(), re.MULTILINE)
    return dict(pinned)


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9_-]+", requirement)
    assert found
    return found[0].lower().replace("_", "-")


def test_run_py_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((PROJECT / "run.py").read_text())
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert all(name.partition(".")[0] in sys.stdlib_module_names for name in names)


def test_run_py_explains_itself_and_answers_a_wrong_word_in_one_line() -> None:
    run = [sys.executable, "run.py"]
    told = subprocess.run([*run, "--help"], cwd=PROJECT, capture_output=True, text=True)
    assert told.returncode == 0
    assert "python3 run.py test" in told.stdout
    wrong = subprocess.run([*run, "tset"], cwd=PROJECT, capture_output=True, text=True)
    assert wrong.returncode == 1
    assert wrong.stderr == "run.py: there is no command 'tset'; see python3 run.py --help\n"


def test_who_asks_while_the_system_starts_is_told_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "DATA", tmp_path)
    with (tmp_path / "owner").open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        with pytest.raises(run.Trouble, match="try again in a moment"):
            run.running_system()
        (tmp_path / "environment.json").write_text('{"DATABASE_URL": "postgresql://it"}')
        assert run.running_system() == {"DATABASE_URL": "postgresql://it"}
    assert run.running_system() is None


def test_our_stand_in_tells_its_events_to_wherever_the_api_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "DATA", tmp_path)
    monkeypatch.setenv("STRIPE_SECRET_KEY", KEY)
    for secrets in ("STRIPE_WEBHOOK_SECRETS", "STRIPE_HOSTS_WEBHOOK_SECRETS"):
        monkeypatch.setenv(secrets, "")
    with serving() as address:
        monkeypatch.setenv("STRIPE_API_BASE", address)
        client = stripe.StripeClient(KEY, base_addresses={"api": address})

        def endpoints() -> set[str]:
            return {one.url for one in client.v1.webhook_endpoints.list().data}

        def told(url: str) -> tuple[str, str]:
            run.have_notices_sent(url)
            hosts = os.environ["STRIPE_HOSTS_WEBHOOK_SECRETS"]
            return os.environ["STRIPE_WEBHOOK_SECRETS"], hosts

        notices = "http://127.0.0.1:8001/webhooks/stripe"
        first = told("http://127.0.0.1:8000")
        again = told("http://127.0.0.1:8001")
        assert first == again
        assert {secret[:6] for secret in first} == {"whsec_"}
        assert len(set(first)) == 2
        assert endpoints() == {notices, f"{notices}/hosts"}
        for kept in ("stripe-webhook.json", "stripe-webhook-hosts.json"):
            assert stat.S_IMODE((tmp_path / kept).stat().st_mode) == 0o600

        # Somebody let the stand-in begin anew: it knows of no endpoint.
        for one in client.v1.webhook_endpoints.list().data:
            client.v1.webhook_endpoints.delete(one.id)
        other = told("http://127.0.0.1:8001")
        assert not set(other) & set(first)
        assert endpoints() == {notices, f"{notices}/hosts"}


def test_the_merge_check_is_executable() -> None:
    assert (PROJECT / ".ci" / "run").stat().st_mode & stat.S_IXUSR


# -- The checks, side by side ----------------------------------------------------------------

CHECKING = """
import json, sys, run
run.VOLUNTARY_SECONDS = 0.3
checks = {name: [sys.executable, "-c", code] for name, code in json.loads(sys.argv[1]).items()}
codes = {name: code for name, (code, _) in run.side_by_side(checks, hands=2).items()}
print(json.dumps(codes))
"""


def _checking(folder: Path, **checks: str) -> subprocess.Popen[str]:
    """run.py at work on these checks, each a program of Python, as a shell would start it."""
    return subprocess.Popen(
        [sys.executable, "-c", CHECKING, json.dumps(checks)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def test_every_test_is_in_just_one_of_the_parts() -> None:
    parts = [command for command in run.checks().values() if "pytest" in command]
    rest, chosen = (part[part.index("pytest") + 1 :] for part in parts)
    assert chosen
    assert all((PROJECT / path).exists() for path in chosen)
    assert rest == [f"--ignore={path}" for path in chosen]


def test_parts_that_share_somebodys_servers_run_one_after_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    assert run.hands() == 2
    monkeypatch.setenv("REDIS_URL", "redis://somebody")
    assert run.hands() == 1


def test_two_checks_run_at_a_time_and_a_third_waits_for_its_turn(tmp_path: Path) -> None:
    meet = f"""
import pathlib, sys, time
pathlib.Path(sys.argv[0]).touch()
until = time.monotonic() + {PATIENCE_SECONDS}
while not pathlib.Path(sys.argv[1]).exists():
    assert time.monotonic() < until, "nobody came"
    time.sleep(0.01)
"""
    one, two = (f"import sys; sys.argv = {names}{meet}" for names in (["1", "2"], ["2", "1"]))
    checking = _checking(tmp_path, one=one, two=two, three="import os; assert os.path.exists('1')")
    said, _ = checking.communicate(timeout=2 * PATIENCE_SECONDS)
    assert json.loads(said.splitlines()[-1]) == {"one": 0, "two": 0, "three": 0}


def test_what_checks_say_is_shown_whole_and_in_order_also_after_one_failed(tmp_path: Path) -> None:
    slow = "import time; print('slow begins', flush=True); time.sleep(1); exit('slow fails')"
    checking = _checking(tmp_path, slow=slow, quick="print('quick')")
    said, _ = checking.communicate(timeout=PATIENCE_SECONDS)
    assert [line.rstrip(" ─") for line in said.splitlines() if line] == [
        *("── slow", "slow begins", "slow fails"),
        *("── quick", "quick"),
        '{"slow": 1, "quick": 0}',
    ]


def test_one_failed_check_fails_the_whole_and_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    results = {"types": (0, 38.0), "tests": (1, 400.0)}
    monkeypatch.setattr(run, "side_by_side", lambda checks, hands: results)
    assert run.test([]) == 1
    assert [line.split() for line in capsys.readouterr().out.splitlines() if line] == [
        ["types", "passed", "38.0", "s"],
        ["tests", "FAILED", "400.0", "s"],
    ]
    results["tests"] = (0, 400.0)
    assert run.test([]) == 0


@pytest.mark.parametrize("cue", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("tell", [os.kill, os.killpg], ids=["alone", "with all it started"])
def test_a_signal_to_stop_stops_every_check(
    tmp_path: Path, tell: Callable[[int, int], None], cue: signal.Signals
) -> None:
    lasting = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    told = "import os, time; open('pid', 'w').write(f'{os.getpid()}\\n'); time.sleep(600)"
    checking = _checking(tmp_path, one=lasting, two=told, three="open('begun', 'w')")
    assert checking.stdout is not None
    said = [checking.stdout.readline() for _ in range(3)]
    _wait_until((tmp_path / "pid").exists)
    _wait_until(lambda: (tmp_path / "pid").read_text().endswith("\n"))

    tell(checking.pid, cue)

    checking.communicate(timeout=PATIENCE_SECONDS)
    assert checking.returncode == 128 + cue
    assert not (tmp_path / "begun").exists()
    for pid in (int(said[-1]), int((tmp_path / "pid").read_text())):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def _wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until, "it never became true"
        time.sleep(0.01)


# -- Samples ---------------------------------------------------------------------------------


def _rows(name: str, count: int | None = None) -> list[list[str]]:
    with gzip.open(SAMPLES / name, "rt", newline="") as file:
        return list(islice(csv.reader(file), count))


def test_the_sample_is_the_beginning_of_the_whole_with_the_same_columns() -> None:
    sample = _rows("resort-hotel-sample.csv.gz")
    assert len(sample) == 1501
    assert sample == _rows("resort-hotel-bookings.csv.gz", 1501)


def test_the_samples_name_their_source_and_licence() -> None:
    told = (SAMPLES / "README.md").read_text()
    assert "CC BY 4.0" in told
    assert all(path.name in told for path in SAMPLES.iterdir() if path.suffix != ".md")
