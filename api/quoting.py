"""What quotes are signed with, and the reference rates that they are converted by."""

import threading
from datetime import timedelta

import structlog

from api.faults import NoQuoteKeys
from ledger.errors import GatewayFailure, Refused
from ledger.gateways.reference_rates import RateBook
from ledger.settings import Settings
from ledger.values.clock import Instant
from ledger.values.exchange import ReferenceRates
from ledger.values.quote import QuoteKeys

GOOD_FOR, TRIED_AGAIN_AFTER = timedelta(hours=1), timedelta(minutes=1)
"""How long what was read is not read again, and how long a source that failed is left alone."""

log = structlog.get_logger("api")


class Reference:
    """The newest good rates of a source, if one is named; a source that fails leaves the last ones.

    One caller reads the source; whoever comes meanwhile is answered with what is known already.
    """

    def __init__(self, place: str | None) -> None:
        self._book = RateBook(place) if place else None
        self._newest: ReferenceRates | None = None
        self._due_at: Instant | None = None
        self._reading = threading.Lock()

    def newest(self, now: Instant) -> ReferenceRates | None:
        """The newest rates; None where there never were any. May wait for the source."""
        due = self._due_at is None or now >= self._due_at
        if self._book and due and self._reading.acquire(blocking=self._newest is None):
            try:
                self._refresh(self._book, now)
            finally:
                self._reading.release()
        return self._newest

    def _refresh(self, book: RateBook, now: Instant) -> None:
        if self._due_at is not None and now < self._due_at:
            return  # somebody else has read it while we waited
        try:
            self._newest = book.refresh(now)
            self._due_at = now + GOOD_FOR
        except (GatewayFailure, Refused) as error:
            log.warning("no new reference rates", code=error.code)
            self._due_at = now + TRIED_AGAIN_AFTER


class Quoting:
    """What making and honouring quotes needs beside the ledger."""

    def __init__(self, keys: QuoteKeys | None, reference: Reference) -> None:
        self._keys = keys
        self.reference = reference

    @property
    def keys(self) -> QuoteKeys:
        """The keys that quotes are signed with. Raises NoQuoteKeys."""
        if self._keys is None:
            raise NoQuoteKeys
        return self._keys


def quoting_by(settings: Settings) -> Quoting:
    """Quoting as a process is set up for it. Raises Misconfigured for keys that are none."""
    secrets = settings.quote_secrets if settings.quote_keys else None
    keys = QuoteKeys(next(iter(secrets)), secrets) if secrets else None
    return Quoting(keys, Reference(settings.reference_rates))
