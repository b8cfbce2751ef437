"""Triggers of a test, what they did, and a trace of their mails."""

from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import conversations, event_logs, history, triggers, updates
from chalicelib.desk.conversations.event_logs import Event
from chalicelib.desk.conversations.filters import FilterCondition
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.conversations.triggers import Change, SetValue, Trigger
from chalicelib.desk.people import contacts
from chalicelib.models.conversations import Conversation
from tests.mails import sent
from tests.visitors import Visitor
from tests.world import World

#: Shown ids of fields.
STATUS, PRIORITY, AGENT, DEPARTMENT, TAGS, SUBJECT, EMAIL = 6, 7, 9, 10, 14, 16, 19
MAIL = {"sends_mail": True, "subject": "Re: {{conversation.subject}}", "plain_text": "{{conversation.lastMessage}}"}


def trigger(world: World, name: str, event: str, *values: tuple[int, str], **more: Any) -> Trigger:
    """A new trigger that sets values."""
    made = tuple(SetValue(field=field, value=value) for field, value in values)
    given = Change(name=name, event=event, sets_values=bool(values), values=made, **more)
    return triggers.create(world.ctx(ADMIN), given)


def meets(field: int, value: str, match: str = "is") -> dict[str, Any]:
    """One condition."""
    return {"conditions": (FilterCondition(field=field, match=match, value=value),)}


def row(world: World, visitor: Visitor) -> Conversation:
    """The visitor's conversation as it is."""
    return conversations.load(world.ctx(ADMIN), visitor.conversation)


def log(world: World, visitor: Visitor) -> list[Event]:
    """Its event log."""
    return event_logs.list_page(world.ctx(ADMIN), visitor.conversation).events


def fired(world: World, visitor: Visitor) -> list[str]:
    """Names of the triggers that have fired for it, in order."""
    return [str(event.after) for event in log(world, visitor) if event.field == event_logs.FIRED]


def thread(world: World, visitor: Visitor) -> list[Message]:
    """Its messages, with notes."""
    return history.list_latest(world.ctx(ADMIN), visitor.conversation).messages


def mails(to: str) -> list[tuple[str, str]]:
    """Subjects and bodies of the mails that SES has taken for an address: the HTML of those that have some."""
    return [(mail.subject, mail.html or mail.text) for mail in sent(to)]


def email(world: World, visitor: Visitor) -> str:
    """Gives the visitor an e-mail address of their own."""
    address = f"{visitor.id}@visitors.test"
    contacts.change(world.ctx(ADMIN), row(world, visitor).contact_number, contacts.Change(email=address))
    return address


def change(world: World, visitor: Visitor, **wanted: Any) -> None:
    """Changes a visitor's conversation as the first agent, and waits for what follows."""
    updates.change(world.as_agent(), visitor.conversation, updates.Change(**wanted))
    world.settle()
