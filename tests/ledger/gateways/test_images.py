"""What comes as a picture is read with suspicion, and kept only as we draw it (security, S42)."""

import tracemalloc
from io import BytesIO

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image

from ledger.gateways.images import Picture, drawn_anew, sniffed
from ledger.values.files import LARGEST_PIXELS, SMALLEST_EDGE, Fault, MediaType, Purpose
from tests import pictures
from tests.pictures import SCRIPT, a_file, the_sea

MEGABYTE = 1024 * 1024
OF_A_PHOTO = Purpose.PHOTO.edges
KINDS = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG", MediaType.WEBP: "WEBP"}


def drawn(
    raw: bytes, said: MediaType = MediaType.JPEG, edges: tuple[int, ...] = (3000,)
) -> tuple[Picture, ...]:
    found = drawn_anew(raw, said, edges)
    assert not isinstance(found, Fault), found
    return found


def fault(raw: bytes, said: MediaType = MediaType.JPEG) -> Fault:
    found = drawn_anew(raw, said, (3000,))
    assert isinstance(found, Fault), "it was drawn"
    return found


def opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.body))


def lightness(image: Image.Image, *at: tuple[int, int]) -> list[float]:
    """How light a picture is at some places; of the sea, above and below."""
    grey = image.convert("L")
    found = [grey.getpixel(place) for place in at or ((320, 100), (320, 400))]
    return [one for one in found if isinstance(one, float | int)]


# -- What is kept -------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "kind"), KINDS.items())
def test_s42_every_kind_is_drawn_as_jpeg(said: MediaType, kind: str) -> None:
    (picture,) = drawn(a_file(kind), said)
    assert opened(picture).format == "JPEG"
    assert (picture.width, picture.height) == opened(picture).size == (640, 480)


def test_s42_v4_where_a_photo_was_taken_stays_behind_and_it_stands_upright() -> None:
    raw = pictures.of_a_telephone()
    assert Image.open(BytesIO(raw)).getexif().get_ifd(pictures.GPS)

    (picture,) = drawn(raw)

    shown = opened(picture)
    assert not shown.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp"} & shown.info.keys()
    assert b"telephone" not in picture.body
    assert b"Rui" not in picture.body
    assert shown.size == (480, 640)
    right, left = lightness(shown, (400, 320), (80, 320))
    assert right > left, "what was above is on the right"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (a_file() + SCRIPT, MediaType.JPEG),
        (a_file(comment=SCRIPT), MediaType.JPEG),
        (pictures.with_words(), MediaType.PNG),
        (a_file("WEBP", xmp=SCRIPT), MediaType.WEBP),
    ],
    ids=["behind a JPEG", "in its comment", "in a PNG", "in a WebP"],
)
def test_s42_v4_a_page_that_hides_in_a_picture_stays_behind(raw: bytes, said: MediaType) -> None:
    assert b"script" in raw
    (picture,) = drawn(raw, said)
    assert b"script" not in picture.body
    assert b"Rui" not in picture.body


def test_a_second_picture_behind_a_photo_stays_behind() -> None:
    (picture,) = drawn(pictures.with_a_second_picture())
    assert getattr(opened(picture), "n_frames", 1) == 1
    assert picture.width == 640


def test_what_is_transparent_is_white() -> None:
    nothing = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    (picture,) = drawn(a_file("PNG", nothing), MediaType.PNG)
    assert opened(picture).getpixel((150, 150)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "I;16", "LA", "RGB", "RGBA"])
def test_every_way_to_say_colours_in_png_is_understood(mode: str) -> None:
    told = the_sea(mode="L").convert("I;16").point(lambda grey: grey * 256)
    picture = told if mode == "I;16" else the_sea(mode=mode)
    (shown,) = drawn(a_file("PNG", picture), MediaType.PNG)
    assert lightness(opened(shown)) == pytest.approx(lightness(the_sea()), abs=6)


