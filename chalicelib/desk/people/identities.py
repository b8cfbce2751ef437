"""Identities: who a page or client says its visitor is, and which contact the visitor then acts as.

A visitors' token is public, so a claim proves nothing by itself. It is believed if the shop's server has signed it, or in
accounts that trust addresses (`Account.trusts_addresses`): then the visitor acts as that customer's contact. Otherwise the claim
is noted on the visitor's own contact as unverified.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.context import ADMIN, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.access import allow
from chalicelib.desk.core.documents import Document
from chalicelib.desk.core.errors import IS_AGENT, NOT_OWNER, Forbidden, Invalid, Missing
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.core.schemas import Secret
from chalicelib.desk.people import contact_words, people, registration
from chalicelib.desk.people.people import Person
from chalicelib.models import people as rows
from chalicelib.models import unique_names
from chalicelib.rules import emails, identities, ids, names, text

_LONGEST = {"user_id": 256, "name": 256, "icon": 1024, "mobile": 64, "company": 256}
#: The last millisecond that a client can count to.
_LATEST = 2**53


class _Key(msgspec.Struct, frozen=True):
    """What an account's visitors are signed with; empty until its owner asks for it, and then no signature is good."""

    secret: Secret[str] = ""


#: It is stored by itself: nothing but a signature's check reads it.
_KEY = Document("identity", _Key)


class ClaimedIdentity(msgspec.Struct, frozen=True):
    """What a client says about its visitor. None and blank texts say nothing.

    `user_id` is the customer's id in the shop's system and counts before `email`; a user id that is an e-mail address is that
    address, so that a signature fits one person only. `registered_at` is epoch milliseconds. `signature` is of the user id, else
    of the e-mail, as given here.
    """

    user_id: str | None = None
    email: str | None = None
    name: str | None = None
    icon: str | None = None
    mobile: str | None = None
    company: str | None = None
    registered_at: int | None = None
    signature: str | None = None


@allow(VISITOR)
def identify(ctx: Context, claimed: ClaimedIdentity, trace: str | None = None) -> Person:
    """Returns the contact that the caller acts as from now on, and stores what is said about them. A visitors' token then speaks
    for that contact.

    A claim that is not believed leads to the contact behind the browser's `trace`; without a trace, to a contact of this token
    and claim alone. Raises Forbidden for a bad signature or an agent's address, Missing, Invalid.
    """
    said = _without_blanks(claimed)
    told = _checked(said)
    is_signed = said.signature is not None
    if is_signed:
        _check_signature(ctx, said)
    if told.user_id or told.email:
        rate_limits.spend_lookup(ctx)
    is_believed = bool(told.user_id or told.email) and (is_signed or accounts.load(ctx).trusts_addresses)
    if told.user_id or not is_believed:  # an address alone is looked up in the account, which shows as much
        _refuse_agents(ctx, told.email)
    if is_believed:
        person = _customer(ctx, told)
        _record(ctx, person, _details(told) | _unverified_changes(told, person) if is_signed else _new_details(told, person))
        if ctx.caller.level == VISITOR:
            tokens.bind_to_visitor(ctx, person.id)
        return person
    person = registration.get_or_create_visitor(ctx, trace or _trace(ctx, told))
    _record(ctx, person, _details(told) | _unverified_changes(told, person))
    return person


def _without_blanks(claimed: ClaimedIdentity) -> ClaimedIdentity:
    """Returns the claim with None for blank texts, and a name of one line. A blank signature stays, as a bad one."""
    claimed, texts = replace(claimed, name=names.one_line(claimed.name or "")), ("email", *_LONGEST)
    return replace(claimed, **{field: None for field in texts if not (getattr(claimed, field) or "").strip()})


def _checked(claimed: ClaimedIdentity) -> ClaimedIdentity:
    """Returns the claim as it is stored."""
    for field, most in _LONGEST.items():
        if len(getattr(claimed, field) or "") > most:
            raise Invalid(field, f"is longer than {most} characters")
    if claimed.registered_at is not None and not 0 <= claimed.registered_at <= _LATEST:
        raise Invalid("registered_at", "is not a time in milliseconds since 1970")
    if _is_address(claimed.user_id):
        return replace(claimed, user_id=None, email=registration.canonical_email(claimed.user_id or ""))
    return replace(claimed, email=registration.canonical_email(claimed.email) if claimed.email else None)


