"""Anytime's routing: where new conversations go. Each path has an older and a later spelling. Custom rules: routing_rules.py."""

from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.automation import routing_rules
from chalicelib.desk.core.errors import Missing, NotFound
from chalicelib.dialects.anytime.routing_shapes import (
    ID,
    SPELLINGS,
    RoutingFields,
    RoutingShown,
    check_rules,
    routing_change,
    show,
)
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Number
from chalicelib.dialects.endpoint import Endpoint, Nothing


class OneRouting(Wire, kw_only=True):
    """The site's routing, whose id is 1."""

    id: Number


class EnableRouting(OneRouting, kw_only=True):
    """`PUT …/{id}/enable`, in either spelling."""

    is_enable: bool | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


class SetRouting(RoutingFields, kw_only=True):
    """`PUT …/{id}`: what is given changes."""

    id: Number


class RoutingList(Wire, kw_only=True):
    """The site's routing, in a list of one."""

    routingrules: list[RoutingShown]


class WrappedRouting(Wire, kw_only=True):
    """The site's routing under its name."""

    routingrule: RoutingShown


def list_routing(ctx: Context, request: Nothing) -> RoutingList:
    """`GET …/Routingrules`: the site's routing with its custom rules."""
    return RoutingList(routingrules=[_shown(ctx)])


def get_routing(ctx: Context, request: OneRouting) -> WrappedRouting:
    """`GET …/{id}`: the same."""
    return _wrapped(ctx, request.id)


def enable_routing(ctx: Context, request: EnableRouting) -> WrappedRouting:
    """`PUT …/{id}/enable`: switches it on or off."""
    on = request.is_enabled if isinstance(request.is_enable, UnsetType) else request.is_enable
    if isinstance(on, UnsetType):
        raise Missing("isEnable")
    check(request.id)
    routing_rules.change(ctx, routing_rules.Change(is_enabled=on))
    return _wrapped(ctx, request.id)


def set_routing(ctx: Context, request: SetRouting) -> WrappedRouting:
    """`PUT …/{id}`: changes the given fields."""
    check(request.id)
    if not request.custom_rules is request.customer_route_rules is UNSET:
        check_rules(request, routing_rules.list_rules(ctx))
    with SPELLINGS.told(request):
        routing_rules.change(ctx, routing_change(routing_rules.load(ctx), request))
    return _wrapped(ctx, request.id)


def check(id_: int) -> None:
    """Raises NotFound for another id than the one that there is."""
    if id_ != ID:
        raise NotFound("routingrule", id_)


def _shown(ctx: Context) -> RoutingShown:
    return show(routing_rules.load(ctx), routing_rules.list_rules(ctx))


def _wrapped(ctx: Context, id_: int) -> WrappedRouting:
    check(id_)
    return WrappedRouting(routingrule=_shown(ctx))


def _rows(path: str) -> list[Endpoint]:
    """Returns the rows of one spelling of the path."""
    one = f"{path}/{{id}}"
    return [
        Endpoint("GET", path, list_routing, AGENT),
        Endpoint("GET", one, get_routing, AGENT),
        Endpoint("PUT", one, set_routing, ADMIN),
        Endpoint("PUT", f"{one}/enable", enable_routing, ADMIN),
    ]


#: Both spellings of the site's routing.
PATHS = (f"{BASE}/Routingrules", f"{BASE}/routing")
ROWS = [row for path in PATHS for row in _rows(path)]
