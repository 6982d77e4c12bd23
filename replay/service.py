"""What `stayledger follow` runs: read models that keep up, timers that fire, and the way outside.

Each has a thread: followers, timers, errands and notices, the reconciliation that finds what nobody
told us, the reader of calendars elsewhere, and the sweeper of texts that no event names. They live
and end together: a service of which a part has failed would look healthy to whoever watches the
process, so the process must end and be started anew.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import structlog
from sqlalchemy import NullPool

from ledger.application import Ledger
from ledger.errors import Refused
from ledger.gateways.calls import Calls
from ledger.gateways.fetching import Fetcher
from ledger.gateways.objects import chosen_by
from ledger.gateways.scanner import Clamd
from ledger.gateways.stripe.gateway import StripeGateway, client
from ledger.reactions import DueTimer, Inside, World, fire
from ledger.settings import Settings
from ledger.store import EventStore, install_schema
from ledger.values.clock import Clock, system_clock
from ledger.values.ids import fresh_id
from projections import PROJECTIONS
from projections.reading import reader
from replay.announce import Announce, ToRedis, to_nobody
from replay.feeds import FeedDesk
from replay.follow import RETRY_SECONDS, Follower, Halt
from replay.outside import ErrandDesk, read_inbox
from replay.reconcile import Reconciled, Reconciler
from replay.timers import TimerDesk

TIMERS_EVERY_SECONDS = 1.0
OUTSIDE_EVERY_SECONDS = 0.5
RECONCILE_EVERY_SECONDS = 3_600.0
FEEDS_EVERY_SECONDS = 5.0
SWEEP_EVERY_SECONDS = 3_600.0

log = structlog.get_logger()


class Service:
    """Follows and fires until it is told to stop. Postgres may be away meanwhile, also at first."""

    def __init__(self, settings: Settings, clock: Clock = system_clock) -> None:
        """Serve the database that the settings name; timers go by the clock."""
        self._settings = settings
        self._clock = clock
        self._enough = threading.Event()
        self._follower = Follower(
            settings.database_url, announce=_announce(settings), report=_log_halt, away=_log_away
        )

    def stop(self) -> None:
        """Let `run` return soon; from any thread or signal handler."""
        self._enough.set()
        self._follower.stop()

    def run(self) -> None:
        """Serve until stopped. Raises whatever ended one of them, after the others have ended."""
        self._set_up_patiently()
        with ThreadPoolExecutor(5, thread_name_prefix="beside") as aside:
            timers = aside.submit(self._fire_timers)
            outside = aside.submit(self._go_outside)
            reconciliation = aside.submit(self._reconcile)
            feeds = aside.submit(self._read_feeds)
            sweeper = aside.submit(self._sweep)
            log.info("following", read_models=[each.name for each in PROJECTIONS])
            try:
                self._follower.run()
            finally:
                self.stop()
        timers.result()
        outside.result()
        reconciliation.result()
        feeds.result()
        sweeper.result()
        log.info("stopped")

    def _set_up_patiently(self) -> None:
        """Set up as soon as Postgres is there: it may be started together with us."""
        while not self._enough.is_set():
            try:
                return set_up(self._settings)
            except psycopg.OperationalError as error:
                _log_away(error)
                self._enough.wait(RETRY_SECONDS)
        return None

    def _fire_timers(self) -> None:
        """Give the commands whose time has come, again and again; what fails is tried again."""
        url = self._settings.database_url
        with ExitStack() as stack:
            stack.callback(self.stop)
            store = EventStore(url, application_name="stayledger timers")
            stack.callback(store.close)
            ledger = Ledger(store, self._clock)
            engine = reader(url, poolclass=NullPool)
            desk = TimerDesk(lambda timer: _fire(ledger, timer), _log_failed)
            while not self._enough.wait(TIMERS_EVERY_SECONDS):
                try:
                    with engine.connect() as db:
                        desk.fire(db, self._clock())
                except Exception as error:  # noqa: BLE001 - what is away now is back in a while
                    log.warning("timers wait", because=str(error).split("\n", 1)[0])

    def _go_outside(self) -> None:
        """Say to the processor what was decided, and read what it tells us, again and again."""
        if self._settings.stripe_secret_key is None:
            log.info("no processor", because="STRIPE_SECRET_KEY is not set: errands wait")
            return
        url = self._settings.database_url
        with ExitStack() as stack:
            stack.callback(self.stop)
            store = EventStore(url, application_name="stayledger outside")
            stack.callback(store.close)
            world = world_of(self._settings, Ledger(store, self._clock), self._clock)
            engine = reader(url, poolclass=NullPool)
            desk = ErrandDesk(world, _log_errand)
            while not self._enough.wait(OUTSIDE_EVERY_SECONDS):
                try:
                    with engine.connect() as db, psycopg.connect(url) as connection:
                        desk.run(db, connection, self._clock())
                    with psycopg.connect(url) as connection:
                        read_inbox(connection, world, self._clock(), _log_errand)
                except Exception as error:  # noqa: BLE001 - what is away now is back in a while
                    log.warning("errands wait", because=str(error).split("\n", 1)[0])

    def _reconcile(self) -> None:
        """Hold the processor's books against ours, again and again: notices get lost."""
        if self._settings.stripe_secret_key is None:
            return
        url = self._settings.database_url
        with ExitStack() as stack:
            stack.callback(self.stop)
            store = EventStore(url, application_name="stayledger reconcile")
            stack.callback(store.close)
            world = world_of(self._settings, Ledger(store, self._clock), self._clock)
            while not self._enough.wait(RECONCILE_EVERY_SECONDS):
                try:
                    reconciled = Reconciler(url, world, _log_errand).run(
                        stopped=self._enough.is_set
                    )
                except Exception as error:  # noqa: BLE001 - what is away now is back in a while
                    log.warning("reconciliation waits", because=str(error).split("\n", 1)[0])
                else:
                    _log_reconciled(reconciled)

    def _read_feeds(self) -> None:
        """Read the calendars that units have elsewhere, again and again."""
        url = self._settings.database_url
        with ExitStack() as stack:
            stack.callback(self.stop)
            store = EventStore(url, application_name="stayledger feeds")
            stack.callback(store.close)
            engine = reader(url, poolclass=NullPool)
            desk = FeedDesk(Inside(Ledger(store, self._clock), fresh_id), Fetcher())
            while not self._enough.wait(FEEDS_EVERY_SECONDS):
                try:
                    with engine.connect() as db, psycopg.connect(url) as connection:
                        desk.run(db, connection, self._clock())
                except Exception as error:  # noqa: BLE001 - what is away now is back in a while
                    log.warning("feeds wait", because=type(error).__name__)

    def _sweep(self) -> None:
        """Take away texts that belong to no recorded command, now and then."""
        with ExitStack() as stack:
            stack.callback(self.stop)
            store = EventStore(self._settings.database_url, application_name="stayledger sweeper")
            stack.callback(store.close)
            while not self._enough.wait(SWEEP_EVERY_SECONDS):
                try:
                    swept = store.sweep_texts()
                except Exception as error:  # noqa: BLE001 - what is away now is back in a while
                    log.warning("texts wait", because=str(error).split("\n", 1)[0])
                else:
                    log.info("swept", texts=swept)


