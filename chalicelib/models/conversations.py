"""Conversations: one summary row each, written with every message; rows of members stand beside them (memberships.py).

Key account#conversation spreads the load. `by_activity` is the only index that a message touches; the others
hold keys and change when a conversation is opened, assigned or closed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pynamodb.attributes import ListAttribute, VersionAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models import details, people
from chalicelib.models.base import (
    BooleanAttribute,
    IntegerAttribute,
    SetAll,
    Table,
    UnicodeAttribute,
    conditional,
    read,
    transaction,
)
from chalicelib.models.claims import Claim, claim
from chalicelib.models.details import Details
from chalicelib.models.people import Person
from chalicelib.rules import steps
from chalicelib.rules.steps import Standing, Step

#: Stands in `by_assignee` where nobody is assigned yet.
WAITING = "waiting"
#: Kind of a conversation among agents; one with a contact has none.
INTERNAL = "internal"
#: Rows of what waits that one request reads, and requests that one look at it may take.
_A_PAGE, _MOST_PAGES = 1000, 20
_LISTED = ["number", "channel", "subject", "status", "priority", "of_contact", "contact_number", "group", "group_number"]
_LISTED += ["assignee", "assignee_number", "assigned_at", "picked_at", "created_at", "status_since", "closed_at"]
_LISTED += ["message_count", "note_count", "last_message", "preview", "last_sender", "last_sender_number"]
_LISTED += ["last_sender_kind", "is_read", "is_read_by_contact", "facts"]


class ByActivity(GlobalSecondaryIndex["Conversation"]):
    """Inbox: an account's conversations by last activity, with all that lists show and filter on."""

    class Meta:
        index_name = "by_activity"
        projection = IncludeProjection(_LISTED)

    inbox = UnicodeAttribute(hash_key=True)
    last_activity_at = IntegerAttribute(range_key=True)


class ByAssignee(GlobalSecondaryIndex["Conversation"]):
    """Open conversations of an agent, or those that wait for one, by when that began, with whom they are for."""

    class Meta:
        index_name = "by_assignee"
        projection = IncludeProjection(["group", "domain"])

    held_by = UnicodeAttribute(hash_key=True)
    held_since = IntegerAttribute(range_key=True)


class ByConversation(GlobalSecondaryIndex["Conversation"]):
    """Members by name of a conversation, in the order in which they came: only their rows stand in it."""

    class Meta:
        index_name = "by_conversation"
        projection = KeysOnlyProjection()

    member_of = UnicodeAttribute(hash_key=True)
    created_at = IntegerAttribute(range_key=True)


class ByContact(GlobalSecondaryIndex["Conversation"]):
    """A contact's conversations by creation."""

    class Meta:
        index_name = "by_contact"
        projection = KeysOnlyProjection()

    of_contact = UnicodeAttribute(hash_key=True)
    created_at = IntegerAttribute(range_key=True)


class Conversation(Table):
    """The summary, below 1 KB (a message pays for it), so nothing stands in it twice. Times are epoch milliseconds;
    `*_number` are the dialects' integer ids of the same things.
    """

    class Meta:
        table_name = config.table("conversations")

    key = UnicodeAttribute(hash_key=True)
    number = IntegerAttribute()
    version = VersionAttribute()
    channel = UnicodeAttribute()
    subject = UnicodeAttribute()
    status = UnicodeAttribute()
    priority = UnicodeAttribute(default="normal")
    kind = UnicodeAttribute(null=True)
    contact_number = IntegerAttribute()
    group = UnicodeAttribute(null=True)
    group_number = IntegerAttribute(null=True)
    #: Number of the domain on whose page it was started.
    domain = IntegerAttribute(null=True)
    created_at = IntegerAttribute()
    status_since = IntegerAttribute()
    closed_at = IntegerAttribute(null=True)

    assignee = UnicodeAttribute(null=True)
    assignee_number = IntegerAttribute(null=True)
    assigned_at = IntegerAttribute(null=True)
    picked_at = IntegerAttribute(null=True)
    #: Agents it has been assigned to since it was opened, oldest first: a handful at most.
    tried: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, default=list)
    attempts = IntegerAttribute(default=0)

    message_count = IntegerAttribute(default=0)
    note_count = IntegerAttribute(default=0)
    #: Members by name, and how many of them are agents; None where there are none.
    member_count = IntegerAttribute(null=True)
    agent_count = IntegerAttribute(null=True)
    last_activity_at = IntegerAttribute()
    last_message = UnicodeAttribute(null=True)
    #: The beginning of the last public message.
    preview = UnicodeAttribute(null=True)
    last_sender = UnicodeAttribute(null=True)
    last_sender_number = IntegerAttribute(null=True)
    last_sender_kind = UnicodeAttribute(null=True)
    is_read = BooleanAttribute(default=False)
    is_read_by_contact = BooleanAttribute(default=False)

    #: How many steps its details have been told of (rules.steps), and whether they have facts, None where not.
    steps = IntegerAttribute(default=0)
    facts = BooleanAttribute(null=True)

    reassign_at = IntegerAttribute(null=True)
    warn_at = IntegerAttribute(null=True)
    close_at = IntegerAttribute(null=True)

    #: None for an internal one: lists of the account leave it out.
    inbox = UnicodeAttribute(null=True)
    held_by = UnicodeAttribute(null=True)
    held_since = IntegerAttribute(null=True)
    of_contact = UnicodeAttribute()

    by_activity = ByActivity()
    by_assignee = ByAssignee()
    by_conversation = ByConversation()
    by_contact = ByContact()

    @property
    def account(self) -> str:
        """Whose it is."""
        return self.key.partition("#")[0]

    @property
    def id(self) -> str:
        """Its uuid, from a member's row, too."""
        return self.key.split("#")[1]

    @property
    def contact(self) -> str:
        """Uuid of the person it is with; of the agent who began an internal one."""
        return self.of_contact.partition("#")[2]

    @property
    def last_message_at(self) -> int | None:
        """When the last public message came."""
        return self.last_activity_at if self.last_message else None

    @property
    def waits_since(self) -> int | None:
        """Since when it waits for an agent; None where it does not."""
        return self.held_since if self.held_by == of_key(self.account, WAITING) else None

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return self.status != "closed"

    @property
    def is_internal(self) -> bool:
        """Whether it is among agents."""
        return self.kind == INTERNAL

    @property
    def is_routed(self) -> bool:
        """Whether an agent is to be found for it."""
        return not self.is_internal and not self.agent_count

    @property
    def standing(self) -> Standing:
        """What its steps are changes of."""
        return Standing(self.status, self.assignee)

    @property
    def public_count(self) -> int:
        """How many messages the contact may see."""
        return self.message_count - self.note_count

    @property
    def holder(self) -> str | None:
        """Hash key under which it is held now: its agent's, or where it waits for one."""
        held = self.is_open and not self.is_internal and (self.assignee or self.is_routed)
        return of_key(self.account, self.assignee or WAITING) if held else None


