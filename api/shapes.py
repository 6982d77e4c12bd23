"""The shapes in which ids, dates, instants and money come in: strict, the same for all routes."""

import re
from abc import ABC, abstractmethod
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ledger.values.clock import Instant, instant
from ledger.values.currency import EXPONENTS
from ledger.values.ids import canonical_id
from ledger.values.money import Money
from ledger.values.texts import LONGEST

LARGEST_POSITION = 2**63 - 1
LARGEST_AMOUNT_MINOR = 10**12
"""More than any stay costs, and far below what a column of 64 bits sums."""

EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)
"""The dates that we keep calendars for."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _local_date(text: Any) -> date:
    # Left to itself, the library takes numbers and whole instants for dates, too.
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise ValueError("write a date as 2017-08-31")
    day = date.fromisoformat(text)
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"a date lies between {EARLIEST} and {LATEST}")
    return day


def _instant(text: Any) -> Instant:
    if not isinstance(text, str):
        raise ValueError("write an instant as 2017-08-31T23:59:59Z")
    try:
        return instant(text)
    except OverflowError as error:
        raise ValueError("the instant is out of range") from error


Uuid = Annotated[str, Field(json_schema_extra={"format": "uuid"}), AfterValidator(canonical_id)]
"""An id in any spelling of a UUID; what comes out is its canonical text."""

LocalDate = Annotated[date, BeforeValidator(_local_date)]
"""A date of the property's own calendar."""

Moment = Annotated[datetime, BeforeValidator(_instant)]
"""An instant with an offset; what comes out is in UTC."""

Position = Annotated[int, Field(ge=0, le=LARGEST_POSITION)]
"""A place in the history."""

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=list(EXPONENTS))]
"""An ISO 4217 code."""

Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A short name in one line."""


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256: of a preview that somebody was shown, of a text, or of a document."""

BankReference = Annotated[str, Field(pattern=r"^[A-Za-z0-9 ./-]{1,40}$")]
"""What our bank calls a transfer."""


Words = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST,
        description="Plain text; markup is words like any other. Control characters are refused",
    ),
]
"""What people write, as it is kept in the vault."""


class Body(BaseModel):
    """What comes in as JSON: nothing is converted, and nothing that we do not know is let in."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Worded(Body, ABC):
    """What comes in with words that are kept apart from history and from a command's record."""

    @abstractmethod
    def spoken(self) -> str:
        """What is kept in the vault."""

    @abstractmethod
    def silent(self) -> Self:
        """The same without its words."""


class NoWords(Body):
    """What comes in with a command that says everything by its address."""


class Amount(Body):
    """An amount of money, in minor units (cents for EUR)."""

    minor: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT_MINOR)]
    currency: Currency

    @property
    def money(self) -> Money:
        """The amount as the ledger counts it."""
        return Money(self.minor, self.currency)


def amount_of(money: Money) -> Amount:
    """An amount as it goes out."""
    return Amount(minor=money.minor, currency=money.currency)


class Query(BaseModel):
    """What comes in as query parameters: converted from text, and nothing that we do not know.

    `after` is a position that a command answered: the answer then contains what the command did.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Position | None = Field(
        default=None,
        description="The answer reflects at least this position; it is waited for, up to 2 seconds",
    )


class Latest(Query):
    """So many of them, at most."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Page(Latest):
    """Which of them: those after the page that answered this cursor, or the first ones."""

    cursor: Annotated[str, Field(max_length=500)] | None = Field(
        default=None, description="What the page before this one answered, to the same question"
    )
