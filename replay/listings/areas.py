"""Where listings of a file may lie: the source gives coordinates and a part of town, no more."""

from msgspec import Struct

from replay.history.table import BadRow


class Area(Struct, frozen=True, kw_only=True):
    """A city that the source publishes, and the box around it, in millionths of a degree (WGS 84).

    `country` is ISO 3166, `currency` the one that its prices are in.
    """

    country: str
    region: str
    city: str
    currency: str
    south_e6: int
    north_e6: int
    west_e6: int
    east_e6: int

    def has(self, latitude_e6: int, longitude_e6: int) -> bool:
        """Whether a point lies in it."""
        within = self.south_e6 <= latitude_e6 <= self.north_e6
        return within and self.west_e6 <= longitude_e6 <= self.east_e6


ANTWERP = Area(
    country="BE",
    region="Antwerpen",
    city="Antwerpen",
    currency="EUR",
    south_e6=51_100_000,
    north_e6=51_400_000,
    west_e6=4_200_000,
    east_e6=4_600_000,
)

AREAS = (ANTWERP,)
"""A listing elsewhere would get another country's rules: a new city is a row here."""


def area_of(latitude_e6: int, longitude_e6: int) -> Area:
    """The area that a point lies in. Raises BadRow."""
    for area in AREAS:
        if area.has(latitude_e6, longitude_e6):
            return area
    known = ", ".join(area.city for area in AREAS)
    raise BadRow(
        f"latitude {latitude_e6 / 1e6:.6f} and longitude {longitude_e6 / 1e6:.6f} lie in no city "
        f"that we know ({known}): correct them, or leave the row out"
    )
