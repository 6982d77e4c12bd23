"""Search: `metadata['booking']:'b-17' AND status:'succeeded'`.

Clauses are joined by AND or by OR, not by both; a minus before a clause negates it. Like
Stripe's, this index may be late (`search_lag_s`): a new object is found only after a while.
"""

import re
from collections.abc import Callable

from sandbox.stripe.core.errors import malformed
from sandbox.stripe.core.parameters import SHORT, TEXT, Params, Schema, integer, required
from sandbox.stripe.core.world import Obj, World

SEARCH = Schema(query=required(TEXT), limit=integer(lowest=1, highest=100), page=SHORT)

_CLAUSE = re.compile(
    r"""\s*(?P<minus>-?)(?P<field>[a-z_]+)
        (?:\[(?P<quote>['"])(?P<key>.{1,40}?)(?P=quote)\])?
        \s*(?P<operator>:|~|>=|<=|>|<)\s*
        (?:(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<bare>null|-?\d+))\s*""",
    re.VERBOSE,
)
_JOINT = re.compile(r"(AND|OR)\b|(?=-?[a-z])", re.IGNORECASE)

Test = Callable[[Obj], bool]


def matcher(query: str, fields: set[str]) -> Test:
    """The test that a query puts to objects; raises a refusal when it cannot be read."""
    tests: list[Test] = []
    joints: set[str] = set()
    place = 0
    while place < len(query):
        clause = _CLAUSE.match(query, place)
        if clause is None or clause["field"] not in fields:
            raise malformed(
                f"Invalid search query near: {query[place : place + 40]}", param="query"
            )
        tests.append(_test(clause))
        place = clause.end()
        joint = _JOINT.match(query, place)
        if place < len(query) and joint is not None:
            joints.add((joint[1] or "and").lower())
            place = joint.end()
    if len(joints) > 1:
        raise malformed("A search query cannot combine AND and OR.", param="query")
    combined = any if joints == {"or"} else all
    return lambda obj: combined(test(obj) for test in tests)


def _test(clause: re.Match[str]) -> Test:
    field, key, operator = clause["field"], clause["key"], clause["operator"]
    wanted = _wanted(clause)

    def holds(obj: Obj) -> bool:
        value = obj.get(field)
        if key is not None:
            value = (value or {}).get(key)
        return _compare(value, operator, wanted) != bool(clause["minus"])

    return holds


def _wanted(clause: re.Match[str]) -> str | int | None:
    if clause["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", clause["quoted"][1:-1])
    return None if clause["bare"] == "null" else int(clause["bare"])


def _compare(value: object, operator: str, wanted: str | int | None) -> bool:
    if operator == ":":
        if isinstance(value, str) and isinstance(wanted, str):
            return value.lower() == wanted.lower()
        return value == wanted
    if operator == "~":
        return isinstance(value, str) and str(wanted).lower() in value.lower()
    if not isinstance(value, int) or not isinstance(wanted, int):
        return False
    tests = {">": value > wanted, "<": value < wanted, ">=": value >= wanted, "<=": value <= wanted}
    return tests[operator]


def search_page(world: World, table: dict[str, Obj], params: Params, url: str, keep: Test) -> Obj:
    """A page of what a search found, newest first; `page` is the number of hits before it."""
    known_until = world.now - world.settings.search_lag_s
    start = params.get("page", "0")
    if not (start.isascii() and start.isdigit() and len(start) < 10):
        raise malformed("Invalid page token.", param="page")
    limit = params.get("limit", 10)
    hits = [obj for obj in reversed(table.values()) if obj["created"] <= known_until and keep(obj)]
    end = int(start) + limit
    more = end < len(hits)
    return {
        "object": "search_result",
        "data": hits[int(start) : end],
        "has_more": more,
        "next_page": str(end) if more else None,
        "url": url,
    }
