"""Conversations in PPMessage's words."""

from collections.abc import Mapping, Sequence

import msgspec

from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.conversations import members
from chalicelib.desk.conversations.conversations import Conversation, membership_id
from chalicelib.desk.conversations.members import Membership
from chalicelib.desk.people.people import Card
from chalicelib.dialects.ppmessage.mapping.people import user_summary
from chalicelib.dialects.ppmessage.mapping.words import icon, kind_of, moment
from chalicelib.dialects.ppmessage.wire import conversations as wire


def status(conversation: Conversation) -> str:
    """NEW until the first message, CLOSE when closed, OPEN between."""
    if not conversation.is_open:
        return "CLOSE"
    return "OPEN" if conversation.public_count else "NEW"


def conversation(found: Conversation, name: str | None) -> wire.Conversation:
    """A conversation under the name that its reader gives it."""
    return wire.Conversation(
        uuid=found.id,
        app_uuid=found.account,
        user_uuid=found.contact,
        status=status(found),
        conversation_type=kind_of(found),
        conversation_name=name,
        conversation_icon=None,
        group_uuid=found.group,
        assigned_uuid=found.assignee,
        latest_task=found.last_message,
        createtime=moment(found.created_at),
        updatetime=moment(found.last_activity_at),
    )


def conversation_info(
    found: Conversation, own: Membership | None, reader: str, cards: Mapping[str, Card], name: str | None
) -> wire.ConversationShown:
    """A conversation of a name with what concerns one of its members."""
    data = conversation_data(found, own, reader, cards, name)
    return wire.ConversationShown(**msgspec.structs.asdict(conversation(found, name)), conversation_data=data)


def conversation_data(
    found: Conversation, own: Membership | None, reader: str, cards: Mapping[str, Card], called: str | None
) -> wire.ConversationData:
    """What concerns one member: the other side's name, which for the contact is what the conversation is `called`, and whether
    they have closed it for themselves.
    """
    other = found.assignee if reader == found.contact else found.contact
    name = cards[other].name if other in cards else called
    if found.is_internal and not found.assignee:
        name = found.subject
    return wire.ConversationData(
        uuid=membership_id(found, reader),
        conversation_uuid=found.id,
        app_uuid=found.account,
        user_uuid=reader,
        user_name=None,
        conversation_type=kind_of(found),
        conversation_name=name,
        conversation_icon=icon(other) if other else None,
        conversation_status="CLOSE" if members.is_closed(found, own) else status(found),
        user_mute_notification=None,
        createtime=moment(found.created_at),
        updatetime=moment(found.last_activity_at),
    )


def for_visitor(found: Conversation, agents: Sequence[Card]) -> wire.Conversation:
    """A visitor's conversation, named after the agents who serve it."""
    return conversation(found, members.called(agents) or None)


def default_conversation(
    found: Conversation,
    account: Account,
    visitor: Card,
    agents: Sequence[Card],
    connected: Mapping[str, tuple[bool, bool]],
) -> wire.DefaultConversationShown:
    """The same with everybody who is in it, the visitor first. `connected` is of `user_summary`, by person."""
    groups = {group.id: group.name for group in account.groups.values()}
    everybody = [visitor, *agents]
    return wire.DefaultConversationShown(
        **msgspec.structs.asdict(for_visitor(found, agents)),
        app_name=account.name,
        app_welcome=account.welcome,
        user_list=[user_summary(card, groups, connected.get(card.id, (False, False))) for card in everybody],
    )
