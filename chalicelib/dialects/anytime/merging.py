"""Anytime's merge of two conversations."""

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, merging
from chalicelib.desk.core.errors import Conflict, NotFound
from chalicelib.dialects.anytime.conversation_shapes import show_all
from chalicelib.dialects.anytime.conversations import One, WrappedConversation, etag
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Number
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Answer


class Merge(Wire, kw_only=True):
    """`POST /conversations/{id}/merge`: `sourceId` is the conversation that goes, `id` the one that stays."""

    id: Number
    source_id: Number


def merge(ctx: Context, request: Merge) -> One:
    """`POST /conversations/{id}/merge`: moves the source's messages here, and returns this conversation. Once, however often."""
    target, source = (conversations.id_by_number(ctx, number) for number in (request.id, request.source_id))
    merged = merging.merge(ctx, target, source)
    (shown,) = show_all(ctx, [merged], set())
    return Answer(WrappedConversation(conversation=shown), headers={"ETag": etag(merged.version or 0)})


ROWS = [Endpoint("POST", f"{BASE}/conversations/{{id}}/merge", merge, AGENT, raises=(NotFound, Conflict))]
