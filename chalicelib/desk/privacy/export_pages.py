"""Export pages: what an export has of a contact, a page at a time, as entries of its archive. docs/privacy.md describes them."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from chalicelib.context import Context
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.channels import blocked_senders
from chalicelib.desk.people.people import Person
from chalicelib.desk.privacy import replacing, subjects
from chalicelib.desk.privacy.archives import Entry
from chalicelib.desk.privacy.export_rows import as_json, as_lines, moment, of_dicts, shown
from chalicelib.desk.privacy.replacing import Erased
from chalicelib.desk.privacy.subjects import Subject
from chalicelib.models import details, drafts, erasures, event_logs, files, junk_emails
from chalicelib.models.conversations import Conversation
from chalicelib.models.files import File
from chalicelib.models.messages import Message
from chalicelib.rules import text

#: Messages, logged changes and junk e-mails on one page.
_A_PAGE, _JUNK_PAGE = 500, 100
README = """All that is stored of one person in the support desk of one company.

contact.json           who they are: names, addresses, ids, what agents noted of them (one entry for each row; further ones
                       are contacts who were merged into this one)
changes/               what was changed about them, and who changed it
devices.json           browsers and phones, with how far each has received conversations
blocked-senders.json   addresses of theirs whose mails are not taken
conversations/N/       their conversations: conversation.json, messages-*.jsonl and event-log-*.jsonl (one JSON object a line),
                       drafts.json, and files/ with what was attached
elsewhere/N/           conversations of others: what the person wrote there, and what was mailed to them
junk-emails/           mails from or to their addresses that were taken for junk: texts, files and the mails as they came
uploads/               files that they uploaded and did not send

Messages whose "kind" is "note" were written by the company's agents for each other. Times are UTC. Numbers named number are
the ids that the company's programs show. Keys and versions, which only the desk's programs use, and passwords are left out.
"""


class At(msgspec.Struct, frozen=True):
    """Where an export has got: its stage, where the stage's list goes on, conversations that are left of it, whether that is a
    page of their own, where the rows of the first go on, and numbers of those of others that are done.
    """

    stage: str = "person"
    after: str = ""
    left: tuple[str, ...] = ()
    of_own: bool = False
    part: str = ""
    elsewhere: tuple[int, ...] = ()


def page(ctx: Context, subject: Subject, at: At) -> tuple[list[Entry], At | None]:
    """Returns the next entries of an export, and where to go on, None at the end. Five requests at most, one for each hundred
    files, and at first one for each device.
    """
    return _STAGES[at.stage](ctx, subject, at)


def _moved(at: At, **changes: Any) -> At:
    return msgspec.structs.replace(at, **changes)


# --- the person


def _person(ctx: Context, subject: Subject, at: At) -> tuple[list[Entry], At]:
    blocked = blocked_senders.SENDERS.load_fresh(ctx)
    own = [{"email": one.email, "block_type": one.block_type} for one in blocked.values() if one.email in subject.addresses]
    known = [_with_device(ctx, person, device) for person in subject.persons for device in _devices(ctx, person)]
    entries = [
        Entry("README.txt", README.encode()),
        as_json("contact.json", [shown(person) for person in subject.persons]),
        as_json("devices.json", known),
        as_json("blocked-senders.json", own),
    ]
    return entries, At("changes")


def _changes(ctx: Context, subject: Subject, at: At) -> tuple[list[Entry], At]:
    """Does a page of what was changed of one of their rows."""
    number, _, place = at.after.partition(" ")
    person = subject.persons[int(number or 0)]
    rows = erasures.page_of_log(event_logs.person_key(ctx.account, person.id), place, _A_PAGE)
    entries = of_dicts(f"changes/{person.number}-{place.split('.')[0] or 0}.jsonl", [_change(row) for row in rows])
    if len(rows) == _A_PAGE:
        return entries, _moved(at, after=f"{number or 0} {rows[-1].place}")
    following = int(number or 0) + 1
    return entries, _moved(at, after=f"{following} ") if following < len(subject.persons) else At("places")


def _change(row: event_logs.LogEntry) -> dict[str, Any]:
    return {**shown(row), "at": moment(row.at)}


def _devices(ctx: Context, person: Person) -> list[Any]:
    return erasures.devices(ctx.account, person.id, 100)


def _with_device(ctx: Context, person: Person, device: Any) -> dict[str, Any]:
    receipts = [shown(row) for row in erasures.receipts_of(ctx.account, device.id, 1_000)]
    return {**shown(device), "contact": person.number, "receipts": receipts}


# --- conversations


def _places(ctx: Context, subject: Subject, at: At) -> tuple[list[Entry], At]:
    if at.left:
        return _conversation(ctx, subject, at)
    found = subjects.page(ctx, subject, at.after)
    if found.after is None:
        return [], _moved(at, stage="rest", after="", left=tuple(found.ids), of_own=found.of_own)
    return [], _moved(at, after=found.after, left=tuple(found.ids), of_own=found.of_own)


def _rest(ctx: Context, subject: Subject, at: At) -> tuple[list[Entry], At]:
    """Does the conversations of the last page."""
    return _conversation(ctx, subject, at) if at.left else ([], At("junk"))


def _conversation(ctx: Context, subject: Subject, at: At) -> tuple[list[Entry], At]:
    """Returns a page of the first conversation that is left."""
    done = _moved(at, left=at.left[1:], part="")
    found = subjects.load_conversations(ctx, at.left[:1])
    if not found or found[0].purge_at:
        return [], done
    conversation = found[0]
    if conversation.contact in subject.ids:
        if not at.of_own:
            return [], done
        entries, part = _own(ctx, conversation, at.part)
        return entries, _moved(at, part=part) if part else done
    if conversation.number in at.elsewhere and not at.part:
        return [], done
    entries, part = _of_others(subject, conversation, at.part)
    seen = at.elsewhere if conversation.number in at.elsewhere else (*at.elsewhere, conversation.number)
    return entries, _moved(at, part=part, elsewhere=seen) if part else _moved(done, elsewhere=seen)


def _own(ctx: Context, conversation: Conversation, part: str) -> tuple[list[Entry], str]:
    """Returns a page of a conversation of the contact's, and what comes next of it, empty for nothing."""
    folder = f"conversations/{conversation.number}"
    stage, _, after = part.partition(" ")
    if not stage:
        own = [
            as_json(f"{folder}/conversation.json", _shown_conversation(ctx, conversation)),
            *_drafts(conversation, folder),
        ]
        return own, "messages 0"
    if stage == "messages":
        rows = erasures.page_of_messages(conversation.key, int(after), _A_PAGE)
        entries = [*as_lines(f"{folder}/messages-{int(after):08d}.jsonl", rows), *_files(folder, rows)]
        return entries, f"messages {rows[-1].sequence}" if len(rows) == _A_PAGE else "log"
    logged = erasures.page_of_log(conversation.key, after, _A_PAGE)
    changes = [_change(row) for row in logged]
    entries = of_dicts(f"{folder}/event-log-{after.split('.')[0] or 0}.jsonl", changes)
    return entries, f"log {logged[-1].place}" if len(logged) == _A_PAGE else ""


