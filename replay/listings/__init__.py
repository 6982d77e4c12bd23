"""Listings from outside: read from a file, and let through the same commands as at the doors.

`rows` reads the file into listings and the rows that no listing can be; `mapping` says, field by
field, what becomes of a row here, and what stands where the source says nothing; `plans` says which
commands that is; the importer takes the listings through the ledger. Ids follow from the source's
own ids, so a file can be imported again, or after an interruption, and nothing happens twice.
"""
