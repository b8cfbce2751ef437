"""Attachments: files that agents upload, what messages do with files, and whether anybody may have them."""

from collections.abc import Iterable, Sequence

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations
from chalicelib.desk.conversations import files as desk_files
from chalicelib.desk.conversations.files import Attach, File, own_name
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import details, files, storage
from chalicelib.models.conversations import Conversation
from chalicelib.models.files import IMAGE, OTHER, UPLOADING
from chalicelib.models.messages import Attachment, Message, attachment
from chalicelib.models.storage import SignedForm as SignedForm
from chalicelib.rules import ids, text

#: Files of one message.
MOST = 20
#: Bytes that all files of a conversation may have together, and so a file that its client sends to the bucket itself.
MOST_BYTES = details.MOST_ATTACHED_BYTES
#: For how many seconds a form for the bucket is good.
_FORM_SECONDS = 900
_MIME = "application/octet-stream"


def no_room() -> Invalid:
    """Returns the refusal of a message whose files have no room in its conversation."""
    return Invalid("attachments", f"are too large: a conversation has room for {MOST_BYTES >> 20} MB of files in all")


@access.allow(AGENT)
def begin_upload(ctx: Context, name: str, size: int) -> tuple[File, SignedForm]:
    """Returns a new file of the caller's, without bytes yet, and the form that sends its bytes to the bucket. One request.

    Raises Invalid for its size, TooMany.
    """
    if not 0 < size <= MOST_BYTES:
        raise Invalid("size", f"must be 1 to {MOST_BYTES} bytes")
    desk_files.spend_own(ctx, size)
    file = desk_files.new_file(ctx, OTHER, text.file_name(name), size, _MIME)
    file.account, file.uploader, file.state = ctx.account, own_name(ctx), UPLOADING
    files.put(file)
    return file, storage.signed_form(file.first_place, size, _MIME, _FORM_SECONDS)


@access.allow(AGENT)
def get(ctx: Context, id_: str) -> File:
    """Returns a file of the account that the caller may see. One request, two or more for one in a conversation.

    Raises NotFound.
    """
    file = desk_files.load(ctx, id_)
    if file.text is not None or file.account != ctx.account:
        raise NotFound("file", id_)
    if file.conversation:
        try:
            conversations.load(ctx, file.conversation)
        except NotFound as hidden:
            raise NotFound("file", id_) from hidden
    return file


@access.allow(AGENT)
def is_available(ctx: Context, file: File) -> bool:
    """Returns whether a file that was read can be had: nobody has taken it back, and its bytes have come. Requests as
    `files.has_arrived`.
    """
    return file.is_available is not False and desk_files.has_arrived(file)


@access.allow(AGENT)
def set_available(ctx: Context, id_: str, *, available: bool) -> File:
    """Lets everybody have a file, or nobody (a virus scanner's verdict), and returns it. One request more than `get`.

    Links to the bucket that were given before end by themselves, after LINK_SECONDS. Raises NotFound.
    """

    def attempt() -> File:
        file = get(ctx, id_)
        if (file.is_available is not False) != available:
            files.set_available(file, is_available=available)
        return file

    return retry_on_conflict(ctx, attempt)


@access.allow(AGENT)
def remove(ctx: Context, id_: str) -> None:
    """Removes a file that no message has. One that a message has becomes unavailable, because the message goes on naming it.

    Two requests more than `get`, three for an image. Raises NotFound.
    """

    def attempt() -> None:
        file = get(ctx, id_)
        if file.conversation:
            files.set_available(file, is_available=False)
            return
        if file.is_kept:
            raise Invalid("attachments", "a trigger sends this file: take it from the trigger")
        _remove(file)

    retry_on_conflict(ctx, attempt)


def _remove(file: File) -> None:
    files.remove(file)
    for place in [file.place, *([files.thumbnail(file.place)] if file.thumbnail_width else [])]:
        storage.remove(place)


@access.allow(AGENT)
def list_unavailable(ctx: Context, rows: Iterable[Message]) -> set[str]:
    """Returns ids of the files of messages that nobody may have. One request for each hundred files, none for none."""
    named = {file.id: None for row in rows for file in row.attachments or []}
    known = files.get_many(list(named))
    return {id_ for id_ in named if id_ not in known or known[id_].is_available is False}


def read(message: Message) -> list[tuple[str, str, bytes]]:
    """Returns name, media type and bytes of a message's files. One request, none without files, and one to the bucket for each.

    Raises Invalid for one that nobody may have.
    """
    described = message.attachments or []
    known = files.get_many([one.id for one in described])
    return [(one.name, one.mime, _bytes(known.get(one.id), one.name)) for one in described]


