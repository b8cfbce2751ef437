"""Reading back: whether what was imported of a conversation is there, whole and in its order."""

from collections.abc import Iterator, Sequence

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.conversations import import_values, imported_messages, imports
from chalicelib.desk.conversations.import_values import Values
from chalicelib.desk.conversations.imported_messages import Posted
from chalicelib.desk.core import access, imported, lines
from chalicelib.desk.core.changes import is_imported
from chalicelib.desk.core.errors import DeskError
from chalicelib.models import conversations as rows
from chalicelib.models import details, messages
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Message
from chalicelib.rules import text


@access.allow(SYSTEM)
def faults(
    ctx: Context, line: lines.Conversation | None, conversation: str, said: Sequence[lines.Message], count: int
) -> list[str]:
    """Returns what is not there of a conversation (its external id) as its line and these messages say, of `count` that the file
    has of it. Three requests, and one for each hundred messages.

    Of a conversation that somebody has changed since, its line is not compared.
    """
    try:
        if line and line.merged_into:
            return _of_merged(ctx, line)
        row = imports.load_row(ctx, conversation)
        found = [*_of_line(row, line, import_values.read(ctx, line))] if line and is_imported(row) else []
        return [*found, *_of_messages(row, imported_messages.read(ctx, said), count)]
    except DeskError as error:
        return [str(error)]


def _of_merged(ctx: Context, line: lines.Conversation) -> list[str]:
    known = imported.find(ctx, imports.CONVERSATION, line.id)
    source = rows.get(ctx.account, known.id) if known else None
    target = imported.find(ctx, imports.CONVERSATION, str(line.merged_into))
    return [] if source and target and source.merged_into == target.id else [f"does not lead to {line.merged_into}"]


def _of_line(row: Conversation, line: lines.Conversation, values: Values) -> Iterator[str]:
    wanted = {**values.state, "contact_number": values.contact.number, "channel": line.channel}
    wanted["created_at"] = lines.to_ms(line.created_at)
    for name, value in wanted.items():
        if getattr(row, name) != value:
            yield f"{name} is {getattr(row, name)!r}, not {value!r}"
    known, beside = details.of_conversation(row), values.beside
    had = {"tags": known.tags, "custom_fields": known.custom_fields, "metadata": known.metadata, "cc": list(known.cc or ())}
    for name, value in had.items():
        told = getattr(beside, name)
        if (list(told or ()) if isinstance(value, list) else dict(told or {})) != value:
            yield f"{name} are {value!r}, not {told!r}"


def _of_messages(row: Conversation, posted: Sequence[Posted], count: int) -> Iterator[str]:
    ids = [imported_messages.id_of(row, one.line.id) for one in posted]
    stored, last = messages.get_many(row.account, row.id, ids), 0
    for id_, one in zip(ids, posted, strict=True):
        found = stored.get(id_)
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
