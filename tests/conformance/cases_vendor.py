"""Calls that succeed, of the rows that the vendor's clients of 2017 need besides."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_serial = itertools.count()


def _unacked(scene: "Scene", label: str) -> dict[str, Any]:
    return {"user_uuid": scene.visitor.id if label == "PPCOM" else scene.world.agents[0].id, "page_offset": 0, "page_size": 30}


CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    ("POST", "/api/PPCOM_CREATE_ANONYMOUS"): lambda scene, _: {"ppcom_trace_uuid": "a browser of 2017"},
    ("POST", "/api/PPCOM_CREATE_DEVICE"): lambda scene, _: {
        "user_uuid": scene.visitor.id,
        "device_ostype": "BROWSER",
        "ppcom_trace_uuid": f"trace {next(_serial)}",
    },
    ("POST", "/api/PPCOM_TRACK_EVENT"): lambda scene, _: {
        "user_uuid": scene.visitor.id,
        "device_uuid": scene.visitor.device,
        "event_name": "open",
        "event_data": {"url": "https://shop.example/"},
    },
    ("POST", "/api/PP_GET_IP_INFO"): lambda scene, _: {},
    ("POST", "/api/PP_PAGE_UNACKED_MESSAGE"): _unacked,
    ("POST", "/api/PP_GET_SERVICE_USER_LIST"): lambda scene, _: {},
    ("POST", "/api/PPKEFU_CREATE_CONVERSATION"): lambda scene, _: {
        "user_uuid": scene.world.agents[0].id,
        "member_list": [scene.world.agents[1].id],
    },
}
