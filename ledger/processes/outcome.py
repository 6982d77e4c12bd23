"""What the facts that somebody tells us come to."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a fact came to: for the inbox, and for whoever looks."""

    TAKEN_IN = "taken in"
    NOTHING_NEW = "nothing new"
    NOT_OURS = "not of ours"
    LATER = "not booked by the processor yet"
