"""No read model claims to have taken in what has not happened.

A breach means that the history was cut off behind it, by a restore of an older copy for instance,
or that positions were set by hand. Everything people read is suspect: stop the followers, find out
which is right, and rebuild. Call the engineer on duty.
"""

from typing import ClassVar, LiteralString

from replay.rules.rule import Connection, Extent, Rule


class ReadModelsAreNotAhead(Rule):
    """One look at the positions, before the end of the history is looked up."""

    invariants: ClassVar = {"INV-R3": "No read model is ahead of the history."}
    needs_whole = True

    def begin(self, db: Connection, extent: Extent) -> None:
        """Hold every position against the head."""
        if not exists(db):
            return
        for schema, part, position in db.execute(_POSITIONS):
            if position > extent.head:
                found = f"{schema} ({part}) stands at {position}, the history ends at {extent.head}"
                self.breach("INV-R3", found, position=position)


def exists(db: Connection) -> bool:
    """Whether there are any read models in this database yet."""
    found = db.execute("SELECT to_regclass('read_models.positions') IS NOT NULL").fetchone()
    return bool(found and found[0])


_POSITIONS: LiteralString = """
    SELECT schema, slice, position FROM read_models.positions ORDER BY schema, slice
"""
