"""Calls that succeed, of Anytime's rows about people: each is about a contact, agent or department of its own."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import ADMIN
from chalicelib.desk.people import contacts, registration
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.desk.privacy import erasures
from chalicelib.desk.teams import groups

if TYPE_CHECKING:
    from tests.conformance.scene import Scene
    from tests.conformance.table import Row

_BASE = "/api/v3/anytime"
_CONTACTS = (f"{_BASE}/contacts", "/api/v3/contact/contacts")
_serial = itertools.count()


def new_contact(scene: "Scene") -> int:
    """The id of a new contact."""
    at = next(_serial)
    return contacts.create(scene.world.ctx(ADMIN), contacts.Change(f"Contact {at}", f"contact{at}@people.test")).number


def erased_contact(scene: "Scene") -> int:
    """The id of a contact who is being erased."""
    number = new_contact(scene)
    erasures.begin(scene.world.ctx(ADMIN), number)
    return number


def new_agent(scene: "Scene") -> int:
    """The id of a new agent."""
    at = next(_serial)
    email = f"agent{at}.{scene.world.account[-12:]}@people.test"
    return registration.create_agent(scene.world.ctx(ADMIN), CreateAgent(email, f"Agent {at}", None)).number


def new_department(scene: "Scene") -> int:
    """The id of a new department, always of the same few so that there is room for one more."""
    ctx = scene.world.ctx(ADMIN)
    for old in groups.list_all(ctx)[20:]:
        groups.remove(ctx, old.id)
    return groups.create(ctx, f"Department {next(_serial)}", groups.Change()).number


_NEW: "dict[str, Callable[[Scene], int]]" = {
    "contactId": new_contact,
    "agentId": new_agent,
    "departmentId": new_department,
}


def new_id(scene: "Scene", row: "Row") -> dict[str, str]:
    """The variable of a row's path, if it is one of these, with an id that the row can be called for once."""
    if row.endpoint.method == "GET" and row.endpoint.path.endswith("/erase"):
        return {"contactId": str(erased_contact(scene))}
    return {name: str(make(scene)) for name, make in _NEW.items() if f"{{{name}}}" in row.endpoint.path}


def _contact(scene: "Scene", _: str) -> dict[str, Any]:
    at = next(_serial)
    return {
        "name": "Jane Doe",
        "email": f"jane{at}@people.test",
        "identities": [{"type": "externalId", "value": f"customer {at}"}],
        "phoneNumber": "+49 30 1234",
        "tags": ["vip"],
    }


def _agent(scene: "Scene", _: str) -> dict[str, Any]:
    at = next(_serial)
    return {"name": "Ann", "email": f"ann{at}.{scene.world.account[-12:]}@people.test", "role": "agent"}


def _department(scene: "Scene", _: str) -> dict[str, Any]:
    new_department(scene)
    return {"name": "Sales", "description": "They sell", "memberIds": []}


def _nothing(scene: "Scene", _: str) -> dict[str, Any]:
    return {}


CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    ("GET", f"{_BASE}/agents"): _nothing,
    ("POST", f"{_BASE}/agents"): _agent,
    ("GET", f"{_BASE}/agents/{{agentId}}"): _nothing,
    ("PUT", f"{_BASE}/agents/{{agentId}}"): lambda scene, _: {"name": "Ann Other", "role": "admin", "isActive": False},
    ("DELETE", f"{_BASE}/agents/{{agentId}}"): _nothing,
    ("GET", f"{_BASE}/departments"): _nothing,
    ("POST", f"{_BASE}/departments"): _department,
    ("GET", f"{_BASE}/departments/{{departmentId}}"): _nothing,
    ("PUT", f"{_BASE}/departments/{{departmentId}}"): lambda scene, _: {"name": "Support", "members": [{"id": new_agent(scene)}]},
    ("DELETE", f"{_BASE}/departments/{{departmentId}}"): _nothing,
    ("GET", f"{_BASE}/configs"): _nothing,
}
for _path in _CONTACTS:
    CASES |= {
        ("GET", _path): lambda scene, _: {"keywords": "jane"},
        ("POST", _path): _contact,
        ("GET", f"{_path}/{{contactId}}"): _nothing,
        ("PUT", f"{_path}/{{contactId}}"): _contact,
        ("DELETE", f"{_path}/{{contactId}}"): _nothing,
        ("GET", f"{_path}/{{contactId}}/export"): _nothing,
        ("POST", f"{_path}/{{contactId}}/erase"): _nothing,
        ("GET", f"{_path}/{{contactId}}/erase"): _nothing,
        ("POST", f"{_path}/{{contactId}}/merge"): lambda scene, _: {"sourceId": new_contact(scene)},
    }
#: By this path without words: everybody.
CASES["GET", _CONTACTS[1]] = _nothing
