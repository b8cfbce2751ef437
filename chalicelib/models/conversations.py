"""Conversations: one summary row each, written with every message; rows of members are beside it (memberships.py).

Key account#conversation spreads the load. The indexes are in conversation_indexes.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pynamodb.attributes import ListAttribute

from chalicelib import config
from chalicelib.models import letters
from chalicelib.models.attributes import (
    BooleanAttribute,
    IntegerAttribute,
    KeyAttribute,
    UnicodeAttribute,
    UuidAttribute,
    VersionAttribute,
    WordAttribute,
)
from chalicelib.models.base import Table
from chalicelib.models.conversation_indexes import ByActivity, ByAssignee, ByContact, ByConversation, ByLabel
from chalicelib.models.status_history import Ownership

#: Takes the agent's place in `by_assignee` while nobody is assigned.
WAITING = "waiting"
#: Partitions of the inbox, so that open ones are found whatever lies closed. CLOSED is also the status of what has ended.
OPEN, CLOSED, DELETED = "open", "closed", "deleted"
#: Kind of a conversation among agents; one with a contact has none.
INTERNAL = "internal"
#: Rows that one request looks through.
_A_PAGE = 1000


class Conversation(Table):
    """The summary, below 900 bytes because every message pays for it, so it has nothing twice. Times are epoch milliseconds;
    `*_number` are the dialects' integer ids of the same things.
    """

    class Meta:
        table_name = config.table("conversations")

    key = KeyAttribute(hash_key=True, attr_name="k")
    number = IntegerAttribute(attr_name="nu")
    version = VersionAttribute(attr_name="v")
    channel = WordAttribute(letters.CHANNEL, attr_name="ch")
    subject = UnicodeAttribute(attr_name="su")
    status = WordAttribute(letters.STATUS, attr_name="st")
    priority = WordAttribute(letters.PRIORITY, default="normal", attr_name="pr")
    kind = UnicodeAttribute(null=True, attr_name="ki")
    contact_number = IntegerAttribute(attr_name="cn")
    #: Integer id of the agent who created it, 0 for the system. None where its contact did.
    creator_number = IntegerAttribute(null=True, attr_name="cu")
    group = UuidAttribute(null=True, attr_name="gr")
    group_number = IntegerAttribute(null=True, attr_name="gn")
    #: The address of an e-mail account that its first mail came to.
    received_from = UnicodeAttribute(null=True, attr_name="rf")
    #: Number of the domain on whose page it was started.
    domain = IntegerAttribute(null=True, attr_name="do")
    created_at = IntegerAttribute(attr_name="ca")
    status_since = IntegerAttribute(attr_name="ss")
    closed_at = IntegerAttribute(null=True, attr_name="cl")

    assignee = UuidAttribute(null=True, attr_name="as")
    assignee_number = IntegerAttribute(null=True, attr_name="an")
    assigned_at = IntegerAttribute(null=True, attr_name="aa")
    picked_at = IntegerAttribute(null=True, attr_name="pa")
    #: Numbers of the agents it has been assigned to since it was opened, oldest first: the latest ten.
    tried_agents: ListAttribute[Any] = ListAttribute(of=IntegerAttribute, default=list, attr_name="ta")
    routing_attempts = IntegerAttribute(default=0, attr_name="ra")
    #: Number of the routing rule that applied (rules/routing_rules.py), of the agent it names, and how routing chose its agent.
    routed_by = IntegerAttribute(null=True, attr_name="rr")
    audience = IntegerAttribute(null=True, attr_name="au")
    chosen_by = WordAttribute(letters.CHOSEN, null=True, attr_name="al")
    #: The status in which its agent's row counts it as paused (people.py).
    paused = WordAttribute(letters.STATUS, null=True, attr_name="ps")

    message_count = IntegerAttribute(default=0, attr_name="mc")
    note_count = IntegerAttribute(default=0, attr_name="nc")
    #: How many of its messages were to be mailed, so that each is an event of the stream. None for none.
    mailed_count = IntegerAttribute(null=True, attr_name="ml")
    #: Members, and how many of them are agents. None for none.
    member_count = IntegerAttribute(null=True, attr_name="mb")
    agent_count = IntegerAttribute(null=True, attr_name="ac")
    last_activity_at = IntegerAttribute(attr_name="la")
    last_message = UuidAttribute(null=True, attr_name="lm")
    #: The beginning of the last public message.
    preview = UnicodeAttribute(null=True, attr_name="pv")
    last_sender = UuidAttribute(null=True, attr_name="ls")
    last_sender_number = IntegerAttribute(null=True, attr_name="ln")
    last_sender_kind = WordAttribute(letters.KIND, null=True, attr_name="lk")
    is_read = BooleanAttribute(default=False, attr_name="ir")
    is_read_by_contact = BooleanAttribute(default=False, attr_name="ic")

    #: When something but a public message last changed it, None if one came since; and who wrote last (rules.actors).
    changed_at = IntegerAttribute(null=True, attr_name="cg")
    changed_by = IntegerAttribute(null=True, attr_name="cb")

    #: How many status changes it has had (status_history.py), and drafts. None for none.
    status_change_count = IntegerAttribute(default=0, attr_name="sc")
    draft_count = IntegerAttribute(null=True, attr_name="hd")
    #: Whether it has metadata, custom fields or mentions (details.py), and whether it has tags. None if not.
    has_details = BooleanAttribute(null=True, attr_name="hm")
    has_tags = BooleanAttribute(null=True, attr_name="ht")

    #: When it was deleted. One that was merged is deleted too, and has the conversation that its messages went to.
    deleted_at = IntegerAttribute(null=True, attr_name="da")
    merged_into = UuidAttribute(null=True, attr_name="mi")
    merged_into_number = IntegerAttribute(null=True, attr_name="mn")
    #: While it is taking over another one's messages (merges.py): how many were merged into it, with that one. None else.
    merging = IntegerAttribute(null=True, attr_name="m")
    #: Since when it is being removed for good (purges.py).
    purge_at = IntegerAttribute(null=True, attr_name="pu")

    reassign_at = IntegerAttribute(null=True, attr_name="re")
    warn_at = IntegerAttribute(null=True, attr_name="wa")
    close_at = IntegerAttribute(null=True, attr_name="co")
    #: When a chat without a message is closed. None once it has one, so that no full row has it.
    expire_at = IntegerAttribute(null=True, attr_name="ea")
    #: Until when it is snoozed: on hold, and open again then.
    wake_at = IntegerAttribute(null=True, attr_name="wk")
    #: When its status will have lasted as long as a trigger waits for.
    stay_at = IntegerAttribute(null=True, attr_name="sy")
    #: Its service level policy (by number); when the first answer, the next answer and its end are due; and which breaches were
    #: reported (rules.sla). A due time below zero is a clock that stands still: the milliseconds of working time left on it.
    sla_policy = IntegerAttribute(null=True, attr_name="sp")
    first_due_at = IntegerAttribute(null=True, attr_name="sf")
    next_due_at = IntegerAttribute(null=True, attr_name="sn")
    resolve_due_at = IntegerAttribute(null=True, attr_name="sr")
    sla_told = IntegerAttribute(null=True, attr_name="sb")
    #: For reports (desk/core/counted.py): how many milliseconds after its creation its contact began to wait for an answer, None
    #: while they don't; and the UTC day of an agent's last answer (0 for none), doubled, plus one where a clock has breached.
    asked_after = IntegerAttribute(null=True, attr_name="aq")
    reported = IntegerAttribute(null=True, attr_name="rp")
    #: Whether a visitor has named its agents and nothing has been said yet. Until then it is not in their lists and loads.
    has_named_agents = BooleanAttribute(null=True, attr_name="hn")

    #: None for an internal one and one that has not begun, which the account's lists leave out.
    inbox_key = KeyAttribute(null=True, attr_name="ik")
    holder_key = KeyAttribute(null=True, attr_name="hk")
    held_since = IntegerAttribute(null=True, attr_name="hs")
    contact_key = KeyAttribute(attr_name="ck")

    by_activity = ByActivity()
    by_assignee = ByAssignee()
    by_conversation = ByConversation()
    by_contact = ByContact()
    by_label = ByLabel()

    def set_all(self, values: Mapping[str, Any]) -> None:
        """Sets several attributes."""
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def account(self) -> str:
        """Its account."""
        return self.key.partition("#")[0]

    @property
    def id(self) -> str:
        """Its uuid, also from a member's row."""
        return self.key.split("#")[1]

    @property
    def contact(self) -> str:
        """Uuid of its contact; of the agent who began an internal one."""
        return self.contact_key.partition("#")[2]

    @property
    def last_message_at(self) -> int | None:
        """When the last public message came."""
        return self.last_activity_at if self.last_message else None

    @property
    def waits_since(self) -> int | None:
        """Since when it waits for an agent, None if it does not."""
        return self.held_since if self.holder_key == of_key(self.account, WAITING) else None

    @property
    def touched_at(self) -> int:
        """When anything about it last changed that people see."""
        return max(self.changed_at or 0, self.last_activity_at)

    @property
    def is_open(self) -> bool:
        """Whether it is neither closed nor deleted."""
        return self.status != CLOSED and not self.deleted_at

    @property
    def is_begun(self) -> bool:
        """Whether its contact has written, or it has or wants an agent. Until then only the contact's lists show it."""
        is_said = (self.last_message or self.creator_number is not None) and not self.expire_at
        return not self.has_named_agents and bool(is_said or self.assignee or self.agent_count or self.reassign_at)

    @property
    def carrier(self) -> str | None:
        """The agent whose load it counts for."""
        return self.assignee if self.is_open and self.is_listed else None

    @property
    def is_listed(self) -> bool:
        """Whether lists of the account show it."""
        return self.is_begun and not self.is_internal

    @property
    def listed_key(self) -> str | None:
        """Hash key under which the account's lists find it now: its partition's. None if no list shows it."""
        partition = DELETED if self.deleted_at else OPEN if self.is_open else CLOSED
        is_gone = self.merged_into or self.purge_at
        return inbox_key(self.account, partition) if self.is_listed and not is_gone else None

    @property
    def is_internal(self) -> bool:
        """Whether it is among agents."""
        return self.kind == INTERNAL

    @property
    def is_routed(self) -> bool:
        """Whether routing looks for an agent for it."""
        return not self.is_internal and not self.agent_count

    @property
    def ownership(self) -> Ownership:
        """The state that status changes are changes of."""
        return Ownership(self.is_open, self.assignee)

    @property
    def public_count(self) -> int:
        """How many messages the contact may see."""
        return self.message_count - self.note_count

    @property
    def holder(self) -> str | None:
        """Its hash key in `by_assignee`: its agent's, or that of waiting ones. None if it has not begun."""
        held = self.is_open and self.is_listed and (self.assignee or self.is_routed)
        return of_key(self.account, self.assignee or WAITING) if held else None


