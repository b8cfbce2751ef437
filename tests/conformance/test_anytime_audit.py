"""Anytime's audit log: whatever call changes a setting is in it, in this dialect's words; its pages and refusals."""

import json
from typing import Any

import boto3
import pytest

from chalicelib import config
from chalicelib.context import AGENT
from chalicelib.desk.core import documents
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from tests.conformance.scene import Scene, set_up
from tests.conformance.table import Row, every_row
from tests.visitors import Answer
from tests.world import World

PATH = "/api/v3/anytime/auditLogs"


def ask(scene: Scene, query: str = "", *, owner: bool = True) -> Answer:
    return scene.world.call("GET", f"{PATH}{query}", **scene.bearer(owner=owner))


def stored(account: str) -> dict[str, Any]:
    """What stands in the account's rows of settings, without the times of changes and what follows from other settings."""
    found: dict[str, Any] = {}
    for page in boto3.client("dynamodb").get_paginator("scan").paginate(TableName=config.table("settings")):
        own = (row for row in page["Items"] if row["ac"]["S"].startswith(account))
        found |= {f"{row['ac']['S']} {row['na']['S']}": json.loads(row["do"]["S"]) | {"updated_at": 0} for row in own}
    return {name: document for name, document in found.items() if "watched_" not in name}


def logged(account: str) -> int:
    """Rows of settings, and of who had a contact erased."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=config.table("event-logs"))
    keys = [row["ck"]["S"] for page in pages for row in page["Items"] if row["ck"]["S"].startswith(account)]
    return sum(key.startswith(f"{account}#s#") or key.endswith("#privacy") for key in keys)


def changes_settings(row: Row) -> bool:
    """Whether a row may do so: it is for administrators alone, or for the console."""
    levels = row.facts.get("api_levels") or []
    is_console = row.dialect is PPMESSAGE and levels[-1:] in (["PPCONSOLE"], ["THIRD_PARTY_CONSOLE"])
    is_admins = row.dialect is not PPMESSAGE and row.endpoint.needs not in (None, AGENT)
    return row.endpoint.method != "GET" and (is_console or is_admins) and row.key[1] != "/api/PP_REMOVE_APP"


def test_every_call_that_changes_a_setting_adds_to_it(world: World) -> None:
    """A walk over the rows of all dialects. Where a setting is another one than before, the log has more rows."""
    scene, changed = set_up(world), set()
    after, grown = stored(world.account), logged(world.account)
    for row in filter(changes_settings, every_row()):
        before, count = after, grown
        scene.ask(row, (row.facts.get("api_levels") or ["PPCOM"])[-1])
        after, grown = stored(world.account), logged(world.account)
        known = {name for name in after if name in before or not name.endswith("#")}  # a document may be set to its defaults
        if any(before.get(name) != after[name] for name in known) or before.keys() - after.keys():
            changed.add(row.key)
            assert grown > count, row.key
    assert len(changed) > 25


def test_a_change_is_shown_in_this_dialect_s_words(world: World) -> None:
    scene = set_up(world)
    owner, ben = scene.bearer(owner=True), world.agents[1]
    for method, path, body in (
        ("PUT", "autoClose", {"warnAfter": 77}),
        ("POST", "departments", {"name": "Sales", "members": [{"id": ben.number, "type": "agent"}]}),
        ("PUT", f"agents/{ben.number}", {"name": "Benny", "isActive": False}),
        ("PUT", f"conversations/{scene.number}", {"status": "onHold"}),
    ):
        world.now += 1_000
        assert world.call(method, f"/api/v3/anytime/{path}", body, **owner).status == 200
    world.settle()
    found = ask(scene).body["auditLogs"]
    told = {(one["kind"], one["settingType"], one["field"]): (one["from"], one["to"]) for one in reversed(found)}
    team = next(one["objectId"] for one in found if one["settingType"] == "department")
    assert told[("setting", "autoClose", "warnAfter")] == ("300", "77")
    assert told[("agent", None, "department")] == (None, team)
    assert told[("agent", None, "isActive")] == (True, False)
    assert told[("agent", None, "name")] == ("Ben Agent", "Benny")
    assert told[("conversation", None, "status")][1] == "onHold"
    (latest,) = [one for one in found if one["to"] == "Benny"]
    assert latest["time"].endswith("Z") and (latest["actorId"], latest["actorType"]) == (world.owner.number, "agent")
    assert (latest["actorName"], latest["dialect"], latest["objectId"]) == ("Olive Owner", "Anytime", ben.number)


def test_pages_filters_and_what_is_refused(scene: Scene) -> None:
    scene.world.settle()
    number = scene.world.owner.number
    page = ask(scene, f"?kind=setting&actor={number}&from=2000-01-01T00:00:00Z&to=2100-01-01")
    assert page.status == 200 and all(one["kind"] == "setting" for one in page.body["auditLogs"])
    assert page.body["previousPage"] is None and f"actor={number}" in page.body["currentPage"]
    for query, field in (
        ("?kind=nothing", "kind"),
        ("?actor=ada", "actor"),
        ("?actor=-1", "actor"),
        ("?from=yesterday", "from"),
        ("?to=13", "to"),
        ("?cursor=bm90", "cursor"),
        ("?pageIndex=0", "pageIndex"),
        ("?pageIndex=41", "pageIndex"),
    ):
        refused = ask(scene, query)
        assert refused.status == 400 and field in refused.body["message"], query
    assert ask(scene, owner=False).status == 403
    assert scene.world.call("GET", PATH).status == 401


@pytest.mark.parametrize("days", [29, 3_651, "x", 1.5, 2**60])
def test_a_span_that_can_t_be_is_refused_by_name(scene: Scene, days: Any) -> None:
    answer = scene.world.call("PUT", f"{PATH}/retention", {"days": days}, **scene.bearer(owner=True))
    assert answer.status == 400 and "days" in answer.body["message"]


def test_it_is_set_and_shown_and_for_ever_is_null(world: World) -> None:
    scene = set_up(world)
    owner = scene.bearer(owner=True)
    assert world.call("GET", f"{PATH}/retention", **owner).body == {"days": documents.KEPT_DAYS}
    for days in (30, None, 3_650):
        assert world.call("PUT", f"{PATH}/retention", {"days": days}, **owner).body == {"days": days}
    assert world.call("GET", f"{PATH}/retention", **owner).body == {"days": 3_650}
    assert world.call("PUT", f"{PATH}/retention", {"days": 30}, **scene.bearer()).status == 403
    for method in ("POST", "PUT", "DELETE"):
        assert world.call(method, PATH, {}, **owner).status == 405
