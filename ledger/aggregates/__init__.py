"""The rules. Pure: they are given the past, a command and the time, and answer with events."""
