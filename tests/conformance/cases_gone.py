"""Calls that succeed of Anytime's deletion and merging: each is about conversations of its own, where it ends them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.desk.conversations import conversations, deletion, messages
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.people import contacts

if TYPE_CHECKING:
    from tests.conformance.scene import Scene
    from tests.conformance.table import Row

_ALL, _DELETED = "/api/v3/anytime/conversations", "/api/v3/anytime/deletedconversations"
_ONE = f"{_DELETED}/{{id}}"


def new(scene: "Scene") -> int:
    """The id of a new conversation with a message."""
    ctx = scene.world.as_agent()
    chat = conversations.get_or_create_chat(ctx, contacts.create(ctx, contacts.Change("A contact")).id)
    messages.post(ctx, PostMessage(chat.id, "hello"))
    return chat.number


def deleted(scene: "Scene") -> int:
    """The id of a conversation that was just deleted."""
    number, ctx = new(scene), scene.world.as_agent()
    deletion.delete(ctx, conversations.id_by_number(ctx, number))
    return number


def kept(scene: "Scene") -> int:
    """The id of a deleted conversation, always the same one."""
    if "deleted conversation" not in scene.kept:
        scene.kept["deleted conversation"] = deleted(scene)
    return int(scene.kept["deleted conversation"])


_IDS: "dict[tuple[str, str], Callable[[Scene], int]]" = {
    ("DELETE", f"{_ALL}/{{id}}"): new,
    ("GET", _ONE): kept,
    ("GET", f"{_ONE}/messages"): kept,
    ("POST", f"{_ONE}/restore"): deleted,
    ("DELETE", _ONE): deleted,
}


def new_id(scene: "Scene", row: "Row") -> dict[str, str]:
    """The variable of a row's path, if it is one of these, with an id that the row can be called for."""
    return {"id": str(_IDS[row.key](scene))} if row.key in _IDS else {}


def _nothing(scene: "Scene", _: str) -> dict[str, Any]:
    return {}


CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    **dict.fromkeys(_IDS, _nothing),
    ("GET", _DELETED): lambda scene, _: {"keywords": "hello"},
    ("DELETE", _ALL): lambda scene, _: {"ids": [new(scene)]},
    ("POST", f"{_ALL}/{{id}}/merge"): lambda scene, _: {"sourceId": new(scene)},
}
