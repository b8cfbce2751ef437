"""A batch of a stream that was published in part comes again, and repeats nothing that a queue had."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

import app
from chalicelib.context import ADMIN
from chalicelib.desk.conversations import updates
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import ConversationBegun, ConversationPriorityChanged, DeadlineSet, Event, MessagePosted
from chalicelib.models import queues
from chalicelib.models.conversations import Conversation
from chalicelib.telemetry import Failed
from tests import policies
from tests.lambdas import counted
from tests.world import World

Body = tuple[str, str]
#: Whether a queue takes a body.
Takes = Callable[[str, str], bool]


class Queues:
    """What the queues were sent, and which of it they take."""

    def __init__(self, world: World) -> None:
        self.taken: Counter[Body] = Counter()
        self.takes: Takes = lambda queue, body: True
        world.monkeypatch.setattr(queues, "send", self._send)

    def _send(self, queue: str, bodies: list[tuple[str, int]]) -> None:
        left = [place for place, (body, _) in enumerate(bodies) if not self.takes(queue, body)]
        self.taken.update((queue, body) for place, (body, _) in enumerate(bodies) if place not in left)
        if left:
            raise queues.NotSent(queue, left, "down")

    def events(self, queue: str) -> Counter[type[Event]]:
        return Counter(type(publishing.decode(body)) for to, body in self.taken.elements() if to == queue)


def begun(world: World, how_many: int = 3) -> list[dict[str, Any]]:
    """The stream of conversations that begin: two records each."""
    world.relay()
    for _ in range(how_many):
        world.asking()
    records = world.records("conversations")
    assert len(records) == 2 * how_many
    return records


def relay(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One invocation; returns the records that come again, as Lambda finds them by the answer."""
    failed = app.relay_conversations({"Records": records}, None)["batchItemFailures"]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return records[numbers.index(failed[0]["itemIdentifier"]) :] if failed else []


def of(record: dict[str, Any]) -> str:
    """The conversation of a record."""
    return Conversation.hash_key_of(record["dynamodb"]["Keys"]).partition("#")[2]


def down(*names: str) -> Takes:
    return lambda queue, body: queue not in names


def test_only_the_queues_that_failed_are_given_what_comes_again(world: World) -> None:
    records, sent = begun(world), Queues(world)
    for names in (("notify", "timers"), ("timers",)):
        sent.takes = down(*names)
        with pytest.raises(Failed, match="NotSent"):
            relay(records)
    assert (sent.events("routing"), sent.events("notify")) == ({ConversationBegun: 3}, {MessagePosted: 3})
    sent.takes = down()
    assert relay(records[:3]) == relay(records[3:]) == [], "halved, as a mapping does that bisects"
    assert sent.events("timers") == {DeadlineSet: 6}
    assert set(sent.taken.values()) == {1}


def test_what_comes_again_begins_with_the_first_record_that_is_not_published_in_full(world: World) -> None:
    records, sent = begun(world), Queues(world)
    missing = of(records[3])
    sent.takes = lambda queue, body: queue != "notify" or missing not in body
    again = relay(records)
    assert again == records[3:]
    policies.forget()  # in another process, which knows of nothing
    sent.takes = down()
    assert relay(again) == []
    repeated = {
        of(record) for record in records if any(of(record) in body for (_, body), times in sent.taken.items() if times > 1)
    }
    assert repeated == {of(record) for record in again}, "a new process repeats what stands behind the failure, and no more"


def test_a_record_that_can_t_be_read_holds_up_none_before_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "polydesk")
    records, sent = begun(world), Queues(world)
    change = records[3]["dynamodb"]
    records[3]["dynamodb"] = {**change, "NewImage": {"key": {"S": "what is this?#"}}}
    assert relay(records) == records[3:]
    assert sent.events("notify") == {MessagePosted: 1}
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert f"failed_id={records[3]['eventID']}" in line
    with pytest.raises(Failed):
        relay(records[3:])
    records[3]["dynamodb"] = change
    assert relay(records[3:]) == []
    assert sent.events("notify") == {MessagePosted: 3}
    assert set(sent.taken.values()) == {1}


def test_an_event_that_nobody_wants_costs_no_request_but_that_of_the_event_log(world: World) -> None:
    visitor = world.asking()
    world.settle()
    world.monkeypatch.setattr(publishing, "SUBSCRIBERS", dict(publishing.SUBSCRIBERS) | {ConversationPriorityChanged: ()})
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(priority="high"))
    records = world.records("conversations")
    with counted() as sent:
        assert relay(records) == []
    assert sent == ["BatchWriteItem"]


def test_each_subscriber_of_an_event_costs_one_request_for_ten(world: World) -> None:
    wanted = (publishing.ROUTING, publishing.NOTIFY, publishing.MAIL)
    world.monkeypatch.setattr(publishing, "SUBSCRIBERS", {ConversationPriorityChanged: wanted})
    told = [ConversationPriorityChanged(world.account, 1, f"c{at}", "low", "high") for at in range(20)]
    publishing.publish(told[:1], world.now)
    with counted() as sent:
        publishing.publish(told[1:], world.now)
    assert sent == ["SendMessageBatch"] * 3 * 2
    world.collect()
    came = Counter((queue, body) for _, queue, body in world.queued)
    assert came == {(queue, publishing.encode(event)): 1 for event in told for queue in wanted}
