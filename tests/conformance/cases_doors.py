"""Calls at the doors that succeed: the login page and its codes, out of the console and in again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import ADMIN, AGENT, Caller
from chalicelib.desk.auth import tokens
from tests.conformance import cases_apps

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

RETURN_TO = "https://shop.example/back?from=desk"
LOGOUT = ("POST", "/api/PPCONSOLE_LOGOUT")


def registered(scene: "Scene", label: str = "THIRD_PARTY_CONSOLE") -> dict[str, Any]:
    """What a client that has registered its address asks the login page for."""
    world = scene.world
    given = {"app_uuid": world.account, "redirect_uris": {label: [RETURN_TO]}}
    answer = world.call("POST", "/api/PP_UPDATE_APP_INFO", given, Authorization=f"OAuth {world.token('PPCONSOLE')}")
    assert answer.body["error_code"] == 0, answer.body
    asked = {"response_type": "code", "client_id": world.clients[label][0], "redirect_uri": RETURN_TO}
    return {**asked, "state": "a state"}


def _logging_in(scene: "Scene", _: str) -> dict[str, Any]:
    return {**registered(scene), "user_email": scene.world.agents[1].email, "user_password": "correct horse"}


def reset_code(scene: "Scene") -> str:
    """What a mail's link would have for a new agent."""
    holder = Caller(scene.world.account, AGENT, cases_apps.newcomer(scene))
    return tokens.issue(scene.world.ctx(ADMIN), holder, tokens.RESET, tokens.RESET_SECONDS)


CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    ("GET", "/ppauth/auth"): lambda scene, _: registered(scene),
    ("POST", "/ppauth/auth"): _logging_in,
    ("POST", "/api/PPCONSOLE_SEND_NEW_PASSWORD"): lambda scene, _: {"user_email": scene.world.owner.email},
    ("GET", "/ppauth/reset"): lambda scene, _: {"code": reset_code(scene)},
    ("POST", "/ppauth/reset"): lambda scene, _: {
        "code": reset_code(scene),
        **dict.fromkeys(["new_password", "again"], "correct horse"),
    },
    LOGOUT: lambda scene, _: {"user_uuid": scene.world.owner.id},
}
