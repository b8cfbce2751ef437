"""People: agents, and the contacts who write to them."""

from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from chalicelib.context import ADMIN, AGENT, LEVELS, VISITOR, Context
from chalicelib.desk import access, limits, tokens
from chalicelib.desk.cache import TimedCache
from chalicelib.desk.errors import IS_AGENT, Exists, Forbidden, Invalid, NotFound, Unavailable
from chalicelib.desk.retry import contended
from chalicelib.models import claims, counters, people
from chalicelib.models.base import Refused
from chalicelib.models.people import Person as Person
from chalicelib.rules import emails, ids, passwords, presence, text

AGENT_KIND, CONTACT = people.AGENT, people.CONTACT
#: The name of who has said none.
NAMELESS = "Unknown Area.User"
_LONGEST_NAME, _LONGEST_LANGUAGE, LONGEST_ICON = 256, 35, 1_024


@dataclass(frozen=True, slots=True)
class CreateAgent:
    """A new agent. `password` is the wire password (SHA-1 hex of what he types); without one he can't log in yet."""

    email: str
    name: str
    password: str | None
    level: str = AGENT
    language: str | None = None


@dataclass(frozen=True, slots=True)
class CreateContact:
    """A new contact who is known by his e-mail."""

    email: str
    name: str
    icon: str | None = None
    language: str | None = None
    password: str | None = None
    is_anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Card:
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


#: What visitors may know of anybody else, agent or contact.
_PUBLIC = ("kind", "name", "icon", "signature", "presence", "created_at", "updated_at")
#: All else of a card, as they see it.
_HIDDEN: dict[str, Any] = {
    "number": 0,
    "email": None,
    **{field.name: field.default for field in fields(Card) if field.default is not MISSING and field.name not in _PUBLIC},
}
_cards: TimedCache[Card] = TimedCache()
_agents: TimedCache[list[Person]] = TimedCache(200)


@access.allow(ADMIN, access.OPERATORS)
def create_agent(ctx: Context, command: CreateAgent) -> Person:
    """Stores an agent, offline; his e-mail logs in, so it is one person's in all accounts. Raises Exists, Invalid.

    Raises Forbidden for a level above the caller's own.
    """
    if LEVELS.index(command.level) > LEVELS.index(ctx.caller.level):
        raise Forbidden("nobody gives more than he has")
    person = made_agent(ctx, command)
    login = claims.claim(ctx.account, "login", person.email, person.id, scope=claims.EVERYWHERE)
    return _stored(person, [login, _by_email(person)])


def made_agent(ctx: Context, command: CreateAgent) -> Person:
    """A new agent of the context's account, to be stored with something else: one request for his number. Raises Invalid."""
    person = _new(ctx, people.AGENT, _name(command.name), address_of(command.email))
    person.level, person.agents_of, person.language = command.level, ctx.account, _language(command.language)
    person.password = hashed(ctx, command.password) if command.password is not None else None
    person.presence = person.presence_alias = presence.OFFLINE
    return person


@access.allow(ADMIN)
def create_contact(ctx: Context, command: CreateContact) -> Person:
    """Stores a contact; their e-mail is one person's in the account. Raises Exists, Invalid, TooMany."""
    return _create_contact(ctx, command)


def _create_contact(ctx: Context, command: CreateContact) -> Person:
    limits.spend_contact(ctx)
    person = _new(ctx, people.CONTACT, _name(command.name), address_of(command.email))
    person.icon, person.language, person.is_anonymous = _icon(command.icon), _language(command.language), command.is_anonymous
    person.password = hashed(ctx, command.password) if command.password is not None else None
    return _stored(person, [_by_email(person)])


