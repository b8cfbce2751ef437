"""A handler's CPU over that of its requests alone, sent by boto3's own client: what any program would need for them, and what
does not change where ours needs less. The same parameters, emulator and rows, in turns.

What a call has written is undone before the next, so that both sides write the same rows under the same conditions.
"""

import copy
import gc
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

import boto3
import pytest
from chalice.local import LambdaContext

import app
from chalicelib.models import base, conversations
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Message
from tests.bench import aws, rows
from tests.bench.calls import TEXT
from tests.bench.figures import Report, ratio
from tests.bench.gateway import event
from tests.visitors import Visitor
from tests.world import World

#: Rounds, and calls of one side in a round; the first of them finds the caches filled by the other side and is not counted.
_ROUNDS, _AT_ONCE, _WARM = 40, 6, 5
_BUDGET = 1.0
Sent = list[tuple[str, dict[str, Any]]]


@dataclass
class Race:
    """One call of the handler against what it sends. CPU times are seconds of this thread."""

    event: dict[str, Any]
    undo: Callable[[], None]
    sent: Sent = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    handler: list[float] = field(default_factory=list)
    client: list[float] = field(default_factory=list)
    boto3: list[float] = field(default_factory=list)

    def run(self, rounds: int) -> None:
        """Rounds of each side in turn."""
        self.sent = self._recorded()
        for _ in range(rounds):
            self.handler += self._timed(self._handle)
            self.client += self._timed(lambda: self._replay(base.connection.client))
            self.boto3 += self._timed(lambda: self._replay(_plain()))

    def _recorded(self) -> Sent:
        with _recording() as sent:
            self._handle()
        self.undo()
        assert self.answer["statusCode"] == 200 and json.loads(self.answer["body"]).get("error_code", 0) == 0, self.answer
        return sent

    def _timed(self, act: Callable[[], None]) -> list[float]:
        return [self._once(act) for _ in range(_AT_ONCE)][1:]

    def _once(self, act: Callable[[], None]) -> float:
        gc.collect(0)
        gc.disable()
        before = time.thread_time()
        act()
        spent = time.thread_time() - before
        gc.enable()
        self.undo()
        return spent

    def _handle(self) -> None:
        self.answer = app.app(self.event, _LAMBDA)

    def _replay(self, client: Any) -> None:
        for operation, parameters in self.sent:
            client._make_api_call(operation, parameters)


_LAMBDA = LambdaContext("api_handler", 512)
_clients: list[Any] = []


def _plain() -> Any:
    """A client as boto3 makes it."""
    if not _clients:
        _clients.append(boto3.client("dynamodb"))
    return _clients[0]


@contextmanager
def _recording() -> Iterator[Sent]:
    sent: Sent = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        sent.append((model.name, copy.deepcopy(params)))

    events = base.connection.client.meta.events
    events.register("provide-client-params", note)
    try:
        yield sent
    finally:
        events.unregister("provide-client-params", note)


def _answered(world: World) -> Visitor:
    """A conversation with a hundred messages, answered by an agent."""
    visitor = world.visitor()
    visitor.say(TEXT)
    headers, path = world.bearer(), "/api/v3/anytime/conversations"
    (found, *_) = world.call("GET", path, **headers).body["conversations"]
    reply = {"type": "reply", "plainBody": TEXT}
    assert world.call("POST", f"{path}/{found['id']}/messages", reply, **headers).status == 200
    for _ in range(100):
        visitor.say(TEXT)
    return visitor


def _races(world: World) -> dict[str, Race]:
    visitor, world_token = _answered(world), f"OAuth {world._kept('PPCOM')}"
    page = {"conversation_uuid": visitor.conversation, "user_uuid": visitor.id, "page_size": 30}
    post = {**_POST, "app_uuid": world.account, "conversation_uuid": visitor.conversation, "from_uuid": visitor.id}
    bearer = world.bearer()["Authorization"]
    return {
        "post": Race(
            event("POST", "/api/PP_SEND_MESSAGE", post | {"to_uuid": visitor.conversation}, world_token), _undo(world, visitor)
        ),
        "history page of 30": Race(event("POST", "/api/PP_PAGE_HISTORY_MESSAGE", page, world_token), _nothing),
        "inbox page of 50": Race(event("GET", "/api/v3/anytime/conversations", None, bearer), _nothing),
    }


_POST = {
    "uuid": "01900000-0000-7000-8000-000000000001",
    "from_type": "DU",
    "to_type": "AP",
    "device_uuid": "d",
    "message_type": "NOTI",
    "message_subtype": "TEXT",
    "message_body": TEXT,
}


def _nothing() -> None:
    """A read leaves nothing to be undone."""


def _undo(world: World, visitor: Visitor) -> Callable[[], None]:
    """Puts the conversation back as it is now, and takes the posted message away: not with botocore, which would find its own
    code in the processor's caches then, and the handler would not.
    """
    client, key = boto3.client("dynamodb"), conversations.key(world.account, visitor.conversation)
    tables = {name: f"polydesk-dev-{name}" for name in ("conversations", "messages")}
    before = client.get_item(TableName=tables["conversations"], Key=Conversation.raw(key=key), ConsistentRead=True)["Item"]
    message = Message.raw(conversation_key=key, id=_POST["uuid"])

    back: dict[str, list[dict[str, Any]]] = {tables["conversations"]: [{"PutRequest": {"Item": before}}]}
    return partial(rows.write, back | {tables["messages"]: [{"DeleteRequest": {"Key": message}}]})


def measure(report: Report) -> None:
    """A ratio a call: ours over boto3's own client's, and over our client's."""
    with aws.tables(report.data), pytest.MonkeyPatch.context() as patch:
        world = World(patch)
        rows.fill(world, 0, 60)
        for name, race in _races(world).items():
            race.run(_WARM)
            race = Race(race.event, race.undo)
            race.run(_ROUNDS)
            _tell(report, name, race)


def _tell(report: Report, name: str, race: Race) -> None:
    sent = ", ".join(operation for operation, _ in race.sent)
    report.add(
        name, ratio(race.handler, race.boto3), "x", _BUDGET, f"over {sent} by boto3's own client, which checks its parameters"
    )
    report.add(f"{name}: over our client", ratio(race.handler, race.client), "x", note="which the handler uses")
    report.add(f"{name}: CPU", median(race.handler) * 1000, "ms", note="on this machine; cost reckons with it")
