"""Properties are searched without a stop-watch: a busy machine is no counterexample."""

from hypothesis import settings

settings.register_profile("ledger", deadline=None)
settings.load_profile("ledger")
