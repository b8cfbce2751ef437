"""Purges: removing all rows of a conversation for good. Rows that no index lists are found by the people who can have them."""

from collections.abc import Collection, Sequence

from chalicelib.models import (
    conversations,
    details,
    files,
    labels,
    memberships,
    people,
    receipts,
    received_mails,
    topics,
    unique_names,
)
from chalicelib.models.base import ConditionFailed, conditional, delete_all, read_page, transaction
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import Details
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.files import File
from chalicelib.models.memberships import Membership
from chalicelib.models.messages import Message
from chalicelib.models.receipts import Receipt
from chalicelib.models.topics import Topic
from chalicelib.models.unique_names import UniqueName

#: Rows beside a conversation that a person may have: that they are a member or have closed it, and their draft.
_OF_A_PERSON = ("member", "draft")


def first_messages(conversation_key: str, limit: int) -> list[Message]:
    """Returns messages that are left of a conversation, with their senders, files and Message-IDs. One request for each MB of
    them.
    """
    named = (Message.conversation_key, Message.id, Message.sender, Message.attachments, Message.mail_id)
    wanted = [one.attr_name for one in named]
    return read_page(Message.query(conversation_key, attributes_to_get=wanted, consistent_read=True, limit=limit))[0]


def counted(conversation: Conversation) -> list[str]:
    """Returns what messages and log entries of a conversation keep of what they counted; those that a merge has left behind stand
    elsewhere, too. One request for each MB of them, and one.
    """
    texts: list[str | None] = []
    if not conversation.merged_into:
        wanted = [Message.conversation_key.attr_name, Message.id.attr_name, Message.counted.attr_name]
        texts += [row.counted for row in Message.query(conversation.key, attributes_to_get=wanted, consistent_read=True)]
    texts += [row.counted for row in LogEntry.query(conversation.key, consistent_read=True)]
    return [text for text in texts if text]


def remove_messages(rows: Sequence[Message]) -> None:
    """Removes messages, and before them the files that they have, and where their Message-IDs lead. One request for each hundred
    files and one for each 25 rows; one to the bucket for each file, two for an image.
    """
    wanted = {attached.id for row in rows for attached in row.attachments or []}
    files.delete(list(File.batch_get(list(wanted), consistent_read=True)) if wanted else [])
    for account in {row.account for row in rows}:
        received_mails.forget(account, [row.mail_id for row in rows if row.mail_id])
    delete_all(Message, rows)


def remove_labels(conversation: Conversation, known: Details) -> None:
    """Removes the labels that a conversation has still, with their counts. One request for each hundred that it may have, and one
    for each that it has.
    """
    rows = {labels.row(conversation.key, name).key: name for name in known.labels}
    for row in labels.Label.batch_get(list(rows), consistent_read=True) if rows else ():
        labels.end(conversation.key, rows[row.key])


def remove_of_people(conversation: Conversation, persons: Collection[str], devices: Collection[str]) -> None:
    """Removes what people and devices have of a conversation: memberships, drafts, receipts. One request for each hundred that
    there may be, and one for each 25 that there are.
    """
    keys = [f"{conversation.key}#{what}#{person}" for person in persons for what in _OF_A_PERSON]
    delete_all(Membership, list(Membership.batch_get(keys, consistent_read=True)) if keys else [])
    places = [(receipts.key(conversation.account, device), conversation.id) for device in devices]
    delete_all(Receipt, list(Receipt.batch_get(places, consistent_read=True)) if places else [])


def remove_log(conversation_key: str, limit: int) -> bool:
    """Removes what was logged of a conversation, `limit` rows at most. Returns whether there may be more. A request for each MB,
    and one for each 25.
    """
    wanted = [one.attr_name for one in (LogEntry.key, LogEntry.place)]
    found = read_page(LogEntry.query(conversation_key, attributes_to_get=wanted, consistent_read=True, limit=limit))[0]
    delete_all(LogEntry, found)
    return len(found) == limit


def remove_names(conversation: Conversation, kind: str, names: Sequence[str]) -> None:
    """Removes those of the unique names that stand for a conversation. One request for each hundred, and one for each 25."""
    account, number = conversation.account, str(conversation.number)
    keys = [unique_names.new_name(account, kind, name, conversation.id).key for name in names]
    found = list(UniqueName.batch_get(keys, consistent_read=True)) if keys else []
    own = [row for row in found if row.id == conversation.id]
    delete_all(UniqueName, [*own, unique_names.new_name(account, "conversation", number, conversation.id)])


def remove_chat(conversation: Conversation) -> None:
    """Makes it its contact's latest chat no more, if it is. One request."""
    try:
        with transaction() as write:
            people.forget_chat(write, conversation.account, conversation.contact, conversation.id)
    except ConditionFailed as refused:
        if "ConditionalCheckFailed" not in refused.reasons:
            raise


def remove_summary(conversation: Conversation) -> None:
    """Removes its last rows: who watches it being typed in, the details, then the summary. Three requests.

    Raises ConditionFailed where it is not to be removed.
    """
    delete_all(Topic, [Topic(topics.key(conversation.account, conversation.id))])
    delete_all(Details, [Details(details.key(conversation.key))])
    with conditional():
        Conversation(conversation.key, version=conversation.version).delete(Conversation.purge_at.exists())


def members(conversation: Conversation) -> list[str]:
    """Returns the uuids of its members, a moment old. One request."""
    return memberships.members(conversation.account, conversation.id, 1000)


def sources(conversation: Conversation, known: Details) -> list[Conversation]:
    """Returns the conversations that were merged into it. One request for each hundred, none for none."""
    return conversations.get_many(conversation.account, known.sources, consistent=True)
