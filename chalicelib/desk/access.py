"""Access: who may call each use case, declared where it is defined, and what an agent may do beyond their level."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from chalicelib.context import ADMIN, AGENT, LEVELS, Context
from chalicelib.desk.errors import NOT_ADMIN, Forbidden
from chalicelib.models import people
from chalicelib.models.people import Person

#: To add operators and switch them, to change domains and who serves them, to remove people.
OPERATORS, DOMAINS, USERS = "operators", "domains", "users"
PERMISSIONS = (OPERATORS, DOMAINS, USERS)

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a use case: callers of at least `level`, and agents who have `permission`, if one is named."""

    level: str
    permission: str = ""


#: Every use case that has been declared, by module and name.
DECLARED: dict[str, Rule] = {}


def allow(
    level: str, permission: str = ""
) -> Callable[[Callable[Concatenate[Context, _P], _R]], Callable[Concatenate[Context, _P], _R]]:
    """Declares who may call a use case; anybody else gets Forbidden before it does anything."""
    rule, least = Rule(level, permission), LEVELS.index(level)

    def declare(use: Callable[Concatenate[Context, _P], _R]) -> Callable[Concatenate[Context, _P], _R]:
        @wraps(use)
        def checked(ctx: Context, /, *given: _P.args, **named: _P.kwargs) -> _R:
            if LEVELS.index(ctx.caller.level) < least:
                _check_permission(ctx, rule)
            return use(ctx, *given, **named)

        DECLARED[f"{use.__module__}.{use.__qualname__}"] = rule
        return checked

    return declare


def _check_permission(ctx: Context, rule: Rule) -> None:
    if rule.permission:
        require(ctx, rule.permission)
    else:
        raise Forbidden(f"this needs the level {rule.level}", NOT_ADMIN if rule.level == ADMIN else "")


def require(ctx: Context, permission: str) -> None:
    """Raises Forbidden for a caller without a permission: no request for an admin, one for an agent."""
    if not ctx.caller.at_least(ADMIN) and permission not in _permissions(ctx):
        raise Forbidden(f"this needs the permission {permission}", NOT_ADMIN)


def _permissions(ctx: Context) -> list[str]:
    """What the caller may do beyond their level; a program, and a visitor, nothing."""
    caller = ctx.caller
    agent = people.get(caller.account, caller.person) if caller.person and caller.at_least(AGENT) else None
    return of(agent) if agent and not agent.removed_at else []


def of(agent: Person) -> list[str]:
    """All permissions of an agent."""
    return list(PERMISSIONS if agent.level == ADMIN else agent.permissions or [])
