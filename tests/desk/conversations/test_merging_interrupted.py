"""Merging: it is done whole or not at all, whoever dies or writes meanwhile."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.desk.conversations import conversations, history, merging
from chalicelib.models import conversations as rows
from chalicelib.models.base import connection
from tests.desk.conversations.merged import MERGED, rows_of, texts, write
from tests.visitors import Visitor
from tests.world import World

_READS = {"GetItem", "BatchGetItem", "Query"}


class Died(BaseException):
    """The process has ended."""


def _dies_at(monkeypatch: pytest.MonkeyPatch, last: int) -> Callable[[], None]:
    """After so many writes the process ends, before another one: where it ends between two reads, what is stored is the same.

    What it returns lets the next process live.
    """
    send, count = connection._make_api_call, itertools.count(1)

    def dispatch(operation: str, given: dict[str, Any]) -> dict[str, Any]:
        if operation not in _READS and next(count) > last:
            raise Died
        return send(operation, given)

    monkeypatch.setattr(connection, "_make_api_call", dispatch)
    return lambda: monkeypatch.setattr(connection, "_make_api_call", send)


READERS: dict[str, Callable[[World, Visitor, Visitor], object]] = {
    "anytime": lambda world, first, second: world.call(
        "GET", f"/api/v3/anytime/conversations/{_number(world, first)}/messages", **world.bearer()
    ),
    "ppmessage": lambda world, first, second: first.history(),
    "by the source": lambda world, first, second: history.list_latest(world.as_agent(), second.conversation),
    "post": lambda world, first, second: first.say("late"),
    "oneview": lambda world, first, second: world.call(
        "PUT", f"/cs-chat-ticket/v1/tickets/{first.conversation}/pickedTime", **world.bearer()
    ),
    "job": lambda world, first, second: world.settle(),
}


def _number(world: World, visitor: Visitor) -> int:
    row = rows.get(world.account, visitor.conversation)
    assert row is not None
    return row.number


@pytest.mark.parametrize("reader", READERS)
def test_a_merge_is_done_whole_or_not_at_all_wherever_it_dies(world: World, monkeypatch: pytest.MonkeyPatch, reader: str) -> None:
    ctx = world.as_agent()
    for last in itertools.count():
        first, second = write(world)
        revive = _dies_at(monkeypatch, last)
        try:
            merging.merge(ctx, first.conversation, second.conversation)
            died = False
        except Died:
            died = True
        revive()
        READERS[reader](world, first, second)
        late = ["late"] if reader == "post" else []
        source = rows.get(world.account, second.conversation)
        target = rows.get(world.account, first.conversation)
        assert source is not None and target is not None
        if source.merged_into:
            assert target.merging is None or reader == "by the source"
            assert [row.body for row in rows_of(world, first.conversation)] == [*MERGED, *late]
            assert (target.message_count, target.note_count) == (7 + len(late), 2)
            assert target.preview == (late or ["b3"])[0]
        else:
            assert died and target.merging is None
            assert texts(world, first.conversation) == ["a1", "note on a1", "a2", *late]
            assert texts(world, second.conversation) == ["b1", "b2", "note on b2", "b3"]
        if not died:
            break
    assert last >= 3, "the two conversations' states, and the messages between them"
    world.settle()


class Meddler:
    """Sends one process's requests; before one of them another process posts a message."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, visitor: Visitor, before: int) -> None:
        self.monkeypatch, self.visitor, self.left = monkeypatch, visitor, before
        self.send, self.posted = connection._make_api_call, list[str]()

    def __call__(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        self.left -= 1
        if self.left == 0:
            with self.monkeypatch.context() as other:
                other.setattr(connection, "_make_api_call", self.send)
                assert self.visitor.say("between").body["error_code"] == 0
            self.posted.append("between")
        return self.send(operation, given)


def test_whoever_posts_while_a_merge_is_under_way_finishes_it_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first process stops before each of its requests, and another one posts; then it goes on as if nothing had happened."""
    ctx = world.as_agent()
    for stop in itertools.count(1):
        first, second = write(world)
        world.now += 1000
        meddler = Meddler(monkeypatch, first, stop)
        with monkeypatch.context() as one:
            one.setattr(connection, "_make_api_call", meddler)
            merging.merge(ctx, first.conversation, second.conversation)
        posted = meddler.posted
        merged = conversations.load(ctx, first.conversation)
        assert texts(world, first.conversation) == [*MERGED, *posted]
        assert (merged.message_count, merged.preview) == (7 + len(posted), (posted or ["b3"])[0])
        if not posted:
            break
    assert stop > 10
    world.settle()
