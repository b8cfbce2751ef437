"""Anytime's working time and holidays, in both spellings."""

from typing import Any

import pytest

from tests.conformance.test_anytime import refused
from tests.conformance.timely import ask, told
from tests.world import World


def test_working_time_is_the_office_s_until_somebody_sets_it(world: World) -> None:
    shown = ask(world, "GET", "workingTime").body
    assert shown["timeZone"] == "UTC"
    assert [day["isBusinessDay"] for day in shown["workingTimes"]] == [True] * 5 + [False] * 2
    assert shown["workingTimes"][0] == {
        "dayOfWeek": "monday",
        "isBusinessDay": True,
        "periods": [{"startHour": 9, "startMin": 0, "endHour": 17, "endMin": 0}],
        "startHour": 9,
        "startMin": 0,
        "endHour": 17,
        "endMin": 0,
    }


def test_working_time_is_set_wrapped_or_as_a_list_with_periods_or_flat(world: World) -> None:
    split = [{"startHour": 13, "endHour": 24}, {"startHour": 8, "startMin": 30, "endHour": 12, "endMin": 0}]
    wrapped = {"workingTimes": [{"dayOfWeek": "Monday", "periods": split}], "timeZone": "Asia/Kolkata"}
    shown = ask(world, "PUT", "WorkingTime", wrapped).body
    monday = shown["workingTimes"][0]
    assert [(one["startHour"], one["endHour"]) for one in monday["periods"]] == [(8, 12), (13, 24)]
    assert (monday["startHour"], monday["startMin"], shown["timeZone"]) == (8, 30, "Asia/Kolkata")
    flat = [{"dayOfWeek": 0, "isBusinessDay": True, "startHour": 10, "startMin": 5, "endHour": 11, "endMin": 10}]
    shown = ask(world, "PUT", "workingTime", [*flat, {"dayOfWeek": "2", "isBusinessDay": False}]).body
    assert shown["workingTimes"][6]["periods"] == [{"startHour": 10, "startMin": 5, "endHour": 11, "endMin": 10}]
    assert shown["workingTimes"][1] | {"dayOfWeek": ""} == {
        "dayOfWeek": "",
        "isBusinessDay": False,
        "periods": [],
        **dict.fromkeys(("startHour", "startMin", "endHour", "endMin"), 0),
    }
    assert shown["workingTimes"][0] == monday and shown["timeZone"] == "Asia/Kolkata", "what is not given stays"
    assert ask(world, "PUT", "workingTime", shown["workingTimes"]).body == shown, "what is shown can be sent"
    assert ask(world, "GET", "workingTimeAndHolidays").body == {**shown, "holidays": []}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([{"dayOfWeek": "moonday", "isBusinessDay": False}], "workingTimes[0].dayOfWeek"),
        ([{"dayOfWeek": 7, "isBusinessDay": False}], "workingTimes[0].dayOfWeek"),
        ([{"dayOfWeek": 1}], "workingTimes[0].periods"),
        (
            [{"dayOfWeek": 1, "isBusinessDay": False}, {"dayOfWeek": "monday", "isBusinessDay": False}],
            "workingTimes[1].dayOfWeek",
        ),
        ([{"dayOfWeek": 1, "periods": [{"startHour": 9, "endHour": 9}]}], "workingTimes[0].periods"),
        ([{"dayOfWeek": 1, "periods": [{"startHour": 9, "endHour": 24, "endMin": 1}]}], "workingTimes[0].periods"),
        ([{"dayOfWeek": 1, "periods": [{"startHour": 9, "endHour": 12}, {"startHour": 11, "endHour": 13}]}], "workingTimes[0]"),
        ([{"dayOfWeek": 1, "periods": [{"startHour": 25, "endHour": 26}]}], "workingTimes[0].periods[0].startHour"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ([1], "workingTimes[0]"),
    ],
)
def test_impossible_working_time_is_refused_and_changes_nothing(world: World, given: Any, said: str) -> None:
    before = ask(world, "GET", "workingTime").body
    assert told(ask(world, "PUT", "workingTime", given)).startswith(said)
    assert ask(world, "GET", "workingTime").body == before


def test_holidays_are_made_shown_changed_and_removed_by_path_or_body(world: World) -> None:
    def make(title: str, date: str) -> int:
        return int(ask(world, "POST", "holidays", {"title": title, "date": date}).body["holiday"]["id"])

    new_year, christmas = make("New Year", "2028-01-01T00:00:00Z"), make("Christmas", "2027-12-25")
    shown = ask(world, "GET", "holidays").body["holidays"]
    assert [(one["id"], one["date"]) for one in shown] == [(christmas, "2027-12-25"), (new_year, "2028-01-01")]
    assert ask(world, "GET", f"holidays/{christmas}").body == {"holiday": shown[0]}
    changed = ask(world, "PUT", f"holidays/{christmas}", {"date": "2027-12-24"}).body["holiday"]
    assert changed == shown[0] | {"date": "2027-12-24"}
    assert ask(world, "GET", "workingTimeAndHolidays").body["holidays"] == [changed, shown[1]]
    assert ask(world, "DELETE", f"holidays/{christmas}").status == 200
    assert ask(world, "DELETE", "holidays", {"id": new_year}).status == 200
    assert ask(world, "GET", "holidays").body == {"holidays": []}
    for answer in (ask(world, "DELETE", "holidays", {"id": new_year}), ask(world, "GET", f"holidays/{christmas}")):
        assert refused(answer) == 404


@pytest.mark.parametrize("date", ["", "tomorrow", "2027-02-29", "20270101", "2027-W01-1"])
def test_a_holiday_is_a_day(world: World, date: str) -> None:
    assert told(ask(world, "POST", "holidays", {"title": "x", "date": date})).startswith("date")


def test_periods_that_overlap_are_refused_at_their_place(world: World) -> None:
    periods = [{"startHour": 11, "endHour": 13}, {"startHour": 9, "endHour": 12}]
    days = [{"dayOfWeek": 1, "periods": periods[:1]}, {"dayOfWeek": 2, "periods": periods}]
    said = told(ask(world, "PUT", "workingTime", {"workingTimes": days}))
    assert said == "workingTimes[1].periods of a day must not overlap"
