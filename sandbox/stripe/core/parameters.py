"""What an endpoint accepts, as data: a `Schema` of named kinds, read in one pass.

A kind turns the raw text of a form into a value, or refuses it as Stripe would. An endpoint's
schema is therefore also its documentation, and a test holds every schema against the official SDK.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sandbox.stripe.core.errors import malformed, missing_parameter, unknown_parameter
from sandbox.stripe.core.forms import Raw

Params: TypeAlias = dict[str, Any]
"""The parameters that were sent, by name; what was not sent is absent."""

Reader: TypeAlias = Callable[[Raw, str], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one parameter is read; `clearable` lets an empty text unset it (the value is None)."""

    read: Reader
    required: bool = False
    clearable: bool = False

    def __call__(self, raw: Raw, name: str) -> Any:
        """The value, or a refusal that names the parameter."""
        if raw == "":
            return self._empty(name)
        return self.read(raw, name)

    def _empty(self, name: str) -> None:
        if not self.clearable:
            raise malformed(
                f"You passed an empty string for '{name}'. Empty values unset a parameter, and "
                f"'{name}' cannot be unset.",
                param=name,
                code="parameter_invalid_empty",
            )


def required(kind: Kind) -> Kind:
    """The same kind, and the endpoint cannot do without it."""
    return replace(kind, required=True)


def clearable(kind: Kind) -> Kind:
    """The same kind, and an empty text unsets it."""
    return replace(kind, clearable=True)


class Schema:
    """The parameters of an endpoint."""

    def __init__(self, **kinds: Kind) -> None:
        self.kinds: dict[str, Kind] = {"expand": EXPAND, **kinds}
        self._required = [name for name, kind in kinds.items() if kind.required]

    def read(self, form: Mapping[str, Raw]) -> Params:
        """The values of a form; raises the first refusal that Stripe would give."""
        kinds = self.kinds
        for name in form:
            if name not in kinds:
                raise unknown_parameter(name[:200])
        for name in self._required:
            if name not in form:
                raise missing_parameter(name)
        return {name: kinds[name](raw, name) for name, raw in form.items()}


# -- Kinds ---------------------------------------------------------------------------------


def text(longest: int = 5_000) -> Kind:
    """Text of at most `longest` characters."""

    def read(raw: Raw, name: str) -> str:
        if not isinstance(raw, str):
            raise malformed(f"Invalid string: {name} must be a string", param=name)
        if len(raw) > longest:
            raise malformed(
                f"Invalid string: {name} must be at most {longest} characters",
                param=name,
                code="parameter_invalid_string",
            )
        return raw

    return Kind(read)


def integer(lowest: int | None = None, highest: int | None = None) -> Kind:
    """A whole number within bounds."""

    def read(raw: Raw, name: str) -> int:
        number = _whole(raw, name)
        if lowest is not None and number < lowest:
            raise malformed(
                f"This value must be greater than or equal to {lowest}.",
                param=name,
                code="parameter_invalid_integer",
            )
        if highest is not None and number > highest:
            raise malformed(
                f"This value must be less than or equal to {highest}.",
                param=name,
                code="parameter_invalid_integer",
            )
        return number

    return Kind(read)


def _whole(raw: Raw, name: str) -> int:
    # int() would also take "1_000", " 7" and other digits than ours; Stripe does not.
    digits = raw[1:] if isinstance(raw, str) and raw[:1] == "-" else raw
    if not isinstance(digits, str) or not (digits.isascii() and digits.isdigit()):
        raise malformed(
            f"Invalid integer: {raw if isinstance(raw, str) else name}"[:200],
            param=name,
            code="parameter_invalid_integer",
        )
    if len(digits) > 18:
        raise malformed(f"Invalid integer: {name} is too large", param=name)
    return int(str(raw))


def one_of(*words: str) -> Kind:
    """One of a few words."""
    known = frozenset(words)

    def read(raw: Raw, name: str) -> str:
        if not isinstance(raw, str) or raw not in known:
            raise malformed(f"Invalid {name}: must be one of {', '.join(words)}", param=name)
        return raw

    return Kind(read)


def _truth(raw: Raw, name: str) -> bool:
    if raw not in ("true", "false"):
        raise malformed(f"Invalid boolean: {name} must be true or false", param=name)
    return raw == "true"


