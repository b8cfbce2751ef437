"""Calls that succeed, of Anytime's rows about event logs, the audit log, limits, active agents and drafts."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_ANYTIME = "/api/v3/anytime"
_CONVERSATION = f"{_ANYTIME}/conversations/{{id}}"
_DRAFT = f"{_CONVERSATION}/draft"


def _nothing(scene: "Scene", label: str) -> dict[str, Any]:
    return {}


def _written(scene: "Scene", label: str) -> dict[str, Any]:
    """A draft with all that it may have but files, which are their uploader's alone."""
    texts = {"subject": "Re: hello", "htmlBody": "<p>Hi</p>", "plainBody": "Hi", "quote": "hello"}
    return texts | {"from": "desk@a.test", "to": "b@a.test", "cc": "c@a.test", "attachments": []}


def _drafted(scene: "Scene", label: str) -> dict[str, Any]:
    """Nothing, where an agent and the owner have a draft with a file each."""
    path = _DRAFT.replace("{id}", str(scene.number))
    for headers in (scene.world.bearer(), scene.world.bearer(scene.world.owner)):
        form = ("a.txt", "text/plain", b"words")
        file = scene.world.form_data("/api/v3/anytime/attachments", headers, file=form).body["guid"]
        given = _written(scene, label) | {"attachments": [{"guid": file}]}
        assert scene.world.call("POST", path, given, **headers).status == 200
    return {}


def _changed(scene: "Scene", label: str) -> dict[str, Any]:
    return _drafted(scene, label) | {"plainBody": "Hi again", "subject": None}


def _viewed(scene: "Scene", label: str) -> dict[str, Any]:
    """Nothing, where an agent has it open."""
    path = f"{_CONVERSATION}/activedAgents".replace("{id}", str(scene.number))
    assert scene.world.call("PUT", path, {}, **scene.world.bearer()).status == 200
    return {}


CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    ("GET", f"{_CONVERSATION}/eventLogs"): _nothing,
    ("GET", f"{_CONVERSATION}/activedAgents"): _viewed,
    ("PUT", f"{_CONVERSATION}/activedAgents"): _nothing,
    ("GET", _DRAFT): _drafted,
    ("POST", _DRAFT): _written,
    ("PUT", _DRAFT): _changed,
    ("DELETE", _DRAFT): _drafted,
    ("GET", f"{_ANYTIME}/auditLogs"): _nothing,
    ("GET", f"{_ANYTIME}/auditLogs/retention"): _nothing,
    ("PUT", f"{_ANYTIME}/auditLogs/retention"): lambda scene, _: {"days": 90},
    ("GET", f"{_ANYTIME}/limits"): _nothing,
}
