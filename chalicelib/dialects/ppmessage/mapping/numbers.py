"""The console's numbers in PPMessage's words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.reports.statistics import Numbers
from chalicelib.dialects.ppmessage.wire import numbers as wire

Which = Callable[[Numbers], int]


def customers(numbers: Numbers) -> int:
    """How many contacts came."""
    return numbers.contacts


def services(numbers: Numbers) -> int:
    """How many agents wrote."""
    return len(numbers.agents)


def messages(numbers: Numbers) -> int:
    """How many messages were posted."""
    return numbers.messages


def by_hour(hours: Sequence[Numbers], which: Which) -> wire.ByHour:
    """One of the numbers, with a key for each hour."""
    return wire.ByHour([{str(hour): which(numbers)} for hour, numbers in enumerate(hours)])


def by_day(days: Mapping[date, Numbers], which: Which) -> wire.ByDay:
    """One of the numbers, with a key for each day."""
    return wire.ByDay({day.isoformat(): which(numbers) for day, numbers in days.items()})


def overview(days: Mapping[date, Numbers], overall: Numbers) -> wire.OverviewShown:
    """Yesterday, today and all time."""
    yesterday, today = days.values()
    return wire.OverviewShown(
        wire.Overview(
            today_customer=today.contacts,
            yesterday_customer=yesterday.contacts,
            all_customer=overall.contacts,
            all_message=str(overall.messages),
            agent=len(overall.agents),
        )
    )


def day(field: str, given: str | None) -> date | None:
    """A day as clients write it. Raises Invalid."""
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise Invalid(field, "must be a day as 2016-05-18") from error