def test_black_and_white_is_understood_and_inks_are_as_well() -> None:
    assert drawn(a_file("PNG", the_sea(mode="1")), MediaType.PNG)
    (shown,) = drawn(a_file("JPEG", the_sea(mode="CMYK")))
    assert lightness(opened(shown)) == pytest.approx(lightness(the_sea()), abs=6)


def test_a_photo_is_drawn_in_every_size_and_never_enlarged() -> None:
    large = drawn(a_file(picture=the_sea(2400, 1600)), edges=OF_A_PHOTO)
    assert [(one.width, one.height) for one in large] == [(320, 213), (960, 640), (1920, 1280)]
    middling = drawn(a_file(picture=the_sea(800, 600)), edges=OF_A_PHOTO)
    assert [one.width for one in middling] == [320, 800]
    small = drawn(a_file(picture=the_sea(300, 220)), edges=OF_A_PHOTO)
    assert [one.width for one in small] == [300]


def test_the_same_file_is_drawn_the_same() -> None:
    raw = pictures.of_a_telephone()
    assert drawn(raw) == drawn(raw)


# -- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("said", MediaType)
@pytest.mark.parametrize(("name", "raw"), pictures.NO_PICTURES.items())
def test_s42_what_is_no_picture_is_refused(name: str, raw: bytes, said: MediaType) -> None:
    assert fault(raw, said) is Fault.WRONG_TYPE, name


@pytest.mark.parametrize("said", MediaType)
def test_s42_a_picture_of_another_kind_than_was_said_is_refused(said: MediaType) -> None:
    for other, kind in KINDS.items():
        raw = a_file(kind)
        assert sniffed(raw) is other
        if other is not said:
            assert fault(raw, said) is Fault.WRONG_TYPE


@pytest.mark.parametrize(
    "raw",
    [
        pictures.claiming(50_000, 50_000),
        pictures.claiming(2**31 - 1, 2**31 - 1),
        pictures.claiming(LARGEST_PIXELS, 2),
        pictures.a_bomb(),
    ],
    ids=["says it is large", "says it is as large as can be", "is long", "is large"],
)
def test_s42_v4_a_bomb_is_refused_before_it_goes_off(raw: bytes) -> None:
    tracemalloc.start()
    try:
        assert fault(raw, MediaType.PNG) is Fault.TOO_MANY_PIXELS
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()


def test_s42_v4_a_bomb_for_a_comment_does_not_go_off_either() -> None:
    raw = pictures.with_a_bomb_for_a_comment()
    tracemalloc.start()
    try:
        assert fault(raw, MediaType.PNG) is Fault.UNREADABLE
        assert tracemalloc.get_traced_memory()[1] < 8 * MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("said", [MediaType.PNG, MediaType.WEBP])
def test_s42_what_moves_is_refused(said: MediaType) -> None:
    assert fault(pictures.moving(KINDS[said]), said) is Fault.ANIMATED


def test_s42_a_picture_in_which_nothing_can_be_seen_is_refused() -> None:
    assert fault(a_file(picture=the_sea(SMALLEST_EDGE - 1, 900))) is Fault.TOO_SMALL
    assert drawn(a_file(picture=the_sea(SMALLEST_EDGE, 900)))


@pytest.mark.parametrize(("said", "kind"), KINDS.items())
def test_s42_half_a_file_is_refused(said: MediaType, kind: str) -> None:
    raw = a_file(kind)
    assert fault(raw[: len(raw) // 2], said) is Fault.UNREADABLE
    assert fault(raw[:12], said) in (Fault.UNREADABLE, Fault.WRONG_TYPE)


@settings(max_examples=60, deadline=None)
@whatever(st.sampled_from(MediaType), st.binary(max_size=60), st.integers(12, 400))
def test_s42_whatever_is_in_a_file_somebody_gets_an_answer(
    said: MediaType, noise: bytes, at: int
) -> None:
    raw = bytearray(a_file(KINDS[said], the_sea(240, 200)))
    raw[at : at + len(noise)] = noise
    found = drawn_anew(bytes(raw), said, (240,))
    assert isinstance(found, Fault | tuple)
