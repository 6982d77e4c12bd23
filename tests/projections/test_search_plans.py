"""How Postgres goes about a search: by indexes, whatever is asked, and never through all rows.

The rows are only as many as it takes for the planner to choose as it does on a real market; what
they say is not looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, Select

from ledger.values.ids import PropertyId
from projections.availability import AVAILABILITY
from projections.finding.candidates import next_candidates, values_of_page
from projections.finding.clusters import one_round, values_of_round
from projections.finding.sought import Box, Order, Place, Sought, Spot, shape_of
from projections.finding.visibility import facts_of
from projections.search import SEARCH
from replay import schemas
from tests.conftest import Database
from tests.facts import an_id
from tests.projections.houses import sought
from tests.projections.story import asking

LISTINGS, NIGHTS_OF_EACH = 12_000, 12

Asked = tuple[Select[Any], Mapping[str, object]]

BY_INDEX = ("Index Scan", "Index Only Scan", "Bitmap Heap Scan")

AROUND = Box(40_000_000, 2_000_000, 41_000_000, 3_000_000)
NEAR = Spot(40_500_000, 2_500_000)
SOMEWHERE: Mapping[str, Mapping[str, Any]] = {
    "in a box": {"box": AROUND},
    "around the back": {"box": Box(40_000_000, 179_000_000, 41_000_000, -179_000_000)},
    "in a city": {"place": "city 7"},
    "in a part of a city": {"place": "city 7", "box": AROUND},
}
IN_EVERY_SHAPE = {
    f"{where}, by {order}": sought(order=order, near=NEAR, **told)
    for where, told in SOMEWHERE.items()
    for order in Order
}
QUESTIONS = {
    **IN_EVERY_SHAPE,
    "by price, below a price": sought(box=AROUND, to_minor=50_000),
    "with a cot, at once": sought(box=AROUND, amenities=("cot",), instant=True, kinds=("house",)),
    "in a region of a country": sought(place="region 3", country="PT"),
}
"""In every shape that the statement takes; and with wishes that change its values only."""


@dataclass
class Node:
    """A node of a plan, and those below it."""

    kind: str
    table: str | None
    below: list["Node"] = field(default_factory=list)

    def all(self) -> Iterator["Node"]:
        """Itself and everything below it."""
        yield self
        for each in self.below:
            yield from each.all()


def plan_of(db: Connection, asked: Select[Any], values: Mapping[str, object]) -> Node:
    """What Postgres would do for a statement about what can be found."""
    compiled = asked.compile(db)
    given = compiled.construct_params(values)
    explained = db.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", given).scalar()
    assert isinstance(explained, list), "it comes as JSON"
    return _node(explained[0]["Plan"])


def _node(plan: dict[str, Any]) -> Node:
    below = [_node(each) for each in plan.get("Plans", ())]
    return Node(plan["Node Type"], plan.get("Relation Name"), below)


def asked_by(question: Sought, after: Place | None = None) -> Asked:
    """What is asked for the first rooms of a search."""
    return next_candidates(shape_of(question)), values_of_page(question, after, 64)


def asked_for_clusters(question: Sought, zoom: int) -> Asked:
    """What is asked for the first round of a map."""
    return one_round(shape_of(question)), values_of_round(question, zoom) | {
        "seen": 0,
        "so_many": 4,
        "at_most": 1_500,
    }


def test_no_search_goes_through_all_listings_or_all_nights(database: Database) -> None:
    fill(database.url)
    ended = Place(50_000, an_id("the last one"), "whole")
    asked = {name: asked_by(question) for name, question in QUESTIONS.items()}
    asked["the page after"] = asked_by(QUESTIONS["in a box, by price"], ended)
    asked["a map"] = asked_for_clusters(QUESTIONS["in a box, by price"], 9)
    asked["a map of a city"] = asked_for_clusters(QUESTIONS["in a city, by price"], 12)

    with asking(database.url) as db:
        plans = {name: plan_of(db, *each) for name, each in asked.items()}
        of_one = plan_of(db, facts_of(PropertyId(an_id("a house"))), {})

    for plan in plans.values():
        read = {node.table for node in plan.all() if node.kind in BY_INDEX}
        assert {
            "arrivals",
            "hosts",
            "nights",
            "ratings",
            "rooms",
            "sold_elsewhere",
            "tariffs",
            "terms",
            "units",
        } <= read
    scanned = [
        f"{name}: {node.table}"
        for name, plan in {**plans, "why it can be found": of_one}.items()
        for node in plan.all()
        if node.kind == "Seq Scan"
    ]
    assert not scanned, "\n".join(scanned)


ROWS = (
    """
    INSERT INTO hosts (host_id, status, status_by, standing)
    SELECT md5('host' || n)::uuid, 'verified', '', 'enabled'
    FROM generate_series(0, %(listings)s / 2) n
    """,
    """
    INSERT INTO properties
        (property_id, host_id, currency, status, status_by, published_at, blocked, revision,
         has_number, kind, country, region, city, region_folded, city_folded, latitude_e6,
         longitude_e6, time_zone, check_in_time, check_out_time, amenities, pets)
    SELECT md5('house' || n)::uuid, md5('host' || n / 2)::uuid, 'EUR', 'published', '',
        '2026-01-01'::timestamptz + n * interval '1 minute', false, 1, true, 'house', 'PT', '', '',
        'region ' || n %% 600, 'city ' || n %% 1200, 36000000 + n * 7919 %% 20000000,
        -10000000 + n * 104729 %% 30000000, 'Europe/Lisbon', '15:00', '11:00', ',cot,wifi,', true
    FROM generate_series(1, %(listings)s) n
    """,
    "INSERT INTO rooms SELECT property_id, 1, 'whole', 4, 2, 2, 1 FROM properties",
    """
    INSERT INTO tariffs SELECT property_id, 1, 1, true, 1400, 200, 0, 12000 FROM properties
    """,
    "INSERT INTO terms SELECT property_id, '{}', '', '{}', '' FROM properties",
    """
    INSERT INTO arrivals
    SELECT property_id, place, 1, 'whole', '2026-01-01'::date + 180 * place,
        '2026-07-01'::date + 180 * place, 2, NULL, 127, 127, 0, NULL, NULL, 1, false, 3000, 2,
        1000, 0, 90000, true, false, low, low, low, low, low, low, low, low, low, low, low, low,
        10000, 9000, 8000
    FROM properties, generate_series(0, 1) place, LATERAL (SELECT 9000 + latitude_e6 %% 4000) a(low)
    """,
    """
    INSERT INTO ratings
    SELECT md5('review' || n)::uuid, md5('house' || n / 2)::uuid, n %% 5 + 1, false
    FROM generate_series(1, %(listings)s) n
    """,
    """
    INSERT INTO units
    SELECT property_id, property_id, host_id, 'whole', 1, time_zone, true, '' FROM properties
    """,
    """
    INSERT INTO nights
    SELECT unit_id, '2026-06-01'::date + 7 * n, 'reservation', unit_id
    FROM units, generate_series(1, %(nights)s) n
    """,
    """
    INSERT INTO sold_elsewhere
    SELECT unit_id, md5('item' || n)::uuid, n = 1, '2026-08-01'::date + 9 * n,
        '2026-08-05'::date + 9 * n
    FROM units, generate_series(1, 2) n
    """,
)
"""A market in which everything is let, with its middle in the west of Europe."""


def fill(url: str) -> None:
    """Give the read models as many rows as it takes."""
    path = f"-c search_path={SEARCH.schema},{AVAILABILITY.schema}"
    with psycopg.connect(url, autocommit=True) as connection:
        schemas.prepare(connection, SEARCH, AVAILABILITY)
    with psycopg.connect(url, autocommit=True, options=path) as connection:
        for statement in ROWS:
            given = {"listings": LISTINGS, "nights": NIGHTS_OF_EACH}
            connection.execute(statement.encode(), given)
        connection.execute("ANALYZE")
