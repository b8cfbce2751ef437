"""Calls of Anytime's portal as a site's program makes them for a contact."""

from typing import Any
from urllib.parse import urlencode

from tests.conformance.cases_portal import PORTAL
from tests.conformance.table import DOCUMENTS
from tests.visitors import Answer
from tests.world import World

BASE = "/api/v3/anytime"
OBJECTS = DOCUMENTS["Anytime"]["objects"]
ONE, MESSAGES = PORTAL + "/{id}", PORTAL + "/{id}/messages"
#: The calls about one conversation that name the contact that they are for.
OF_ONE = [("GET", ONE), ("GET", MESSAGES), ("POST", MESSAGES)]
OF_ONE += [("PUT", f"{ONE}/{word}") for word in ("close", "reopen", "read", "unread")]
NOTE = "between agents"


def call(world: World, method: str, path: str, given: Any = None, **headers: str) -> Answer:
    """A call of a site's program, which is the first agent's."""
    if method == "GET" and given:
        path, given = f"{path}?{urlencode(given)}", None
    return world.call(method, path, given, **headers, **world.bearer())


def contact(world: World, name: str = "Jane") -> int:
    """The id of a new contact."""
    return int(call(world, "POST", f"{BASE}/contacts", {"name": name}).body["contact"]["id"])


def submitted(world: World, of: int, subject: str = "A parcel", **given: Any) -> dict[str, Any]:
    """A conversation that a contact has submitted, as the portal shows it."""
    answer = call(world, "POST", PORTAL, {"subject": subject, "contactId": of, "message": {"plainBody": "where?"}} | given)
    assert answer.status == 200, answer
    return dict(answer.body["portalconversation"])


def asked(world: World, method: str, path: str, number: int, of: int | None) -> Answer:
    """A call about one conversation, for a contact, with what else it needs."""
    given = {} if of is None else {"contactId": of}
    return call(world, method, path.format(id=number), given | ({"plainBody": "mine"} if method == "POST" else {}))


def of_agents(world: World, number: int) -> dict[str, Any]:
    """The conversation as agents see it."""
    return dict(call(world, "GET", f"{BASE}/conversations/{number}").body["conversation"])


def listed(world: World, of: int) -> list[int]:
    """Ids in a contact's list."""
    answer = call(world, "GET", PORTAL, {"contactId": of})
    assert answer.status == 200, answer
    return [one["id"] for one in answer.body["portalconversations"]]


def bodies(world: World, number: int, of: int) -> list[str]:
    """Texts of a conversation's messages as its contact sees them."""
    shown = call(world, "GET", MESSAGES.format(id=number), {"contactId": of}).body["messages"]
    return [one["plainBody"] for one in shown]