def _free(raw: Raw, name: str) -> Any:
    """A hash that the sandbox stores and does not look into."""
    if not isinstance(raw, dict):
        raise malformed(f"Invalid hash: {name} must be a hash", param=name)
    return {key: _free(value, name) if isinstance(value, dict) else value or None
            for key, value in raw.items()}  # fmt: skip


def hash_of(**kinds: Kind) -> Kind:
    """A hash with known fields."""

    def read(raw: Raw, name: str) -> Params:
        if not isinstance(raw, dict):
            raise malformed(f"Invalid hash: {name} must be a hash", param=name)
        for key in raw:
            if key not in kinds:
                raise unknown_parameter(f"{name}[{key}]"[:200])
        for key, kind in kinds.items():
            if kind.required and key not in raw:
                raise missing_parameter(f"{name}[{key}]")
        return {key: kinds[key](value, f"{name}[{key}]") for key, value in raw.items()}

    return Kind(read)


def list_of(kind: Kind) -> Kind:
    """A list, sent as `name[]=…` or `name[0]=…`."""

    def read(raw: Raw, name: str) -> list[Any]:
        if not isinstance(raw, dict):
            raise malformed(f"Invalid array: {name} must be an array", param=name)
        return [kind(value, f"{name}[{index}]") for index, value in enumerate(raw.values())]

    return Kind(read)


def either(hash_kind: Kind, text_kind: Kind) -> Kind:
    """A hash or a text, told apart by what was sent."""

    def read(raw: Raw, name: str) -> Any:
        return hash_kind(raw, name) if isinstance(raw, dict) else text_kind(raw, name)

    return Kind(read)


def _metadata(raw: Raw, name: str) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise malformed(f"Invalid hash: {name} must be a hash", param=name)
    for key, value in raw.items():
        if not isinstance(value, str):
            raise malformed(f"Metadata values must be strings: {key[:40]}", param=name)
        if len(key) > 40:
            raise malformed(f"Metadata keys have at most 40 characters: {key[:60]}…", param=name)
        if len(value) > 500:
            raise malformed(
                f"Metadata values have at most 500 characters: {key}", param=f"{name}[{key}]"
            )
    return raw  # type: ignore[return-value]  # the loop has seen that all values are text


def _currency(raw: Raw, name: str) -> str:
    if not isinstance(raw, str) or len(raw) != 3 or not (raw.isascii() and raw.isalpha()):
        raise malformed(f"Invalid currency: {raw}"[:100], param=name)
    return raw.lower()


def _url(raw: Raw, name: str) -> str:
    if not isinstance(raw, str) or not raw.startswith(("http://", "https://")) or len(raw) > 5_000:
        raise malformed("Not a valid URL", param=name, code="url_invalid")
    return raw


def _address(raw: Raw, name: str) -> str:
    if not isinstance(raw, str) or "@" not in raw[1:-1] or len(raw) > 512:
        raise malformed(f"Invalid email address: {raw}"[:200], param=name, code="email_invalid")
    return raw


TEXT = text()
SHORT = text(500)
INTEGER = integer()
AMOUNT = integer(lowest=0)
POSITIVE = integer(lowest=1)
TRUTH = Kind(_truth)
FREE = Kind(_free)
METADATA = Kind(_metadata, clearable=True)
CURRENCY = Kind(_currency)
URL = Kind(_url)
EMAIL = Kind(_address)
EXPAND = list_of(text(200))
MOMENT = integer(lowest=0)
PERIOD = either(hash_of(gt=MOMENT, gte=MOMENT, lt=MOMENT, lte=MOMENT), MOMENT)

ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")
ADDRESS = hash_of(
    city=clearable(SHORT),
    country=clearable(SHORT),
    line1=clearable(SHORT),
    line2=clearable(SHORT),
    postal_code=clearable(SHORT),
    state=clearable(SHORT),
)
SHIPPING = hash_of(
    address=required(ADDRESS),
    name=required(SHORT),
    carrier=clearable(SHORT),
    phone=clearable(SHORT),
    tracking_number=clearable(SHORT),
)


def listing(**filters: Kind) -> Schema:
    """The schema of a list endpoint: its filters and the cursor."""
    return Schema(
        limit=integer(lowest=1, highest=100), starting_after=SHORT, ending_before=SHORT, **filters
    )


def whole(given: Params | None, names: tuple[str, ...]) -> dict[str, Any]:
    """A hash with all its fields, as Stripe shows it: what was not given is null."""
    return {name: (given or {}).get(name) for name in names}
