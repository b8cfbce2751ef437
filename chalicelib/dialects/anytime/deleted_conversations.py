"""Anytime's deletion of conversations, and the deleted ones: listed, shown, restored, removed for good."""

from typing import Annotated

from msgspec import Meta

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, deletion, lists
from chalicelib.desk.conversations.wanted import LAST_REPLY
from chalicelib.desk.core.errors import Conflict, NotFound, Stale
from chalicelib.dialects.anytime import paging
from chalicelib.dialects.anytime.conversation_lists import Windowed, cursor, wanted, window
from chalicelib.dialects.anytime.conversation_shapes import OF_LIST, Conversation, show_all
from chalicelib.dialects.anytime.conversations import OneConversation, versions
from chalicelib.dialects.anytime.messages import OF_MESSAGES, Message, thread
from chalicelib.dialects.anytime.shapes import BASE, Wire, includes
from chalicelib.dialects.bounds import Header, Line, Lines, Number
from chalicelib.dialects.endpoint import Endpoint

#: What one can include.
_INCLUDED = OF_LIST | {"messages"}


class DeleteConversation(Wire, kw_only=True):
    """`DELETE /conversations/{id}`."""

    id: Number
    if_match: Header = ""


class DeleteConversations(Wire, kw_only=True):
    """`DELETE /conversations`: the integer ids of those to delete."""

    ids: Annotated[list[Number], Meta(min_length=1, max_length=deletion.MOST_AT_ONCE)]


class ListDeleted(Windowed, kw_only=True):
    """`GET /deletedconversations`, latest reply first. Keywords are looked for as in `GET /conversations`."""

    include: Line | Lines = ""


class DeletedList(Wire, kw_only=True):
    """A page of deleted conversations. There are at least `total` of them where `totalIsExact` is false."""

    deletedconversations: list[Conversation]
    total: int
    total_is_exact: bool
    previous_page: str | None
    next_page: str | None
    current_page: str


class OneDeleted(Wire, kw_only=True):
    """A deleted conversation by its integer id."""

    id: Number


class WrappedDeleted(Wire, kw_only=True):
    """A deleted conversation, or one that was until now, under the document's name."""

    deletedconversation: Conversation


class DeletedMessages(Wire, kw_only=True):
    """Messages under their name."""

    messages: list[Message]


def delete_conversation(ctx: Context, request: DeleteConversation) -> None:
    """`DELETE /conversations/{id}`: it can be restored. With If-Match only the version that it names."""
    deletion.delete(ctx, conversations.id_by_number(ctx, request.id), versions(request.if_match))


def delete_conversations(ctx: Context, request: DeleteConversations) -> None:
    """`DELETE /conversations`: deletes all of these, or none if one of them does not exist."""
    deletion.delete_many(ctx, request.ids)


def list_deleted(ctx: Context, request: ListDeleted) -> DeletedList:
    """`GET /deletedconversations`: those deleted, of the last 30 days unless a time is given, 50 a page."""
    asked = includes(request.include, OF_LIST)
    page = lists.page(ctx, wanted(ctx, request, window(request, is_deleted=True), (), LAST_REPLY))
    around = paging.addresses(_PATH, request, cursor(page))
    return DeletedList(
        deletedconversations=show_all(ctx, page.conversations, asked),
        total=page.total,
        total_is_exact=page.is_exact,
        previous_page=around.previous,
        next_page=around.next,
        current_page=around.current,
    )


def get_deleted(ctx: Context, request: OneConversation) -> WrappedDeleted:
    """`GET /deletedconversations/{id}`: a deleted conversation."""
    asked = includes(request.include, _INCLUDED)
    conversation = deletion.load(ctx, conversations.id_by_number(ctx, request.id))
    (shown,) = show_all(ctx, [conversation], asked)
    if "messages" in asked:
        shown.messages = thread(ctx, deletion.list_messages(ctx, conversation))
    return WrappedDeleted(deletedconversation=shown)


def list_deleted_messages(ctx: Context, request: OneConversation) -> DeletedMessages:
    """`GET /deletedconversations/{id}/messages`: with notes, oldest first, the newest thousand."""
    asked = includes(request.include, OF_MESSAGES)
    rows = deletion.list_messages(ctx, deletion.load(ctx, conversations.id_by_number(ctx, request.id)))
    return DeletedMessages(messages=thread(ctx, rows, asked))


def restore_deleted(ctx: Context, request: OneDeleted) -> WrappedDeleted:
    """`POST /deletedconversations/{id}/restore`: it is back, with its status; an open one has an agent again or waits."""
    restored = deletion.restore(ctx, conversations.id_by_number(ctx, request.id))
    (shown,) = show_all(ctx, [restored], set())
    return WrappedDeleted(deletedconversation=shown)


def purge_deleted(ctx: Context, request: OneDeleted) -> None:
    """`DELETE /deletedconversations/{id}`: removes it for good. Nobody finds it from now on; its messages and files go soon."""
    deletion.purge(ctx, conversations.id_by_number(ctx, request.id))


_ALL, _PATH = f"{BASE}/conversations", f"{BASE}/deletedconversations"
_ONE = f"{_PATH}/{{id}}"
ROWS = [
    Endpoint("DELETE", _ALL, delete_conversations, AGENT, raises=(NotFound,)),
    Endpoint("DELETE", f"{_ALL}/{{id}}", delete_conversation, AGENT, headers={"ifMatch": "If-Match"}, raises=(Stale,)),
    Endpoint("GET", _PATH, list_deleted, AGENT),
    Endpoint("GET", _ONE, get_deleted, AGENT),
    Endpoint("GET", f"{_ONE}/messages", list_deleted_messages, AGENT),
    Endpoint("POST", f"{_ONE}/restore", restore_deleted, AGENT, raises=(Conflict,)),
    Endpoint("DELETE", _ONE, purge_deleted, AGENT, raises=(Conflict,)),
]
