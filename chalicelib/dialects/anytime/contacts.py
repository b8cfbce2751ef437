"""Anytime's contacts, under both of their paths."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import AGENT, Context
from chalicelib.desk.people import contact_identities, contact_lists, contact_merging, contacts
from chalicelib.desk.people.contact_identities import Identity
from chalicelib.desk.people.people import Person as Row
from chalicelib.dialects.anytime import paging
from chalicelib.dialects.anytime.paging import Paged
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment
from chalicelib.dialects.bounds import Email, Line, Moment, Name, Names, Number, Paragraph, one_of
from chalicelib.dialects.endpoint import Endpoint

_PATH = f"{BASE}/contacts"
#: Both paths of contacts.
PATHS = (_PATH, "/api/v3/contact/contacts")
_IdentityType = Literal["email", "externalId", "SSOUserId"]
_TYPES: dict[str, _IdentityType] = {
    contact_identities.EMAIL: "email",
    contact_identities.USER_ID: "externalId",
    contact_identities.SSO_ID: "SSOUserId",
}
_KINDS = {type_: kind for kind, type_ in _TYPES.items()}
#: Fields whose name is another one in the desk.
_FIELDS = {"avatar": "icon", "phone_number": "mobile", "fax_number": "fax", "state_or_province": "state"}
_FIELDS |= {"postal_or_zip_code": "postal_code"}
#: Ids of a contact's identities are made of the contact's and their place. A contact has fewer than this.
_PLACES = 100


class ContactIdentity(Wire, kw_only=True):
    """An address or an id by which a contact is known. `id` is its place among the contact's, with the contact's own id."""

    id: int
    type: Annotated[str, one_of(*_KINDS)]
    value: str


class Contact(Wire, kw_only=True):
    """A contact. `mergedIntoId` is the contact that a deleted one was merged into."""

    id: int
    name: str
    alias: str | None
    avatar: str | None
    email: str | None
    identities: list[ContactIdentity]
    description: str | None
    company: str | None
    title: str | None
    phone_number: str | None
    fax_number: str | None
    address: str | None
    city: str | None
    state_or_province: str | None
    country: str | None
    postal_or_zip_code: str | None
    created_time: Moment
    tags: list[str]
    is_deleted: bool
    merged_into_id: int | None


class WrappedContact(Wire, kw_only=True):
    """One contact under its name."""

    contact: Contact


class ContactList(Wire, kw_only=True):
    """A page of contacts. There are at least `total` of them where `totalIsExact` is false."""

    contacts: list[Contact]
    total: int
    total_is_exact: bool
    previous_page: str | None
    next_page: str | None
    current_page: str


class ListContacts(Paged, kw_only=True):
    """`GET /contacts`: newest first. `keywords` are beginnings of words of name, alias and identities."""

    keywords: Line = ""


class GivenIdentity(Wire, kw_only=True):
    """An identity to set. Its id says nothing."""

    type: _IdentityType
    value: Name
    id: Number | None = None


class ContactFields(Wire, kw_only=True):
    """What can be set of a contact. Null and an empty text clear a field; `identities` replace all that there are."""

    name: Name | UnsetType = UNSET
    email: Email | None | UnsetType = UNSET
    identities: Annotated[list[GivenIdentity], Meta(max_length=100)] | UnsetType = UNSET
    alias: Name | None | UnsetType = UNSET
    avatar: Line | None | UnsetType = UNSET
    description: Paragraph | None | UnsetType = UNSET
    company: Name | None | UnsetType = UNSET
    title: Name | None | UnsetType = UNSET
    phone_number: Name | None | UnsetType = UNSET
    fax_number: Name | None | UnsetType = UNSET
    address: Line | None | UnsetType = UNSET
    city: Name | None | UnsetType = UNSET
    state_or_province: Name | None | UnsetType = UNSET
    country: Name | None | UnsetType = UNSET
    postal_or_zip_code: Name | None | UnsetType = UNSET
    tags: Names | None | UnsetType = UNSET


class OneContact(Wire, kw_only=True):
    """A contact by integer id."""

    contact_id: Number


class UpdateContact(ContactFields, kw_only=True):
    """`PUT /contacts/{contactId}`: changes the given fields."""

    contact_id: Number


class MergeContact(OneContact, kw_only=True):
    """`POST /contacts/{contactId}/merge`: `sourceId` is the contact who is merged into this one."""

    source_id: Number


def show(person: Row) -> Contact:
    """Returns a contact as Anytime shows one."""
    identities = [
        ContactIdentity(id=person.number * _PLACES + place, type=_TYPES[one.kind], value=one.value)
        for place, one in enumerate(contact_identities.of(person), 1)
    ]
    return Contact(
        id=person.number,
        name=person.name,
        alias=person.alias,
        avatar=person.icon,
        email=next((one.value for one in identities if one.type == "email"), None),
        identities=identities,
        description=person.description,
        company=person.company,
        title=person.title,
        phone_number=person.mobile,
        fax_number=person.fax,
        address=person.address,
        city=person.city,
        state_or_province=person.state,
        country=person.country,
        postal_or_zip_code=person.postal_code,
        created_time=moment(person.created_at),
        tags=person.tags or [],
        is_deleted=person.removed_at is not None,
        merged_into_id=person.merged_into,
    )


def _one(person: Row) -> WrappedContact:
    return WrappedContact(contact=show(person))


def change(request: ContactFields) -> contacts.Change:
    """Returns what to set of a contact."""
    told = {name: getattr(request, name) for name in ContactFields.__struct_fields__}
    given: dict[str, Any] = {_FIELDS.get(name, name): value for name, value in told.items() if value is not UNSET}
    if "identities" in given:
        given["identities"] = [Identity(_KINDS[one.type], one.value) for one in given["identities"]]
    return contacts.Change(**given)


def list_contacts(ctx: Context, request: ListContacts) -> ContactList:
    """`GET /contacts`: the account's contacts, newest first, 50 a page, or those that `keywords` find. Pages cost the same."""
    before = paging.read_number(paging.read_cursor(request.cursor, 1)[0]) if request.cursor else None
    page = contact_lists.page(ctx, contact_lists.Listing(request.keywords, request.page_index, before))
    around = paging.addresses(_PATH, request, None if page.next_before is None else paging.cursor(page.next_before))
    return ContactList(
        contacts=[show(person) for person in page.contacts],
        total=page.total,
        total_is_exact=page.is_exact,
        previous_page=around.previous,
        next_page=around.next,
        current_page=around.current,
    )


