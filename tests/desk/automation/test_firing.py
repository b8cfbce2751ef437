"""Triggers fire for their events, in order, once, and never round in circles."""

import itertools
import random
from typing import Any

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.automation import firing
from chalicelib.desk.conversations import creation, deletion, messages, triggers, updates
from chalicelib.desk.conversations.creation import NewConversation
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import TriggerEvents
from chalicelib.desk.teams import groups
from chalicelib.rules.triggers import ASSIGNED, CREATED, EVENTS, MOVED, RECEIVED, REPLIED, STAYED
from tests.desk.automation.triggers import (
    AGENT,
    DEPARTMENT,
    MAIL,
    PRIORITY,
    STATUS,
    SUBJECT,
    email,
    fired,
    log,
    mails,
    meets,
    row,
    thread,
    trigger,
)
from tests.machine.deliveries import CrashPoint, dies
from tests.world import Visitor, World, counted


def note_events(world: World) -> list[tuple[str, ...]]:
    """Adds a trigger for every event, which changes nothing. Returns the list that later events are added to."""
    for event in EVENTS:
        trigger(world, f"at {event}", event, stay_status="new", stay_minutes=999)
    told: list[tuple[str, ...]] = []
    deliver = world.deliver

    def note(queue: str, body: str) -> None:
        if queue == "automation":
            told.append(publishing.decode(body).happened)  # type: ignore[attr-defined]
        deliver(queue, body)

    world.monkeypatch.setattr(world, "deliver", note)
    return told


def change(world: World, visitor: Visitor, **wanted: Any) -> None:
    updates.change(world.as_agent(), visitor.conversation, Change(**wanted))
    world.settle()


def reply(world: World, visitor: Visitor, text: str = "yes") -> None:
    messages.post(world.as_agent(), PostMessage(visitor.conversation, text))
    world.settle()


def test_each_event_is_told_when_it_happens_and_no_other(world: World) -> None:
    told = note_events(world)
    visitor = world.visitor()
    world.settle()
    assert told == []
    visitor.say("hello")
    world.settle()
    assert told == [(CREATED,)]
    world.online(world.agents[0])
    assert told[1:] == [(ASSIGNED,)]
    reply(world, visitor)
    visitor.say("thanks")
    world.settle()
    assert told[2:] == [(REPLIED, MOVED), (RECEIVED, MOVED)]
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "psst", kind="note"))
    change(world, visitor, priority="high", subject="other", is_read=True)
    assert told[4:] == []
    change(world, visitor, status="on_hold")
    change(world, visitor, assignee=world.agents[1].number)
    assert told[4:] == [(MOVED,), (ASSIGNED,)]
    deletion.delete(world.as_agent(), visitor.conversation)
    world.settle()
    assert told[6:] == []
    deletion.restore(world.as_agent(), visitor.conversation)
    world.settle()
    assert told[6:] == []


def test_a_conversation_that_an_agent_opens_is_created_and_nothing_else(world: World) -> None:
    told = note_events(world)
    given = NewConversation(Change(subject="s", assignee=world.agents[1].number, status="closed"), PostMessage("", "m"))
    creation.create(world.as_agent(), given)
    world.settle()
    assert told == [(CREATED,)]


@pytest.mark.parametrize("is_enabled", [False, True])
def test_without_an_enabled_trigger_for_an_event_nothing_is_sent_for_it(world: World, is_enabled: bool) -> None:
    found = trigger(world, "other", MOVED, is_enabled=is_enabled)
    bodies = world.note_deliveries()
    world.asking()
    world.settle()
    assert [queue for queue, _ in bodies if queue == "automation"] == []
    triggers.change(world.ctx(ADMIN), found.number, triggers.Change(event=CREATED, is_enabled=True))
    world.asking()
    world.settle()
    assert [queue for queue, _ in bodies if queue == "automation"] == ["automation"]
    triggers.remove(world.ctx(ADMIN), found.number)
    world.asking()
    world.settle()
    assert [queue for queue, _ in bodies if queue == "automation"] == ["automation"]


def test_a_trigger_sets_values_in_one_write_and_the_log_names_it(world: World) -> None:
    group = groups.create(world.ctx(ADMIN), "Returns", groups.Change())
    values = [(PRIORITY, "urgent"), (DEPARTMENT, str(group.number)), (SUBJECT, "set"), (AGENT, str(world.agents[2].number))]
    found = trigger(world, "escalate", CREATED, *values)
    visitor = world.asking()
    before = row(world, visitor).version or 0
    world.settle()
    after = row(world, visitor)
    assert (after.priority, after.group_number, after.subject) == ("urgent", group.number, "set")
    assert (after.assignee, after.version) == (world.agents[2].id, before + 1)
    told = [(event.field, event.actor.kind, event.actor.number, event.text.partition("”")[0]) for event in log(world, visitor)]
    by_trigger = [one for one in told if one[1] == "trigger"]
    assert {one[0] for one in by_trigger} == {"fired", "priority", "group", "subject", "assignee"}
    assert {one[2:] for one in by_trigger} == {(found.number, "The trigger “escalate")}
    assert len({event.id for event in log(world, visitor)}) == len(told)
    triggers.remove(world.ctx(ADMIN), found.number)
    assert "The trigger “escalate” fired" in [event.text for event in log(world, visitor)]


