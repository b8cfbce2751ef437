"""Correspondents: the contacts who are behind the addresses that mails come from."""

from chalicelib.context import Context
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import Forbidden
from chalicelib.desk.people import contact_identities, registration
from chalicelib.desk.people.people import Person
from chalicelib.models import people as rows
from chalicelib.models import unique_names
from chalicelib.rules import emails, text
from chalicelib.rules.mail_parsing import Address

#: Stands for the address of a mail that names none.
_NOBODY = "unknown-sender@mail.invalid"
_LONGEST_NAME = 256


def address_of(sender: Address, return_path: str | None) -> str:
    """Returns the canonical address that a mail is from: its header's, else the envelope's, else one that stands for none."""
    found = (emails.canonical(one) for one in (sender.address, return_path or ""))
    return next((one for one in found if emails.is_address(one)), _NOBODY)


def get_or_create(ctx: Context, address: str, name: str) -> Person:
    """Returns the contact who has an address, created under a name if there is none. Two requests, four for a new one.

    An agent's address can't be a contact's, too: who writes from it is a contact known by that alone. Raises TooMany.
    """
    claim = unique_names.find(ctx.account, contact_identities.EMAIL, address)
    known = rows.get(ctx.account, claim.id) if claim else None
    if known and known.kind == rows.CONTACT:
        return known
    rate_limits.spend(ctx, "account_visitors", ctx.account)
    shown = text.file_name(name, _LONGEST_NAME) if name.strip() else emails.name_of(address)
    try:
        return registration.get_or_create_contact(ctx, address, shown, None)
    except Forbidden:
        return registration.get_or_create_unclaimed(ctx, address, shown)


def addresses_of(person: Person) -> set[str]:
    """Returns the addresses that a contact is known by."""
    return {one.value for one in contact_identities.of(person) if one.kind == contact_identities.EMAIL}
