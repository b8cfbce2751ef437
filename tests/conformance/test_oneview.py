"""OneView's endpoints: the documented objects, an agent's own tickets alone, and errors in its shape."""

import re
import uuid
from typing import Any

import pytest

from chalicelib.desk.core import cache
from chalicelib.desk.people.people import Person
from chalicelib.dialects.oneview.routes import ONEVIEW
from chalicelib.models import settings
from tests.conformance.scene import Scene, refresh_token, send
from tests.conformance.table import DOCUMENTS, Row, each, row_gaps, rows_of
from tests.visitors import Answer, Visitor
from tests.world import World

ROWS = rows_of(ONEVIEW)
FACTS = DOCUMENTS["OneView"]
BASE = "/cs-chat-ticket/v1"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Agent-ID",
}
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC$")


def refused(answer: Answer) -> int:
    """The status of a refusal, once its shape is right."""
    assert answer.status < 500, answer
    assert answer.body.keys() == {"errors"}, answer
    (error,) = answer.body["errors"]
    assert error["status"] == str(answer.status)
    assert error["title"] == FACTS["titles"].get(error["status"], error["title"])
    assert error.keys() <= {"status", "title", "detail"}
    assert CORS.items() <= answer.headers.items()
    return answer.status


def ask(scene: Scene, row: Row, **headers: str) -> Answer:
    body = None if row.endpoint.method == "GET" else scene.body(row)
    return scene.world.call(row.endpoint.method, scene.path(row), body, **headers)


def call(world: World, method: str, path: str, agent: Person, body: Any = None, **headers: str) -> Answer:
    return world.call(method, f"{BASE}/{path}", body, **headers, **world.bearer(agent))


@each(ROWS)
def test_a_valid_call_answers_exactly_the_documented_keys(scene: Scene, row: Row) -> None:
    answer = scene.ask(row)
    assert answer.status == 200
    if row.facts["answer"] is None:
        assert answer.body is None
    else:
        assert row_gaps(row, answer.body) == []
    assert CORS.items() <= answer.headers.items()


def keys(shown: Any) -> Any:
    return {name: keys(value) for name, value in shown.items()} if isinstance(shown, dict) else None


def test_objects_have_no_other_keys_than_the_documented_ones(world: World) -> None:
    world.online(world.agents[0])
    world.asking()
    world.settle()
    objects = {name: keys(FACTS["objects"][name]) for name in FACTS["objects"]}
    assert keys(call(world, "GET", "info", world.agents[0]).body) == objects["AgentInfo"]
    assert keys(call(world, "PUT", "online", world.agents[0]).body) == objects["AgentStatusInfo"]
    (ticket,) = call(world, "GET", "tickets", world.agents[0]).body
    assert keys(ticket | {"content": {}}) == objects["Ticket"], "what is in the content, the document leaves open"


def test_a_ticket_is_its_conversation(world: World) -> None:
    agent = world.agents[0]
    world.online(agent)
    visitor = world.visitor()
    visitor.say("help")
    world.settle()
    (ticket,) = call(world, "GET", "tickets", agent).body
    metadata, seconds = ticket["metadata"], world.now // 1000
    assert ticket["id"] == metadata["roomId"] == visitor.conversation
    assert (ticket["content"]["text"], ticket["customer"]["id"]) == ("help", visitor.id)
    customer = ticket["customer"]
    assert f"{customer['firstName']} {customer['lastName']}" == customer["name"] == "Unknown Area.User"
    assert (metadata["assignedTimestamp"], metadata["currentTimestamp"]) == (seconds, seconds)
    assert (metadata["pickedTimestamp"], metadata["isChatRoomClosed"]) == (None, False)
    world.now += 5_500
    assert call(world, "GET", "tickets", agent).body[0]["metadata"]["currentTimestamp"] == world.now // 1000


def test_tickets_are_the_callers_open_ones_newest_assignment_first(world: World) -> None:
    agent, opened = world.agents[0], []
    world.online(agent)
    for _ in range(3):
        world.now += 1_000
        opened.append(world.asking())
        world.settle()
    assert [ticket["id"] for ticket in call(world, "GET", "tickets", agent).body] == [v.conversation for v in reversed(opened)]
    assert call(world, "DELETE", f"rooms/{opened[1].conversation}", agent).status == 200
    left = [ticket["id"] for ticket in call(world, "GET", "tickets", agent).body]
    assert left == [opened[2].conversation, opened[0].conversation]
    assert call(world, "GET", "tickets", world.agents[1]).body == call(world, "GET", "tickets", world.owner).body == []


