"""Indexes of people. `by_id` finds a person's account where a client names only their uuid; it is written once."""

from typing import TYPE_CHECKING

from pynamodb.indexes import IncludeProjection, KeysOnlyProjection

from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.indexes import GlobalIndex

if TYPE_CHECKING:
    from chalicelib.models.people import Person as Person

_ROUTED_BY = ["id", "kind", "name", "email", "icon", "signature", "level", "is_active", "created_at", "updated_at"]
_ROUTED_BY += ["presence", "presence_alias", "presence_at", "open_conversations", "last_assigned_at"]
_ROUTED_BY += ["group", "is_distributor", "last_login_at", "permissions"]
_ROUTED_BY += ["pending_external", "on_hold", "most_conversations", "refuses_allocation"]


class ByAgents(GlobalIndex["Person"]):
    """Agents of an account by number. It has no password, so it can be read widely."""

    class Meta:
        index_name = "by_agents"
        projection = IncludeProjection(_ROUTED_BY)

    agents_of = UnicodeAttribute(hash_key=True)
    number = IntegerAttribute(range_key=True)


class ByContacts(GlobalIndex["Person"]):
    """Contacts of an account that are listed, by number. Keys alone, so that no later change of a contact writes it."""

    class Meta:
        index_name = "by_contacts"
        projection = KeysOnlyProjection()

    contacts_of = UnicodeAttribute(hash_key=True)
    number = IntegerAttribute(range_key=True)


class ById(GlobalIndex["Person"]):
    """People of all accounts by their uuid."""

    class Meta:
        index_name = "by_id"
        projection = KeysOnlyProjection()

    id = UnicodeAttribute(hash_key=True)
