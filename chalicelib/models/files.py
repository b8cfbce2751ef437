"""Files: what is known of each; the bytes are in the bucket, those of a text here.

Key: the id alone, because it is what opens a file: an address in a page carries no token. Nobody can guess it.
A file that no message has taken up expires, in the bucket as well (infra/template.yaml, prefix `incoming/`).
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
    #: Whose it is. A text that came without a token is nobody's, and may be sent by whoever knows it; so is the file of an
    #: owner of several accounts, which only he may send.
    account = UnicodeAttribute(null=True, attr_name="ac")
    uploader = UnicodeAttribute(null=True, attr_name="up")
    #: Where it was sent.
    conversation = UnicodeAttribute(null=True, attr_name="co")
    kind = UnicodeAttribute(attr_name="ki")
    mime = UnicodeAttribute(attr_name="mi")
    name = UnicodeAttribute(attr_name="na")
    size = IntegerAttribute(attr_name="sz")
    #: An image's, as it is to be looked at, and its thumbnail's, where that is another picture.
    width = IntegerAttribute(null=True, attr_name="w")
    height = IntegerAttribute(null=True, attr_name="h")
    thumbnail_width = IntegerAttribute(null=True, attr_name="tw")
    thumbnail_height = IntegerAttribute(null=True, attr_name="th")
    text = UnicodeAttribute(null=True, attr_name="tx")
    created_at = IntegerAttribute(attr_name="ca")
    #: Epoch seconds; the table's TTL. None once it is taken up.
    expires_at = IntegerAttribute(null=True, attr_name="ex")

    @property
    def place(self) -> str:
        """Where in the bucket it is now."""
        return f"files/{self.account}/{self.id}" if self.conversation else self.first_place

    @property
    def first_place(self) -> str:
        """Where in the bucket it came to."""
        return f"incoming/{self.id}"


def thumbnail(place: str) -> str:
    """Where the thumbnail of a file is that is in `place`."""
    return f"{place}-thumbnail"


def get(id_: str) -> File | None:
    """One file, expired or not, read consistently: one request."""
    return File.find(id_)


def put(file: File) -> None:
    """Stores a new file. Its id is of 74 random bits, so it can't be another's."""
    file.save()


def attach(write: TransactWrite, file: File, conversation: str) -> None:
    """Within a transaction: a conversation has the file from now on, if none or the same has had it."""
    free = File.conversation.does_not_exist() | (File.conversation == conversation)
    actions: list[Action] = [File.conversation.set(conversation), File.account.set(file.account), File.expires_at.remove()]
    write.update(File(file.id), actions, condition=File.id.exists() & free)