def key(account: str, conversation: str) -> str:
    """Hash key of a conversation, and of its messages."""
    return f"{account}#{conversation}"


def is_summary(row_key: str) -> bool:
    """Whether a key of the table is a conversation's own, and not that of a row beside it."""
    return row_key.count("#") == 1


def inbox_key(account: str) -> str:
    """Hash key of the inbox. The shard after it is for accounts past 500 messages a second (README, decision 3)."""
    return f"{account}#0"


def of_key(account: str, holder: str) -> str:
    """Hash key of what an agent holds, a contact has, or of what waits."""
    return f"{account}#{holder}"


def get(account: str, conversation: str) -> Conversation | None:
    """One conversation, read consistently: one request."""
    return None if "#" in conversation else Conversation.find(key(account, conversation))


def get_many(account: str, ids: Sequence[str], *, consistent: bool = False) -> list[Conversation]:
    """Those that exist, in the order asked for: one request for each hundred."""
    keys = [key(account, id_) for id_ in ids]
    found = {row.key: row for row in Conversation.batch_get(keys, consistent_read=consistent)} if keys else {}
    return [found[key_] for key_ in keys if key_ in found]


def with_details(account: str, ids: Sequence[str]) -> list[tuple[Conversation, Details | None]]:
    """The same with their details: one request for each fifty."""
    keys = [key(account, id_) for id_ in ids]
    found = read({Conversation: [{"key": {"S": one}} for of in keys for one in (of, details.key(of))]})[Conversation]
    items = {item["key"]["S"]: item for item in found}
    beside = {of: Details.from_raw_data(items[details.key(of)]) for of in keys if details.key(of) in items}
    return [(Conversation.from_raw_data(items[of]), beside.get(of)) for of in keys if of in items]


def details_of(account: str, ids: Sequence[str]) -> dict[str, Details]:
    """The details that there are of conversations, by uuid: one request for each hundred, none for none."""
    keys = [details.key(key(account, id_)) for id_ in ids]
    return {row.key.split("#")[1]: row for row in Details.batch_get(keys, consistent_read=True)} if keys else {}


def held(account: str, holder: str, limit: int, *, newest_first: bool) -> list[str]:
    """Ids of the conversations that an agent has or is a member of, or of what waits, by when that began: one request."""
    rows = Conversation.by_assignee.query(of_key(account, holder), scan_index_forward=not newest_first, limit=limit)
    return list(dict.fromkeys(row.id for row in rows))


def waiting(account: str) -> Iterator[tuple[str, str | None, int | None]]:
    """Ids, groups and domains of what waits for an agent, the longest wait first, a moment old: a request for each thousand read.

    Ends after 20,000, so that it costs a bounded number of requests whatever waits.
    """
    rows = Conversation.by_assignee.query(of_key(account, WAITING), page_size=_A_PAGE)
    for page_ in islice(rows.page_iter, _MOST_PAGES):
        for row in map(Conversation.from_raw_data, page_["Items"]):
            yield row.id, row.group, row.domain


def count_waiting(account: str) -> int:
    """How many wait for an agent, a moment old: one request for each MB of them, which is thousands."""
    return Conversation.by_assignee.count(of_key(account, WAITING))


