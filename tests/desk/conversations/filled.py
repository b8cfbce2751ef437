"""Conversations of one account as a test wants them, straight in moto's tables, and what a look at each of them finds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as some
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from chalicelib.context import AGENT as LEVEL
from chalicelib.context import Caller, Context
from chalicelib.desk.core import cache
from chalicelib.models import conversations, details, labels, summaries, unique_names
from chalicelib.models.base import Table
from chalicelib.models.conversations import CLOSED, Conversation
from chalicelib.models.details import Details, Mention
from chalicelib.models.stamps import Stamp
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import ids
from tests.models.test_inbox import ACCOUNT, id_of
from tests.streams_and_queues import START

#: The caller's own number among agents, and the latest moment at which a row was written.
ME, NOW = 7, START + 10_000


@dataclass(frozen=True)
class Row:
    """A conversation: what lists look at, by the core's names of fields, and its tags, mentions and order number."""

    at: int = START
    changed: int = START
    created: int = START
    status: str = "new"
    priority: str = "normal"
    channel: str = "chat"
    contact: int = 1
    assignee: int | None = None
    group: int | None = None
    creator: int | None = None
    is_read: bool = False
    is_answered: bool = True
    is_deleted: bool = False
    subject: str = "a parcel"
    tags: tuple[int, ...] = ()
    mentions: dict[int, bool] = field(default_factory=dict)
    order: str | None = None

    def facts(self, number: int) -> dict[str, Any]:
        """What conditions look at, of the row with this number."""
        return {
            "number": number,
            "status": self.status,
            "priority": self.priority,
            "channel": "portal" if self.channel == "chat" else self.channel,
            "contact_number": self.contact,
            "assignee_number": self.assignee,
            "group_number": self.group,
            "creator_number": self.contact if self.creator is None else self.creator or None,
            "is_read": self.is_read,
            "subject": self.subject,
            "preview": f"words {number}" if self.is_answered else None,
            "tags": self.tags,
            "mentioned": tuple(self.mentions),
            "custom:2": self.order,
            "created_at": self.created,
            "last_activity_at": self.at if self.is_answered else None,
            "changed_at": max(self.changed, self.at),
            "status_since": self.created,
            "has_draft": False,
        }


_moment = some.integers(START, START + 6)
ROWS = some.lists(
    some.builds(
        Row,
        at=_moment,
        changed=_moment,
        created=_moment,
        status=some.sampled_from(["new", "on_hold", "pending_external", CLOSED, CLOSED]),
        priority=some.sampled_from(["urgent", "normal", "low"]),
        channel=some.sampled_from(["chat", "portal", "email"]),
        contact=some.integers(1, 3),
        assignee=some.sampled_from([None, ME, 8]),
        group=some.sampled_from([None, 1, 2]),
        creator=some.sampled_from([None, 0, ME]),
        is_read=some.booleans(),
        is_answered=some.booleans(),
        is_deleted=some.sampled_from([False, False, False, True]),
        subject=some.sampled_from(["a parcel", "A Bill", "paßword lost"]),
        tags=some.sampled_from([(), (1,), (2,), (1, 2)]),
        mentions=some.sampled_from([{}, {ME: True}, {ME: False, 8: False}]),
        order=some.sampled_from([None, "A 1", "B 2"]),
    ),
    max_size=10,
)


def ctx(now: int = NOW) -> Context:
    """A context of the agent with the number ME."""
    return Context(Caller(ACCOUNT, LEVEL, _person(ME), ME), now=now, pause=lambda _: None)


def _person(number: int) -> str:
    return ids.uuid7(START + 5, number.to_bytes(10, "big"))


def _summary(number: int, row: Row) -> Conversation:
    one = Conversation(conversations.key(ACCOUNT, id_of(number)), version=1, number=number, subject=row.subject)
    one.channel, one.status, one.priority, one.is_read = row.channel, row.status, row.priority, row.is_read
    one.contact_number, one.contact_key = row.contact, conversations.of_key(ACCOUNT, _person(row.contact))
    one.assignee_number, one.assignee = row.assignee, _person(row.assignee) if row.assignee else None
    one.group_number, one.group = row.group, _person(row.group) if row.group else None
    one.creator_number, one.created_at, one.status_since = row.creator, row.created, row.created
    one.last_activity_at, one.changed_at = row.at, row.changed
    # One that nobody has answered has a note.
    one.message_count, one.note_count, one.reassign_at = 1, int(not row.is_answered), NOW + 10**6
    one.last_message, one.preview = (id_of(number), f"words {number}") if row.is_answered else (None, None)
    one.has_tags, one.has_details = bool(row.tags) or None, bool(row.mentions or row.order) or None
    one.deleted_at = row.at if row.is_deleted else None
    summaries.updates(one, {}, Stamp(row.at))
    return one


def _beside(number: int, row: Row) -> Iterable[Table]:
    key = conversations.key(ACCOUNT, id_of(number))
    mentions = {agent: Mention(number + 1, is_read) for agent, is_read in row.mentions.items()}
    values = details.DetailChanges({"order": row.order}, tags=row.tags, mentions=mentions).values()
    yield Details(details.key(key), **{name: value for name, value in values.items() if value})
    yield from (labels.row(key, labels.tag(tag), row.at) for tag in row.tags)
    yield from (labels.row(key, labels.mention(agent), row.at) for agent in row.mentions)


def fill(rows: list[Row]) -> None:
    """The rows and no others, numbered from 0, as a process finds them that knows nothing yet."""
    cache.clear_all()
    unique_names._numbered.cache_clear()
    _replace(Conversation, [one for number, row in enumerate(rows) for one in (_summary(number, row), *_beside(number, row))])
    names = [unique_names.new_name(ACCOUNT, "person", str(number), _person(number)) for number in (1, 2, 3)]
    _replace(UniqueName, names)


def _replace(model: type[Table], rows: list[Any]) -> None:
    items = dynamodb_backends["123456789012"]["us-east-1"].tables[str(model.Meta.table_name)].items
    items.clear()
    for row in rows:
        key = DynamoType(model.raw(key=row.key)["k"])
        items[key] = Item(key, None, row.serialize())  # type: ignore[assignment]
