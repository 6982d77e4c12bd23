"""What callers send, checked for its shape and for nothing else, and made into the ledger's words."""
