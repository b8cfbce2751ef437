"""People in PPMessage's words."""

from collections.abc import Mapping

from chalicelib.desk.people import Card, Person
from chalicelib.dialects.ppmessage.mapping.words import icon
from chalicelib.dialects.ppmessage.wire import people as wire


def anonymous(person: Person) -> wire.AnonymousCreated:
    """A visitor who was made or found."""
    return wire.AnonymousCreated(person.id, person.name, icon(person.id, person.icon), person.email)


def user_summary(card: Card, groups: Mapping[str, str], *, for_visitor: bool = False) -> wire.UserSummary:
    """A member of a conversation or a group; `groups` has the account's groups' names. A visitor learns no agent's e-mail."""
    return wire.UserSummary(
        uuid=card.id,
        user_fullname=card.name,
        user_email=None if for_visitor and card.kind == "agent" else card.email,
        user_icon=icon(card.id, card.icon),
        user_signature=card.signature,
        updatetime=card.updated_at // 1000,
        group=_group(card.group, groups),
        is_browser_online=card.presence == "online",
        is_mobile_online=False,
    )


def _group(group: str | None, groups: Mapping[str, str]) -> dict[str, str] | None:
    return {"uuid": group, "group_name": groups[group]} if group and group in groups else None
