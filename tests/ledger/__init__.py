"""The rules of the ledger, as sentences."""
