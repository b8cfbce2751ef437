"""Registration: new agents and contacts, and the unique names that find them."""

import msgspec

from chalicelib.context import ADMIN, AGENT, LEVELS, VISITOR, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import IS_AGENT, Exists, Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import contact_words, people
from chalicelib.desk.people.contact_words import NAMELESS as NAMELESS
from chalicelib.desk.people.people import Person
from chalicelib.models import people as rows
from chalicelib.models import sequences, unique_names
from chalicelib.models.base import ConditionFailed
from chalicelib.models.tokens import revocation
from chalicelib.rules import emails, names, passwords, presence, text

_LONGEST_NAME, _LONGEST_LANGUAGE, LONGEST_ICON, _SHORTEST_PASSWORD = 256, 35, 1_024, 8


class CreateAgent(msgspec.Struct, frozen=True):
    """A new agent. `password` is the wire password (SHA-1 hex of what is typed); without one the agent can't log in yet."""

    email: str
    name: str
    password: str | None
    level: str = AGENT
    language: str | None = None


class CreateContact(msgspec.Struct, frozen=True):
    """A new contact, known by their e-mail."""

    email: str
    name: str
    icon: str | None = None
    language: str | None = None
    password: str | None = None
    is_anonymous: bool = False


@access.allow(ADMIN, access.OPERATORS)
def create_agent(ctx: Context, command: CreateAgent) -> Person:
    """Stores a new agent, offline, and returns them. An agent logs in with their e-mail, so it is unique over all accounts.

    Raises Exists, Invalid, Forbidden for a level above the caller's own.
    """
    if LEVELS.index(command.level) > LEVELS.index(ctx.caller.level):
        raise Forbidden("you can't give a level above your own")
    person = new_agent(ctx, command)
    login = unique_names.new_name(ctx.account, "login", person.email, person.id, scope=unique_names.EVERYWHERE)
    return _store(person, [login, _by_email(person)])


def new_agent(ctx: Context, command: CreateAgent, number: int | None = None) -> Person:
    """Returns a new agent of the context's account for a caller that stores them. One request for the number, unless one is
    given. Raises Invalid.
    """
    person = _new(ctx, rows.AGENT, check_name(command.name), canonical_email(command.email), number)
    person.level, person.agents_of, person.language = command.level, ctx.account, check_language(command.language)
    person.password = hash_password(ctx, command.password) if command.password is not None else None
    person.presence = person.presence_alias = presence.OFFLINE
    return person


@access.allow(ADMIN)
def create_contact(ctx: Context, command: CreateContact) -> Person:
    """Stores a new contact and returns them. Their e-mail is unique in the account. Raises Exists, Invalid, TooMany."""
    return _create_contact(ctx, command)


def _create_contact(ctx: Context, command: CreateContact) -> Person:
    rate_limits.spend_contact(ctx)
    person = _new(ctx, rows.CONTACT, check_name(command.name), canonical_email(command.email))
    person.icon, person.language, person.is_anonymous = (
        _icon(command.icon),
        check_language(command.language),
        command.is_anonymous,
    )
    person.password = hash_password(ctx, command.password) if command.password is not None else None
    return _store(person, [_by_email(person)])


@access.allow(VISITOR)
def get_or_create_contact(ctx: Context, email: str, name: str | None, icon: str | None) -> Person:
    """Returns the contact with this e-mail, and creates them if needed. Without a name, they get the e-mail's first part.

    A visitors' token speaks for that contact afterwards. Raises Forbidden where the e-mail is an agent's, Invalid.
    """
    address = canonical_email(email)

    def attempt() -> Person:
        claim = unique_names.find(ctx.account, "email", address)
        found = rows.get(ctx.account, claim.id) if claim else None
        return found or _create_contact(ctx, CreateContact(address, names.one_line(name or "") or emails.name_of(address), icon))

    try:
        person = attempt()
    except Exists:  # another was faster
        person = attempt()
    if person.kind == rows.AGENT:
        raise Forbidden("this is an agent's address", IS_AGENT)
    if ctx.caller.level == VISITOR:
        tokens.bind_to_visitor(ctx, person.id)
    return person


def get_or_create_unclaimed(ctx: Context, email: str, name: str) -> Person:
    """Returns the contact who writes from an address that is an agent's, always the same one: it does not find them, and they
    can't be told from the agent. Two requests, four for a new one.
    """
    trace = f"mail {email}"

    def arrived() -> Person:
        person = new_contact(ctx, name)
        person.email, person.email_is_verified, person.trace = email, False, trace
        contact_words.create(person, [unique_names.new_name(ctx.account, "trace", trace, person.id)])
        return person

    return retry_on_conflict(ctx, lambda: _traced(ctx, trace) or arrived())


@access.allow(AGENT)
def is_free(ctx: Context, email: str) -> bool:
    """Returns whether a new agent or account owner can have this e-mail. Two requests."""
    address = emails.canonical(email)
    taken = emails.is_address(address) and (
        unique_names.find(unique_names.EVERYWHERE, "login", address) or unique_names.find(ctx.account, "email", address)
    )
    return emails.is_address(address) and not taken


