"""Calls about files. They are not under /api, and the widget's forms and pages send no token."""

from typing import Annotated

from chalicelib.context import Context
from chalicelib.desk.conversations import files, history, pictures
from chalicelib.desk.core.errors import NotAuthenticated, NotFound
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Answer, Shows
from chalicelib.dialects.ppmessage.auth import optional
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping import files as mapping
from chalicelib.dialects.ppmessage.wire import files as wire

#: Any page may show it, also one with Cross-Origin-Embedder-Policy: require-corp.
_FOR_PAGES = {"Cross-Origin-Resource-Policy": "cross-origin"}
#: What other pages' scripts, and the browser, may do with the answer.
_SAFE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", **_FOR_PAGES}
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
_FOR_THE_LINK = {"Cache-Control": f"private, max-age={files.LINK_SECONDS - 60}"}

_ELSEWHERE, _TEXT, _PICTURE = (
    Shows(status=302, headers=("Location",)),
    Shows(media_type="text/plain"),
    Shows(media_type="image/png"),
)
File = Annotated[Answer, _ELSEWHERE, _TEXT]
Picture = Annotated[Answer, _PICTURE]


def upload(ctx: Context, request: wire.UploadFile) -> wire.Uploaded:
    """`POST /upload`: stores a file of `user_uuid`, for a day unless a message uses it."""
    given = request.file
    file = files.upload(optional(ctx, request.authorization), request.user_uuid, given.name, given.mime, given.data)
    return wire.Uploaded(file.id)


def upload_text(ctx: Context, request: wire.UploadText) -> wire.UploadedText:
    """`POST /upload_txt`: stores a text for a day, to be sent as TXT."""
    if request.upload_type != "content_txt":
        raise Coded(28, "upload_type must be content_txt")
    file = files.upload_text(optional(ctx, request.authorization), request.content_txt)
    return wire.UploadedText(file.id, file.mime)


def download(ctx: Context, request: wire.Download) -> File:
    """`GET /download/{fid}`: redirects to a file for some minutes; a message's long text is answered itself."""
    asked = optional(ctx, request.authorization)
    try:
        text = mapping.named_text(request.fid)
        if text:
            return _text(mapping.whole_text(history.public_message(asked, *text)))
        id_, thumbnail = mapping.named_file(request.fid)
        found = files.download(asked, id_, request.file_name, thumbnail=thumbnail, misspelt=mapping.misspelt)
    except NotFound as error:
        raise Coded(14, str(error)) from error
    if isinstance(found, str):
        return Answer(None, 302, _FOR_THE_LINK | _FOR_PAGES | {"Location": found})
    return _text(found.text or "")


def _text(text: str) -> Answer:
    headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Disposition": "attachment", "Cache-Control": "private"}
    return Answer(text, headers=headers | _SAFE)


def identicon(ctx: Context, request: wire.Identicon) -> Picture:
    """`GET /identicon/{name}`: a picture made from a uuid, always the same."""
    uuid = request.name.removesuffix(".png")
    if uuid in ("", request.name):
        raise Coded(14, "a picture is named <uuid>.png")
    return _picture(uuid)


def _picture(uuid: str) -> Answer:
    return Answer(pictures.identicon(uuid.lower()), headers={"Content-Type": "image/png"} | _FOR_GOOD | _SAFE)


# --- the same where the agents' client of 2016 looks for it; the gateway ignores a slash at a path's end


def agents_upload(ctx: Context, request: wire.UploadFile) -> wire.Uploaded:
    """`POST /upload/upload/`: as /upload."""
    return upload(ctx, request)


def agents_upload_text(ctx: Context, request: wire.UploadText) -> wire.UploadedText:
    """`POST /ppkefu/upload/`: as /upload_txt, in a form of either kind."""
    return upload_text(ctx, request)


def agents_download(ctx: Context, request: wire.Download) -> File:
    """`GET /download/download/{fid}`: as /download."""
    return download(ctx, request)


def agents_save(ctx: Context, request: wire.Download) -> File:
    """`GET /ppkefu/download/{fid}`: as /download, for saving on a phone."""
    return download(ctx, request)


def agents_material(ctx: Context, request: wire.Download) -> File:
    """`GET /ppkefu/material/{fid}`: as /download, for showing in a conversation."""
    return download(ctx, request)


def agents_icon(ctx: Context, request: wire.Identicon) -> Annotated[Answer, _PICTURE, _ELSEWHERE, _TEXT]:
    """`GET /ppkefu/icon/{name}`: as /identicon, also for a bare uuid; the id of an uploaded picture leads to it."""
    try:
        return download(ctx, wire.Download(fid=request.name))
    except Coded:
        return _picture(request.name.removesuffix(".png"))


_TOKEN = {"authorization": "Authorization"}
#: Characters of a token that are shown.
_UNKNOWN = (NotAuthenticated,)
ROWS = [
    Endpoint("POST", "/upload", upload, headers=_TOKEN, in_form=True),
    Endpoint("POST", "/upload_txt", upload_text, headers=_TOKEN, in_form=True),
    Endpoint("GET", "/download/{fid}", download, headers=_TOKEN, raises=_UNKNOWN),
    Endpoint("GET", "/identicon/{name}", identicon),
    Endpoint("POST", "/upload/upload", agents_upload, headers=_TOKEN, in_form=True),
    Endpoint("POST", "/ppkefu/upload", agents_upload_text, headers=_TOKEN, in_form=True),
    Endpoint("GET", "/download/download/{fid}", agents_download, headers=_TOKEN, raises=_UNKNOWN),
    Endpoint("GET", "/ppkefu/download/{fid}", agents_save, headers=_TOKEN, raises=_UNKNOWN),
    Endpoint("GET", "/ppkefu/material/{fid}", agents_material, headers=_TOKEN, raises=_UNKNOWN),
    Endpoint("GET", "/ppkefu/icon/{name}", agents_icon),
]
