"""What tests of mail need: an account with an e-mail account, and a visitor with an address."""

from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.channels import email_accounts
from chalicelib.desk.channels.email_accounts import Change, EmailAccount
from chalicelib.desk.conversations import conversations, history
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.people import contacts
from tests.visitors import Answer, Visitor
from tests.world import World

BASE = "/api/v3/anytime"


def address(world: World, name: str = "support") -> str:
    """An address that is this account's alone."""
    return f"{name}@{world.account[-12:]}.example"


def account(world: World, name: str = "support", **given: Any) -> EmailAccount:
    """A new e-mail account."""
    return email_accounts.create(world.ctx(ADMIN), address(world, name), Change(**given))


def customer(world: World) -> tuple[Visitor, str]:
    """A visitor with an address, who has written."""
    visitor = world.asking()
    email = f"mia.{visitor.id[-12:]}@customers.example"
    contacts.change(world.ctx(ADMIN), number(world, visitor, "contact_number"), contacts.Change(email=email))
    world.settle()
    return visitor, email


def number(world: World, visitor: Visitor, name: str = "number") -> int:
    """An integer id of the visitor's conversation."""
    return int(getattr(conversations.load(world.ctx(ADMIN), visitor.conversation), name))


def reply(world: World, visitor: Visitor, **given: Any) -> Answer:
    """An e-mail of the first agent in the visitor's conversation, by Anytime; what it causes is not done yet."""
    body = {"type": "email", "plainBody": "Your order is on its way."} | given
    return world.call("POST", f"{BASE}/conversations/{number(world, visitor)}/messages", body, **world.bearer())


def thread(world: World, visitor: Visitor) -> list[Message]:
    """The messages of the visitor's conversation."""
    return history.list_latest(world.ctx(ADMIN), visitor.conversation).messages
