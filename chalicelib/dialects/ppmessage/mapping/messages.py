"""Messages in PPMessage's words."""

from collections.abc import Mapping

import msgspec

from chalicelib.desk.messages import History, Message, PostMessage
from chalicelib.desk.people import Card
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping.words import APP, CONVERSATION, GROUP, P2S, USER, icon, moment
from chalicelib.dialects.ppmessage.wire import messages as wire

_TYPES = (USER, APP, GROUP, CONVERSATION)


def post(request: wire.SendMessage) -> PostMessage:
    """What a client sends, as a message to be posted. Raises code 16 for what can't be one."""
    if request.message_type != "NOTI" or request.message_subtype != "TEXT":
        raise Coded(16, "only NOTI TEXT is understood")
    if request.from_type != USER or request.to_type not in _TYPES:
        raise Coded(16, f"from_type must be {USER}, to_type one of {', '.join(_TYPES)}")
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
        ct=P2S,
        fi=message.sender,
        ft=APP if message.sender == account else USER,
        ti=message.conversation,
        tt=APP if from_contact else CONVERSATION,
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
        conversation_type=P2S,
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
