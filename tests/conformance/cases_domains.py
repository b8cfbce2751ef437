"""Calls that succeed of LiveChat's organisation, operators and domains: each makes by itself what it needs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import organisations
from chalicelib.desk.accounts.organisations import AddOn, Bookings, Plan
from chalicelib.desk.people import people
from chalicelib.desk.teams import domains
from tests.conformance.cases_apps import address, newcomer

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_serial = itertools.count()
_BASE = "/auth/addon/live_chat"
BOOKED = Bookings(
    plans=(Plan("Gold", "9.90", "all", "sub-1"),),
    add_ons=(AddOn("Seller", "seller_buyer", True, "Gold", "sub-2", {"a": 1}, {"b": 2}, "at", "rt"),),
)


def domain(scene: Scene, *operators: str) -> str:
    """A new domain with the operators."""
    ctx, host = scene.world.ctx(ADMIN), f"shop-{next(_serial)}.example"
    while len(domains.list_fresh(ctx)) > domains.MOST - 10:
        domains.remove(ctx, next(iter(domains.list_fresh(ctx).values())).host)
    domains.register(ctx, host, "web@shop.example")
    for operator in operators:
        domains.assign(ctx, host, operator)
    return host


def _organisation(scene: Scene, _: str) -> dict[str, Any]:
    organisations.save(scene.world.ctx(ADMIN), BOOKED)
    return {}


def _own(scene: Scene, _: str = "") -> dict[str, Any]:
    """The first agent, in a domain."""
    return {"domain": domain(scene, scene.world.agents[0].id), "email": scene.world.agents[0].email}


def _stranger(scene: Scene, _: str) -> dict[str, Any]:
    return {"domain": domain(scene), "email": scene.world.agents[0].email}


def _doomed(scene: Scene, _: str) -> dict[str, Any]:
    return {"email": people.get(scene.world.ctx(ADMIN), newcomer(scene)).email}


def _only(scene: Scene, _: str) -> dict[str, Any]:
    return {"domain": _own(scene)["domain"]}


CASES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("GET", "/auth/organisation"): _organisation,
    ("POST", f"{_BASE}/operator/add"): lambda scene, _: {"email": address(), "name": "New Operator"},
    ("PUT", f"{_BASE}/operator/update"): lambda scene, _: _doomed(scene, _) | {"status": 1, "domain": [domain(scene)]},
    ("POST", f"{_BASE}/domain/add"): lambda scene, _: {"domain": f"new-{next(_serial)}.example", "email": "web@new.example"},
    ("GET", f"{_BASE}/domain/get"): _only,
    ("GET", f"{_BASE}/domain/list"): lambda scene, _: {},
    ("PUT", f"{_BASE}/domain/update"): lambda scene, _: _only(scene, _) | {"email": "other@shop.example"},
    ("DELETE", f"{_BASE}/domain/delete"): _only,
    ("POST", f"{_BASE}/domain/operator/add"): _stranger,
    ("PUT", f"{_BASE}/domain/operator/update"): lambda scene, _: _own(scene) | {"is_admin": True},
    ("PUT", f"{_BASE}/domain/operator/remove"): _own,
    ("GET", f"{_BASE}/domain/operator/list"): _only,
    ("DELETE", "/auth/user/delete"): _doomed,
}
