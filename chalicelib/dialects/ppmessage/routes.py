"""PPMessage's endpoint table."""

from chalicelib.context import AGENT, Caller, Context
from chalicelib.desk import accounts, conversations, devices, messages, people
from chalicelib.desk.errors import Exists, Forbidden, Invalid, NotFound
from chalicelib.dialects.endpoint import Dialect, Endpoint
from chalicelib.dialects.http import Cors
from chalicelib.dialects.ppmessage import auth, errors, mapping, wire
from chalicelib.dialects.ppmessage.auth import EVERY_LEVEL
from chalicelib.dialects.ppmessage.errors import Coded

_PAGE, _LONGEST_PAGE = 30, messages.MOST_ON_A_PAGE


def app_info(ctx: Context, request: wire.AppRequest) -> wire.AppInfo:
    """PP_GET_APP_INFO: the account."""
    return mapping.app_info(accounts.load(ctx))


def create_anonymous(ctx: Context, request: wire.CreateAnonymous) -> wire.AnonymousCreated:
    """PP_CREATE_ANONYMOUS: the visitor behind a browser's trace."""
    return mapping.anonymous(people.visitor(ctx, request.ppcom_trace_uuid))


def create_device(ctx: Context, request: wire.CreateDevice) -> wire.DeviceCreated:
    """PP_CREATE_DEVICE: a device; one that exists answers 25 with its uuid."""
    try:
        return mapping.device(devices.register(ctx, request.user_uuid, request.device_id, request.device_ostype))
    except Exists as known:
        raise Coded(25, device_uuid=known.id) from known


def default_conversation(ctx: Context, request: wire.DefaultConversation) -> wire.DefaultConversationShown:
    """PPCOM_GET_DEFAULT_CONVERSATION: the visitor's conversation, opened where he has none."""
    found = conversations.chat(ctx, request.user_uuid)
    account = accounts.load(ctx)
    serving = [found.assignee] if account.routed else [agent.id for agent in people.agents(ctx)]
    cards = people.cards(ctx, [found.contact, *serving])
    agents = [cards[id_] for id_ in serving if id_ in cards]
    return mapping.default_conversation(found, account, cards[found.contact], agents)


def conversation_info(ctx: Context, request: wire.ConversationInfo) -> wire.ConversationShown:
    """PP_GET_CONVERSATION_INFO: a conversation, and what concerns the user named."""
    found = conversations.load(ctx, request.conversation_uuid)
    return mapping.conversation_info(found, request.user_uuid, conversations.people_of(ctx, [found]))


def page_history(ctx: Context, request: wire.PageHistory) -> wire.HistoryPage:
    """PP_PAGE_HISTORY_MESSAGE: messages, newest first, 30 a page; older or newer than one of them."""
    if request.min_uuid and request.max_uuid:
        raise Coded(42)
    offset, size = request.page_offset or 0, request.page_size or _PAGE
    if offset < 0 or size < 1:
        raise Invalid("page_offset" if offset < 0 else "page_size", "is too small")
    if size > _LONGEST_PAGE:
        raise Coded(41, f"page_size is {_LONGEST_PAGE} at most")
    page = (
        messages.around(
            ctx, request.conversation_uuid, size, older_than=request.max_uuid or "", newer_than=request.min_uuid or ""
        )
        if request.min_uuid or request.max_uuid
        else messages.page(ctx, request.conversation_uuid, offset, size)
    )
    return mapping.history(
        page, offset, size, people.cards(ctx, {stored.sender for stored in page.messages if stored.sender_number})
    )


def send_message(ctx: Context, request: wire.SendMessage) -> wire.Sent:
    """PP_SEND_MESSAGE: posts a message; the same uuid again answers the same and stores nothing."""
    try:
        stored = messages.post(_sending(ctx, request), mapping.post(request))
    except (NotFound, Invalid) as error:
        raise Coded(16, str(errors.named(error))) from error
    return wire.Sent(stored.id, stored.conversation)


def _sending(ctx: Context, request: wire.SendMessage) -> Context:
    """A program writes as the agent whom it names; an agent as himself alone."""
    caller = ctx.caller
    if caller.at_least(AGENT) and caller.person is None:
        agent = people.get(ctx, request.from_uuid)
        if agent.kind != "agent":
            raise Forbidden("from_uuid is not an agent")
        return ctx.acting(Caller(caller.account, caller.level, agent.id, agent.number, caller.client))
    if caller.person != request.from_uuid:
        raise Forbidden("from_uuid is not the token's user")
    return ctx


_PPCOM = ("PPCOM",)

PPMESSAGE = Dialect(
    name="PPMessage",
    admit=auth.admit,
    fail=errors.fail,
    wrap=errors.wrap,
    cors=Cors(methods="POST, GET, OPTIONS", headers="Content-Type, Authorization"),
    endpoints=[
        Endpoint("POST", "/ppauth/token", auth.token, in_form=True),
        Endpoint("POST", "/api/PP_GET_APP_INFO", app_info, EVERY_LEVEL),
        Endpoint("POST", "/api/PP_CREATE_ANONYMOUS", create_anonymous, _PPCOM),
        Endpoint("POST", "/api/PP_CREATE_DEVICE", create_device, _PPCOM),
        Endpoint("POST", "/api/PPCOM_GET_DEFAULT_CONVERSATION", default_conversation, _PPCOM),
        Endpoint("POST", "/api/PP_GET_CONVERSATION_INFO", conversation_info, EVERY_LEVEL),
        Endpoint("POST", "/api/PP_PAGE_HISTORY_MESSAGE", page_history, EVERY_LEVEL),
        Endpoint("POST", "/api/PP_SEND_MESSAGE", send_message, EVERY_LEVEL),
    ],
)
