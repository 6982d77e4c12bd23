"""What callers send, checked for nothing but its shape, and made into the ledger's words."""
