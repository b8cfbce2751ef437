"""Anytime's endpoint table: the rows of each noun."""

from chalicelib.desk.core.errors import NotAuthenticated
from chalicelib.dialects.anytime import (
    agents,
    api_keys,
    attachments,
    auth,
    auto_close,
    canned_responses,
    contacts,
    conversation_lists,
    conversations,
    deleted_conversations,
    departments,
    drafts,
    errors,
    event_logs,
    fields,
    filters,
    merging,
    messages,
    portal_conversations,
    repeats,
    tags,
    triggers,
    viewers,
)
from chalicelib.dialects.endpoint import Dialect, Endpoint
from chalicelib.dialects.http import Cors

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
    once=repeats.once,
    any_case=True,
    endpoints=[
        Endpoint("POST", "/oauth/token", auth.token, in_form=True, raises=(NotAuthenticated,)),
        *conversation_lists.ROWS,
        *conversations.ROWS,
        *deleted_conversations.ROWS,
        *merging.ROWS,
        *messages.ROWS,
        *portal_conversations.ROWS,
        *contacts.ROWS,
        *agents.ROWS,
        *departments.ROWS,
        *attachments.ROWS,
        *event_logs.ROWS,
        *viewers.ROWS,
        *drafts.ROWS,
        *auto_close.ROWS,
        *api_keys.ROWS,
        *tags.ROWS,
        *filters.ROWS,
        *triggers.ROWS,
        *fields.ROWS,
        *canned_responses.ROWS,
    ],
)
