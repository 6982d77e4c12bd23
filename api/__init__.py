"""The door: thin. It parses, passes on to the ledger or to a read model, and answers.

Every answer says which position of the history it reflects; a caller who passes on the position
that a command returned is never shown an older state. What goes wrong is answered as one kind of
problem (RFC 9457), from one table. There is no sign-in yet, so it listens on loopback only.
"""
