"""Reading back: whether what was imported of a conversation is there, whole and in its order."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.conversations import conversations, import_values, imported_messages, imports
from chalicelib.desk.conversations.import_values import Values
from chalicelib.desk.conversations.imported_messages import Posted
from chalicelib.desk.core import access, imported, lines
from chalicelib.desk.core.changes import is_imported
from chalicelib.desk.core.errors import DeskError, Invalid
from chalicelib.models import conversations as rows
from chalicelib.models import details, messages
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import Details
from chalicelib.models.messages import Message
from chalicelib.rules import text


class Stored(msgspec.Struct, frozen=True):
    """What is stored of conversations: rows by external id (for a merged conversation, the row that has its messages now), and
    details and messages by uuid.
    """

    rows: Mapping[str, Conversation]
    details: Mapping[str, Details]
    messages: Mapping[str, Message]


@access.allow(SYSTEM)
def load(ctx: Context, wanted: Mapping[str, Sequence[str]]) -> Stored:
    """Returns what is stored of conversations and of messages of each, both by external id. Two requests for each hundred
    conversations, one for each hundred messages; one more for a conversation whose id was not looked up, or that was merged.
    """
    known = {external: imported.find(ctx, imports.CONVERSATION, external) for external in wanted}
    found = {row.id: row for row in rows.get_many(ctx.account, [name.id for name in known.values() if name], consistent=True)}
    here = {external: found[name.id] for external, name in known.items() if name and name.id in found}
    there = {
        external: conversations.load(ctx, row.id) if row.merged_into else row
        for external, row in here.items()
        if not row.purge_at
    }
    keys = [(row.key, imported_messages.id_of(row, id_)) for external, row in there.items() for id_ in wanted[external]]
    beside = details.of_many(ctx.account, list({row.id for row in there.values() if row.has_details or row.has_tags}))
    return Stored(there, beside, messages.get_all(list(dict.fromkeys(keys))))


@access.allow(SYSTEM)
def faults(
    ctx: Context, line: lines.Conversation | None, conversation: str, said: Sequence[lines.Message], count: int, stored: Stored
) -> list[str]:
    """Returns how a stored conversation differs from its line and from these messages of the file, as texts. `conversation` is
    its external id, `count` how many messages the file has for it. No request where this process knows all
    that they name; two for a conversation that was merged.

    Once somebody has changed the conversation, the line is not compared.
    """
    try:
        if line and line.merged_into:
            return _of_merged(ctx, line)
        row = stored.rows.get(conversation)
        if row is None:
            raise Invalid("conversation", f"there is no conversation with the id {conversation!r}")
        beside = stored.details.get(row.id)
        found = [*_of_line(row, beside, line, import_values.read(ctx, line))] if line and is_imported(row) else []
        return [*found, *_of_messages(row, imported_messages.read(ctx, said), count, stored.messages)]
    except DeskError as error:
        return [str(error)]


def _of_merged(ctx: Context, line: lines.Conversation) -> list[str]:
    known = imported.find(ctx, imports.CONVERSATION, line.id)
    source = rows.get(ctx.account, known.id) if known else None
    target = imported.find(ctx, imports.CONVERSATION, str(line.merged_into))
    return [] if source and target and source.merged_into == target.id else [f"does not lead to {line.merged_into}"]


def _of_line(row: Conversation, beside_it: Details | None, line: lines.Conversation, values: Values) -> Iterator[str]:
    wanted = {**values.state, "contact_number": values.contact.number, "channel": line.channel}
    wanted["created_at"] = lines.to_ms(line.created_at)
    for name, value in wanted.items():
        if getattr(row, name) != value:
            yield f"{name} is {getattr(row, name)!r}, not {value!r}"
    known, beside = beside_it or Details(details.key(row.key)), values.beside
    had = {"tags": known.tags, "custom_fields": known.custom_fields, "metadata": known.metadata, "cc": list(known.cc or ())}
    for name, value in had.items():
        told = getattr(beside, name)
        if (list(told or ()) if isinstance(value, list) else dict(told or {})) != value:
            yield f"{name} are {value!r}, not {told!r}"


def _of_messages(row: Conversation, posted: Sequence[Posted], count: int, stored: Mapping[str, Message]) -> Iterator[str]:
    last = 0
    for one in posted:
        found = stored.get(imported_messages.id_of(row, one.line.id))
        if found is None:
            yield f"the message {one.line.id} is not there"
            continue
        if found.sequence <= last:
            yield f"the message {one.line.id} is not behind the one in front of it"
        last = found.sequence
        yield from (f"the message {one.line.id} has another {name}" for name in _differing(found, one))
    if row.message_count < max(count, last):
        yield f"has {row.message_count} messages, not {count}"


def _differing(row: Message, posted: Posted) -> Iterator[str]:
    told = posted.command
    wanted = {"kind": told.kind, "body": told.body, "html_body": told.html_body, "subject": told.subject}
    wanted |= {"sender": posted.sender.id, "external_id": posted.line.id}
    yield from (name for name, value in wanted.items() if getattr(row, name) != value)
    if row.created_at != lines.to_ms(posted.line.created_at):
        yield "time"
    if [one.name for one in row.attachments or []] != [text.file_name(one.name) for one in posted.line.attachments]:
        yield "list of files"
