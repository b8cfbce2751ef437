"""Calls about what a device has received: for clients without a socket, and after a socket was lost."""

from chalicelib.context import VISITOR, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.desk.people import people
from chalicelib.desk.realtime import live, receipts
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import DEVICES
from chalicelib.dialects.ppmessage.mapping import receipts as mapping
from chalicelib.dialects.ppmessage.wire import receipts as wire


def acknowledge(ctx: Context, request: wire.Acknowledge) -> wire.Acknowledged:
    """ACK_MESSAGE: the device has received these. Harmless when repeated, in any order."""
    receipts.acknowledge(ctx, mapping.handles(request.list))
    return wire.Acknowledged()


def unacked(ctx: Context, request: wire.Unacked) -> wire.UnackedMessages:
    """GET_UNACKED_MESSAGES: what the device has not acknowledged. It comes again until it is."""
    return _unacked(ctx, request.device_uuid, receipts.list_pending(_as(ctx, request.from_uuid), request.device_uuid))


def page_unacked(ctx: Context, request: wire.PageUnacked) -> wire.UnackedPage:
    """PP_PAGE_UNACKED_MESSAGE: the same by page, oldest first; without a device, for the one that the user uses."""
    asked, ctx = mapping.turn(request), _as(ctx, request.user_uuid)
    device = request.device_uuid or live.device_of(ctx, request.user_uuid)
    found, total = receipts.list_page(ctx, device, asked) if device else ([], 0)
    return mapping.unacked_page(_unacked(ctx, device or "", found), total, asked)


def _unacked(ctx: Context, device: str, found: list[Message]) -> wire.UnackedMessages:
    views = people.load_views(ctx, {stored.sender for stored in found if stored.sender_number})
    return mapping.unacked(ctx.account, device, found, views)


def _as(ctx: Context, person: str) -> Context:
    """A program asks for the agent it names, an agent only for themselves, a visitor as `admit` found them."""
    if ctx.caller.level == VISITOR:
        tokens.bind_to_visitor(ctx, person)
    elif ctx.caller.person is None:
        if people.get(ctx, person).kind != people.AGENT_KIND:
            raise NotFound("person", person)
        return ctx.as_person(person, None)
    elif ctx.caller.person != person:
        raise Forbidden("from_uuid is not the token's user")
    return ctx


ROWS = [
    Endpoint("POST", "/api/ACK_MESSAGE", acknowledge, DEVICES, actor="user_uuid"),
    Endpoint("POST", "/api/GET_UNACKED_MESSAGES", unacked, DEVICES, actor="from_uuid"),
    Endpoint("POST", "/api/PP_PAGE_UNACKED_MESSAGE", page_unacked, DEVICES, actor="user_uuid"),
]
