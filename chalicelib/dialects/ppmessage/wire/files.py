"""Files, as PPMessage's clients send and get them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from chalicelib.dialects.bounds import Header, Id, Line, Name, Text
from chalicelib.dialects.http import Upload


class UploadFile(msgspec.Struct, kw_only=True):
    """`POST /upload`: a form with a file; widgets send more fields, which say nothing new, and no token."""

    file: Upload
    user_uuid: Id
    authorization: Header = ""


class Uploaded(msgspec.Struct):
    """`POST /upload`: the file's id."""

    fuuid: str


class UploadText(msgspec.Struct, kw_only=True):
    """`POST /upload_txt`: a form with a text."""

    content_txt: Text
    upload_type: Name = "content_txt"
    authorization: Header = ""


class UploadedText(msgspec.Struct):
    """`POST /upload_txt`: the id of the text."""

    fid: str
    mime: str


class Download(msgspec.Struct, kw_only=True):
    """`GET /download/{fid}`."""

    fid: Annotated[str, Meta(max_length=200)]
    file_name: Annotated[str, Meta(max_length=500)] = ""
    authorization: Header = ""


class Identicon(msgspec.Struct, kw_only=True):
    """`GET /identicon/{name}`: `name` is `<uuid>.png`."""

    name: Annotated[str, Meta(max_length=80)]


class ShownImage(msgspec.Struct, kw_only=True):
    """Body of an IMAGE message: ids of the picture and its thumbnail, and their sizes in pixels."""

    thum: str
    orig: str
    mime: str
    thum_width: int | None
    thum_height: int | None
    orig_width: int | None
    orig_height: int | None


class ShownFile(msgspec.Struct, kw_only=True):
    """Body of a FILE message."""

    fid: str
    mime: str
    size: int
    name: str


class ShownSound(ShownFile, kw_only=True):
    """Body of an AUDIO message; `dura` is seconds, as its sender said."""

    dura: float | None


class ShownText(msgspec.Struct):
    """Body of a TXT message: the text is under /download."""

    fid: str


class SentFile(msgspec.Struct, kw_only=True):
    """Body of an IMAGE, AUDIO, FILE or TXT message as it is sent. The type it gives is not trusted."""

    fid: Id
    mime: Name | None = None
    name: Line | None = None
    dura: Annotated[float, Meta(ge=0, le=86_400)] | None = None
