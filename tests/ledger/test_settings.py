"""Settings: what is not there is named, and what is secret is not shown."""

import pytest

from ledger.settings import Misconfigured, Settings, read_settings

DATABASE = "postgresql://app:secret@127.0.0.1/stayledger"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS", "STRIPE_API_BASE", "QUOTE_KEYS"):
        monkeypatch.delenv(name, raising=False)
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
