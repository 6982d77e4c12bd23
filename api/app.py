"""The web process, wired: the composition root of everything that answers over HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from api import description, handlers
from api.door import Door
from api.freshness import PATIENCE_SECONDS
from api.premises import Premises
from api.processor import Processor
from api.quoting import quoting_by
from api.radio import Radio
from api.routes import ROUTERS
from api.storage import Storage
from ledger.application import Ledger
from ledger.settings import Settings
from ledger.store import EventStore
from ledger.values.clock import Clock, system_clock

STORE_SECONDS = 5.0
"""How long a request waits for a Postgres that is away: a caller rather hears of it."""


def create_app(
    settings: Settings, clock: Clock = system_clock, patience: float = PATIENCE_SECONDS
) -> FastAPI:
    """The application; it connects to Postgres and Redis when the first request needs them.

    `patience` is how many seconds a caller waits for a read model that is behind. Raises
    Misconfigured.
    """
    quoting = quoting_by(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as life:
            store = EventStore(
                settings.database_url,
                application_name="stayledger api",
                patience_seconds=STORE_SECONDS,
            )
            premises = Premises(
                store, Ledger(store, clock), settings.database_url, quoting, patience
            )
            life.callback(premises.close)
            if settings.redis_url:
                premises.radio = Radio(
                    settings.redis_url, settings.positions_channel, premises.freshness.tell
                )
                await life.enter_async_context(premises.radio.on())
            app.state.premises = premises
            app.state.processor = Processor(settings, clock)
            life.callback(app.state.processor.close)
            app.state.storage = Storage(settings, clock)
            yield

    app = FastAPI(**description.ABOUT, lifespan=lifespan)
    handlers.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Door)
    description.install(app)
    return app
