"""Who may call what: every use case that dialects and jobs call is declared, and refuses whoever is below its level."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import chalicelib
from chalicelib.context import ADMIN, AGENT, LEVELS, STRANGER, SYSTEM, VISITOR, Caller, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import NOT_ADMIN, Forbidden
from chalicelib.desk.people import agents
from chalicelib.desk.people.people import Person
from tests.lambdas import counted
from tests.world import World

_ROOT = Path(chalicelib.__file__).parent
#: What dialects ask and note of any caller, which is no use case.
_NO_USE_CASES = ("core.access.", "core.rate_limits.", "core.units.", "auth.known_sources.")


def _functions() -> dict[str, bool]:
    """Every public function of the desk that takes a context, and whether it is called from outside the desk."""
    found = {
        f"{file.parent.name}.{file.stem}.{node.name}": False
        for file in (_ROOT / "desk").glob("*/*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.args.args and node.args.args[0].arg == "ctx" and node.name[0] != "_"
    }
    for file in [*(_ROOT / "dialects").rglob("*.py"), *(_ROOT / "jobs").glob("*.py")]:
        for name in _used(ast.parse(file.read_text())):
            if name in found:
                found[name] = True
    return found


def _used(tree: ast.Module) -> Iterator[str]:
    names = {
        alias.asname or alias.name: f"{node.module.removeprefix('chalicelib.desk.')}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("chalicelib.desk.")
        for alias in node.names
    }
    yield from names.values()  # a function that is imported by itself
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            yield f"{names[node.value.id]}.{node.attr}"


USE_CASES = sorted(name for name, is_called in _functions().items() if is_called and not name.startswith(_NO_USE_CASES))


def _rule(name: str) -> access.Rule:
    module, _, function = name.rpartition(".")
    importlib.import_module(f"chalicelib.desk.{module}")
    return access.DECLARED[f"chalicelib.desk.{module}.{function}"]


def _callers(world: World) -> dict[str, Context]:
    """One of each kind of caller: people and programs of each level."""
    stranger = Context(Caller("", STRANGER), now=world.now)
    people: dict[str, Person | str] = {VISITOR: world.visitor().id, AGENT: world.agents[0], ADMIN: world.owner}
    programs = {f"{level} program": world.ctx(level) for level in (VISITOR, AGENT, ADMIN, SYSTEM)}
    return {STRANGER: stranger} | {level: world.ctx(level, person) for level, person in people.items()} | programs


@pytest.mark.parametrize("name", USE_CASES)
def test_a_use_case_is_declared(name: str) -> None:
    assert _rule(name).level in LEVELS
    assert set(_rule(name).permissions) <= set(access.PERMISSIONS)


def test_nobody_below_its_level_gets_into_a_use_case(world: World) -> None:
    for kind, ctx in _callers(world).items():
        for name in USE_CASES:
            rule = _rule(name)
            if ctx.caller.at_least(rule.level):
                continue
            with counted() as sent, pytest.raises(Forbidden) as refused:
                _call(name, ctx)
            asks = ["GetItem"] if rule.permissions and kind == AGENT else []
            assert (name, kind, sent) == (name, kind, asks)
            assert (refused.value.why == NOT_ADMIN) is (rule.level == ADMIN)


def test_whoever_has_its_level_gets_into_a_use_case(world: World) -> None:
    for kind, ctx in _callers(world).items():
        for name in USE_CASES:
            if ctx.caller.at_least(_rule(name).level):
                assert (name, kind, _is_refused(name, ctx)) == (name, kind, False)


@pytest.mark.parametrize("permission", access.PERMISSIONS)
def test_a_permission_opens_what_it_is_for_and_nothing_else(world: World, permission: str) -> None:
    agents.set_permissions(world.ctx(ADMIN), world.agents[0].id, [permission])
    for name in USE_CASES:
        rule = _rule(name)
        if rule.level == ADMIN:
            assert (name, _is_refused(name, world.as_agent())) == (name, permission not in rule.permissions)


def _call(name: str, ctx: Context) -> Any:
    """Calls a use case with nothing but the context."""
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(f"chalicelib.desk.{module}"), function)(ctx)


def _is_refused(name: str, ctx: Context) -> bool:
    """Whether the declaration refuses the caller; what lies behind it may miss its arguments, or refuse for its own reasons."""
    try:
        _call(name, ctx)
    except Forbidden as refused:
        return str(refused).startswith("this needs the ")
    except Exception:
        return False
    return False
