"""Calls that succeed of Anytime's SLA policies, working time and holidays: each makes by itself what it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.desk.accounts import business_hours
from chalicelib.desk.conversations import sla_policies
from tests.conformance.cases_settings import CONDITION, another, nothing, with_room

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_BASE = "/api/v3/anytime"
_ROOM = 5
CONDITIONS = {"when": "logicalExpression", "logicExpression": "1", "list": [CONDITION]}
PERIODS = [{"startHour": 9, "startMin": 0, "endHour": 12, "endMin": 30}, {"startHour": 13, "endHour": 24}]
DAYS = [
    {"dayOfWeek": "monday", "isBusinessDay": True, "periods": PERIODS},
    {"dayOfWeek": 6, "isBusinessDay": False},
    {"dayOfWeek": "Sunday", "startHour": 10, "startMin": 15, "endHour": 11, "endMin": 0},
]


def policy(scene: Scene) -> int:
    """A new policy, which is for no conversation."""
    given = sla_policies.Change(another("policy"), is_enabled=False, first_within=3600)
    return sla_policies.create(with_room(scene, sla_policies.POLICIES, _ROOM), given).number


def holiday(scene: Scene) -> int:
    """A new holiday."""
    ctx = with_room(scene, business_hours.HOLIDAYS)
    return business_hours.create_holiday(ctx, another("holiday"), "2027-12-25").number


def _new_policy(scene: Scene, _: str) -> dict[str, Any]:
    policy(scene)
    return {"name": another("policy"), "isEnabled": False, "firstRespondWithin": 0.5, "conditions": CONDITIONS}


def _new_holiday(scene: Scene, _: str) -> dict[str, Any]:
    holiday(scene)
    return {"title": another("holiday"), "date": "2028-01-01"}


#: What makes the thing that `{id}` of a path names.
IDS: dict[str, Callable[[Scene], int]] = {
    f"{_BASE}/SLAPolicies/{{id}}": policy,
    f"{_BASE}/SLAPolicies/{{id}}/sort": policy,
    f"{_BASE}/holidays/{{id}}": holiday,
}
CASES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("GET", f"{_BASE}/SLAPolicies"): nothing,
    ("POST", f"{_BASE}/SLAPolicies"): _new_policy,
    ("GET", f"{_BASE}/SLAPolicies/{{id}}"): nothing,
    ("PUT", f"{_BASE}/SLAPolicies/{{id}}"): lambda scene, _: {
        "name": another("renamed"),
        "nextRespondWithin": 1.25,
        "businessHours": True,
        "conditions": [CONDITION],
    },
    ("DELETE", f"{_BASE}/SLAPolicies/{{id}}"): nothing,
    ("PUT", f"{_BASE}/SLAPolicies/{{id}}/sort"): lambda scene, _: {"type": "up"},
    ("GET", f"{_BASE}/workingTime"): nothing,
    ("PUT", f"{_BASE}/workingTime"): lambda scene, _: {"workingTimes": DAYS, "timeZone": "Europe/Berlin"},
    ("GET", f"{_BASE}/workingTimeAndHolidays"): nothing,
    ("GET", f"{_BASE}/holidays"): nothing,
    ("POST", f"{_BASE}/holidays"): _new_holiday,
    ("DELETE", f"{_BASE}/holidays"): lambda scene, _: {"id": holiday(scene)},
    ("GET", f"{_BASE}/holidays/{{id}}"): nothing,
    ("PUT", f"{_BASE}/holidays/{{id}}"): lambda scene, _: {"title": another("renamed"), "date": "2027-12-26"},
    ("DELETE", f"{_BASE}/holidays/{{id}}"): nothing,
}
