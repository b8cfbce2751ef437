"""What tests of conversations need on a desk: contacts, tags, departments, custom fields, and conversations about these."""

from typing import Any

from chalicelib.context import ADMIN, Context
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.conversations import creation
from chalicelib.desk.conversations.composing import PostMessage
from chalicelib.desk.conversations.creation import NewConversation
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.people import contacts
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Group
from chalicelib.models import conversations, people
from chalicelib.models.conversations import Conversation
from tests.world import World


def contact(world: World, name: str = "Mia Miller") -> Person:
    """A new contact."""
    return contacts.create(world.ctx(ADMIN), contacts.Change(name, f"{name.split()[0].lower()}@people.test"))


def tag(world: World, name: str) -> int:
    """The number of a new tag."""
    return tags.create(world.ctx(ADMIN), name).number


def department(world: World, name: str, *members: Person) -> Group:
    """A new department of these agents."""
    made = groups.create(world.ctx(ADMIN), name, groups.Change())
    groups.set_members(world.ctx(ADMIN), made, members)
    return made


def field(world: World, name: str, type_: str = "text", **given: Any) -> int:
    """The number of a new custom field."""
    return custom_fields.create(world.ctx(ADMIN), custom_fields.Change(name, type_, **given)).number


def new(
    said: str = "Hello", *, kind: str = "reply", key: str | None = None, channel: str = "portal", **fields: Any
) -> NewConversation:
    """A conversation to create, with a first message and some fields."""
    message = PostMessage("", said, kind=kind, exactly=True)
    return NewConversation(Change(**{"subject": "A parcel", **fields}), message, channel, key)


def create(ctx: Context, said: str = "Hello", **given: Any) -> Conversation:
    """The same, created and read again."""
    return read(creation.create(ctx, new(said, **given)).conversation)


def read(conversation: Conversation) -> Conversation:
    """A conversation as it is stored."""
    found = conversations.get(conversation.account, conversation.id)
    assert found
    return found


def load_of(world: World, at: int = 0) -> int:
    """How many conversations an agent has, as allocation counts them."""
    found = people.get(world.account, world.agents[at].id)
    assert found
    return found.open_conversations