@access.allow(VISITOR)
def contact_by_email(ctx: Context, email: str, name: str | None, icon: str | None) -> Person:
    """The contact with this e-mail, made where there is none; his name is the e-mail's first part unless given.

    A visitors' token then speaks for him. Raises Forbidden where it is an agent's, Invalid.
    """
    limits.check_contact(ctx)
    address = address_of(email)

    def attempt() -> Person:
        claim = claims.find(ctx.account, "email", address)
        found = people.get(ctx.account, claim.id) if claim else None
        return found or _create_contact(ctx, CreateContact(address, name or emails.name_of(address), icon))

    try:
        person = attempt()
    except Exists:  # another was faster
        person = attempt()
    if person.kind == people.AGENT:
        raise Forbidden("this is an agent's address", IS_AGENT)
    if ctx.caller.level == VISITOR:
        tokens.bind(ctx, person.id)
    return person


@access.allow(AGENT)
def is_free(ctx: Context, email: str) -> bool:
    """Whether a new agent or account owner can have this e-mail: two requests."""
    address = emails.canonical(email)
    taken = emails.is_address(address) and (
        claims.find(claims.EVERYWHERE, "login", address) or claims.find(ctx.account, "email", address)
    )
    return emails.is_address(address) and not taken


def names_of(person: Person) -> list[claims.Claim]:
    """The names by which a person is found, which are free again when he goes."""
    names = [_by_email(person)] if person.email_is_verified else []
    if person.user_id and person.user_id_is_verified:
        names.append(claims.claim(person.account, "user_id", person.user_id, person.id))
    if person.kind == people.AGENT:
        names.append(claims.claim(person.account, "login", person.email, person.id, scope=claims.EVERYWHERE))
    if person.trace:
        names.append(claims.claim(person.account, "trace", person.trace, person.id))
    return names


def hashed(ctx: Context, wire_password: str) -> str:
    """What is stored of a wire password. Raises Invalid for none."""
    if not 0 < len(wire_password) <= _LONGEST_NAME:
        raise Invalid("password", "must be 1 to 256 characters")
    return passwords.hashed(wire_password, ctx.entropy(16))


def _by_email(person: Person) -> claims.Claim:
    return claims.claim(person.account, "email", person.email, person.id)


def _stored(person: Person, names: list[claims.Claim]) -> Person:
    try:
        people.create(person, names)
    except Refused as refused:
        raise Exists("person", person.email) from refused
    return person


def address_of(email: str) -> str:
    """An e-mail as it is stored. Raises Invalid where it is none."""
    address = emails.canonical(email)
    if not emails.is_address(address):
        raise Invalid("email", "is not an e-mail address")
    return address


def _name(name: str) -> str:
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise Invalid("name", "must be 1 to 256 characters")
    return name


def _language(language: str | None) -> str | None:
    if len(language or "") > _LONGEST_LANGUAGE:
        raise Invalid("language", f"is longer than {_LONGEST_LANGUAGE} characters")
    return language or None


def _icon(icon: str | None) -> str | None:
    if len(icon or "") > LONGEST_ICON:
        raise Invalid("icon", f"is longer than {LONGEST_ICON} characters")
    return icon or None


@access.allow(VISITOR)
def visitor(ctx: Context, trace: str, domain: int | None = None) -> Person:
    """The anonymous contact behind a browser's trace, the same one however often it asks; the caller speaks for him.

    From now on his next chats are of the `domain` whose page he is on, if any.
    """
    if not 0 < len(trace) <= _LONGEST_NAME:
        raise Invalid("trace", "must be 1 to 256 characters")
    limits.check_contact(ctx)
    person = contended(ctx, lambda: _traced(ctx, trace) or _arrived(ctx, trace, domain))
    tokens.bind(ctx, person.id)
    visits(ctx, person, domain)
    return person


def visits(ctx: Context, person: Person, domain: int | None) -> None:
    """A contact is a visitor of a domain from now on: one request where he was of another. Raises NotFound."""
    if domain is None or person.domain == domain:
        return
    try:
        people.change(person, {"domain": domain}, ctx.now)
    except Refused as refused:
        raise NotFound("person", person.id) from refused


