"""Junk e-mails, in the table of received mails: a small row that lists read, and one with the texts.

Key: account#junk · number, and account#junk-text#number. Their files and the mail itself are in the bucket, which deletes them
when the rows expire (infra/template.yaml, prefix `junk/`).
"""

from collections.abc import Sequence
from itertools import islice

from pynamodb.attributes import ListAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.expressions.update import Action

from chalicelib import config
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional, transaction
from chalicelib.models.messages import Attachment
from chalicelib.models.received_mails import ReceivedMail

#: The second part of the key of all texts.
TEXT_PLACE = "#"
#: Digits of a number in a key, so that rows sort by it.
_DIGITS = 16


class JunkEmail(Table):
    """A mail from a blocked sender. Times are epoch milliseconds, `expires_at` (epoch seconds) is the table's TTL."""

    class Meta:
        table_name = config.table("mails")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    received_at = IntegerAttribute(attr_name="ra")
    name = UnicodeAttribute(attr_name="na")
    sender = UnicodeAttribute(attr_name="fr")
    to = UnicodeAttribute(attr_name="to")
    cc = UnicodeAttribute(attr_name="cc")
    subject = UnicodeAttribute(attr_name="su")
    preview = UnicodeAttribute(attr_name="pv")
    #: Number of the e-mail account that got it, the address it was sent to, and the one that bounces go to, if it said so.
    email_account = IntegerAttribute(null=True, attr_name="ea")
    recipient = UnicodeAttribute(attr_name="rc")
    return_path = UnicodeAttribute(null=True, attr_name="rp")
    is_read = BooleanAttribute(default=False, attr_name="ir")
    #: Uuid of the conversation that it has become.
    conversation = UnicodeAttribute(null=True, attr_name="co")
    #: When an agent removed it.
    removed_at = IntegerAttribute(null=True, attr_name="rm")
    expires_at = IntegerAttribute(attr_name="ex")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return ReceivedMail._get_connection()

    @property
    def number(self) -> int:
        """Its integer id."""
        return int(self.place)

    @property
    def account(self) -> str:
        """Whose it is."""
        return self.key.partition("#")[0]

    @property
    def mail_place(self) -> str:
        """Where the mail itself is in the bucket."""
        return f"junk/{self.account}/{self.number}.eml"


class JunkText(Table):
    """The texts of a junk e-mail, and what files it has."""

    class Meta:
        table_name = config.table("mails")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    body = UnicodeAttribute(attr_name="bo")
    html_body = UnicodeAttribute(null=True, attr_name="hb")
    attachments: ListAttribute[Attachment] = ListAttribute(of=Attachment, null=True, attr_name="at")
    expires_at = IntegerAttribute(attr_name="ex")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return ReceivedMail._get_connection()


def key(account: str) -> str:
    """Returns the hash key of an account's junk e-mails."""
    return f"{account}#junk"


def place(number: int) -> str:
    """Returns the range key of a junk e-mail."""
    return f"{number:0{_DIGITS}}"


def text_key(account: str, number: int) -> str:
    """Returns the hash key of a junk e-mail's texts."""
    return f"{account}#junk-text#{number}"


def new_text(row: JunkEmail, body: str, html_body: str | None, attachments: Sequence[Attachment]) -> JunkText:
    """Returns the texts of a junk e-mail, to be stored with it."""
    key_ = text_key(row.account, row.number)
    return JunkText(
        key_, TEXT_PLACE, body=body, html_body=html_body, attachments=list(attachments) or None, expires_at=row.expires_at
    )


def put(row: JunkEmail, text: JunkText) -> None:
    """Stores a junk e-mail unless it is stored. One request."""
    try:
        with transaction() as write:
            write.save(row, condition=JunkEmail.key.does_not_exist())
            write.save(text)
    except ConditionFailed as refused:
        if refused.reasons[0] != "ConditionalCheckFailed":
            raise


def get(account: str, number: int) -> JunkEmail | None:
    """Returns a junk e-mail, expired or not, read consistently. One request."""
    return JunkEmail.find(key(account), place(number)) if 0 < number < 10**_DIGITS else None


def texts(account: str, numbers: Sequence[int]) -> dict[int, JunkText]:
    """Returns the texts of junk e-mails by number, those that exist. One request for each hundred and each 16 MB."""
    keys = {text_key(account, number): number for number in numbers}
    found = JunkText.batch_get([(one, TEXT_PLACE) for one in keys], consistent_read=True) if keys else ()
    return {keys[row.key]: row for row in found}


def newest(account: str, most: int) -> list[JunkEmail]:
    """Returns an account's latest junk e-mails without their texts, newest first. One request for each MB, which is 500 rows or
    more.
    """
    return list(islice(JunkEmail.query(key(account), scan_index_forward=False, limit=most, consistent_read=True), most))


def set_read(row: JunkEmail, *, is_read: bool) -> None:
    """Notes whether it was read. One request. Raises ConditionFailed where it has gone."""
    with conditional():
        row.update([JunkEmail.is_read.set(is_read)], _THERE)


def set_conversation(row: JunkEmail, conversation: str) -> None:
    """Notes the conversation that it has become. One request. Raises ConditionFailed where it has gone."""
    with conditional():
        row.update([JunkEmail.conversation.set(conversation)], JunkEmail.key.exists() & JunkEmail.removed_at.does_not_exist())


def remove(row: JunkEmail, now: int) -> None:
    """Removes a junk e-mail with its texts; a row stays until it expires, so that the same mail does not come again. One request.

    Raises ConditionFailed where it has gone.
    """
    gone: list[Action] = [JunkEmail.removed_at.set(now), *(one.set("") for one in _OF_PEOPLE)]
    with transaction() as write:
        write.update(JunkEmail(row.key, row.place), gone, condition=_THERE)
        write.delete(JunkText(text_key(row.account, row.number), TEXT_PLACE))


#: What says something of people.
_OF_PEOPLE = (JunkEmail.name, JunkEmail.sender, JunkEmail.to, JunkEmail.cc, JunkEmail.subject, JunkEmail.preview)
_THERE = JunkEmail.key.exists() & JunkEmail.removed_at.does_not_exist() & JunkEmail.conversation.does_not_exist()
