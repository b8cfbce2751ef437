"""A call about anything that has a uuid."""

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people import people
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import EVERY_LEVEL
from chalicelib.dialects.ppmessage.mapping import objects as mapping
from chalicelib.dialects.ppmessage.mapping.words import APP, CONVERSATION, GROUP, USER
from chalicelib.dialects.ppmessage.wire import objects as wire


def object_detail(ctx: Context, request: wire.ObjectRequest) -> wire.Object:
    """GET_YVOBJECT_DETAIL: a user, the account or a conversation by uuid, as far as the caller may see it."""
    match request.type.upper():
        case kind if kind == USER:
            return mapping.of_person(people.get_visible(ctx, request.uuid))
        case kind if kind == CONVERSATION:
            return mapping.of_conversation(conversations.load(ctx, request.uuid))
        case kind if kind == APP and request.uuid == ctx.account:
            return mapping.of_account(accounts.load(ctx))
        case kind if kind in (APP, GROUP):
            raise NotFound("account" if kind == APP else "group", request.uuid)
    raise Invalid("type", f"must be one of {USER}, {APP}, {GROUP}, {CONVERSATION}")


ROWS = [
    Endpoint("POST", "/api/GET_YVOBJECT_DETAIL", object_detail, EVERY_LEVEL),
]
