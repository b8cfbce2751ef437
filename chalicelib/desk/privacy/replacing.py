"""Replacing: what a person wrote in conversations of others goes, and where others wrote to them, their addresses do.

Their name within what others have written can't be told from other words, so it stays there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.context import Context
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import ConversationTextsChanged
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import details, drafts, erasures, memberships, summaries
from chalicelib.models.conversations import Conversation, get
from chalicelib.models.details import METADATA
from chalicelib.models.messages import Message
from chalicelib.rules import lifecycle, text

#: Stands for what a person wrote, and for their address.
ERASED, ADDRESS = "[erased]", "erased@contact.invalid"
#: Messages, or logged changes, that one part looks at.
_A_PART = 200
#: Texts of a message in which addresses are replaced, and what else goes with what the person wrote.
_TEXTS = ("body", "html_body", "subject", "quote", "mail_from", "mail_to", "mail_cc")
_GONE = ("html_body", "subject", "quote", "mail_from", "mail_to", "mail_cc", "attachments", "device", "mail_id", "external_id")
_OF_DRAFT = ("subject", "html_body", "plain_body", "quote", "sent_to", "copies")


class Replaced(NamedTuple):
    """What one part has done: messages emptied and changed, files removed, and where to go on, empty at the end."""

    emptied: int = 0
    changed: int = 0
    files: int = 0
    after: str = ""


class Erased:
    """Whose words and addresses go: uuids, and addresses in small letters."""

    def __init__(self, ids: Iterable[str], addresses: Sequence[str]) -> None:
        self.ids = frozenset(ids)
        either = "|".join(map(re.escape, sorted(addresses, key=len, reverse=True)))
        self._pattern = re.compile(rf"(?<![\w.+-])(?:{either})(?![\w-]|\.\w)", re.IGNORECASE) if addresses else None

    def names(self, written: str | None) -> bool:
        """Returns whether a text has one of the addresses."""
        return bool(written and self._pattern and self._pattern.search(written))

    def replaced(self, written: str) -> str:
        """Returns a text without the addresses."""
        return self._pattern.sub(ADDRESS, written) if self._pattern else written

    def without(self, header: str) -> str | None:
        """Returns addresses with commas between, without these; None for none left."""
        kept = [one for one in (part.strip() for part in header.split(",")) if one and not self.names(one)]
        return ", ".join(kept) or None


def part(ctx: Context, conversation: Conversation, erased: Erased, after: str) -> Replaced:
    """Does a part of a conversation, from where it was left. Harmless when repeated.

    A request for each MB that is looked at, and one for each row that changes; at last five and one for each agent's draft.
    """
    stage, _, place = after.partition(" ")
    if stage in ("", "messages"):
        return _messages(conversation, erased, int(place or 0))
    if stage == "log":
        return _log(conversation, erased, place)
    _beside(ctx, conversation, erased)
    return Replaced()


def _messages(conversation: Conversation, erased: Erased, after: int) -> Replaced:
    rows = erasures.page_of_messages(conversation.key, after, _A_PART)
    emptied = changed = removed = 0
    for row in rows:
        if row.sender in erased.ids:
            if row.body == ERASED and not row.attachments:
                continue
            removed += erasures.remove_files([described.id for described in row.attachments or []])
            erasures.rewrite(row, {"body": ERASED, **dict.fromkeys(_GONE)})
            emptied += 1
        elif changes := _changes(row, _TEXTS, erased):
            erasures.rewrite(row, changes)
            changed += 1
    return Replaced(emptied, changed, removed, f"messages {rows[-1].sequence}" if len(rows) == _A_PART else "log ")


def _changes(row: Any, names: Iterable[str], erased: Erased) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: erased.replaced(value) for name, value in values.items() if erased.names(value)}


def _log(conversation: Conversation, erased: Erased, after: str) -> Replaced:
    rows = erasures.page_of_log(conversation.key, after, _A_PART)
    for row in rows:
        if changes := _changes(row, ("before", "after"), erased):
            erasures.rewrite(row, changes)
    return Replaced(after=f"log {rows[-1].place}" if len(rows) == _A_PART else "beside")


def _beside(ctx: Context, conversation: Conversation, erased: Erased) -> None:
    """Replaces the rows that exist once, or once for each person, and has the search read the conversation again."""
    retry_on_conflict(ctx, lambda: _details(conversation, erased))
    keys = [memberships.key(ctx.account, conversation.id, id_) for id_ in erased.ids]
    retry_on_conflict(ctx, lambda: [erasures.remove_membership(ctx.account, key) for key in keys])
    _drafts(conversation, erased)
    retry_on_conflict(ctx, lambda: _summary(ctx, conversation.id, erased))
    told = ConversationTextsChanged(ctx.account, ctx.now, conversation.id, conversation.number, anew=True)
    publishing.publish([told], ctx.now)


def _details(conversation: Conversation, erased: Erased) -> None:
    found = details.get(conversation.key)
    if found is None:
        return
    changes = _changes(found, METADATA, erased)
    if any(map(erased.names, found.cc or ())):
        changes["cc"] = [address for address in found.cc or () if not erased.names(address)] or None
    fields: Mapping[str, str] = found.fields or {}
    if any(map(erased.names, fields.values())):
        changes["fields"] = {number: erased.replaced(value) for number, value in fields.items()}
    if changes:
        erasures.rewrite_details(found, changes)


def _drafts(conversation: Conversation, erased: Erased) -> None:
    for row in drafts.of_conversation(conversation):
        changes = _changes(row, _OF_DRAFT, erased)
        changes |= {name: erased.without(getattr(row, name)) for name in ("sent_to", "copies") if name in changes}
        if changes:
            erasures.rewrite(row, changes)


def _summary(ctx: Context, conversation_id: str, erased: Erased) -> None:
    """Shows of the last message what is left of it."""
    row = get(ctx.account, conversation_id)
    if row is None:
        return
    changes = _changes(row, ("subject", "preview"), erased)
    if row.last_sender in erased.ids and row.preview not in (None, ERASED):
        changes["preview"] = text.preview(ERASED, lifecycle.LONGEST_PREVIEW)
    if changes:
        summaries.change(row, changes, ctx.stamp)


def is_about(row: Message, erased: Erased) -> bool:
    """Returns whether somebody wrote a message, or it was sent from or to one of their addresses."""
    return row.sender in erased.ids or any(map(erased.names, (row.mail_from, row.mail_to, row.mail_cc)))
