"""Access: who may call each use case, declared where it is defined, and what an agent may do beyond their level."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import msgspec
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, LEVELS, Caller, Context
from chalicelib.desk.core.errors import NOT_ADMIN, Forbidden
from chalicelib.models import people
from chalicelib.models.people import Person

#: Permission to add operators and switch them, to change domains and their operators, to remove people.
OPERATORS, DOMAINS, USERS = "operators", "domains", "users"
PERMISSIONS = (OPERATORS, DOMAINS, USERS)

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Rule(msgspec.Struct, frozen=True):
    """Who may call a use case: callers of at least `level`, and agents with one of the permissions."""

    level: str
    permissions: tuple[str, ...] = ()


#: Every declared use case, by module and name.
DECLARED: dict[str, Rule] = {}


def allow(
    level: str, *permissions: str
) -> Callable[[Callable[Concatenate[Context, _P], _R]], Callable[Concatenate[Context, _P], _R]]:
    """Declares who may call a use case. Anybody else gets Forbidden before the function does anything."""
    rule = Rule(level, permissions)

    def declare(use: Callable[Concatenate[Context, _P], _R]) -> Callable[Concatenate[Context, _P], _R]:
        DECLARED[f"{use.__module__}.{use.__qualname__}"] = rule
        return _guarded(rule, use)

    return declare


def _guarded(rule: Rule, use: Callable[Concatenate[Context, _P], _R]) -> Callable[Concatenate[Context, _P], _R]:
    least = LEVELS.index(rule.level)

    @wraps(use)
    def checked(ctx: Context, /, *given: _P.args, **named: _P.kwargs) -> _R:
        if LEVELS.index(ctx.caller.level) < least:
            ctx = _permitted(ctx, rule)
        return use(ctx, *given, **named)

    return checked


def _permitted(ctx: Context, rule: Rule) -> Context:
    if rule.permissions:
        return require(ctx, *rule.permissions)
    raise Forbidden(f"this needs the level {rule.level}", NOT_ADMIN if rule.level == ADMIN else "")


def require(ctx: Context, *permissions: str) -> Context:
    """Returns the context of a caller with one of the permissions. No request for an administrator, one for an agent, then no
    more.

    Raises Forbidden for anybody else.
    """
    if ctx.caller.at_least(ADMIN):
        return ctx
    known = _permissions(ctx.caller)
    if not set(permissions) & set(known):
        raise Forbidden(f"this needs the permission {' or '.join(permissions)}", NOT_ADMIN)
    return ctx.acting(replace(ctx.caller, permissions=known))


def _permissions(caller: Caller) -> tuple[str, ...]:
    """Returns what the caller may do beyond their level: nothing for a program or a visitor."""
    if caller.permissions is not None:
        return caller.permissions
    agent = people.get(caller.account, caller.person) if caller.person and caller.at_least(AGENT) else None
    return tuple(permissions_of(agent)) if agent and not agent.removed_at else ()


def permissions_of(agent: Person) -> list[str]:
    """Returns all permissions of an agent."""
    return list(PERMISSIONS if agent.level == ADMIN else agent.permissions or [])
