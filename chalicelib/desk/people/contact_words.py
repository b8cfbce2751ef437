"""Contact words: by what contacts are listed and found, kept with every write of a contact."""

from collections.abc import Iterable
from typing import Any

from chalicelib.context import Context
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people.people import Person
from chalicelib.models import contacts
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.contacts import Renaming
from chalicelib.models.stamps import Stamp
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import text, words

#: Name of a visitor who has given none.
NAMELESS = "Unknown Area.User"


def has_address(person: Person) -> bool:
    """Returns whether an address is known, and not only the stand-in of a visitor who gave none."""
    return bool(person.email) and person.email != text.visitor_email(person.id, person.account)


def is_listed(person: Person) -> bool:
    """Returns whether lists show somebody: a contact that something is known about, unless they were removed."""
    return person.kind == rows.CONTACT and not person.removed_at and is_known(person)


def is_known(person: Person) -> bool:
    """Returns whether a name, an address or an id of somebody is known, and not only their browser."""
    return person.name != NAMELESS or has_address(person) or bool(person.alias or person.user_id or person.identities)


def words_of(person: Person) -> frozenset[str]:
    """Returns the words that find a contact: of their name, alias, addresses and ids."""
    return frozenset(words.found_by(names_of(person)))


def names_of(person: Person) -> list[str]:
    """Returns what a contact is known by: name, alias, addresses and ids. Empty for a contact that no list shows."""
    return names_of_any(person) if is_listed(person) else []


def names_of_any(person: Person) -> list[str]:
    """Returns the same names for anybody, including a contact who has been removed."""
    names = [person.name if person.name != NAMELESS else "", person.alias or "", person.email if has_address(person) else ""]
    further = [entry.partition("#")[2] for entry in person.identities or []]
    return [*names, person.user_id or "", *further]


def create(person: Person, names: list[UniqueName]) -> None:
    """Stores a new person with their unique names and words. One request. Raises ConditionFailed where a name is taken.

    A visitor that nothing is known about has no words, and costs nothing more.
    """
    person.contacts_of = person.account if is_listed(person) else None
    rows.create(person, names, words_of(person))


def changed(person: Person, changes: dict[str, Any]) -> Person:
    """Returns a copy of a person's row with changes."""
    return Person(**{**person.attribute_values, **changes})


def change(
    person: Person, changes: dict[str, Any], stamp: Stamp, claims: Iterable[UniqueName] = (), freed: Iterable[UniqueName] = ()
) -> None:
    """Changes a person who has been read, and with a contact's names the words that find them. One request.

    Raises ConditionFailed where they were removed, or renamed since they were read, or a name is taken.
    """
    renaming, shown = renamed(person, changes, claims, freed)
    if renaming.is_empty and not shown:
        rows.change(person, changes, stamp)
    else:
        contacts.change(person, changes | shown, stamp, renaming)


def record(ctx: Context, person: Person, changes: dict[str, Any]) -> None:
    """Changes a person who has been read; where others write their names too, the last one wins. One request, two more if so.

    Raises NotFound where they have been removed.
    """
    try:
        change(person, changes, ctx.stamp)
    except ConditionFailed:
        retry_on_conflict(ctx, lambda: change(_present(person), changes, ctx.stamp))


def _present(person: Person) -> Person:
    found = rows.get(person.account, person.id)
    if found is None or found.removed_at:
        raise NotFound("person", person.id)
    return found


def renamed(
    person: Person, changes: dict[str, Any], claims: Iterable[UniqueName] = (), freed: Iterable[UniqueName] = ()
) -> tuple[Renaming, dict[str, Any]]:
    """Returns what changes of a person change in how they are found, and in whether lists show them."""
    after = changed(person, changes)
    old, new = words_of(person), words_of(after)
    listed = {"contacts_of": person.account if is_listed(after) else None} if is_listed(after) != is_listed(person) else {}
    return Renaming(new - old, old - new, tuple(claims), tuple(freed)), listed
