"""A scratch set, used from inside a process."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from sandbox.box import Box, persistent, scratch
from sandbox.errors import SandboxError, Unavailable
from sandbox.folders import sweep, temporary_folder
from sandbox.launch import AS_NOBODY
from tests.sandbox.stripe.shells import over_http, paid


def answer(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


@pytest.fixture
def box() -> Iterator[Box]:
    with scratch(durable=False, redis=False) as box:
        yield box


def test_a_scratch_database_is_utf8_checksummed_and_sorted_the_same_everywhere(box: Box) -> None:
    assert answer(box.database_url, "SHOW data_checksums") == "on"
    assert answer(box.database_url, "SHOW server_encoding") == "UTF8"
    locale = (
        "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'stayledger'"
    )
    assert answer(box.database_url, locale) == "bC.UTF-8"


def test_a_scratch_database_is_durable_unless_asked_otherwise() -> None:
    with scratch(redis=False) as durable:
        assert answer(durable.database_url, "SHOW fsync") == "on"
        assert answer(durable.database_url, "SHOW synchronous_commit") == "on"


def test_the_owner_is_no_superuser_and_owns_the_database(box: Box) -> None:
    superuser = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    assert answer(box.admin_url, superuser) is True
    assert answer(box.owner_url, superuser) is False
    assert answer(box.database_url, superuser) is False
    owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
    assert answer(box.admin_url, owner) == "stayledger_owner"


def test_the_application_cannot_create_tables(box: Box) -> None:
    with (
        psycopg.connect(box.database_url) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE public.own (id int)")


def test_a_wrong_password_is_refused(box: Box) -> None:
    password = box.postgres.passwords.application
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(box.database_url.replace(password, "guess"))


def test_what_was_committed_survives_the_postmaster_being_killed() -> None:
    with scratch(redis=False) as box:
        with psycopg.connect(box.owner_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 20000) AS n")
        first, url = box.postgres.pid, box.owner_url

        box.postgres.kill()
        box.postgres.start()

        assert box.owner_url == url
        assert box.postgres.pid != first
        assert answer(url, "SELECT count(*) FROM kept") == 20000


def test_a_postmaster_killed_by_somebody_else_can_be_started_again(box: Box) -> None:
    os.kill(box.postgres.pid, signal.SIGKILL)
    box.postgres.start()
    assert answer(box.database_url, "SELECT 1") == 1


def test_a_stopped_server_says_that_it_is_not_running(box: Box) -> None:
    box.postgres.stop()
    with pytest.raises(SandboxError, match="not running"):
        _ = box.postgres.pid


def test_two_sets_live_side_by_side() -> None:
    with scratch(durable=False) as one, scratch(durable=False) as other:
        assert one.folder != other.folder
        assert one.postgres.port != other.postgres.port
        assert one.redis_url is None or one.redis_url != other.redis_url
        with psycopg.connect(one.owner_url) as connection:
            connection.execute("CREATE TABLE mine (id int)")
        assert answer(other.owner_url, "SELECT to_regclass('mine')") is None


def test_settings_reach_the_server() -> None:
    with scratch(durable=False, redis=False, settings={"work_mem": "7MB"}) as box:
        assert answer(box.database_url, "SHOW work_mem") == "7MB"


def test_a_setting_that_the_server_refuses_is_one_clear_line() -> None:
    with (
        pytest.raises(SandboxError, match=r"did not start: .*work_mem") as refused,
        scratch(redis=False, settings={"work_mem": "much"}),
    ):
        pass
    assert "\n" not in str(refused.value)


def test_a_set_leaves_no_folder_behind() -> None:
    with scratch(durable=False) as box:
        folder = box.folder
        assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700
    assert not folder.exists()


def test_a_full_log_disk_is_survived_once_it_is_freed() -> None:
    try:
        small = scratch(redis=False, wal_mb=64, settings={"min_wal_size": "32MB"})
        with small as box:
            fill_and_free(box)
    except Unavailable as reason:
        pytest.skip(str(reason))


def fill_and_free(box: Box) -> None:
    with psycopg.connect(box.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    space = os.statvfs(box.postgres.wal)
    assert space.f_frsize * space.f_blocks == 64 * 2**20
    ballast = box.postgres.wal / "ballast"
    ballast.write_bytes(b"\0" * (space.f_frsize * os.statvfs(box.postgres.wal).f_bavail))

    with pytest.raises(psycopg.Error), psycopg.connect(box.owner_url) as connection:
        connection.execute(
            "CREATE TABLE big AS SELECT repeat('x', 2000) FROM generate_series(1, 60000)"
        )

    ballast.unlink()
    box.postgres.kill()  # It may have given up by itself already.
    box.postgres.start()
    assert answer(box.owner_url, "SELECT n FROM kept") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a server as somebody else")
def test_where_namespaces_are_forbidden_root_starts_the_server_as_nobody() -> None:
    with scratch(durable=False, redis=False, launch=AS_NOBODY) as box:
        assert answer(box.database_url, "SELECT 1") == 1
        assert (box.folder / "data").stat().st_uid == 65534
        box.postgres.kill()
        box.postgres.start()
        assert answer(box.database_url, "SELECT 2") == 2


def test_a_lasting_set_keeps_its_data_its_addresses_and_its_passwords(tmp_path: Path) -> None:
    with persistent(tmp_path / "kept") as first:
        before = first.environment()
        with psycopg.connect(first.owner_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    with persistent(tmp_path / "kept") as second:
        assert second.environment() == before
        assert answer(second.owner_url, "SELECT n FROM kept") == 42


def test_a_lasting_sets_stripe_keeps_its_world_and_its_address(tmp_path: Path) -> None:
    with persistent(tmp_path, postgres=False, redis=False, stripe=True) as first:
        before = first.environment()
        endpoint = {"url": "http://127.0.0.1:9/webhooks", "enabled_events": ["*"]}
        made = over_http(first.stripe.url).v1.webhook_endpoints.create(endpoint)  # type: ignore[arg-type]
    with persistent(tmp_path, postgres=False, redis=False, stripe=True) as second:
        assert second.environment() == before
        kept = over_http(second.stripe.url).v1.webhook_endpoints.list().data
        assert [one.id for one in kept] == [made.id]


def test_two_stripes_never_give_the_same_name_twice(tmp_path: Path) -> None:
    """A ledger that has heard of an event would take the other's for a repeat."""
    names = []
    for folder in ("one", "two"):
        with persistent(tmp_path / folder, postgres=False, redis=False, stripe=True) as box:
            names.append(paid(over_http(box.stripe.url)).id)
    assert len(set(names)) == 2


def test_a_lasting_set_cannot_be_started_twice(tmp_path: Path) -> None:
    with (
        persistent(tmp_path, redis=False),
        pytest.raises(SandboxError, match=f"in use by process {os.getpid()}"),
        persistent(tmp_path, redis=False),
    ):
        pass


def test_the_passwords_of_a_lasting_set_are_for_its_owner_alone(tmp_path: Path) -> None:
    with persistent(tmp_path, redis=False):
        for file in ("memory.json", "environment.json"):
            assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600


def test_what_a_dead_owner_left_is_swept_and_what_lives_is_not() -> None:
    abandoned, ownership = temporary_folder()
    ownership.release()  # As death does.
    living, still_owned = temporary_folder()

    sweep()

    assert not abandoned.exists()
    assert living.exists()
    living.joinpath("owner").unlink()
    living.rmdir()
    still_owned.release()
