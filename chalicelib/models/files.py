"""Files: their rows; the bytes are in the bucket, those of a text here.

Key: only the id, because the id opens a file (an address in a page carries no token) and nobody can guess it. A file that no
message has used expires, in the bucket too (infra/template.yaml, prefix `incoming/`).
"""

from collections.abc import Sequence

from pynamodb.expressions.update import Action
from pynamodb.indexes import IncludeProjection
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models import details, storage
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional, delete_all, read_page, read_raw
from chalicelib.models.details import Details
from chalicelib.models.indexes import GlobalIndex

IMAGE, TEXT, OTHER = "image", "text", "file"
UPLOADING, OF_JUNK = "uploading", "junk"
#: What a file's bytes say about it.
_TOLD_BY_BYTES = ("kind", "mime", "width", "height", "thumbnail_width", "thumbnail_height")


class ByAccount(GlobalIndex["File"]):
    """An account's files by when they came, so that old ones, and those of one person, are found."""

    class Meta:
        index_name = "by_account"
        projection = IncludeProjection(["uploader", "conversation", "is_kept"])

    account = UnicodeAttribute(hash_key=True)
    created_at = IntegerAttribute(range_key=True)


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
    #: Whether an account keeps it for mails of a trigger. None for others.
    is_kept = BooleanAttribute(null=True, attr_name="kp")
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
    #: UPLOADING until its bytes have been seen in the bucket, to which its client sends them itself; OF_JUNK for a file of a junk
    #: e-mail, which goes with it; else None.
    state = UnicodeAttribute(null=True, attr_name="sa")
    #: False for one that nobody may have, as a virus scanner says; else None.
    is_available = BooleanAttribute(null=True, attr_name="av")
    created_at = IntegerAttribute(attr_name="ca")
    #: Epoch seconds; the table's TTL. None once a message has it.
    expires_at = IntegerAttribute(null=True, attr_name="ex")

    by_account = ByAccount()

    @property
    def place(self) -> str:
        """Its place in the bucket now."""
        return self.last_place if self.conversation or self.is_kept else self.first_place

    @property
    def last_place(self) -> str:
        """Its place in the bucket once a message or a trigger has it."""
        return f"files/{self.account}/{self.id}"

    @property
    def first_place(self) -> str:
        """Its place in the bucket right after the upload."""
        return f"junk/{self.account}/{self.id}" if self.state == OF_JUNK else f"incoming/{self.id}"


def thumbnail(place: str) -> str:
    """Returns the place of a file's thumbnail, given the file's place."""
    return f"{place}-thumbnail"


def get(id_: str) -> File | None:
    """Returns a file, expired or not, read consistently. One request."""
    return File.find(id_)


def get_many(ids: Sequence[str]) -> dict[str, File]:
    """Returns the files that exist, expired or not, by id, read consistently. One request for each hundred."""
    return {file.id: file for file in File.batch_get(list(dict.fromkeys(ids)), consistent_read=True)} if ids else {}


def get_for(conversation_key: str, ids: Sequence[str]) -> tuple[dict[str, File], int]:
    """Returns the files that exist, by id, and how many bytes of files a conversation has already, read consistently.

    One request for 99 files.
    """
    wanted = {File: [File.raw(id=id_) for id_ in dict.fromkeys(ids)], Details: [Details.raw(key=details.key(conversation_key))]}
    found = read_raw(wanted, consistent=True)
    known, beside = map(File.from_raw_data, found[File]), list(map(Details.from_raw_data, found[Details]))
    return {file.id: file for file in known}, (beside[0].attached_bytes or 0) if beside else 0


def put(file: File) -> None:
    """Stores a new file. Its id has 74 random bits, so it can't be another file's."""
    file.save()


def put_new(file: File) -> None:
    """Stores a file whose id may be stored. One request. Raises ConditionFailed where it is."""
    with conditional():
        file.save(File.id.does_not_exist())


def attach(write: TransactWrite, file: File, conversation: str) -> None:
    """Adds to a transaction: the conversation has the file from now on, if it had it when the file was read, or if none has it
    and it is available.
    """
    free = File.conversation == conversation
    if file.conversation is None:
        free = File.conversation.does_not_exist() & File.is_available.does_not_exist() & File.is_kept.does_not_exist()
    actions: list[Action] = [File.conversation.set(conversation), File.account.set(file.account), File.expires_at.remove()]
    write.update(File(file.id), actions, condition=File.id.exists() & free)


def keep(file: File) -> None:
    """Notes that an account keeps a file. One request. Raises ConditionFailed where a message has it or nobody may have it."""
    free = File.id.exists() & File.conversation.does_not_exist() & File.is_available.does_not_exist()
    with conditional():
        file.update([File.is_kept.set(True), File.account.set(file.account), File.expires_at.remove()], condition=free)


def set_arrived(file: File) -> None:
    """Notes that the bytes of a file are in the bucket, and what they are. One request. Raises ConditionFailed where it was
    removed.
    """
    told = {name: getattr(file, name) for name in _TOLD_BY_BYTES}
    actions: list[Action] = [getattr(File, name).set(value) for name, value in told.items() if value is not None]
    with conditional():
        file.update([File.state.remove(), *actions], condition=File.id.exists())


def set_available(file: File, *, is_available: bool) -> None:
    """Notes whether anybody may have a file. One request. Raises ConditionFailed where it was removed."""
    action = File.is_available.remove() if is_available else File.is_available.set(False)
    with conditional():
        file.update([action], condition=File.id.exists())


def remove(file: File) -> None:
    """Removes a file that no message has. One request. Raises ConditionFailed where one has it by now."""
    with conditional():
        file.delete(condition=File.conversation.does_not_exist())


def oldest(account: str, until: int, after: tuple[str, int] | None, limit: int) -> tuple[list[File], tuple[str, int] | None]:
    """Returns ids, times and owners of an account's files from before `until` (epoch milliseconds), oldest first, and where to go
    on (id and time), None at the end. One request. A moment old.
    """
    start = File.raw(id=after[0], created_at=after[1], account=account) if after else None
    found = File.by_account.query(account, File.created_at < until, limit=limit, last_evaluated_key=start)
    rows, last = read_page(found)
    return rows, (rows[-1].id, rows[-1].created_at) if last and rows else None


def of_uploaders(account: str, uploaders: Sequence[str], since: int) -> list[str]:
    """Returns the ids of files that some people have uploaded since (epoch milliseconds) and no message has. One request for each
    MB of the account's files since then. A moment old.
    """
    own = File.uploader.is_in(*uploaders) & File.conversation.does_not_exist()
    return [row.id for row in File.by_account.query(account, File.created_at >= since, own)]


def delete(rows: Sequence[File]) -> None:
    """Deletes files, their bytes first. One request for each 25, and one to the bucket for each, two for an image."""
    for row in rows:
        if row.text is None:
            storage.remove(row.place)
        if row.thumbnail_width:
            storage.remove(thumbnail(row.place))
    delete_all(File, rows)
