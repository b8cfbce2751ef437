"""Anytime's drafts: what the calling agent has begun to write in a conversation."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, drafts
from chalicelib.desk.conversations.drafts import Shown
from chalicelib.dialects.anytime import attachments
from chalicelib.dialects.anytime.attachments import Attachment, NamedAttachments
from chalicelib.dialects.anytime.messages import Addresses, AddressList, joined
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment
from chalicelib.dialects.bounds import Line, Moment, Number, Text
from chalicelib.dialects.endpoint import Endpoint, Nothing

#: The desk's names of a draft's fields, by their names here.
_FIELDS = {name: name for name in ("subject", "html_body", "plain_body", "quote")}
_FIELDS |= {"from_": "sent_from", "to": "sent_to", "cc": "copies", "attachments": "files"}


class DraftOf(Wire, kw_only=True):
    """A conversation by its integer id."""

    id: Number


class WriteDraft(Wire, kw_only=True):
    """`POST` and `PUT /conversations/{id}/draft`: what is not given is empty in a new draft, and stays in one that is changed."""

    id: Number
    subject: Line | None | UnsetType = UNSET
    html_body: Text | None | UnsetType = UNSET
    plain_body: Text | None | UnsetType = UNSET
    quote: Text | None | UnsetType = UNSET
    from_: Line | None | UnsetType = msgspec.field(default=UNSET, name="from")
    to: Addresses | AddressList | None | UnsetType = UNSET
    cc: Addresses | AddressList | None | UnsetType = UNSET
    attachments: NamedAttachments | None | UnsetType = UNSET


class ConversationDraft(Wire, kw_only=True):
    """A draft. Files that no longer exist are left out."""

    draft_id: int
    conversation_id: int
    subject: str | None
    html_body: str | None
    plain_body: str | None
    quote: str | None
    from_: str | None = msgspec.field(name="from")
    to: str | None
    cc: str | None
    saved_time: Moment
    saved_by_id: int
    attachments: list[Attachment]


class WrappedDraft(Wire, kw_only=True):
    """One draft under its name."""

    conversation_draft: ConversationDraft


def _given(request: WriteDraft) -> dict[str, Any]:
    """Returns the values to store, by the desk's names."""
    values = {ours: getattr(request, theirs) for theirs, ours in _FIELDS.items()}
    values = {name: value for name, value in values.items() if value is not UNSET}
    values |= {name: joined(values[name]) for name in ("sent_to", "copies") if name in values}
    if "files" in values:
        values["files"] = [attach.file.lower() for attach in attachments.attach(values["files"])]
    return values


def _show(shown: Shown) -> WrappedDraft:
    row = shown.draft
    return WrappedDraft(
        conversation_draft=ConversationDraft(
            draft_id=row.number,
            conversation_id=shown.conversation.number,
            subject=row.subject,
            html_body=row.html_body,
            plain_body=row.plain_body,
            quote=row.quote,
            from_=row.sent_from,
            to=row.sent_to,
            cc=row.copies,
            saved_time=moment(row.labelled_at),
            saved_by_id=row.agent_number,
            attachments=[
                attachments.show(file.id, file.name, is_available=file.is_available is not False) for file in shown.files
            ],
        )
    )


def get_draft(ctx: Context, request: DraftOf) -> WrappedDraft:
    """`GET /conversations/{id}/draft`: the caller's own."""
    return _show(drafts.get(ctx, conversations.id_by_number(ctx, request.id)))


def create_draft(ctx: Context, request: WriteDraft) -> WrappedDraft:
    """`POST /conversations/{id}/draft`: the caller's draft; it replaces the one before."""
    return _show(drafts.save(ctx, conversations.id_by_number(ctx, request.id), _given(request)))


def update_draft(ctx: Context, request: WriteDraft) -> WrappedDraft:
    """`PUT /conversations/{id}/draft`: changes what is given."""
    return _show(drafts.change(ctx, conversations.id_by_number(ctx, request.id), _given(request)))


def delete_draft(ctx: Context, request: DraftOf) -> Nothing:
    """`DELETE /conversations/{id}/draft`: removes the caller's draft."""
    drafts.remove(ctx, conversations.id_by_number(ctx, request.id))
    return Nothing()


_PATH = f"{BASE}/conversations/{{id}}/draft"
ROWS = [
    Endpoint("GET", _PATH, get_draft, AGENT),
    Endpoint("POST", _PATH, create_draft, AGENT),
    Endpoint("PUT", _PATH, update_draft, AGENT),
    Endpoint("DELETE", _PATH, delete_draft, AGENT),
]
