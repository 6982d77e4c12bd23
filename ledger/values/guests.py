"""Who comes to stay."""

import msgspec


class Party(msgspec.Struct, frozen=True, gc=False):
    """Who comes: heads by age class."""

    adults: int
    children: int = 0
    infants: int = 0

    def heads(self) -> int:
        """How many people, of any age."""
        return self.adults + self.children + self.infants
