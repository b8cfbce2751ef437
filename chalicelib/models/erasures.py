"""Erasures: what is stored of a person beside their conversations, found by its keys; and the row that is left of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.models import event_logs, junk_emails, receipts, storage, topics
from chalicelib.models.base import ConditionFailed, Table, conditional, delete_all, read_page, transaction
from chalicelib.models.contact_words import ContactWord
from chalicelib.models.conversations import Conversation, of_key
from chalicelib.models.details import Details
from chalicelib.models.devices import Device
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.files import File, get_many
from chalicelib.models.files import delete as delete_files
from chalicelib.models.junk_emails import JunkEmail, JunkText
from chalicelib.models.memberships import Membership
from chalicelib.models.messages import Message
from chalicelib.models.people import CONTACT, Person, add_removal
from chalicelib.models.receipts import Receipt
from chalicelib.models.settings import Setting
from chalicelib.models.stamps import Stamp
from chalicelib.models.tokens import Token
from chalicelib.models.topics import Topic
from chalicelib.models.unique_names import UniqueName, new_name

#: The name that an erased contact's row shows.
NAME = "Erased contact"


def begin(
    person: Person,
    record: Setting,
    log: LogEntry,
    stamp: Stamp,
    ending: Token,
    names: Sequence[UniqueName],
    words: Sequence[ContactWord],
) -> None:
    """Removes a contact as `people.remove` does, unless that was done, and notes and logs that all of theirs is being erased. One
    request.

    Raises ConditionFailed where they have changed since they were read, or that was noted.
    """
    with transaction() as write:
        write.save(record)
        event_logs.add(write, [log])
        if person.removed_at:
            write.update(person, [Person.erased_at.set(stamp.at)], Person.erased_at.does_not_exist())
            return
        add_removal(write, person, {"erased_at": stamp.at}, stamp, ())
        write.save(ending)
        for name in names:
            write.delete(name, condition=UniqueName.key.does_not_exist() | (UniqueName.id == person.id))
        for word in words:
            write.delete(word)


def places(account: str, contact: str, after: str, limit: int) -> tuple[list[str], str]:
    """Returns keys of a contact's conversations and memberships, and where to go on, empty at the end. One request. A moment old.

    Deleted and merged conversations are among them.
    """
    start: dict[str, Any] | None = None
    if after:
        at, _, key = after.partition(" ")
        start = Conversation.raw(key=key, contact_key=of_key(account, contact), created_at=int(at))
    found = Conversation.by_contact.query(of_key(account, contact), limit=limit, last_evaluated_key=start)
    rows, last = read_page(found)
    return [row.key for row in rows], f"{rows[-1].created_at} {rows[-1].key}" if last and rows else ""


def page_of_junk(account: str, after: int, limit: int) -> tuple[list[JunkEmail], int]:
    """Returns junk e-mails of an account from a number on, and where to go on, 0 at the end. One request for each MB."""
    later = JunkEmail.place > junk_emails.place(after)
    rows, last = read_page(JunkEmail.query(junk_emails.key(account), later, limit=limit, consistent_read=True))
    return rows, rows[-1].number if last and rows else 0


def remove_junk(row: JunkEmail) -> int:
    """Removes a junk e-mail with its texts, its files and the mail itself, and returns how many files it had. Three requests and
    one to the bucket; for each file one more, two for an image.
    """
    texts = junk_emails.texts(row.account, [row.number]).get(row.number)
    ids = [described.id for described in (texts.attachments if texts else None) or []]
    own = [file for file in get_many(ids).values() if not file.conversation]
    delete_files(own)
    storage.remove(row.mail_place)
    text = JunkText(junk_emails.text_key(row.account, row.number), junk_emails.TEXT_PLACE)
    delete_all(JunkEmail, [row, text])
    return len(own)


def devices(account: str, person: str, limit: int) -> list[Device]:
    """Returns some devices of a person. One request."""
    return read_page(Device.query(f"{account}#{person}", consistent_read=True, limit=limit))[0]


def remove_device(account: str, person: str, device: Device, limit: int) -> bool:
    """Removes what a device has acknowledged, `limit` receipts at most, and then the device. Returns whether it is removed.

    One request, one for each 25 receipts, and two at last.
    """
    found = read_page(Receipt.query(receipts.key(account, device.id), consistent_read=True, limit=limit))[0]
    delete_all(Receipt, found)
    if len(found) == limit:
        return False
    delete_all(UniqueName, [new_name(account, "device", device.id, person)])
    delete_all(Device, [device])
    return True


def receipts_of(account: str, device: str, limit: int) -> list[Receipt]:
    """Returns receipts of a device. One request."""
    return read_page(Receipt.query(receipts.key(account, device), consistent_read=True, limit=limit))[0]


def remove_topic(account: str, person: str) -> None:
    """Removes the subscriptions of a person's sockets. One request."""
    delete_all(Topic, [Topic(topics.key(account, person))])


