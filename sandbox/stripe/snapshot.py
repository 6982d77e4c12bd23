"""The world in one SQLite file: written whole and atomically, read back to the same bytes."""

import heapq
import os
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from sandbox.stripe.core.webhooks import recall
from sandbox.stripe.core.world import Obj, Settings, World

FORMAT = 1

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

Row = tuple[str, str, str, str, bytes]

_PLAIN = ("now", "offset", "counter", "rates", "timers", "remembered", "mischief", "faults")
"""What a world remembers besides objects; `deliveries` and `notes` have rows of their own."""


class NotASnapshot(Exception):
    """The file is something else, or of another format."""


def rows(world: World) -> list[Row]:
    """Everything there is, as (section, account, kind, id, JSON), in an order that is kept."""
    plain = {name: getattr(world, name) for name in _PLAIN}
    found: list[Row] = [
        ("format", "", "", "", _encode(FORMAT)),
        ("settings", "", "", "", _encode(asdict(world.settings))),
        ("plain", "", "", "", _encode({**plain, "platform": world.platform.id})),
    ]
    for tenant in world.tenants.values():
        money = {"available": tenant.available, "pending": tenant.pending}
        found.append(("tenant", tenant.id, "", "", _encode({**money, "maturing": tenant.maturing})))
    found += [
        ("object", tenant.id, obj["object"], obj["id"], _encode(obj))
        for tenant, obj in world.all_objects()
    ]
    # Gone from their tables, but events and expansions may still name them.
    filed = {obj["id"] for _, obj in world.all_objects()}
    found += [
        ("gone", "", obj["object"], object_id, _encode(obj))
        for object_id, obj in world.index.items()
        if object_id not in filed
    ]
    found += [("note", "", "", name, _encode(note)) for name, note in world.notes.items()]
    found += [("delivery", "", "", name, _encode(one)) for name, one in world.deliveries.items()]
    return found


def save(snapshot: list[Row], file: Path) -> None:
    """Write a snapshot to `file`; a crash leaves the file as it was before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.draft")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft)) as database, database:
        database.execute(
            "CREATE TABLE world (place INTEGER PRIMARY KEY, section TEXT NOT NULL, "
            "account TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, json BLOB NOT NULL)"
        )
        database.executemany(
            "INSERT INTO world (section, account, kind, id, json) VALUES (?, ?, ?, ?, ?)", snapshot
        )
    os.replace(draft, file)


def load(file: Path) -> World:
    """The world that `save` wrote.

    Raises `NotASnapshot` for a file that is none, `FileNotFoundError` where there is no file.
    """
    if not file.exists():
        raise FileNotFoundError(file)
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            read = database.execute(
                "SELECT section, account, kind, id, json FROM world ORDER BY place"
            ).fetchall()
    except sqlite3.DatabaseError as broken:
        raise NotASnapshot(f"{file} is not a snapshot of the sandbox") from broken
    sections: dict[str, list[tuple[str, str, str, Any]]] = {}
    for section, account, kind, name, text in read:
        sections.setdefault(section, []).append((account, kind, name, _decode(text)))
    if not sections.get("format") or sections["format"][0][3] != FORMAT:
        raise NotASnapshot(f"{file} has another format than {FORMAT}")
    return _restored(sections)


def _restored(sections: dict[str, list[tuple[str, str, str, Any]]]) -> World:
    settings = sections["settings"][0][3]
    settings["settlement_currencies"] = tuple(settings["settlement_currencies"])
    world = World(Settings(**settings))
    world.tenants.clear()
    plain = sections["plain"][0][3]
    for name in _PLAIN:
        setattr(world, name, plain[name])
    world.timers = [tuple(timer) for timer in plain["timers"]]
    heapq.heapify(world.timers)
    for account, _, _, money in sections["tenant"]:
        tenant = world.open_tenant(account)
        tenant.available, tenant.pending = money["available"], money["pending"]
        tenant.maturing = money["maturing"]
    world.platform = world.tenants[plain["platform"]]
    for account, _, _, obj in sections.get("object", []):
        world.add(world.tenants[account], obj)
    for _, _, name, obj in sections.get("gone", []):
        world.index[name] = obj
    world.notes = {name: note for _, _, name, note in sections.get("note", [])}
    world.deliveries = {name: one for _, _, name, one in sections.get("delivery", [])}
    _relink(world)
    recall(world)
    return world


def _relink(world: World) -> None:
    # Lists inside objects hold the very objects that the tables hold, not copies of them.
    for _, obj in world.all_objects():
        for name in ("external_accounts", "refunds", "reversals"):
            if isinstance(obj.get(name), dict):
                obj[name]["data"] = [_same(world, one) for one in obj[name]["data"]]
        if obj["object"] == "dispute":
            listed = obj["balance_transactions"]
            obj["balance_transactions"] = [_same(world, one) for one in listed]


def _same(world: World, copy: Obj) -> Obj:
    return world.index.get(copy["id"], copy)
