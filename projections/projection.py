"""What a read model is: its tables, the events it listens to, and how each event changes rows.

A projection never reads and never runs SQL. It tells `rows` what changes; the engine in `replay`
gathers the changes of a batch, writes them as sets, and commits them together with the position.
So the same code follows the live ledger and rebuilds from the beginning.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, select

from ledger.events import Event, Recorded

ONLY_INSERTED = {"only_inserted": True}
"""Says of a table that its rows are never touched again, so they may stream straight through."""

ONLY_ADDED_TO = {"only_added_to": True}
"""Says of a table that its rows are sums, which `add` alone makes and changes. Its columns begin
with its key. A rebuild writes the additions down as they come, and sums them up once at the end.
"""

NOT_IN_DIGEST = {"not_in_digest": True}
"""Says of a column that it names a place in the store: two equal read models may differ in it."""


class Rows(Protocol):
    """What a projection may ask for. A key is the primary key's value, or a tuple of its values."""

    def insert(self, table: Table, /, **values: Any) -> None:
        """Make a row; every column is named. There must be none under its key."""

    def change(self, table: Table, key: Any, /, **values: Any) -> None:
        """Set columns of the row under the key. There must be one."""

    def add(self, table: Table, key: Any, /, **deltas: int) -> None:
        """Add to columns of the row under the key, which is made from zero where there is none.

        Only in a table of sums, and each of them is named. The order of additions does not matter,
        so slices of a history may be added side by side.
        """

    def remove(self, table: Table, key: Any, /) -> None:
        """Take the row under the key away, if there is one."""


Project = Callable[[Rows, Recorded[Any]], None]


Matter = Callable[[Rows, Recorded[Any], Any], None]
Matters = Mapping[Any, Matter]
"""For each union of events, what projects those: one file of a read model in a folder."""


def by_event(matters: Matters) -> Mapping[type[Event], Matter]:
    """What projects each event: the one matter whose union it is in."""
    pairs = [(event, project) for events, project in matters.items() for event in get_args(events)]
    assert len(pairs) == len(dict(pairs)), "an event belongs to two matters"
    return dict(pairs)


@dataclass(frozen=True)
class Projection:
    """A read model of one version; its tables live in the schema `{name}_v{version}`.

    Attributes: `sliced_by` says which events must stay together, and in order, when a rebuild is
    shared out among processes: those of a case, or those of a stream. `live_only` read models know
    nothing of imported history, and let changes to rows that they never had pass.
    """

    name: str
    version: int
    tables: MetaData
    listens_to: tuple[type[Event], ...]
    project: Project = field(repr=False)
    sliced_by: Literal["stream", "case"] = "case"
    live_only: bool = False

    def __post_init__(self) -> None:
        assert self.tables.schema == self.schema, (
            f"{self.name}: its tables are not in {self.schema}"
        )

    @property
    def schema(self) -> str:
        """The database schema that the tables live in."""
        return f"{self.name}_v{self.version}"

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the events that it listens to, in order."""
        return tuple(sorted(event.topic for event in self.listens_to))


# -- Where each read model stands ---------------------------------------------------------

bookkeeping = MetaData(schema="read_models")

positions = Table(
    "positions",
    bookkeeping,
    Column("schema", Text, primary_key=True),
    Column("slice", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False, server_default="0"),
    Column("halted_at", BigInteger),
    Column("halted_because", Text),
)
"""One row per read model, and while it is rebuilt one per slice of the work.

`position`: everything up to it is in the rows; `events`: so many were taken in. `halted_at`: the
position of the event that the read model could not take in; `halted_because` says why.
"""

WHOLE = "whole"
"""The slice of a read model that is not being rebuilt: all of it."""


class Answer(BaseModel):
    """An answer of a read model: it contains everything up to `position`, and perhaps more."""

    model_config = ConfigDict(frozen=True)

    position: int


class Standing(BaseModel):
    """Where a read model stands, and whether and why it went no further."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    position: int
    halted_at: int | None
    halted_because: str | None


def position_of(db: Connection, projection: Projection) -> int:
    """The position up to which a read model is complete; 0 for one that was never fed.

    Ask before you ask for rows: then the rows are at least as new as the position says.
    """
    where = (positions.c.schema == projection.schema) & (positions.c.slice == WHOLE)
    return db.execute(select(positions.c.position).where(where)).scalar() or 0


def standing_of(db: Connection, projections: Sequence[Projection]) -> list[Standing]:
    """Where each of the read models stands, for health and for those who wait for a position."""
    found = {
        row.schema: row
        for row in db.execute(select(positions).where(positions.c.slice == WHOLE)).all()
    }
    return [_standing(projection, found.get(projection.schema)) for projection in projections]


def _standing(projection: Projection, row: Any | None) -> Standing:
    return Standing(
        name=projection.name,
        version=projection.version,
        position=row.position if row else 0,
        halted_at=row.halted_at if row else None,
        halted_because=row.halted_because if row else None,
    )