def test_conditions_are_held_against_what_the_triggers_before_have_made_of_it(world: World) -> None:
    trigger(world, "second", CREATED, (SUBJECT, "it was urgent"), **meets(PRIORITY, "urgent"))
    trigger(world, "first", CREATED, (PRIORITY, "urgent"), **meets(STATUS, "new"))
    trigger(world, "never", CREATED, (STATUS, "closed"), **meets(PRIORITY, "low"))
    visitor = world.asking()
    world.settle()
    assert (row(world, visitor).subject != "it was urgent", fired(world, visitor)) == (True, ["first"])
    triggers.move(world.ctx(ADMIN), 2, -1)
    again = world.asking()
    world.settle()
    assert (row(world, again).subject, fired(world, again)) == ("it was urgent", ["second", "first"])


def test_what_a_trigger_changes_is_an_event_for_the_others_and_each_fires_once(world: World) -> None:
    trigger(world, "closes", MOVED, (STATUS, "closed"), **meets(STATUS, "new", "isNot"))
    trigger(world, "opens", MOVED, (STATUS, "new"), **meets(STATUS, "closed"))
    trigger(world, "tells", ASSIGNED, (SUBJECT, "assigned"))
    trigger(world, "begins", CREATED, (STATUS, "on_hold"), (AGENT, str(world.agents[0].number)))
    visitor = world.asking()
    world.settle()
    world.pass_(7200)
    assert sorted(fired(world, visitor)) == ["begins", "closes", "opens", "tells"]
    assert (row(world, visitor).status, row(world, visitor).subject) == ("new", "assigned")


def test_two_triggers_that_undo_each_other_come_to_rest_also_over_routing(world: World) -> None:
    """Another department puts a conversation to wait, and routing gives it out again: that is their doing, too."""
    one, two = (groups.create(world.ctx(ADMIN), name, groups.Change()) for name in ("One", "Two"))
    for group, agent in ((one, world.agents[0]), (two, world.agents[1])):
        groups.add_member(world.ctx(ADMIN), group, agent.id)
    world.online(*world.agents)
    trigger(world, "to two", ASSIGNED, (DEPARTMENT, str(two.number)), **meets(DEPARTMENT, str(one.number)))
    trigger(world, "to one", ASSIGNED, (DEPARTMENT, str(one.number)), **meets(DEPARTMENT, str(two.number)))
    visitor = world.asking()
    world.settle()
    updates.change(world.as_agent(), visitor.conversation, Change(group=one.number))
    world.settle()
    world.pass_(60)
    names = fired(world, visitor)
    assert {*names} == {"to two", "to one"}
    assert len(names) <= 4


@pytest.mark.parametrize("minutes", [1, 30])
def test_a_status_that_lasts_fires_once_for_each_span_and_a_change_starts_anew(world: World, minutes: int) -> None:
    trigger(world, "short", STAYED, (PRIORITY, "high"), stay_status="pending_internal", stay_minutes=minutes)
    trigger(world, "long", STAYED, (PRIORITY, "urgent"), stay_status="pending_internal", stay_minutes=minutes * 2)
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    change(world, visitor, status="pending_internal")
    world.pass_(minutes * 60 - 1)
    sweep(world)
    assert fired(world, visitor) == []
    wait(world, 1)
    assert (fired(world, visitor), row(world, visitor).priority) == (["short"], "high")
    wait(world, minutes * 60)
    assert (fired(world, visitor), row(world, visitor).priority) == (["short", "long"], "urgent")
    wait(world, minutes * 600)
    assert row(world, visitor).stay_at is None and len(fired(world, visitor)) == 2
    change(world, visitor, status="on_hold")
    change(world, visitor, status="pending_internal")
    wait(world, minutes * 30)
    change(world, visitor, status="on_hold")
    wait(world, minutes * 600)
    assert len(fired(world, visitor)) == 2


def sweep(world: World) -> None:
    world.sweep()
    world._collect()
    world.settle()


