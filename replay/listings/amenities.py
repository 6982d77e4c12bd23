"""What a place offers, in our own words: the source's are hundreds, some of them the host's own.

What has no code of ours is left out, and counted: texts of hosts are nobody's search filter, and a
brand of shampoo is nobody's reason to book.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

CODES: Mapping[str, Sequence[str]] = {
    # For families.
    "cot": ("crib",),
    "high_chair": ("high chair",),
    "stair_gate": ("baby safety gates",),
    "step_free": ("single level home",),
    "changing_table": ("changing table",),
    "baby_bath": ("baby bath",),
    "baby_monitor": ("baby monitor",),
    "child_proofing": ("outlet covers", "window guards", "table corner guards", "fireplace guards"),
    "childrens_dinnerware": ("children's dinnerware",),
    "childrens_toys": ("children's books and toys", "children's playroom"),
    "babysitter": ("babysitter recommendations",),
    # Safety, and what guests must know before they book.
    "smoke_alarm": ("smoke alarm",),
    "carbon_monoxide_alarm": ("carbon monoxide alarm",),
    "fire_extinguisher": ("fire extinguisher",),
    "first_aid_kit": ("first aid kit",),
    "security_cameras": ("exterior security cameras", "security cameras"),
    "noise_monitors": ("noise decibel monitors",),
    # Sleeping and washing.
    "essentials": ("essentials",),
    "bed_linens": ("bed linens",),
    "dark_curtains": ("room-darkening shades",),
    "lock_on_bedroom_door": ("lock on bedroom door",),
    "bathtub": ("bathtub",),
    "hair_dryer": ("hair dryer",),
    "toiletries": ("shampoo", "conditioner", "shower gel", "body soap"),
    "hot_water": ("hot water",),
    "washing_machine": ("washer",),
    "tumble_dryer": ("dryer",),
    "drying_rack": ("drying rack for clothing",),
    "iron": ("iron",),
    # Eating.
    "kitchen": ("kitchen", "kitchenette"),
    "cookware": ("cooking basics",),
    "dishes": ("dishes and silverware",),
    "fridge": ("refrigerator", "mini fridge"),
    "freezer": ("freezer",),
    "oven": ("oven",),
    "hob": ("stove",),
    "microwave": ("microwave",),
    "dishwasher": ("dishwasher",),
    "kettle": ("hot water kettle",),
    "coffee_maker": ("coffee maker",),
    "toaster": ("toaster",),
    "dining_table": ("dining table",),
    "breakfast": ("breakfast",),
    # Living and working.
    "wifi": ("wifi",),
    "workspace": ("dedicated workspace",),
    "tv": ("tv", "hdtv"),
    "heating": ("heating",),
    "air_conditioning": ("air conditioning", "ac"),
    "fireplace": ("indoor fireplace",),
    "board_games": ("board games",),
    "gym": ("gym", "exercise equipment"),
    # Outside.
    "balcony": ("patio or balcony",),
    "garden": ("backyard",),
    "outdoor_dining": ("outdoor dining area",),
    "barbecue": ("bbq grill",),
    "pool": ("pool",),
    "hot_tub": ("hot tub",),
    "sauna": ("sauna",),
    "waterfront": ("waterfront",),
    "bikes": ("bikes",),
    # Coming and going.
    "lift": ("elevator",),
    "private_entrance": ("private entrance",),
    "self_check_in": ("self check-in", "lockbox", "keypad", "smart lock"),
    "luggage_drop_off": ("luggage dropoff allowed",),
    "parking": (
        "parking on premises", "parking garage on premises", "parking lot on premises",
        "residential garage on premises",
    ),
    "street_parking": ("street parking",),
    "ev_charger": ("ev charger",),
    "long_stays": ("long term stays allowed",),
}  # fmt: skip
"""Each code, and the words of the source that mean it wherever they stand in an amenity's text."""

RULES = ("pets allowed", "smoking allowed")
"""What the source lists among amenities and we among the rules of the house."""

NOT_MEANT: Mapping[str, Sequence[str]] = {"pool": ("pool table",)}
"""Where the words of a code stand for something else."""

_MEANINGS = {words: code for code, phrases in CODES.items() for words in phrases}
_SKIPPED = [words for phrases in NOT_MEANT.values() for words in phrases]
# The longest words first: a hair dryer is not a dryer.
_LONGEST_FIRST = sorted([*_MEANINGS, *_SKIPPED], key=len, reverse=True)
_WORDS = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, _LONGEST_FIRST))})(?![\w-])")


@lru_cache(maxsize=10_000)
def codes_of(amenity: str) -> frozenset[str]:
    """What an amenity is in our words; nothing where we have none for it."""
    found = _WORDS.findall(plain(amenity))
    return frozenset(_MEANINGS[words] for words in found if words in _MEANINGS)


def plain(amenity: str) -> str:
    """An amenity's text, with the case and the apostrophes that it is compared in."""
    return amenity.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def without_code(amenities: Iterable[str]) -> int:
    """How many of the amenities have no word of ours."""
    return sum(not codes_of(one) and plain(one) not in RULES for one in amenities)
