"""The widest values that people's rows come to have."""

from typing import Any

from chalicelib.desk.core.access import PERMISSIONS
from chalicelib.rules import presence
from tests.models.sizes import COUNT, NUMBER, TIME, TYPICAL, UUID, longest

#: A person's texts as long as is usual; an icon is an address.
PERSON: dict[str, Any] = {
    "account": UUID,
    "id": UUID,
    "kind": "contact",
    "number": NUMBER,
    "name": TYPICAL,
    "email": TYPICAL,
    "email_is_verified": True,
    "icon": TYPICAL,
    "signature": TYPICAL,
    "language": "zh-Hant-TW",
    "removed_at": TIME,
    "is_anonymous": True,
    "trace": UUID,
    "user_id": UUID,
    "user_id_is_verified": True,
    "mobile": "+49 1512 3456789",
    "company": TYPICAL,
    "registered_at": TIME,
    "alias": TYPICAL,
    "title": TYPICAL,
    "description": TYPICAL,
    "fax": "+49 1512 3456789",
    "address": TYPICAL,
    "city": TYPICAL,
    "state": TYPICAL,
    "country": TYPICAL,
    "postal_code": "12345-6789",
    "tags": [TYPICAL[:20]] * 5,
    "identities": [f"email#{TYPICAL}"] * 3,
    "merged_into": NUMBER,
    "contacts_of": UUID,
    "words_version": COUNT,
    "chat": UUID,
    "domain": NUMBER,
    "created_at": TIME,
    "external_id": UUID,
    "updated_at": TIME,
    "changed_by": NUMBER * 100,
    "level": "visitor",
    "permissions": list(PERMISSIONS),
    "is_active": True,
    "password": "f" * 32 + "$" + "f" * 128,
    "token_version": COUNT,
    "key_version": COUNT,
    "home": UUID,
    "agents_of": UUID,
    "group": UUID,
    "is_distributor": True,
    "presence": longest(presence.PRESENCES),
    "presence_alias": longest(presence.PRESENCES),
    "presence_at": TIME,
    "away_at": TIME,
    "offline_at": TIME,
    "lost_at": TIME,
    "last_login_at": TIME,
    "browser_device": UUID,
    "mobile_device": UUID,
    "open_conversations": COUNT,
    "last_assigned_at": TIME,
    "pending_external": COUNT,
    "on_hold": COUNT,
    "most_conversations": COUNT,
    "refuses_allocation": True,
    "is_full": True,
    "last_agent": NUMBER,
    "absorbed": {UUID},
    "past": {UUID},
    "erased_at": TIME,
}
#: What agents note of a contact, which most contacts have nothing of.
_NOTED = {"alias", "title", "description", "fax", "address", "city", "state", "country", "postal_code", "tags", "identities"}
_CONTACT_ONLY = {"trace", "user_id", "user_id_is_verified", "mobile", "company", "registered_at", "chat", "domain"}
_CONTACT_ONLY |= {*_NOTED, "absorbed", "past", "erased_at", "last_agent", "merged_into", "contacts_of", "words_version"}
_AGENT_ONLY = {"signature", "level", "permissions", "password", "home", "agents_of", "group", "presence", "presence_alias"}
_AGENT_ONLY |= {"pending_external", "on_hold", "most_conversations", "refuses_allocation", "is_full"}
_AGENT_ONLY |= {"away_at", "offline_at", "lost_at", "last_login_at", "browser_device", "mobile_device"}
#: People at their fullest, and what each cannot have: an owner's other accounts know them by the password of one, and an agent
#: who was lost (`lost_at`) becomes away no more.
PEOPLE: dict[str, set[str]] = {
    "agent": {*_CONTACT_ONLY, "home", "removed_at", "away_at"},
    "owner of several accounts": {*_CONTACT_ONLY, "password"},
    "contact": {*_AGENT_ONLY, *_NOTED, "merged_into"},
}
#: A contact with all that agents can note about one.
NOTED_CONTACT = _AGENT_ONLY
