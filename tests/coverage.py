"""Measures what lines and branches the tests reach, and fails a run that reaches too few: `pytest -p tests.coverage`.

SlipCover changes the byte code of modules as they are imported, so it starts before the first of them is. It costs two seconds a
process; coverage.py, which has to trace before Python 3.14, more than doubles the time of all tests.
"""

import os
from collections.abc import Mapping
from typing import Any

import pytest
import slipcover
from slipcover.slipcover import format_missing

SOURCE = "chalicelib"
#: The least that is reached of each folder: lines and branches together, in percent.
FLOORS = {"chalicelib": 98, "chalicelib/rules": 99, "chalicelib/desk": 98}

Files = Mapping[str, Mapping[str, Any]]


def percent(files: Files, folder: str) -> float:
    """How much of a folder's lines and branches is reached."""
    inside = [entry for name, entry in files.items() if name.startswith(f"{folder}/")]
    reached = sum(len(entry["executed_lines"]) + len(entry["executed_branches"]) for entry in inside)
    return 100 * reached / (reached + sum(len(entry["missing_lines"]) + len(entry["missing_branches"]) for entry in inside))


def missing(entry: Mapping[str, Any]) -> str:
    """The lines and branches of a file that are not reached: `12-14, 20->22`; empty where all are."""
    return str(format_missing(entry["missing_lines"], entry["executed_lines"], entry["missing_branches"]))


class Coverage:
    """What the tests reach in this process, and in xdist's workers."""

    def __init__(self, runs_tests: bool = True) -> None:
        self.measured = slipcover.Slipcover(immediate=True, branch=True, source=[SOURCE])
        if runs_tests:
            slipcover.ImportManager(self.measured, slipcover.FileMatcher(sources=[SOURCE])).__enter__()
        self.workers: list[dict[str, Any]] = []
        self.files: Files = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended; one that has crashed has told nothing."""
        if told := getattr(node, "workeroutput", {}).get("coverage"):
            self.workers.append(told)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tells the main process what was reached; there, fails the run where that is too little."""
        reached = self.measured.get_coverage()
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["coverage"] = {name: reached[name] for name in ("meta", "files")}
            return
        for each in self.workers:
            slipcover.merge_coverage(reached, each)
        self.files = reached["files"]
        if any(percent(self.files, folder) < floor for folder, floor in FLOORS.items()):
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """A line for each folder; where one is short of its floor, what is missing in its files."""
        for folder, floor in FLOORS.items():
            found = percent(self.files, folder)
            terminalreporter.write_line(f"{found:6.2f} % of {folder} reached, at least {floor} % wanted", red=found < floor)
            for name, entry in sorted(self.files.items()):
                if found < floor and name.startswith(f"{folder}/") and missing(entry):
                    terminalreporter.write_line(f"  {name}: {missing(entry)}")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Starts before tests/conftest.py is imported, and with it the first modules. The process that only hands out tests to
    others doesn't change what it imports.
    """
    hands_out = getattr(early_config.known_args_namespace, "numprocesses", None) and "PYTEST_XDIST_WORKER" not in os.environ
    early_config.pluginmanager.register(Coverage(runs_tests=not hands_out))
