"""Contact identities: the addresses and ids that a contact is known by. Each belongs to one contact of the account."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chalicelib.desk.core.errors import Exists, Invalid
from chalicelib.desk.people import contact_words, registration
from chalicelib.desk.people.people import Person
from chalicelib.models import unique_names
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import text

#: Kinds, which are those of the unique names: an address, an id in the shop's system, one of its single sign-on.
EMAIL, USER_ID, SSO_ID = "email", "user_id", "sso_id"
KINDS = (EMAIL, USER_ID, SSO_ID)
#: Identities of a contact, and characters of one.
MOST, _LONGEST = 10, 256


class Identity(NamedTuple):
    """An address or an id of a contact."""

    kind: str
    value: str


def of(person: Person) -> list[Identity]:
    """Returns a contact's identities, the address first that lists show, also those that a page only claims."""
    own = [Identity(EMAIL, person.email)] if contact_words.has_address(person) else []
    own += [Identity(USER_ID, person.user_id)] if person.user_id else []
    return own + [Identity(kind, value) for kind, _, value in (entry.partition("#") for entry in person.identities or [])]


def checked(given: Sequence[Identity]) -> list[Identity]:
    """Returns identities as they are stored, each once. Raises Invalid for a bad or long value and for too many."""
    for one in given:
        if not one.value.strip() or len(one.value) > _LONGEST:
            raise Invalid("identities", f"must have values of 1 to {_LONGEST} characters")
    own = [Identity(one.kind, _stored(one)) for one in given]
    if len(own) > MOST:
        raise Invalid("identities", f"are {MOST} at most")
    return list(dict.fromkeys(own))


def _stored(one: Identity) -> str:
    return registration.canonical_email(one.value) if one.kind == EMAIL else one.value


def with_email(known: Sequence[Identity], email: str | None, replaced: str | None) -> list[Identity]:
    """Returns identities whose first address is `email`, None or empty for none, in place of the address `replaced`.

    Raises Invalid if it is not an address.
    """
    rest = [one for one in known if one != Identity(EMAIL, replaced or "")]
    if not email:
        return rest
    first = Identity(EMAIL, registration.canonical_email(email))
    return [first, *(one for one in rest if one != first)]


def stored(person: Person, wanted: Sequence[Identity]) -> dict[str, Any]:
    """Returns what to store of a contact so that these are their identities.

    What an agent sets is verified; a page's claim that stays as it is stays a claim.
    """
    claims = _claims(person)
    emails = [one for one in wanted if one.kind == EMAIL]
    user_ids = [one for one in wanted if one.kind == USER_ID]
    email = emails[0].value if emails else text.visitor_email(person.id, person.account)
    rest = [one for one in wanted if one not in (*emails[:1], *user_ids[:1])]
    return {
        "email": email,
        "email_is_verified": bool(emails) and emails[0] not in claims,
        "user_id": user_ids[0].value if user_ids else None,
        "user_id_is_verified": user_ids[0] not in claims if user_ids else None,
        "identities": [f"{one.kind}#{one.value}" for one in rest] or None,
    }


def _claims(person: Person) -> set[Identity]:
    """Returns the identities that only a page has claimed."""
    claimed = {Identity(EMAIL, person.email)} if not person.email_is_verified else set()
    return claimed | ({Identity(USER_ID, person.user_id or "")} if not person.user_id_is_verified else set())


def renamed(before: Person, after: Person) -> tuple[list[UniqueName], list[UniqueName]]:
    """Returns the unique names that a contact takes with a change, and those that get free."""
    old = {name.key: name for name in registration.unique_names_of(before)}
    new = {name.key: name for name in registration.unique_names_of(after)}
    taken = [name for key, name in new.items() if key not in old]
    return taken, [name for key, name in old.items() if key not in new]


def check_free(names: Sequence[UniqueName], *persons: str) -> None:
    """Raises Exists with its kind for the first identity that is of none of these persons. A request for each."""
    for name in names:
        account, kind, value = name.key.split("#", 2)
        claim = unique_names.find(account, kind, value)
        if claim and claim.id not in persons:
            raise Exists(kind, value)
