"""The ledger: what happened to bookings and to their money, kept so that nothing is ever lost.

1. Whatever happened is an event: permanent, complete, and corrected only by adding another.
2. Events stand in streams, one per booking, payment, refund, payout, unit and attestation.
3. A stream's version counts its events, so of two who write at once one decides anew.
4. What somebody wants is a command; `decide` answers it with events, or refuses it by name.
5. What follows from an event is said by `evolve`, which never refuses, because it has happened.
6. Which step may follow which is a table for each kind of stream; everything else derives from it.
7. What belongs together is a plan (`processes`), and a plan is one commit: all of it, or nothing.
8. A night is claimed in the same commit, under a key that Postgres refuses to have twice.
9. Every event that moves money carries its own lines of the books, and they sum to zero.
10. A command has an id, and is answered once: who repeats it hears the same and changes nothing.

Time comes in from outside, and imports only go down: reactions, processes and application, draft,
store, aggregates, events, values, errors.
"""
