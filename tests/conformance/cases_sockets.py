"""Calls that succeed about devices, logins, presence and receipts."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import AGENT
from chalicelib.desk.people import devices
from chalicelib.desk.people.devices import Details

if TYPE_CHECKING:
    from chalicelib.desk.people.people import Person
    from tests.conformance.scene import Scene
    from tests.world import World

#: Rows that end the token with which they are called.
ENDING = {("POST", "/api/PPKEFU_LOGOUT"), ("POST", "/api/PPCONSOLE_LOGOUT")}


def agents_device(scene: "Scene") -> str:
    """A browser of the first agent's."""
    return device_of(scene.world, scene.world.agents[0])


def device_of(world: "World", agent: "Person") -> str:
    """A browser of an agent's."""
    return devices.record_use(world.ctx(AGENT, agent), agent.id, "a browser", Details(os="BROWSER")).id


def device(scene: "Scene", label: str) -> str:
    """A device for which the level may speak."""
    return scene.visitor.device if label == "PPCOM" else agents_device(scene)


def _agent(scene: "Scene", _: str) -> dict[str, Any]:
    return {"app_uuid": scene.world.account, "user_uuid": scene.world.agents[0].id}


def _whose(scene: "Scene", label: str) -> dict[str, Any]:
    """A visitor authenticates first: a token that has never acted for them may not act for their devices."""
    return {"user_uuid": scene.visitor.id} if label == "PPCOM" else {}


def _described(scene: "Scene", label: str) -> dict[str, Any]:
    return _whose(scene, label) | {"device_uuid": device(scene, label), "device_fullname": "a phone", "device_osversion": "9"}


#: As scene.CASES.
CASES: dict[tuple[str, str], Callable[["Scene", str], dict[str, Any]]] = {
    ("POST", "/api/ACK_MESSAGE"): lambda scene, label: (
        _whose(scene, label) | {"list": [f"{device(scene, label)}:{scene.visitor.conversation}:1"]}
    ),
    ("POST", "/api/GET_UNACKED_MESSAGES"): lambda scene, label: {
        "app_uuid": scene.world.account,
        "from_uuid": scene.visitor.id if label == "PPCOM" else scene.world.agents[0].id,
        "device_uuid": device(scene, label),
    },
    ("POST", "/api/PP_UPDATE_DEVICE"): _described,
    ("POST", "/api/SET_DEVICE_INFO"): _described,
    ("POST", "/api/PPKEFU_LOGIN"): lambda scene, _: {
        "user_email": scene.world.agents[0].email,
        "terminal": "a browser",
        "ostype": "BROWSER",
    },
    ("POST", "/api/PPKEFU_LOGOUT"): lambda scene, _: _agent(scene, _) | {"device_uuid": agents_device(scene)},
    ("POST", "/api/PPKEFU_SET_SERVICE_USER_STATUS"): lambda scene, _: _agent(scene, _) | {"user_status": "READY"},
    ("POST", "/api/PP_VALIDATE_ONLINE_DEVICE"): lambda scene, _: {
        "user_uuid": scene.world.agents[0].id,
        "device_uuid": agents_device(scene),
    },
    ("POST", "/api/PP_PAGE_ONLINE_PORTAL_USER"): lambda scene, _: {
        "app_uuid": scene.world.account,
        "page_offset": 0,
        "page_size": 12,
    },
}
