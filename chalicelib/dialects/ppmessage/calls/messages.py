"""Calls about messages."""

import msgspec

from chalicelib.context import AGENT, Caller, Context
from chalicelib.desk.conversations import files, history, messages
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.desk.people import devices, people
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage import errors
from chalicelib.dialects.ppmessage.auth import EVERY_LEVEL, named
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping import files as file_mapping
from chalicelib.dialects.ppmessage.mapping import messages as mapping
from chalicelib.dialects.ppmessage.wire import messages as wire

_PAGE, _OLD_PAGE, _LONGEST_PAGE = 30, 20, messages.MOST_ON_A_PAGE


def page_history(ctx: Context, request: wire.PageHistory) -> wire.HistoryPage:
    """PP_PAGE_HISTORY_MESSAGE: messages, newest first, 30 a page; older or newer than one of them."""
    if request.min_uuid and request.max_uuid:
        raise Coded(42)
    offset, size = request.page_offset or 0, request.page_size or _PAGE
    if offset < 0 or size < 1:
        raise Invalid("page_offset" if offset < 0 else "page_size", "is too small")
    if size > _LONGEST_PAGE:
        raise Coded(41, f"page_size is {_LONGEST_PAGE} at most")
    ctx = named(ctx, request.user_uuid)
    page = (
        history.list_around(
            ctx, request.conversation_uuid, size, older_than=request.max_uuid or "", newer_than=request.min_uuid or ""
        )
        if request.min_uuid or request.max_uuid
        else history.list_page(ctx, request.conversation_uuid, offset, size)
    )
    return mapping.history(page, offset, size, _senders(ctx, page))


def get_history(ctx: Context, request: wire.GetHistory) -> wire.History:
    """PP_GET_HISTORY_MESSAGE: messages, newest first, 20 a page; page -1 is all, 1,000 at most."""
    offset, size = request.page_offset, request.page_size or _OLD_PAGE
    if offset < -1 or size < 1:
        raise Invalid("page_offset" if offset < -1 else "page_size", "is too small")
    if size > _LONGEST_PAGE:
        raise Coded(41, f"page_size is {_LONGEST_PAGE} at most")
    ctx = named(ctx, request.user_uuid)
    page = history.list_span(
        ctx,
        request.conversation_uuid,
        None if offset == -1 else offset,
        size,
        up_to=request.max_id or "",
        after=request.since_id or "",
    )
    return mapping.whole_history(page, offset, size, _senders(ctx, page))


def _senders(ctx: Context, page: history.History) -> dict[str, people.PersonView]:
    return people.load_views(ctx, {stored.sender for stored in page.messages if stored.sender_number})


def send_message(ctx: Context, request: wire.SendMessage) -> wire.Sent:
    """PP_SEND_MESSAGE: posts a message. The same uuid again gets the same answer and stores nothing.

    A device that is not the sender's is ignored, so the message is pushed to it.
    """
    if request.device_uuid and not devices.is_owned_by(ctx, request.from_uuid, request.device_uuid):
        request = msgspec.structs.replace(request, device_uuid=None)
    return post(ctx, request)


def post(ctx: Context, request: wire.SendMessage) -> wire.Sent:
    """Does the same for a device that is known to be the sender's, as a socket's is."""
    try:
        stored = messages.post(_sending(ctx, request), mapping.post(_read(ctx, request)))
    except (NotFound, Invalid) as error:
        missing = isinstance(error, NotFound) and error.kind == "file"
        raise Coded(14 if missing else 16, str(errors.named(error))) from error
    return wire.Sent(stored.id, stored.conversation)


def _read(ctx: Context, request: wire.SendMessage) -> wire.SendMessage:
    """Returns a TXT with the text that was uploaded for it: from then on it is a message like any other."""
    if request.message_subtype != "TXT":
        return request
    text = files.text_of(ctx, file_mapping.sent(request.message_body).fid)
    return msgspec.structs.replace(request, message_body=text)


def _sending(ctx: Context, request: wire.SendMessage) -> Context:
    """Returns the context of the sender. A program writes as the agent it names, an agent only as themselves."""
    caller = ctx.caller
    if caller.at_least(AGENT) and caller.person is None:
        agent = people.get(ctx, request.from_uuid)
        if agent.kind != "agent":
            raise Forbidden("from_uuid is not an agent")
        return ctx.acting(Caller(caller.account, caller.level, agent.id, agent.number, caller.client))
    if caller.person != request.from_uuid:
        raise Forbidden("from_uuid is not the token's user")
    return ctx


ROWS = [
    Endpoint("POST", "/api/PP_PAGE_HISTORY_MESSAGE", page_history, EVERY_LEVEL, actor="user_uuid"),
    Endpoint("POST", "/api/PP_GET_HISTORY_MESSAGE", get_history, EVERY_LEVEL, actor="user_uuid"),
    Endpoint("POST", "/api/PP_SEND_MESSAGE", send_message, EVERY_LEVEL, actor="from_uuid"),
]
