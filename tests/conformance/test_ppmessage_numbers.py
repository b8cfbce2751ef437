"""The console's numbers, as its charts want them."""

from datetime import date, timedelta

import pytest

from tests.conformance.scene import Scene


def test_the_overview_counts_people_and_messages(scene: Scene) -> None:
    scene.world.count()
    number = scene.world.pp("PPCONSOLE_GET_OVERVIEW_NUMBER", "PPCONSOLE", app_uuid=scene.world.account).body["number"]
    assert number == {"today_customer": 1, "yesterday_customer": 0, "all_customer": 1, "all_message": "2", "agent": 4}


@pytest.mark.parametrize(("which", "total"), [("CUSTOMER", 1), ("SERVICE", 1), ("MESSAGE", 2)])
def test_every_hour_of_today_and_every_day_of_a_month_is_there(scene: Scene, which: str, total: int) -> None:
    scene.world.count()
    app = scene.world.account
    hours = scene.world.pp(f"PPCONSOLE_GET_REAL_TIME_{which}_NUMBER", "PPCONSOLE", app_uuid=app).body["number"]
    assert [list(hour) for hour in hours] == [[str(hour)] for hour in range(24)]
    assert sum(number for hour in hours for number in hour.values()) == total
    days = scene.world.pp(f"PPCONSOLE_GET_{which}_NUMBER_BY_RANGE", "PPCONSOLE", app_uuid=app).body["number"]
    today = date.fromisoformat(max(days))
    assert set(days) == {str(today - timedelta(days=at)) for at in range(31)}
    assert (days[str(today)], sum(days.values())) == (total, total)


def test_a_range_is_inclusive(scene: Scene) -> None:
    asked = {"app_uuid": scene.world.account, "begin_date": "2027-01-30", "end_date": "2027-02-02"}
    days = scene.world.pp("PPCONSOLE_GET_MESSAGE_NUMBER_BY_RANGE", "PPCONSOLE", **asked).body["number"]
    assert list(days) == ["2027-01-30", "2027-01-31", "2027-02-01", "2027-02-02"]


@pytest.mark.parametrize(
    "asked",
    [
        {"begin_date": "yesterday"},
        {"end_date": "2027-13-01"},
        {"begin_date": "2027-02-02", "end_date": "2027-02-01"},
        {"begin_date": "0001-01-01", "end_date": "9999-12-31"},
        {"end_date": "0001-01-01"},
        {"begin_date": "9999-12-31"},
        {"begin_date": "9999-12-31", "end_date": "9999-12-31"},
    ],
)
def test_a_range_that_cannot_be_is_a_wrong_parameter(scene: Scene, asked: dict[str, str]) -> None:
    answer = scene.world.pp("PPCONSOLE_GET_MESSAGE_NUMBER_BY_RANGE", "PPCONSOLE", app_uuid=scene.world.account, **asked)
    assert answer.body["error_code"] == 28, answer.body
