"""Anytime's calls about people as agents and administrators make them."""

from typing import Any

from tests.conformance.table import DOCUMENTS
from tests.visitors import Answer
from tests.world import World

BASE = "/api/v3/anytime"
OBJECTS = DOCUMENTS["Anytime"]["objects"]


def call(world: World, method: str, path: str, body: Any = None, *, admin: bool = False) -> Answer:
    """A call of the first agent, or of the owner."""
    return world.call(method, f"{BASE}/{path}", body, **world.bearer(world.owner if admin else world.agents[0]))


def created(world: World, **given: Any) -> dict[str, Any]:
    """A new contact as it is shown."""
    answer = call(world, "POST", "contacts", given)
    assert answer.status == 200, answer
    return dict(answer.body["contact"])
