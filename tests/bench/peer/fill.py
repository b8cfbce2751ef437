"""Fills the desk's tables with conversations, in the shape in which the models write them.

As in the peer: a third of a minute apart, every tenth of them open, held by three agents in turn. What is closed is listed
with its contact and never opened by the benchmark, so that its two messages and its number's claim are left out.
"""

import os
import time
from base64 import b64encode
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from chalicelib.models.attributes import KeyAttribute, UuidAttribute
from chalicelib.models.base import Table
from chalicelib.models.conversations import CLOSED, OPEN, Conversation, inbox_key, key, of_key
from chalicelib.models.messages import Message
from chalicelib.models.people import CONTACT, Person
from chalicelib.models.sequences import Sequence
from chalicelib.models.unique_names import new_name
from chalicelib.rules import ids, status
from tests.bench.web import Connection

_APART, _AFTER = 20_000, 60_000
_ANSWER = "Thank you. We have changed it for you; is there anything else?"
_BATCH = 25
#: A signature that the emulator does not check.
_SIGNED = "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
_HEADERS = {
    "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": _SIGNED,
    "Content-Type": "application/x-amz-json-1.0",
}
#: What stands in a serialized conversation for its number, its contact's, its two times and its four ids.
_NUMBER, _CONTACT_NUMBER, _AT, _ANSWERED = 900_000_001, 900_000_101, 1_111_111_111_111, 1_111_111_171_111
_IDS = tuple(f"{letter * 8}-0000-7000-8000-000000000000" for letter in "abcd")


def fill(port: int, account: str, agents: list[dict[str, Any]], size: int) -> None:
    """So many conversations of an account that has none, into the emulator on a port. `agents` as in desk.json."""
    connection = Connection(port)
    for batch in _batches(rows(account, agents, size, time.time_ns() // 1_000_000)):
        _put(connection, batch)
    _counted(account, agents, size)


def rows(account: str, agents: list[dict[str, Any]], size: int, now: int) -> Iterator[tuple[str, str]]:
    """Table and item, as JSON, of each row of so many conversations. `now` is the time of the last one (epoch milliseconds)."""
    texts = {(at, is_open): _texts(account, agents[at], is_open) for at in range(3) for is_open in (False, True)}
    for number in range(1, size + 1):
        values = _values(number, now - (size - number) * _APART)
        for table, text in texts[number % 3, number % 10 == 0]:
            yield table, _filled_in(text, values)


def _values(number: int, at: int) -> dict[str, str]:
    """What takes the markers' places."""
    new = {marker: ids.uuid7(at, os.urandom(10)) for marker in _IDS}
    times = {str(_AT): str(at), str(_ANSWERED): str(at + _AFTER)}
    packed = {form(marker): form(id_) for marker, id_ in new.items() for form in (_packed, KeyAttribute().serialize)}
    return {str(_CONTACT_NUMBER): str(number + 100), str(_NUMBER): str(number), **times, **new, **packed}


def _packed(id_: str) -> str:
    """An id as it is sent where it is stored in 16 bytes."""
    return b64encode(UuidAttribute().serialize(id_)).decode()


def _filled_in(text: str, values: dict[str, str]) -> str:
    for marker, value in values.items():
        text = text.replace(marker, value)
    return text


def _batches(rows: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _put(connection: Connection, batch: list[tuple[str, str]]) -> None:
    """One request. An emulator in memory leaves nothing of it undone."""
    tables: dict[str, list[str]] = {}
    for table, item in batch:
        tables.setdefault(table, []).append(f'{{"PutRequest":{{"Item":{item}}}}}')
    requests = ",".join(f'"{table}":[{",".join(items)}]' for table, items in tables.items())
    connection.request("POST", "/", f'{{"RequestItems":{{{requests}}}}}', _HEADERS)


def _texts(account: str, agent: dict[str, Any], is_open: bool) -> list[tuple[str, str]]:
    """Table and item, with markers, of each row of a conversation."""
    rows = _conversation(account, agent, is_open)
    return [(row.Meta.table_name, msgspec.json.encode(row.serialize()).decode()) for row in rows]


def _conversation(account: str, agent: dict[str, Any], is_open: bool) -> Iterator[Table]:
    contact, id_, asked, answer = _IDS
    yield Person(
        account,
        contact,
        kind=CONTACT,
        number=_CONTACT_NUMBER,
        name="Unknown Area.User",
        email=f"customer{_NUMBER}@desk.example",
        created_at=_AT,
        updated_at=_AT,
        chat=id_,
    )
    conversation = _summary(account, agent, is_open)
    yield conversation
    if is_open:
        yield new_name(account, "conversation", str(_NUMBER), id_)
        question = f"How do I change the address of my order {_NUMBER}? It has not left yet."
        yield _message(conversation, 1, asked, question, (contact, _CONTACT_NUMBER, status.CONTACT), _AT)
        yield _message(conversation, 2, answer, _ANSWER, (agent["user_uuid"], agent["id"], status.STAFF), _ANSWERED)


def _summary(account: str, agent: dict[str, Any], is_open: bool) -> Conversation:
    contact, id_, _, answer = _IDS
    return Conversation(
        key(account, id_),
        version=4,
        number=_NUMBER,
        channel="chat",
        subject="Unknown Area.User",
        status=status.PENDING_EXTERNAL if is_open else status.CLOSED,
        contact_key=of_key(account, contact),
        contact_number=_CONTACT_NUMBER,
        inbox_key=inbox_key(account, OPEN if is_open else CLOSED),
        created_at=_AT,
        status_since=_ANSWERED,
        closed_at=None if is_open else _ANSWERED,
        last_activity_at=_ANSWERED,
        assignee=agent["user_uuid"],
        assignee_number=agent["id"],
        assigned_at=_AT,
        picked_at=_ANSWERED,
        holder_key=of_key(account, agent["user_uuid"]) if is_open else None,
        held_since=_AT if is_open else None,
        message_count=2,
        last_message=answer,
        preview=_ANSWER,
        last_sender=agent["user_uuid"],
        last_sender_number=agent["id"],
        last_sender_kind=status.STAFF,
        is_read=True,
    )


def _message(conversation: Conversation, sequence: int, id_: str, body: str, sender: tuple[str, int, str], at: int) -> Message:
    return Message(
        conversation.key,
        id_,
        conversation_number=_NUMBER,
        sequence=sequence,
        public_sequence=sequence,
        kind="reply",
        format="text",
        source="chat" if sequence == 1 else "api",
        body=body,
        sender=sender[0],
        sender_number=sender[1],
        sender_kind=sender[2],
        created_at=at,
    )


def _counted(account: str, agents: list[dict[str, Any]], size: int) -> None:
    """What the account's numbers and its agents' loads are after that."""
    for kind, value in (("conversation", size), ("person", size + 100)):
        Sequence(f"{account}#number#{kind}", value=value).save()
    for at, agent in enumerate(agents[:3]):
        held = sum(number % 3 == at for number in range(10, size + 1, 10))
        Person(account, agent["user_uuid"]).update([Person.open_conversations.set(held)])
