"""Anytime's auto-close settings: when a silent customer is warned, and when their conversation is closed."""

from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.auto_close import MOST_RULES, CloseRule
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.schemas import fields_set
from chalicelib.desk.teams import groups
from chalicelib.dialects.anytime.conversation_shapes import STATUS_OF, STATUSES
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Number, one_of
from chalicelib.dialects.endpoint import Endpoint, Nothing

Seconds = Annotated[int, Meta(ge=1, le=31_536_000)]
OpenStatus = Literal["new", "pendingInternal", "pendingExternal", "onHold"]


class Rule(Wire, kw_only=True):
    """Spans of its own for conversations of a department (null for any) with a status (null for pendingExternal)."""

    department_id: Number | None = None
    status: OpenStatus | None = None
    warn_after: Seconds
    close_after: Seconds


class RuleShown(Wire, kw_only=True):
    """A rule as it is stored."""

    department_id: int | None
    status: Annotated[str, one_of(*get_args(OpenStatus))] | None
    warn_after: int
    close_after: int


Rules = Annotated[list[Rule], Meta(max_length=MOST_RULES)]


class AutoClose(Wire, kw_only=True):
    """Auto-close settings; the spans are seconds."""

    is_enabled: bool
    reassign_unpicked_after: int
    warn_after: int
    close_after: int
    rules: list[RuleShown]


class SetAutoClose(Wire, kw_only=True):
    """`PUT /autoClose`: what is given changes. `rules` replace all; the first that matches goes before the spans beside them."""

    is_enabled: bool | UnsetType = UNSET
    reassign_unpicked_after: Seconds | UnsetType = UNSET
    warn_after: Seconds | UnsetType = UNSET
    close_after: Seconds | UnsetType = UNSET
    rules: Rules | None | UnsetType = UNSET


def get_auto_close(ctx: Context, request: Nothing) -> AutoClose:
    """`GET /autoClose`: the spans after which a silent customer is warned and their conversation closed."""
    return _auto_close(accounts.load(ctx).auto_close)


def set_auto_close(ctx: Context, request: SetAutoClose) -> AutoClose:
    """`PUT /autoClose`: changes the given fields, for deadlines set from now on."""
    given = fields_set(request)
    if not isinstance(request.rules, UnsetType):
        given["rules"] = _rules(ctx, request.rules or [])
    return _auto_close(accounts.set_auto_close(ctx, given))


def _rules(ctx: Context, rules: Sequence[Rule]) -> tuple[CloseRule, ...]:
    """Returns rules to store. One request if they name departments that no rule has named. Raises Invalid for one that there is
    not, but one that was removed since may stay in a rule.
    """
    wanted = {rule.department_id for rule in rules} - {None}
    known: set[int | None] = {rule.group for rule in accounts.load(ctx).auto_close.rules}
    known |= {group.number for group in groups.list_all(ctx)} if wanted - known else set()
    for at, rule in enumerate(rules):
        if rule.department_id is not None and rule.department_id not in known:
            raise Invalid(f"rules[{at}].departmentId", "is not the id of a department")
    return tuple(
        CloseRule(rule.warn_after, rule.close_after, rule.department_id, STATUS_OF[rule.status] if rule.status else None)
        for rule in rules
    )


def _auto_close(settings: accounts.AutoClose) -> AutoClose:
    return AutoClose(
        is_enabled=settings.is_enabled,
        reassign_unpicked_after=settings.reassign_unpicked_after,
        warn_after=settings.warn_after,
        close_after=settings.close_after,
        rules=[
            RuleShown(
                department_id=rule.group,
                status=STATUSES[rule.status] if rule.status else None,
                warn_after=rule.warn_after,
                close_after=rule.close_after,
            )
            for rule in settings.rules
        ],
    )


ROWS = [
    Endpoint("GET", f"{BASE}/autoClose", get_auto_close, AGENT),
    Endpoint("PUT", f"{BASE}/autoClose", set_auto_close, ADMIN),
]
