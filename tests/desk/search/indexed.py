"""An index for tests: brought up to date, kept in blocks, and read."""

from typing import Any

import pytest

from chalicelib.context import SYSTEM
from chalicelib.desk.conversations import lists
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.wanted import Wanted
from chalicelib.desk.search import block_writing, search
from chalicelib.models.search_rows import WordsRow
from tests.world import World


def found(world: World, keywords: str, **listing: Any) -> list[int]:
    """The numbers of the conversations that a list has."""
    ctx = world.as_agent()
    return [row.number for row in lists.page(ctx, Wanted(Listing(**listing), keywords=search.read(ctx, keywords))).conversations]


def index(world: World, *rows: Any) -> None:
    """Indexes conversations as they are now."""
    for row in rows:
        search.index(world.ctx(SYSTEM), row.id, row.number)


def keep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brings all that was said to blocks."""
    with monkeypatch.context() as now:
        now.setattr(block_writing, "MOST_FRESH", 1)
        search.tidy(world.ctx(SYSTEM))
    assert stored(world, "fresh") == []


def stored(world: World, kind: str) -> list[Any]:
    """The rows of a kind of an account."""
    return [row for row in WordsRow.scan() if row.key.startswith(f"{world.account}#{kind}")]
