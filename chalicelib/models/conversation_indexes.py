"""The indexes of the conversations' table, and what each projects. `by_activity` is the only one that a message touches; the
others hold keys and change when a conversation is opened, assigned or closed.

An index can't be changed in place (docs/operations-index-v2.md), so they project what lists, conditions and routing will need.
"""

from typing import TYPE_CHECKING

from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute

if TYPE_CHECKING:
    from chalicelib.models.conversations import Conversation as Conversation

#: What lists show and filter on.
LISTED = ["number", "channel", "subject", "status", "priority", "contact_key", "contact_number", "group", "group_number"]
LISTED += ["assignee", "assignee_number", "assigned_at", "picked_at", "created_at", "status_since", "closed_at"]
LISTED += ["message_count", "note_count", "last_message", "preview", "last_sender", "last_sender_number"]
LISTED += ["last_sender_kind", "is_read", "is_read_by_contact", "has_metadata"]
LISTED += ["domain", "held_since", "member_count", "agent_count"]
#: What routing needs to know of a waiting conversation. None of it changes with a message, which would cost a unit more then.
_ROUTED = ["group", "domain", "priority", "channel", "contact_key"]
#: Stored names of attributes that conversations will have; the indexes project them already, and what is absent costs nothing.
#: Whoever adds such an attribute gives it this name, and moves it to the list above.
COMING = {
    "has_tags": "tgs",
    "has_mentions": "mns",
    "has_drafts": "drs",
    "has_custom_fields": "cfs",
    "language": "lng",
    "audience": "aud",
    "received_from": "rcv",
    "creator": "crt",
    "creator_number": "crn",
    "creator_kind": "crk",
    "changed_at": "chg",
    "first_replied_at": "frp",
    "sla_policy": "slp",
    "first_due_at": "sl1",
    "next_due_at": "sl2",
    "resolve_due_at": "sl3",
    "sla_paused_at": "slz",
    "sla_missed": "slm",
    "deleted_at": "del",
    "merged_into": "mrg",
}


class ByActivity(GlobalSecondaryIndex["Conversation"]):
    """Inbox: an account's conversations by partition and last activity, with all that lists show and filter on."""

    class Meta:
        index_name = "by_activity"
        projection = IncludeProjection([*LISTED, *COMING.values()])

    inbox_key = UnicodeAttribute(hash_key=True)
    last_activity_at = IntegerAttribute(range_key=True)


class ByAssignee(GlobalSecondaryIndex["Conversation"]):
    """Open conversations of an agent, or those that wait for one, by when that began, with whom they are for."""

    class Meta:
        index_name = "by_assignee"
        projection = IncludeProjection([*_ROUTED, COMING["audience"], COMING["language"]])

    holder_key = UnicodeAttribute(hash_key=True)
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

    contact_key = UnicodeAttribute(hash_key=True)
    created_at = IntegerAttribute(range_key=True)
