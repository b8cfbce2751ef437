"""Received mails: what became of each, and which conversation its Message-ID leads to. Rows expire.

Key: account#mail#digest of the whole mail, or account#message#digest of its Message-ID; the second part of the key is the same
for all. Junk e-mails have the same table (junk_emails.py).
"""

import hashlib
from collections.abc import Iterable, Sequence

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, delete_all, transaction

_PLACE = "#"
#: For how many seconds it is known what became of a mail, longer than it is kept, and where a Message-ID leads.
_KNOWN_SECONDS, _LEADS_SECONDS = 45 * 86_400, 400 * 86_400


class ReceivedMail(Table):
    """What became of a mail: it is in a conversation, or it is junk. `expires_at` (epoch seconds) is the table's TTL."""

    class Meta:
        table_name = config.table("mails")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    #: Uuid of its conversation.
    conversation = UnicodeAttribute(null=True, attr_name="co")
    #: Number of its junk e-mail.
    junk = IntegerAttribute(null=True, attr_name="jn")
    expires_at = IntegerAttribute(attr_name="ex")


def _of_mail(account: str, digest: str) -> str:
    return f"{account}#mail#{digest}"


def _of_message_id(account: str, message_id: str) -> str:
    return f"{account}#message#{hashlib.sha256(message_id.encode()).hexdigest()}"


def find(account: str, digest: str, message_ids: Sequence[str], second: int) -> tuple[ReceivedMail | None, dict[str, str]]:
    """Returns what became of a mail, None if it is new, and the conversations (uuids) that Message-IDs lead to, read
    consistently. `second` is now, in epoch seconds. One request for 99 ids.
    """
    own, named = _of_mail(account, digest), {_of_message_id(account, one): one for one in message_ids}
    keys = [(key, _PLACE) for key in dict.fromkeys([own, *named])]
    found = {row.key: row for row in ReceivedMail.batch_get(keys, consistent_read=True) if row.expires_at > second}
    return found.get(own), {named[key]: row.conversation for key, row in found.items() if key in named and row.conversation}


def claim(account: str, digest: str, message_id: str, second: int, *, to: str | None, junk: int | None) -> ReceivedMail:
    """Stores what becomes of a mail, and returns that: it goes to the conversation `to`, or is the junk e-mail `junk`.

    One request. The first mail with a Message-ID is where that id leads. Raises ConditionFailed where something has become of it
    already.
    """
    row = ReceivedMail(_of_mail(account, digest), _PLACE, conversation=to, junk=junk, expires_at=second + _KNOWN_SECONDS)
    with transaction() as write:
        write.save(row, condition=ReceivedMail.key.does_not_exist() | (ReceivedMail.expires_at <= second))
        if to and message_id:
            lead(write, account, [message_id], to, second)
    return row


def lead(write: TransactWrite, account: str, message_ids: Iterable[str], to: str, second: int) -> None:
    """Adds to a transaction: Message-IDs lead to the conversation `to` (uuid), each if it leads nowhere yet."""
    for message_id in dict.fromkeys(message_ids):
        kept: list[Action] = [
            ReceivedMail.conversation.set(ReceivedMail.conversation | to),
            ReceivedMail.expires_at.set(ReceivedMail.expires_at | second + _LEADS_SECONDS),
        ]
        write.update(ReceivedMail(_of_message_id(account, message_id), _PLACE), kept)


def forget(account: str, message_ids: Sequence[str]) -> None:
    """Removes where Message-IDs lead. One request for each 25, none for none."""
    delete_all(ReceivedMail, [ReceivedMail(_of_message_id(account, one), _PLACE) for one in dict.fromkeys(message_ids)])
