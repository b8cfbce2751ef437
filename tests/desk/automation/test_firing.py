"""Triggers fire for their events, in order, and never round in circles."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import creation, deletion, messages, triggers, updates
from chalicelib.desk.conversations.creation import NewConversation
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import publishing
from chalicelib.desk.teams import groups
from chalicelib.rules.triggers import ASSIGNED, CREATED, EVENTS, MOVED, RECEIVED, REPLIED, STAYED
from tests.desk.automation.triggers import AGENT, DEPARTMENT, PRIORITY, STATUS, SUBJECT, change, fired, log, meets, row, trigger
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World


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


def test_a_value_that_can_no_longer_be_set_is_left_out(world: World) -> None:
    group = groups.create(world.ctx(ADMIN), "Gone", groups.Change())
    trigger(world, "sets", CREATED, (DEPARTMENT, str(group.number)), (PRIORITY, "low"))
    groups.remove(world.ctx(ADMIN), group.id)
    visitor = world.asking()
    world.settle()
    assert (fired(world, visitor), row(world, visitor).priority) == (["sets"], "low")
    assert row(world, visitor).group is None


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
