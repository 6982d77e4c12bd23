"""Lists that must be complete: if one is not, the test says what is missing from which file."""

from collections.abc import Iterable
from typing import Any


def complete(listed: Iterable[Any], wanted: Iterable[Any], where: str) -> None:
    """All that is wanted is listed, and nothing else; `where` names the list and its file."""
    missing = sorted(_named(one) for one in set(wanted) - set(listed))
    unknown = sorted(_named(one) for one in set(listed) - set(wanted))
    assert not missing, f"add to {where}: {', '.join(missing)}"
    assert not unknown, f"take out of {where}: {', '.join(unknown)}"


def _named(one: Any) -> str:
    if isinstance(one, tuple):
        return " → ".join(map(_named, one))
    return str(getattr(one, "__name__", one))
