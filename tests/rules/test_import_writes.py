"""What an import stores together: a transaction has room for few days of numbers, and is bounded itself."""

from chalicelib.rules.import_writes import MOST, MOST_BYTES, Said, together

_HOUR = 3_600_000


def parts(*hours: float, size: int = 10, rows: int = 1) -> list[list[float]]:
    """The hours of what is stored together."""
    return [[one.at / _HOUR for one in part] for part in together([Said(int(hour * _HOUR), size, rows) for hour in hours])]


def test_a_day_ends_a_write() -> None:
    assert parts(1, 2, 23.9, 24, 30, 73) == [[1, 2, 23.9], [24, 30], [73]]


def test_a_write_has_a_bound() -> None:
    assert [len(part) for part in parts(*[1] * (MOST + 1))] == [MOST, 1]
    assert [len(part) for part in parts(*[1] * MOST, rows=2)] == [MOST // 2] * 2
    assert [len(part) for part in parts(1, 1, size=MOST_BYTES - 1)] == [1, 1]
    assert parts() == []