def _shown_conversation(ctx: Context, conversation: Conversation) -> dict[str, Any]:
    known = details.load(conversation.key)  # also of one whose summary says of none
    names = {field.number: field.name for field in custom_fields.load(ctx)}
    values = {names.get(number, f"field {number}"): value for number, value in known.custom_fields.items()}
    of_tags = tags.load_names(ctx)
    beside = {
        **known.metadata,
        "cc": known.cc,
        "external_id": known.external_id,
        "custom_fields": values,
        "tags": [of_tags.get(one, str(one)) for one in known.tags],
    }
    changes = [{"kind": step.kind, "at": moment(step.at), "agent": step.agent} for step in known.changes]
    return {"id": conversation.id, **shown(conversation), **beside, "status_changes": changes}


def _drafts(conversation: Conversation, folder: str) -> list[Entry]:
    own = drafts.of_conversation(conversation)
    return [as_json(f"{folder}/drafts.json", [shown(row) for row in own])] if own else []


def _of_others(subject: Subject, conversation: Conversation, part: str) -> tuple[list[Entry], str]:
    folder, after = f"elsewhere/{conversation.number}", int(part or 0)
    rows = erasures.page_of_messages(conversation.key, after, _A_PAGE)
    about = Erased(subject.ids, subject.addresses)
    own = [row for row in rows if row.public_sequence is not None and replacing.is_about(row, about)]
    entries = [*as_lines(f"{folder}/messages-{after:08d}.jsonl", own), *_files(folder, own)]
    return entries, str(rows[-1].sequence) if len(rows) == _A_PAGE else ""


def _files(folder: str, rows: Sequence[Message]) -> Iterator[Entry]:
    """Yields the files of messages, each once."""
    wanted = {described.id: described.name for row in rows for described in row.attachments or []}
    for id_, file in files.get_many(list(wanted)).items():
        yield _file(f"{folder}/files", file, wanted[id_])


def _file(folder: str, file: File, name: str) -> Entry:
    path = f"{folder}/{file.id}-{text.file_name(name)}"
    return Entry(path, file.text.encode()) if file.text is not None else Entry(path, place=file.place)


# --- mails that became nothing, and files that were not sent


def _junk(ctx: Context, subject: Subject, at: At) -> tuple[list[Entry], At]:
    rows, following = erasures.page_of_junk(ctx.account, int(at.after or 0), _JUNK_PAGE)
    about = Erased((), subject.addresses)
    own = {row.number: row for row in rows if not row.removed_at and is_junk_of(row, about)}
    texts = junk_emails.texts(ctx.account, list(own))
    entries: list[Entry] = []
    for number, row in own.items():
        folder, said = f"junk-emails/{number}", texts.get(number)
        entries += [
            as_json(f"{folder}/email.json", {**shown(row), **(shown(said) if said else {})}),
            Entry(f"{folder}/email.eml", place=row.mail_place),
        ]
        described = {one.id: one.name for one in (said.attachments if said else None) or []}
        entries += [_file(f"{folder}/files", file, described[id_]) for id_, file in files.get_many(list(described)).items()]
    return entries, _moved(at, after=str(following)) if following else At("uploads")


def is_junk_of(row: junk_emails.JunkEmail, about: Erased) -> bool:
    """Returns whether a junk e-mail is from or to an address."""
    return any(map(about.names, (row.sender, row.to, row.cc, row.return_path)))


def _uploads(ctx: Context, subject: Subject, at: At) -> tuple[list[Entry], None]:
    waiting = files.of_uploaders(ctx.account, [*subject.ids][:100], ctx.now - 86_400_000)
    return [_file("uploads", file, file.name) for file in files.get_many(waiting).values()], None


_STAGES = {"person": _person, "changes": _changes, "places": _places, "rest": _rest, "junk": _junk, "uploads": _uploads}
