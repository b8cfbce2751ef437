"""People: the agents of an account, and the contacts who write to them."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import NODEFAULT
from msgspec.structs import fields, replace

from chalicelib.context import AGENT, VISITOR, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import NotFound, Unavailable
from chalicelib.models import people, unique_names
from chalicelib.models.people import Person as Person
from chalicelib.rules import emails, ids

AGENT_KIND, CONTACT = people.AGENT, people.CONTACT


class PersonView(msgspec.Struct, frozen=True):
    """What others may see of a person."""

    id: str
    number: int
    kind: str
    name: str
    email: str | None
    icon: str | None
    signature: str | None
    presence: str | None
    updated_at: int
    group: str | None = None
    created_at: int = 0
    is_anonymous: bool = False
    trace: str | None = None
    language: str | None = None
    is_removed: bool = False
    email_is_verified: bool = True


#: Fields that visitors may see of anybody else, agent or contact.
_PUBLIC = ("kind", "name", "icon", "signature", "presence", "created_at", "updated_at")
#: Values that visitors see in all other fields.
_HIDDEN: dict[str, Any] = {
    "number": 0,
    "email": None,
    **{field.name: field.default for field in fields(PersonView) if field.default is not NODEFAULT and field.name not in _PUBLIC},
}
_views: TimedCache[PersonView] = TimedCache()
_agents: TimedCache[list[Person]] = TimedCache(200)


@access.allow(VISITOR)
def get(ctx: Context, person_id: str) -> Person:
    """Returns a person of the caller's account who has not been removed. A visitor finds contacts only. Raises NotFound."""
    person = people.get(ctx.account, person_id) if ids.is_uuid(person_id) else None
    if person is None or person.removed_at or (ctx.caller.level == VISITOR and person.kind != people.CONTACT):
        raise NotFound("person", person_id)
    full_view_of(ctx, person)  # an answer that shows them does not read them again
    return person


@access.allow(VISITOR)
def get_visible(ctx: Context, person_id: str) -> Person:
    """Returns a person as the caller may see them: to a visitor, others show only what is public. One request.

    A caller that acts for nobody and names a contact by uuid is taken for that contact.
    """
    person = people.get(ctx.account, person_id) if ids.is_uuid(person_id) else None
    if person is None or person.removed_at:
        raise NotFound("person", person_id)
    is_named = person.kind == people.CONTACT and ctx.caller.person is None
    return person if is_named or not _is_hidden(ctx, person.id) else _public(person)


def _is_hidden(ctx: Context, person: str) -> bool:
    """Returns whether the caller sees only the public part of a person: a visitor sees nobody but themselves whole."""
    return not ctx.caller.at_least(AGENT) and ctx.caller.person != person


def _public(person: Person) -> Person:
    return Person(person.account, person.id, **{name: getattr(person, name) for name in _PUBLIC})


@access.allow(VISITOR)
def as_caller_sees(ctx: Context, persons: Iterable[Person]) -> list[Person]:
    """Returns people who have been read, with what the caller may see of them."""
    return [_public(person) if _is_hidden(ctx, person.id) else person for person in persons]


def login_home(person: Person) -> Person:
    """Returns the row that holds a person's password and token version. No request, or one for an owner of several accounts."""
    return (people.get(person.home, person.id) if person.home else None) or person


def get_many(ctx: Context, wanted: Iterable[str | None]) -> dict[str, Person]:
    """Returns the people that exist, by id. One request for each hundred."""
    return people.get_many(ctx.account, {id_ for id_ in wanted if id_ and ids.is_uuid(id_)})


@access.allow(VISITOR)
def load_views(ctx: Context, wanted: Iterable[str | None]) -> dict[str, PersonView]:
    """Returns what the caller may see of people, at most a minute old. No request where a warm process knows them, else one."""
    return {id_: public_view(view) if _is_hidden(ctx, id_) else view for id_, view in _whole(ctx, wanted).items()}


def _whole(ctx: Context, wanted: Iterable[str | None]) -> dict[str, PersonView]:
    known = known_views(ctx, wanted)
    fresh = {
        id_: full_view_of(ctx, person)
        for id_, person in get_many(ctx, [id_ for id_, seen in known.items() if seen is None]).items()
    }
    return {id_: seen for id_, seen in known.items() if seen is not None} | fresh


def known_views(ctx: Context, wanted: Iterable[str | None]) -> dict[str, PersonView | None]:
    """Returns the views that this process remembers of people, as agents see them; None for those it does not. No request."""
    return {id_: _views.get(f"{ctx.account}#{id_}", ctx.now) for id_ in dict.fromkeys(wanted) if id_}


