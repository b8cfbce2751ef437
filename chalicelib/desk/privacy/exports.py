"""Exports: all that is stored of a contact, as a zip. A small one is made at once, a larger one by a job, into the bucket."""

import msgspec

from chalicelib.context import ADMIN, SYSTEM, Context
from chalicelib.desk.core import access, publishing, rate_limits
from chalicelib.desk.core.errors import Conflict, NotFound
from chalicelib.desk.core.people_events import ExportDue
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import logged_people
from chalicelib.desk.privacy import archives, export_pages, subjects
from chalicelib.desk.privacy.archives import Archive, Progress
from chalicelib.desk.privacy.export_pages import At
from chalicelib.desk.privacy.records import Records
from chalicelib.desk.privacy.subjects import Subject
from chalicelib.models import storage
from chalicelib.models.storage import NoUpload

#: Bytes and pages of an export that is made at once; pages of one run of the job, and bytes after which it ends sooner.
_MOST_BYTES, _MOST_PAGES = 3_000_000, 40
PAGES_AT_ONCE, _BYTES_AT_ONCE = 20, 48_000_000
#: For how many milliseconds an export is kept, and after how many a run counts as dead; seconds that a link works.
KEPT, _ABANDONED, LINK_SECONDS = 86_400_000, 300_000, 3_600


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """The record of an export. `at` is None once it is ready."""

    id: str
    key: str
    requested_at: int
    touched_at: int
    at: At | None = At()
    progress: Progress = Progress()
    ready_at: int | None = None


RECORDS = Records("export", Export)


class Exported(msgspec.Struct, frozen=True):
    """An export: its bytes where it was made at once; else when it was asked for, and a link to it once it is ready."""

    requested_at: int
    data: bytes | None = None
    link: str | None = None


def key_of(account: str, number: int, id_: str = "") -> str:
    """Returns where the export of a contact is in the bucket; without an id, how all of theirs begin."""
    return f"exports/{account}/{number}-{id_}"


@access.allow(ADMIN)
def get(ctx: Context, number: int) -> Exported:
    """Returns the export of a contact: what was made within a day, else one that is made now, or begun. Requests as of forty
    pages for a new one; else three, and one to the bucket. One more where the caller gets it, which is logged.

    Raises NotFound, Conflict for a contact who was merged into another or is being erased, TooMany.
    """
    subject = subjects.load(ctx, number)
    if subject.contact.erased_at:
        raise Conflict(f"contact {number} is erased")
    found = RECORDS.find(ctx, number)
    if found is None or ctx.now - found[1].requested_at > KEPT:
        rate_limits.spend_privacy(ctx, "exports")
        data = _at_once(ctx, subject)
        if data is None:
            return _begin(ctx, number)
        logged_people.note_export(ctx, subject.contact)
        return Exported(ctx.now, data)
    row, export = found
    if export.ready_at is not None:
        logged_people.note_export(ctx, subject.contact)
        return Exported(export.requested_at, link=_link(number, export))
    if ctx.now - export.touched_at > _ABANDONED and RECORDS.keep_on(row, msgspec.structs.replace(export, touched_at=ctx.now)):
        _publish(ctx, number)
    return Exported(export.requested_at)


def _link(number: int, export: Export) -> str:
    header = f'attachment; filename="contact-{number}.zip"'
    return storage.signed_link(export.key, header, archives.MIME, LINK_SECONDS)


def _at_once(ctx: Context, subject: Subject) -> bytes | None:
    """Returns a small export, None where it is larger."""
    archive, at = Archive("", Progress()), At()
    for _ in range(_MOST_PAGES):
        entries, following = export_pages.page(ctx, subject, at)
        for entry in entries:
            size = (storage.size_of(entry.place) or 0) if entry.place else len(entry.data)
            if archive.size + size > _MOST_BYTES:
                return None
            archive.add(entry)
        if following is None:
            return archive.close()
        at = following
    return None


def _begin(ctx: Context, number: int) -> Exported:
    """Has the job make an export, in the place of an older one."""

    def attempt() -> None:
        before = RECORDS.find(ctx, number)
        if before and ctx.now - before[1].requested_at <= KEPT:
            return
        id_ = ctx.new_id()
        key = f"{key_of(ctx.account, number, id_)}.zip"
        export = Export(id=id_, key=key, requested_at=ctx.now, touched_at=ctx.now, progress=archives.begin(key))
        RECORDS.put(before[0] if before else RECORDS.new(ctx, number, export), export)

    retry_on_conflict(ctx, attempt)
    _publish(ctx, number)
    return Exported(ctx.now)


def _publish(ctx: Context, number: int) -> None:
    publishing.publish([ExportDue(ctx.account, ctx.now, number)], ctx.now)


@access.allow(SYSTEM)
def run(ctx: Context, number: int) -> bool:
    """Makes a part of an export that was begun. Returns whether there is more to do. Repeated, or interrupted at any place, it
    makes the same part again.

    Requests as of twenty pages, one for each 4 MB of files, one for each 8 MB that is sent, and six.
    """
    found = RECORDS.find(ctx, number)
    if found is None or found[1].at is None:
        return False
    row, export = found
    after = _advanced(ctx, number, export)
    if after is None or not RECORDS.keep_on(row, after):
        return False
    if after.at is None:
        archives.tidy(after.key, export.progress)
    return after.at is not None


def _advanced(ctx: Context, number: int, export: Export) -> Export | None:
    """Returns an export after one more run, None where there is nothing to be exported any more."""
    ready = msgspec.structs.replace(export, at=None, touched_at=ctx.now, ready_at=ctx.now)
    if storage.size_of(export.key) is not None:  # a process has died right after it had made the object
        return ready
    try:
        subject = subjects.load(ctx, number)
    except (NotFound, Conflict):
        return None
    if subject.contact.erased_at:
        return None
    try:
        archive = Archive(export.key, export.progress)
        at = _write(ctx, subject, archive, export.at)
        if at is None:
            archive.close()
            return ready
        return msgspec.structs.replace(export, at=at, touched_at=ctx.now, progress=archive.pause())
    except NoUpload:  # it was begun more than a day ago: the bucket keeps parts no longer
        return msgspec.structs.replace(export, at=At(), touched_at=ctx.now, progress=archives.begin(export.key))


def _write(ctx: Context, subject: Subject, archive: Archive, at: At | None) -> At | None:
    """Writes the entries of some pages, and returns where to go on, None at the end."""
    before = archive.size
    for _ in range(PAGES_AT_ONCE):
        if at is None or archive.size - before > _BYTES_AT_ONCE:
            break
        entries, at = export_pages.page(ctx, subject, at)
        for entry in entries:
            archive.add(entry)
    return at
