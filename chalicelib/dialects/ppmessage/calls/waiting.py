"""Calls about the waiting queue: joining it, its length, leaving it."""

import msgspec

from chalicelib.context import Context
from chalicelib.desk.automation import waiting_queue
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import PPCOM
from chalicelib.dialects.ppmessage.calls.conversations import serving
from chalicelib.dialects.ppmessage.mapping import conversations as mapping
from chalicelib.dialects.ppmessage.wire import waiting as wire
from chalicelib.dialects.ppmessage.wire.apps import AppRequest, Done
from chalicelib.dialects.ppmessage.wire.conversations import Conversation


def create_visitor_conversation(ctx: Context, request: wire.CreateVisitorConversation) -> Conversation | msgspec.UnsetType:
    """PPCOM_CREATE_CONVERSATION: the visitor's conversation with a group or an agent; UNSET while they wait."""
    if request.member_list and not request.group_uuid:
        conversation = waiting_queue.join_with_agents(ctx, request.user_uuid, request.member_list)
    else:
        conversation = waiting_queue.join(ctx, request.user_uuid, request.group_uuid)
    return (
        msgspec.UNSET
        if waiting_queue.is_in_queue(ctx, conversation)
        else mapping.for_visitor(conversation, serving(ctx, conversation)[1])
    )


def queue_length(ctx: Context, request: AppRequest) -> wire.QueueLength:
    """PP_GET_AMD_QUEUE_LENGTH: how many wait."""
    return wire.QueueLength(waiting_queue.length(ctx))


def cancel_waiting(ctx: Context, request: wire.CancelWaiting) -> Done:
    """PP_CANCEL_WAITING_CREATE_CONVERSATION: the visitor no longer waits."""
    waiting_queue.leave(ctx, request.user_uuid, request.group_uuid or None)
    return Done()


ROWS = [
    Endpoint("POST", "/api/PPCOM_CREATE_CONVERSATION", create_visitor_conversation, PPCOM, actor="user_uuid"),
    Endpoint("POST", "/api/PP_GET_AMD_QUEUE_LENGTH", queue_length, PPCOM),
    Endpoint("POST", "/api/PP_CANCEL_WAITING_CREATE_CONVERSATION", cancel_waiting, PPCOM, actor="user_uuid"),
]
