"""People in PPMessage's words."""

from chalicelib.desk.people import Card, Person
from chalicelib.dialects.ppmessage.mapping.words import icon
from chalicelib.dialects.ppmessage.wire import people as wire


def anonymous(person: Person) -> wire.AnonymousCreated:
    """A visitor who was made or found."""
    return wire.AnonymousCreated(person.id, person.name, icon(person.id, person.icon), person.email)


def user_summary(card: Card) -> wire.UserSummary:
    """A member of a conversation."""
    return wire.UserSummary(
        uuid=card.id,
        user_fullname=card.name,
        user_email=card.email,
        user_icon=icon(card.id, card.icon),
        user_signature=card.signature,
        updatetime=card.updated_at // 1000,
        group=None,
        is_browser_online=card.presence == "online",
        is_mobile_online=False,
    )
