"""Anytime's event logs, active agents and drafts, and what changes through other APIs show in them."""

from typing import Any

import pytest

from chalicelib.desk.conversations import event_logs
from tests.conformance.brought import number_of
from tests.conformance.scene import Scene, message
from tests.conformance.test_anytime import refused
from tests.conformance.test_anytime_files import BASE, call
from tests.websockets import Socket
from tests.world import World


def logged(scene: Scene, number: int, query: str = "") -> dict[str, Any]:
    scene.world.settle()
    answer = call(scene, "GET", f"/conversations/{number}/eventLogs{query}")
    assert answer.status == 200, answer
    return dict(answer.body)


def changes(scene: Scene, number: int) -> list[tuple[Any, ...]]:
    """Field, values, API and actor of each change."""
    found = logged(scene, number)["eventLogs"]
    return [(one["field"], one["from"], one["to"], one["dialect"], one["actorType"], one["actorId"]) for one in found]


@pytest.fixture
def mine(world: World) -> Scene:
    """A desk of its own where nobody is online."""
    visitor = world.asking()
    world.settle()
    return Scene(world, visitor, number_of(visitor))


def test_a_change_shows_its_api_its_actor_and_a_sentence(mine: Scene) -> None:
    world, number, ada = mine.world, mine.number, mine.world.agents[0]
    assert call(mine, "PUT", f"/conversations/{number}", {"priority": "high", "subject": "Shoes"}).status == 200
    room = f"/cs-chat-ticket/v1/rooms/{mine.visitor.conversation}"
    assert call(mine, "PUT", f"/conversations/{number}", {"agentAssigneeId": ada.number}).status == 200
    assert world.call("DELETE", room, **world.bearer(ada)).status < 300
    shown = changes(mine, number)
    assert shown[0][:4] == ("created", None, None, "PPMessage")
    assert set(shown[1:3]) == {
        ("priority", "normal", "high", "Anytime", "agent", ada.number),
        ("subject", shown[2][1], "Shoes", "Anytime", "agent", ada.number),
    }
    assert ("agentAssignee", None, ada.number, "Anytime", "agent", ada.number) in shown
    assert shown[-1] == ("status", "new", "closed", "OneView", "agent", ada.number)
    texts = [one["text"] for one in logged(mine, number)["eventLogs"]]
    assert texts[1] == "Ada Agent changed the priority from Normal to High"
    assert texts[-1] == "Ada Agent closed the conversation"
    assert "Ada Agent assigned the conversation to Ada Agent" in texts


def test_the_first_visitor_reopens_through_ppmessage(mine: Scene) -> None:
    world, number = mine.world, mine.number
    assert call(mine, "PUT", f"/conversations/{number}", {"status": "closed"}).status == 200
    mine.visitor.say("one more thing")
    world.settle()
    last = [one for one in changes(mine, number) if one[0] == "status"][-1]
    contact = call(mine, "GET", f"/conversations/{number}").body["conversation"]["contactId"]
    assert last == ("status", "closed", "pendingInternal", "PPMessage", "contact", contact)


def test_what_comes_over_a_socket_is_ppmessage_s_too(mine: Scene) -> None:
    assert call(mine, "PUT", f"/conversations/{mine.number}", {"status": "closed"}).status == 200
    visitor, socket = mine.visitor, Socket()
    assert socket.auth(mine.world, visitor.id, visitor.device)["code"] == 0
    sent = message(mine, "PPCOM") | {"device_uuid": visitor.device}
    assert socket.send({"type": "send", "send": sent})["code"] == 0
    last = [one for one in changes(mine, mine.number) if one[0] == "status"][-1]
    assert last[:5] == ("status", "closed", "pendingInternal", "PPMessage", "contact")


def test_ids_are_unique_and_the_same_in_both_places(mine: Scene) -> None:
    number = mine.number
    for priority in ("high", "low", "urgent"):
        call(mine, "PUT", f"/conversations/{number}", {"priority": priority, "subject": f"{priority} shoes"})
    shown = logged(mine, number)
    assert shown["nextPage"] is None
    ids = [one["id"] for one in shown["eventLogs"]]
    assert len(set(ids)) == len(ids) == 7 and all(one < 2**53 for one in ids)
    assert {one["conversationId"] for one in shown["eventLogs"]} == {number}
    whole = call(mine, "GET", f"/conversations/{number}?include=eventLogs").body["conversation"]
    assert whole["eventLogs"] == shown["eventLogs"]
    assert "eventLogs" not in call(mine, "GET", f"/conversations/{number}").body["conversation"]


