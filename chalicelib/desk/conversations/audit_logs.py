"""Audit logs: all that was changed about an account's conversations, people and settings, for its administrators."""

import re
from collections.abc import Mapping

import msgspec

from chalicelib.context import ADMIN, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.models import audit_logs
from chalicelib.models.audit_logs import KINDS as KINDS
from chalicelib.models.audit_logs import SETTING, Window
from chalicelib.models.event_logs import AGENT, CONTACT, CONVERSATION, LogEntry
from chalicelib.rules import actors, ids
from chalicelib.rules.actors import Actor
from chalicelib.rules.status import MACHINE

#: Changes on a page, and pages that can be asked for by their number.
ON_PAGE, MOST_PAGES = 50, 40
_LATEST = 10**13 - 1
_PLACE = re.compile(r"[0-9]{13}(\.[0-9a-z]{1,8}){3,4}")


class Wanted(msgspec.Struct, frozen=True):
    """Which changes a list has: from one time to another (epoch milliseconds), of a kind of KINDS, by an actor; None for any.

    `actor` is the integer id of a person, 0 for the desk itself and programs.
    """

    since: int | None = None
    until: int | None = None
    kind: str | None = None
    actor: int | None = None


class Change(msgspec.Struct, frozen=True):
    """A change of one field, as it was stored. `kind` is one of KINDS; of a setting, `setting` is its kind and `key` its key.

    `number` is the integer id of what was changed, `actor_name` an agent's name of now, `rule` a routing rule's number.
    """

    id: int
    at: int
    kind: str
    setting: str | None
    key: str | None
    number: int | None
    actor: Actor
    actor_name: str | None
    rule: int | None
    field: str
    before: str | None
    after: str | None


class Page(msgspec.Struct, frozen=True):
    """Changes, newest first, and the place that the next page is before, None at the end."""

    changes: list[Change]
    before: str | None


@access.allow(ADMIN)
def list_page(ctx: Context, wanted: Wanted, before: str | None = None, index: int = 1) -> Page:
    """Returns the latest changes, or those before a place that a Page gave, newest first; without a place, the page `index`.

    Two requests, one where the kind is known, and one for the agents' names where no warm process has them. Where a kind or an
    actor is wanted, a request looks through audit_logs.LOOKED_THROUGH changes: a page may be short, or empty, and others follow.
    Raises Invalid.
    """
    if not 1 <= index <= MOST_PAGES and before is None:
        raise Invalid("page", f"is 1 to {MOST_PAGES}; further on, follow nextPage")
    if before is not None and not _is_place(before):
        raise Invalid("cursor", "is not one of ours")
    skipped = ON_PAGE * (index - 1) if before is None else 0
    rows, goes_on = audit_logs.list_rows(_window(ctx, wanted), skipped + ON_PAGE, before)
    shown = [row for row in rows[skipped:] if row.is_kept(ctx.now)]
    names = _agents(ctx) if shown else {}
    teams = groups.load_numbers(ctx) if _has_groups(shown) else {}
    return Page([_change(row, names, teams) for row in shown], goes_on)


def _window(ctx: Context, wanted: Wanted) -> Window:
    span = (max(0, wanted.since or 0), min(_LATEST, _LATEST if wanted.until is None else wanted.until))
    return Window(ctx.account, span, wanted.kind, None if wanted.actor is None else actors.range_of(wanted.actor))


def _is_place(text: str) -> bool:
    return bool(_PLACE.fullmatch(text))


def _agents(ctx: Context) -> Mapping[int, str]:
    return {agent.number: agent.name for agent in people.list_agents_cached(ctx)}


def _has_groups(rows: list[LogEntry]) -> bool:
    return any(row.kind == AGENT and row.field == "group" for row in rows)


def _change(row: LogEntry, names: Mapping[int, str], teams: Mapping[str, int]) -> Change:
    actor, is_setting = actors.unpack(row.changed_by), row.kind not in (CONVERSATION, CONTACT, AGENT)
    is_team = row.kind == AGENT and row.field == "group"
    before, after = (_team(value, teams) if is_team else value for value in (row.before, row.after))
    return Change(
        id=ids.audit_number(row.key, row.place),
        at=row.at,
        kind=SETTING if is_setting else row.kind,
        setting=row.kind if is_setting else None,
        key=row.key.split("#", 3)[3] or None if is_setting else None,
        number=row.number_of,
        actor=actor,
        actor_name=names.get(actor.number) if actor.kind != MACHINE else None,
        rule=row.rule,
        field=row.field,
        before=before,
        after=after,
    )


def _team(group: str | None, teams: Mapping[str, int]) -> str | None:
    """Returns the integer id of a department, its uuid where it was removed."""
    return str(teams.get(group, group)) if group else None
