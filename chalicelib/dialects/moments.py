"""Moments as dialects write them. A page has hundreds, and a `datetime` for each takes longer than everything else on it."""

from datetime import date, timedelta
from functools import lru_cache

_EPOCH = date(1970, 1, 1)
_A_DAY = 86_400_000


def moment(at: int) -> tuple[str, str, int]:
    """Returns epoch milliseconds as a date, a time of day to the second, and the milliseconds. UTC, years 1 to 9999."""
    day, of_day = divmod(at, _A_DAY)
    second, milliseconds = divmod(of_day, 1000)
    minute, second = divmod(second, 60)
    return _day(day), f"{_minute(minute)}:{second:02}", milliseconds


@lru_cache(maxsize=1024)
def _day(number: int) -> str:
    return (_EPOCH + timedelta(number)).isoformat()


@lru_cache(maxsize=1440)
def _minute(of_day: int) -> str:
    return f"{of_day // 60:02}:{of_day % 60:02}"
