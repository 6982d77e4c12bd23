"""A set of parts with one life: all start, all are used, all stop."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe

from sandbox.errors import SandboxError, Unavailable
from sandbox.folders import Ownership, stop_abandoned_postgres, sweep, temporary_folder
from sandbox.keeper import Keeper
from sandbox.launch import SYSTEM_FOLDER, Launch, best_launch
from sandbox.postgres import NOT_DURABLE, Passwords, Postgres
from sandbox.redis import Redis
from sandbox.stand_in import KEY, StandIn

MEMORY = "memory.json"
ADDRESSES = "environment.json"
BUCKETS = {"OBJECTS_DOCUMENTS_BUCKET", "OBJECTS_FOLDER"}
"""By these somebody says where files lie; else they lie in a folder of the set."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """The parts that run, and why a part does not."""

    folder: Path
    postgres_server: Postgres | None
    redis_server: Redis | None
    quote_keys: str
    stripe_server: StandIn | None = None
    missing: tuple[str, ...] = ()

    @property
    def postgres(self) -> Postgres:
        """Its Postgres. Raises SandboxError where it was made without."""
        if self.postgres_server is None:
            raise SandboxError("this box was made without Postgres")
        return self.postgres_server

    @property
    def redis(self) -> Redis:
        """Its Redis. Raises SandboxError where there is none, and says why."""
        if self.redis_server is None:
            raise SandboxError("; ".join(self.missing) or "this box was made without Redis")
        return self.redis_server

    @property
    def stripe(self) -> StandIn:
        """Its stand-in for Stripe. Raises SandboxError where it was made without."""
        if self.stripe_server is None:
            raise SandboxError("this box was made without Stripe")
        return self.stripe_server

    @property
    def database_url(self) -> str:
        """Where the application connects: it may read and append."""
        return self.postgres.url

    @property
    def owner_url(self) -> str:
        """Where the owner of the tables connects."""
        return self.postgres.owner_url

    @property
    def admin_url(self) -> str:
        """Where whoever may do everything connects."""
        return self.postgres.admin_url

    @property
    def redis_url(self) -> str | None:
        """Where Redis listens; None where there is none."""
        return self.redis_server.url if self.redis_server else None

    def environment(self) -> dict[str, str]:
        """The settings by which a process finds the parts that run."""
        found: dict[str, str] = {}
        if self.postgres_server:
            found["DATABASE_URL"] = self.postgres_server.url
            found["DATABASE_OWNER_URL"] = self.postgres_server.owner_url
            found["DATABASE_ADMIN_URL"] = self.postgres_server.admin_url
        if self.redis_server:
            found["REDIS_URL"] = self.redis_server.url
        # A key of one's own stays the one that quotes are signed with, as a database of one's own.
        found["QUOTE_KEYS"] = os.environ.get("QUOTE_KEYS") or self.quote_keys
        if self.stripe_server:
            found["STRIPE_SECRET_KEY"] = KEY
            found["STRIPE_API_BASE"] = self.stripe_server.url
        if not BUCKETS & os.environ.keys():
            found["OBJECTS_FOLDER"] = str(self.folder / "objects")
        return found


@contextmanager
def scratch(
    *,
    durable: bool = True,
    postgres: bool = True,
    redis: bool = True,
    stripe: bool = False,
    settings: Mapping[str, str] | None = None,
    wal_mb: int | None = None,
    launch: Launch | None = None,
) -> Iterator[Box]:
    """A fresh, empty, temporary set, gone when the block ends, however it ends.

    `durable=False` turns fsync off and keeps all in memory where there is room. `settings` are
    Postgres settings, name to value. `wal_mb` puts the write-ahead log on a file system of that
    many megabytes (`box.postgres.wal`), so that a test can fill it. `launch` overrides how the
    server is started. `stripe=True` starts a stand-in for Stripe, too, with an empty world. Raises
    SandboxError when a part does not start, Unavailable when this machine cannot have it; only
    Redis may be missing.
    """
    sweep()
    with ExitStack() as life:
        folder, ownership = temporary_folder(durable=durable)
        life.callback(ownership.release)
        keeper = Keeper()
        life.callback(keeper.close)  # Last of all but the lock: the folder goes with it.
        keeper.removes(folder)
        folder.chmod(0o711)
        server = None
        if postgres:
            server = Postgres(
                folder / "data",
                runtime=folder,
                keeper=keeper,
                settings={**({} if durable else NOT_DURABLE), **(settings or {})},
                passwords=Passwords(),
                launch=launch,
                wal=_small_file_system(folder / "wal", wal_mb, life, keeper) if wal_mb else None,
            )
            life.callback(server.discard)
            server.start()
        cache, missing = _redis(folder / "redis", life, keeper) if redis else (None, ())
        yield Box(
            folder=folder,
            postgres_server=server,
            redis_server=cache,
            quote_keys=_minted_key(),
            stripe_server=_stripe(folder, life, keeper) if stripe else None,
            missing=missing,
        )


@contextmanager
def persistent(
    folder: Path, *, postgres: bool = True, redis: bool = True, stripe: bool = False
) -> Iterator[Box]:
    """The set whose database lives in `folder` (made if missing) and survives the block.

    Addresses and passwords stay the same from one time to the next, unless a port was taken in the
    meantime. Raises SandboxError when the folder is in use, or when a part does not start.
    """
    sweep()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as life:
        life.callback(Ownership(folder).release)
        runtime, ownership = temporary_folder()
        life.callback(ownership.release)
        keeper = Keeper()
        life.callback(keeper.close)
        keeper.removes(runtime)
        runtime.chmod(0o711)
        memory = _Memory.of(folder)
        server = None
        if postgres:
            server = _lasting_postgres(folder, runtime, keeper, memory)
            life.callback(server.stop)
            server.start(port=memory.postgres_port)
        cache, missing = _redis(runtime / "redis", life, keeper, memory) if redis else (None, ())
        stand_in = _stripe(folder, life, keeper, memory) if stripe else None
        memory.keep(folder, server, cache, stand_in)
        box = Box(
            folder=folder,
            postgres_server=server,
            redis_server=cache,
            quote_keys=memory.quote_keys,
            stripe_server=stand_in,
            missing=missing,
        )
        # For other terminals: they find the set that runs.
        addresses = folder / ADDRESSES
        _write_secret(addresses, box.environment())
        life.callback(addresses.unlink, missing_ok=True)
        yield box


@dataclass(frozen=True, kw_only=True)
class _Memory:
    """What a lasting set remembers: passwords, the key of quotes, and the ports."""

    passwords: Passwords
    redis_password: str
    quote_keys: str
    postgres_port: int | None = None
    redis_port: int | None = None
    stripe_port: int | None = None

    @classmethod
    def of(cls, folder: Path) -> "_Memory":
        try:
            told = json.loads((folder / MEMORY).read_text())
            told.setdefault("quote_keys", _minted_key())
            return cls(**{**told, "passwords": Passwords(**told["passwords"])})
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return cls(
                passwords=Passwords(), redis_password=token_urlsafe(), quote_keys=_minted_key()
            )

    def keep(
        self,
        folder: Path,
        server: Postgres | None,
        cache: Redis | None,
        stand_in: StandIn | None,
    ) -> None:
        now = replace(
            self,
            postgres_port=server.port if server else self.postgres_port,
            redis_port=cache.port if cache else self.redis_port,
            stripe_port=stand_in.port if stand_in else self.stripe_port,
        )
        _write_secret(folder / MEMORY, asdict(now))


def _minted_key() -> str:
    """A key for quotes that no other machine has."""
    return f"sandbox:{token_urlsafe()}"


def _write_secret(path: Path, content: Mapping[str, object]) -> None:
    """Write JSON that only we may read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, indent=2))
    unfinished.rename(path)


