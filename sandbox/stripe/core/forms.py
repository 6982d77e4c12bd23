"""Form encoding as Stripe reads it: `a[b]=1`, `a[]=1`, `a[0][b]=1`, in bodies and in queries."""

from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from sandbox.stripe.core.errors import malformed

Raw: TypeAlias = "str | dict[str, Raw]"
"""A value as it came in: text, or a hash. Lists are hashes with the keys "0", "1", …"""

FIELDS_AT_MOST = 2_000
DEPTH_AT_MOST = 8


def decode(body: str | bytes) -> dict[str, Raw]:
    """The nested values of a form.

    Raises a refusal when the text is not UTF-8, has too many fields, or nests in contradiction
    (`a=1&a[b]=2`).
    """
    text = _text(body)
    if not text:
        return {}
    pairs = text.split("&")
    if len(pairs) > FIELDS_AT_MOST:
        raise malformed("The request has too many parameters.")
    read = _unquoted if "%" in text or "+" in text or not text.isascii() else _as_it_is
    form: dict[str, Raw] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name:
            _place(form, read(name), read(value))
    return form


def _as_it_is(text: str) -> str:
    return text


def _text(body: str | bytes) -> str:
    if isinstance(body, str):
        return body
    try:
        return body.decode("ascii")
    except UnicodeDecodeError as broken:
        raise malformed(
            "Invalid request: the body is not application/x-www-form-urlencoded."
        ) from broken


def _unquoted(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError as broken:
        raise malformed("Invalid request: a parameter is not valid UTF-8.") from broken


def _place(form: dict[str, Raw], name: str, value: str) -> None:
    if name[-1] != "]":
        if isinstance(form.get(name), dict):
            raise malformed(f"Invalid hash: {name}", param=name)
        form[name] = value
        return
    root, _, rest = name.partition("[")
    keys = rest[:-1].split("][")
    if not root or len(keys) > DEPTH_AT_MOST:
        raise malformed(f"Invalid parameter name: {name[:200]}")
    hash_ = _hash_at(form, root, name)
    for key in keys[:-1]:
        hash_ = _hash_at(hash_, key or str(len(hash_)), name)
    hash_[keys[-1] or str(len(hash_))] = value


def _hash_at(within: dict[str, Raw], key: str, name: str) -> dict[str, Raw]:
    found = within.setdefault(key, {})
    if not isinstance(found, dict):
        raise malformed(f"Invalid hash: {name[:200]}", param=name[:200])
    return found
