"""Pictures as hosts send them, and as somebody sends them who means harm: all made here."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin

LISBON = {1: "N", 2: (38.0, 43.0, 20.0), 3: "W", 4: (9.0, 8.0, 20.0)}
"""Where the photographer stood, as a telephone writes it down."""

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F
TURNED_RIGHT = 6
SCRIPT = b"<script>alert(document.cookie)</script>"


def the_sea(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """A picture that is blue above and dark below, so that one can tell how it is held."""
    picture = Image.new("RGB", (width, height), (90, 160, 230))
    picture.paste((20, 40, 90), (0, height // 2, width, height))
    return picture.convert(mode)


def a_file(kind: str = "JPEG", picture: Image.Image | None = None, **told: Any) -> bytes:
    """A picture in a file of this kind."""
    out = BytesIO()
    (picture or the_sea()).save(out, kind, **told)
    return out.getvalue()


def of_a_telephone() -> bytes:
    """A photo that tells where it was taken and by what, and that is to be held upright."""
    exif = Image.Exif()
    exif[MAKER] = "A telephone"
    exif[ORIENTATION] = TURNED_RIGHT
    exif[GPS] = LISBON
    return a_file(exif=exif, comment=b"taken by Rui", icc_profile=b"a profile of some colours")


def with_a_second_picture() -> bytes:
    """A photo behind which a telephone put another, smaller one."""
    return a_file("MPO", save_all=True, append_images=[the_sea(320, 240)])


def moving(kind: str) -> bytes:
    """A picture that moves."""
    return a_file(kind, save_all=True, append_images=[the_sea().rotate(180)], duration=100)


def chunk(name: bytes, content: bytes) -> bytes:
    """A part of a PNG file."""
    crc = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(64)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def a_bomb() -> bytes:
    """A PNG of some kilobytes that is what it says: 400 million pixels, all of them black."""
    row = zlib.compressobj(9)
    pixels = b"".join(row.compress(bytes(2_501)) for _ in range(20_000)) + row.flush()
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)


def with_a_bomb_for_a_comment() -> bytes:
    """A PNG whose comment would unpack to thirty million letters."""
    packed = zlib.compress(b"a" * 30_000_000, 9)
    comment = chunk(b"zTXt", b"Comment\0\0" + packed)
    plain = a_file("PNG")
    return plain[:33] + comment + plain[33:]


def with_words() -> bytes:
    """A PNG with words in it, and a script behind it."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Rui of Lisbon")
    words.add_itxt("Comment", SCRIPT.decode(), zip=True)
    return a_file("PNG", pnginfo=words) + SCRIPT


NO_PICTURES = {
    "nothing": b"",
    "a page": b"<!doctype html><html>" + SCRIPT,
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a document": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
    "an archive": b"PK\x03\x04" + bytes(100),
    "a program": b"MZ" + bytes(100),
    "another program": b"\x7fELF" + bytes(100),
    "a script for a shell": b"#!/bin/sh\nrm -rf /\n",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n(ls) run\n",
    "GIF": a_file("GIF"),
    "TIFF": a_file("TIFF"),
    "BMP": a_file("BMP"),
    "an icon": a_file("ICO"),
    "a page that calls itself GIF": b"GIF89a/*" + SCRIPT,
    "a film": b"\x00\x00\x00\x18ftypmp42" + bytes(100),
    "sound": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100),
}
"""What is sent under the name of a picture, and is none that we take."""
