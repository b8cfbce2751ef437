"""Anytime's SLA policies: within how many hours a conversation is answered and closed, by what it is about."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.conversations import sla_policies
from chalicelib.desk.conversations.sla_policies import Change
from chalicelib.dialects.anytime.conditions import (
    WORDS,
    ConditionSetShown,
    GivenSet,
    as_set,
    placed,
    show_set,
    to_store,
)
from chalicelib.dialects.anytime.shapes import BASE, STEPS, Direction, Spellings, Wire
from chalicelib.dialects.bounds import Name, Number
from chalicelib.dialects.endpoint import Endpoint, Nothing

Hours = Annotated[float, Meta(ge=0, le=8_760)]
_SPELLINGS = Spellings(is_business_hours=("is_business_hours", "business_hours"))


class SlaPolicy(Wire, kw_only=True):
    """A policy. The spans are hours, null for one that does not count; `businessHours` is another name of `isBusinessHours`."""

    id: int
    name: str
    is_enabled: bool
    first_respond_within: float | None
    next_respond_within: float | None
    resolve_respond_within: float | None
    is_business_hours: bool
    business_hours: bool
    pause_while_pending: bool
    conditions: ConditionSetShown
    order_num: int


class SlaPolicyList(Wire, kw_only=True):
    """Policies in their order, under both spellings of their name."""

    sla_policies: list[SlaPolicy]
    also: list[SlaPolicy] = msgspec.field(name="SLAPolicies")


class WrappedSlaPolicy(Wire, kw_only=True):
    """One policy, under both spellings of its name."""

    sla_policy: SlaPolicy
    also: SlaPolicy = msgspec.field(name="SLAPolicy")


class OneSlaPolicy(Wire, kw_only=True):
    """A policy by its integer id."""

    id: Number


class SetSlaPolicy(Wire, kw_only=True):
    """Base: what a policy can have. Spans are hours with fractions, 5 minutes at least, null for one that does not count."""

    is_enabled: bool | UnsetType = UNSET
    first_respond_within: Hours | None | UnsetType = UNSET
    next_respond_within: Hours | None | UnsetType = UNSET
    resolve_respond_within: Hours | None | UnsetType = UNSET
    is_business_hours: bool | UnsetType = UNSET
    business_hours: bool | UnsetType = UNSET
    pause_while_pending: bool | UnsetType = UNSET
    conditions: GivenSet | UnsetType = UNSET


class MakeSlaPolicy(SetSlaPolicy, kw_only=True):
    """`POST /SLAPolicies`. A policy without conditions is for every conversation."""

    name: Name


class ChangeSlaPolicy(SetSlaPolicy, kw_only=True):
    """`PUT /SLAPolicies/{id}`: what is given changes. `conditions` replace all that it has."""

    id: Number
    name: Name | UnsetType = UNSET


class SortSlaPolicy(Wire, kw_only=True):
    """`PUT /SLAPolicies/{id}/sort`: before the one above it, or after the one below it."""

    id: Number
    type: Direction


def list_policies(ctx: Context, request: Nothing) -> SlaPolicyList:
    """`GET /SLAPolicies`: in the order in which they are tried."""
    return _listed(sla_policies.list_all(ctx))


def get_policy(ctx: Context, request: OneSlaPolicy) -> WrappedSlaPolicy:
    """`GET /SLAPolicies/{id}`: a policy."""
    return _wrapped(ctx, sla_policies.get(ctx, request.id))


def make_policy(ctx: Context, request: MakeSlaPolicy) -> WrappedSlaPolicy:
    """`POST /SLAPolicies`: a new policy, tried after the others."""
    return _wrapped(ctx, sla_policies.create(ctx, _change(ctx, request, request.name, None)))


def change_policy(ctx: Context, request: ChangeSlaPolicy) -> WrappedSlaPolicy:
    """`PUT /SLAPolicies/{id}`: changes the given fields. Clocks that run already stay as they are."""
    now = sla_policies.get(ctx, request.id)
    return _wrapped(ctx, sla_policies.change(ctx, request.id, _change(ctx, request, request.name, now)))


def remove_policy(ctx: Context, request: OneSlaPolicy) -> None:
    """`DELETE /SLAPolicies/{id}`: removes a policy. A conversation gets another with its next write."""
    sla_policies.remove(ctx, request.id)


def sort_policy(ctx: Context, request: SortSlaPolicy) -> SlaPolicyList:
    """`PUT /SLAPolicies/{id}/sort`: moves a policy by one place, and shows all in their order."""
    return _listed(sla_policies.move(ctx, request.id, STEPS[request.type]))


def _change(ctx: Context, request: SetSlaPolicy, name: str | UnsetType, now: sla_policies.SlaPolicy | None) -> Change:
    """Returns what to store of a policy that is `now` so, None for a new one. Raises Invalid for impossible conditions."""
    wanted = Change(
        name=name,
        is_enabled=request.is_enabled,
        first_within=_seconds(request.first_respond_within),
        next_within=_seconds(request.next_respond_within),
        resolve_within=_seconds(request.resolve_respond_within),
        is_business_hours=_SPELLINGS.given(request, "is_business_hours", now and now.is_business_hours),
        pauses=request.pause_while_pending,
    )
    if isinstance(request.conditions, UnsetType):
        return wanted
    given = as_set(request.conditions)
    stored = to_store(request.conditions)
    if now is None or stored != now.conditions:  # a field may have been removed since
        sla_policies.check_conditions(ctx, placed(request.conditions), WORDS)
    return replace(wanted, when=given.when, expression=given.logic_expression, conditions=stored)


def _seconds(hours: float | None | UnsetType) -> float | None | UnsetType:
    """Returns whole seconds, because hours such as a twelfth are sent and shown with so many digits only."""
    return float(round(hours * 3600)) if isinstance(hours, float) else hours


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 9)


def _listed(found: Sequence[sla_policies.SlaPolicy]) -> SlaPolicyList:
    shown = [_shown(one, at) for at, one in enumerate(found, 1)]
    return SlaPolicyList(sla_policies=shown, also=shown)


def _wrapped(ctx: Context, found: sla_policies.SlaPolicy) -> WrappedSlaPolicy:
    shown = _shown(found, sla_policies.place_of(ctx, found))
    return WrappedSlaPolicy(sla_policy=shown, also=shown)


def _shown(found: sla_policies.SlaPolicy, place: int) -> SlaPolicy:
    return SlaPolicy(
        id=found.number,
        name=found.name,
        is_enabled=found.is_enabled,
        first_respond_within=_hours(found.first_within),
        next_respond_within=_hours(found.next_within),
        resolve_respond_within=_hours(found.resolve_within),
        is_business_hours=found.is_business_hours,
        business_hours=found.is_business_hours,
        pause_while_pending=found.pauses,
        conditions=show_set(found.when, found.expression, found.conditions),
        order_num=place,
    )


_PATH, _ONE = f"{BASE}/SLAPolicies", f"{BASE}/SLAPolicies/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_policies, AGENT),
    Endpoint("POST", _PATH, make_policy, ADMIN),
    Endpoint("GET", _ONE, get_policy, AGENT),
    Endpoint("PUT", _ONE, change_policy, ADMIN),
    Endpoint("DELETE", _ONE, remove_policy, ADMIN),
    Endpoint("PUT", f"{_ONE}/sort", sort_policy, ADMIN),
]
