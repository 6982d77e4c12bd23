"""The world in one file: kept between runs, to the byte, and never half written."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sandbox.stripe import snapshot
from sandbox.stripe.core.world import Settings
from sandbox.stripe.machine import StripeMachine
from tests.sandbox.stripe.shells import BACK, START, in_process, over_http, paid, serving
from tests.sandbox.stripe.test_against_the_sdk import a_full_life


def test_a_restored_world_is_the_same_to_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "stripe.sqlite"
    machine = a_full_life()
    before = snapshot.rows(machine.world)
    snapshot.save(before, file)
    assert snapshot.rows(snapshot.load(file)) == before


def test_a_restored_world_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    # given a world, and the same one saved and restored
    file = tmp_path / "stripe.sqlite"
    lasting = a_full_life()
    snapshot.save(snapshot.rows(lasting.world), file)
    restored = StripeMachine(Settings(), file=file, clock=lambda: START)
    # when the same happens in both
    for machine in (lasting, restored):
        transfer = list(machine.world.platform.tables["transfer"])[-1]
        post(machine, f"/v1/transfers/{transfer}/reversals", "amount=500")
        form = "amount=9000&currency=eur&confirm=true&payment_method=pm_card_refundFail"
        intent = post(machine, "/v1/payment_intents", f"{form}&return_url={BACK}")
        post(machine, "/v1/refunds", f"payment_intent={intent['id']}")
        machine.control("POST", "clock", b'{"advance_s": 432000}')
    # then both are the same
    assert snapshot.rows(lasting.world) == snapshot.rows(restored.world)
    assert in_process(restored).behind("books", method="GET")["findings"] == []


def post(machine: StripeMachine, path: str, form: str) -> Any:
    """A call without the SDK, which would add a key by chance to each."""
    answer = machine.call("POST", path, form, {"authorization": "Bearer sk_test_snapshot"})
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def test_an_unchanged_world_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "stripe.sqlite"
    machine = StripeMachine(Settings(), file=file)
    machine.save()
    assert not file.exists()
    in_process(machine).v1.customers.create()
    machine.save()
    assert file.exists()


def test_the_server_keeps_its_world_between_runs(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "stripe.sqlite"
    with serving("--state", str(file)) as url:
        shell = over_http(url)
        intent = paid(shell)
        shell.let_pass(86_400)
    with serving("--state", str(file)) as url:
        found = over_http(url).v1.payment_intents.retrieve(intent.id)
        assert found.status == "succeeded"
        clock = over_http(url).behind("clock", method="GET")
        assert clock["offset"] == 86_400


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + b"\x00" * 84])
def test_another_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "precious.txt"
    file.write_bytes(content)
    with pytest.raises(snapshot.NotASnapshot):
        StripeMachine(Settings(), file=file)
    assert file.read_bytes() == content


def test_another_format_is_not_guessed_at(tmp_path: Path) -> None:
    file = tmp_path / "stripe.sqlite"
    machine = StripeMachine(Settings(), file=file)
    snapshot.save(snapshot.rows(machine.world), file)
    with sqlite3.connect(file) as database:
        database.execute("UPDATE world SET json = '99' WHERE section = 'format'")
    database.close()
    with pytest.raises(snapshot.NotASnapshot):
        snapshot.load(file)
