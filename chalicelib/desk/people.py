"""People: agents, and the contacts who write to them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.context import AGENT, LEVELS, VISITOR, Context
from chalicelib.desk import limits, tokens
from chalicelib.desk.cache import TimedCache
from chalicelib.desk.errors import IS_AGENT, Exists, Forbidden, Invalid, NotFound
from chalicelib.desk.retry import contended
from chalicelib.models import claims, counters, people
from chalicelib.models.base import Refused
from chalicelib.models.people import Person as Person
from chalicelib.rules import emails, ids, passwords, presence, text

AGENT_KIND, CONTACT = people.AGENT, people.CONTACT
_LONGEST_NAME, _LONGEST_LANGUAGE = 256, 35


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


_cards: TimedCache[Card] = TimedCache()


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


def create_contact(ctx: Context, command: CreateContact) -> Person:
    """Stores a contact; his e-mail is one person's in the account. Raises Exists, Invalid, TooMany."""
    limits.spend_contact(ctx)
    person = _new(ctx, people.CONTACT, _name(command.name), address_of(command.email))
    person.icon, person.language, person.is_anonymous = command.icon, _language(command.language), command.is_anonymous
    person.password = hashed(ctx, command.password) if command.password is not None else None
    return _stored(person, [_by_email(person)])


def contact_by_email(ctx: Context, email: str, name: str | None, icon: str | None) -> Person:
    """The contact with this e-mail, made where there is none; his name is the e-mail's first part unless given.

    A visitors' token then speaks for him. Raises Forbidden where it is an agent's, Invalid.
    """
    limits.check_contact(ctx)
    address = address_of(email)

    def attempt() -> Person:
        claim = claims.find(ctx.account, "email", address)
        found = people.get(ctx.account, claim.id) if claim else None
        return found or create_contact(ctx, CreateContact(address, name or emails.name_of(address), icon))

    try:
        person = attempt()
    except Exists:  # another was faster
        person = attempt()
    if person.kind == people.AGENT:
        raise Forbidden("this is an agent's address", IS_AGENT)
    if ctx.caller.level == VISITOR:
        tokens.bind(ctx, person.id)
    return person


def is_free(ctx: Context, email: str) -> bool:
    """Whether a new agent or account owner can have this e-mail: two requests."""
    address = emails.canonical(email)
    taken = emails.is_address(address) and (
        claims.find(claims.EVERYWHERE, "login", address) or claims.find(ctx.account, "email", address)
    )
    return emails.is_address(address) and not taken


def names_of(person: Person) -> list[claims.Claim]:
    """The names by which a person is found, which are free again when he goes."""
    names = [_by_email(person)]
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
    person = _new(ctx, people.CONTACT, "Unknown Area.User", "")
    person.email = text.visitor_email(person.id, ctx.account)
    person.is_anonymous, person.trace, person.domain = True, trace, domain
    people.create(person, [claims.claim(ctx.account, "trace", trace, person.id)])
    return person


def _new(ctx: Context, kind: str, name: str, email: str) -> Person:
    number = counters.next_number(ctx.account, "person")
    return Person(
        ctx.account, ctx.new_id(), kind=kind, number=number, name=name, email=email, created_at=ctx.now, updated_at=ctx.now
    )


def get(ctx: Context, person: str) -> Person:
    """One person of the caller's account who has not been removed; a visitor finds contacts only. Raises NotFound."""
    found = people.get(ctx.account, person)
    if found is None or found.removed_at or (ctx.caller.level == VISITOR and found.kind != people.CONTACT):
        raise NotFound("person", person)
    card_of(ctx, found)  # so that an answer that shows him reads him once
    return found


def profile(ctx: Context, person: str) -> Person:
    """The same to be shown: of an agent a visitor learns name, picture, signature and presence. One request."""
    found = people.get(ctx.account, person)
    if found is None or found.removed_at:
        raise NotFound("person", person)
    return found if ctx.caller.level != VISITOR or found.kind == people.CONTACT else public(found)


def public(agent: Person) -> Person:
    """What everybody may know of an agent."""
    known = ("kind", "name", "icon", "signature", "presence", "created_at", "updated_at")
    return Person(agent.account, agent.id, **{name: getattr(agent, name) for name in known})


def get_many(ctx: Context, wanted: Iterable[str | None]) -> dict[str, Person]:
    """Those of the people that exist, by id: one request for each hundred."""
    return people.get_many(ctx.account, {id_ for id_ in wanted if id_})


def cards(ctx: Context, wanted: Iterable[str | None]) -> dict[str, Card]:
    """What may be seen of people, at most a minute old: no request where a warm process knows them all, else one."""
    known = {id_: _cards.get(f"{ctx.account}#{id_}", ctx.now) for id_ in wanted if id_}
    fresh = {
        id_: card_of(ctx, person) for id_, person in get_many(ctx, [id_ for id_, seen in known.items() if seen is None]).items()
    }
    every = {id_: seen for id_, seen in known.items() if seen is not None} | fresh
    return {id_: without_address(card) for id_, card in every.items()} if ctx.caller.level == VISITOR else every


def without_address(card: Card) -> Card:
    """The card as contacts see it."""
    return replace(card, email=None) if card.kind == people.AGENT else card


def card(ctx: Context, person: str) -> Card:
    """What may be seen of one person, at most a minute old. Raises NotFound."""
    found = cards(ctx, [person] if ids.is_uuid(person) else [])
    if person not in found:
        raise NotFound("person", person)
    return found[person]


def card_of(ctx: Context, person: Person) -> Card:
    """What may be seen of a person who has just been read."""
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
    )
    return _cards.put(f"{ctx.account}#{person.id}", shown, ctx.now)


def forget(ctx: Context, person: str) -> None:
    """Drops what this process remembers of a person who has just been changed."""
    _cards.forget(f"{ctx.account}#{person}")


def agents(ctx: Context) -> list[Person]:
    """The account's agents by number: one request."""
    return people.agents(ctx.account)


def by_email(ctx: Context, email: str) -> Person:
    """One agent or contact of the caller's account: two requests. Raises NotFound."""
    claim = claims.find(ctx.account, "email", emails.canonical(email))
    if claim is None:
        raise NotFound("person", email)
    return get(ctx, claim.id)


def agent_by_email(ctx: Context, email: str) -> Person:
    """One agent of the caller's account. Raises NotFound."""
    claim = claims.find(claims.EVERYWHERE, "login", email.strip().lower())
    if claim is None or claim.account != ctx.account:
        raise NotFound("agent", email)
    return get(ctx, claim.id)


def agent_by_number(ctx: Context, number: int) -> Person:
    """One agent of the caller's account by his integer id. Raises NotFound."""
    id_ = claims.by_number(ctx.account, "person", number)
    found = people.get(ctx.account, id_) if id_ else None
    if found is None or found.removed_at or found.kind != people.AGENT:
        raise NotFound("agent", number)
    return found
