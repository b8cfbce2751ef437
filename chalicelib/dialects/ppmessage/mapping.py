"""PPMessage's words for the desk's things. Pure: no clock, no I/O."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from chalicelib import config
from chalicelib.desk.accounts import EVERYONE, Account
from chalicelib.desk.conversations import Conversation, membership_id
from chalicelib.desk.devices import Device
from chalicelib.desk.messages import History, Message, PostMessage
from chalicelib.desk.people import Card, Person
from chalicelib.dialects.ppmessage import wire
from chalicelib.dialects.ppmessage.errors import Coded

_USER, _APP, _P2S = "DU", "AP", "P2S"
_TYPES = (_USER, _APP, "OG", "CV")


def moment(at: int) -> str:
    """Epoch milliseconds as `2016-05-18 04:43:55 628000`, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S %f")


def icon(person: str, own: str | None = None) -> str:
    """Address of a person's picture: his own, else the one made from his uuid."""
    return own or f"{config.PUBLIC_URL}/identicon/{person}.png"


def app_info(account: Account) -> wire.AppInfo:
    """The account, without its secrets."""
    return wire.AppInfo(
        uuid=account.id,
        user_uuid=account.owner,
        app_name=account.name,
        company_name=account.name,
        createtime=moment(account.created_at),
        updatetime=moment(account.updated_at),
        app_route_policy="BROADCAST" if account.allocation == EVERYONE else "SMART",
        welcome_message=account.welcome,
    )


def anonymous(person: Person) -> wire.AnonymousCreated:
    """A visitor who was made or found."""
    return wire.AnonymousCreated(person.id, person.name, icon(person.id, person.icon), person.email)


def device(stored: Device) -> wire.DeviceCreated:
    """A device that was made."""
    return wire.DeviceCreated(stored.id)


def status(conversation: Conversation) -> str:
    """NEW until the first message, CLOSE when closed, OPEN between."""
    if not conversation.is_open:
        return "CLOSE"
    return "OPEN" if conversation.message_count > conversation.note_count else "NEW"


def conversation(found: Conversation, name: str | None) -> wire.Conversation:
    """A conversation under the name that its reader gives it."""
    return wire.Conversation(
        uuid=found.id,
        app_uuid=found.account,
        user_uuid=found.contact,
        status=status(found),
        conversation_type=_P2S,
        conversation_name=name,
        conversation_icon=None,
        group_uuid=found.group,
        assigned_uuid=found.assignee,
        latest_task=found.last_message,
        createtime=moment(found.created_at),
        updatetime=moment(found.last_activity_at),
    )


def conversation_info(found: Conversation, reader: str, cards: Mapping[str, Card]) -> wire.ConversationShown:
    """A conversation with what concerns one of its members, who is told the other side's name."""
    other = found.assignee if reader == found.contact else found.contact
    name = cards[other].name if other in cards else None
    data = wire.ConversationData(
        uuid=membership_id(found, reader),
        conversation_uuid=found.id,
        app_uuid=found.account,
        user_uuid=reader,
        user_name=None,
        conversation_type=_P2S,
        conversation_name=name,
        conversation_icon=icon(other) if other else None,
        conversation_status=status(found),
        user_mute_notification=None,
        createtime=moment(found.created_at),
        updatetime=moment(found.last_activity_at),
    )
    return wire.ConversationShown(**msgspec.structs.asdict(conversation(found, None)), conversation_data=data)


def user_summary(card: Card) -> wire.UserSummary:
    """A member of a conversation."""
    return wire.UserSummary(
        uuid=card.id,
        user_fullname=card.name,
        user_email=card.email,
        user_icon=icon(card.id, card.icon),
        user_signature=card.signature,
        updatetime=card.updated_at // 1000,
        group=None,
        is_browser_online=card.presence == "online",
        is_mobile_online=False,
    )


def default_conversation(
    found: Conversation, account: Account, visitor: Card, agents: Sequence[Card]
) -> wire.DefaultConversationShown:
    """A visitor's conversation: named after the agents who serve it, among whom he stands first."""
    name = ",".join(agent.name for agent in agents) or None
    return wire.DefaultConversationShown(
        **msgspec.structs.asdict(conversation(found, name)),
        app_name=account.name,
        app_welcome=account.welcome,
        user_list=[user_summary(card) for card in (visitor, *agents)],
    )


def post(request: wire.SendMessage) -> PostMessage:
    """What a client sends, as a message to be posted. Raises code 16 for what can't be one."""
    if request.message_type != "NOTI" or request.message_subtype != "TEXT":
        raise Coded(16, "only NOTI TEXT is understood")
    if request.from_type != _USER or request.to_type not in _TYPES:
        raise Coded(16, f"from_type must be {_USER}, to_type one of {', '.join(_TYPES)}")
    return PostMessage(
        conversation=request.conversation_uuid,
        body=request.message_body,
        id=request.uuid,
        source="chat",
        device=request.device_uuid,
    )


def letters(message: Message, account: str) -> wire.Letters:
    """A message as sockets carry it. A visitor writes to the app, an agent and the system to the conversation."""
    from_contact = message.sender_kind == "contact"
    return wire.Letters(
        ci=message.conversation,
        ct=_P2S,
        fi=message.sender,
        ft=_APP if message.sender == account else _USER,
        ti=message.conversation,
        tt=_APP if from_contact else "CV",
        mt="NOTI",
        ms=message.format.upper(),
        bo=message.body,
        tl=message.subject,
        ts=message.created_at / 1000,
        id=message.id,
    )


def message(stored: Message, account: str, cards: Mapping[str, Card]) -> wire.Message:
    """A message of a history page."""
    short = letters(stored, account)
    sender = cards.get(stored.sender)
    return wire.Message(
        uuid=stored.id,
        app_uuid=account,
        conversation_uuid=stored.conversation,
        conversation_type=_P2S,
        from_uuid=stored.sender,
        from_type=short.ft,
        from_device_uuid=stored.device,
        from_user=wire.FromUser(sender.id, sender.name, sender.email, icon(sender.id, sender.icon)) if sender else None,
        to_uuid=stored.conversation,
        to_type=short.tt,
        message_type=short.mt,
        message_subtype=short.ms,
        message_body=msgspec.json.encode(short).decode(),
        body=stored.body,
        task_status="PROCESSED",
        createtime=moment(stored.created_at),
        updatetime=moment(stored.created_at),
    )


def history(page: History, offset: int, size: int, cards: Mapping[str, Card]) -> wire.HistoryPage:
    """A page of messages, newest first."""
    shown = [message(stored, page.conversation.account, cards) for stored in page.messages]
    return wire.HistoryPage(list=shown, total_count=page.total, return_count=len(shown), page_offset=offset, page_size=size)
