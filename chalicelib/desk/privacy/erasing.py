"""Erasing: the parts of an erasure, in their order. Each does a bounded part of one stage, and can be repeated."""

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.context import Context
from chalicelib.desk.channels import blocked_senders
from chalicelib.desk.conversations import deletion
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import contact_words, registration
from chalicelib.desk.privacy import exports, replacing, subjects, webhook_answers
from chalicelib.desk.privacy.export_pages import is_junk_of
from chalicelib.desk.privacy.replacing import Erased
from chalicelib.desk.privacy.subjects import Subject
from chalicelib.models import conversations, erasures, event_logs, files, purges, repeats, storage, unique_names
from chalicelib.models.conversations import Conversation

#: Junk e-mails, first answers, receipts, messages and logged changes that one part looks at.
_JUNK, _ANSWERS, _RECEIPTS, _COUNTED, _LOGGED = 200, 100, 500, 500, 500
_A_DAY = 86_400_000


class Place(msgspec.Struct, frozen=True):
    """Where an erasure goes on: the stage, where the stage's list goes on, conversations that are left of its page, where the
    first of them goes on, and the one whose messages have been counted.
    """

    stage: str = ""
    after: str = ""
    left: tuple[str, ...] = ()
    part: str = ""
    counted: str = ""
    is_last: bool = False


class Part(msgspec.Struct, frozen=True):
    """What one part has done: where to go on, None at the end; what it has removed, and whether there was anything."""

    place: Place | None
    removed: Mapping[str, int] = msgspec.field(default_factory=dict)
    found: bool = False


def part(ctx: Context, subject: Subject, place: Place) -> Part:
    """Does the part at a place."""
    return STAGES[place.stage or _ORDER[0]](ctx, subject, place)


def _then(stage: str) -> Place | None:
    at = _ORDER.index(stage) + 1
    return Place(_ORDER[at]) if at < len(_ORDER) else None


def _moved(place: Place, **changes: Any) -> Place:
    return msgspec.structs.replace(place, **changes)


# --- conversations


def _conversations(ctx: Context, subject: Subject, place: Place) -> Part:
    """Does one conversation of the page, or reads the next page."""
    place = _moved(place, stage="conversations")
    if place.left:
        return _conversation(ctx, subject, place)
    if place.is_last:
        return Part(_then("conversations"))
    page = subjects.page(ctx, subject, place.after)
    return Part(_moved(place, after=page.after or "", left=tuple(page.ids), is_last=page.after is None))


def _conversation(ctx: Context, subject: Subject, place: Place) -> Part:
    """Does a part of the first conversation that is left. One of theirs goes with all that is in it; its own job removes it, and
    counts as something that is there until it has gone. In one of others, what they wrote is emptied.
    """
    done = _moved(place, left=place.left[1:], part="", counted="")
    found = subjects.load_conversations(ctx, place.left[:1])
    if not found:
        return Part(done)
    conversation = found[0]
    if conversation.contact not in subject.ids:
        return _of_others(ctx, subject, conversation, place, done)
    if conversation.purge_at:
        return Part(done, found=True)
    if place.counted != conversation.id:
        return _count(conversation, place)
    retry_on_conflict(ctx, lambda: _mark(ctx, conversation.id))
    return Part(done, found=True)


def _count(conversation: Conversation, place: Place) -> Part:
    """Counts a page of a conversation's messages and their files. The counts are stored, with the place, before the conversation
    is marked, so that a repetition does not count it again.
    """
    rows = [] if conversation.merged_into else erasures.page_of_messages(conversation.key, int(place.part or 0), _COUNTED)
    found = {"messages": len(rows), "files": sum(len(row.attachments or ()) for row in rows)}
    if len(rows) == _COUNTED:
        return Part(_moved(place, part=str(rows[-1].sequence)), found, found=True)
    return Part(_moved(place, counted=conversation.id, part=""), found | {"conversations": 1}, found=True)


def _mark(ctx: Context, conversation_id: str) -> None:
    """Has a conversation removed for good, in one write on the version that was read."""
    found = conversations.get(ctx.account, conversation_id)
    if found and not found.purge_at:
        deletion.remove_for_good(ctx, found)


def _of_others(ctx: Context, subject: Subject, conversation: Conversation, place: Place, done: Place) -> Part:
    if conversation.purge_at:
        return Part(done)
    step = replacing.part(ctx, conversation, Erased(subject.ids, subject.addresses), place.part)
    removed = {"messagesEmptied": step.emptied, "messagesChanged": step.changed, "files": step.files}
    return Part(_moved(place, part=step.after) if step.after else done, removed, found=bool(step.emptied or step.changed))


# --- mails


def _junk(ctx: Context, subject: Subject, place: Place) -> Part:
    rows, following = erasures.page_of_junk(ctx.account, int(place.after or 0), _JUNK)
    about = Erased((), subject.addresses)
    own = [row for row in rows if is_junk_of(row, about)]
    removed = {"junkEmails": len(own), "files": sum(map(erasures.remove_junk, own))}
    return Part(_moved(place, after=str(following)) if following else _then("junk"), removed, found=bool(own))


