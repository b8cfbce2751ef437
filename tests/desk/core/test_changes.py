"""What a change of a row means: each of the fields that somebody may wait for has its event, in whichever way it is changed."""

from collections.abc import Callable

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import conversations, deletion, group_chats, members, messages, updates
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import changes
from chalicelib.desk.core.events import (
    ConversationAssigned,
    ConversationMetadataChanged,
    ConversationPriorityChanged,
    ConversationStatusChanged,
    ConversationSubjectChanged,
    ConversationTextsChanged,
    Event,
    NoteAdded,
)
from tests.visitors import Visitor
from tests.world import World

FIELDS = (
    ConversationStatusChanged,
    ConversationPriorityChanged,
    ConversationSubjectChanged,
    ConversationMetadataChanged,
    NoteAdded,
)


def told(world: World) -> list[Event]:
    """What the conversations' stream has said since it was asked last."""
    records = world.records("conversations")
    return [event for record in records for event in changes.events_of("conversations", record["dynamodb"])[0]]


def of_fields(world: World) -> list[Event]:
    return [event for event in told(world) if isinstance(event, FIELDS)]


@pytest.fixture
def change(world: World, assigned: Visitor) -> Callable[..., list[Event]]:
    """Changes the conversation by hand a minute later; returns the events of its fields."""
    told(world)

    def act(**wanted: object) -> list[Event]:
        world.now += 60_000
        updates.change(world.as_agent(), assigned.conversation, Change(**wanted))  # type: ignore[arg-type]
        return of_fields(world)

    return act


def test_a_field_that_is_changed_by_hand_is_told_and_the_same_value_again_is_not(
    world: World, assigned: Visitor, change: Callable[..., list[Event]]
) -> None:
    where = assigned.conversation
    at = world.now + 60_000
    assert change(priority="urgent") == [ConversationPriorityChanged(world.account, at, where, "normal", "urgent")]
    assert change(priority="urgent") == []
    assert change(subject="Shoes") == [ConversationSubjectChanged(world.account, at + 120_000, where)]
    assert change(status="on_hold") == [ConversationStatusChanged(world.account, at + 180_000, where, "new", "on_hold")]
    assert [type(event) for event in change(subject="Boots", priority="low", status="closed")] == [
        ConversationStatusChanged,
        ConversationPriorityChanged,
        ConversationSubjectChanged,
    ]


def test_what_a_conversation_is_about_is_told_by_the_names_that_change(
    world: World, assigned: Visitor, change: Callable[..., list[Event]]
) -> None:
    where, at = assigned.conversation, world.now
    first = change(metadata={"order": "A-1", "language": "fr", "ccr": None})
    assert first == [ConversationMetadataChanged(world.account, at + 60_000, where, ("order", "language"))]
    assert change(metadata={"order": "A-1", "language": "fr"}) == []
    assert change(metadata={"order": "A-2", "language": None}) == [
        ConversationMetadataChanged(world.account, at + 180_000, where, ("order", "language"))
    ]


def number_of(world: World, conversation: str) -> int:
    return conversations.load(world.as_agent(), conversation).number


def test_what_the_search_has_to_read_anew_is_told(world: World, assigned: Visitor) -> None:
    where, agent = assigned.conversation, world.as_agent()
    anew = ConversationTextsChanged(world.account, world.now, where, number_of(world, where), anew=True)
    told(world)
    for act, expected in (
        (lambda: updates.change(agent, where, Change(subject="another")), [anew]),
        (lambda: updates.change(agent, where, Change(priority="low")), []),
        (lambda: deletion.delete(agent, where), []),
        (lambda: deletion.purge(agent, where), [anew]),
    ):
        act()
        assert [event for event in told(world) if isinstance(event, ConversationTextsChanged)] == expected


def test_a_message_moves_the_status_and_a_note_is_told_by_its_number(world: World, assigned: Visitor) -> None:
    told(world)
    where, agent = assigned.conversation, world.as_agent()
    note = messages.post(agent, PostMessage(where, "a difficult one", kind="note"))
    texts = ConversationTextsChanged(world.account, world.now, where, number_of(world, where))
    assert told(world) == [NoteAdded(world.account, world.now, where, note.sequence), texts]
    messages.post(agent, PostMessage(where, "yes?"))
    assert of_fields(world) == [ConversationStatusChanged(world.account, world.now, where, "new", "pending_external")]
    assigned.say("no")
    assert of_fields(world) == [
        ConversationStatusChanged(world.account, world.now, where, "pending_external", "pending_internal")
    ]
    assigned.say("I mean it")
    assert of_fields(world) == []


def test_a_clock_that_closes_is_told_as_a_hand_that_does(world: World, assigned: Visitor) -> None:
    where, due = assigned.conversation, world.now + 600_000
    messages.post(world.as_agent(), PostMessage(where, "yes?"))
    world.pass_(660)
    records = [record["dynamodb"] for record in world.records("conversations", since="TRIM_HORIZON")]
    seen = [event for record in records for event in changes.events_of("conversations", record)[0] if isinstance(event, FIELDS)]
    assert seen[-1] == ConversationStatusChanged(world.account, due, where, "pending_external", "closed")


def test_opening_and_assigning_change_no_field_and_steps_and_members_are_not_metadata(world: World) -> None:
    world.online(world.agents[0])
    told(world)
    visitor = world.asking()
    opened = told(world)
    assert [event for event in opened if isinstance(event, FIELDS)] == []
    agents = [agent.id for agent in world.agents]
    found = group_chats.create(world.as_agent(), group_chats.CreateConversation(agents[0], (agents[1],), internal=True))
    members.close_for(world.as_agent(), found.conversation.id, agents[0])
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=world.agents[1].number))
    after = told(world)
    assert [event for event in after if isinstance(event, FIELDS)] == []
    assert ConversationAssigned in {type(event) for event in after}
