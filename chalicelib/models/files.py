"""Files: their rows; the bytes are in the bucket, those of a text here.

Key: only the id, because the id opens a file (an address in a page carries no token) and nobody can guess it. A file that no
message has used expires, in the bucket too (infra/template.yaml, prefix `incoming/`).
"""

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table

IMAGE, TEXT, OTHER = "image", "text", "file"


class File(Table):
    """A file, or a text too long for a message of its client. `size` is bytes, `created_at` epoch milliseconds."""

    class Meta:
        table_name = config.table("files")

    id = UnicodeAttribute(hash_key=True, attr_name="id")
    #: Its account. None for a text that came without a token, which anybody who knows its id may send, and for the file of an
    #: owner of several accounts, which only they may send.
    account = UnicodeAttribute(null=True, attr_name="ac")
    uploader = UnicodeAttribute(null=True, attr_name="up")
    #: The conversation that it was sent in.
    conversation = UnicodeAttribute(null=True, attr_name="co")
    kind = UnicodeAttribute(attr_name="ki")
    mime = UnicodeAttribute(attr_name="mi")
    name = UnicodeAttribute(attr_name="na")
    size = IntegerAttribute(attr_name="sz")
    #: Size of an image as it is shown, and of its thumbnail if it has one.
    width = IntegerAttribute(null=True, attr_name="w")
    height = IntegerAttribute(null=True, attr_name="h")
    thumbnail_width = IntegerAttribute(null=True, attr_name="tw")
    thumbnail_height = IntegerAttribute(null=True, attr_name="th")
    text = UnicodeAttribute(null=True, attr_name="tx")
    created_at = IntegerAttribute(attr_name="ca")
    #: Epoch seconds; the table's TTL. None once a message has it.
    expires_at = IntegerAttribute(null=True, attr_name="ex")

    @property
    def place(self) -> str:
        """Its place in the bucket now."""
        return f"files/{self.account}/{self.id}" if self.conversation else self.first_place

    @property
    def first_place(self) -> str:
        """Its place in the bucket right after the upload."""
        return f"incoming/{self.id}"


def thumbnail(place: str) -> str:
    """Returns the place of a file's thumbnail, given the file's place."""
    return f"{place}-thumbnail"


def get(id_: str) -> File | None:
    """Returns a file, expired or not, read consistently. One request."""
    return File.find(id_)


def put(file: File) -> None:
    """Stores a new file. Its id has 74 random bits, so it can't be another file's."""
    file.save()


def attach(write: TransactWrite, file: File, conversation: str) -> None:
    """Adds to a transaction: the conversation has the file from now on, if none or the same one had it."""
    free = File.conversation.does_not_exist() | (File.conversation == conversation)
    actions: list[Action] = [File.conversation.set(conversation), File.account.set(file.account), File.expires_at.remove()]
    write.update(File(file.id), actions, condition=File.id.exists() & free)
