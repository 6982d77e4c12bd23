"""What callers are shown where that takes more than one line: the ledger's words made into JSON."""
