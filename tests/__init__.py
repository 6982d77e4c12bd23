"""Tests are sentences. The database is real: see `conftest.py`."""
