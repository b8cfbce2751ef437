"""A conversation of a test's own in Anytime, and what is changed and written in it."""

from typing import Any

import pytest

from tests.conformance.scene import Scene
from tests.conformance.table import DOCUMENTS
from tests.conformance.test_anytime import PATH, numbers
from tests.visitors import Answer

OBJECTS = DOCUMENTS["Anytime"]["objects"]
FACTS = {(entry["method"], entry["path"]): entry for entry in DOCUMENTS["Anytime"]["endpoints"]}
PUT, POST = FACTS["PUT", f"{PATH}/{{id}}"], FACTS["POST", f"{PATH}/{{id}}/messages"]


@pytest.fixture
def number(scene: Scene) -> int:
    """A conversation of this test's own."""
    visitor = scene.world.visitor()
    visitor.say("a question")
    return max(numbers(scene))


def put(scene: Scene, number: int, body: Any, **headers: str) -> Answer:
    """A change by an agent."""
    return scene.world.call("PUT", f"{PATH}/{number}", body, **headers, **scene.bearer())


def post(scene: Scene, number: int, body: Any, **headers: str) -> Answer:
    """A message of an agent."""
    return scene.world.call("POST", f"{PATH}/{number}/messages", body, **headers, **scene.bearer())


def get(scene: Scene, number: int) -> Answer:
    """The conversation as agents see it."""
    return scene.world.call("GET", f"{PATH}/{number}", **scene.bearer())


def bodies(scene: Scene, number: int) -> list[str]:
    """Texts of the conversation's messages."""
    shown = scene.world.call("GET", f"{PATH}/{number}/messages", **scene.bearer()).body["messages"]
    return [message["plainBody"] for message in shown]
