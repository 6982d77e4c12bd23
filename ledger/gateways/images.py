"""Images that somebody sent: believed only after they were read, and kept only as we draw them.

What a file says of itself counts for nothing: its first bytes tell its type, its header its size,
and whatever hides in metadata, behind the picture or in its name stays behind when the pixels are
drawn anew (spec: security, S42). Pillow is known here only.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from ledger.values.files import LARGEST_PIXELS, SMALLEST_EDGE, Fault, MediaType

Image.MAX_IMAGE_PIXELS = None  # We look at the header ourselves, and refuse what is too large.

QUALITY = 85
WHITE = (255, 255, 255)


@dataclass(frozen=True)
class Picture:
    """A picture that we drew: JPEG, without any metadata."""

    body: bytes
    width: int
    height: int

    @property
    def content_hash(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()


def drawn_anew(raw: bytes, said: MediaType, edges: Sequence[int]) -> Fault | tuple[Picture, ...]:
    """A file's picture in several sizes, the smallest first; or the fault why there is none.

    The longest edge of each is as long as one of `edges` says. Nothing is enlarged, so a small
    picture comes in fewer sizes.
    """
    media_type = sniffed(raw)
    if media_type is not said:
        return Fault.WRONG_TYPE
    try:
        with Image.open(BytesIO(raw), formats=_DECODERS[media_type]) as image:
            return _fault_of(image, media_type) or _drawn(image, edges)
    except Exception:  # noqa: BLE001 - a hostile file makes a decoder stumble over anything
        return Fault.UNREADABLE


def sniffed(raw: bytes) -> MediaType | None:
    """What the first bytes of a file say that it is, if it is anything that we take."""
    if raw.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return MediaType.WEBP
    return None


_DECODERS = {MediaType.JPEG: ("JPEG",), MediaType.PNG: ("PNG",), MediaType.WEBP: ("WEBP",)}


def _fault_of(image: Image.Image, media_type: MediaType) -> Fault | None:
    """Why a picture is not worth decoding, by its header alone."""
    if image.width * image.height > LARGEST_PIXELS:
        return Fault.TOO_MANY_PIXELS
    if min(image.size) < SMALLEST_EDGE:
        return Fault.TOO_SMALL
    # Telephones put a second picture behind a photo's own: that is no animation, and stays behind.
    if media_type is not MediaType.JPEG and getattr(image, "n_frames", 1) > 1:
        return Fault.ANIMATED
    return None


def _drawn(image: Image.Image, edges: Sequence[int]) -> tuple[Picture, ...]:
    largest = (max(edges), max(edges))
    image.draft("RGB", largest)  # A JPEG need not be decoded larger than it is kept.
    pixels = _in_colours(image)
    pixels.thumbnail(largest, Image.Resampling.LANCZOS)
    upright = _on_a_sheet(ImageOps.exif_transpose(pixels))
    wanted = sorted({min(edge, max(upright.size)) for edge in edges})
    return tuple(_picture(upright, edge) for edge in wanted)


def _in_colours(image: Image.Image) -> Image.Image:
    """The same in red, green and blue, and how transparent it is if it is at all."""
    if image.mode.startswith("I"):  # Greys of 16 bits, of which all but the darkest would be white.
        image = image.point(lambda grey: grey / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_a_sheet(pixels: Image.Image) -> Image.Image:
    """Its pixels on a sheet of their own: metadata and transparency stay behind."""
    sheet = Image.new("RGB", pixels.size, WHITE)
    sheet.paste(pixels, mask=pixels.getchannel("A") if pixels.mode == "RGBA" else None)
    return sheet


def _picture(upright: Image.Image, edge: int) -> Picture:
    rendition = upright.copy()
    rendition.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    out = BytesIO()
    rendition.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(out.getvalue(), rendition.width, rendition.height)
