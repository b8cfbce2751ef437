"""Messages in PPMessage's words."""

from collections.abc import Mapping

import msgspec

from chalicelib.desk.conversations.history import History
from chalicelib.desk.conversations.messages import Message, PostMessage
from chalicelib.desk.people.people import PersonView
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping import files
from chalicelib.dialects.ppmessage.mapping.words import APP, CONVERSATION, GROUP, P2S, USER, icon, kind_of, moment
from chalicelib.dialects.ppmessage.wire import messages as wire

_TYPES = (USER, APP, GROUP, CONVERSATION)


def post(request: wire.SendMessage) -> PostMessage:
    """What a client sends, as a message to post; the text of a TXT has been read already. Raises code 16 for a bad one."""
    subtype = request.message_subtype
    if request.message_type != "NOTI" or subtype not in ("TEXT", "TXT", *files.KINDS):
        raise Coded(16, f"only NOTI is understood, as TEXT, TXT, {', '.join(files.KINDS)}")
    if request.from_type != USER or request.to_type not in _TYPES:
        raise Coded(16, f"from_type must be {USER}, to_type one of {', '.join(_TYPES)}")
    return PostMessage(
        conversation=request.conversation_uuid,
        body="" if subtype in files.KINDS else request.message_body,
        format=files.KINDS.get(subtype, "text"),
        attachments=(files.attach(subtype, request.message_body),) if subtype in files.KINDS else (),
        id=request.uuid,
        source="chat",
        device=request.device_uuid,
    )


def letters(message: Message, account: str, kind: str = P2S) -> wire.Letters:
    """A message as sockets carry it. A visitor writes to the app, an agent and the system write to the conversation."""
    from_contact, chat = message.sender_kind == "contact", message.conversation
    subtype, body = files.shown(message)
    return wire.Letters(
        ci=chat,
        ct=kind,
        fi=message.sender,
        ft=APP if message.sender == account else USER,
        ti=chat,
        tt=APP if from_contact else CONVERSATION,
        mt="NOTI",
        ms=subtype,
        bo=body,
        tl=message.subject,
        ts=message.created_at / 1000,
        id=message.id,
    )


def from_user(sender: PersonView | None) -> wire.FromUser | None:
    """Who sent a message."""
    if sender is None:
        return None
    return wire.FromUser(sender.id, sender.name, sender.email, icon(sender.id, sender.icon))


def message(stored: Message, kind: str, views: Mapping[str, PersonView]) -> wire.Message:
    """A message of a history page of a conversation of the kind."""
    account, at = stored.account, moment(stored.created_at)
    short = letters(stored, account, kind)
    return wire.Message(
        uuid=stored.id,
        app_uuid=account,
        conversation_uuid=short.ci,
        conversation_type=kind,
        from_uuid=stored.sender,
        from_type=short.ft,
        from_device_uuid=stored.device,
        from_user=from_user(views.get(stored.sender)),
        to_uuid=short.ti,
        to_type=short.tt,
        message_type=short.mt,
        message_subtype=short.ms,
        message_body=msgspec.json.encode(short).decode(),
        body=short.bo,
        task_status="PROCESSED",
        createtime=at,
        updatetime=at,
    )


def history(page: History, offset: int, size: int, views: Mapping[str, PersonView]) -> wire.HistoryPage:
    """A page of messages, newest first."""
    shown = _shown(page, views)
    return wire.HistoryPage(list=shown, total_count=page.total, return_count=len(shown), page_offset=offset, page_size=size)


def whole_history(page: History, offset: int, size: int, views: Mapping[str, PersonView]) -> wire.History:
    """The same in the older call's words."""
    shown, newest = _shown(page, views), page.conversation.last_message
    return wire.History(list=shown, total_count=page.total, count=len(shown), page_offset=offset, page_size=size, max_id=newest)


def _shown(page: History, views: Mapping[str, PersonView]) -> list[wire.Message]:
    kind = kind_of(page.conversation)
    return [message(stored, kind, views) for stored in page.messages]
