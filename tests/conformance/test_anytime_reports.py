"""Anytime's reports over HTTP: who may, what is refused, and files that no spreadsheet runs."""

import csv
import io

import pytest

from chalicelib.dialects.anytime import report_exports
from tests.desk.reports.test_statistics import count, told
from tests.world import Visitor, World

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


def test_a_file_that_is_too_large_is_refused(assigned: Visitor, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_exports, "LARGEST", 400)
    answer = world.call("GET", f"{BASE}/volume/export", **world.bearer(world.owner))
    assert (answer.status, answer.body["message"].split()[0]) == (400, "endTime")
