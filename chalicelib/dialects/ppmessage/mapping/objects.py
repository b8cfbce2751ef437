"""Whatever has a uuid, in PPMessage's words."""

from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.people.people import Person
from chalicelib.dialects.ppmessage.mapping.words import APP, CONVERSATION, USER, icon
from chalicelib.dialects.ppmessage.wire.objects import Object


def of_person(person: Person) -> Object:
    """A user."""
    return Object(
        type=USER,
        uuid=person.id,
        email=person.email or None,
        name=person.email or None,
        fullname=person.name,
        icon=icon(person.id, person.icon),
        desc=person.signature,
        timestamp=person.created_at / 1000,
        updated=person.updated_at / 1000,
    )


def of_account(account: Account) -> Object:
    """An account. Only its owner sees the billing address."""
    return Object(
        type=APP,
        uuid=account.id,
        email=None,
        name=account.name,
        fullname=account.company or account.name,
        icon=account.icon,
        desc=account.welcome,
        timestamp=account.created_at / 1000,
        updated=account.updated_at / 1000,
    )


def of_conversation(conversation: Conversation) -> Object:
    """A conversation."""
    return Object(
        type=CONVERSATION,
        uuid=conversation.id,
        email=None,
        name=conversation.subject,
        fullname=conversation.subject,
        icon=None,
        desc=None,
        timestamp=conversation.created_at / 1000,
        updated=conversation.last_activity_at / 1000,
    )
