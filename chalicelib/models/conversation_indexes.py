"""The indexes of the conversations' table, and what each projects. `by_activity` is the only one that a message touches; the
others hold keys and change when a conversation is opened, assigned or closed.

An index can't be changed in place (docs/operations-index-v2.md), so they project what lists, conditions and routing will need;
together no more than 100 attributes, with room for the second version of any of them.
"""

from typing import TYPE_CHECKING

from pynamodb.indexes import IncludeProjection, KeysOnlyProjection

from chalicelib.models.attributes import IntegerAttribute, KeyAttribute
from chalicelib.models.indexes import GlobalIndex

if TYPE_CHECKING:
    from chalicelib.models.conversations import Conversation as Conversation

#: What lists show and filter on.
LISTED = ["number", "channel", "subject", "status", "priority", "contact_key", "contact_number", "group", "group_number"]
LISTED += ["assignee", "assignee_number", "assigned_at", "picked_at", "created_at", "status_since", "closed_at"]
LISTED += ["message_count", "note_count", "last_message", "preview", "last_sender", "last_sender_number"]
LISTED += ["last_sender_kind", "is_read", "is_read_by_contact", "has_details", "has_tags", "draft_count"]
LISTED += ["domain", "held_since", "creator_number", "changed_at", "deleted_at", "audience", "received_from"]
LISTED += ["sla_policy", "first_due_at", "next_due_at", "resolve_due_at", "sla_told", "wake_at"]
#: What routing needs to know of a waiting conversation. None of it changes with a message, which would cost a unit more then.
_ROUTED = ["group", "domain", "priority", "channel", "contact_key", "audience"]
#: Stored names of attributes that conversations will have; the indexes project them already, and what is absent costs nothing.
#: Whoever adds such an attribute gives it this name, and moves it to the list above.
COMING = {
    "language": "lg",
}


class ByActivity(GlobalIndex["Conversation"]):
    """Inbox: an account's conversations by partition and last activity, with all that lists show and filter on."""

    class Meta:
        index_name = "by_activity"
        projection = IncludeProjection([*LISTED, *COMING.values()])

    inbox_key = KeyAttribute(hash_key=True)
    last_activity_at = IntegerAttribute(range_key=True)


class ByAssignee(GlobalIndex["Conversation"]):
    """An agent's open conversations, or those that wait for one, by when that began, with what routing needs."""

    class Meta:
        index_name = "by_assignee"
        projection = IncludeProjection([*_ROUTED, COMING["language"]])

    holder_key = KeyAttribute(hash_key=True)
    held_since = IntegerAttribute(range_key=True)


class ByConversation(GlobalIndex["Conversation"]):
    """A conversation's members, in the order that they joined in. Only their rows are in it."""

    class Meta:
        index_name = "by_conversation"
        projection = KeysOnlyProjection()

    member_of = KeyAttribute(hash_key=True, attr_name="mo")
    created_at = IntegerAttribute(range_key=True)


class ByLabel(GlobalIndex["Conversation"]):
    """Conversations that have a tag, mention an agent, or have an agent's draft (labels.py). Only those rows are in it."""

    class Meta:
        index_name = "by_label"
        projection = KeysOnlyProjection()

    label_key = KeyAttribute(hash_key=True, attr_name="lb")
    labelled_at = IntegerAttribute(range_key=True, attr_name="lt")


class ByContact(GlobalIndex["Conversation"]):
    """A contact's conversations by creation."""

    class Meta:
        index_name = "by_contact"
        projection = KeysOnlyProjection()

    contact_key = KeyAttribute(hash_key=True)
    created_at = IntegerAttribute(range_key=True)
