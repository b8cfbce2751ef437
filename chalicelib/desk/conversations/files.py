"""Files: uploaded, sent with a message, downloaded.

An upload goes to `incoming/`, where the bucket deletes it after a day. The message that uses it copies it to its final place
(attachments.py).
"""

import email.message
from collections.abc import Callable, Sequence
from contextlib import suppress
from urllib.parse import urlencode

import msgspec

from chalicelib import config
from chalicelib.context import AGENT, STRANGER, SYSTEM, VISITOR, Caller, Context
from chalicelib.desk.auth import known_sources
from chalicelib.desk.conversations import conversations, pictures
from chalicelib.desk.conversations.pictures import Picture
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.desk.people import people as desk_people
from chalicelib.models import files, people, storage
from chalicelib.models.base import ConditionFailed
from chalicelib.models.files import IMAGE, OF_JUNK, OTHER, TEXT, UPLOADING
from chalicelib.models.files import File as File
from chalicelib.rules import ids, text

#: Bytes of a file: what a lambda can get in one call, 6 MB as base64.
MOST_BYTES = 4_500_000
#: Seconds that a file waits for its message, an hour less than the bucket keeps it.
_UNCLAIMED_SECONDS = 23 * 3600
#: Why an upload without a token is refused.
_UNSEEN = "this needs a token: nobody of this name was seen at this address within the hour"
#: The end of the media type of a text that the desk has written.
UTF_8 = "; charset=utf-8"
#: For how many seconds a link to the bucket is good.
LINK_SECONDS = 300


class Attach(msgspec.Struct, frozen=True):
    """A file to send with a message. `kind` is image, audio or file; `seconds` is how long a sound lasts."""

    file: str
    kind: str = OTHER
    name: str = ""
    seconds: float | None = None


@access.allow(STRANGER)
def upload(ctx: Context, uploader: str, name: str, mime: str, data: bytes) -> File:
    """Stores a person's file and returns it. Two requests, and one to the bucket, two for an image.

    Raises Invalid for its size, NotFound for the person, TooMany, Forbidden for an agent's token that names another person.
    Without a token, Forbidden unless the person was seen at the call's address: one request more where no warm process has seen
    them.
    """
    _check_size(len(data))
    rate_limits.spend_upload(ctx, len(data))
    account = _account(ctx, uploader)
    rate_limits.spend_upload_of(ctx, account or "", uploader, len(data))
    return _store(ctx, account, uploader, name, mime, data)


@access.allow(AGENT)
def upload_own(ctx: Context, name: str, mime: str, data: bytes) -> File:
    """Stores the caller's own file and returns it. One request, and one to the bucket, two for an image.

    Raises Invalid for its size, TooMany.
    """
    _check_size(len(data))
    spend_own(ctx, len(data))
    return _store(ctx, ctx.account, own_name(ctx), name, mime, data)


def own_name(ctx: Context) -> str:
    """Returns the id that the caller uploads files and sends messages under: the account's for a program."""
    return ctx.caller.person or ctx.account


def spend_own(ctx: Context, size: int) -> None:
    """Counts a file of this many bytes that the caller is about to upload. Raises TooMany."""
    rate_limits.spend_upload(ctx, size)
    rate_limits.spend_upload_of(ctx, ctx.account, own_name(ctx), size)


def _check_size(size: int) -> None:
    if not 0 < size <= MOST_BYTES:
        raise Invalid("file", f"must have 1 to {MOST_BYTES} bytes")


def _store(ctx: Context, account: str | None, uploader: str, name: str, mime: str, data: bytes) -> File:
    picture = pictures.examine(data)
    file = new_file(ctx, IMAGE if picture else OTHER, text.file_name(name), len(data), _mime(mime, picture))
    file.account, file.uploader = account, uploader
    storage.put(file.place, data, file.mime)
    if picture:
        _keep_picture(file, picture)
    files.put(file)
    return file


def keep(ctx: Context, file: File, data: bytes) -> File:
    """Stores a file that came with a mail, under an id that is always the same for it, and returns it. One request, and one to
    the bucket, two for an image. Harmless when repeated. A text of the desk's own names its charset.
    """
    picture = pictures.examine(data)
    charset = UTF_8 if file.mime.endswith(UTF_8) else ""
    file.kind, file.mime = IMAGE if picture else OTHER, _mime(file.mime, picture) + charset
    storage.put(file.place, data, file.mime)
    if picture:
        _keep_picture(file, picture)
    with suppress(ConditionFailed):
        files.put_new(file)
    return file


def get_of_junk(wanted: Sequence[str]) -> list[File]:
    """Returns the files of a junk e-mail that are there still. One request for each hundred."""
    return [file for file in files.get_many(wanted).values() if file.state == OF_JUNK and not file.conversation]


def drop(file: File) -> None:
    """Removes a file that no message has. One request, and one to the bucket, two for an image."""
    for place in [file.place, *([files.thumbnail(file.place)] if file.thumbnail_width else [])]:
        storage.remove(place)
    files.remove(file)


def _account(ctx: Context, person: str) -> str | None:
    """Returns the account of a person's file. None, until it is sent, for an owner of several accounts who shows no token."""
    if ctx.caller.person not in (None, person):
        raise Forbidden("user_uuid is not the token's user")
    if ctx.caller.level == VISITOR:
        return desk_people.get(ctx, person).account  # a contact: an agent's uuid is told to everybody
    found = people.accounts_of(person) if ids.is_uuid(person) else []
    if not found or ctx.account not in ("", *found):
        raise NotFound("person", person)
    if not desk_people.exists(ctx.acting(Caller(ctx.account or found[0], SYSTEM)), person):
        raise NotFound("person", person)
    if ctx.caller.level == STRANGER and not known_sources.is_known(ctx, person, *found):
        raise Forbidden(_UNSEEN)
    return ctx.account or (found[0] if len(found) == 1 else None)


