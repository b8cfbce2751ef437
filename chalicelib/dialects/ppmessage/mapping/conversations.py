"""Conversations in PPMessage's words."""

from collections.abc import Mapping, Sequence

import msgspec

from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.conversations import members, participants
from chalicelib.desk.conversations.conversations import Conversation, membership_id
from chalicelib.desk.conversations.members import Membership
from chalicelib.desk.people.people import PersonView
from chalicelib.dialects.ppmessage.mapping.people import user_summary
from chalicelib.dialects.ppmessage.mapping.words import icon, kind_of, moment
from chalicelib.dialects.ppmessage.wire import conversations as wire


def status(conversation: Conversation) -> str:
    """NEW until the first message, CLOSE when closed, OPEN between."""
    if not conversation.is_open:
        return "CLOSE"
    return "OPEN" if conversation.public_count else "NEW"


def conversation(conversation: Conversation, name: str | None) -> wire.Conversation:
    """A conversation under the name that its reader knows."""
    return wire.Conversation(
        uuid=conversation.id,
        app_uuid=conversation.account,
        user_uuid=conversation.contact,
        status=status(conversation),
        conversation_type=kind_of(conversation),
        conversation_name=name,
        conversation_icon=None,
        group_uuid=conversation.group,
        assigned_uuid=conversation.assignee,
        latest_task=conversation.last_message,
        createtime=moment(conversation.created_at),
        updatetime=moment(conversation.last_activity_at),
    )


def conversation_info(
    found: Conversation, own: Membership | None, reader: str, views: Mapping[str, PersonView], name: str | None
) -> wire.ConversationShown:
    """A named conversation with what concerns one of its members."""
    data = conversation_data(found, own, reader, views, name)
    return wire.ConversationShown(**msgspec.structs.asdict(conversation(found, name)), conversation_data=data)


def conversation_data(
    conversation: Conversation, own: Membership | None, reader: str, views: Mapping[str, PersonView], called: str | None
) -> wire.ConversationData:
    """What concerns one member: the other side's name (for the contact, what the conversation is `called`), and whether this
    member has closed it for themselves.
    """
    other = conversation.assignee if reader == conversation.contact else conversation.contact
    name = views[other].name if other in views else called
    if conversation.is_internal and not conversation.assignee:
        name = conversation.subject
    return wire.ConversationData(
        uuid=membership_id(conversation, reader),
        conversation_uuid=conversation.id,
        app_uuid=conversation.account,
        user_uuid=reader,
        user_name=None,
        conversation_type=kind_of(conversation),
        conversation_name=name,
        conversation_icon=icon(other) if other else None,
        conversation_status="CLOSE" if members.is_closed(conversation, own) else status(conversation),
        user_mute_notification=None,
        createtime=moment(conversation.created_at),
        updatetime=moment(conversation.last_activity_at),
    )


def for_visitor(found: Conversation, agents: Sequence[PersonView]) -> wire.Conversation:
    """A visitor's conversation, named after the agents who serve it."""
    return conversation(found, participants.joined_names(agents) or None)


def default_conversation(
    conversation: Conversation,
    account: Account,
    visitor: PersonView,
    agents: Sequence[PersonView],
    groups: Mapping[str, str],
    connected: Mapping[str, tuple[bool, bool]],
) -> wire.DefaultConversationShown:
    """The same with everybody who takes part, the visitor first. `connected` is as in `user_summary`, by person."""
    everybody = [visitor, *agents]
    return wire.DefaultConversationShown(
        **msgspec.structs.asdict(for_visitor(conversation, agents)),
        app_name=account.name,
        app_welcome=account.welcome,
        user_list=[user_summary(view, groups, connected.get(view.id, (False, False))) for view in everybody],
    )
