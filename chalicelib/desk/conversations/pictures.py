"""Pictures: what an uploaded one is, its thumbnail, and identicons made from names.

Pillow is imported by the functions that need it, because most processes never see a picture.
"""

import hashlib
import io
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from PIL.Image import Image

#: First bytes of the images that are shown.
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_FORMATS = ("PNG", "JPEG", "GIF")
#: A JPEG with several pictures, as phones take them, is shown as its first one, as browsers do.
_SHOWN_AS = {"MPO": "JPEG"}
#: Pixels of an image at most. A larger one is a file like any other: each pixel takes 4 bytes when unpacked.
MOST_PIXELS = 50_000_000
#: Pixels of a thumbnail's longer side.
_THUMBNAIL = 240
#: An identicon's cells per side, pixels per cell, and pixels of margin.
_CELLS, _CELL, _MARGIN = 5, 32, 16


class Thumbnail(msgspec.Struct, frozen=True):
    """A smaller picture of the same format; sizes in pixels."""

    data: bytes
    width: int
    height: int


class Picture(msgspec.Struct, frozen=True):
    """What an image is: its size as it is shown, and its thumbnail. None where the image is small enough itself."""

    mime: str
    width: int
    height: int
    thumbnail: Thumbnail | None


def examine(data: bytes) -> Picture | None:
    """Returns the PNG, JPEG or GIF that the bytes are. None for anything else, a broken one, or one with too many pixels."""
    if not data.startswith(_BEGINNINGS):
        return None
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # twice as many raise an error before anything is unpacked
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            return _picture(image) if image.width * image.height <= MOST_PIXELS else None
    except Exception:  # bytes made to break a decoder raise all kinds of errors
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
    """Returns a PNG of a mirrored pattern in one colour, always the same for the same name.

    Drawn here because the libraries for it have no wheel, and only wheels can be deployed.
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
    """Returns the coloured cells: the left half and the middle come from the digest, the right half mirrors them."""
    half = [divmod(at, _CELLS) for at in range(_CELLS * (_CELLS + 1) // 2) if digest[at] % 2]
    return half + [(_CELLS - 1 - column, row) for column, row in half]
