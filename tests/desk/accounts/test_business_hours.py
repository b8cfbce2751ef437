"""Business hours: an account's working time, its holidays, and the calendar of both."""

from typing import Any

import pytest

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.accounts import business_hours
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.rules.calendars import Calendar
from tests.lambdas import counted
from tests.world import World

OFFICE = (((540, 1020),),) * 5 + ((),) * 2


def test_an_account_works_in_office_hours_of_utc_until_it_says_otherwise(world: World) -> None:
    assert business_hours.calendar(world.ctx(AGENT)) == Calendar(OFFICE)


def test_days_are_set_one_by_one_and_the_zone_with_them(world: World) -> None:
    ctx = world.ctx(ADMIN)
    business_hours.change(ctx, {5: [(780, 1440), (600, 720)]}, "Asia/Kolkata")
    business_hours.change(ctx, {0: []})
    holiday = business_hours.create_holiday(ctx, "New Year", "1970-01-11")
    found = business_hours.calendar(ctx)
    assert found == Calendar(((), *OFFICE[1:5], ((600, 720), (780, 1440)), ()), frozenset({10}), "Asia/Kolkata")
    business_hours.remove_holiday(ctx, holiday.number)
    assert business_hours.calendar(ctx).holidays == frozenset()


def test_a_calendar_is_read_once_a_minute(world: World) -> None:
    ctx = world.ctx(AGENT)
    cache.clear_all()
    with counted() as sent:
        for _ in range(2):
            business_hours.calendar(ctx)
    assert sent == ["Query", "Query"], "the account, and the hours with the holidays"


@pytest.mark.parametrize(
    ("days", "zone"),
    [
        ({0: [(60, 60)]}, None),
        ({0: [(-1, 60)]}, None),
        ({0: [(0, 1441)]}, None),
        ({0: [(0, 90), (60, 120)]}, None),
        ({0: [(at, at + 1) for at in range(11)]}, None),
        ({7: []}, None),
        ({0: []}, "Mars/Olympus"),
    ],
)
def test_impossible_hours_change_nothing(world: World, days: dict[int, Any], zone: str | None) -> None:
    before = business_hours.load(world.ctx(ADMIN))
    with pytest.raises(Invalid):
        business_hours.change(world.ctx(ADMIN), days, zone)
    assert business_hours.load(world.ctx(ADMIN)) == before


def test_agents_read_and_administrators_set(world: World) -> None:
    agent = world.as_agent()
    assert business_hours.load(agent).zone == "UTC" and business_hours.list_holidays(agent) == []
    with pytest.raises(Forbidden):
        business_hours.change(agent, {0: []})
    with pytest.raises(NotFound):
        business_hours.get_holiday(agent, 1)