def remove_membership(account: str, key: str) -> bool:
    """Removes a membership by its key, and counts the conversation's members again. Returns whether there was one. Two requests,
    or one.
    """
    row = Membership.find(key)
    if row is None:
        return False
    with transaction() as write:
        write.delete(row, condition=Membership.key.exists())
        if row.is_member:
            members = Conversation.member_count
            summary = Conversation.find(f"{account}#{row.conversation}")
            if summary:
                left = (summary.member_count or 1) - 1
                write.update(summary, [members.set(left) if left else members.remove()])
    return True


def empty(person: Person, now: int) -> None:
    """Stores in a contact's place a row that says nothing of them, so that what others wrote to them stays readable, and nobody
    gets their uuid or number. One request.
    """
    left = Person(
        person.account, person.id, kind=CONTACT, number=person.number, name=NAME, email="", created_at=now, updated_at=now
    )
    left.email_is_verified, left.is_active, left.removed_at = False, False, person.removed_at or now
    left.erased_at, left.merged_into = person.erased_at or now, person.merged_into
    left.token_version, left.key_version = person.token_version, person.key_version
    left.save()


# --- conversations of others


def page_of_messages(conversation_key: str, after: int, limit: int) -> list[Message]:
    """Returns messages behind a sequence, oldest first. One request for each MB."""
    found = Message.by_sequence.query(conversation_key, Message.sequence > after, consistent_read=True, limit=limit)
    return read_page(found)[0]


def page_of_log(key: str, after: str, limit: int) -> list[LogEntry]:
    """Returns logged changes under a key of event_logs.py behind a place, oldest first. One request for each MB."""
    later = LogEntry.place > after if after else None
    return read_page(LogEntry.query(key, later, consistent_read=True, limit=limit))[0]


def rewrite(row: Table, changes: Mapping[str, Any]) -> None:
    """Changes attributes of a row, None to remove one, where it is still there. One request."""
    with suppress(ConditionFailed), conditional():
        row.update(_actions(row, changes), type(row)._hash_key_attribute().exists())


def rewrite_details(row: Details, changes: Mapping[str, Any]) -> None:
    """Changes what is stored beside a conversation. One request. Raises ConditionFailed where it is not as it was read."""
    seen = row.summary_version
    as_read = Details.summary_version.does_not_exist() if seen is None else Details.summary_version == seen
    with conditional():
        row.update(_actions(row, changes), Details.key.exists() & as_read)


def _actions(row: Table, changes: Mapping[str, Any]) -> list[Action]:
    known = [(getattr(type(row), name), value) for name, value in changes.items()]
    return [one.remove() if value is None else one.set(value) for one, value in known]


def remove_files(ids: Sequence[str]) -> int:
    """Removes files that are there, with their bytes, and returns how many. One request for each hundred, one for each 25, and
    one to the bucket for each, two for an image.
    """
    found: list[File] = list(get_many(ids).values())
    delete_files(found)
    return len(found)


def words(person: Person, found_by: Sequence[str]) -> Iterator[ContactWord]:
    """Yields the rows by which a contact is found."""
    for word in found_by:
        yield ContactWord(f"{person.account}#{word[0]}", f"{word}#{person.id}", number=person.number)
