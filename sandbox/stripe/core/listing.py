"""Lists: newest first, a page at a time, by cursor."""

from collections.abc import Callable, Mapping
from itertools import islice

from sandbox.stripe.core.errors import no_such
from sandbox.stripe.core.parameters import Params
from sandbox.stripe.core.world import Obj


def page(
    table: Mapping[str, Obj],
    params: Params,
    url: str,
    *,
    equal: tuple[str, ...] = (),
    keep: Callable[[Obj], bool] | None = None,
) -> Obj:
    """A page of the objects that pass the filters.

    `equal` names fields that must equal the parameter of the same name; `keep` decides the rest.
    Raises a refusal when the cursor names no object of the table.
    """
    wanted = {name: params[name] for name in equal if name in params}
    period = params.get("created")
    limit = params.get("limit", 10)
    backwards = "ending_before" in params
    objects = _from_cursor(table, params)
    passing = (
        obj
        for obj in objects
        if all(obj[name] == value for name, value in wanted.items())
        and (period is None or within(obj["created"], period))
        and (keep is None or keep(obj))
    )
    found = list(islice(passing, limit + 1))
    data = found[:limit]
    if backwards:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(found) > limit, "url": url}


def _from_cursor(table: Mapping[str, Obj], params: Params) -> list[Obj]:
    objects = list(table.values())
    if "ending_before" in params:
        place = _place(table, params["ending_before"], "ending_before")
        return objects[place + 1 :]
    if "starting_after" in params:
        place = _place(table, params["starting_after"], "starting_after")
        return objects[:place][::-1]
    objects.reverse()
    return objects


def _place(table: Mapping[str, Obj], cursor: str, param: str) -> int:
    if cursor not in table:
        raise no_such("object", cursor[:200], param, status=400)
    return next(place for place, object_id in enumerate(table) if object_id == cursor)


def within(moment: int, period: int | dict[str, int]) -> bool:
    """Whether a moment lies in a period: an exact second, or bounds by `gt`, `gte`, `lt`, `lte`."""
    if isinstance(period, int):
        return moment == period
    return (
        moment > period.get("gt", -1)
        and moment >= period.get("gte", 0)
        and moment < period.get("lt", moment + 1)
        and moment <= period.get("lte", moment)
    )