def wait(world: World, seconds: int) -> None:
    """Lets time pass with a sweep each minute, from a second before."""
    for _ in range(min(seconds // 60, 200)):
        world.pass_(60)
        sweep(world)
    world.pass_(seconds % 60 + max(0, seconds - 200 * 60))
    sweep(world)


@pytest.mark.parametrize(("deleted_for", "rest"), [(30, 59), (600, 0)])
def test_a_status_lasts_on_when_its_conversation_is_restored(world: World, deleted_for: int, rest: int) -> None:
    trigger(world, "waits", STAYED, (PRIORITY, "high"), stay_status="new", stay_minutes=2)
    visitor = world.asking()
    world.pass_(30)
    deletion.delete(world.ctx(ADMIN), visitor.conversation)
    world.pass_(deleted_for)
    deletion.restore(world.ctx(ADMIN), visitor.conversation)
    world.pass_(rest)
    assert fired(world, visitor) == ([] if rest else ["waits"])
    world.pass_(1)
    wait(world, 600)
    assert fired(world, visitor) == ["waits"]


def test_a_chat_is_new_from_its_first_message_on(world: World) -> None:
    trigger(world, "waits", STAYED, (PRIORITY, "high"), stay_status="new", stay_minutes=2)
    visitor = world.visitor()
    world.pass_(500)
    assert fired(world, visitor) == []
    visitor.say("hello")
    world.pass_(119)
    assert fired(world, visitor) == []
    world.pass_(1)
    assert fired(world, visitor) == ["waits"]


def test_a_trigger_that_comes_later_is_for_changes_of_the_status_after_it(world: World) -> None:
    visitor = world.asking()
    world.settle()
    trigger(world, "late", STAYED, (PRIORITY, "high"), stay_status="new", stay_minutes=1)
    world.pass_(600)
    assert fired(world, visitor) == []
    change(world, visitor, status="on_hold")
    change(world, visitor, status="new")
    world.pass_(61)
    assert fired(world, visitor) == ["late"]


def test_triggers_that_set_each_others_status_by_the_clock_come_to_rest(world: World) -> None:
    trigger(world, "tick", STAYED, (STATUS, "on_hold"), stay_status="new", stay_minutes=1)
    trigger(world, "tock", STAYED, (STATUS, "new"), stay_status="on_hold", stay_minutes=1)
    visitor = world.asking()
    for _ in range(20):
        world.pass_(61)
    assert fired(world, visitor) == ["tick", "tock"]
    change(world, visitor, status="pending_internal")
    change(world, visitor, status="new")
    for _ in range(20):
        world.pass_(61)
    assert fired(world, visitor) == ["tick", "tock"] * 2


def test_a_value_that_can_no_longer_be_set_is_left_out(world: World) -> None:
    group = groups.create(world.ctx(ADMIN), "Gone", groups.Change())
    trigger(world, "sets", CREATED, (DEPARTMENT, str(group.number)), (PRIORITY, "low"))
    groups.remove(world.ctx(ADMIN), group.id)
    visitor = world.asking()
    world.settle()
    assert (fired(world, visitor), row(world, visitor).priority) == (["sets"], "low")
    assert row(world, visitor).group is None


# --- once


def everything(world: World) -> None:
    """Triggers of all that they can do."""
    given = {**MAIL, "to_contact": True, "to_agents": True, "recipients": (world.agents[0].number, world.agents[1].number)}
    trigger(world, "mails", CREATED, (PRIORITY, "high"), **given, shows_mail=True)
    trigger(world, "moves", CREATED, (STATUS, "on_hold"), (AGENT, str(world.agents[0].number)))
    trigger(world, "follows", MOVED, (SUBJECT, "moved"), **MAIL, to_agents=True, recipients=(world.agents[0].number,))


def asks(world: World) -> tuple[Visitor, str]:
    """A visitor with an address, whose first message is about to be told."""
    visitor = world.visitor()
    address = email(world, visitor)
    visitor.say("help me")
    return visitor, address


def check(world: World, visitor: Visitor, address: str) -> None:
    """All has happened once."""
    assert fired(world, visitor) == ["mails", "moves", "follows"]
    found = row(world, visitor)
    assert (found.priority, found.status, found.subject, found.assignee_number) == (
        "high",
        "on_hold",
        "moved",
        world.agents[0].number,
    )
    assert [message.kind for message in thread(world, visitor)] == ["reply", "system"]
    assert len(mails(address)) == 1
    assert [len(mails(str(agent.email))) for agent in world.agents[:2]] == [2, 1]
    assert {body for _, body in mails(str(world.agents[0].email))} == {"help me"}


def test_an_event_that_comes_again_in_any_order_changes_nothing(world: World) -> None:
    everything(world)
    deliver = world.deliver
    bodies = world.note_deliveries()
    visitor, address = asks(world)
    world.settle()
    check(world, visitor, address)
    version = row(world, visitor).version
    for queue, body in random.Random(3).sample(bodies * 3, len(bodies) * 3):
        deliver(queue, body)
    world.settle()
    check(world, visitor, address)
    assert row(world, visitor).version == version


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_between_any_two_calls_is_made_good_by_the_next_delivery(world: World, after: bool) -> None:
    everything(world)
    deliver = world.deliver
    for call in itertools.count(1):
        visitor, address = asks(world)
        before = {agent.email: len(mails(str(agent.email))) for agent in world.agents}
        died: list[bool] = []

        def crash(queue: str, body: str, call: int = call, died: list[bool] = died) -> None:
            if queue == "automation":
                died.append(dies(lambda: deliver(queue, body), CrashPoint(call, after)))
            deliver(queue, body)

        world.monkeypatch.setattr(world, "deliver", crash)
        world.settle()
        sent = {agent.email: len(mails(str(agent.email))) - before[agent.email] for agent in world.agents}
        assert fired(world, visitor) == ["mails", "moves", "follows"], call
        assert [message.kind for message in thread(world, visitor)] == ["reply", "system"], call
        assert (len(mails(address)), [*sent.values()]) == (1, [2, 1, 0]), call
        if not any(died):
            break
    assert call > 10


def test_a_function_that_is_stopped_half_way_goes_on_where_it_was_when_it_is_called_again(world: World) -> None:
    """As one whose time is over before all of an account's triggers have fired."""
    names = [f"trigger {at}" for at in range(20)]
    for at, name in enumerate(names):
        trigger(world, name, CREATED, (SUBJECT, name), **(meets(SUBJECT, names[at - 1]) if at else {}))
    visitor = world.asking()
    world.relay()
    (body,) = [body for _, queue, body in world.queued if queue == "automation"]
    world.queued.clear()
    seen = [0]
    while dies(lambda: world.deliver("automation", body), CrashPoint(12, after=True)):
        seen.append(len(fired(world, visitor)))
        assert seen[-1] > seen[-2], "a run that is stopped has made no progress"
    assert len(seen) > 3
    assert fired(world, visitor) == names
    world.settle()
    assert (row(world, visitor).subject, fired(world, visitor)) == (names[-1], names)


def test_two_lambdas_with_the_same_event_let_a_trigger_fire_once(world: World) -> None:
    """The second comes while the first is about to write."""
    trigger(world, "raises", CREATED, (SUBJECT, "raised"))
    visitor = world.asking()
    bodies = world.note_deliveries()
    world.relay()
    (event,) = [publishing.decode(body) for _, queue, body in world.queued if queue == "automation"]
    assert isinstance(event, TriggerEvents) and bodies == []
    store, ctx = updates.store, world.ctx(SYSTEM)

    def meanwhile(*given: Any) -> None:
        world.monkeypatch.setattr(updates, "store", store)
        assert firing.run(ctx, event) == [1]
        store(*given)

    world.monkeypatch.setattr(updates, "store", meanwhile)
    assert firing.run(ctx, event) == [1]
    world.relay()
    assert fired(world, visitor) == ["raises"]


def test_a_deleted_conversation_fires_nothing(world: World) -> None:
    trigger(world, "raises", CREATED, (PRIORITY, "high"))
    visitor = world.asking()
    deletion.delete(world.as_agent(), visitor.conversation)
    world.settle()
    deletion.restore(world.as_agent(), visitor.conversation)
    assert row(world, visitor).priority == "normal"


# --- what it costs


def test_a_trigger_that_does_not_fire_makes_a_message_no_dearer(world: World) -> None:
    visitor = world.asking()
    world.settle()

    def asked(text: str) -> list[str]:
        with counted() as sent:
            visitor.say(text)
        return sent

    asked("warm")
    before = asked("one")
    for event in (RECEIVED, REPLIED, MOVED):
        trigger(world, event, event, (PRIORITY, "high"), **meets(SUBJECT, "no such subject"))
    trigger(world, STAYED, STAYED, (PRIORITY, "high"), stay_status="closed", stay_minutes=5)
    asked("warm")
    assert asked("two") == before
    world.settle()
    visitor.say("three")
    world.relay()
    (body,) = [body for _, queue, body in world.queued if queue == "automation"]
    world.queued.clear()
    with counted() as sent:
        world.deliver("automation", body)
    assert sent == ["GetItem", "Query"]


def test_one_that_fires_costs_one_write(world: World) -> None:
    trigger(world, "raises", RECEIVED, (PRIORITY, "high"))
    visitor = world.asking()
    world.settle()
    visitor.say("more")
    world.relay()
    (body,) = [body for _, queue, body in world.queued if queue == "automation"]
    world.queued.clear()
    with counted() as sent:
        world.deliver("automation", body)
    assert sent == ["GetItem", "Query", "TransactWriteItems"]
