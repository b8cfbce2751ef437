"""`make bench`: measures the budgets, writes a table on the screen and `bench.json` into DATA.

`python -m tests.bench [capacity search webhooks privacy cpu cold cost peer burst importing]`: the sections named, or all. Each is
a module here with `measure(report)`, and runs in a process of its own, so that none inherits another's clients and settings.
"""

import argparse
import os
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

from tests.bench.figures import Report

SECTIONS = ("capacity", "search", "webhooks", "privacy", "cpu", "cold", "cost", "peer", "burst", "importing")
#: Sections whose figures another one reckons with.
NEEDS = {"cost": ("cpu",)}


def main(arguments: list[str]) -> int:
    """Measures; returns the exit code, 1 where a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures the budgets.")
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    asked = parser.parse_args(arguments).sections or SECTIONS
    if unknown := set(asked) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    data = Path(os.environ.get("DATA") or ".local").resolve()
    data.mkdir(parents=True, exist_ok=True)
    os.environ["POLYDESK_LIMITS"] = "off"  # one address does here in a minute what a site's visitors do in a day
    report = Report(data, full=bool(os.environ.get("FULL")))
    console = Console(width=None if sys.stdout.isatty() else 160)
    for section in _with_needs(asked):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            report = process.submit(report.measured, section).result()
        report.show(console, section)
        report.write(data / "bench.json", at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), python=platform.python_version())
    console.print(report.summary, highlight=False)
    return report.code


def _with_needs(asked: list[str] | tuple[str, ...]) -> list[str]:
    wanted = {*asked, *(need for section in asked for need in NEEDS.get(section, ()))}
    return [section for section in SECTIONS if section in wanted]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
