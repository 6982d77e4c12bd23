"""The processor as the door meets it: its notices are kept, and what only it knows is fetched."""

from functools import partial

import psycopg
from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from api.faults import NoticesNotSetUp, ProcessorNotSetUp
from ledger.errors import NoticeUnreadable, StoreUnavailable
from ledger.gateways.stripe.accounts import AccountFact, OnboardingLink
from ledger.gateways.stripe.gateway import StripeGateway, client, is_live
from ledger.gateways.stripe.notices import SOURCE, Expected, Hears, verified
from ledger.settings import Settings
from ledger.store import inbox, troubles
from ledger.store.inbox import Letter
from ledger.values.clock import Clock, Instant
from projections.reading import driver_of, reader

LETTERS_AT_ONCE = 8
"""Threads and connections for notices: neither questions nor commands make them wait."""

CALLS_AT_ONCE = 8
CALL_SECONDS = 5
"""How long somebody at the door waits for the processor, in threads that nobody else waits for."""

LETTER_SECONDS = 5
"""How long Postgres may take to store a notice; after that its sender had better come again."""


class Processor:
    """What the settings name, or do not: everything else works without it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        key = settings.stripe_secret_key
        self._gateway = None if key is None else _gateway(key, settings.stripe_api_base)
        self._secrets = {
            Hears.PLATFORM: settings.stripe_webhook_secrets,
            Hears.HOSTS: settings.stripe_hosts_webhook_secrets,
        }
        self._live = key is not None and is_live(key)
        self._clock = clock
        self._engine = _letterbox(settings.database_url)
        self._letters = CapacityLimiter(LETTERS_AT_ONCE)
        self._calls = CapacityLimiter(CALLS_AT_ONCE)

    async def hear(self, raw: bytes, signature: str | None, hears: Hears) -> None:
        """Store a notice, unless it is stored already; once this returns, it is durable.

        `hears` is whose notices come to the address that it came to.

        Raises NoticesNotSetUp, NoticeRefused, StoreUnavailable.
        """
        secrets = self._secrets[hears]
        if not secrets:
            raise NoticesNotSetUp
        now = self._clock()
        notice = verified(raw, signature, secrets, Expected(self._live, hears), now)
        letter = Letter(
            source=SOURCE,
            notice_id=notice.event_id,
            type=notice.type,
            object_id=notice.object_id,
            account=notice.account,
            raw=raw,
        )
        await to_thread.run_sync(_keep, self._engine, letter, now, limiter=self._letters)

    async def try_again(self, errand: str, by: str) -> bool:
        """Have an errand that failed tried again at once; whether it is in trouble still.

        Raises StoreUnavailable.
        """
        return await to_thread.run_sync(
            _hurry, self._engine, errand, by, self._clock(), limiter=self._letters
        )

    async def client_secret(self, intent: str) -> str:
        """What a guest's browser needs to pay an intent; for its answer alone, never to be kept.

        Raises ProcessorNotSetUp, GatewayFailure.
        """
        if self._gateway is None:
            raise ProcessorNotSetUp
        return await to_thread.run_sync(
            self._gateway.payments.client_secret, intent, limiter=self._calls
        )

    async def onboarding_link(self, account: str, back: str) -> OnboardingLink:
        """A page where a host tells the processor what it still asks; it leads back to `back`.

        Raises ProcessorNotSetUp, GatewayFailure.
        """
        if self._gateway is None:
            raise ProcessorNotSetUp
        ask = partial(
            self._gateway.accounts.onboarding_link, account, return_url=back, refresh_url=back
        )
        return await to_thread.run_sync(ask, limiter=self._calls)

    async def account(self, account: str) -> tuple[AccountFact, Instant] | None:
        """How a host's account stands, and when that was so; None where nobody can be asked.

        Raises GatewayFailure.
        """
        if self._gateway is None:
            return None
        read_at, read = self._clock(), self._gateway.accounts.read
        return await to_thread.run_sync(read, account, limiter=self._calls), read_at

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _gateway(key: str, api_base: str | None) -> StripeGateway:
    return StripeGateway(client(key, api_base=api_base, answer_seconds=CALL_SECONDS))


def _letterbox(database_url: str) -> Engine:
    """Connections to store notices over; each is tried first, so that none is a dead one."""
    return reader(
        database_url,
        options=f"-c statement_timeout={LETTER_SECONDS}s",
        connect_args={"application_name": "stayledger notices", "connect_timeout": 2},
        isolation_level="AUTOCOMMIT",
        pool_size=LETTERS_AT_ONCE,
        max_overflow=0,
        pool_pre_ping=True,
    )


def _hurry(engine: Engine, errand: str, by: str, now: Instant) -> bool:
    try:
        with engine.connect() as db:
            return troubles.hurry(driver_of(db), errand, by, now)
    except (psycopg.Error, DBAPIError) as error:
        raise StoreUnavailable(reason=type(error).__name__) from error


def _keep(engine: Engine, letter: Letter, now: Instant) -> None:
    try:
        with engine.connect() as db:
            inbox.keep(driver_of(db), letter, now)
    except psycopg.DataError as unfit:
        raise NoticeUnreadable(because=type(unfit).__name__) from unfit
    except (psycopg.Error, DBAPIError) as error:
        # Whatever it is, it is ours, and the processor will tell us again.
        raise StoreUnavailable(reason=type(error).__name__) from error
