"""Writes the golden file of every event that has none: `python -m tests.ledger.record`.

A golden file holds the stored bytes of one believable event, named by topic and schema number.
Once written it is never changed and never removed: it stands for the rows that are out there.
"""

import sys
from pathlib import Path

from ledger.events import Event
from ledger.store import default_codec
from tests.facts import ONE_OF_EACH

RECORDED = Path(__file__).parent / "recorded"


def golden_file(event: Event) -> Path:
    """Where the golden file of an event's present schema stands."""
    return RECORDED / f"{event.topic}.{event.schema}.json"


def main() -> None:
    """Write what is missing."""
    for event in ONE_OF_EACH:
        path = golden_file(event)
        if not path.exists():
            path.write_bytes(default_codec().encode(event) + b"\n")
            sys.stdout.write(f"{path.name}: written\n")


if __name__ == "__main__":
    main()