def _traced(ctx: Context, trace: str) -> Person | None:
    claim = claims.find(ctx.account, "trace", trace)
    return people.get(ctx.account, claim.id) if claim else None


def _arrived(ctx: Context, trace: str, domain: int | None) -> Person:
    limits.spend_contact(ctx)
    person = made_contact(ctx, NAMELESS)
    person.email, person.email_is_verified = text.visitor_email(person.id, ctx.account), False
    person.is_anonymous, person.trace, person.domain = True, trace, domain
    people.create(person, [claims.claim(ctx.account, "trace", trace, person.id)])
    card_of(ctx, person)  # the calls that follow act for them
    return person


def made_contact(ctx: Context, name: str) -> Person:
    """A new contact without an address, to be stored with the names that are theirs alone: one request for the number."""
    return _new(ctx, people.CONTACT, _name(name), "")


def _new(ctx: Context, kind: str, name: str, email: str) -> Person:
    number = counters.next_number(ctx.account, "person")
    return Person(
        ctx.account, ctx.new_id(), kind=kind, number=number, name=name, email=email, created_at=ctx.now, updated_at=ctx.now
    )


@access.allow(VISITOR)
def get(ctx: Context, person: str) -> Person:
    """One person of the caller's account who has not been removed; a visitor finds contacts only. Raises NotFound."""
    found = people.get(ctx.account, person) if ids.is_uuid(person) else None
    if found is None or found.removed_at or (ctx.caller.level == VISITOR and found.kind != people.CONTACT):
        raise NotFound("person", person)
    card_of(ctx, found)  # so that an answer that shows him reads him once
    return found


@access.allow(VISITOR)
def profile(ctx: Context, person: str) -> Person:
    """The same to be shown: of anybody else a visitor learns what is public. One request.

    Who names a contact by uuid, and nobody else to act for, is that contact.
    """
    found = people.get(ctx.account, person)
    if found is None or found.removed_at:
        raise NotFound("person", person)
    is_named = found.kind == people.CONTACT and ctx.caller.person is None
    return found if is_named or not _is_hidden(ctx, found.id) else _public(found)


def _is_hidden(ctx: Context, person: str) -> bool:
    """Whether the caller may see no more of a person than is public: a visitor sees only themselves whole."""
    return not ctx.caller.at_least(AGENT) and ctx.caller.person != person


def _public(person: Person) -> Person:
    return Person(person.account, person.id, **{name: getattr(person, name) for name in _PUBLIC})


@access.allow(VISITOR)
def shown(ctx: Context, persons: Iterable[Person]) -> list[Person]:
    """People who have been read, as the caller may see them."""
    return [_public(person) if _is_hidden(ctx, person.id) else person for person in persons]


def home(person: Person) -> Person:
    """The row that has a person's password and the number of their logins' endings: no request, or one where an owner has it in
    another account.
    """
    return (people.get(person.home, person.id) if person.home else None) or person


def get_many(ctx: Context, wanted: Iterable[str | None]) -> dict[str, Person]:
    """Those of the people that exist, by id: one request for each hundred."""
    return people.get_many(ctx.account, {id_ for id_ in wanted if id_ and ids.is_uuid(id_)})


@access.allow(VISITOR)
def cards(ctx: Context, wanted: Iterable[str | None]) -> dict[str, Card]:
    """What the caller may see of people, at most a minute old: no request where a warm process knows them all, else one."""
    return {id_: public(card) if _is_hidden(ctx, id_) else card for id_, card in _whole(ctx, wanted).items()}


def _whole(ctx: Context, wanted: Iterable[str | None]) -> dict[str, Card]:
    known = {id_: _cards.get(f"{ctx.account}#{id_}", ctx.now) for id_ in wanted if id_}
    fresh = {
        id_: card_of(ctx, person) for id_, person in get_many(ctx, [id_ for id_, seen in known.items() if seen is None]).items()
    }
    return {id_: seen for id_, seen in known.items() if seen is not None} | fresh


