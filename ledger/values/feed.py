"""A feed's item: what a calendar elsewhere says of some nights."""

from msgspec import Struct

from ledger.values.stay import Stay


class FeedItem(Struct, frozen=True):
    """Nights that are sold elsewhere; `revision` tells one form of an item from the next."""

    uid: str
    stay: Stay
    revision: str = ""