def _blocked(ctx: Context, subject: Subject, place: Place) -> Part:
    """Unblocks their addresses: that one is blocked says that its holder has written."""
    known = blocked_senders.SENDERS.load_fresh(ctx)
    own = [address for address in subject.addresses if address in known]
    for address in own:
        try:
            blocked_senders.SENDERS.remove(ctx, address)
        except NotFound:  # another was faster
            continue
    return Part(_then("blocked"), {"blockedSenders": len(own)}, found=bool(own))


def _log(ctx: Context, subject: Subject, place: Place) -> Part:
    """Removes what was logged of their rows, and of their addresses among the blocked senders."""
    keys = [event_logs.person_key(ctx.account, person.id) for person in subject.persons]
    keys += [event_logs.setting_key(ctx.account, "blocked_sender", address) for address in subject.addresses]
    at = int(place.after or 0)
    if at == len(keys):
        return Part(_then("log"))
    return Part(_moved(place, after=str(at if purges.remove_log(keys[at], _LOGGED) else at + 1)))


# --- files and answers


def _uploads(ctx: Context, subject: Subject, place: Place) -> Part:
    """Removes files that they uploaded within a day and did not send; older ones have gone."""
    waiting = [id_ for some in _some(sorted(subject.ids)) for id_ in files.of_uploaders(ctx.account, some, ctx.now - _A_DAY)]
    return Part(_then("uploads"), {"files": erasures.remove_files(waiting)}, found=bool(waiting))


def _some(values: list[str]) -> list[list[str]]:
    return [values[at : at + 100] for at in range(0, len(values), 100)]


def _exports(ctx: Context, subject: Subject, place: Place) -> Part:
    """Removes what was made of their data for an administrator."""
    found = storage.list_keys(exports.key_of(ctx.account, subject.contact.number), 1_000)
    for key in found:
        storage.remove(key)
    export = exports.RECORDS.find(ctx, subject.contact.number)
    if export:
        storage.drop_parts(export[1].key, export[1].progress.upload)
        retry_on_conflict(ctx, lambda: exports.RECORDS.remove(ctx, subject.contact.number))
    return Part(_then("exports") if len(found) < 1_000 else place, {"exports": int(bool(found or export))}, found=bool(found))


def _answers(ctx: Context, subject: Subject, place: Place) -> Part:
    """Drops the first answers, kept for a day, that name them: the requests are still not served again."""
    after = place.after.rpartition(" ")
    rows, following = repeats.page(ctx.account, (after[0], int(after[2])) if place.after else None, _ANSWERS)
    own = [row for row in rows if row.body and _says(subject, bytes(row.body).decode(errors="replace"))]
    count = sum(map(repeats.forget_answer, own))
    next_ = _moved(place, after=f"{following[0]} {following[1]}") if following else _then("answers")
    return Part(next_, {"answers": count}, found=bool(own))


def _webhooks(ctx: Context, subject: Subject, place: Place) -> Part:
    """Drops what receivers of webhooks have answered about them."""
    done = webhook_answers.forget(ctx, subject, lambda answer: _says(subject, answer), place.after)
    following = _moved(place, after=done.after) if done.after else _then("webhooks")
    return Part(following, {"webhookAnswers": done.dropped}, found=bool(done.dropped))


def _says(subject: Subject, answer: str) -> bool:
    """Returns whether an answer has a name, an address or an id of theirs, even if it is about others, too."""
    said = answer.lower()
    names = [name for person in subject.persons for name in _names(person)]
    return any(name.lower() in said for name in names)


def _names(person: Any) -> list[str]:
    """Returns what an answer has where it is about somebody: their uuid, number, name, addresses and ids."""
    numbered = [f'"{field_}":{person.number}{end}' for field_ in ("id", "contactid", "contactorvisitorid") for end in ",}"]
    known = [person.id, *contact_words.names_of_any(person)]
    return [*numbered, *(name for name in known if len(name) > 2)]


# --- what else has their uuid in its key


def _devices(ctx: Context, subject: Subject, place: Place) -> Part:
    """Removes one device of one of their rows, with what it has acknowledged."""
    for person in subject.persons:
        for device in erasures.devices(ctx.account, person.id, 1):
            is_gone = erasures.remove_device(ctx.account, person.id, device, _RECEIPTS)
            return Part(place, {"devices": int(is_gone)}, found=True)
    return Part(_then("devices"))


def _names_of_rows(ctx: Context, subject: Subject, place: Place) -> Part:
    """Frees names that a contact who was merged, or removed by an older version, has kept; and forgets their sockets."""
    for person in subject.persons:
        for name in registration.unique_names_of(person):
            unique_names.release(name)
        erasures.remove_topic(ctx.account, person.id)
    return Part(_then("names"))


#: The stages in their order.
STAGES = {
    "conversations": _conversations,
    "junk": _junk,
    "blocked": _blocked,
    "log": _log,
    "uploads": _uploads,
    "exports": _exports,
    "answers": _answers,
    "webhooks": _webhooks,
    "devices": _devices,
    "names": _names_of_rows,
}
_ORDER = list(STAGES)
