"""The report keeps what it is told, and a missed budget is the exit code."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench.cost import Usage
from tests.bench.figures import Figure, Report, shown


@pytest.mark.parametrize(
    ("value", "budget", "at_least", "missed"),
    [(2, 2, False, False), (2.1, 2, False, True), (2, 2, True, False), (1.9, 2, True, True), (99, None, False, False)],
)
def test_a_budget_is_kept_up_to_its_value(value: float, budget: float | None, at_least: bool, missed: bool) -> None:
    assert Figure("cpu", "post", value, budget=budget, at_least=at_least).is_missed is missed


def report(tmp_path: Path) -> Report:
    made = Report(tmp_path, section="capacity")
    made.add("post", 2, "requests", 2)
    made.add("post, written", 7.5, "WRU", note="message and summary")
    return made


def test_a_missed_budget_or_a_broken_section_is_the_exit_code(tmp_path: Path) -> None:
    kept = report(tmp_path)
    assert kept.code == 0
    kept.broken["cold"] = "no zip"
    assert kept.code == 1
    missed = report(tmp_path)
    missed.section = "cpu"
    missed.add("post", 1.4, "x", 1.3)
    assert missed.code == 1
    assert missed.summary == "3 figures, 1 budgets missed: cpu: post"


def test_a_section_reckons_with_anothers_figures(tmp_path: Path) -> None:
    assert report(tmp_path).value("capacity", "post, written") == 7.5
    with pytest.raises(KeyError, match="cpu: post"):
        report(tmp_path).value("cpu", "post")


def test_the_table_and_the_json_say_the_same(tmp_path: Path) -> None:
    made, screen = report(tmp_path), io.StringIO()
    made.show(Console(file=screen, width=120), "capacity")
    made.write(tmp_path / "new" / "bench.json", python="3.11")
    document = json.loads((tmp_path / "new" / "bench.json").read_text())
    assert document["python"] == "3.11" and document["missed"] == []
    assert [figure["value"] for figure in document["figures"]] == [2, 7.5]
    assert "WRU" in screen.getvalue() and "kept" in screen.getvalue() and "≤ 2" in screen.getvalue()


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (100_000, "100,000"), (1.2345, "1.23"), (6_543_210.5, "6,543,210")])
def test_numbers_are_shown_short(value: float, text: str) -> None:
    assert shown(value) == text


def test_dollars_are_the_counts_times_the_prices() -> None:
    month = Usage(reads=8e6, writes=1.6e6, api=1e6, invocations=0, requests=0, queue=2.5e6).dollars(cpu_ms=5)
    assert month == pytest.approx({"DynamoDB": 2, "Lambda": 0, "API Gateway": 3.5, "SQS": 1, "logs": 0})


def test_a_lambda_costs_its_calls_its_time_and_its_log() -> None:
    million = Usage(invocations=1e6, requests=2e6).dollars(cpu_ms=5.12)
    seconds = 1e6 * (5.12 * 1769 / 512 + 2 * 5) / 1000
    assert million["Lambda"] == pytest.approx(0.2 + seconds * 0.5 * 0.0000166667)
    assert million["logs"] == pytest.approx(0.2)
