"""The state of the sandbox: accounts, their objects and balances, timers, and what is remembered.

A `World` is plain data and small verbs. Objects are the dictionaries that the API shows, kept in
the shape in which they are shown; what the API does not show about an object is in `notes`.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeAlias

from sandbox.stripe.core.currencies import RATES_PER_EURO
from sandbox.stripe.core.errors import malformed, no_such

Obj: TypeAlias = dict[str, Any]
"""An object of the API, or a part of one."""

DAY = 86_400
API_VERSION = "2026-10-28.endive"

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# Every byte value names a letter; the first eight letters come up a little more often.
_LETTERS = bytes(_ALPHABET[value % len(_ALPHABET)] for value in range(256))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator may choose. Times in seconds or days, fees in minor units."""

    seed: str = "stayledger"
    base_url: str = "http://127.0.0.1:12111"
    country: str = "IE"
    settlement_currencies: tuple[str, ...] = ("eur",)
    fee_basis_points: int = 290
    fee_fixed_minor: int = 30
    dispute_fee_minor: int = 2_000
    counter_fee_minor: int = 2_000
    settlement_days: int = 2
    authorization_days: int = 7
    ledger_delay_s: float = 1.0
    """How long after an `automatic_async` capture its balance transaction appears."""
    search_lag_s: float = 0.0
    """How long an object has been there before a search finds it; lists know it at once."""
    refunds_from: str = "bank"
    """`bank`: refunds may overdraw the balance; `balance`: they wait until it suffices."""

    @property
    def default_currency(self) -> str:
        """The currency into which everything else is converted."""
        return self.settlement_currencies[0]


@dataclass
class Tenant:
    """One Stripe account: the platform, or an account connected to it.

    `maturing` holds, by the moment at which they become available, the pending transactions.
    """

    id: str
    tables: dict[str, dict[str, Obj]] = field(default_factory=dict)
    available: dict[str, int] = field(default_factory=dict)
    pending: dict[str, int] = field(default_factory=dict)
    maturing: dict[str, list[str]] = field(default_factory=dict)

    def table(self, kind: str) -> dict[str, Obj]:
        """All objects of a kind, oldest first."""
        return self.tables.setdefault(kind, {})

    def get(self, kind: str, object_id: str, param: str = "id", *, status: int = 404) -> Obj:
        """The object, or a refusal: 404 when the path named it, 400 when a parameter did."""
        found = self.tables.get(kind, {}).get(object_id)
        if found is None:
            raise no_such(kind, object_id[:200], param, status=status)
        return found

    def refer(self, kind: str, object_id: str, param: str) -> Obj:
        """The object that a parameter names."""
        return self.get(kind, object_id, param, status=400)


Timer: TypeAlias = "tuple[float, int, str, list[Any]]"
"""When, a tie-breaker, which (a name in `timers.TIMERS`), and its arguments."""


class World:
    """Everything there is."""

    def __init__(self, settings: Settings | None = None, *, now: float = 0.0) -> None:
        self.settings = settings or Settings()
        self._seed = blake2b(self.settings.seed.encode()).digest()
        self.now = now
        self.offset = 0.0
        self.counter = 0
        self.rates = dict(RATES_PER_EURO)
        self.tenants: dict[str, Tenant] = {}
        self.index: dict[str, Obj] = {}
        self.notes: dict[str, Obj] = {}
        self.timers: list[Timer] = []
        self.remembered: dict[str, Obj] = {}
        self.deliveries: dict[str, Obj] = {}
        self.outbox: dict[str, Obj] = {}
        self.mischief: Obj = {}
        self.faults: list[Obj] = []
        self.fresh_events: list[Obj] = []
        self.request_id: str | None = None
        self.request_key: str | None = None
        self.platform = self.open_tenant(self.new_id("acct", 16))

    # -- Chance ----------------------------------------------------------------------------

    def _digest(self, size: int) -> bytes:
        self.counter += 1
        return blake2b(b"%d" % self.counter, digest_size=size, key=self._seed).digest()

    def new_id(self, prefix: str, length: int = 24) -> str:
        """An id that only the seed and the number of draws before it decide."""
        return f"{prefix}_{self._digest(length).translate(_LETTERS).decode()}"

    def chance(self) -> float:
        """A number in [0, 1)."""
        return int.from_bytes(self._digest(6), "big") / 2**48

    # -- Time ------------------------------------------------------------------------------

    @property
    def second(self) -> int:
        """The present as the API writes it."""
        return int(self.now)

    def set_timer(self, due: float, name: str, *arguments: Any) -> None:
        """Have `name` happen at `due` (seconds since 1970, on this world's clock)."""
        self.counter += 1
        heapq.heappush(self.timers, (due, self.counter, name, list(arguments)))

    def midnight_after(self, days: int) -> int:
        """The start of the day (UTC) that is `days` days from today."""
        return (self.second // DAY + days) * DAY

    # -- Objects ---------------------------------------------------------------------------

    def open_tenant(self, account_id: str) -> Tenant:
        """A new account's own world of objects."""
        tenant = Tenant(account_id)
        self.tenants[account_id] = tenant
        return tenant

    def add(self, tenant: Tenant, obj: Obj) -> Obj:
        """File a new object."""
        tenant.table(obj["object"])[obj["id"]] = obj
        self.index[obj["id"]] = obj
        return obj

    def note(self, object_id: str) -> Obj:
        """What the API does not show about an object; changing it changes the note."""
        return self.notes.setdefault(object_id, {})

    def is_platform(self, tenant: Tenant) -> bool:
        """Whether this is the platform's own account."""
        return tenant is self.platform

    def settlement_currencies(self, tenant: Tenant) -> tuple[str, ...]:
        """The currencies in which the account holds money; the first is its default."""
        if tenant is self.platform:
            return self.settings.settlement_currencies
        account = self.index[tenant.id]
        banks = [bank["currency"] for bank in account["external_accounts"]["data"]]
        return tuple(dict.fromkeys([account["default_currency"], *banks]))

    def all_objects(self) -> Iterator[tuple[Tenant, Obj]]:
        """Every object with the account that holds it."""
        for tenant in self.tenants.values():
            for table in tenant.tables.values():
                for obj in table.values():
                    yield tenant, obj


def changed(obj: Obj, **fields: Any) -> Obj:
    """Set fields of an object; returns what they were, for those that differ."""
    before = {name: obj[name] for name, value in fields.items() if obj[name] != value}
    obj.update(fields)
    return before


def empty_list(url: str) -> Obj:
    """A list object that lives inside another object."""
    return {"object": "list", "data": [], "has_more": False, "total_count": 0, "url": url}


def listed(list_object: Obj, obj: Obj) -> None:
    """Put a new object in front of a list that lives inside another object."""
    list_object["data"].insert(0, obj)
    list_object["total_count"] += 1


def merged_metadata(old: dict[str, str], given: dict[str, str] | None) -> dict[str, str]:
    """Metadata after an update: None clears all, an empty value removes its key.

    Raises a refusal beyond fifty keys.
    """
    if given is None:
        return {}
    merged = {key: value for key, value in {**old, **given}.items() if value != ""}
    if len(merged) > 50:
        raise malformed("Metadata has at most 50 keys.", param="metadata")
    return merged
