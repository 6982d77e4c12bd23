"""The machine room: feeds read models from the history, live and from the beginning, and audits it.

Following the live ledger is a replay that does not stop, so there is one engine for both. A read
model's rows and its position change in one transaction: whatever is killed when, each event counts
once. Reactions are not here: pictures of money may be redrawn as often as we like, money moves
once.
"""
