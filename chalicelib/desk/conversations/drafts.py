"""Drafts: what an agent has begun to write in a conversation. Nobody else sees it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, markup
from chalicelib.desk.conversations import files as desk_files
from chalicelib.desk.conversations.composing import MOST_BYTES
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.files import File
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import drafts, files, sequences
from chalicelib.models.base import ConditionFailed
from chalicelib.models.drafts import FIELDS as FIELDS
from chalicelib.models.drafts import Draft as Draft
from chalicelib.rules import html as plain
from chalicelib.rules import ids

#: Files of a draft.
MOST_FILES = 20
#: Fields of a draft that are counted in bytes because they may be long, and what errors call them.
_LONG = {"html_body": "html_body", "plain_body": "body", "quote": "quote"}


class Shown(msgspec.Struct, frozen=True):
    """A draft, its conversation, and those of its files that still exist."""

    draft: Draft
    conversation: Conversation
    files: Sequence[File]


@access.allow(AGENT)
def get(ctx: Context, conversation_id: str) -> Shown:
    """Returns the caller's draft in a conversation. Two requests, three with files. Raises NotFound, Forbidden for a program."""
    agent, conversation = _agent(ctx), conversations.load(ctx, conversation_id)
    found = drafts.get(conversation, agent)
    if found is None:
        raise _missing(conversation_id)
    return _shown(ctx, conversation, found)


@access.allow(AGENT)
def save(ctx: Context, conversation_id: str, given: Mapping[str, Any]) -> Shown:
    """Stores the caller's draft, in the place of their former one. `given` has some of FIELDS.

    Three requests, four for the first one, and one with files. Raises NotFound, Invalid, Forbidden for a program.
    """
    agent, values = _agent(ctx), _checked(ctx, given)

    def attempt() -> Shown:
        conversation = conversations.load(ctx, conversation_id)
        before = drafts.get(conversation, agent)
        number = before.number if before else sequences.next_number(ctx.account, "draft")
        draft = drafts.new(conversation, agent, ctx.caller.number or 0, number, ctx.now)
        for name, value in values.items():
            setattr(draft, name, value)
        if before:
            drafts.replace(draft)
        else:
            drafts.create(conversation, draft, ctx.stamp)
        return _shown(ctx, conversation, draft)

    return retry_on_conflict(ctx, attempt)


@access.allow(AGENT)
def change(ctx: Context, conversation_id: str, given: Mapping[str, Any]) -> Shown:
    """Changes what is given of the caller's draft. Two requests, and one with files.

    Raises NotFound, Invalid, Forbidden for a program.
    """
    agent, values = _agent(ctx), _checked(ctx, given)
    conversation = conversations.load(ctx, conversation_id)
    try:
        return _shown(ctx, conversation, drafts.change(conversation, agent, values, ctx.now))
    except ConditionFailed as none:
        raise _missing(conversation_id) from none


@access.allow(AGENT)
def remove(ctx: Context, conversation_id: str) -> None:
    """Removes the caller's draft. Three requests. Raises NotFound, Forbidden for a program."""
    agent = _agent(ctx)

    def attempt() -> None:
        conversation = conversations.load(ctx, conversation_id)
        if drafts.get(conversation, agent) is None:
            raise _missing(conversation_id)
        drafts.remove(conversation, agent, ctx.stamp)

    retry_on_conflict(ctx, attempt)


@access.allow(AGENT)
def held_by(ctx: Context, rows: Iterable[Conversation]) -> set[str]:
    """Returns the uuids of those of the conversations in which the caller has a draft. One request for each hundred conversations
    that have drafts.
    """
    agent = ctx.caller.person
    return drafts.of_agent(ctx.account, [row.id for row in rows if row.draft_count], agent) if agent else set()


def _agent(ctx: Context) -> str:
    if ctx.caller.person is None:
        raise Forbidden("only an agent has drafts")
    return ctx.caller.person


def _missing(conversation: str) -> NotFound:
    return NotFound("draft", conversation)


def _checked(ctx: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what is stored of a draft: clean HTML, its text if no text is given, None for an empty value. One request with
    files.

    Raises Invalid.
    """
    values = dict(given)
    if values.get("html_body"):
        values["html_body"] = markup.clean(values["html_body"])
    if "html_body" in values and "plain_body" not in values:
        values["plain_body"] = plain.to_text(values["html_body"] or "")
    for name, called in _LONG.items():
        if len((values.get(name) or "").encode()) > MOST_BYTES:
            raise Invalid(called, f"is longer than {MOST_BYTES} bytes")
    if "files" in values:
        values["files"] = _own_files(ctx, values["files"] or ())
    return {name: value or None for name, value in values.items()}


def _own_files(ctx: Context, wanted: Iterable[str]) -> list[str]:
    """Returns the ids of the caller's uploaded files, each once. Raises Invalid for too many, or for one that is not theirs."""
    named = list(dict.fromkeys(wanted))
    if len(named) > MOST_FILES:
        raise Invalid("attachments", f"must be {MOST_FILES} at most")
    known = {file.id for file in _existing(ctx, named) if (file.account, file.uploader) == (ctx.account, ctx.caller.person)}
    if unknown := [id_ for id_ in named if id_ not in known]:
        raise Invalid("attachments", f"name a file that is not yours: {unknown[0][:100]}")
    return named


def _existing(ctx: Context, wanted: Sequence[str]) -> list[File]:
    """Returns the files that exist, in the order asked for. One request, none for none."""
    known = files.get_many([id_ for id_ in wanted if ids.is_uuid(id_)])
    return [known[id_] for id_ in wanted if id_ in known and not desk_files.is_expired(ctx, known[id_])]


def _shown(ctx: Context, conversation: Conversation, draft: Draft) -> Shown:
    return Shown(draft, conversation, _existing(ctx, list(draft.files or [])))
