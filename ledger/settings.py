"""The settings of a process: its environment, read once at the entry point, and frozen.

Nothing below an entry point reads the environment or sets up logging.
"""

import logging
import re
import sys
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import structlog
from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,20}")


class Misconfigured(Exception):
    """The environment lacks a setting, or one has no meaning: one line that says which."""


class Settings(BaseSettings):
    """What a process needs to know about where it runs.

    URLs carry passwords, so none of them shows in a `repr`, nor do keys and secrets. The
    application's role (`database_url`) may append and read; the owner (`database_owner_url`) may
    set up the schema.
    `reference_rates` is the path or the https URL of the ECB's file; without it, every stay is paid
    in the currency of its listing.
    `stripe_webhook_secrets` sign what the processor tells of the platform's own money,
    `stripe_hosts_webhook_secrets` what it tells of hosts' accounts, at an address of their own.
    `quote_keys` are what quotes are signed with, each as `id:secret`: the first one signs, and all
    of them vouch, so one is replaced by putting a new one before it for a quarter of an hour.
    Files lie in two buckets of a storage that speaks S3, `objects_documents_bucket` and
    `objects_photos_bucket`: at `objects_endpoint`, or at Amazon's; under the key that is named, or
    the machine's own role. Without buckets they lie in `objects_folder`; without either, no files
    are taken. `clamd_address` is where a virus scanner listens, as host:port or a path.
    """

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    database_url: str = Field(repr=False)
    database_owner_url: str | None = Field(default=None, repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    reference_rates: str | None = None
    quote_keys: Annotated[tuple[str, ...], NoDecode] = Field(default=(), repr=False)
    stripe_secret_key: str | None = Field(default=None, repr=False)
    stripe_webhook_secrets: Annotated[tuple[str, ...], NoDecode] = Field(default=(), repr=False)
    stripe_hosts_webhook_secrets: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), repr=False
    )
    stripe_api_base: str | None = None
    objects_documents_bucket: str | None = None
    objects_photos_bucket: str | None = None
    objects_endpoint: str | None = None
    objects_region: str = "us-east-1"
    objects_key_id: str | None = Field(default=None, repr=False)
    objects_secret_key: str | None = Field(default=None, repr=False)
    objects_folder: Path | None = None
    clamd_address: str | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator(
        "stripe_webhook_secrets", "stripe_hosts_webhook_secrets", "quote_keys", mode="before"
    )
    @classmethod
    def _by_commas(cls, given: object) -> object:
        """Several while they are being changed, with commas between them."""
        if not isinstance(given, str):
            return given
        return tuple(part.strip() for part in given.split(",") if part.strip())

    @property
    def stripe_key(self) -> str:
        """The key for what needs Stripe. Raises Misconfigured where there is none."""
        if self.stripe_secret_key is None:
            raise Misconfigured(
                "STRIPE_SECRET_KEY is not set: write sk_test_… or sk_live_… from the dashboard, or "
                "start `python3 -m sandbox.stripe` and set STRIPE_API_BASE to its address, too"
            )
        return self.stripe_secret_key

    @property
    def quote_secrets(self) -> dict[str, bytes]:
        """The keys of quotes by their id, the one that signs first. Raises Misconfigured."""
        if not self.quote_keys:
            raise Misconfigured(
                "QUOTE_KEYS is not set: write an id, a colon and 32 random letters or more, such "
                "as 2026a:…; with commas between several, the one that signs first"
            )
        pairs = [key.partition(":") for key in self.quote_keys]
        if any(not _KEY_ID.fullmatch(name) or len(secret) < 32 for name, _, secret in pairs):
            raise Misconfigured("QUOTE_KEYS: a key is an id, a colon and 32 letters or more")
        return {name: secret.encode() for name, _, secret in pairs}

    @property
    def buckets(self) -> tuple[str, str] | None:
        """The buckets of documents and of photos, if files lie in buckets. Raises Misconfigured."""
        documents, photos = self.objects_documents_bucket, self.objects_photos_bucket
        if documents is None and photos is None:
            return None
        if documents is None or photos is None or documents == photos:
            raise Misconfigured(
                "OBJECTS_DOCUMENTS_BUCKET and OBJECTS_PHOTOS_BUCKET: name two buckets, or none and "
                "OBJECTS_FOLDER"
            )
        return documents, photos

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
    # The processor's SDK would log whole answers: what pays, and who.
    logging.getLogger("stripe").setLevel(logging.WARNING)
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
