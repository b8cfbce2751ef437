"""Calls that succeed of Anytime's tags, filters, triggers, fields and canned responses: each makes by itself what it needs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import ADMIN, Context
from chalicelib.desk.accounts import canned_replies, custom_fields, tags
from chalicelib.desk.conversations import fields, filters, triggers
from chalicelib.desk.core.collections import Collection

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_serial = itertools.count()
_BASE = "/api/v3/anytime"
#: Most that these calls leave of a kind.
_ROOM = 12


def another(what: str) -> str:
    """A name that nothing has."""
    return f"{what} {next(_serial)}"


def with_room(scene: Scene, kind: Collection[Any], room: int = _ROOM) -> Context:
    """An administrator's context in which there is room for another of a kind."""
    ctx = scene.world.ctx(ADMIN, scene.world.owner)
    for key in [*kind.load_fresh(ctx)][:-room]:
        kind.remove(ctx, key)
    return ctx


def tag(scene: Scene) -> int:
    """A new tag."""
    return tags.create(with_room(scene, tags.TAGS), another("tag")).number


def filter_(scene: Scene) -> int:
    """A new filter of the owner's for everybody."""
    given = filters.Change(another("filter"), conditions=(filters.FilterCondition(field=6, match="is", value="new"),))
    return filters.create(with_room(scene, filters.FILTERS), given).number


def trigger(scene: Scene) -> int:
    """A new trigger, which is for nothing that happens in these tests."""
    given = triggers.Change(name=another("trigger"), event="status_lasts", stay_status="on_hold", stay_minutes=500_000)
    return triggers.create(with_room(scene, triggers.TRIGGERS), given).number


def field(scene: Scene) -> int:
    """A new custom field with options."""
    options = custom_fields.options([(None, "Small", "s"), (None, "Large", "l")])
    given = custom_fields.Change(another("size"), "dropdownList", options=options)
    return fields.custom(custom_fields.create(with_room(scene, custom_fields.FIELDS), given)).id


def canned_response(scene: Scene) -> int:
    """A new canned response."""
    return canned_replies.write(with_room(scene, canned_replies.REPLIES), another("why?"), "So.", None).number


#: What makes the thing that `{id}` of a path names.
IDS: dict[str, Callable[[Scene], int]] = {
    f"{_BASE}/tags/{{id}}": tag,
    f"{_BASE}/filters/{{id}}": filter_,
    f"{_BASE}/triggers/{{id}}": trigger,
    f"{_BASE}/triggers/{{id}}/sort": trigger,
    f"{_BASE}/fields/{{id}}": field,
    f"{_BASE}/cannedResponses/{{id}}": canned_response,
}


def _named(make: Callable[[Scene], int], **more: Any) -> Callable[[Scene, str], dict[str, Any]]:
    """A body of a new thing, for which there is room."""

    def body(scene: Scene, _: str) -> dict[str, Any]:
        make(scene)
        return {"name": another("new"), **more}

    return body


def nothing(scene: Scene, _: str) -> dict[str, Any]:
    """A request without parameters."""
    return {}


CONDITION = {"fieldId": 17, "matchType": "contains", "value": "order", "index": 1}
OPTIONS = [{"name": "Red", "value": "red", "order": 2}, {"name": "Blue", "order": 1}]
TRIGGER: dict[str, Any] = {
    "event": "statusIsChanged",
    "stayStatus": "onHold",
    "conditions": {"when": "any", "list": [CONDITION]},
    "ifSetValue": True,
    "autoUpdate": [{"fieldId": 7, "value": "high"}],
    "ifSendEmail": True,
    "ifSendToContacts": True,
    "subject": "Re: {{conversation.subject}}",
    "htmlText": "<p>{{conversation.lastMessage}}</p>",
}
_CHANGES: dict[str, Callable[[Scene, str], dict[str, Any]]] = {
    "tags": lambda scene, _: {"name": another("renamed")},
    "filters": lambda scene, _: {"name": another("renamed"), "conditions": [CONDITION]},
    "triggers": lambda scene, _: {"name": another("renamed"), "conditions": {"list": [CONDITION]}},
    "fields": lambda scene, _: {"name": another("renamed"), "options": OPTIONS},
    "cannedResponses": lambda scene, _: {"name": another("renamed"), "textContent": "a < b"},
}
CASES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    **{("GET", f"{_BASE}/{noun}"): nothing for noun in _CHANGES},
    **{("GET", f"{_BASE}/{noun}/{{id}}"): nothing for noun in _CHANGES},
    **{("PUT", f"{_BASE}/{noun}/{{id}}"): change for noun, change in _CHANGES.items()},
    **{("DELETE", f"{_BASE}/{noun}/{{id}}"): nothing for noun in _CHANGES},
    ("POST", f"{_BASE}/tags"): _named(tag),
    ("POST", f"{_BASE}/filters"): _named(filter_, isPrivate=True, conditions=[CONDITION]),
    ("POST", f"{_BASE}/triggers"): _named(trigger, **TRIGGER),
    ("PUT", f"{_BASE}/triggers"): _named(trigger, **TRIGGER),
    ("PUT", f"{_BASE}/triggers/{{id}}/sort"): lambda scene, _: {"type": "up"},
    ("POST", f"{_BASE}/fields"): _named(field, type="radio", options=OPTIONS),
    ("POST", f"{_BASE}/cannedResponses"): _named(canned_response, htmlContent="<p>So.</p>"),
}
