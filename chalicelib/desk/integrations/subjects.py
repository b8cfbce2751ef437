"""Subjects: what a delivery tells of, as it is when it is sent."""

import msgspec

from chalicelib.context import Context
from chalicelib.desk.integrations.happenings import About
from chalicelib.models import conversations, files, people
from chalicelib.models import messages as rows
from chalicelib.models.conversations import Conversation as Conversation
from chalicelib.models.files import File as File
from chalicelib.models.messages import Message as Message
from chalicelib.models.people import Person as Person
from chalicelib.rules import webhooks as rules

#: Events whose deliveries show the message, and those that show the contact.
_WITH_MESSAGE = (rules.MESSAGE_CREATED, rules.REPLIED, rules.AGENT_REPLIED, rules.FILE_UPLOADED)
_WITH_CONTACT = (rules.CONTACT_CREATED, rules.AGENT_REPLIED)


class Subject(msgspec.Struct, frozen=True):
    """An event with what it is about; None for what does not exist any more."""

    event: str
    about: About
    conversation: Conversation | None = None
    message: Message | None = None
    contact: Person | None = None
    file: File | None = None


def load(ctx: Context, event: str, about: About) -> Subject:
    """Returns what an event is about. A request for each thing that it shows, four at most."""
    conversation = conversations.get(ctx.account, about.conversation) if about.conversation else None
    if conversation and conversation.purge_at:
        conversation = None
    message = _message(ctx, about) if event in _WITH_MESSAGE and conversation else None
    contact = about.contact or (conversation.contact if conversation else "")
    found = people.get(ctx.account, contact) if contact and event in _WITH_CONTACT else None
    file = files.get(about.file) if about.file else None
    return Subject(event, about, conversation, message, found, file)


def _message(ctx: Context, about: About) -> Message | None:
    if about.message:
        return rows.get_many(ctx.account, about.conversation, [about.message]).get(about.message)
    found = rows.between(ctx.account, about.conversation, about.sequence, about.sequence, newest_first=False)
    return next(iter(found), None)
