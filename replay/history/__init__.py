"""History from outside: read from a file, told to the ledger in order of time.

A format (`hotel_bookings`) reads its file into bookings and the rows that no booking can be; an
itinerary makes dated steps of each booking; the importer takes the steps of all of them, in order
of time, through the same decisions as live commands. Ids follow from the file's content, so the
same file can be imported again, or after an interruption, and nothing happens twice.
"""
