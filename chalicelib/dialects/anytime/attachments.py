"""Anytime's attachments: uploaded first, then named by messages. What messages share about them stands here, too."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Annotated

from msgspec import Meta

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import attachments, files
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.core.errors import Missing
from chalicelib.dialects.anytime.shapes import BASE, Wire, naming
from chalicelib.dialects.bounds import Id, Line, Number
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Upload


class NamedAttachment(Wire, kw_only=True):
    """A file that was uploaded before, by its `guid` or by the same as `id`."""

    guid: Id = ""
    id: Id = ""


#: The files of one message.
NamedAttachments = Annotated[list[NamedAttachment], Meta(max_length=attachments.MOST)]


class Attachment(Wire, kw_only=True):
    """A file. Anybody who has its address may read it, unless it is not available."""

    guid: str
    id: str
    file_name: str
    url: str
    is_available: bool


class OneAttachment(Attachment, kw_only=True):
    """A file, and the same under its name."""

    attachment: Attachment


class UploadAttachment(Wire, kw_only=True):
    """`POST /attachments`, a form."""

    file: Upload


class BeginUpload(Wire, kw_only=True):
    """`POST /attachments/uploads`: the name and the bytes of a file that the client will send to the bucket itself."""

    file_name: Line
    size: Number


class SignedUpload(Wire, kw_only=True):
    """Where to send a file: a form to `url`, with `fields` before the file, whose field is `file`."""

    guid: str
    url: str
    fields: dict[str, str]


class GetAttachment(Wire, kw_only=True):
    """An attachment by its guid."""

    guid: Id


class ChangeAttachment(Wire, kw_only=True):
    """`PUT /attachments/{guid}`."""

    guid: Id
    is_available: bool


class RemovedAttachment(Wire, kw_only=True):
    """The guid of a removed attachment."""

    guid: str


def attach(named: Sequence[NamedAttachment] | None) -> tuple[Attach, ...]:
    """Returns the files that a message names. Raises Missing for one without a guid."""
    ids = [one.guid or one.id for one in named or ()]
    if not all(ids):
        raise Missing("attachments[].guid")
    return tuple(Attach(id_) for id_ in ids)


def naming_files() -> AbstractContextManager[None]:
    """Around posting a message: a file that is not the caller's to send is a wrong value of `attachments`."""
    return naming("file", "attachments")


def show(id_: str, name: str, *, is_available: bool) -> Attachment:
    """Returns a file, with its address."""
    url = files.address_of(id_, name)
    return Attachment(guid=id_, id=id_, file_name=name, url=url, is_available=is_available)


def _one(ctx: Context, file: files.File) -> OneAttachment:
    shown = show(file.id, file.name, is_available=attachments.is_available(ctx, file))
    return OneAttachment(
        guid=shown.guid, id=shown.id, file_name=shown.file_name, url=shown.url, is_available=shown.is_available, attachment=shown
    )


def upload(ctx: Context, request: UploadAttachment) -> OneAttachment:
    """`POST /attachments`: stores a file for a day, unless a message of the caller uses it."""
    return _one(ctx, files.upload_own(ctx, request.file.name, request.file.mime, request.file.data))


def begin_upload(ctx: Context, request: BeginUpload) -> SignedUpload:
    """`POST /attachments/uploads`: a form that takes one large file straight into the bucket, within a quarter of an hour."""
    file, form = attachments.begin_upload(ctx, request.file_name, request.size)
    return SignedUpload(guid=file.id, url=form.url, fields=form.fields)


def get(ctx: Context, request: GetAttachment) -> OneAttachment:
    """`GET /attachments/{guid}`: a file; it is not available until its bytes have come."""
    return _one(ctx, attachments.get(ctx, request.guid.lower()))


def change(ctx: Context, request: ChangeAttachment) -> OneAttachment:
    """`PUT /attachments/{guid}`: lets everybody have a file, or nobody."""
    return _one(ctx, attachments.set_available(ctx, request.guid.lower(), available=request.is_available))


def remove(ctx: Context, request: GetAttachment) -> RemovedAttachment:
    """`DELETE /attachments/{guid}`: removes a file that no message has; one that a message has becomes unavailable."""
    guid = request.guid.lower()
    attachments.remove(ctx, guid)
    return RemovedAttachment(guid=guid)


_PATH = f"{BASE}/attachments"
ROWS = [
    Endpoint("POST", _PATH, upload, AGENT, in_form=True),
    Endpoint("POST", f"{_PATH}/uploads", begin_upload, AGENT),
    Endpoint("GET", f"{_PATH}/{{guid}}", get, AGENT),
    Endpoint("PUT", f"{_PATH}/{{guid}}", change, AGENT),
    Endpoint("DELETE", f"{_PATH}/{{guid}}", remove, AGENT),
]
