"""Calls that succeed about people and accounts, and what puts the scene back after one that ends it."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import ADMIN
from chalicelib.desk.core import cache
from chalicelib.desk.people import registration
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.models import settings, unique_names
from chalicelib.models.tokens import Token, revocation_key
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import passwords

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_serial = itertools.count()
NEW_PASSWORD = passwords.wire("battery staple")
REMOVE_APP = ("POST", "/api/PP_REMOVE_APP")


def address() -> str:
    """An e-mail that nobody has yet."""
    return f"somebody-{next(_serial)}@new.test"


def newcomer(scene: "Scene") -> str:
    """The uuid of a new agent."""
    return registration.create_agent(scene.world.ctx(ADMIN), CreateAgent(address(), "New Agent", NEW_PASSWORD)).id


def revive(scene: "Scene") -> None:
    """Takes back the removal of the scene's account."""
    world = scene.world
    row = settings.load(world.account)["account#"]
    if row.document.get("removed_at"):
        settings.put(row, {**row.document, "removed_at": None}, [])
        Token(revocation_key(world.account)).delete()
        unique_names.new_name(world.account, "login", world.owner.email, world.owner.id, scope=unique_names.EVERYWHERE).save()
        cache.clear_all()


def _app(scene: "Scene", **more: Any) -> dict[str, Any]:
    return {"app_uuid": scene.world.account, **more}


def _acted(scene: "Scene", label: str) -> str:
    """A person that a token of the level may change."""
    world = scene.world
    return {"PPCOM": scene.visitor.id, "PPCONSOLE": world.owner.id}.get(label, world.agents[0].id)


def _creator(scene: "Scene", label: str) -> dict[str, Any]:
    """The owner's console may only name the owner, a program any agent; nobody may own more than twenty."""
    if label != "PPCONSOLE":
        return {"user_uuid": newcomer(scene), "app_name": "Another"}
    _forget_others(scene)
    return {"user_uuid": scene.world.owner.id, "app_name": "Another"}


def _forget_others(scene: "Scene") -> None:
    login = unique_names.find(unique_names.EVERYWHERE, "login", scene.world.owner.email)
    assert login is not None
    login.update([UniqueName.accounts.remove()])


def _doomed(scene: "Scene", _: str) -> dict[str, Any]:
    revive(scene)
    return _app(scene, user_uuid=scene.world.owner.id)


def _signing_up(scene: "Scene", _: str) -> dict[str, Any]:
    who = {"user_email": address(), "user_fullname": "New Owner", "user_password": NEW_PASSWORD}
    return _app(scene, app_name="New", **who)


CASES: dict[tuple[str, str], Callable[["Scene", str], dict[str, Any]]] = {
    ("POST", "/api/PP_CREATE_USER"): lambda scene, _: _app(scene, user_email=address(), user_fullname="Some Body"),
    ("POST", "/api/PP_REMOVE_USER"): lambda scene, _: {"user_uuid": newcomer(scene), "user_password": NEW_PASSWORD},
    ("POST", "/api/PP_UPDATE_USER"): lambda scene, label: _app(scene, user_uuid=_acted(scene, label)),
    ("POST", "/api/PP_GET_USER_INFO"): lambda scene, _: _app(scene, user_uuid=scene.visitor.id),
    ("POST", "/api/PP_GET_USER_DETAIL"): lambda scene, _: {"user_uuid": scene.world.agents[0].id},
    ("POST", "/api/PP_GET_USER_UUID"): lambda scene, _: _app(scene, user_email="customer@shop.test"),
    ("POST", "/api/PPCOM_GET_USER_UUID"): lambda scene, _: {"ppcom_trace_uuid": "a browser", "user_id": "customer 7"},
    ("POST", "/api/PP_IS_EMAIL_VALID"): lambda scene, _: {"user_email": "nobody-yet@shop.test"},
    ("POST", "/api/PP_LEAVE_APP"): lambda scene, _: _app(scene, user_list=[newcomer(scene)]),
    ("POST", "/api/PP_GET_APP_SERVICE_USER_LIST"): lambda scene, _: _app(scene),
    ("POST", "/api/PP_UPDATE_APP_INFO"): lambda scene, _: _app(scene, welcome_message="What can we do for you?"),
    ("POST", "/api/PP_GET_APP_OWNED_BY_USER"): lambda scene, _: {"user_uuid": scene.world.owner.id},
    ("POST", "/api/PP_GET_ALL_APP_LIST"): lambda scene, _: {"user_uuid": scene.world.owner.id},
    ("POST", "/api/PP_CREATE_APP"): _creator,
    REMOVE_APP: _doomed,
    ("POST", "/api/PP_GET_API_INFO"): lambda scene, _: _app(scene, user_uuid=scene.world.owner.id),
    ("POST", "/api/PPCONSOLE_SIGNUP"): _signing_up,
    ("POST", "/api/GET_YVOBJECT_DETAIL"): lambda scene, _: {"uuid": scene.visitor.id, "type": "DU"},
}
