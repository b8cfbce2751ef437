"""Imports and exports of an account's settings: departments, tags, custom fields, canned replies. A setting whose name exists
already is not changed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.accounts import canned_replies, custom_fields, tags
from chalicelib.desk.accounts.custom_fields import FIELDS, CustomField
from chalicelib.desk.accounts.tags import TAGS
from chalicelib.desk.core import access, lines
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import imports as people_imports
from chalicelib.desk.people.imports import ADOPTED, NEW
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import GROUPS, Group
from chalicelib.models import people as rows

Setting = lines.Department | lines.Tag | lines.Field | lines.CannedReply


@access.allow(SYSTEM)
def check_setting(ctx: Context, line: Setting) -> None:
    """Raises Invalid for a setting that no account can have."""
    own = {"id": ctx.new_id(), "number": 1, "created_at": ctx.now, "updated_at": ctx.now}
    match line:
        case lines.Department():
            GROUPS.schema.check(own | {"name": line.name, "description": line.description})
        case lines.Tag():
            TAGS.schema.check(own | {"name": line.name.strip(), "key": line.name.strip().casefold()})
        case lines.Field():
            field_of(ctx, line)
        case lines.CannedReply():
            canned_replies.check(line.question, line.answer, line.html, line.group)


@access.allow(SYSTEM)
def import_setting(ctx: Context, line: Setting) -> str:
    """Creates what a line sets unless it is there, and returns what became of it. Two requests, five for a canned reply in a new
    group. Raises Invalid.
    """
    check_setting(ctx, line)
    if is_there(ctx, line):
        return ADOPTED
    match line:
        case lines.Department():
            groups.create(ctx, line.name, groups.Change(description=line.description, is_distributor=line.is_distributor))
        case lines.Tag():
            tags.create(ctx, line.name)
        case lines.Field():
            custom_fields.create(ctx, custom_fields.Change(**_field(line)))
        case lines.CannedReply():
            group = _reply_group(ctx, line.group) if line.group else None
            canned_replies.write(ctx, line.question, line.answer or None, line.html, group)
    return NEW


@access.allow(SYSTEM)
def is_there(ctx: Context, line: Setting) -> bool:
    """Returns whether an account has a setting of a line's name. No request where a warm process knows it, else one."""
    match line:
        case lines.Department():
            return find_department(ctx, line.name) is not None
        case lines.Tag():
            return line.name.strip().casefold() in TAGS.load_with(ctx, line.name.strip().casefold())
        case lines.Field():
            return line.name.strip().casefold() in FIELDS.load_with(ctx, line.name.strip().casefold())
        case lines.CannedReply():
            canned = canned_replies.load(ctx)
            named = {group.id: group.name for group in canned.groups}
            return any((reply.question, named.get(reply.group or "")) == (line.question, line.group) for reply in canned.replies)


@access.allow(SYSTEM)
def field_of(ctx: Context, line: lines.Field) -> CustomField:
    """Returns the custom field that a line would make. Raises Invalid."""
    given = {name: value for name, value in _field(line).items() if value not in (None, ())}
    own = {"id": ctx.new_id(), "number": 1, "created_at": ctx.now, "updated_at": ctx.now, "key": line.name.strip().casefold()}
    return FIELDS.schema.check(own | msgspec.to_builtins(given))


def _field(line: lines.Field) -> dict[str, Any]:
    own = {name: getattr(line, name) for name in ("name", "is_required", "default", "help_text", "length")}
    options = custom_fields.options([(None, one.name, one.value) for one in line.options])
    return own | {"type": line.kind, "options": options}


def _reply_group(ctx: Context, name: str) -> str:
    known = [group for group in canned_replies.load(ctx).groups if group.name == name]
    return (known or [canned_replies.add_group(ctx, name)])[0].id


def find_department(ctx: Context, name: str) -> Group | None:
    """Returns a department by its name, None for none. No request where a warm process knows it, else one."""
    for known in (GROUPS.load, GROUPS.load_fresh):
        for group in known(ctx).values():
            if group.name == name:
                return group
    return None


def department(ctx: Context, name: str) -> Group:
    """Returns the same. Raises Invalid for none."""
    found = find_department(ctx, name)
    if found is None:
        raise Invalid("department", f"there is no department named {name!r}")
    return found


@access.allow(SYSTEM)
def import_agent(ctx: Context, line: lines.Agent) -> str:
    """Stores an agent with their department, and returns what became of the line. Raises as `people.imports.import_agent`, and
    Invalid for the department.
    """
    group = department(ctx, line.department) if line.department else None
    done = people_imports.import_agent(ctx, line)
    known = people_imports.find(ctx, people_imports.AGENT, line.id) if group and done != ADOPTED else None
    agent = rows.get(ctx.account, known.id) if known else None
    if agent and group and agent.group is None and agent.agents_of:
        groups.add_member(ctx, group, agent.id)
    return done


@access.allow(SYSTEM)
def list_settings(ctx: Context) -> Iterator[Setting]:
    """Yields the lines of all settings that files have. Four requests. Names that several have get a number."""
    every = groups.list_all(ctx)
    for group, name in zip(every, _distinct(group.name for group in every), strict=True):
        yield lines.Department(name=name, description=group.description, is_distributor=group.is_distributor)
    for tag in tags.list_all(ctx):
        yield lines.Tag(name=tag.name)
    for field in custom_fields.list_all(ctx):
        own = {name: getattr(field, name) for name in ("name", "is_required", "default", "help_text", "length")}
        options = tuple(lines.Option(name=one.name, value=one.value) for one in field.options)
        yield lines.Field(kind=field.type, options=options, **own)
    canned = canned_replies.load(ctx)
    named = {group.id: group.name for group in canned.groups}
    placed = [(reply, named.get(reply.group or "")) for reply in canned.replies]
    questions = _distinct(f"{group or ''}\n{reply.question}" for reply, group in placed)
    for (reply, group_name), key in zip(placed, questions, strict=True):
        question = key.partition("\n")[2]
        yield lines.CannedReply(question=question, answer=reply.answer, html=reply.html, group=group_name)


def department_names(ctx: Context) -> dict[str, str]:
    """Returns the names of departments by id, as `list_settings` has them. One request."""
    every = groups.list_all(ctx)
    return dict(zip((group.id for group in every), _distinct(group.name for group in every), strict=True))


def department_numbers(ctx: Context) -> dict[str, int]:
    """Returns the numbers of departments by id. No request where a warm process knows them."""
    return groups.load_numbers(ctx)


def _distinct(names: Iterable[str]) -> list[str]:
    """Returns names that all differ: the second of two equal names gets a 2 behind it."""
    seen, told = Counter[str](), list[str]()
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told
