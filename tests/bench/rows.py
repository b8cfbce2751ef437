"""Fills an account with closed conversations, as rows straight into the tables: through the use cases it would take hours."""

import http.client
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any

import boto3
import msgspec

from chalicelib import config
from chalicelib.models import conversations, people, summaries
from chalicelib.models.conversations import CLOSED, Conversation
from chalicelib.models.stamps import Stamp
from chalicelib.rules import ids, lifecycle
from tests.world import World

Row = dict[str, dict[str, Any]]
#: Milliseconds between the last activities of two filled conversations: a million of them are 23 days.
_APART = 2_000
#: Filled conversations that have contacts of their own, for an inbox page's includes; and those that are open, one agent's.
WITH_CONTACTS, HELD = 100, 20
#: Beside these every tenth is open down to this one, so that there is more than a page of them; all others are closed.
_OPEN_UNTIL = 600


def fill(world: World, first: int, last: int) -> None:
    """Conversations number `first` to before `last`, older the higher, like the one of a visitor who has come and gone."""
    with without_stream(world):
        put("people", (_contact(world, at) for at in range(first, min(last, WITH_CONTACTS))))
        like = pattern(world)
        put("conversations", (_conversation(world, like, at) for at in range(first, last)))


@contextmanager
def without_stream(world: World) -> Iterator[None]:
    """Meanwhile nobody hears of written conversations; afterwards of those that are written from then on."""
    _stream(on=False)
    yield
    _stream(on=True)
    world.listen()


def _stream(*, on: bool) -> None:
    """Turns the stream of conversations: the emulator writes three times as fast without."""
    view: Any = {"StreamEnabled": on, **({"StreamViewType": "NEW_AND_OLD_IMAGES"} if on else {})}
    boto3.client("dynamodb").update_table(TableName=config.table("conversations"), StreamSpecification=view)


def pattern(world: World) -> Row:
    """The row of a conversation that went through the use cases, answered by an agent and closed."""
    visitor = world.visitor()
    visitor.say("Hello, I would like to know where my order is, it was to be here on Monday.")
    found = conversations.get(world.account, visitor.conversation)
    assert found is not None
    agent = world.agents[1]
    assigned = lifecycle.assigned(world.now, agent.id, agent.number, []) | lifecycle.closed(world.now)
    summaries.updates(found, assigned, Stamp(world.now))
    return dict(found.serialize())


def _conversation(world: World, like: Row, at: int) -> Row:
    moment = world.now - (at + 1) * _APART
    own, number = ids.uuid7(moment, at.to_bytes(10, "big")), 10**6 + at
    row = Conversation.from_raw_data(like)
    row.key, row.number = conversations.key(world.account, own), number
    row.contact_key, row.created_at = conversations.of_key(world.account, _contact_id(world, at)), moment
    row.last_activity_at, row.holder_key, row.held_since = moment, None, None
    if at < HELD:
        holder = conversations.of_key(world.account, world.agents[1].id)
        row.holder_key, row.held_since = holder, moment
    row.status = "new" if at < HELD or (at % 10 == 0 and at < _OPEN_UNTIL) else CLOSED
    row.inbox_key = row.listed_key
    return dict(row.serialize())


def _contact_id(world: World, at: int) -> str:
    return ids.uuid7(world.now, (2**40 + at).to_bytes(10, "big"))


def _contact(world: World, at: int) -> Row:
    person = people.Person(
        world.account,
        _contact_id(world, at),
        kind=people.CONTACT,
        number=10**6 + at,
        name="Unknown Area.User",
        email=f"{at:032x}@{world.account}",
        created_at=world.now,
        updated_at=world.now,
    )
    return dict(person.serialize())


def put(table: str, rows: Iterable[Row]) -> None:
    """Writes rows, 25 a request."""
    with _emulator() as client:
        left = iter(rows)
        while batch := list(islice(left, 25)):
            _send(client, {config.table(table): [{"PutRequest": {"Item": row}} for row in batch]})


def write(requests: dict[str, list[dict[str, Any]]]) -> None:
    """Writes and deletes rows of tables, 25 at most."""
    with _emulator() as client:
        _send(client, requests)


def _emulator() -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL_DYNAMODB"].removeprefix("http://")))


def _send(client: http.client.HTTPConnection, requests: dict[str, list[dict[str, Any]]]) -> None:
    """Over plain HTTP: botocore takes longer to check a batch than the emulator to store it."""
    client.request("POST", "/", msgspec.json.encode({"RequestItems": requests}), _HEADERS)
    answer = client.getresponse()
    said = msgspec.json.decode(answer.read())
    if answer.status != 200 or said["UnprocessedItems"]:
        raise RuntimeError(f"the emulator refused a batch: {answer.status} {said}")


_HEADERS = {
    "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "20270101T000000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=bench/20270101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=0",
}
