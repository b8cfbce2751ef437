"""Conversations in PPMessage's words."""

from collections.abc import Mapping, Sequence

import msgspec

from chalicelib.desk.accounts import Account
from chalicelib.desk.conversations import Conversation, membership_id
from chalicelib.desk.people import Card
from chalicelib.dialects.ppmessage.mapping.people import user_summary
from chalicelib.dialects.ppmessage.mapping.words import P2S, icon, moment
from chalicelib.dialects.ppmessage.wire import conversations as wire


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
        conversation_type=P2S,
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
        conversation_type=P2S,
        conversation_name=name,
        conversation_icon=icon(other) if other else None,
        conversation_status=status(found),
        user_mute_notification=None,
        createtime=moment(found.created_at),
        updatetime=moment(found.last_activity_at),
    )
    return wire.ConversationShown(**msgspec.structs.asdict(conversation(found, None)), conversation_data=data)


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