def public_view(view: PersonView) -> PersonView:
    """Returns the part that visitors may see of anybody else."""
    return replace(view, **_HIDDEN)


@access.allow(VISITOR)
def load_view(ctx: Context, person: str) -> PersonView:
    """Returns what the caller may see of one person, at most a minute old. Raises NotFound."""
    found = load_views(ctx, [person])
    if person not in found:
        raise NotFound("person", person)
    return found[person]


@access.allow(VISITOR)
def load_contact(ctx: Context, person: str) -> PersonView:
    """Returns a contact who has not been removed, whole, for a caller that is them; a minute old at most. Raises NotFound."""
    found = _whole(ctx, [person] if ids.is_uuid(person) else []).get(person)
    if found is None or found.kind != people.CONTACT or found.is_removed:
        raise NotFound("person", person)
    return found


@access.allow(VISITOR)
def views_of(ctx: Context, persons: Iterable[Person]) -> list[PersonView]:
    """Returns views of people just read, with what the caller may see."""
    every = [full_view_of(ctx, person) for person in persons]
    return [public_view(view) if _is_hidden(ctx, view.id) else view for view in every]


def exists(ctx: Context, person: str) -> bool:
    """Returns whether a person of the account has not been removed, as of a minute ago at most."""
    found = _whole(ctx, [person]).get(person)
    return found is not None and not found.is_removed


def is_contact(ctx: Context, person: str) -> bool:
    """Returns whether a person is a contact who has not been removed, as of a minute ago at most."""
    try:
        return load_contact(ctx, person).kind == people.CONTACT
    except NotFound:
        return False


def full_view_of(ctx: Context, person: Person) -> PersonView:
    """Returns the view that agents have of a person who has just been read, and remembers it for a minute."""
    shown = PersonView(
        person.id,
        person.number,
        person.kind,
        person.name,
        person.email,
        person.icon,
        person.signature,
        person.presence,
        person.updated_at,
        person.group,
        person.created_at,
        person.is_anonymous,
        person.trace,
        person.language,
        person.removed_at is not None,
        person.email_is_verified,
    )
    return _views.put(f"{ctx.account}#{person.id}", shown, ctx.now)


def forget(ctx: Context, person: str) -> None:
    """Drops what this process remembers of a person who has just been changed."""
    _views.forget(f"{ctx.account}#{person}")
    _agents.forget(ctx.account)


@access.allow(VISITOR)
def list_agents(ctx: Context) -> list[Person]:
    """Returns the account's agents by number. One request."""
    return people.agents(ctx.account)


def check_serves(agent: Person, field: str) -> Person:
    """Returns an agent who can be given conversations. Raises Unavailable, naming the field, if switched off or removed."""
    if not can_serve(agent):
        raise Unavailable(field, f"names {agent.name}, who is switched off or removed")
    return agent


def can_serve(agent: Person | None) -> bool:
    """Returns whether a person is an agent who can be given conversations."""
    return agent is not None and bool(agent.agents_of) and agent.is_active


def list_agents_cached(ctx: Context) -> list[Person]:
    """Returns the account's agents for showing their names, at most a minute old. No request where a warm process knows them,
    else one.
    """
    found = _agents.get(ctx.account, ctx.now)
    return _agents.put(ctx.account, list_agents(ctx), ctx.now) if found is None else found


@access.allow(AGENT)
def get_by_email(ctx: Context, email: str) -> Person:
    """Returns an agent or contact of the caller's account. Two requests. Raises NotFound."""
    address = emails.canonical(email)
    claim = unique_names.find(ctx.account, "email", address) if emails.is_address(address) else None
    if claim is None:
        raise NotFound("person", email)
    return get(ctx, claim.id)


@access.allow(AGENT)
def get_agent_by_email(ctx: Context, email: str) -> Person:
    """Returns an agent of the caller's account. Raises NotFound."""
    address = emails.canonical(email)
    claim = unique_names.find(unique_names.EVERYWHERE, "login", address) if emails.is_address(address) else None
    if claim is None or claim.account != ctx.account:
        raise NotFound("agent", email)
    return get(ctx, claim.id)


@access.allow(AGENT)
def get_agent_by_number(ctx: Context, number: int) -> Person:
    """Returns an agent of the caller's account by integer id. Raises NotFound."""
    id_ = unique_names.id_by_number(ctx.account, "person", number)
    person = people.get(ctx.account, id_) if id_ else None
    if person is None or person.removed_at or person.kind != people.AGENT:
        raise NotFound("agent", number)
    return person
