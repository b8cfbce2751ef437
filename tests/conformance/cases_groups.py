"""Calls that succeed of groups, canned replies and the waiting queue: each makes by itself what it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import canned_replies
from chalicelib.desk.automation import waiting_queue
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Change, Group

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

Case = Callable[["Scene", str], dict[str, Any]]


def group(scene: Scene) -> Group:
    """The scene's group, in which its second agent is."""
    if "group" not in scene.kept:
        ctx = scene.world.ctx(ADMIN)
        scene.kept["group"] = groups.create(ctx, "Dancers", Change(description="a dancer club"))
        groups.add_member(ctx, scene.kept["group"], scene.world.agents[1].id)
    kept: Group = scene.kept["group"]
    return kept


def another(scene: Scene) -> Group:
    """A group with the third agent, which is not there yet."""
    made = groups.create(scene.world.ctx(ADMIN), "Singers", Change(is_distributor=True))
    groups.add_member(scene.world.ctx(ADMIN), made, scene.world.agents[2].id)
    return made


def _app(scene: Scene, _: str = "") -> dict[str, Any]:
    return {"app_uuid": scene.world.account}


def _with(**given: Callable[[Scene], Any]) -> Case:
    return lambda scene, _: _app(scene) | {name: make(scene) for name, make in given.items()}


def _visitor(scene: Scene) -> str:
    return scene.visitor.id


def _device(scene: Scene) -> str:
    return scene.visitor.device


def _conversation(scene: Scene) -> str:
    return scene.visitor.conversation


def _group(scene: Scene) -> str:
    return group(scene).id


def _script(scene: Scene) -> str:
    return str(scene.kept.get("script") or scene.kept.setdefault("script", _another_script(scene)))


def _script_group(scene: Scene) -> str:
    return str(scene.kept.get("script group") or scene.kept.setdefault("script group", _another_script_group(scene)))


def _another_script(scene: Scene) -> str:
    return canned_replies.add(scene.world.ctx(ADMIN), "is it open source?", "Yes, it is.").id


def _another_script_group(scene: Scene) -> str:
    ctx = scene.world.ctx(ADMIN)
    made = canned_replies.add_group(ctx, "install instruction")
    canned_replies.add(ctx, "how?", "So.", made.id)
    return made.id


def _of_group(scene: Scene, _: str) -> dict[str, Any]:
    """Another visitor has a conversation with the group, so that the scene's own visitor keeps theirs."""
    if "grouped" not in scene.kept:
        scene.kept["grouped"] = visitor = scene.world.visitor()
        waiting_queue.join(scene.world.as_visitor(visitor.id), visitor.id, group(scene).id)
    return _app(scene) | {"group_uuid": group(scene).id, "user_uuid": scene.kept["grouped"].id}


CASES: dict[tuple[str, str], Case] = {
    ("POST", f"/api/{name}"): case
    for name, case in {
        "PP_GET_APP_ORG_GROUP_LIST": _with(app_uuid=lambda scene: group(scene) and scene.world.account),
        "PP_GET_ORG_GROUP_DETAIL": _with(group_uuid=_group),
        "PP_GET_ORG_GROUP_USER_LIST": _with(group_uuid=_group),
        "PP_CREATE_ORG_GROUP": _with(group_name=lambda _: "Music Club", group_desc=lambda _: "a music club"),
        "PP_UPDATE_ORG_GROUP": _with(group_uuid=_group, group_desc=lambda _: "a dance club"),
        "PP_REMOVE_ORG_GROUP": _with(group_uuid=lambda scene: another(scene).id),
        "PP_ADD_ORG_GROUP_USER": _with(group_uuid=_group, user_list=lambda scene: [scene.world.agents[1].id]),
        "PP_REMOVE_ORG_GROUP_USER": _with(
            group_uuid=lambda scene: another(scene).id, user_list=lambda scene: [scene.world.agents[2].id]
        ),
        "PP_GET_NO_GROUP_USER_LIST": _app,
        "PP_GET_ORG_GROUP_CONVERSATION": _of_group,
        "PP_SELECT_USERS_BY_GROUP_ALGORITHM": _with(group_uuid=_group, conversation_uuid=_conversation),
        "PPCOM_CREATE_CONVERSATION": _with(
            user_uuid=_visitor, device_uuid=_device, member_list=lambda scene: [scene.world.agents[0].id]
        ),
        "PP_GET_AMD_QUEUE_LENGTH": _app,
        "PP_CANCEL_WAITING_CREATE_CONVERSATION": _with(user_uuid=_visitor, device_uuid=_device),
        "PP_GET_ALL_PREDEFINED_SCRIPT": _with(app_uuid=lambda scene: _script(scene) and scene.world.account),
        "PP_GET_ALL_PREDEFINED_SCRIPT_GROUP": _with(app_uuid=lambda scene: _script_group(scene) and scene.world.account),
        "PP_GET_PREDEFINED_SCRIPT_WITH_GROUP": _with(group_uuid=_script_group),
        "PP_ADD_PREDEFINED_SCRIPT": _with(
            script_question=lambda _: "open source?", script_answer=lambda _: "Yes.", group_uuid=_script_group
        ),
        "PP_REMOVE_PREDEFINED_SCRIPT": _with(script_uuid=_another_script),
        "PP_ADD_PREDEFINED_SCRIPT_GROUP": _with(group_name=lambda _: "install instruction"),
        "PP_REMOVE_PREDEFINED_SCRIPT_GROUP": _with(group_uuid=_another_script_group),
        "PP_MOVE_PREDEFINED_SCRIPT_INTO_GROUP": _with(script_uuid=_script, group_uuid=_script_group),
    }.items()
}