def world_of(settings: Settings, ledger: Ledger, clock: Clock) -> World:
    """The ledger and the processor that the settings name. Raises Misconfigured."""
    stripe = StripeGateway(client(settings.stripe_key, api_base=settings.stripe_api_base))
    calls = Calls(clock=clock, sleep=lambda wait: time.sleep(wait.total_seconds()))
    clamd = settings.clamd_address
    return World(
        ledger=ledger,
        stripe=stripe,
        calls=calls,
        fresh_id=fresh_id,
        objects=chosen_by(settings, clock),
        scanner=Clamd(clamd) if clamd else None,
    )


def set_up(settings: Settings) -> None:
    """Install the schema where we may: any command may be the first on an empty database."""
    if settings.database_owner_url:
        install_schema(settings.database_owner_url)


def _fire(ledger: Ledger, timer: DueTimer) -> None:
    try:
        fire(ledger, timer)
    except Refused as refusal:
        log.info("timer refused", timer=timer.timer, code=refusal.code)


def _announce(settings: Settings) -> Announce:
    if not settings.redis_url:
        return to_nobody
    return ToRedis(settings.redis_url, settings.positions_channel)


def _log_halt(halt: Halt) -> None:
    log.error(
        "read model halted",
        read_model=halt.read_model,
        position=halt.position,
        because=halt.because,
    )


def _log_away(error: psycopg.Error) -> None:
    log.warning("Postgres is away, trying again", because=str(error).split("\n", 1)[0])


def _log_errand(what: str, error: Exception) -> None:
    log.warning("tried again later", what=what, because=f"{type(error).__name__}: {error}")


def _log_reconciled(reconciled: Reconciled) -> None:
    say = log.info if reconciled.clean or not reconciled.complete else log.error
    say(
        "reconciled",
        movements=reconciled.movements,
        lost_notices=reconciled.lost,
        differences=len(reconciled.queue),
    )


def _log_failed(timer: DueTimer, error: Exception) -> None:
    log.error("timer failed", timer=timer.timer, because=f"{type(error).__name__}: {error}")
