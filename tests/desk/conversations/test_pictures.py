"""What pictures are, and those that are made."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.desk.conversations import pictures
from tests.pictures import animated, bomb, picture, several, size_of


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("size, small", [((600, 300), (240, 120)), ((300, 1200), (60, 240)), ((4000, 2), (240, 1))])
def test_a_large_picture_has_a_thumbnail_of_its_own_shape(kind: str, size: tuple[int, int], small: tuple[int, int]) -> None:
    found = pictures.examine(picture(kind, size))
    assert found and found.thumbnail
    assert (found.mime, found.width, found.height) == (f"image/{kind.lower()}", *size)
    assert (found.thumbnail.width, found.thumbnail.height) == small
    assert size_of(found.thumbnail.data) == (kind, *small)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_mode_has_one(mode: str) -> None:
    found = pictures.examine(picture("PNG", mode=mode))
    assert found and found.thumbnail and size_of(found.thumbnail.data) == ("PNG", 240, 120)


def test_a_jpeg_for_print_has_one_that_browsers_show() -> None:
    found = pictures.examine(picture("JPEG", mode="CMYK"))
    assert found and found.thumbnail and size_of(found.thumbnail.data)[0] == "JPEG"


def test_a_picture_taken_sideways_is_measured_and_shown_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = pictures.examine(picture("JPEG", (600, 300), exif=exif))
    assert found and found.thumbnail
    assert (found.width, found.height) == (300, 600)
    assert (found.thumbnail.width, found.thumbnail.height) == (120, 240)


def test_a_phones_photo_is_a_jpeg_though_it_has_more_pictures_in_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = pictures.examine(several((1200, 800), exif=exif))
    assert found and found.thumbnail
    assert (found.mime, found.width, found.height) == ("image/jpeg", 800, 1200)
    assert size_of(found.thumbnail.data) == ("JPEG", 160, 240)
    small = pictures.examine(several((60, 40)))
    assert small and (small.mime, small.thumbnail) == ("image/jpeg", None)


def test_a_photo_is_one_in_a_process_that_has_seen_none() -> None:
    told = "import sys; from chalicelib.desk.conversations import pictures; print(pictures.examine(sys.stdin.buffer.read()).mime)"
    shown = subprocess.run([sys.executable, "-c", told], input=several((300, 200)), capture_output=True, check=True)
    assert shown.stdout.strip() == b"image/jpeg"


@pytest.mark.parametrize("data", [picture("PNG", (240, 10)), picture("GIF"), animated()])
def test_a_small_one_and_one_that_may_move_is_shown_as_it_is(data: bytes) -> None:
    found = pictures.examine(data)
    assert found and found.thumbnail is None


def test_what_is_no_picture_or_too_large_a_one_is_none() -> None:
    whole = picture("PNG", (600, 300))
    wrong = [b"", b"words", b"<svg onload=alert(1)>", whole[:40], whole[:-40], b"\xff\xd8\xff", b"GIF89a", b"\x89PNG\r\n\x1a\n"]
    for data in [*wrong, picture("TIFF"), picture("BMP"), bomb(), bomb(8_000, 8_000), bomb(2**31 - 1, 2**31 - 1)]:
        assert pictures.examine(data) is None, data[:20]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(["PNG", "JPEG", "GIF"]), st.integers(0, 400), st.binary(max_size=60))
def test_broken_pictures_are_examined_without_an_error(kind: str, at: int, noise: bytes) -> None:
    whole = picture(kind, (300, 20))
    found = pictures.examine(whole[:at] + noise + whole[at + len(noise) :])
    assert found is None or found.width * found.height <= pictures.MOST_PIXELS


def test_an_identicon_is_the_same_for_the_same_name_and_another_for_others() -> None:
    drawn = [pictures.identicon(name) for name in ("a", "b", "c", "é" * 40, "")]
    assert len(set(drawn)) == 5
    assert drawn == [pictures.identicon(name) for name in ("a", "b", "c", "é" * 40, "")]
    assert {size_of(data) for data in drawn} == {("PNG", 192, 192)}
