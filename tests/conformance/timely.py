"""Anytime's calls about SLA and working time as administrators and agents make them."""

from typing import Any

from tests.conformance.test_anytime import refused
from tests.visitors import Answer
from tests.world import World

BASE = "/api/v3/anytime"


def ask(world: World, method: str, path: str, body: Any = None, *, by_agent: bool = False) -> Answer:
    """A call of the owner, or of the first agent."""
    answer = world.call(method, f"{BASE}/{path}", body, **world.bearer(world.agents[0] if by_agent else world.owner))
    assert answer.status < 500, answer
    return answer


def told(answer: Answer) -> str:
    """The message of a call that is refused."""
    assert refused(answer) == 400
    return str(answer.body["message"])
