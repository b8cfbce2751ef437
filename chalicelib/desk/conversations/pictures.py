"""Pictures: what an uploaded one is, its thumbnail, and the one that is made from a name.

Pillow is imported by the call that needs it: most processes never see a picture.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

#: How an image of a kind that is shown begins.
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_FORMATS = ("PNG", "JPEG", "GIF")
#: A JPEG with more pictures behind its first, as phones take them, is shown as that one: browsers and phones do the same.
_SHOWN_AS = {"MPO": "JPEG"}
#: Pixels of an image, beyond which it is a file like any other: 4 bytes each, where it is unpacked.
MOST_PIXELS = 50_000_000
#: Pixels of a thumbnail's longer side.
_THUMBNAIL = 240
#: Of an identicon: cells a side, pixels a cell, pixels around.
_CELLS, _CELL, _MARGIN = 5, 32, 16


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A smaller picture of the same format; sizes in pixels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """What an image is: its size as it is to be looked at, and its thumbnail, None where it is one by itself."""

    mime: str
    width: int
    height: int
    thumbnail: Thumbnail | None


def examine(data: bytes) -> Picture | None:
    """The PNG, JPEG or GIF that the bytes are; None for anything else, one that is broken, or has too many pixels."""
    if not data.startswith(_BEGINNINGS):
        return None
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # twice as many raise an error, before anything is unpacked
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            return _picture(image) if image.width * image.height <= MOST_PIXELS else None
    except Exception:  # whatever a decoder may say of bytes that were made to break it
        return None


def _picture(image: "Image") -> Picture:
    from PIL import ImageOps

    kind, sideways = _SHOWN_AS.get(str(image.format), str(image.format)), image.getexif().get(0x0112, 1) >= 5
    width, height = (image.height, image.width) if sideways else (image.width, image.height)
    mime = f"image/{kind.lower()}"
    if kind == "GIF" or max(width, height) <= _THUMBNAIL:
        image.load()
        return Picture(mime, width, height, None)
    image.thumbnail((_THUMBNAIL, _THUMBNAIL))
    small = ImageOps.exif_transpose(image)
    if kind == "JPEG" or small.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        small = small.convert("RGB")
    return Picture(mime, width, height, Thumbnail(_encoded(small, kind), small.width, small.height))


def _encoded(image: "Image", kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, optimize=True)
    return out.getvalue()


def identicon(name: str) -> bytes:
    """A PNG of a pattern, mirrored like a face, in a colour: always the same for the same name.

    Drawn here, because the libraries that do it have no wheel, which is what can be deployed.
    """
    from PIL import Image, ImageDraw

    digest = hashlib.sha256(name.encode()).digest()
    image = Image.new("P", (_CELLS * _CELL + 2 * _MARGIN,) * 2)
    image.putpalette([240, 240, 240, *(48 + value * 5 // 8 for value in digest[:3])])
    draw = ImageDraw.Draw(image)
    for column, row in _filled(digest[3:]):
        x, y = _MARGIN + column * _CELL, _MARGIN + row * _CELL
        draw.rectangle((x, y, x + _CELL - 1, y + _CELL - 1), fill=1)
    return _encoded(image, "PNG")


def _filled(digest: bytes) -> list[tuple[int, int]]:
    """The cells that are coloured: what the left half and the middle say, the right half repeats."""
    half = [divmod(at, _CELLS) for at in range(_CELLS * (_CELLS + 1) // 2) if digest[at] % 2]
    return half + [(_CELLS - 1 - column, row) for column, row in half]
