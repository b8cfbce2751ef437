"""Contacts: the people who write to an account, as its agents keep them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib.context import AGENT, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Conflict, Invalid, Missing, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.core.schemas import fields_set
from chalicelib.desk.people import contact_identities, contact_words, people, registration
from chalicelib.desk.people.contact_identities import EMAIL, Identity
from chalicelib.desk.people.people import Person
from chalicelib.models import people as rows
from chalicelib.models import unique_names
from chalicelib.models.base import ConditionFailed
from chalicelib.rules import emails
from chalicelib.rules import names as rules

#: Characters of what is noted of a contact, and how many tags of how many characters they have.
LONGEST = dict.fromkeys(("name", "alias", "company", "title", "city", "state", "country"), 256)
LONGEST |= {"icon": registration.LONGEST_ICON, "mobile": 64, "fax": 64, "postal_code": 64, "address": 1_024, "description": 5_000}
MOST_TAGS, _LONGEST_TAG = 20, 256
_Text = str | None | UnsetType


class Change(msgspec.Struct, frozen=True):
    """What to set of a contact. UNSET leaves a field as it is, None and an empty text clear it.

    `identities` are all that the contact has from then on; `email` is the first address of them.
    """

    name: str | UnsetType = UNSET
    email: _Text = UNSET
    identities: Sequence[Identity] | UnsetType = UNSET
    alias: _Text = UNSET
    icon: _Text = UNSET
    mobile: _Text = UNSET
    company: _Text = UNSET
    description: _Text = UNSET
    title: _Text = UNSET
    fax: _Text = UNSET
    address: _Text = UNSET
    city: _Text = UNSET
    state: _Text = UNSET
    country: _Text = UNSET
    postal_code: _Text = UNSET
    tags: Sequence[str] | None | UnsetType = UNSET


@access.allow(AGENT)
def get(ctx: Context, number: int) -> Person:
    """Returns a contact by integer id, also a removed one. Two requests, then one. Raises NotFound."""
    id_ = unique_names.id_by_number(ctx.account, "person", number)
    person = rows.get(ctx.account, id_) if id_ else None
    if person is None or person.kind != rows.CONTACT:
        raise NotFound("contact", number)
    return person


def get_present(ctx: Context, number: int) -> Person:
    """Returns a contact who has not been removed. Raises NotFound."""
    person = get(ctx, number)
    if person.removed_at:
        raise NotFound("contact", number)
    return person


@access.allow(AGENT)
def create(ctx: Context, given: Change) -> Person:
    """Stores a new contact and returns them. Two requests, and one for each identity if one of them is taken.

    Raises Missing if neither a name nor an identity is given, Exists with the kind of an identity that is taken, Invalid.
    """
    person = new(ctx, *check(given))
    names = registration.unique_names_of(person)
    try:
        contact_words.create(person, names)
    except ConditionFailed as refused:
        contact_identities.check_free(names, person.id)
        raise Conflict("another contact with this identity has just gone; try again") from refused
    people.full_view_of(ctx, person)
    return person


def check(given: Change) -> tuple[Change, list[Identity]]:
    """Returns what a new contact is given, with a name and with the identities as they are stored. Raises Missing, Invalid."""
    wanted = _identities([], given, None)
    if not given.name and not wanted:
        raise Missing("name")
    given = replace(given, name=given.name or _name_of(wanted[0]))
    _noted(given)
    return given, wanted


def new(ctx: Context, given: Change, identities: Sequence[Identity], number: int | None = None) -> Person:
    """Returns a new contact of what `check` returned, for a caller that stores them. One request for the number, unless one is
    given.
    """
    person = registration.new_contact(ctx, str(given.name), number)
    person.attribute_values.update(_noted(given) | contact_identities.stored(person, identities))
    return person


def _name_of(identity: Identity) -> str:
    return emails.name_of(identity.value) if identity.kind == EMAIL else identity.value


@access.allow(AGENT)
def change(ctx: Context, number: int, wanted: Change) -> Person:
    """Sets the given fields and returns the contact. Two or three requests. Raises NotFound, Exists, Invalid."""
    noted = _noted(wanted)
    person = retry_on_conflict(ctx, lambda: _change(ctx, get_present(ctx, number), noted, wanted))
    people.forget(ctx, person.id)
    return person


def _change(ctx: Context, person: Person, noted: dict[str, Any], wanted: Change) -> Person:
    known = contact_identities.of(person)
    own = _identities(known, wanted, person.email)
    changes = noted | (contact_identities.stored(person, own) if own != known else {})
    changes = {name: value for name, value in changes.items() if getattr(person, name) != value}
    if not changes:
        return person
    after = contact_words.changed(person, changes)
    taken, freed = contact_identities.renamed(person, after)
    try:
        contact_words.change(person, changes, ctx.stamp, taken, freed)
    except ConditionFailed:
        contact_identities.check_free(taken, person.id)
        raise
    after.updated_at = ctx.now
    return after


def _identities(known: list[Identity], given: Change, email: str | None) -> list[Identity]:
    own = known if isinstance(given.identities, UnsetType) else contact_identities.checked(given.identities)
    if isinstance(given.email, UnsetType):
        return own
    return contact_identities.checked(contact_identities.with_email(own, given.email, email))


def _noted(given: Change) -> dict[str, Any]:
    """Returns what a change says besides identities. Raises Invalid for a bad value, naming the field."""
    noted = {name: value or None for name, value in fields_set(given).items() if name not in ("email", "identities")}
    for name, value in noted.items():
        if name in LONGEST and len(value or "") > LONGEST[name]:
            raise Invalid(name, f"is longer than {LONGEST[name]} characters")
    if "name" in noted and (wrong := rules.fault(noted["name"] or "")):
        raise Invalid("name", wrong)
    if "tags" in noted:
        noted["tags"] = _tags(noted["tags"] or [])
    return noted


def _tags(given: Sequence[str]) -> list[str] | None:
    tags = list(dict.fromkeys(filter(None, (tag.strip() for tag in given))))
    if len(tags) > MOST_TAGS or any(len(tag) > _LONGEST_TAG for tag in tags):
        raise Invalid("tags", f"are {MOST_TAGS} at most, of {_LONGEST_TAG} characters")
    return tags or None


@access.allow(AGENT)
def remove(ctx: Context, number: int) -> Person:
    """Removes a contact and returns them. Two requests, one if they have been removed before. Raises NotFound.

    Lists leave them out and their tokens end, so that they can no longer write. Their messages keep their name.
    """
    person = retry_on_conflict(ctx, lambda: _remove(ctx, get(ctx, number)))
    people.forget(ctx, person.id)
    tokens.forget_cached_of(ctx.account, person.id)
    return person


def _remove(ctx: Context, person: Person) -> Person:
    if person.removed_at:
        return person
    registration.remove(ctx, person)
    return contact_words.changed(person, {"removed_at": ctx.now})