def public(card: Card) -> Card:
    """What visitors may know of anybody else."""
    return replace(card, **_HIDDEN)


@access.allow(VISITOR)
def card(ctx: Context, person: str) -> Card:
    """What may be seen of one person, at most a minute old. Raises NotFound."""
    found = cards(ctx, [person])
    if person not in found:
        raise NotFound("person", person)
    return found[person]


@access.allow(VISITOR)
def contact(ctx: Context, person: str) -> Card:
    """A contact who has not been removed, whole and at most a minute old, for who acts as them. Raises NotFound for others."""
    found = _whole(ctx, [person] if ids.is_uuid(person) else []).get(person)
    if found is None or found.kind != people.CONTACT or found.is_removed:
        raise NotFound("person", person)
    return found


@access.allow(VISITOR)
def cards_of(ctx: Context, persons: Iterable[Person]) -> list[Card]:
    """Cards of people who have just been read, as the caller may see them."""
    every = [card_of(ctx, person) for person in persons]
    return [public(card) if _is_hidden(ctx, card.id) else card for card in every]


def is_here(ctx: Context, person: str) -> bool:
    """Whether somebody of the account has not been removed, as of a minute ago at most."""
    found = _whole(ctx, [person]).get(person)
    return found is not None and not found.is_removed


def is_contact(ctx: Context, person: str) -> bool:
    """Whether somebody is a contact who has not been removed, as of a minute ago at most."""
    try:
        return contact(ctx, person).kind == people.CONTACT
    except NotFound:
        return False


def card_of(ctx: Context, person: Person) -> Card:
    """The card of a person who has just been read, with all that agents see of them; remembered for a minute."""
    shown = Card(
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
    return _cards.put(f"{ctx.account}#{person.id}", shown, ctx.now)


def forget(ctx: Context, person: str) -> None:
    """Drops what this process remembers of a person who has just been changed."""
    _cards.forget(f"{ctx.account}#{person}")
    _agents.forget(ctx.account)


@access.allow(VISITOR)
def agents(ctx: Context) -> list[Person]:
    """The account's agents by number: one request."""
    return people.agents(ctx.account)


def check_serves(agent: Person, field: str) -> Person:
    """An agent who may be given conversations. Raises Unavailable for one who is switched off or removed, naming the field."""
    if not can_serve(agent):
        raise Unavailable(field, f"names {agent.name}, who is switched off or removed")
    return agent


def can_serve(agent: Person | None) -> bool:
    """Whether somebody is an agent who may be given conversations."""
    return agent is not None and bool(agent.agents_of) and agent.is_active


def known_agents(ctx: Context) -> list[Person]:
    """The same to be named, at most a minute old: no request where a warm process knows them, else one."""
    found = _agents.get(ctx.account, ctx.now)
    return _agents.put(ctx.account, agents(ctx), ctx.now) if found is None else found


@access.allow(AGENT)
def by_email(ctx: Context, email: str) -> Person:
    """One agent or contact of the caller's account: two requests. Raises NotFound."""
    address = emails.canonical(email)
    claim = claims.find(ctx.account, "email", address) if emails.is_address(address) else None
    if claim is None:
        raise NotFound("person", email)
    return get(ctx, claim.id)


@access.allow(AGENT)
def agent_by_email(ctx: Context, email: str) -> Person:
    """One agent of the caller's account. Raises NotFound."""
    address = emails.canonical(email)
    claim = claims.find(claims.EVERYWHERE, "login", address) if emails.is_address(address) else None
    if claim is None or claim.account != ctx.account:
        raise NotFound("agent", email)
    return get(ctx, claim.id)


@access.allow(AGENT)
def agent_by_number(ctx: Context, number: int) -> Person:
    """One agent of the caller's account by his integer id. Raises NotFound."""
    id_ = claims.by_number(ctx.account, "person", number)
    found = people.get(ctx.account, id_) if id_ else None
    if found is None or found.removed_at or found.kind != people.AGENT:
        raise NotFound("agent", number)
    return found
