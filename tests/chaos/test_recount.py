"""The recount sees each thing that can go wrong."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.rules import deadlines
from tests.chaos.people import Said
from tests.chaos.recount import assigned, overdue, told


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        (["v says 1", "a answers 1", "v says 2", "welcome"], []),
        (["v says 1", "v says 2", "v says 3"], []),
        (["v says 2"], ["lost: 'v says 1'"]),
        (["v says 1", "v says 1", "v says 2"], ["doubled: 'v says 1'"]),
        (["v says 1", "v says 2", "v says 3", "v says 3"], ["doubled: 'v says 3'"]),
        (["v says 2", "v says 1"], ["out of order: what v said"]),
        (["v says 1", "v says 2", "v says 9"], ["never sent: 'v says 9'"]),
    ],
)
def test_what_was_acknowledged_stands_there_once_and_in_order(stored: list[str], found: list[str]) -> None:
    assert list(told("v", Said(["v says 1", "v says 2"], ["v says 3"]), stored)) == found


class Desk:
    """Two agents; conversation `c` is the first one's."""

    def __init__(self, count: int = 1, **held: list[str]) -> None:
        self.count, self.lists = count, {"a": ["c"], "b": [], **held}

    def agents(self) -> list[Any]:
        return [
            SimpleNamespace(
                id=id_, name=id_, open_conversations=self.count if id_ == "a" else len(self.lists[id_]), most_conversations=1
            )
            for id_ in self.lists
        ]

    def held(self, agent: str) -> list[str]:
        return self.lists[agent]


@pytest.mark.parametrize(
    ("desk", "found"),
    [
        (Desk(), 0),
        (Desk(count=2), 1),
        (Desk(b=["c"]), 1),
        (Desk(a=[], count=0), 1),
        (Desk(a=["c", "d"], count=2), 2),
    ],
)
def test_a_conversation_is_one_agent_s_and_counts_and_limits_hold(desk: Any, found: int) -> None:
    rows = {"c": SimpleNamespace(number=1, assignee="a", is_open=True)}
    if found == 2:
        rows["d"] = SimpleNamespace(number=2, assignee=None, is_open=False)
    assert len(list(assigned(desk, rows))) == found


def test_a_deadline_may_be_a_minute_late_and_no_longer() -> None:
    def row(due_at: int | None, *, is_open: bool = True) -> Any:
        return SimpleNamespace(
            number=1, is_open=is_open, **{f"{kind}_at": None for kind in deadlines.KINDS} | {"close_at": due_at}
        )

    now = 1_000.0
    assert list(overdue([row(None), row(940_000), row(2_000_000), row(1, is_open=False)], now)) == []
    assert list(overdue([row(938_000)], now)) == ["conversation 1: close is 62 seconds late"]
