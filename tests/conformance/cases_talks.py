"""Calls that succeed, of the rows about members and lists of conversations."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import group_chats, members
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.conversations.members import ChangeMembers

if TYPE_CHECKING:
    from tests.conformance.scene import Scene


def _app(scene: "Scene", _: str) -> dict[str, Any]:
    return {"app_uuid": scene.world.account}


def _user(scene: "Scene", label: str) -> dict[str, Any]:
    """The visitor for PPCOM; for the others the agent who has the conversation."""
    return _app(scene, label) | {"user_uuid": scene.visitor.id if label == "PPCOM" else scene.world.agents[0].id}


def _conversation(scene: "Scene", label: str) -> dict[str, Any]:
    return _user(scene, label) | {"conversation_uuid": scene.visitor.conversation}


def _create(scene: "Scene", label: str) -> dict[str, Any]:
    kind = "P2S" if label == "PPCOM" else "S2S"
    return _user(scene, label) | {"conversation_type": kind, "member_list": [scene.world.agents[1].id]}


def _leave(scene: "Scene", label: str) -> dict[str, Any]:
    """Takes an agent out of the visitor's conversation, or out of one with the first agent."""
    world = scene.world
    ctx, agent = world.ctx(ADMIN), world.agents[2].id
    if label == "PPCOM":
        found = members.change(ctx, scene.visitor.conversation, ChangeMembers(add=(agent,)))
    else:
        found = group_chats.create(ctx, CreateConversation(world.agents[0].id, (agent,), internal=True)).conversation
    given = {"conversation_uuid": found.id, "action": "REMOVE", "member_list": [agent]}
    return _app(scene, label) | given


def _members(scene: "Scene", label: str) -> dict[str, Any]:
    """The visitor's conversation, for programs one among agents."""
    agents = [agent.id for agent in scene.world.agents]
    if not label.startswith("THIRD_PARTY"):
        return _app(scene, label) | {"conversation_uuid": scene.visitor.conversation}
    found = group_chats.create(scene.world.ctx(ADMIN), CreateConversation(agents[0], (agents[1],), internal=True)).conversation
    return _app(scene, label) | {"conversation_uuid": found.id}


CASES: dict[tuple[str, str], Callable[["Scene", str], dict[str, Any]]] = {
    ("POST", "/api/PP_CREATE_CONVERSATION"): _create,
    ("POST", "/api/PP_GET_APP_CONVERSATION_LIST"): _app,
    ("POST", "/api/PP_GET_USER_CONVERSATION_LIST"): _user,
    ("POST", "/api/PP_PAGE_USER_CONVERSATION"): _user,
    ("POST", "/api/PP_OPEN_CONVERSATION"): _conversation,
    ("POST", "/api/PP_CLOSE_CONVERSATION"): _conversation,
    ("POST", "/api/PP_UPDATE_CONVERSATION"): lambda scene, label: (
        _app(scene, label) | {"conversation_uuid": scene.visitor.conversation, "assigned_uuid": scene.world.agents[0].id}
    ),
    ("POST", "/api/PP_UPDATE_CONVERSATION_MEMBER"): _leave,
    ("POST", "/api/PP_GET_CONVERSATION_USER_LIST"): _members,
    ("POST", "/api/PP_GET_HISTORY_MESSAGE"): lambda scene, _: {
        "conversation_uuid": scene.visitor.conversation,
        "page_offset": "0",
    },
}
