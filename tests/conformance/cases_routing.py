"""Calls that succeed of Anytime's auto allocation, routing and custom rules."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import ADMIN
from chalicelib.desk.automation import routing_rules
from chalicelib.desk.automation.routing_rules import Route, RuleChange
from tests.conformance.table import Row

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_serial = itertools.count()
_BASE = "/api/v3/anytime"
_PATHS = (f"{_BASE}/Routingrules", f"{_BASE}/routing")
#: Rules that these calls leave.
_ROOM = 5
_CONDITION = {"fieldId": 6, "matchType": "is", "value": "new,onHold", "index": 1}
_RULE = {"isEnable": True, "when": 2, "logicExpression": "1", "routeToPriority": "high", "conditions": [_CONDITION]}


def rule(scene: Scene) -> int:
    """The number of a new custom rule, for which there is room."""
    ctx = scene.world.ctx(ADMIN, scene.world.owner)
    for found in routing_rules.list_rules(ctx)[:-_ROOM]:
        routing_rules.remove(ctx, found.number)
    return routing_rules.create(ctx, RuleChange(f"rule {next(_serial)}", route=Route(priority="low"))).number


def new_id(scene: Scene, row: Row) -> dict[str, str]:
    """The ids of a path of routing: the one routing that a site has, and a rule of its own."""
    if not row.endpoint.path.startswith(_PATHS):
        return {}
    return {"id": "1"} | ({"customerruleId": str(rule(scene))} if "{customerruleId}" in row.endpoint.path else {})


def _nothing(scene: Scene, _: str) -> dict[str, Any]:
    return {}


def _routing(scene: Scene, _: str) -> dict[str, Any]:
    agent = scene.world.agents[0].number
    return {
        "type": "cusomterrules",
        "SimpleRouteToObject": "agent",
        "SimpleRouteToId": agent,
        "SimpleRouteToPriority": "low",
        "matchFailedRouteToObject": None,
        "matchFailedRouteToPriority": "normal",
    }


def _allocation(scene: Scene, _: str) -> dict[str, Any]:
    preference = {"agentId": scene.world.agents[0].number, "maxConcurrentCount": 15, "isAcceptAllocation": True}
    limits = {"ifEnableConversationLimitForEachAgent": True, "conversationLimitForAllAgents": 20}
    return {"isEnabled": True, "defaultRule": "roundRobin", "agentPreferences": [preference], "ifExcludeOnHold": False, **limits}


def _new_rule(scene: Scene, _: str) -> dict[str, Any]:
    rule(scene)
    return {"name": f"new {next(_serial)}", **_RULE}


_CALLS: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("GET", ""): _nothing,
    ("GET", "/{id}"): _nothing,
    ("PUT", "/{id}"): _routing,
    ("PUT", "/{id}/enable"): lambda scene, _: {"isEnable": False},
}
_OF_RULES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("GET", "/{{id}}/{0}"): _nothing,
    ("POST", "/{{id}}/{0}"): _new_rule,
    ("PUT", "/{{id}}/{0}/{{customerruleId}}"): lambda scene, _: _RULE,
    ("PUT", "/{{id}}/{0}/{{customerruleId}}/copy"): _nothing,
    ("PUT", "/{{id}}/{0}/{{customerruleId}}/sort"): lambda scene, _: {"type": "up"},
    ("DELETE", "/{0}/{{customerruleId}}"): _nothing,
}
CASES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("GET", f"{_BASE}/autoAllocation"): _nothing,
    ("PUT", f"{_BASE}/autoAllocation"): _allocation,
    ("PUT", f"{_BASE}/autoAllocation/enable"): lambda scene, _: {"isEnabled": True},
    ("GET", f"{_BASE}/conversations/{{id}}/routing"): _nothing,
    ("POST", f"{_BASE}/routing/dryRun"): lambda scene, _: {"subject": "Invoice", "lastMessage": "wrong", "channel": "email"},
    **{(method, path + rest): call for path in _PATHS for (method, rest), call in _CALLS.items()},
    **{
        (method, path + rest.format(word)): call
        for path in _PATHS
        for word in ("customerrules", "customRules")
        for (method, rest), call in _OF_RULES.items()
    },
}
