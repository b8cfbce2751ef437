"""Calls that succeed, of Anytime's reports."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_REPORTS = "/api/v3/anytime/reports"
_NOW = ("rightNow", "realtime/now")
_PARTS = [f"{path}/{part}" for path in (*_NOW, "realtime") for part in ("departments", "agents")]


def _nothing(scene: "Scene", label: str) -> dict[str, Any]:
    return {}


def _span(scene: "Scene", label: str) -> dict[str, Any]:
    """A report of an agent's week, by channel."""
    given = {"startTime": "2027-01-11", "endTime": "2027-01-17T23:59:59", "timeUnit": "week", "timeZoneOffset": "5.75"}
    agent = str(scene.world.agents[0].number)
    return given | {"viewType": "agent", "viewValue": agent, "dimensionType": "byChannel"}


def _file(scene: "Scene", label: str) -> dict[str, Any]:
    return {"dimensionType": "byAgent", "timeOffset": "-3.5", "dateFormat": "MM/dd/yyyy HH:mm"}


CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    **{("GET", f"{_REPORTS}/{name}"): _span for name in ("volume", "channel", "efficiency", "sla")},
    **{("GET", f"{_REPORTS}/{name}/export"): _file for name in ("volume", "channel", "efficiency", "sla")},
    **{("GET", f"{_REPORTS}/{name}{part}"): _nothing for name in _NOW for part in ("", "/export")},
    **{("GET", f"{_REPORTS}/{path}/bytime"): lambda scene, _: {"days": "15"} for path in (*_NOW, "realtime")},
    **{("GET", f"{_REPORTS}/{part}"): _nothing for part in _PARTS},
}
