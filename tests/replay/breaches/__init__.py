"""One planted bug for each invariant: what somebody did to a sound history, and who must speak.

Most are tampered rows: the owner of the table lays aside its guard, changes a row, and puts the
guard back. Some are events that no decider was asked about, appended through the real store. Each
breach names every invariant that it breaks, so a rule that speaks too much fails as well.

One file for each matter; each breach registers itself when its file is imported here.
"""

from tests.replay.breaches import (
    bookings,
    books,
    charges,
    hosts,
    nights,
    outside,
    prices,
    read_models,
    refunds,
    speaking,
    streams,
)
from tests.replay.breaches.planted import BREACHES, Planted
from tests.replay.breaches.tampering import unguarded

MATTERS = (
    bookings,
    books,
    charges,
    hosts,
    nights,
    outside,
    prices,
    read_models,
    refunds,
    speaking,
    streams,
)
"""Where breaches are planted."""

__all__ = ["BREACHES", "MATTERS", "Planted", "unguarded"]
