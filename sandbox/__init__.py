"""The outside world in a box, for one machine: a real Postgres, a real Redis and a Stripe
to try things with, started by us.

Nothing of the ledger imports this package; it is for `run.py`, for tests and for curious people.
`python -m sandbox run -- COMMAND` gives a command a fresh, empty set and takes it away afterwards;
`sandbox.box.scratch()` does the same inside a process, and lets a test kill and restart the parts.

Whatever happens to the process that started a set (Ctrl-C, a crash, SIGKILL), nothing is left
running and no temporary folder stays: a keeper process watches over it (`sandbox/keeper.py`).
"""
