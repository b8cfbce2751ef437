"""Deadlines: warned and closed when it was said, never while the customer is the one waiting."""

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.auto_close import CloseRule
from chalicelib.desk.automation import timers
from chalicelib.desk.conversations import conversations, messages, updates
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.teams import groups
from chalicelib.models import sequences
from chalicelib.models import timers as rows
from chalicelib.models.conversations import Conversation
from chalicelib.rules import ids
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World


def answered(world: World) -> Visitor:
    """A conversation whose agent spoke last, just now."""
    world.online(world.agents[0])
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "yes?"))
    return visitor


def found(world: World, visitor: Visitor) -> Conversation:
    return conversations.load(world.ctx(ADMIN), visitor.conversation)


def test_closed_at_the_published_deadline_and_warned_before(world: World) -> None:
    visitor = answered(world)
    due = found(world, visitor)
    assert (due.warn_at, due.close_at) == (world.now + 300_000, world.now + 600_000)
    world.pass_(599)
    assert visitor.history()[-1] == accounts.load(world.ctx(ADMIN)).warning
    assert found(world, visitor).is_open
    world.pass_(1)
    closed = found(world, visitor)
    assert (closed.status, closed.closed_at) == ("closed", due.close_at)
    assert closed.close_at is None
    assert visitor.history().count(accounts.load(world.ctx(ADMIN)).warning) == 1


def test_a_customer_s_word_stops_the_clock_and_the_next_answer_starts_it_anew(world: World) -> None:
    visitor = answered(world)
    world.pass_(299)
    visitor.say("wait")
    stopped = found(world, visitor)
    assert stopped.warn_at is None and stopped.close_at is None
    world.pass_(7200)
    assert found(world, visitor).is_open
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "still there?"))
    world.pass_(601)
    assert not found(world, visitor).is_open


def test_the_agent_s_next_word_moves_the_deadline(world: World) -> None:
    visitor = answered(world)
    world.pass_(290)
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "take your time"))
    world.pass_(320)
    assert (found(world, visitor).is_open, len(visitor.history())) == (True, 4)


def test_a_note_and_a_hold_change_the_clock_as_they_should(world: World) -> None:
    visitor = answered(world)
    before = found(world, visitor).close_at
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "difficult", kind="note"))
    assert found(world, visitor).close_at == before
    updates.change(world.as_agent(), visitor.conversation, updates.Change(status="on_hold"))
    world.pass_(7200)
    assert found(world, visitor).status == "on_hold"


def test_switched_off_nobody_is_closed(world: World) -> None:
    accounts.set_auto_close(world.ctx(ADMIN), {"is_enabled": False})
    visitor = answered(world)
    world.pass_(7200)
    assert found(world, visitor).is_open


