"""Anytime's endpoint table."""

from typing import Annotated
from urllib.parse import urlencode

import msgspec

from chalicelib import config
from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, history, inbox, messages, updates
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.core.errors import NotAuthenticated
from chalicelib.desk.people import people
from chalicelib.dialects.anytime import auth, errors, keys, mapping, wire
from chalicelib.dialects.endpoint import Dialect, Endpoint, Nothing
from chalicelib.dialects.http import Answer, Cors, Shows

_BASE = "/api/v3/anytime"
#: A conversation, and its version.
One = Annotated[Answer, Shows(wire.WrappedConversation, headers=("ETag",))]


def list_conversations(ctx: Context, request: wire.ListConversations) -> wire.ConversationList:
    """`GET /conversations`: the account's, latest activity first, 50 a page; `nextPage` costs one query however deep."""
    asked = mapping.includes(request.include, mapping.OF_LIST)
    page = inbox.page(ctx, mapping.listing(request))
    views = conversations.load_people(ctx, page.conversations) if asked else {}
    metadata, same, index = conversations.metadata_of(ctx, page.conversations), _query(request), request.page_index
    return wire.ConversationList(
        conversations=[mapping.conversation(found, asked, views, metadata.get(found.id, {})) for found in page.conversations],
        total=page.total,
        previous_page=_address(same, index - 1, "") if index > 1 else None,
        next_page=_address(same, index + 1, mapping.cursor(page.next_after)) if page.next_after else None,
        current_page=_address(same, index, request.cursor),
    )


def _query(request: wire.ListConversations) -> str:
    """What the addresses of all pages of a list have: all that was given but where a page begins."""
    given = msgspec.to_builtins(request) | {"pageIndex": None, "cursor": None}
    conditions = {
        f"conditions[{at}][{name}]": value for at, row in given.pop("conditions").items() for name, value in row.items()
    }
    values = {name: value for name, value in given.items() if value not in ("", None, 0)} | conditions
    return urlencode(values, doseq=True)


def _address(same: str, index: int, cursor: str) -> str:
    place = urlencode({"pageIndex": index} | ({"cursor": cursor} if cursor else {}))
    return f"{config.PUBLIC_URL}{_BASE}/conversations?{'&'.join(filter(None, [same, place]))}"


def get_conversation(ctx: Context, request: wire.OneConversation) -> One:
    """`GET /conversations/{id}`: one, with its ETag."""
    conversation = conversations.load(ctx, conversations.id_by_number(ctx, request.id))
    return _one(ctx, conversation, mapping.includes(request.include, mapping.OF_ONE))


def _one(ctx: Context, conversation: Conversation, asked: set[str]) -> Answer:
    views = conversations.load_people(ctx, [conversation]) if asked else {}
    shown = mapping.conversation(
        conversation, asked, views, conversations.metadata_of(ctx, [conversation]).get(conversation.id, {})
    )
    if "messages" in asked:
        shown.messages = mapping.thread(history.list_latest(ctx, conversation.id).messages, None)
    return Answer(wire.WrappedConversation(conversation=shown), headers={"ETag": mapping.etag(conversation.version or 0)})


def list_messages(ctx: Context, request: wire.OneConversation) -> wire.MessageList:
    """`GET /conversations/{id}/messages`: with notes, oldest first, the newest thousand."""
    asked = mapping.includes(request.include, mapping.OF_MESSAGES)
    rows = history.list_latest(ctx, conversations.id_by_number(ctx, request.id)).messages
    senders = people.load_views(ctx, {stored.sender for stored in rows if stored.sender_number}) if "sender" in asked else None
    return wire.MessageList(messages=mapping.thread(rows, senders))


def post_message(ctx: Context, request: wire.PostMessage) -> wire.WrappedMessage:
    """`POST /conversations/{id}/messages`: a reply or a note; with an Idempotency-Key once, however often it is sent."""
    stored = messages.post(ctx, mapping.post(request, conversations.id_by_number(ctx, request.id)))
    return wire.WrappedMessage(message=mapping.message(stored))


def update_conversation(ctx: Context, request: wire.UpdateConversation) -> One:
    """`PUT /conversations/{id}`: changes what is given; with If-Match only the version that it names."""
    id_ = conversations.id_by_number(ctx, request.id)
    return _one(ctx, updates.change(ctx, id_, mapping.change(request), mapping.versions(request.if_match)), set())


def get_auto_close(ctx: Context, request: Nothing) -> wire.AutoClose:
    """`GET /autoClose`: when silence is warned of and closed."""
    return _auto_close(accounts.load(ctx).auto_close)


def set_auto_close(ctx: Context, request: wire.SetAutoClose) -> wire.AutoClose:
    """`PUT /autoClose`: changes what is given, for deadlines set from now on."""
    given = {name: value for name, value in msgspec.structs.asdict(request).items() if value is not msgspec.UNSET}
    return _auto_close(accounts.set_auto_close(ctx, given))


def _auto_close(settings: accounts.AutoClose) -> wire.AutoClose:
    return wire.AutoClose(
        is_enabled=settings.is_enabled,
        reassign_unpicked_after=settings.reassign_unpicked_after,
        warn_after=settings.warn_after,
        close_after=settings.close_after,
    )


ANYTIME = Dialect(
    name="Anytime",
    admit=auth.admit,
    fail=errors.fail,
    security={
        "Anytime": {"type": "http", "scheme": "bearer", "description": "a token of /oauth/token"},
        "AnytimeKey": {
            "type": "http",
            "scheme": "basic",
            "description": "an agent's e-mail, and an api key whose use is anytime",
        },
    },
    cors=Cors(
        methods="GET, POST, PUT, DELETE, OPTIONS",
        headers="Content-Type, Authorization, If-Match, Idempotency-Key",
        exposed="ETag",
    ),
    any_case=True,
    endpoints=[
        Endpoint("POST", "/oauth/token", auth.token, in_form=True, raises=(NotAuthenticated,)),
        Endpoint("GET", f"{_BASE}/conversations", list_conversations, AGENT),
        Endpoint("GET", f"{_BASE}/conversations/{{id}}", get_conversation, AGENT),
        Endpoint("PUT", f"{_BASE}/conversations/{{id}}", update_conversation, AGENT, headers={"ifMatch": "If-Match"}),
        Endpoint("GET", f"{_BASE}/conversations/{{id}}/messages", list_messages, AGENT),
        Endpoint(
            "POST", f"{_BASE}/conversations/{{id}}/messages", post_message, AGENT, headers={"idempotencyKey": "Idempotency-Key"}
        ),
        Endpoint("GET", f"{_BASE}/autoClose", get_auto_close, AGENT),
        Endpoint("PUT", f"{_BASE}/autoClose", set_auto_close, ADMIN),
        *keys.ROWS,
    ],
)
