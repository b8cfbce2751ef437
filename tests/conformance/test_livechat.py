"""LiveChat: the envelope, the documented keys, credentials, and the presence that other dialects set."""

import json
from urllib.parse import quote, urlencode

import pytest

from chalicelib.context import AGENT, Caller
from chalicelib.desk.auth import tokens
from chalicelib.desk.people.people import Person
from chalicelib.dialects.livechat.routes import LIVECHAT
from tests.conformance.scene import Scene, refresh_token, send
from tests.conformance.table import DOCUMENTS, Row, each, row_gaps, rows_of
from tests.visitors import Answer
from tests.world import World

#: Made first, while there is little on the queues that its making waits for.
pytestmark = pytest.mark.usefixtures("rival")
ROWS = rows_of(LIVECHAT)
STATUSES = DOCUMENTS["LiveChat"]["statuses"]
BASE = "/auth/addon/live_chat"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, api_token, access_token",
}


def refused(answer: Answer) -> int:
    """The status of a refusal, once its shape is right."""
    assert answer.status < 500, answer
    assert answer.body.keys() == {"status", "type", "message"}, answer
    assert (answer.body["status"], answer.body["type"]) == (0, "Error")
    assert isinstance(answer.body["message"], str)
    assert answer.body["message"]
    assert CORS.items() <= answer.headers.items()
    return answer.status


def sent(scene: Scene, row: Row, headers: dict[str, str]) -> Answer:
    """A call of the row that succeeds, if its headers let it."""
    given, path = scene.body(row), row.endpoint.path
    if row.endpoint.method == "GET":
        return send("GET", f"{path}?{urlencode(given)}" if given else path, headers)
    return send(row.endpoint.method, path, {"Content-Type": "application/json", **headers}, json.dumps(given).encode())


def holder(scene: Scene, row: Row) -> Person:
    """Who may call the row."""
    return scene.world.agents[0] if row.endpoint.needs == AGENT else scene.world.owner


def get(world: World, email: str) -> Answer:
    return world.call("GET", f"{BASE}/operator/get?email={quote(email)}", **world.bearer())


@each(ROWS)
def test_a_valid_call_answers_the_documented_keys_in_the_envelope(scene: Scene, row: Row) -> None:
    answer = scene.ask(row)
    assert (answer.status, answer.body["status"], answer.body["type"]) == (200, 1, "Success")
    assert answer.body.keys() == {"status", "type", "message"}
    assert row_gaps(row, answer.body["message"]) == []
    assert CORS.items() <= answer.headers.items()
    shown = answer.body["message"][0] if isinstance(row.facts["answer"], list) else answer.body["message"]
    documented = row.facts["answer"][0] if isinstance(row.facts["answer"], list) else row.facts["answer"]
    assert shown == row.facts["says"] if "says" in row.facts else shown.keys() == documented.keys()


@each(ROWS)
def test_each_header_that_carries_a_token_is_understood(scene: Scene, row: Row) -> None:
    world, person = scene.world, holder(scene, row)
    caller = Caller(world.account, str(person.level), person.id, person.number)
    access = world.bearer(person)["Authorization"].removeprefix("Bearer ")
    key = tokens.issue(world.ctx(AGENT), caller, tokens.KEY, None)
    for token in (access, key):
        understood = [{"api_token": token}, {"access_token": token}, {"Authorization": f"Bearer {token}"}, {"Api_Token": token}]
        understood += [{"Authorization": f"bearer {token}"}, {"api_token": token, "Authorization": "nonsense"}]
        for headers in understood:
            assert sent(scene, row, headers).status == 200, headers