def test_a_deadline_past_fifteen_minutes_is_kept_in_the_table_and_brought_by_the_sweep(world: World) -> None:
    accounts.set_auto_close(world.ctx(ADMIN), {"warn_after": 3000, "close_after": 7200})
    visitor = answered(world)
    due = found(world, visitor).close_at or 0
    world.pass_(901)
    (kept,) = [row for shard in range(rows.SHARDS) for row in rows.list_due(due // 60_000, shard)]
    assert kept.due_at == due
    minutes = 0
    while found(world, visitor).is_open and minutes < 200:
        timers.sweep(world.ctx(SYSTEM))
        world.collect()
        world.pass_(60)
        minutes += 1
    closed = found(world, visitor)
    assert closed.closed_at is not None and due <= closed.closed_at <= due + 60_000
    assert kept.expires_at >= due // 1000 + 7 * 86400, "a row is not deleted: the table forgets it"


def test_a_sweep_that_missed_hours_catches_up(world: World) -> None:
    accounts.set_auto_close(world.ctx(ADMIN), {"warn_after": 3000, "close_after": 7200})
    visitor = answered(world)
    world.pass_(901)
    timers.sweep(world.ctx(SYSTEM))
    world.now += 6 * 3_600_000
    for _ in range(3):
        timers.sweep(world.ctx(SYSTEM))
        world.collect()
        world.settle()
    assert not found(world, visitor).is_open
    assert sequences.swept(0) == world.now // 60_000 + 2


def test_an_idle_sweep_costs_a_few_requests(world: World) -> None:
    timers.sweep(world.ctx(SYSTEM))
    world.now += 60_000
    with counted() as sent:
        assert timers.sweep(world.ctx(SYSTEM)) == 0
    assert sent == ["GetItem", *["Query"] * rows.SHARDS, "PutItem"]


def test_settings_are_merged_and_checked(world: World) -> None:
    ctx = world.ctx(ADMIN)
    assert accounts.set_auto_close(ctx, {"close_after": 700}).warn_after == 300
    assert accounts.load(ctx).auto_close.close_after == 700
    with pytest.raises(Invalid):
        accounts.set_auto_close(ctx, {"warn_after": 701})


def shown(world: World) -> tuple[int | None, int | None]:
    """When OneView says that the first agent's chat is warned, and closed."""
    (ticket,) = world.call("GET", "/cs-chat-ticket/v1/tickets", **world.bearer()).body
    return ticket["metadata"]["autoCloseWarningTimestamp"], ticket["metadata"]["autoCloseTimestamp"]


@pytest.mark.parametrize("off_at", [100, 400])
def test_switching_off_stops_the_clocks_that_run_and_switching_on_starts_none(world: World, off_at: int) -> None:
    visitor = answered(world)
    assert shown(world) == (world.now // 1000 + 300, world.now // 1000 + 600)
    world.pass_(off_at)
    texts = visitor.history()
    accounts.set_auto_close(world.ctx(ADMIN), {"is_enabled": False})
    assert shown(world) == (None, None)
    world.pass_(50)
    accounts.set_auto_close(world.ctx(ADMIN), {"is_enabled": True})
    assert shown(world) == (None, None)
    world.pass_(900)
    due = found(world, visitor)
    assert due.is_open and not (due.warn_at or due.close_at)
    assert visitor.history() == texts
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "still there?"))
    assert shown(world) == (world.now // 1000 + 300, world.now // 1000 + 600)
    world.pass_(601)
    assert not found(world, visitor).is_open


def test_switched_off_a_running_clock_is_cleared_once(world: World) -> None:
    visitor = answered(world)
    accounts.set_auto_close(world.ctx(ADMIN), {"is_enabled": False})
    world.pass_(300)
    cleared = found(world, visitor)
    assert not (cleared.warn_at or cleared.close_at)
    world.pass_(7200)
    assert found(world, visitor).version == cleared.version


def test_switched_off_an_agent_who_is_there_keeps_what_they_have_not_picked(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    accounts.set_auto_close(world.ctx(ADMIN), {"is_enabled": False})
    world.online(world.agents[1])
    world.pass_(3600)
    kept = found(world, visitor)
    assert kept.assignee == world.agents[0].id and not kept.reassign_at


def test_a_warning_has_an_id_that_nobody_can_take_first(world: World) -> None:
    visitor = answered(world)
    due = found(world, visitor)
    taken = ids.derived(due.key, "warning", str(due.warn_at))
    other = world.as_visitor(visitor.id)
    messages.post(other, PostMessage(visitor.conversation, "mine", id=taken))
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "yes?"))
    world.pass_(300)
    assert visitor.history()[-1] == accounts.load(world.ctx(ADMIN)).warning


def test_a_closing_waits_for_the_warning_that_could_not_be_given(world: World) -> None:
    visitor = answered(world)
    due = found(world, visitor)
    world.settle()
    late = [entry for entry in world.queued if '"warn"' in entry[2]]
    world.queued = [entry for entry in world.queued if entry not in late]
    world.pass_(600)
    warned = found(world, visitor)
    assert warned.is_open and warned.warn_at is None
    assert visitor.history()[-1] == accounts.load(world.ctx(ADMIN)).warning
    assert warned.close_at == (due.close_at or 0) + 300_000
    world.queued += late
    world.pass_(299)
    assert found(world, visitor).is_open
    world.pass_(1)
    assert not found(world, visitor).is_open
    assert visitor.history().count(accounts.load(world.ctx(ADMIN)).warning) == 1


def test_a_warning_and_a_closing_at_the_same_moment_both_happen(world: World) -> None:
    accounts.set_auto_close(world.ctx(ADMIN), {"warn_after": 600})
    visitor = answered(world)
    world.settle()
    world.queued.sort(key=lambda entry: '"warn"' in entry[2])
    world.pass_(601)
    assert visitor.history()[-1] == accounts.load(world.ctx(ADMIN)).warning
    assert not found(world, visitor).is_open


def spans(world: World, visitor: Visitor) -> tuple[int, int] | None:
    """Seconds until the visitor is warned and their conversation closed, None if it is not."""
    due = found(world, visitor)
    return None if due.close_at is None else (((due.warn_at or 0) - world.now) // 1000, (due.close_at - world.now) // 1000)


def test_rules_by_department_and_status_are_held_after_each_change_of_these(world: World) -> None:
    group = groups.create(world.ctx(ADMIN), "Returns", groups.Change())
    rules = (CloseRule(20, 40, group.number), CloseRule(1000, 2000, status="on_hold"), CloseRule(5, 6, status="new"))
    accounts.set_auto_close(world.ctx(ADMIN), {"rules": rules})
    visitor = answered(world)
    agent = world.agents[0].number
    assert spans(world, visitor) == (300, 600)
    world.pass_(10)
    for change, expected in (
        (updates.Change(status="on_hold"), (990, 1990)),
        (updates.Change(group=group.number, assignee=agent), (990, 1990)),
        (updates.Change(status="pending_external"), (10, 30)),
        (updates.Change(status="pending_internal"), None),
        (updates.Change(status="pending_external"), (10, 30)),
    ):
        updates.change(world.as_agent(), visitor.conversation, change)
        assert spans(world, visitor) == expected
    world.pass_(15)
    assert visitor.history()[-1] == accounts.load(world.ctx(ADMIN)).warning
    updates.change(world.as_agent(), visitor.conversation, updates.Change(status="on_hold"))
    assert found(world, visitor).warn_at is None
    assert found(world, visitor).close_at == world.now + 1_975_000
    visitor.say("here I am")
    assert spans(world, visitor) is None
    updates.change(world.as_agent(), visitor.conversation, updates.Change(status="on_hold"))
    assert spans(world, visitor) is None
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "yes"))
    assert spans(world, visitor) == (20, 40)
