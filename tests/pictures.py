"""Pictures for tests."""

import io
import struct
import zlib

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 300), mode: str = "RGB", **options: object) -> bytes:
    """An image file of a plain colour."""
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode in ("1", "P", "L") else None).save(out, kind, **options)
    return out.getvalue()


def animated(frames: int = 5) -> bytes:
    """A GIF that moves."""
    out = io.BytesIO()
    pages = [Image.new("P", (300, 300), at) for at in range(frames)]
    pages[0].save(out, "GIF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def several(size: tuple[int, int], **options: object) -> bytes:
    """A JPEG with a second, smaller picture behind it (MPO), as phones make them."""
    out = io.BytesIO()
    pages = [Image.new("RGB", size, "red"), Image.new("RGB", (size[0] // 2, size[1] // 2), "blue")]
    pages[0].save(out, "MPO", save_all=True, append_images=pages[1:], **options)
    return out.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A small PNG that says that it has so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b"")]
    parts = (struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def size_of(data: bytes) -> tuple[str, int, int]:
    """Format, width and height."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return str(image.format), image.width, image.height