def read_kept(ids_: Sequence[str]) -> list[tuple[str, str, bytes]]:
    """Returns name, media type and bytes of files that are kept; without those that are not available. Requests as `read`."""
    known = [file for file in files.get_many(ids_).values() if file.is_kept and file.is_available is not False]
    found = [(file.name, file.mime, storage.get(file.place)) for file in sorted(known, key=lambda file: ids_.index(file.id))]
    return [(name, mime, data) for name, mime, data in found if data is not None]


def _bytes(file: File | None, name: str) -> bytes:
    data = storage.get(file.place) if file and file.is_available is not False else None
    if data is None:
        raise Invalid("attachments", f"name a file that is not available: {name}")
    return data


def keep(ctx: Context, wanted: Sequence[str], before: Sequence[str], most_bytes: int) -> None:
    """Keeps the caller's own files, without a message, besides those that were kept `before`. One request, and for each new file
    one more and a copy in the bucket. Repeating it changes nothing.

    Raises Invalid for a file that is another person's, has not come or is unavailable, and for too many bytes.
    """
    known = files.get_many([id_ for id_ in wanted if ids.is_uuid(id_)])
    for id_ in wanted:
        if id_ not in known or (id_ not in before and not _can_be_kept(ctx, known[id_])):
            raise Invalid("attachments", f"name a file that is not yours, or not available: {id_[:100]}")
    if sum(file.size for file in known.values()) > most_bytes:
        raise Invalid("attachments", f"have {most_bytes >> 20} MB at most together")
    for file in known.values():
        if file.id not in before and not file.is_kept:
            _move_in(file, ctx.account)
            files.keep(file)


def _can_be_kept(ctx: Context, file: File) -> bool:
    is_own = (file.account or ctx.account, file.uploader) == (ctx.account, own_name(ctx)) and not file.conversation
    is_file = is_own and file.text is None and not desk_files.is_expired(ctx, file)
    return is_file and file.is_available is not False and desk_files.has_arrived(file)


def drop(ids_: Sequence[str]) -> None:
    """Removes files that were kept. Two requests and one to the bucket for each, two for an image; one more for all. Repeated it
    removes what is left.
    """
    for file in files.get_many(ids_).values():
        if file.is_kept:
            _remove(file)


def take(ctx: Context, wanted: Sequence[Attach], conversation: Conversation, sender: str) -> list[tuple[File, Attachment]]:
    """Returns a sender's own files for a message, each with the attachment that describes it. The message's transaction takes
    them.

    One request, and for each file that is new to the conversation one copy in the bucket, two for an image. Raises NotFound for
    another person's file or one in another conversation; Invalid for an image that is not one, for a file that has not come or is
    unavailable, and if the conversation has no room.
    """
    by_id = {attach.file: attach for attach in wanted}
    known, before = files.get_for(conversation.key, [id_ for id_ in by_id if ids.is_uuid(id_)])
    taken = [(_own(ctx, known.get(id_), attach, conversation, sender), attach) for id_, attach in by_id.items()]
    new = [file for file, _ in taken if file.conversation is None]
    if new and before + sum(file.size for file in new) > MOST_BYTES:
        raise no_room()
    for file in new:
        _move_in(file, conversation.account)
    return [(file, attachment(file, _name(file, attach), attach.seconds)) for file, attach in taken]


def _name(file: File, attach: Attach) -> str:
    return text.file_name(attach.name) if attach.name else file.name


def _own(ctx: Context, file: File | None, attach: Attach, conversation: Conversation, sender: str) -> File:
    if file is None or desk_files.is_expired(ctx, file):
        raise NotFound("file", attach.file)
    here = (ctx.account, sender, None if file.conversation is None else conversation.id)
    if file.text is not None or file.is_kept or (file.account or ctx.account, file.uploader, file.conversation) != here:
        raise NotFound("file", attach.file)
    if attach.kind == IMAGE and file.kind != IMAGE:
        raise Invalid("body", "the file is no PNG, JPEG or GIF that can be shown")
    if file.conversation is None and file.is_available is False:
        raise Invalid("attachments", f"name a file that is not available: {file.id}")
    if not desk_files.has_arrived(file):
        raise Invalid("attachments", f"name a file that has not been uploaded: {file.id}")
    return file


def _move_in(file: File, account: str) -> None:
    """Copies the file before the message is stored. A copy left over by a failure costs little; a lost file can't be mended."""
    file.account = account
    storage.copy(file.first_place, file.last_place)
    if file.thumbnail_width:
        storage.copy(files.thumbnail(file.first_place), files.thumbnail(file.last_place))
