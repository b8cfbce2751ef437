"""What an item costs, as DynamoDB counts it, and the widest values that rows come to have."""

from collections.abc import Iterable
from typing import Any

from chalicelib.models import conversations
from chalicelib.models.conversation_indexes import COMING
from chalicelib.models.messages import Attachment
from chalicelib.rules import lifecycle, status

UUID, TIME = "0190e6f4-5a3b-7c21-9d4e-8f6a7b1c2d3e", 1_999_999_999_999
KEY = f"{UUID}#{UUID}"
#: An integer id: of a hundred million conversations, people or groups of one account. How many there are of something in one row.
NUMBER, COUNT = 99_999_999, 999_999
#: A text that somebody wrote or was called, where its bound is far above what is usual: an e-mail's subject, a file's name.
TYPICAL = "x" * 60


def size(item: dict[str, Any]) -> int:
    """Bytes of an item."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: dict[str, Any]) -> int:
    """Bytes of one value: a number has two digits a byte and one more, a list or map three and one an entry."""
    ((kind, content),) = value.items()
    if kind == "L":
        return 3 + sum(1 + value_size(entry) for entry in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + value_size(entry) for name, entry in content.items())
    if kind == "N":
        return (len(content.strip("-").replace(".", "")) + 1) // 2 + 1
    return len(content.encode() if kind == "S" else content) if kind in "SB" else 1


def longest(words: Iterable[str]) -> str:
    """The longest of some words."""
    return max(words, key=len)


#: Of every attribute the widest value; a new attribute needs one here.
CONVERSATION: dict[str, Any] = {
    "key": KEY,
    "number": NUMBER,
    "version": COUNT,
    "channel": "email",
    "subject": TYPICAL,
    "status": longest(status.STATUSES),
    "priority": longest(status.PRIORITIES),
    "kind": "internal",
    "contact_number": NUMBER,
    "creator_number": NUMBER,
    "group": UUID,
    "group_number": NUMBER,
    "received_from": "customer.care@example.com",
    "domain": NUMBER,
    "created_at": TIME,
    "status_since": TIME,
    "closed_at": TIME,
    "assignee": UUID,
    "assignee_number": NUMBER,
    "assigned_at": TIME,
    "picked_at": TIME,
    "tried_agents": [NUMBER] * lifecycle.MOST_TRIED,
    "routing_attempts": 999,
    "routed_by": COUNT,
    "audience": NUMBER,
    "chosen_by": "load_balancing",
    "paused": status.PENDING_EXTERNAL,
    "message_count": COUNT,
    "note_count": COUNT,
    "mailed_count": COUNT,
    "member_count": 999,
    "agent_count": 999,
    "last_activity_at": TIME,
    "last_message": UUID,
    "preview": "x" * lifecycle.LONGEST_PREVIEW,
    "last_sender": UUID,
    "last_sender_number": NUMBER,
    "last_sender_kind": longest([status.CONTACT, status.STAFF, status.MACHINE]),
    "is_read": True,
    "is_read_by_contact": True,
    "changed_at": TIME,
    "changed_by": NUMBER * 100 + 22,
    "status_change_count": COUNT,
    "draft_count": 99,
    "has_details": True,
    "has_tags": True,
    "deleted_at": TIME,
    "merged_into": UUID,
    "merged_into_number": NUMBER,
    "merging": 99,
    "purge_at": TIME,
    "reassign_at": TIME,
    "warn_at": TIME,
    "close_at": TIME,
    "expire_at": TIME,
    "wake_at": TIME,
    "stay_at": TIME,
    "sla_policy": 9_999,
    "first_due_at": TIME,
    "next_due_at": TIME,
    "resolve_due_at": TIME,
    "sla_told": 15,
    "has_named_agents": True,
    "asked_after": 99_999_999_999,
    "reported": 99_999,
    "inbox_key": conversations.inbox_key(UUID, conversations.DELETED),
    "holder_key": KEY,
    "held_since": TIME,
    "contact_key": KEY,
}
#: What is still to come: the customer's language.
CONVERSATION_TO_COME: dict[str, Any] = {COMING["language"]: {"S": "zh-Hant-TW"}}
#: Conversations at their fullest, and what each cannot have: a pick forgets who was tried and stops the clock until then,
#: and so does a snooze; an answer starts those of silence, a snooze and an end stop all.
_UNUSUAL, _SILENCE = {"kind", "expire_at", "has_named_agents"}, {"warn_at", "close_at"}
_GONE = {"deleted_at", "merged_into", "merged_into_number", "purge_at"}
_ROUTED = {"routed_by", "audience", "chosen_by", "paused"}
CONVERSATIONS: dict[str, set[str]] = {
    "waiting for an agent that a rule names": {
        *_UNUSUAL,
        *_SILENCE,
        *_GONE,
        "chosen_by",
        "paused",
        "closed_at",
        "assignee",
        "assignee_number",
        "assigned_at",
        "picked_at",
        "tried_agents",
    },
    "to be picked after ten agents": {*_UNUSUAL, *_SILENCE, "wake_at", *_GONE, "audience", "closed_at", "picked_at"},
    "answered": {*_UNUSUAL, "wake_at", *_GONE, "audience", "closed_at", "tried_agents", "reassign_at"},
    "closed unpicked": {
        *_UNUSUAL,
        "wake_at",
        *_SILENCE,
        *_GONE,
        "audience",
        "paused",
        "picked_at",
        "reassign_at",
        "holder_key",
        "held_since",
    },
    "empty, for named agents": {
        *_ROUTED,
        *_SILENCE,
        *_GONE,
        "kind",
        "closed_at",
        "picked_at",
        "last_message",
        "preview",
        "last_sender",
    },
    "internal": {
        *_ROUTED,
        "wake_at",
        "merging",
        "inbox_key",
        "holder_key",
        "held_since",
        "expire_at",
        "has_named_agents",
        "tried_agents",
        *_SILENCE,
        *_GONE,
    },
    "merged": {
        *_UNUSUAL,
        "wake_at",
        *_SILENCE,
        "audience",
        "paused",
        "merging",
        "picked_at",
        "reassign_at",
        "inbox_key",
        "holder_key",
        "held_since",
    },
}
#: What a conversation is of, in what a message keeps for reports.
_ONES = f"{NUMBER},{NUMBER},9999,portal"
#: The texts of a message aside: its body, of 60 kB at most.
MESSAGE: dict[str, Any] = {
    "conversation_key": KEY,
    "id": UUID,
    "conversation_number": NUMBER,
    "sequence": COUNT,
    "public_sequence": COUNT,
    "kind": "system",
    "format": "text",
    "source": "messenger",
    "body": "",
    "html_body": "",
    "subject": TYPICAL,
    "attachments": [
        Attachment(
            id=UUID[:13],
            name=TYPICAL,
            mime="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            size=4_500_000,
            width=12_345,
            height=12_345,
            thumbnail_width=320,
            thumbnail_height=320,
            seconds=3_599.5,
        )
    ],
    "mentions": [NUMBER],
    "sender": UUID,
    "sender_number": NUMBER,
    "sender_kind": longest([status.CONTACT, status.STAFF, status.MACHINE]),
    "device": UUID,
    "created_at": TIME,
    "external_id": UUID,
    "others": f"#{UUID}",
    "origin": NUMBER << 20,
    "mail_from": TYPICAL,
    "mail_to": TYPICAL,
    "mail_cc": TYPICAL,
    "quote": "",
    "mail_id": TYPICAL,
    "automatic": "empty return path",
    "send_status": "complained",
    "send_failure": TYPICAL,
    "send_attempt": 9,
    "send_since": TIME,
    "counted": f"{TIME};99999999999;cnm,{_ONES};oem,{_ONES};a{NUMBER};9999999999;31;+f+n",
}
