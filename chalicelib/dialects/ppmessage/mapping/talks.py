"""Conversations with members, and lists of them, in PPMessage's words."""

from collections.abc import Mapping

import msgspec

from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.group_chats import CreateConversation, Opened
from chalicelib.desk.conversations.members import MOST as MOST_MEMBERS
from chalicelib.desk.conversations.members import ChangeMembers
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.conversations.open_lists import ConversationPage, ListedConversation, PageRequest
from chalicelib.desk.people.people import PersonView
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping import conversations as single
from chalicelib.dialects.ppmessage.mapping import messages
from chalicelib.dialects.ppmessage.mapping.words import P2S, S2S, icon, is_there, kind_of, moment, service_status, uuids
from chalicelib.dialects.ppmessage.wire import talks as wire


def member_list(given: object) -> tuple[str, ...]:
    """Uuids of a list, () for None. Raises code 31 if it is not a list of texts, 28 if it is too long."""
    return () if given is None else tuple(uuids(given, "member_list", MOST_MEMBERS))


def create(request: wire.CreateConversation) -> CreateConversation:
    """What a client asks for. Raises 36 for an unknown type, 6 for S2S without a member_list, 31."""
    if request.conversation_type not in (P2S, S2S):
        raise Coded(36, f"conversation_type must be {P2S} or {S2S}")
    internal = request.conversation_type == S2S
    if internal and request.member_list is None:
        raise Coded(6, "member_list is required for S2S")
    return CreateConversation(
        request.user_uuid, member_list(request.member_list), request.group_uuid, request.conversation_name, internal
    )


def created(opened: Opened) -> wire.ConversationCreated:
    """A conversation that was opened, or was there already."""
    found = opened.conversation
    return wire.ConversationCreated(
        **msgspec.structs.asdict(single.conversation(found, opened.name)),
        createtimestamp=found.created_at / 1000,
        updatetimestamp=found.last_activity_at / 1000,
        user_list=[person.id for person in opened.members],
    )


def peer(request: wire.TalkWith) -> str:
    """The person that an agent wants to talk with. Raises 31 if it is not a list of texts, 35 if it is empty, 28 for several."""
    named = tuple(dict.fromkeys(member_list(request.member_list)))
    if len(named) != 1:
        raise Coded(28 if named else 35, "member_list is to have one uuid")
    return named[0]


def of_two(opened: Opened, asker: str, other: PersonView) -> wire.TalkOfTwo:
    """A conversation as one of its two members sees it."""
    shown = msgspec.structs.asdict(created(opened))
    shown |= {"conversation_name": other.name, "conversation_icon": icon(other.id, other.icon)}
    return wire.TalkOfTwo(**shown | {"user_uuid": asker, "user_list": [other.id]}, peer_uuid=other.id)


def change(request: wire.UpdateMembers) -> ChangeMembers:
    """Who joins or leaves, and the group. Raises 6 if nothing is asked for, 31, 35, 28."""
    if request.action is None and request.member_list is None:
        if request.group_uuid is None:
            raise Coded(6, "group_uuid, or action with member_list")
        return ChangeMembers(group=request.group_uuid)
    if request.action is None or request.member_list is None:
        raise Coded(6, "action goes with member_list")
    if request.action not in ("ADD", "REMOVE"):
        raise Coded(28, "action must be ADD or REMOVE")
    named = member_list(request.member_list)
    if not named:
        raise Coded(35, "member_list is empty")
    adds = request.action == "ADD"
    return ChangeMembers(named if adds else (), () if adds else named, request.group_uuid)


def member(view: PersonView, groups: Mapping[str, str]) -> wire.Member:
    """A member."""
    return wire.Member(
        uuid=view.id,
        user_fullname=view.name,
        user_email=view.email,
        user_icon=icon(view.id, view.icon),
        user_signature=view.signature,
        updatetime=moment(view.updated_at),
        group=wire.Group(view.group, groups[view.group]) if view.group and view.group in groups else None,
        is_browser_online=is_there(view.presence),
        is_mobile_online=False,
    )


def turn(request: wire.UserConversations | wire.AppConversations, size: int) -> PageRequest:
    """The page that is asked for. Raises 42 for both `max_uuid` and `min_uuid`, 41 for too large a page."""
    older, newer = getattr(request, "max_uuid", None) or "", getattr(request, "min_uuid", None) or ""
    if older and newer:
        raise Coded(42)
    if (request.page_size or 0) > 100:
        raise Coded(41, "page_size is 100 at most")
    wanted = size if request.page_size is None else request.page_size
    return PageRequest(wanted, None if older or newer else request.page_offset, older, newer)


def listed(
    one: ListedConversation, reader: str | None, views: Mapping[str, PersonView], name: str | None, *, public: bool
) -> wire.ListedConversation:
    """A named conversation in a list: of `reader`'s, or of the account's."""
    found, contact = one.conversation, views.get(one.conversation.contact)
    return wire.ListedConversation(
        **msgspec.structs.asdict(single.conversation(found, name)),
        latest_message=latest(one.last, found, views) if one.last else None,
        create_user=create_user(contact, found, public=public, own=reader == found.contact) if contact else None,
        from_user=messages.from_user(contact),
        message_total_count=found.public_count,
        conversation_data=single.conversation_data(found, one.own, reader, views, name) if reader else None,
    )


def latest(stored: Message, conversation: Conversation, views: Mapping[str, PersonView]) -> wire.LatestMessage:
    """The last message of a listed conversation."""
    shown = messages.message(stored, kind_of(conversation), views)
    return wire.LatestMessage(**msgspec.structs.asdict(shown), title=stored.subject)


def create_user(view: PersonView, conversation: Conversation, *, public: bool, own: bool) -> wire.CreateUser:
    """Who a conversation is with."""
    wrote = conversation.last_sender == view.id and conversation.last_message_at
    return wire.CreateUser(
        uuid=view.id,
        user_name=view.name,
        user_fullname=view.name,
        user_email=view.email or "",
        user_icon=icon(view.id, view.icon),
        user_signature=view.signature,
        user_status="ANONYMOUS" if view.is_anonymous else "SERVICE" if view.kind == "agent" else "PORTAL",
        is_anonymous_user=view.is_anonymous,
        service_user_status=service_status(view.presence) if view.kind == "agent" else None,
        is_email_verified=None if view.kind == "agent" else view.email_is_verified,
        ppcom_trace_uuid=view.trace if own or not public else None,
        latest_send_message_time=moment(wrote) if wrote else None,
        createtime=moment(view.created_at),
        updatetime=moment(view.updated_at),
    )


def page(
    shown: list[wire.ListedConversation], found: ConversationPage, asked: PageRequest, request: wire.PageConversations
) -> wire.ConversationPage:
    """A page of a user's list."""
    return wire.ConversationPage(
        list=shown,
        total_count=found.total,
        return_count=len(shown),
        page_offset=request.page_offset or 0,
        page_size=asked.size,
        min_uuid=request.min_uuid,
        max_uuid=request.max_uuid,
    )
