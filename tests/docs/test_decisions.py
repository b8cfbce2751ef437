"""Decisions: a file each, numbered, of four parts, and listed."""

import re
from datetime import date
from typing import NamedTuple

import pytest

from tests.docs.pages import DOCS

FILES = sorted((DOCS / "decisions").glob("[0-9]*.md"))
_PARTS = ("Context", "Decision", "Consequences")
_FORM = re.compile(
    r"# (\d{4})\. ([^\n]+)\n\nDate: (\d{4}-\d\d-\d\d)\n" + "".join(rf"\n## {part}\n\n(?!#)(\S.*?)\n" for part in _PARTS),
    re.DOTALL,
)


class Decision(NamedTuple):
    number: str
    title: str
    date: date


def decision(page: str) -> Decision:
    """The decision on a page. Raises ValueError where a part is missing, stands twice or is empty, and for no date."""
    found = _FORM.fullmatch(page)
    if not found or len(re.findall("^#", page, re.MULTILINE)) != 1 + len(_PARTS):
        raise ValueError(page)
    return Decision(found[1], found[2], date.fromisoformat(found[3]))


GOOD = "# 0001. A title\n\nDate: 2026-11-29\n\n## Context\n\nA.\n\n## Decision\n\nB.\n\nC.\n\n## Consequences\n\nD.\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_decision_has_its_number_date_and_parts(path: object) -> None:
    (page,) = [each for each in FILES if each == path]
    assert decision(page.read_text()).number == page.name[:4]
    assert len(page.read_text().splitlines()) <= 35


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("Date: 2026-11-29\n\n", ""),
        ("2026-11-29", "2026-13-29"),
        ("## Context\n\nA.\n\n", ""),
        ("B.\n\nC.\n\n", ""),
        ("D.\n", "D.\n\n## More\n\nE.\n"),
        ("# 0001.", "# 1."),
    ],
)
def test_a_decision_without_a_part_is_found(part: str, instead: str) -> None:
    assert decision(GOOD) == Decision("0001", "A title", date(2026, 11, 29))
    with pytest.raises(ValueError):
        decision(GOOD.replace(part, instead))


def test_numbers_have_no_gap_and_the_list_has_each() -> None:
    assert [path.name[:5] for path in FILES] == [f"{number:04}-" for number in range(1, len(FILES) + 1)]
    rows = re.findall(
        r"^\| (\d{4}) \| \[(.+)\]\((.+)\) \| (.+) \|$", (DOCS / "decisions" / "README.md").read_text(), re.MULTILINE
    )
    told = [(Decision(number, title, date.fromisoformat(day)), name) for number, title, name, day in rows]
    assert told == [(decision(path.read_text()), path.name) for path in FILES]
