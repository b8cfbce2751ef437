"""Spans: the hours, days, weeks and months of a place that is some quarters of an hour east of UTC. Quarters are since the
epoch.
"""

from datetime import date, timedelta

HOUR, DAY, WEEK, MONTH = "hour", "day", "week", "month"
UNITS = (HOUR, DAY, WEEK, MONTH)
_EPOCH, _A_DAY = date(1970, 1, 1), 96


def spans(first: int, end: int, unit: str, offset: int) -> list[tuple[int, int]]:
    """Returns the spans of a unit from a first quarter to before an end, each as its first quarter and its end. The first and the
    last are cut where the whole is. Weeks begin on Mondays.
    """
    found = []
    while first < end:
        after = min(end, _next(first + offset, unit) - offset)
        found.append((first, after))
        first = after
    return found


def _next(local: int, unit: str) -> int:
    """Returns the quarter, in local time, with which the next span begins."""
    if unit == HOUR:
        return local // 4 * 4 + 4
    day = _EPOCH + timedelta(local // _A_DAY)
    if unit == WEEK:
        return _begin(day + timedelta(days=7 - day.weekday()))
    if unit == MONTH:
        return _begin((day.replace(day=1) + timedelta(days=32)).replace(day=1))
    return _begin(day + timedelta(days=1))


def _begin(day: date) -> int:
    return (day - _EPOCH).days * _A_DAY