def unique_names_of(person: Person) -> list[unique_names.UniqueName]:
    """Returns the names that find a person. They are free again once the person is removed."""
    found = [_by_email(person)] if person.email_is_verified else []
    if person.user_id and person.user_id_is_verified:
        found.append(unique_names.new_name(person.account, "user_id", person.user_id, person.id))
    if person.kind == rows.AGENT:
        found.append(unique_names.new_name(person.account, "login", person.email, person.id, scope=unique_names.EVERYWHERE))
    for entry in person.identities or []:
        kind, _, name = entry.partition("#")
        found.append(unique_names.new_name(person.account, kind, name, person.id))
    if person.trace:
        found.append(unique_names.new_name(person.account, "trace", person.trace, person.id))
    if person.external_id:
        external = unique_names.external_name(person.kind, person.external_id)
        found.append(unique_names.new_name(person.account, unique_names.IMPORT, external, person.id))
    return found


def wire_password(password: str) -> str:
    """Returns the wire password of what somebody types. Raises Invalid for an empty or too long one."""
    if not 0 < len(password) <= _LONGEST_NAME:
        raise Invalid("password", "must be 1 to 256 characters")
    return passwords.wire(password)


def chosen_password(password: str) -> str:
    """Returns the wire password of one that somebody chooses, as they type it: 8 to 256 characters. Raises Invalid."""
    if len(password) < _SHORTEST_PASSWORD or len(password) > _LONGEST_NAME:
        raise Invalid("password", f"must be {_SHORTEST_PASSWORD} to {_LONGEST_NAME} characters")
    return passwords.wire(password)


def hash_password(ctx: Context, wire_password: str) -> str:
    """Returns what is stored of a wire password. Raises Invalid for an empty or too long one."""
    if not 0 < len(wire_password) <= _LONGEST_NAME:
        raise Invalid("password", "must be 1 to 256 characters")
    return passwords.hashed(wire_password, ctx.entropy(16))


def _by_email(person: Person) -> unique_names.UniqueName:
    return unique_names.new_name(person.account, "email", person.email, person.id)


def _store(person: Person, names: list[unique_names.UniqueName]) -> Person:
    try:
        contact_words.create(person, names)
    except ConditionFailed as refused:
        raise Exists("person", person.email) from refused
    return person


def canonical_email(email: str) -> str:
    """Returns an e-mail as it is stored. Raises Invalid if it is not one."""
    address = emails.canonical(email)
    if not emails.is_address(address):
        raise Invalid("email", "is not an e-mail address")
    return address


def check_name(name: str) -> str:
    """Returns a person's name. Raises Invalid for a bad one."""
    if not names.is_visible(name) or len(name) > _LONGEST_NAME:
        raise Invalid("name", "must be 1 to 256 characters")
    if wrong := names.fault(name):
        raise Invalid("name", wrong)
    return name


def check_language(language: str | None) -> str | None:
    """Returns a language, None for none. Raises Invalid for a long one."""
    if len(language or "") > _LONGEST_LANGUAGE:
        raise Invalid("language", f"is longer than {_LONGEST_LANGUAGE} characters")
    return language or None


def _icon(icon: str | None) -> str | None:
    if len(icon or "") > LONGEST_ICON:
        raise Invalid("icon", f"is longer than {LONGEST_ICON} characters")
    return icon or None


@access.allow(VISITOR)
def get_or_create_visitor(ctx: Context, trace: str, domain: int | None = None) -> Person:
    """Returns the anonymous contact behind a browser's trace, always the same one; the caller may then act for them.

    With a `domain`, their next chats belong to the domain whose page they are on.
    """
    if not 0 < len(trace) <= _LONGEST_NAME:
        raise Invalid("trace", "must be 1 to 256 characters")
    person = retry_on_conflict(ctx, lambda: _traced(ctx, trace) or _arrived(ctx, trace, domain))
    tokens.bind_to_visitor(ctx, person.id)
    record_visit(ctx, person, domain)
    return person


def record_visit(ctx: Context, person: Person, domain: int | None) -> None:
    """Notes the domain that a contact visits from now on. One request if it is another one. Raises NotFound."""
    if domain is None or person.domain == domain:
        return
    try:
        rows.change(person, {"domain": domain}, ctx.stamp)
    except ConditionFailed as refused:
        raise NotFound("person", person.id) from refused


def _traced(ctx: Context, trace: str) -> Person | None:
    claim = unique_names.find(ctx.account, "trace", trace)
    return rows.get(ctx.account, claim.id) if claim else None


def _arrived(ctx: Context, trace: str, domain: int | None) -> Person:
    rate_limits.spend_contact(ctx)
    person = new_contact(ctx, NAMELESS)
    person.email, person.email_is_verified = text.visitor_email(person.id, ctx.account), False
    person.is_anonymous, person.trace, person.domain = True, trace, domain
    contact_words.create(person, [unique_names.new_name(ctx.account, "trace", trace, person.id)])
    people.full_view_of(ctx, person)  # the next calls act for them
    return person


def new_contact(ctx: Context, name: str, number: int | None = None) -> Person:
    """Returns a new contact without an address for a caller that stores them. One request for the number, unless one is given."""
    return _new(ctx, rows.CONTACT, check_name(name), "", number)


def _new(ctx: Context, kind: str, name: str, email: str, number: int | None = None) -> Person:
    number = number or sequences.next_number(ctx.account, "person")
    person = Person(ctx.account, ctx.new_id(), kind=kind, number=number, name=name, email=email)
    person.created_at, person.updated_at, person.changed_by = ctx.now, ctx.now, ctx.stamp.by
    return person


def remove(ctx: Context, person: Person) -> None:
    """Removes a person who has been read, with the names and words that find them, and ends their tokens. One request.

    Raises ConditionFailed where they have changed since.
    """
    after = person.token_version + 1
    ended = [revocation(person.account, person.id, after, after)]
    rows.remove(person, ctx.stamp, ended, unique_names_of(person), contact_words.words_of(person))