@each(ROWS)
def test_credentials_are_missing_wrong_or_too_low(scene: Scene, row: Row) -> None:
    token = scene.bearer()["Authorization"].removeprefix("Bearer ")
    wrong = [{}, {"api_token": ""}, {"api_token": "x"}, {"access_token": "é"}, {"Authorization": token}, {"api-token": token}]
    wrong += [{"Authorization": "Bearer x"}, {"Authorization": f"OAuth {token}"}, {"api_token": f"Bearer {token}"}]
    wrong += [{"api_token": refresh_token(scene)}, {"api_token": scene.world.clients["THIRD_PARTY_CONSOLE"][1]}]
    for headers in wrong:
        answer = sent(scene, row, headers)
        assert (refused(answer), headers) == (401, headers)
    low = {"Authorization": f"Bearer {scene.world.token('PPCOM')}"}
    assert refused(sent(scene, row, low)) == 403
    headers = scene.world.bearer(holder(scene, row))
    scene.world.now += 3_600_000
    try:
        assert refused(sent(scene, row, headers)) == 401
    finally:
        scene.world.now -= 3_600_000


@each(ROWS)
def test_another_method_is_refused_in_the_envelope(scene: Scene, row: Row) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {row.endpoint.method}:
        assert refused(scene.world.call(method, row.endpoint.path, **scene.bearer())) == 405
    answer = scene.world.call("OPTIONS", row.endpoint.path, Origin="https://shop.example")
    assert (answer.status, answer.body) == (200, None)
    assert CORS.items() <= answer.headers.items()


@pytest.mark.parametrize(
    "path", ["/addon/live_chat/operator/nothing", "/addon/live_chat/nothing/list", "/nothing", "/user/nothing"]
)
def test_an_unknown_path_is_404_in_the_envelope(scene: Scene, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert refused(scene.world.call(method, f"/auth{path}", **scene.bearer())) == 404


def test_the_status_follows_the_presence_set_elsewhere(world: World) -> None:
    ada = world.agents[0]
    assert get(world, ada.email).body["message"]["status"] == 0
    for word, number in STATUSES.items():
        assert world.call("PUT", "/cs-chat-ticket/v1/status", {"status": word}, **world.bearer(ada)).status == 200
        one = get(world, ada.email).body["message"]
        rows = world.call("GET", f"{BASE}/operator/list", **world.bearer()).body["message"]
        assert {row["email"]: row["status"] for row in rows} == {
            agent.email: number if agent is ada else 0 for agent in (world.owner, *world.agents)
        }
        assert (one["status"], one["active"], one["operator"], one["addOns"]) == (number, 1, True, [{"status": 1}])


def test_operators_are_this_accounts_people_by_name(scene: Scene, rival: Scene) -> None:
    world = scene.world
    rows = world.call("GET", f"{BASE}/operator/list", **world.bearer()).body["message"]
    others = {agent.email for agent in (rival.world.owner, *rival.world.agents)}
    assert not others & {row["email"] for row in rows}
    rows = rows[:4]  # other tests have added some
    assert [row["email"] for row in rows] == [agent.email for agent in (world.owner, *world.agents)]
    assert [f"{row['name']['firstName']} {row['name']['lastName']}" for row in rows] == [
        agent.name for agent in (world.owner, *world.agents)
    ]
    for email in (world.agents[1].email, world.agents[1].email.upper(), f" {world.agents[1].email} "):
        one = get(world, email).body["message"]
        assert (one["name"], one["email"]) == (world.agents[1].name, world.agents[1].email)


def test_an_email_is_needed_and_of_this_account(scene: Scene, rival: Scene) -> None:
    world = scene.world
    answer = world.call("GET", f"{BASE}/operator/get", **world.bearer())
    assert refused(answer) == 400
    assert "email" in answer.body["message"]
    for email in (rival.world.agents[0].email, "nobody@x.test", "\x00", "x" * 5_000, "🙂" * 600, scene.visitor.id, "%", " "):
        assert (refused(get(world, email)), email) == (404, email)
    twice = world.call("GET", f"{BASE}/operator/get?email=a@b.c&email=d@e.f", **world.bearer())
    nested = world.call("GET", f"{BASE}/operator/get?email[a]=a@b.c", **world.bearer())
    assert refused(twice) == refused(nested) == 400
    assert refused(get(world, "")) in (400, 404)