def of_contact(account: str, contact: str, limit: int) -> list[str]:
    """Ids of a contact's conversations, the newest first, a moment old: one request."""
    rows = Conversation.by_contact.query(of_key(account, contact), scan_index_forward=False, limit=limit)
    return list(dict.fromkeys(row.key.split("#")[1] for row in rows))


def open_(conversation: Conversation, before: str | None = None) -> None:
    """Stores a new conversation, its number, that it is its contact's chat now, and its agent's load where it has one.

    `before` is the chat that the contact had. Raises Refused where he has another, so that he opens one at a time.
    """
    with transaction() as write:
        _begin(write, conversation)
        people.starts_chat(write, conversation.account, conversation.contact, conversation.id, before)
        move(write, conversation.account, Loads(held=conversation.assignee), conversation.created_at)


def open_further(conversation: Conversation, name: Claim | None, members: Sequence[Table]) -> None:
    """Stores a new one that is nobody's chat, with its members' rows and another name. Raises Refused where that is taken."""
    with transaction() as write:
        _begin(write, conversation)
        if name:
            write.save(name, condition=Claim.key.does_not_exist())
        for row in members:
            write.save(row)
        if conversation.assignee and not conversation.is_internal:
            people.hold(write, conversation.account, conversation.assignee, conversation.created_at)


def _begin(write: TransactWrite, conversation: Conversation) -> None:
    row = claim(conversation.account, "conversation", str(conversation.number), conversation.id)
    conversation.inbox = None if conversation.is_internal else inbox_key(conversation.account)
    conversation.held_by = conversation.holder
    conversation.held_since = conversation.created_at if conversation.held_by else None
    if conversation.assignee and not conversation.is_internal:
        conversation.steps = 1
        details.write(write, conversation.key, Step(steps.ASSIGNED, conversation.created_at), 0, {})
    write.save(conversation, condition=Conversation.key.does_not_exist())
    write.save(row, condition=Claim.key.does_not_exist())


def apply(
    write: TransactWrite,
    conversation: Conversation,
    changes: dict[str, Any],
    now: int,
    facts: Mapping[str, str | None] | None = None,
    *,
    escalates: bool = False,
) -> None:
    """Within a transaction: the changes of a summary on the version that was read, the step that they are, and facts.

    Applies them to the object, too, so that it can be shown; drop it where the write is refused.
    """
    kind = step_of(conversation, changes, escalates=escalates)
    details.write(write, conversation.key, Step(kind, now) if kind else None, conversation.steps, facts or {})
    changes = changes | ({"steps": conversation.steps + 1} if kind else {}) | ({"facts": True} if facts else {})
    write.update(conversation, updates(conversation, changes, now))


def step_of(conversation: Conversation, changes: dict[str, Any], *, escalates: bool = False) -> str | None:
    """The step (rules.steps) that changes are, None where they are none or the conversation is internal."""
    after = Standing(changes.get("status", conversation.status), changes.get("assignee", conversation.assignee))
    return None if conversation.is_internal else steps.kind(conversation.standing, after, escalates=escalates)


def updates(conversation: Conversation, changes: dict[str, Any], now: int) -> list[Action]:
    """The actions that write the changes, and with them the keys of the indexes that follow from them. Applies them, too."""
    for name, value in changes.items():
        setattr(conversation, name, value)
    holder = conversation.holder
    if conversation.held_by != holder:
        changes = {**changes, "held_by": holder, "held_since": now if holder else None}
        conversation.held_by, conversation.held_since = holder, now if holder else None
    removed = [getattr(Conversation, name).remove() for name, value in changes.items() if value is None]
    return [SetAll(Conversation, {name: value for name, value in changes.items() if value is not None}), *removed]


@dataclass(frozen=True, slots=True)
class Loads:
    """Agents whose load a change moves: `freed` and `held` by id, `routed` as routing read him."""

    freed: str | None = None
    held: str | None = None
    routed: Person | None = None

    @property
    def moved(self) -> bool:
        """Whether any load moves: from an agent to himself none does."""
        return self.routed is not None or self.freed != self.held


def change(
    conversation: Conversation,
    changes: dict[str, Any],
    now: int,
    loads: Loads = Loads(),
    *,
    escalates: bool = False,
    facts: Mapping[str, str | None] | None = None,
) -> None:
    """Writes a change that was decided on the version read, the step that it is, the loads it moves and facts: one request,
    half as dear without these. `escalates` says that a new agent is a supervisor.

    Raises Refused where the conversation, or a routed agent's load or presence, is no longer as it was read.
    """
    if not (loads.moved or facts or step_of(conversation, changes)):
        with conditional():
            conversation.update(updates(conversation, changes, now))
        return
    with transaction() as write:
        apply(write, conversation, changes, now, facts, escalates=escalates)
        move(write, conversation.account, loads, now)


def move(write: TransactWrite, account: str, loads: Loads, now: int) -> None:
    """Within a transaction: the loads that a change of a conversation moves."""
    if loads.routed:
        people.take_up(write, loads.routed, now)
    if loads.freed == loads.held:
        return
    if loads.freed:
        people.free(write, account, loads.freed)
    if loads.held:
        people.hold(write, account, loads.held, now)
