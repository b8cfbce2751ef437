"""People: agents, and the contacts who write to them."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.context import AGENT, VISITOR, Caller, Context
from chalicelib.desk import tokens
from chalicelib.desk.cache import TimedCache
from chalicelib.desk.errors import Exists, Invalid, NotAuthenticated, NotFound
from chalicelib.desk.retry import contended
from chalicelib.models import claims, counters, people
from chalicelib.models.base import Refused
from chalicelib.models.people import Person as Person
from chalicelib.rules import passwords, presence, text

_LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class CreateAgent:
    """A new agent. `password` is the wire password (SHA-1 hex of what he types)."""

    email: str
    name: str
    password: str
    level: str = AGENT


@dataclass(frozen=True, slots=True)
class Card:
    """What others may see of a person."""

    id: str
    number: int
    kind: str
    name: str
    email: str
    icon: str | None
    signature: str | None
    presence: str | None
    updated_at: int
    group: str | None = None


_cards: TimedCache[Card] = TimedCache()


def create_agent(ctx: Context, command: CreateAgent) -> Person:
    """Stores an agent, offline; his e-mail logs in, so it is one person's in all accounts. Raises Exists, Invalid."""
    email = command.email.strip().lower()
    if "@" not in email:
        raise Invalid("email", "is not an e-mail address")
    person = _new(ctx, people.AGENT, command.name, email)
    person.level, person.agents_of = command.level, ctx.account
    person.password = passwords.hashed(command.password, ctx.entropy(16))
    person.presence = person.presence_alias = presence.OFFLINE
    try:
        people.create(person, [claims.claim(ctx.account, "login", email, person.id, scope=claims.EVERYWHERE)])
    except Refused as refused:
        raise Exists("person", email) from refused
    return person


def visitor(ctx: Context, trace: str) -> Person:
    """The anonymous contact behind a browser's trace, the same one however often it asks; the caller speaks for him."""
    if not 0 < len(trace) <= _LONGEST_NAME:
        raise Invalid("trace", "must be 1 to 256 characters")
    person = contended(ctx, lambda: _traced(ctx, trace) or _arrived(ctx, trace))
    tokens.bind(ctx, person.id)
    return person


def _traced(ctx: Context, trace: str) -> Person | None:
    claim = claims.find(ctx.account, "trace", trace)
    return people.get(ctx.account, claim.id) if claim else None


def _arrived(ctx: Context, trace: str) -> Person:
    person = _new(ctx, people.CONTACT, "Unknown Area.User", "")
    person.email = text.visitor_email(person.id, ctx.account)
    person.is_anonymous, person.trace = True, trace
    people.create(person, [claims.claim(ctx.account, "trace", trace, person.id)])
    return person


def log_in_plain(ctx: Context, email: str, password: str) -> tuple[Person, Caller]:
    """The same for the password as it is typed."""
    return log_in(ctx, email, passwords.wire(password))


def _new(ctx: Context, kind: str, name: str, email: str) -> Person:
    number = counters.next_number(ctx.account, "person")
    return Person(
        ctx.account, ctx.new_id(), kind=kind, number=number, name=name, email=email, created_at=ctx.now, updated_at=ctx.now
    )


def get(ctx: Context, person: str) -> Person:
    """One person of the caller's account; a visitor finds contacts only. Raises NotFound."""
    found = people.get(ctx.account, person)
    if found is None or (ctx.caller.level == VISITOR and found.kind != people.CONTACT):
        raise NotFound("person", person)
    _card(ctx, found)  # so that an answer that shows him reads him once
    return found


def get_many(ctx: Context, wanted: Iterable[str | None]) -> dict[str, Person]:
    """Those of the people that exist, by id: one request for each hundred."""
    return people.get_many(ctx.account, {id_ for id_ in wanted if id_})


def cards(ctx: Context, wanted: Iterable[str | None]) -> dict[str, Card]:
    """What may be seen of people, at most a minute old: no request where a warm process knows them all, else one."""
    known = {id_: _cards.get(f"{ctx.account}#{id_}", ctx.now) for id_ in wanted if id_}
    fresh = {
        id_: _card(ctx, person) for id_, person in get_many(ctx, [id_ for id_, card in known.items() if card is None]).items()
    }
    return {id_: card for id_, card in known.items() if card is not None} | fresh


def _card(ctx: Context, person: Person) -> Card:
    card = Card(
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
    )
    return _cards.put(f"{ctx.account}#{person.id}", card, ctx.now)


def forget(ctx: Context, person: str) -> None:
    """Drops what this process remembers of a person who has just been changed."""
    _cards.forget(f"{ctx.account}#{person}")


def agents(ctx: Context) -> list[Person]:
    """The account's agents by number: one request."""
    return people.agents(ctx.account)


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
    if found is None or found.kind != people.AGENT:
        raise NotFound("agent", number)
    return found


def log_in(ctx: Context, email: str, wire_password: str) -> tuple[Person, Caller]:
    """The agent whose e-mail and wire password these are. Raises NotAuthenticated, after the same work whatever is wrong."""
    claim = claims.find(claims.EVERYWHERE, "login", email.strip().lower())
    person = people.get(claim.account, claim.id) if claim else None
    if not passwords.matches(wire_password, person.password if person else None) or person is None or not person.is_active:
        raise NotAuthenticated
    people.logged_in(person.account, person.id, ctx.now)
    return person, Caller(person.account, person.level or AGENT, person.id, person.number)
