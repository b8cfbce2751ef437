"""Imports of people: agents without a password, and contacts, under the ids of another system."""

from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.core import access, imported, lines
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Exists, Invalid, Missing
from chalicelib.desk.people import contact_words, contacts, profiles, registration
from chalicelib.desk.people.contact_identities import EMAIL, Identity
from chalicelib.desk.people.people import Person
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.models import imports, unique_names
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import text

AGENT, CONTACT = rows.AGENT, rows.CONTACT
#: What becomes of a line.
NEW, CHANGED, SAME, ADOPTED = "new", "changed", "unchanged", "there already"
#: Fields of a contact's line that are those of contacts.
_NOTED = (
    "alias",
    "icon",
    "mobile",
    "company",
    "description",
    "title",
    "fax",
    "address",
    "city",
    "state",
    "country",
    "postal_code",
)
#: What is shown of an agent, who may change it later.
_SHOWN = ("name", "icon", "signature", "language")
_known: TimedCache["Known"] = TimedCache(20_000)


class Known(msgspec.Struct, frozen=True):
    """The person that an external id stands for."""

    id: str
    number: int
    kind: str
    is_active: bool = True


def find(ctx: Context, kind: str, external: str) -> Known | None:
    """Returns the agent or contact that an external id stands for, at most a minute old, or None. At first two requests."""
    seen = _known.get(_key(ctx, kind, external), ctx.now)
    if seen is None and (name := imported.find(ctx, kind, external)) and (person := rows.get(ctx.account, name.id)):
        return _known.put(_key(ctx, kind, external), _seen(person), ctx.now)
    return seen


def _key(ctx: Context, kind: str, external: str) -> str:
    return f"{ctx.account}#{kind}#{external}"


def _seen(person: Person) -> Known:
    return Known(person.id, person.number, person.kind, person.is_active and not person.removed_at)


@access.allow(SYSTEM)
def check_agent(ctx: Context, line: lines.Agent) -> None:
    """Raises Invalid or Missing for an agent that no account can have."""
    registration.check_name(line.name)
    imported.check_times(ctx, line)
    if line.removed_at:
        return
    if not line.email:
        raise Missing("email")
    registration.canonical_email(line.email)
    profiles.check(_shown(line))


@access.allow(SYSTEM)
def import_agent(ctx: Context, line: lines.Agent) -> str:
    """Stores an agent, offline and without a password, and returns what became of the line. Two requests where nothing changes,
    five for a new one.

    Raises Invalid, and Exists for an address that is an agent's of another account.
    """
    check_agent(ctx, line)
    if known := imported.find(ctx, AGENT, line.id):
        return _change_agent(ctx, known, line)
    if line.removed_at:
        return _keep_removed(ctx, line, AGENT)
    there = find_login(ctx, line)
    if there:
        return _adopt(ctx, there, line)
    try:
        return _new_agent(ctx, line)
    except Exists:
        if known := imported.find(ctx, AGENT, line.id):  # another import was first
            return _change_agent(ctx, known, line)
        raise


@access.allow(SYSTEM)
def find_login(ctx: Context, line: lines.Agent) -> str | None:
    """Returns the uuid of the account's agent who has an agent's address, None for none. One request.

    Raises Exists for an agent of another account.
    """
    email = registration.canonical_email(line.email or "")
    login = unique_names.find(unique_names.EVERYWHERE, "login", email)
    if login and ctx.account not in (login.account, *(login.accounts or ())):
        raise Exists("agent of another account", email)
    return login.id if login else None


def _new_agent(ctx: Context, line: lines.Agent) -> str:
    then = _at(ctx, line)
    told = CreateAgent(line.email or "", line.name, None, line.level, line.language)
    person = registration.new_agent(then, told, imported.next_number(ctx, AGENT))
    person.signature, person.icon = line.signature or None, line.icon or None
    person.is_active, person.external_id = line.is_active, line.id
    _create(ctx, person, line)
    return NEW


def _change_agent(ctx: Context, known: UniqueName, line: lines.Agent) -> str:
    """Changes what is shown of an agent. Raises Invalid for another address or level."""
    if known.digest == lines.digest(line):
        return SAME
    person = rows.get(ctx.account, known.id)
    if person and not person.removed_at:
        if line.removed_at or registration.canonical_email(line.email or "") != person.email:
            raise Invalid("email", "an agent who was imported keeps their address, and is not removed by an import")
        if line.level != (person.level or AGENT) or line.is_active != person.is_active:
            raise Invalid("level", "an import changes neither the level nor the activity of an agent who is there")
        profiles.change(ctx, person.id, _shown(line))
    imported.note(known, line)
    return CHANGED


def _shown(line: lines.Agent) -> ChangePerson:
    return ChangePerson(line.name, line.icon or "", line.signature or "", line.language or "")


@access.allow(SYSTEM)
def check_contact(ctx: Context, line: lines.Contact) -> None:
    """Raises Invalid or Missing for a contact that no account can have."""
    imported.check_times(ctx, line)
    if line.removed_at:
        registration.check_name(line.name or "")
    else:
        contacts.check(_change(line))
        registration.check_language(line.language)


@access.allow(SYSTEM)
def import_contact(ctx: Context, line: lines.Contact) -> str:
    """Stores a contact, and returns what became of the line. One request where nothing changes, three for a new one.

    Raises Invalid, Missing, Exists where their identities are those of several contacts, or of an agent.
    """
    check_contact(ctx, line)
    known = imported.find(ctx, CONTACT, line.id)
    if known:
        return _change_contact(ctx, known, line)
    if line.removed_at:
        return _keep_removed(ctx, line, CONTACT)
    then, given = _at(ctx, line), _change(line)
    person = contacts.new(then, *contacts.check(given), imported.next_number(ctx, CONTACT))
    person.attribute_values.update(_known_besides(line))
    person.is_anonymous, person.external_id = line.is_anonymous, line.id
    try:
        _create(ctx, person, line)
    except Exists:
        if known := imported.find(ctx, CONTACT, line.id):  # another import was first
            return _change_contact(ctx, known, line)
        return _adopt(ctx, _holder(ctx, person), line)
    return NEW


