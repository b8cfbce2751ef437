"""Retention: what is closed, or a file, for longer than the account wants is removed; nothing that is open or younger."""

from typing import Any

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.conversations import conversations, deletion, files, messages, updates
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core.account_events import RetentionDue
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.privacy import retention
from chalicelib.models import conversations as rows
from tests.desk.privacy.test_erasures import BASE, call
from tests.lambdas import counted
from tests.visitors import Answer, Visitor
from tests.world import World

DAY = 86_400
PATH = "/retention"


def put(world: World, **given: Any) -> Answer:
    return call(world, "PUT", PATH, given)


def closed(world: World, text: str = "hello") -> Visitor:
    visitor = world.asking(text)
    world.settle()
    updates.close(world.as_agent(), visitor.conversation)
    world.settle()
    return visitor


def days(world: World, number: float) -> None:
    """Days pass, and then the day's run."""
    world.now += int(number * DAY * 1000)
    world.tokens.clear()  # they have expired
    chain = retention.RETENTION.load_fresh(world.ctx(SYSTEM)).chain
    retention.run(world.ctx(SYSTEM), RetentionDue(world.account, world.now, world.now, chain))
    world.pass_(60)


def is_there(world: World, visitor: Visitor) -> bool:
    return rows.get(world.account, visitor.conversation) is not None


def test_closed_conversations_go_after_so_many_days_and_open_ones_stay(world: World) -> None:
    old, kept = closed(world), world.asking("open")
    world.settle()
    assert put(world, isEnabled=True, deleteClosedAfterDays=10).status == 200
    world.now += 5 * DAY * 1000
    world.tokens.clear()
    young = closed(world, "young")
    again = closed(world, "again")
    days(world, 4)
    assert is_there(world, old)
    days(world, 2)
    assert [is_there(world, one) for one in (old, young, again, kept)] == [False, True, True, True]
    again.say("I am back")
    world.settle()
    days(world, 6)
    assert [is_there(world, one) for one in (young, again, kept)] == [False, True, True]


def test_one_that_is_opened_while_it_is_removed_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    old = closed(world)
    put(world, isEnabled=True, deleteClosedAfterDays=1)
    remove = deletion.remove_for_good

    def opened_first(ctx: Any, conversation: Any) -> None:
        old.say("wait")
        remove(ctx, conversation)

    monkeypatch.setattr(deletion, "remove_for_good", opened_first)
    days(world, 2)
    assert conversations.load(world.ctx(ADMIN), old.conversation).is_open


def test_files_go_after_so_many_days_and_their_messages_stay(world: World) -> None:
    visitor = world.asking("with a file")
    fid = str(world.upload(visitor.id, b"words", "a.txt").body["fuuid"])
    messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, "", attachments=(Attach(fid),)))
    put(world, isEnabled=True, deleteFilesAfterDays=3)
    days(world, 2)
    assert files.load(world.ctx(ADMIN), fid)
    days(world, 2)
    with pytest.raises(NotFound):
        files.load(world.ctx(ADMIN), fid)
    assert visitor.history()[-1]


def test_a_run_plans_the_next_day_s_and_another_setting_ends_it(world: World) -> None:
    old = closed(world)
    put(world, isEnabled=True, deleteClosedAfterDays=2)
    first = retention.RETENTION.load_fresh(world.ctx(SYSTEM)).chain
    world.settle()
    assert first
    put(world, deleteClosedAfterDays=1)
    world.now += 3 * DAY * 1000
    with counted() as sent:
        assert retention.run(world.ctx(SYSTEM), RetentionDue(world.account, world.now, world.now, first)) == (0, False)
    assert sent == ["GetItem"]
    for _ in range(3 * 96):
        if not is_there(world, old):
            break
        world.sweep()
        world.collect()
        world.pass_(1)
    assert not is_there(world, old)


def test_it_goes_on_where_a_part_has_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    old = [closed(world, str(at)) for at in range(5)]
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    put(world, isEnabled=True, deleteClosedAfterDays=1)
    days(world, 2)
    world.pass_(60)
    assert not any(is_there(world, one) for one in old)


def test_it_is_off_until_an_administrator_sets_it_within_bounds(world: World) -> None:
    off = {"isEnabled": False, "deleteClosedAfterDays": None, "deleteFilesAfterDays": None}
    assert call(world, "GET", PATH).body == off
    assert world.call("GET", f"{BASE}{PATH}", **world.bearer()).status == 403
    for wrong in (0, -1, 36_501, "x", 1.5):
        refused = put(world, isEnabled=True, deleteClosedAfterDays=wrong)
        assert (refused.status, "deleteClosedAfterDays" in refused.body["message"]) == (400, True)
    refused = put(world, isEnabled=True)
    assert (refused.status, "isEnabled" in refused.body["message"]) == (400, True)
    assert call(world, "GET", PATH).body == off
