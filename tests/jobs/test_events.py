"""Events: told from the tables' streams, taken twice, late, out of order and after a crash without harm."""

import random
import re

import pytest

import app
from chalicelib.context import ADMIN
from chalicelib.desk.conversations import conversations, group_chats, inbox, members, messages
from chalicelib.desk.core import changes, publishing
from chalicelib.desk.core.account_events import (
    AccountEmptied,
    DomainChanged,
    EmailAccountAdded,
    GroupChanged,
    RetentionDue,
    RoutingChanged,
    SearchDue,
    SettingsChanged,
    StatisticsDue,
    WebhookDue,
    WebhookPaused,
    WebhookReplayed,
)
from chalicelib.desk.core.changes import Measures
from chalicelib.desk.core.events import (
    ConversationAssigned,
    ConversationAssignedV1,
    ConversationBegun,
    ConversationBreached,
    ConversationDeleted,
    ConversationDeserted,
    ConversationFieldsChanged,
    ConversationMerged,
    ConversationMetadataChanged,
    ConversationMoved,
    ConversationOpened,
    ConversationPriorityChanged,
    ConversationPurged,
    ConversationReopened,
    ConversationRestored,
    ConversationStatusChanged,
    ConversationSubjectChanged,
    ConversationTextsChanged,
    ConversationWaits,
    DeadlineSet,
    EmailDue,
    Event,
    MessagePosted,
    MessagePostedV1,
    NoteAdded,
    TimersDue,
    TriggerEvents,
    TriggerMailDue,
)
from chalicelib.desk.core.people_events import (
    AccessEnded,
    AgentAvailable,
    AgentDeadlineSet,
    AgentFreed,
    AgentOffline,
    AgentRemoved,
    ContactMerged,
    ContactNamesChanged,
    ErasureDue,
    ExportDue,
    PasswordForgotten,
    PresenceChanged,
)
from chalicelib.desk.people import people
from chalicelib.models import queues
from chalicelib.telemetry import Failed
from tests.world import World

SAMPLES = [
    ConversationTextsChanged("a", 1, "c", 7, anew=True),
    ContactNamesChanged("a", 1, "p"),
    SearchDue("a", 1, 2),
    AccountEmptied("a", 1, 2, "people", "p"),
    RetentionDue("a", 1, 2, "chain", "files", "f 1"),
    ErasureDue("a", 1, 7, 2),
    ExportDue("a", 1, 7),
    StatisticsDue("a", 1, 2),
    ConversationOpened("a", 1, "c"),
    ConversationBegun("a", 1, "c"),
    ConversationReopened("a", 1, "c"),
    ConversationMoved("a", 1, "c"),
    DeadlineSet("a", 1, "c", "close", 2),
    AgentAvailable("a", 1, "p"),
    AgentFreed("a", 1, "p"),
    AgentDeadlineSet("a", 1, "p", "away", 2),
    AgentRemoved("a", 1, "p"),
    TimersDue("", 1, 2, 3, "name"),
    AgentOffline("a", 1, "p", is_lost=True),
    ConversationDeserted("a", 1, "c"),
    GroupChanged("a", 1, "g"),
    DomainChanged("a", 1),
    SettingsChanged("account", 1, "tag"),
    RoutingChanged("a", 1, 2, "c", 3),
    MessagePostedV1("a", 1, "c", "m"),
    MessagePosted("a", 1, "c", "m", None),
    ConversationAssignedV1("a", 1, "c", "p"),
    ConversationAssigned("a", 1, "c", "p", 2, 1, 3),
    ConversationWaits("a", 1, "c"),
    PresenceChanged("a", 1, "p", "busy"),
    AccessEnded("a", 1, "p"),
    PasswordForgotten("a", 1, "e", "p"),
    ConversationStatusChanged("a", 1, "c", "new", "closed"),
    ConversationFieldsChanged("a", 1, "c"),
    ConversationPriorityChanged("a", 1, "c", "low", "high"),
    ConversationSubjectChanged("a", 1, "c"),
    ConversationMetadataChanged("a", 1, "c", ("order", "language")),
    NoteAdded("a", 1, "c", 7),
    ConversationBreached("a", 1, "c", "first", 1, 1),
    ConversationDeleted("a", 1, "c"),
    ConversationRestored("a", 1, "c"),
    ConversationMerged("a", 1, "c", "d"),
    ConversationPurged("a", 1, "c"),
    ContactMerged("a", 1, "p", 7),
    TriggerEvents("a", 1, "c", 7, ("created", "status_changed"), 60_000),
    TriggerMailDue("a", 1, "c", "t", "p", 3, None),
    EmailAccountAdded("a", 1, "support@b.example"),
    EmailDue("a", 1, "c", "m"),
    WebhookDue("a", 1, "w", 2),
    WebhookReplayed("a", 1, "w", 2, 3, 4, "p"),
    WebhookPaused("a", 1, "w", 2),
]


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_survives_its_queue(event: Event) -> None:
    assert publishing.decode(publishing.encode(event)) == event