def _is_address(user_id: str | None) -> bool:
    return emails.is_address(emails.canonical(user_id or ""))


def _check_signature(ctx: Context, claimed: ClaimedIdentity) -> None:
    name = claimed.user_id or claimed.email
    if not name:
        raise Missing("user_id")
    secret = _KEY.load_fresh(ctx).secret
    is_address = not claimed.user_id or _is_address(claimed.user_id)
    signed = {name, emails.canonical(name)} if is_address else {name}
    good = [one for one in signed if secret and identities.is_signed(secret, one, claimed.signature or "")]
    if not good:
        raise Forbidden("the signature is not the account's for this visitor")


def _customer(ctx: Context, told: ClaimedIdentity) -> Person:
    """Returns the contact with this user id, else with this address; creates them if needed."""
    if not told.user_id:
        return registration.get_or_create_contact(ctx, told.email or "", told.name, told.icon)
    user_id = told.user_id
    return retry_on_conflict(ctx, lambda: _by_user_id(ctx, user_id) or _arrived(ctx, user_id, told))


def _by_user_id(ctx: Context, user_id: str) -> Person | None:
    claim = unique_names.find(ctx.account, "user_id", user_id)
    return rows.get(ctx.account, claim.id) if claim else None


def _arrived(ctx: Context, user_id: str, told: ClaimedIdentity) -> Person:
    rate_limits.spend_contact(ctx)
    person = registration.new_contact(ctx, told.name or (emails.name_of(told.email) if told.email else user_id))
    person.email, person.email_is_verified = told.email or text.visitor_email(person.id, ctx.account), False
    person.user_id, person.user_id_is_verified = user_id, True
    contact_words.create(person, [unique_names.new_name(ctx.account, "user_id", user_id, person.id)])
    return person


def _refuse_agents(ctx: Context, email: str | None) -> None:
    """Raises Forbidden for an address that an agent of the account logs in with. One request."""
    login = unique_names.find(unique_names.EVERYWHERE, "login", email) if email else None
    if login and ctx.account in (login.account, *(login.accounts or ())):
        raise Forbidden("this is an agent's address", IS_AGENT)


def _trace(ctx: Context, told: ClaimedIdentity) -> str:
    """Returns a stand-in for the trace of a browser that sends none, made from the token and the claim. Nobody can guess it."""
    name = told.user_id or told.email
    if not name:
        raise Missing("trace")
    return ids.digest(f"identity#{ctx.caller.token}#{name}")


def _details(told: ClaimedIdentity) -> dict[str, Any]:
    """Returns what the claim says about the contact's profile."""
    given = {field: getattr(told, field) for field in ("name", "icon", "mobile", "company", "registered_at")}
    return {field: value for field, value in given.items() if value or value == 0}


def _new_details(told: ClaimedIdentity, person: Person) -> dict[str, Any]:
    """Returns the part of it that the contact lacks: knowing only an address does not let anybody change a profile."""
    return {field: value for field, value in _details(told).items() if getattr(person, field) is None}


def _unverified_changes(told: ClaimedIdentity, person: Person) -> dict[str, Any]:
    """Returns the unverified user id and address to note, and a name made from them if the contact has none.

    Verified ones are left as they are.
    """
    noted: dict[str, Any] = {}
    if told.email and not person.email_is_verified:
        noted["email"] = told.email
    if told.user_id and not person.user_id_is_verified:
        noted["user_id"] = told.user_id
    if noted and not told.name and person.name == registration.NAMELESS:
        noted["name"] = emails.name_of(told.email) if told.email else told.user_id
    return noted


def _record(ctx: Context, person: Person, details: dict[str, Any]) -> None:
    """Stores what is new about a contact. One request, or none."""
    new = {field: value for field, value in details.items() if getattr(person, field) != value}
    if not new:
        return
    contact_words.record(ctx, person, new)
    people.forget(ctx, person.id)


@allow(ADMIN)
def renew_secret(ctx: Context) -> str:
    """Makes a new secret for the shop's server to sign with, and returns it, this once. Two requests.

    Signatures made with the one before are bad from now on. The secret is stored as it is, because a digest can't check a
    signature. Raises Forbidden unless the caller is the owner.
    """
    if ctx.caller.person != accounts.load(ctx).owner:
        raise Forbidden("only the owner gets the secret of identities", NOT_OWNER)
    return _KEY.change(ctx, lambda _: _Key(ctx.secret())).secret