def key(account: str, conversation: str) -> str:
    """Returns the hash key of a conversation and of its messages."""
    return f"{account}#{conversation}"


def is_summary(row_key: str) -> bool:
    """Returns whether a key of the table is a conversation's own, not that of a row beside it."""
    return row_key.count("#") == 1


def inbox_key(account: str, partition: str) -> str:
    """Returns the hash key of a partition of the inbox.

    The shard after it is for accounts past 500 messages a second: docs/decisions/0003-shard-in-the-inbox-key.md.
    """
    return f"{account}#{partition}#0"


def partition_of(row: Conversation) -> str | None:
    """Returns the partition of the inbox that has a conversation, None if none has."""
    return row.inbox_key.split("#")[1] if row.inbox_key else None


def of_key(account: str, holder: str) -> str:
    """Returns the hash key of an agent's, a contact's, or waiting conversations."""
    return f"{account}#{holder}"


def get(account: str, conversation: str) -> Conversation | None:
    """Returns a conversation, read consistently. One request."""
    return None if "#" in conversation else Conversation.find(key(account, conversation))


def get_many(account: str, ids: Sequence[str], *, consistent: bool = False) -> list[Conversation]:
    """Returns the conversations that exist, in the order asked for. One request for each hundred."""
    keys = [key(account, id_) for id_ in ids]
    found = {row.key: row for row in Conversation.batch_get(keys, consistent_read=consistent)} if keys else {}
    return [found[key_] for key_ in keys if key_ in found]


def held(account: str, holder: str, limit: int, *, newest_first: bool) -> list[str]:
    """Returns ids of an agent's conversations and memberships, or of waiting ones, by when that began. One request."""
    rows = Conversation.by_assignee.query(of_key(account, holder), scan_index_forward=not newest_first, limit=limit)
    return list(dict.fromkeys(row.id for row in rows))


def assigned_to(account: str, agent: str, limit: int) -> list[str]:
    """Returns ids of an agent's conversations without memberships, newest assignment first.

    One request, which looks through the latest thousand of both.
    """
    rows = Conversation.by_assignee.query(of_key(account, agent), scan_index_forward=False, limit=_A_PAGE)
    return [row.id for row in rows if is_summary(row.key)][:limit]


def of_contact(account: str, contact: str, limit: int) -> list[str]:
    """Returns ids of a contact's conversations, newest first, a moment old. One request."""
    rows = Conversation.by_contact.query(of_key(account, contact), scan_index_forward=False, limit=limit)
    return list(dict.fromkeys(row.id for row in rows))
