"""Calls about what a device has got: for clients without a socket, and after one was lost."""

from chalicelib.context import VISITOR, Context
from chalicelib.desk import people, receipts, tokens
from chalicelib.desk.errors import Forbidden, NotFound
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import DEVICES
from chalicelib.dialects.ppmessage.mapping import receipts as mapping
from chalicelib.dialects.ppmessage.wire import receipts as wire


def acknowledge(ctx: Context, request: wire.Acknowledge) -> wire.Acknowledged:
    """ACK_MESSAGE: the device has got these; again and in any order without harm."""
    receipts.acknowledge(ctx, mapping.handles(request.list))
    return wire.Acknowledged()


def unacked(ctx: Context, request: wire.Unacked) -> wire.UnackedMessages:
    """GET_UNACKED_MESSAGES: what the device has not acknowledged; it comes again until it does."""
    found = receipts.pending(_as(ctx, request.from_uuid), request.device_uuid)
    cards = people.cards(ctx, {stored.sender for stored in found if stored.sender_number})
    return mapping.unacked(ctx.account, request.device_uuid, found, cards)


def _as(ctx: Context, person: str) -> Context:
    """A program asks for the agent whom it names, an agent for themselves alone, a visitor as `admit` found them."""
    if ctx.caller.level == VISITOR:
        tokens.bind(ctx, person)
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
]
