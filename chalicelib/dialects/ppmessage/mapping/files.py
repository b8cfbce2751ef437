"""Files in PPMessage's words: how messages describe them, and the ids under which /download knows them."""

import re

import msgspec

from chalicelib import config
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.conversations.messages import Attachment, Message
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.wire import files as wire

#: Names of messages with a file, here and in the core.
KINDS = {"IMAGE": "image", "AUDIO": "audio", "FILE": "file"}
#: Bytes that a TEXT may have. A longer one arrives as TXT.
_LONGEST_TEXT = 128
_THUMBNAIL, _TEXT = "thum-", "txt-"
#: A character of Latin-1 that JavaScript's `escape` escapes, and what it leaves after it.
_ESCAPED = re.compile(r"([\x00-),:-?[-^`{-\xff])([A-Za-z0-9@*_+\-./]*)")


def sent(body: str) -> wire.SentFile:
    """The body of a message that names a file. Raises code 16 for any other."""
    try:
        return msgspec.json.decode(body.encode(), type=wire.SentFile)
    except (ValueError, RecursionError) as error:
        raise Coded(16, f"message_body is no JSON that names a file: {error}") from error


def attach(subtype: str, body: str) -> Attach:
    """The file of an IMAGE, AUDIO or FILE message. Raises code 16."""
    given = sent(body)
    return Attach(given.fid, KINDS[subtype], given.name or "", given.dura)


def shown(message: Message) -> tuple[str, str]:
    """A message's subtype and body: a text, or JSON that says where to get the file."""
    if message.attachments and message.format in KINDS.values():
        return message.format.upper(), msgspec.json.encode(_file(message)).decode()
    text = whole_text(message)
    if len(text.encode()) > _LONGEST_TEXT:
        return "TXT", msgspec.json.encode(wire.ShownText(text_id(message))).decode()
    return "TEXT", text


def whole_text(message: Message) -> str:
    """A message's text, and below it a line for each file that came with it: its name and where to get it."""
    if message.format in KINDS.values():
        return message.body
    return "\n".join([message.body, *(f"{file.name}: {address(file)}" for file in message.attachments or [])])


def address(file: Attachment) -> str:
    """Where to get a file."""
    return f"{config.PUBLIC_URL}/download/{file.id}"


def _file(message: Message) -> wire.ShownImage | wire.ShownFile:
    (file,) = message.attachments
    if message.format == "file":
        return wire.ShownFile(fid=file.id, mime=file.mime, size=file.size, name=file.name)
    if message.format == "audio":
        return wire.ShownSound(fid=file.id, mime=file.mime, size=file.size, name=file.name, dura=file.seconds)
    has_own = file.thumbnail_width is not None
    return wire.ShownImage(
        thum=f"{_THUMBNAIL}{file.id}" if has_own else file.id,
        orig=file.id,
        mime=file.mime,
        thum_width=file.thumbnail_width if has_own else file.width,
        thum_height=file.thumbnail_height if has_own else file.height,
        orig_width=file.width,
        orig_height=file.height,
    )


def text_id(message: Message) -> str:
    """The id under which a message's text is downloaded. Only somebody who knows the conversation can know it."""
    return f"{_TEXT}{message.conversation_key.replace('#', '.')}.{message.id}"


def named_text(fid: str) -> tuple[str, str, str] | None:
    """Account, conversation and message of such an id, None for another id."""
    parts = fid.removeprefix(_TEXT).split(".")
    return (parts[0], parts[1], parts[2]) if fid.startswith(_TEXT) and len(parts) == 3 else None


def named_file(fid: str) -> tuple[str, bool]:
    """A file's id, and whether its thumbnail is asked for."""
    return fid.removeprefix(_THUMBNAIL), fid.startswith(_THUMBNAIL)


def misspelt(name: str) -> str:
    """A file's name as the web widget asks for it: it repeats part of a word after a blank or an accent.

    It also leaves `&`, `#` and `+` unescaped, which end an address or stand for a blank.
    """
    said = _ESCAPED.sub(lambda found: found[1] + found[2] + found[2][3:], name)
    return re.split("[&#]", said)[0].replace("+", " ")