def get_contact(ctx: Context, request: OneContact) -> WrappedContact:
    """`GET /contacts/{contactId}`: one contact, also a deleted one."""
    return _one(contacts.get(ctx, request.contact_id))


def create_contact(ctx: Context, request: ContactFields) -> WrappedContact:
    """`POST /contacts`: a new contact, with a name, an e-mail or another identity at least."""
    return _one(contacts.create(ctx, change(request)))


def update_contact(ctx: Context, request: UpdateContact) -> WrappedContact:
    """`PUT /contacts/{contactId}`: changes the given fields."""
    return _one(contacts.change(ctx, request.contact_id, change(request)))


def delete_contact(ctx: Context, request: OneContact) -> WrappedContact:
    """`DELETE /contacts/{contactId}`: lists leave the contact out, and they can no longer write. Again it changes nothing."""
    return _one(contacts.remove(ctx, request.contact_id))


def merge_contact(ctx: Context, request: MergeContact) -> WrappedContact:
    """`POST /contacts/{contactId}/merge`: gives this contact the identities of another one, who is deleted."""
    return _one(contact_merging.merge(ctx, request.contact_id, request.source_id))


ROWS = [
    row
    for path in PATHS
    for row in (
        Endpoint("GET", path, list_contacts, AGENT),
        Endpoint("POST", path, create_contact, AGENT),
        Endpoint("GET", f"{path}/{{contactId}}", get_contact, AGENT),
        Endpoint("PUT", f"{path}/{{contactId}}", update_contact, AGENT),
        Endpoint("DELETE", f"{path}/{{contactId}}", delete_contact, AGENT),
        Endpoint("POST", f"{path}/{{contactId}}/merge", merge_contact, AGENT),
    )
]
