"""Descriptions: whose each property is, and what its host says now that guests read and see of it.

The words are in the vault, and found by their id. Whether a photo can still be seen is a matter of
documents, which is asked in `projections.showing.photos`.
"""

from collections.abc import Iterable, Mapping
from typing import assert_never, get_args

import msgspec
from sqlalchemy import Column, Connection, Index, MetaData, Table, Text, Uuid, select

from ledger.events import Recorded
from ledger.events.property import PropertyDescribed, PropertyDrafted
from ledger.values.ids import PropertyId
from ledger.values.listing import Description
from projections.projection import Projection, Rows

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="descriptions_v2")

descriptions = Table(
    "descriptions",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("description", Text),
    Index("descriptions_by_host", "host_id", "property_id"),
)
"""What was said last of each property, as JSON; nothing before its host has described it."""

# -- Events -----------------------------------------------------------------------------


DescriptionEvent = PropertyDrafted | PropertyDescribed


def project(rows: Rows, recorded: Recorded[DescriptionEvent]) -> None:
    """What is said now takes the place of what was said before."""
    property_id = recorded.stream_id
    match recorded.event:
        case PropertyDrafted(host_id=host_id):
            rows.insert(descriptions, property_id=property_id, host_id=host_id, description=None)
        case PropertyDescribed(description=description):
            said = msgspec.json.encode(description).decode()
            rows.change(descriptions, property_id, description=said)
        case _:
            assert_never(recorded.event)


DESCRIPTIONS = Projection(
    "descriptions", 2, tables, get_args(DescriptionEvent), project, sliced_by="stream"
)

# -- Questions --------------------------------------------------------------------------


def description_of(db: Connection, property_id: PropertyId) -> Description | None:
    """What is said of a property; nothing where nobody has described it yet."""
    return descriptions_of(db, (property_id,)).get(property_id)


def descriptions_of(db: Connection, property_ids: Iterable[str]) -> Mapping[str, Description]:
    """What is said of each of these properties that is described."""
    query = select(descriptions).where(
        descriptions.c.property_id.in_(property_ids), descriptions.c.description.is_not(None)
    )
    return {
        row.property_id: msgspec.json.decode(row.description, type=Description)
        for row in db.execute(query)
    }