def test_older_changes_are_on_the_next_page(mine: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    number = mine.number
    for at in range(4):
        call(mine, "PUT", f"/conversations/{number}", {"subject": f"shoes {at}"})
    everything = logged(mine, number)["eventLogs"]
    monkeypatch.setattr(event_logs, "MOST", 2)
    seen: list[Any] = []
    page = logged(mine, number)
    while True:
        assert len(page["eventLogs"]) <= 2
        seen = page["eventLogs"] + seen
        if page["nextPage"] is None:
            break
        page = mine.world.call("GET", page["nextPage"].partition("desk.test")[2], **mine.bearer()).body
    assert seen == everything and len(seen) == 5
    for wrong in ("x", "1.2.3", "9" * 26, "1800000000000.0000000a.001", "\u0661" * 13 + ".00000001.001"):
        answer = call(mine, "GET", f"/conversations/{number}/eventLogs?cursor={wrong}")
        assert (refused(answer), answer.body["message"].startswith("cursor")) == (400, True)
    assert refused(call(mine, "GET", "/conversations/999999/eventLogs")) == 404


# --- active agents


def test_who_has_it_open_is_shown_for_a_minute(mine: Scene) -> None:
    world, path = mine.world, f"/conversations/{mine.number}/activedAgents"
    before = call(mine, "GET", f"/conversations/{mine.number}").headers["ETag"]
    assert call(mine, "GET", path).body == {"activedAgents": []}
    first = call(mine, "PUT", path, {}).body["activedAgent"]
    assert (first["id"], first["name"]) == (world.agents[0].number, "Ada Agent")
    world.now += 30_000
    second = call(mine, "PUT", path, {}, at=1).body["activedAgent"]
    assert call(mine, "GET", path, at=2).body == {"activedAgents": [second, first]}
    world.now += 30_000
    assert call(mine, "GET", path).body == {"activedAgents": [second]}
    again = call(mine, "PUT", path, {}, at=1).body["activedAgent"]
    assert call(mine, "GET", path).body == {"activedAgents": [again]}
    world.now += 60_000
    assert call(mine, "GET", path).body == {"activedAgents": []}
    assert call(mine, "GET", f"/conversations/{mine.number}").headers["ETag"] == before
    for method in ("GET", "PUT"):
        assert refused(call(mine, method, "/conversations/999999/activedAgents", {} if method == "PUT" else None)) == 404


# --- drafts

WHOLE = {"subject": "Re", "htmlBody": "<p>Hi</p>", "plainBody": "Hi!", "quote": "q", "from": "a@a.test", "to": "b", "cc": "c"}


def draft(scene: Scene, method: str = "GET", body: Any = None, at: int = 0) -> Any:
    answer = call(scene, method, f"/conversations/{scene.number}/draft", body, at)
    return answer.body["conversationDraft"] if answer.status == 200 and answer.body else answer


def test_a_draft_is_its_agents_alone(mine: Scene) -> None:
    world = mine.world
    assert refused(draft(mine)) == 404
    made = draft(mine, "POST", WHOLE)
    assert {name: made[name] for name in WHOLE} == WHOLE
    assert (made["conversationId"], made["savedById"], made["attachments"]) == (mine.number, world.agents[0].number, [])
    assert draft(mine) == made
    assert refused(draft(mine, at=1)) == 404
    theirs = draft(mine, "POST", {"plainBody": "mine"}, at=1)
    assert theirs["draftId"] != made["draftId"]
    path = f"/conversations/{mine.number}"
    assert [call(mine, "GET", path, at=at).body["conversation"]["hasDraft"] for at in range(3)] == [True, True, False]
    assert draft(mine) == made
    assert draft(mine, "DELETE", {}, at=1).status == 200
    assert refused(draft(mine, "DELETE", {}, at=1)) == 404
    assert draft(mine) == made


def test_saving_again_replaces_and_a_change_keeps_the_rest(mine: Scene) -> None:
    assert refused(draft(mine, "PUT", {"subject": "x"})) == 404
    made = draft(mine, "POST", WHOLE)
    mine.world.now += 1000
    changed = draft(mine, "PUT", {"htmlBody": "<p>Bye<script>a()</script></p>", "subject": None})
    assert changed == made | {
        "htmlBody": "<p>Bye</p>",
        "plainBody": "Bye",
        "subject": None,
        "savedTime": changed["savedTime"],
    }
    assert changed["savedTime"] > made["savedTime"]
    again = draft(mine, "POST", {"plainBody": "new"})
    assert (again["draftId"], again["plainBody"], again["htmlBody"], again["quote"]) == (made["draftId"], "new", None, None)
    assert draft(mine) == again


def test_a_draft_names_files_that_its_agent_uploaded(mine: Scene) -> None:
    world = mine.world
    form = ("a.txt", "text/plain", b"words")
    guid = world.form_data(f"{BASE}/attachments", mine.bearer(), file=form).body["guid"]
    shown = draft(mine, "POST", {"attachments": [{"guid": guid}, {"guid": guid}]})["attachments"]
    assert [(one["guid"], one["fileName"], one["isAvailable"]) for one in shown] == [(guid, "a.txt", True)]
    assert draft(mine)["attachments"] == shown
    assert draft(mine, "PUT", {"subject": "x"})["attachments"] == shown
    assert draft(mine, "PUT", {"attachments": None})["attachments"] == []
    others = world.upload(mine.visitor.id, b"words").body["fuuid"]
    for wrong in (others, "nothing", "0190f5c7-1111-7000-8000-00000000000a"):
        answer = draft(mine, "POST", {"attachments": [{"guid": wrong}]})
        assert (refused(answer), answer.body["message"].startswith("attachments")) == (400, True)
    draft(mine, "PUT", {"attachments": [{"guid": guid}]})
    world.now += 24 * 3_600_000
    assert draft(mine)["attachments"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("plainBody", "é" * 40_000), ("htmlBody", "&" * 50_000), ("quote", "é" * 40_000), ("attachments", [{"guid": "x"}] * 21)],
)
def test_what_is_too_long_is_named(mine: Scene, field: str, value: Any) -> None:
    for method in ("POST", "PUT"):
        answer = draft(mine, method, {field: value})
        assert (refused(answer), answer.body["message"].startswith(field)) == (400, True)
    assert refused(draft(mine)) == 404
