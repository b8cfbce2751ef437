"""What a benchmark says: figures, each a count or a ratio within one run, some with a budget."""

import json
import sys
import traceback
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of neighbours' ratios: a machine that is slower for some seconds is so for both."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `budget` is the most that `value` may be, or with `at_least` the least; None where nothing is promised."""

    section: str
    name: str
    value: float
    unit: str = ""
    budget: float | None = None
    note: str = ""
    at_least: bool = False

    @property
    def is_missed(self) -> bool:
        """Whether the budget is not kept."""
        if self.budget is None:
            return False
        return self.value < self.budget if self.at_least else self.value > self.budget


@dataclass
class Report:
    """Collects figures. `data` is the folder for what a section keeps or leaves behind, `full` whether time does not matter."""

    data: Path
    full: bool = False
    figures: list[Figure] = field(default_factory=list)
    #: Sections that could not be measured, and why.
    broken: dict[str, str] = field(default_factory=dict)
    section: str = ""

    def add(
        self, name: str, value: float, unit: str = "", budget: float | None = None, note: str = "", *, at_least: bool = False
    ) -> None:
        """Adds a figure of the section that is being measured."""
        self.figures.append(Figure(self.section, name, value, unit, budget, note, at_least))

    def value(self, section: str, name: str) -> float:
        """A figure that another section has added. Raises KeyError."""
        for figure in self.figures:
            if (figure.section, figure.name) == (section, name):
                return figure.value
        raise KeyError(f"{section}: {name}")

    def say(self, line: str) -> None:
        """A line on the screen, for whoever waits."""
        sys.stderr.write(f"{self.section}: {line}\n")

    def measured(self, section: str) -> "Report":
        """Runs a section and returns the report with what it adds, or with why it could not."""
        self.section = section
        self.say("…")
        try:
            import_module(f"tests.bench.{section}").measure(self)
        except Exception as error:
            traceback.print_exc()
            self.broken[section] = f"{type(error).__name__}: {error}"
        return self

    @property
    def missed(self) -> list[Figure]:
        """Figures that do not keep their budget."""
        return [figure for figure in self.figures if figure.is_missed]

    @property
    def code(self) -> int:
        """The process's exit code: 1 where a budget is missed or a section could not be measured."""
        return 1 if self.missed or self.broken else 0

    def show(self, console: Console, section: str) -> None:
        """Writes a section's table, or why there is none."""
        console.print(_table(section, [figure for figure in self.figures if figure.section == section]))
        if section in self.broken:
            console.print(f"[red]{section} could not be measured:[/] {escape(self.broken[section])}", highlight=False)

    @property
    def summary(self) -> str:
        """How it went, in a line."""
        missed = [f"{figure.section}: {figure.name}" for figure in self.missed]
        return f"{len(self.figures)} figures, {len(missed)} budgets missed{': ' * bool(missed)}{'; '.join(missed)}"

    def write(self, path: Path, **circumstances: Any) -> None:
        """Writes all as JSON: the circumstances, `figures` (a list of Figure), `missed` (names) and `broken`."""
        figures = [asdict(figure) for figure in self.figures]
        missed = [f"{figure.section}: {figure.name}" for figure in self.missed]
        document = {**circumstances, "figures": figures, "missed": missed, "broken": self.broken}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2) + "\n")


def _table(section: str, figures: list[Figure]) -> Table:
    table = Table(title=section, title_justify="left", title_style="bold")
    for column in ("figure", "value", "unit", "budget", "", "note"):
        table.add_column(column, justify="right" if column in ("value", "budget") else "left", overflow="fold")
    for figure in figures:
        table.add_row(figure.name, shown(figure.value), figure.unit, _budget(figure), _verdict(figure), figure.note)
    return table


def _budget(figure: Figure) -> str:
    if figure.budget is None:
        return ""
    return f"{'≥' if figure.at_least else '≤'} {shown(figure.budget)}"


def _verdict(figure: Figure) -> str:
    if figure.budget is None:
        return ""
    return "[red]missed[/]" if figure.is_missed else "[green]kept[/]"


def shown(value: float) -> str:
    """A number for people: whole ones whole, others with three significant digits."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