def _change(line: lines.Contact) -> contacts.Change:
    own = {name: getattr(line, name) for name in _NOTED}
    given = tuple(Identity(one.kind, one.value) for one in line.identities)
    name = line.name or (None if given else registration.NAMELESS)
    return contacts.Change(name=name or "", identities=given, tags=line.tags, **own)


def _known_besides(line: lines.Contact) -> dict[str, Any]:
    """Returns what is known of a contact that agents do not note."""
    return {"language": line.language, "registered_at": lines.to_ms(line.registered_at) if line.registered_at else None}


def _change_contact(ctx: Context, known: UniqueName, line: lines.Contact) -> str:
    if known.digest == lines.digest(line):
        return SAME
    person = rows.get(ctx.account, known.id)
    if person and not person.removed_at:
        if line.removed_at:
            raise Invalid("removed_at", "an import removes nobody who is there")
        contacts.change(ctx, person.number, contacts.check(_change(line))[0])
        rows.change(person, _known_besides(line), ctx.stamp)
    imported.note(known, line)
    return CHANGED


def _holder(ctx: Context, person: Person) -> str:
    """Returns the uuid of the one contact who has identities of a new one. A request for each. Raises Exists."""
    own = [name.key.split("#", 2) for name in registration.unique_names_of(person)]
    claims = {claim.id: (kind, value) for _, kind, value in own if (claim := unique_names.find(ctx.account, kind, value))}
    if len(claims) == 1:
        return next(iter(claims))
    raise Exists("contact", ", ".join(value for _, value in claims.values()))


def _at(ctx: Context, line: lines.Agent | lines.Contact) -> Context:
    return replace(ctx, now=lines.to_ms(line.created_at)) if line.created_at else ctx


def _create(ctx: Context, person: Person, line: lines.Agent | lines.Contact) -> None:
    claim = imported.claim(ctx, line, person.id)
    names = [claim if name.key == claim.key else name for name in registration.unique_names_of(person)]
    try:
        contact_words.create(person, names)
    except ConditionFailed as refused:
        raise Exists(person.kind, person.email) from refused
    _known.put(_key(ctx, person.kind, line.id), _seen(person), ctx.now)  # conversations that follow name them


def _adopt(ctx: Context, id_: str, line: lines.Agent | lines.Contact) -> str:
    """Takes a person who already exists for the one in a line. Raises Exists if they are of another kind, or of another line."""
    person, kind = rows.get(ctx.account, id_), lines.kind_of(line)
    if person is None or person.kind != kind:
        raise Exists("agent" if kind == CONTACT else "contact", person.email if person else id_)
    if person.external_id not in (None, line.id):
        raise Exists(f"{kind} {person.external_id}, imported before,", person.email)
    person.external_id = line.id
    try:
        imports.adopt(person, imported.claim(ctx, line, person.id))
    except ConditionFailed as refused:
        raise Exists(kind, line.id) from refused
    return ADOPTED


def _keep_removed(ctx: Context, line: lines.Agent | lines.Contact, kind: str) -> str:
    """Stores the name of somebody who was removed, for their messages. Two requests."""
    then = _at(ctx, line)
    person = registration.new_contact(then, line.name or "", imported.next_number(ctx, kind))
    person.kind, person.is_active, person.external_id = kind, False, line.id
    person.removed_at = lines.to_ms(line.removed_at) if line.removed_at else None
    person.email, person.email_is_verified = text.visitor_email(person.id, ctx.account), False
    if kind == AGENT:
        person.level = AGENT
    try:
        imports.put_removed(person, imported.claim(ctx, line, person.id))
    except ConditionFailed as refused:
        raise Exists(kind, line.id) from refused
    return NEW


@access.allow(SYSTEM)
def line_of(ctx: Context, person: Person, department: str | None) -> lines.Agent | lines.Contact:
    """Returns the line of somebody: an agent with the name of their department. Passwords, and what only a page has claimed of a
    contact, are not in it.
    """
    id_ = imported.exported_id(person.id, person.external_id)
    times: dict[str, Any] = {name: lines.from_ms_if(getattr(person, name)) for name in ("created_at", "removed_at")}
    if person.removed_at:
        return (lines.Agent if person.kind == AGENT else lines.Contact)(id=id_, name=person.name, **times)
    if person.kind == AGENT:
        known = ("email", "level", "is_active", *_SHOWN)
        return lines.Agent(id=id_, department=department, **{name: getattr(person, name) for name in known}, **times)
    own: dict[str, Any] = {name: getattr(person, name) for name in (*_NOTED, "language", "is_anonymous")}
    return lines.Contact(
        id=id_,
        name=None if person.name == registration.NAMELESS else person.name,
        identities=msgspec.convert([one._asdict() for one in _proved(person)], tuple[lines.Identity, ...]),
        tags=tuple(person.tags or ()),
        registered_at=lines.from_ms(min(person.registered_at, lines.LATEST)) if person.registered_at is not None else None,
        **own,
        **times,
    )


def _proved(person: Person) -> list[Identity]:
    own = [Identity(EMAIL, person.email)] if person.email_is_verified and contact_words.has_address(person) else []
    own += [Identity("user_id", person.user_id)] if person.user_id and person.user_id_is_verified else []
    return own + [Identity(kind, value) for kind, _, value in (entry.partition("#") for entry in person.identities or [])]
