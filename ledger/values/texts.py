"""Texts: what people write. Events name a text and never say it; its words are in the vault.

`Written` is all that the history has of a text. Its digest is salted, so that a short text cannot
be guessed from it once the words and their salt are erased.
"""

import hashlib
import unicodedata

from msgspec import Struct

from ledger.errors import UnfitText
from ledger.values.ids import TextId

LONGEST = 4_000
"""Characters of the longest text that we take."""

UNSEEN = frozenset(("Cc", "Cs", "Cn", "Co"))
"""Kinds of characters that no text needs: controls, halves of one, and what has no meaning."""

TURNS_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes the words around it read in another order than they stand."""


class Written(Struct, frozen=True):
    """A text that is in the vault: its id there, its digest, and its length in characters."""

    text_id: TextId
    digest: str
    length: int


def fit(text: str) -> str:
    """A text as it is kept: composed (NFC), lines ended by a newline, no space around it.

    Markup is words like any other: whoever shows a text shows it as text. Raises UnfitText.
    """
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not 1 <= len(kept) <= LONGEST:
        raise UnfitText(length=len(kept), at_most=LONGEST)
    unseen = next((each for each in kept if _is_unseen(each)), None)
    if unseen is not None:
        raise UnfitText(character=f"U+{ord(unseen):04X}")
    return kept


def digest_of(text: str, salt: bytes) -> str:
    """The SHA-256 of a text behind its salt, as hexadecimal digits."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _is_unseen(character: str) -> bool:
    if character == "\n":
        return False
    return unicodedata.category(character) in UNSEEN or character in TURNS_AROUND
