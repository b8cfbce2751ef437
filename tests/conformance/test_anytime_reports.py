"""Anytime's reports over HTTP: who may, what is refused, and files that no spreadsheet runs."""

import csv
import io
from itertools import product
from urllib.parse import quote

import pytest

from chalicelib.dialects.anytime import report_exports
from tests.desk.reports.test_statistics import count, told
from tests.visitors import Visitor
from tests.world import World

BASE = "/api/v3/anytime/reports"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("volume?startTime=yesterday", "startTime"),
        ("volume?endTime=2027-13-01", "endTime"),
        ("volume?startTime=2027-01-02&endTime=2027-01-01", "endTime"),
        ("volume?startTime=2025-01-01&endTime=2027-01-01", "endTime"),
        ("volume?startTime=1960-01-01&endTime=1960-02-01", "startTime"),
        ("volume?timeUnit=hour&startTime=2026-11-01&endTime=2027-01-10", "timeUnit"),
        ("volume?timeUnit=year", "timeUnit"),
        ("volume?dimensionType=bySLAPolicy", "dimensionType"),
        ("sla?viewType=policy", "viewType"),
        ("channel?viewType=channel&viewValue=pigeon", "viewValue"),
        ("channel?viewType=agent", "viewValue"),
        ("efficiency?timeZoneOffset=5.3", "timeZoneOffset"),
        ("efficiency?timeZoneOffset=15", "timeZoneOffset"),
        ("sla/export?dateFormat=%25Y", "dateFormat"),
        ("sla/export?timeOffset=x", "timeOffset"),
        ("rightNow/bytime?days=16", "days"),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(world: World, query: str, field: str) -> None:
    answer = world.call("GET", f"{BASE}/{query}", **world.bearer(world.owner))
    assert (answer.status, answer.body["message"].split()[0]) == (400, field), answer.body


def test_agents_see_what_is_open_and_no_report(world: World) -> None:
    agent = world.bearer()
    for path, status in (("rightNow", 200), ("realtime/now/agents", 200), ("volume", 403), ("sla/export", 403)):
        assert world.call("GET", f"{BASE}/{path}", **agent).status == status


def test_a_file_is_for_excel_and_runs_nothing(assigned: Visitor, world: World) -> None:
    count(told(world))
    named = {"name": '=HYPERLINK("http://evil","x")', "description": ""}
    assert world.call("POST", "/api/v3/anytime/departments", named, **world.bearer(world.owner)).status == 200
    query = "dimensionType=byDepartment&dateFormat=dd.MM.yyyy HH:mm&timeOffset=1".replace(" ", "%20")
    answer = world.call("GET", f"{BASE}/volume/export?{query}", **world.bearer(world.owner))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="volume.csv"'
    text = answer.raw.decode()
    assert text.startswith("\ufeffid,name,startTime") and "\r\n" in text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["name"] for row in rows] == [f"'{named['name']}", "no department", "total"]
    assert (rows[-1]["openConversations"], rows[-1]["endTime"]) == ("1", "15.01.2027 09:15")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\r=1", "\n=1"])
def test_a_cell_that_begins_like_a_formula_is_a_text(cell: str) -> None:
    assert report_exports.harmless(cell) == f"'{cell}"
    assert report_exports.harmless(f"x{cell}") == f"x{cell}"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (" =1", "' =1"),
        ("\uff1d1", "'\uff1d1"),
        ("a;=1", "a;'=1"),
        ("a;\u3000\uff0d1", "a;'\u3000\uff0d1"),
        ("a\t@x", "a\t'@x"),
        ("a;b", "a;b"),
    ],
)
def test_nor_does_another_spreadsheet_find_a_formula_in_it(cell: str, shown: str) -> None:
    assert report_exports.harmless(cell) == shown


#: Odd values of each parameter of a report, and whether it takes them.
ODD: dict[str, dict[str, bool]] = {
    "timeZoneOffset": {
        "5.75": True,
        "-3.5": True,
        "14": True,
        "14.25": False,
        "0.1": False,
        "nan": False,
        "1e309": False,
        "": False,
    },
    "timeOffset": {"-14": True, "5.75": True, "0.3": False, "inf": False, "x": False},
    "dateFormat": {"MM/dd/yy": True, "": False, "--": False, "%s": False, "=1": False, "y" * 300: False, "yyyy\n": False},
    "startTime": {"1970-01-01": False, "0001-01-01": False, "2027-01-15T07:59:59Z": True, "\x00": False, "9999-12-31": False},
    "endTime": {
        "9999-12-31": False,
        "9999-12-31T23:59:59-14:00": False,
        "1969-12-31": False,
        "2027-01-15T08:00": True,
        "x" * 300: False,
    },
    "startTime=9999-10-01&endTime": {"9999-10-31": True, "9999-11-01": False, "9999-12-31T23:59Z": False},
    "startTime=2026-01-01&endTime": {"2027-01-01": True, "2027-01-02": False, "2025-12-31": False},
    "startTime=2027-01-01T00:00Z&endTime": {"2027-01-01T00:00:01Z": True, "2027-01-01T00:00Z": False},
    "viewType=agent&viewValue": {
        "1": True,
        "99999": True,
        "0": False,
        "-1": False,
        "1.0": False,
        "9" * 16: False,
        "\uff11": False,
    },
    "viewType=department&viewValue": {"99999": True, "0": False, "": False, "portal": False},
    "viewType=channel&viewValue": {"EMAIL": True, "3": False, "": False},
    "viewType": {"site": True, "agent": False, "contact": False},
    "dimensionType": {"byAgent": True, "byagent": False, "": False},
    "timeUnit": {"month": True, "year": False, "day&timeUnit=hour": False},
    "days": {"0": False, "16": False, "-1": False, "1e9": False, "1.5": False, "15": True},
}
_REPORTS = {f"{name}{end}" for name in ("volume", "channel", "efficiency", "sla") for end in ("", "/export")}
_TAKEN = {"days": {"rightNow/bytime"}, "timeZoneOffset": {*_REPORTS, "rightNow/export", "rightNow/agents", "rightNow/bytime"}}
_TAKEN |= {name: {path for path in _TAKEN["timeZoneOffset"] if path.endswith("/export")} for name in ("timeOffset", "dateFormat")}


@pytest.mark.parametrize("name", ODD)
def test_odd_values_are_taken_or_refused_by_name(world: World, name: str) -> None:
    owner = world.bearer(world.owner)
    for path, (value, is_taken) in product(sorted(_TAKEN.get(name, _REPORTS)), ODD[name].items()):
        answer = world.call("GET", f"{BASE}/{path}?{name}={quote(value, safe='&=')}", **owner)
        assert answer.status == (200 if is_taken else 400), (path, value, answer.body)
        assert is_taken or answer.body["message"].split()[0] in (
            name.split("&")[-1].split("=")[0],
            "viewValue",
            "endTime",
            "startTime",
        ), answer.body


def test_a_file_that_is_too_large_is_refused(assigned: Visitor, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_exports, "LARGEST", 400)
    answer = world.call("GET", f"{BASE}/volume/export", **world.bearer(world.owner))
    assert (answer.status, answer.body["message"].split()[0]) == (400, "endTime")
