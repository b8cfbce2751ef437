"""Calls of PPMessage's clients about conversations, for tests."""

from typing import Any

from tests.conformance.scene import Scene, message


def ask(scene: Scene, endpoint: str, label: str = "PPKEFU", **given: Any) -> dict[str, Any]:
    """The answer of a call about the scene's account."""
    return dict(scene.world.pp(endpoint, label, **{"app_uuid": scene.world.account} | given).body)


def create(scene: Scene, label: str = "PPKEFU", **given: Any) -> dict[str, Any]:
    """The answer to a conversation that the first agent begins, unless told otherwise."""
    body = {"user_uuid": scene.world.agents[0].id, "conversation_type": "S2S"}
    return ask(scene, "PP_CREATE_CONVERSATION", label, **body | given)


def write(scene: Scene, conversation: str, text: str, sender: str, label: str) -> None:
    """Sends a message into a conversation."""
    sent = message(scene, label) | {"conversation_uuid": conversation, "to_uuid": conversation, "to_type": "CV"}
    assert ask(scene, "PP_SEND_MESSAGE", label, **sent | {"from_uuid": sender, "message_body": text})["error_code"] == 0
