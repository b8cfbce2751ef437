"""Anytime's endpoints for what is stored of a contact: all of it as a file, and its removal with a receipt."""

from typing import Annotated

from chalicelib.context import ADMIN, Context
from chalicelib.desk.core.errors import Conflict
from chalicelib.desk.privacy import erasures, exports
from chalicelib.dialects.anytime.contacts import PATHS, OneContact
from chalicelib.dialects.anytime.shapes import Wire, moment
from chalicelib.dialects.bounds import Moment
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Answer, Shows

_ZIP = "application/zip"
#: Nothing on the way keeps what is stored of somebody, nor a link to it.
_NOT_KEPT = {"Cache-Control": "no-store"}
#: Seconds after which a client may ask again whether a file is ready.
_ASK_AGAIN = 10


class Export(Wire, kw_only=True):
    """A file that is made, or is ready: `url` is then a link to it that is good for an hour; the same call gives another one."""

    status: str
    url: str | None
    requested_time: Moment


class WrappedExport(Wire, kw_only=True):
    """An export under its name."""

    export: Export


class Erasure(Wire, kw_only=True):
    """The receipt of an erasure. `removed` counts what was removed; nothing in it says who it was."""

    id: str
    contact_id: int
    status: str
    requested_time: Moment
    requested_by_id: int
    completed_time: Moment | None
    removed: dict[str, int]


class WrappedErasure(Wire, kw_only=True):
    """A receipt under its name."""

    erasure: Erasure


Exported = Annotated[Answer, Shows(media_type=_ZIP), Shows(WrappedExport), Shows(WrappedExport, 202, headers=("Retry-After",))]


def export_contact(ctx: Context, request: OneContact) -> Exported:
    """`GET /contacts/{contactId}/export`: all that is stored of a contact, as a zip: 200 with the file where it is small, else
    202 until a job has made it; the same call then answers with a link to it.
    """
    found = exports.get(ctx, request.contact_id)
    if found.data is not None:
        header = f'attachment; filename="contact-{request.contact_id}.zip"'
        return Answer(found.data, headers={"Content-Type": _ZIP, "Content-Disposition": header, **_NOT_KEPT})
    status = "ready" if found.link else "preparing"
    shown = WrappedExport(export=Export(status=status, url=found.link, requested_time=moment(found.requested_at)))
    if found.link:
        return Answer(shown, headers=_NOT_KEPT)
    return Answer(shown, 202, {"Retry-After": str(_ASK_AGAIN)})


def erase_contact(ctx: Context, request: OneContact) -> WrappedErasure:
    """`POST /contacts/{contactId}/erase`: removes all that is stored of a contact, which takes some minutes. Again it changes
    nothing.
    """
    return _receipt(erasures.begin(ctx, request.contact_id))


def get_erasure(ctx: Context, request: OneContact) -> WrappedErasure:
    """`GET /contacts/{contactId}/erase`: the receipt of an erasure, also long after it."""
    return _receipt(erasures.get(ctx, request.contact_id))


def _receipt(erasure: erasures.Erasure) -> WrappedErasure:
    done = erasure.completed_at
    return WrappedErasure(
        erasure=Erasure(
            id=erasure.id,
            contact_id=erasure.contact,
            status="running" if done is None else "completed",
            requested_time=moment(erasure.requested_at),
            requested_by_id=erasure.requested_by,
            completed_time=None if done is None else moment(done),
            removed=erasure.removed,
        )
    )


ROWS = [
    row
    for path in PATHS
    for row in (
        Endpoint("GET", f"{path}/{{contactId}}/export", export_contact, ADMIN, raises=(Conflict,)),
        Endpoint("POST", f"{path}/{{contactId}}/erase", erase_contact, ADMIN, raises=(Conflict,)),
        Endpoint("GET", f"{path}/{{contactId}}/erase", get_erasure, ADMIN),
    )
]