def test_status_words_are_those_of_the_document_and_the_accounts_own(world: World) -> None:
    row = settings.load(world.account)["account#"]
    settings.put(row, row.document | {"status_aliases": {"lunch": "away"}}, [])
    cache.clear_all()
    for word, meant in {**{status: status for status in FACTS["statuses"]}, "lunch": "away"}.items():
        world.now += 7_000
        shown = call(world, "PUT", "status", world.agents[0], {"status": word}).body
        assert shown == {"id": world.agents[0].id, "status": meant}
        info = call(world, "GET", "info", world.agents[0]).body
        assert (info["status"], info["statusAlias"], info["agentTimeInStatus"]) == (meant, word, 0)
        assert _MOMENT.match(info["updatedAt"])
        assert info["lastLoginTime"] is None
    world.now += 90_000
    assert call(world, "GET", "info", world.agents[0]).body["agentTimeInStatus"] == 90


def test_online_and_offline_and_the_time_of_the_last_login(world: World) -> None:
    agent = world.agents[0]
    assert call(world, "PUT", "online", agent).body["status"] == call(world, "GET", "info", agent).body["status"] == "online"
    assert call(world, "PUT", "offline", agent).body["status"] == call(world, "GET", "info", agent).body["status"] == "offline"
    assert world.form("/oauth/token", grant_type="password", email=agent.email, password="correct horse").status == 200
    assert _MOMENT.match(call(world, "GET", "info", agent).body["lastLoginTime"])


def test_an_unknown_status_is_400_and_changes_nothing(scene: Scene) -> None:
    agent = scene.world.agents[0]
    before = call(scene.world, "GET", "info", agent).body["status"]
    wrong: list[Any] = ["sad", "Online", "", "\x00", "x" * 5_000, None, 1, [], {}, True]
    for word in wrong:
        assert (refused(call(scene.world, "PUT", "status", agent, {"status": word})), word) == (400, word)
    assert refused(call(scene.world, "PUT", "status", agent, {})) == 400
    headers = {"Content-Type": "application/json", **scene.bearer()}
    for raw in (b"{", b"[]", b"null", b'"online"'):
        assert refused(send("PUT", f"{BASE}/status", headers, raw)) == 400
    assert call(scene.world, "GET", "info", agent).body["status"] == before


@each(ROWS)
def test_credentials_are_missing_or_wrong(scene: Scene, row: Row) -> None:
    token = scene.bearer()["Authorization"].removeprefix("Bearer ")
    assert refused(ask(scene, row)) == 401
    wrong = (
        "",
        "Bearer",
        "Bearer ",
        token,
        f"OAuth {token}",
        f"Basic {token}",
        "Bearer x",
        "Bearer é",
        f"Bearer {token} {token}",
    )
    for header in (*wrong, f"Bearer {refresh_token(scene)}"):
        assert (refused(ask(scene, row, Authorization=header)), header) == (401, header)
    assert refused(ask(scene, row, Authorization=f"bearer {scene.world.token('PPCOM')}")) == 403
    headers = scene.world.bearer()
    scene.world.now += 3_600_000
    try:
        assert refused(ask(scene, row, **headers)) == 401
    finally:
        scene.world.now -= 3_600_000


@each(ROWS)
def test_another_method_is_refused_in_its_shape(scene: Scene, row: Row) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {row.endpoint.method}:
        assert refused(scene.world.call(method, scene.path(row), **scene.bearer())) == 405
    answer = scene.world.call("OPTIONS", scene.path(row), Origin="https://shop.example")
    assert (answer.status, answer.body) == (200, None)
    assert CORS.items() <= answer.headers.items()


@pytest.mark.parametrize("path", ["nothing", "Info", "tickets/1/nothing", "rooms/1", "tickets/1", "status/1", "%00"])
def test_an_unknown_path_is_404_in_its_shape(scene: Scene, path: str) -> None:
    assert refused(scene.world.call("GET", f"{BASE}/{path}", **scene.bearer())) == (405 if path == "rooms/1" else 404)


@pytest.mark.parametrize("path", ["", "/v1", "/v2/info", "/v1/tickets/1/pickedTime/2", "/info", "/1/2/3/4/5/6/7/8"])
def test_an_unknown_path_of_any_depth_is_404_in_its_shape(scene: Scene, path: str) -> None:
    assert refused(scene.world.call("GET", f"/cs-chat-ticket{path}", **scene.bearer())) == 404


# --- whose ticket it is


def picked_at(world: World) -> int | None:
    (ticket,) = call(world, "GET", "tickets", world.agents[0]).body
    return ticket["metadata"]["pickedTimestamp"]  # type: ignore[no-any-return]