def _mime(given: str, picture: Picture | None) -> str:
    """Returns the media type: a picture's own, and for any other file never a picture's."""
    if picture:
        return picture.mime
    mime = text.media_type(given)
    return "application/octet-stream" if mime.startswith("image/") else mime


def new_file(ctx: Context, kind: str, name: str, size: int, mime: str) -> File:
    """Returns a file that waits for its message, for a caller that stores it."""
    until = ctx.now // 1000 + _UNCLAIMED_SECONDS
    return File(ctx.new_id(), kind=kind, mime=mime, name=name, size=size, created_at=ctx.now, expires_at=until)


def _keep_picture(file: File, picture: Picture) -> None:
    file.width, file.height = picture.width, picture.height
    if picture.thumbnail:
        file.thumbnail_width, file.thumbnail_height = picture.thumbnail.width, picture.thumbnail.height
        storage.put(files.thumbnail(file.place), picture.thumbnail.data, picture.mime)


@access.allow(STRANGER)
def upload_text(ctx: Context, content: str) -> File:
    """Stores a text for a message and returns it as a file. One request.

    Raises Invalid for its length, TooMany. Without a token, Forbidden unless somebody was seen at the call's address: one request
    more where no warm process has seen anybody.
    """
    size = len(content.encode())
    if not 0 < size <= text.MOST_BYTES:
        raise Invalid("content_txt", f"must have 1 to {text.MOST_BYTES} bytes")
    rate_limits.spend_upload(ctx, size, is_text=True)
    rate_limits.spend_upload_of(ctx, ctx.account, ctx.caller.person or "", size, is_text=True)
    if ctx.caller.level == STRANGER and not known_sources.is_known(ctx):
        raise Forbidden(_UNSEEN)
    file = new_file(ctx, TEXT, "text.txt", size, "text/plain")
    file.account, file.text = ctx.account or None, content
    files.put(file)
    return file


@access.allow(VISITOR)
def text_of(ctx: Context, file: str) -> str:
    """Returns an uploaded text. One request. Raises NotFound."""
    found = load(ctx, file)
    if found.text is None or found.account not in (None, ctx.account):
        raise NotFound("file", file)
    return found.text


def address_of(id_: str, name: str) -> str:
    """Returns the address at which anybody downloads a file."""
    return f"{config.PUBLIC_URL}/download/{id_}?{urlencode({'file_name': name})}"


def load(ctx: Context, id_: str) -> File:
    """Returns a file that has not expired, without asking who may see it. One request. Raises NotFound."""
    file = files.get(id_) if ids.is_uuid(id_) else None
    if file is None or is_expired(ctx, file):
        raise NotFound("file", id_)
    return file


def is_expired(ctx: Context, file: File) -> bool:
    """Returns whether no message has used a file in time."""
    return file.expires_at is not None and file.expires_at * 1000 <= ctx.now


def has_arrived(file: File) -> bool:
    """Returns whether a file's bytes are in the bucket. Its client may send them there itself.

    No request once that is known; else one to the bucket. The first time that the bytes are there two more, three for an image,
    to see from the bytes what the file is.
    """
    if file.state != UPLOADING:
        return True
    if storage.size_of(file.place) != file.size:
        return False
    if picture := pictures.examine(storage.get(file.place) or b""):
        file.kind, file.mime = IMAGE, picture.mime
        _keep_picture(file, picture)
    try:
        files.set_arrived(file)
    except ConditionFailed:
        return False
    return True


@access.allow(STRANGER)
def download(
    ctx: Context, id_: str, name: str = "", *, thumbnail: bool = False, misspelt: Callable[[str], str] = str
) -> str | File:
    """Returns an address in the bucket that is good for LINK_SECONDS, or the file itself if it is a text. One request.

    The file is saved as `name`, or under its own name if `name` is only the client's misspelling of it (`misspelt`). A caller
    without a token proves themselves by knowing the id. Raises NotFound, also for what a caller with a token may not see, and
    for a file that was made unavailable.
    """
    file = load(ctx, id_)
    if not _may_see(ctx, file) or (thumbnail and not file.thumbnail_width) or file.is_available is False or not has_arrived(file):
        raise NotFound("file", id_)
    if file.text is not None:
        return file
    place = files.thumbnail(file.place) if thumbnail else file.place
    is_own = "\ufffd" in name or name == misspelt(file.name)
    return storage.signed_link(place, disposition(file, "" if is_own else name), file.mime, LINK_SECONDS)


def _may_see(ctx: Context, file: File) -> bool:
    if ctx.account and file.account not in (None, ctx.account):
        return False
    if ctx.caller.level == VISITOR and file.conversation:
        conversations.load(ctx, file.conversation)
    return True


def disposition(file: File, name: str = "") -> str:
    """Returns the Content-Disposition header. Only a checked image is shown inline."""
    header, wanted = email.message.Message(), text.file_name(name) if name else file.name
    quoted = wanted if wanted.isascii() else ("utf-8", "", wanted)
    header.add_header("Content-Disposition", "inline" if file.kind == IMAGE else "attachment", filename=quoted)
    return str(header["Content-Disposition"])
