"""Each command stands in the history at most once, and its record says where.

The events of one command lie side by side, and the table of commands names the position of the last
of them; a command that was refused has none. Asked in the database, where the ids are: the question
looks at columns only, never into an event.

A breach means that something was done twice although it was asked once, or that somebody was told
of something that is not there. Look at what the command did; where money moved twice, call finance.
"""

from typing import ClassVar, LiteralString

from replay.rules.rule import TOLD, Connection, Extent, Rule


class CommandsAreRecordedOnce(Rule):
    """One question to the database, asked when everything is read."""

    invariants: ClassVar = {"INV-E3": "Each command is in one commit, and its record says where."}

    def end(self, db: Connection, extent: Extent) -> None:
        """Hold the events' commands against their records."""
        for row in db.execute(_STRAY, {"until": extent.until, "told": TOLD + 1}):
            command_id, last, apart, recorded = row
            if last is None:
                found = f"command {command_id} was acknowledged, and none of its events is there"
            elif apart:
                found = f"the events of command {command_id} do not lie side by side"
            elif recorded is None:
                found = f"command {command_id} has events, but no record"
            else:
                found = f"command {command_id} ends at {last}, its record says {recorded}"
            self.breach("INV-E3", found, position=last or recorded)


_STRAY: LiteralString = """
    SELECT command_id::text, done.last, done.last - done.first + 1 <> done.events, known.position
    FROM (SELECT command_id, min(position) AS first, max(position) AS last, count(*) AS events
          FROM ledger.events GROUP BY command_id HAVING max(position) <= %(until)s) AS done
    FULL JOIN ledger.commands AS known USING (command_id)
    WHERE CASE WHEN done.last IS NULL
               THEN known.refusal IS NULL AND known.position <= %(until)s
               ELSE known.position IS DISTINCT FROM done.last
                    OR done.last - done.first + 1 <> done.events END
    ORDER BY coalesce(done.last, known.position) LIMIT %(told)s
"""