def test_only_its_agent_picks_and_the_first_time_is_kept(world: World, assigned: Visitor) -> None:
    pick = f"tickets/{assigned.conversation}/pickedTime"
    for another in (world.agents[1], world.owner):
        assert refused(call(world, "PUT", pick, another)) == 403
    assert picked_at(world) is None
    assert call(world, "PUT", pick, world.agents[0]).status == 200
    first = world.now // 1000
    world.now += 60_000
    assert call(world, "PUT", pick, world.agents[0]).status == 200
    assert picked_at(world) == first


def test_only_its_agent_or_a_supervisor_closes_and_again_is_fine(world: World, assigned: Visitor) -> None:
    room = f"rooms/{assigned.conversation}"
    assert refused(call(world, "DELETE", room, world.agents[1])) == 403
    assert assigned.info()["status"] == "OPEN"
    for _ in range(2):
        assert call(world, "DELETE", room, world.agents[0]).status == 200
        assert (assigned.info()["status"], call(world, "GET", "tickets", world.agents[0]).body) == ("CLOSE", [])
    assert call(world, "DELETE", room, world.owner).status == 200
    assert refused(call(world, "DELETE", room, world.agents[1])) == 403


@pytest.mark.parametrize("method, path", [("DELETE", "rooms/{}"), ("PUT", "tickets/{}/pickedTime")])
def test_a_room_that_is_not_there_or_not_of_this_account_is_404(scene: Scene, rival: Scene, method: str, path: str) -> None:
    for room in (rival.visitor.conversation, str(uuid.uuid4()), "1", "%00", "x" * 3_000, "%F0%9F%99%82" * 400):
        for agent in (scene.world.agents[0], scene.world.owner):
            assert refused(call(scene.world, method, path.format(room), agent)) == 404
    assert rival.visitor.info()["status"] == "OPEN"


def test_x_agent_id_names_oneself_or_for_the_owner_another(world: World, other: World) -> None:
    ada, ben = world.agents[:2]
    assert call(world, "GET", "info", ada, X_Agent_ID=ada.email).body["id"] == ada.id
    assert call(world, "GET", "info", ada, X_Agent_ID=f" {ada.email.upper()} ").body["id"] == ada.id
    assert call(world, "GET", "info", ada, X_Agent_ID="").body["id"] == ada.id
    assert call(world, "GET", "info", world.owner, X_Agent_ID=ben.email).body["id"] == ben.id
    assert call(world, "PUT", "online", world.owner, X_Agent_ID=ben.email).body == {"id": ben.id, "status": "online"}
    assert [call(world, "GET", "info", who).body["status"] for who in (ada, ben, world.owner)] == ["offline", "online", "offline"]
    assert refused(call(world, "GET", "info", ada, X_Agent_ID=ben.email)) == 403
    for stranger in (other.agents[0].email, other.owner.email, "nobody@x.test", ben.id, "é" * 3_000):
        for caller in (ada, world.owner):
            assert refused(call(world, "PUT", "online", caller, X_Agent_ID=stranger)) == 403
    assert call(other, "GET", "info", other.agents[0]).body["status"] == "offline"


def test_the_owner_picks_for_the_agent_whose_ticket_it_is(world: World, assigned: Visitor) -> None:
    pick, ada, ben = f"tickets/{assigned.conversation}/pickedTime", world.agents[0], world.agents[1]
    assert refused(call(world, "PUT", pick, world.owner, X_Agent_ID=ben.email)) == 403
    assert call(world, "PUT", pick, world.owner, X_Agent_ID=ada.email).status == 200
    assert picked_at(world) == world.now // 1000


def test_an_administrators_program_calls_for_the_agent_it_names(world: World, other: World) -> None:
    def of(label: str, email: str) -> Answer:
        return world.call("GET", f"{BASE}/info", Authorization=f"Bearer {world.token(label)}", X_Agent_ID=email)

    ada = world.agents[0]
    assert of("THIRD_PARTY_CONSOLE", ada.email).body["id"] == ada.id
    assert refused(of("THIRD_PARTY_CONSOLE", other.agents[0].email)) == 403
    assert refused(of("THIRD_PARTY_KEFU", ada.email)) == refused(of("PPCOM", ada.email)) == 403


def test_a_programs_token_has_no_tickets(scene: Scene) -> None:
    for label in ("THIRD_PARTY_KEFU", "THIRD_PARTY_CONSOLE"):
        answer = scene.world.call("GET", f"{BASE}/tickets", Authorization=f"Bearer {scene.world.token(label)}")
        assert refused(answer) == 403
