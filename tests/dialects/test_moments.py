"""Moments as texts are those that `datetime` makes of them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as some

from chalicelib.dialects.anytime.shapes import moment as iso
from chalicelib.dialects.moments import moment

_YEAR_9999 = 253_402_300_799_999


@given(some.integers(-62_135_596_800_000, _YEAR_9999))
def test_a_moment_is_what_datetime_makes_of_it(at: int) -> None:
    second, milliseconds = divmod(at, 1000)
    expected = datetime.fromtimestamp(second, UTC)
    assert moment(at) == (expected.date().isoformat(), expected.time().isoformat(), milliseconds)


def test_anytime_s_is_iso_8601() -> None:
    assert iso(1_480_000_000_007) == "2016-11-24T15:06:40.007Z"
    assert datetime.fromisoformat(iso(_YEAR_9999)).timestamp() * 1000 == _YEAR_9999