def _lasting_postgres(folder: Path, runtime: Path, keeper: Keeper, memory: _Memory) -> Postgres:
    launch = best_launch()
    data = _reachable_home(folder, launch) / "postgres"
    if data.exists():
        stop_abandoned_postgres(data)
    fresh = not data.exists()
    server = Postgres(
        data,
        runtime=runtime,
        keeper=keeper,
        settings={},
        passwords=memory.passwords,
        launch=launch,
        log=folder / "postgres.log",
    )
    if fresh:
        os.sync()  # The cluster was copied without: from here on it must survive a power failure.
    return server


def _reachable_home(folder: Path, launch: Launch) -> Path:
    """The folder itself, or, where the server's user cannot come to it, a place that it can."""
    if launch.reachable(folder):
        return folder
    home = SYSTEM_FOLDER / f"data-{sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    return home


def _redis(
    folder: Path, life: ExitStack, keeper: Keeper, memory: _Memory | None = None
) -> tuple[Redis | None, tuple[str, ...]]:
    """Start Redis if this machine can have it; else say why not."""
    try:
        server = Redis(folder, keeper=keeper, password=memory.redis_password if memory else None)
    except Unavailable as reason:
        return None, (str(reason),)
    life.callback(server.stop)
    server.start(port=memory.redis_port if memory else None)
    return server, ()


def _stripe(
    folder: Path, life: ExitStack, keeper: Keeper, memory: _Memory | None = None
) -> StandIn:
    """Start the stand-in; its world is kept in the folder where the set is a lasting one."""
    state = folder / "stripe.sqlite" if memory else None
    server = StandIn(folder / "stripe.log", keeper=keeper, state=state)
    life.callback(server.stop)
    server.start(port=memory.stripe_port if memory else None)
    return server


def _small_file_system(folder: Path, size_mb: int, life: ExitStack, keeper: Keeper) -> Path:
    """Mount a file system of this size (MB, in memory). Raises Unavailable without the right to."""
    folder.mkdir()
    options = f"size={size_mb}m,mode=0700"
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "stayledger", str(folder)],
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise Unavailable("no small file system: there is no mount command") from None
    if done.returncode != 0:
        reason = done.stderr.strip() or "mount failed"
        raise Unavailable(f"no small file system (needs root and the right to mount): {reason}")
    keeper.unmounts(folder)
    life.callback(subprocess.run, ["umount", str(folder)], check=False)
    return folder
