"""Settings: what is not there is named, and what is secret is not shown."""

from pathlib import Path

import pytest

from ledger.gateways.objects import chosen_by
from ledger.gateways.objects.folder import FolderObjects
from ledger.gateways.objects.s3 import S3Objects
from ledger.settings import Misconfigured, Settings, read_settings
from ledger.values.clock import system_clock

DATABASE = "postgresql://app:secret@127.0.0.1/stayledger"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", DATABASE)


def test_without_stripe_everything_else_starts() -> None:
    settings = read_settings()
    assert (settings.stripe_secret_key, settings.stripe_webhook_secrets) == (None, ())


def test_who_needs_stripe_is_told_what_to_write() -> None:
    settings = read_settings()
    with pytest.raises(Misconfigured, match=r"STRIPE_SECRET_KEY is not set: write sk_test_…"):
        _ = settings.stripe_key


def test_several_webhook_secrets_stand_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-S51: one by one while they are changed."""
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", " whsec_new, whsec_old ,")
    assert read_settings().stripe_webhook_secrets == ("whsec_new", "whsec_old")


def test_stripe_is_found_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_x")
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:12111")
    settings = read_settings()
    assert (settings.stripe_key, settings.stripe_api_base) == (
        "sk_test_x", "http://127.0.0.1:12111",
    )  # fmt: skip


def test_the_first_key_of_quotes_signs_and_all_of_them_vouch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUOTE_KEYS", f"new:{'n' * 32}, old:{'o' * 32}")
    assert read_settings().quote_secrets == {"new": b"n" * 32, "old": b"o" * 32}
    assert next(iter(read_settings().quote_secrets)) == "new"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("", "QUOTE_KEYS is not set: write"),
        ("short:abc", "32 letters or more"),
        ("k" * 40, "an id, a colon"),
        (f"a.b:{'k' * 32}", "an id, a colon"),
    ],
)
def test_a_key_of_quotes_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, keys: str, said: str
) -> None:
    monkeypatch.setenv("QUOTE_KEYS", keys)
    with pytest.raises(Misconfigured, match=said):
        _ = read_settings().quote_secrets


def test_nothing_secret_shows() -> None:
    settings = Settings(
        database_url=DATABASE,
        stripe_secret_key="sk_live_hidden",
        stripe_webhook_secrets=("whsec_hidden",),
        quote_keys=("a:hidden",),
    )
    assert "hidden" not in repr(settings)
    assert "secret@" not in repr(settings)


def test_files_lie_in_two_buckets_or_in_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().buckets is None
    monkeypatch.setenv("OBJECTS_DOCUMENTS_BUCKET", "documents")
    with pytest.raises(Misconfigured, match="name two buckets"):
        _ = read_settings().buckets
    monkeypatch.setenv("OBJECTS_PHOTOS_BUCKET", "documents")
    with pytest.raises(Misconfigured, match="name two buckets"):
        _ = read_settings().buckets
    monkeypatch.setenv("OBJECTS_PHOTOS_BUCKET", "photos")
    assert read_settings().buckets == ("documents", "photos")


def test_files_lie_where_the_settings_say(tmp_path: Path) -> None:
    settings = Settings(database_url=DATABASE, objects_folder=tmp_path)
    in_folder = chosen_by(settings, system_clock)
    buckets = {"objects_documents_bucket": "documents", "objects_photos_bucket": "photos"}
    in_buckets = chosen_by(settings.model_copy(update=buckets), system_clock)

    assert in_folder is not None
    assert in_buckets is not None
    assert isinstance(in_folder.documents, FolderObjects)
    assert isinstance(in_buckets.photos, S3Objects)
    assert chosen_by(Settings(database_url=DATABASE), system_clock) is None


def test_who_we_are_at_the_storage_is_not_shown() -> None:
    known = Settings(
        database_url=DATABASE, objects_key_id="AKIDSECRET", objects_secret_key="verysecret"
    )
    assert "secret" not in repr(known).lower().replace("secret_key", "")
