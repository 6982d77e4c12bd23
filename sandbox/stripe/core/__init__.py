"""Stripe's behaviour as a function of what it was told, without input or output.

Everything that happens is `(method, path, form, headers, now) → (status, body, events)`. The clock
comes in with each call, randomness comes from a seed, and the same seed, calls and clock give the
same bytes. One file per family of resources, each readable top to bottom; `books.py` is the only
place where a balance changes, `events.py` the only one where an event is written, `api.py` the
door.
"""
