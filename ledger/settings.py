"""The settings of a process: its environment, read once at the entry point, and frozen.

Nothing below an entry point reads the environment or sets up logging.
"""

import logging
import sys
from typing import Literal
from urllib.parse import urlsplit

import structlog
from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict


class Misconfigured(Exception):
    """The environment lacks a setting, or one has no meaning: one line that says which."""


class Settings(BaseSettings):
    """What a process needs to know about where it runs.

    URLs carry passwords, so none of them shows in a `repr`. The application's role
    (`database_url`) may append and read; the owner (`database_owner_url`) may set up the schema.
    `reference_rates` is the path or the https URL of the ECB's file; without it, every stay is paid
    in the currency of its listing.
    """

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    database_url: str = Field(repr=False)
    database_owner_url: str | None = Field(default=None, repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    reference_rates: str | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def owner_url(self) -> str:
        """Who sets up the schema: the owner, or the application where it owns the database."""
        return self.database_owner_url or self.database_url

    @property
    def positions_channel(self) -> str:
        """Where in Redis this database's followers say how far they are: others may share it."""
        return f"stayledger:positions:{urlsplit(self.database_url).path[1:]}"


def read_settings() -> Settings:
    """The settings of this process's environment. Raises Misconfigured."""
    try:
        return Settings()
    except ValidationError as invalid:
        raise Misconfigured("; ".join(map(_complaint, invalid.errors()))) from None


def _complaint(error: ErrorDetails) -> str:
    name = str(error["loc"][0]).upper()
    if error["type"] == "missing":
        return (
            f"{name} is not set: write postgresql://user:password@host/database, "
            "or start the command inside `stayledger sandbox run -- …`"
        )
    return f"{name}: {error['msg']}"


def configure_logging(level: str) -> None:
    """Log to standard error: lines for people at a terminal, JSON for machines elsewhere."""
    at_terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if at_terminal else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