def test_every_event_is_versioned_frozen_and_stands_in_the_registry() -> None:
    assert set(publishing.SUBSCRIBERS) == set(Event.__subclasses__()) == {type(sample) for sample in SAMPLES}
    for sample in SAMPLES:
        assert sample.__struct_config__.frozen
        assert re.fullmatch(r"v[1-9]", str(sample.__struct_config__.tag).rsplit(".", 1)[1])


def state(world: World) -> list[tuple[object, ...]]:
    """All that events may change: of conversations and of agents."""
    ctx = world.ctx(ADMIN)
    listed = inbox.page(ctx, inbox.Listing()).conversations
    rows = [conversations.load(ctx, row.id) for row in listed]
    shown = [(row.id, row.assignee, row.status, row.message_count, row.version) for row in rows]
    return sorted(shown, key=str) + [(agent.id, agent.presence, agent.open_conversations) for agent in people.list_agents(ctx)]


def test_each_event_three_times_and_in_the_wrong_order_changes_nothing(world: World) -> None:
    deliver = world.deliver
    bodies = world.note_deliveries()
    world.online(*world.agents)
    visitors = [world.visitor() for _ in range(5)]
    for visitor in visitors:
        visitor.say("hello")
    world.settle()
    first = next(agent for agent in world.agents if agent.id == visitors[0].info()["assigned_uuid"])
    number = conversations.load(world.ctx(ADMIN), visitors[0].conversation).number
    path = f"/api/v3/anytime/conversations/{number}/messages"
    world.call("POST", path, {"type": "reply", "plainBody": "yes"}, **world.bearer(first))
    world.pass_(400)
    before = state(world)
    assert len(bodies) > 10
    for queue, body in random.Random(7).sample(bodies * 3, len(bodies) * 3):
        deliver(queue, body)
    world.relay()
    assert state(world) == before


def test_a_relay_that_dies_before_the_queue_took_it_tells_it_again(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    records = world.records("conversations")
    with world.monkeypatch.context() as broken:
        broken.setattr(queues, "send", lambda *_: (_ for _ in ()).throw(queues.NotSent("routing", [0], "down")))
        with pytest.raises(Failed, match="NotSent"):
            app.relay_conversations({"Records": records}, None)
    assert visitor.info()["assigned_uuid"] is None
    app.relay_conversations({"Records": records}, None)
    app.relay_conversations({"Records": records}, None)
    world.collect()
    world.settle()
    assert visitor.info()["assigned_uuid"] == world.agents[0].id
    assert people.list_agents(world.ctx(ADMIN))[1].open_conversations == 1


def test_a_message_s_record_tells_its_deadlines_and_a_removed_row_nothing(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    number = conversations.load(world.ctx(ADMIN), visitor.conversation).number
    body = {"type": "reply", "plainBody": "yes"}
    world.call("POST", f"/api/v3/anytime/conversations/{number}/messages", body, **world.bearer())
    (record,) = world.records("conversations")
    change = record["dynamodb"]
    told, progress = changes.events_of("conversations", change)
    assert [(type(event), getattr(event, "kind", None)) for event in told] == [
        (MessagePosted, None),
        (DeadlineSet, "warn"),
        (DeadlineSet, "close"),
        (ConversationStatusChanged, None),
        (ConversationTextsChanged, None),
        (TriggerEvents, None),
    ]
    assert progress == Measures(messages=1)
    assert changes.events_of("conversations", {**change, "NewImage": None}) == ([], Measures())


def test_a_message_that_is_none_of_ours_fails_and_so_ends_in_the_dead_letter_queue() -> None:
    with pytest.raises(ExceptionGroup, match="all of a batch"):
        app.route_conversations({"Records": [{"body": '{"event":"unknown.v9"}', "messageId": "1", "receiptHandle": "1"}]}, None)


def test_members_rows_and_internal_conversations_mean_nothing_to_routing(world: World) -> None:
    agents = [agent.id for agent in world.agents]
    ctx = world.as_agent()
    command = group_chats.CreateConversation(agents[0], (agents[1],), internal=True)
    found = group_chats.create(ctx, command).conversation
    messages.post(ctx, messages.PostMessage(found.id, "psst"))
    members.close_for(ctx, found.id, agents[0])
    records = world.records("conversations")
    assert len(records) == 5
    told = [event for record in records for event in changes.events_of("conversations", record["dynamodb"])[0]]
    assert {queue for event in told for queue in publishing.SUBSCRIBERS[type(event)]} <= {publishing.NOTIFY}
