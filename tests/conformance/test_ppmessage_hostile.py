"""What no client of PPMessage should send: always HTTP 200 with a code that is not 17, and nobody sees what is another's."""

import json
from typing import Any

import msgspec
import pytest

from tests.conformance.cases_sockets import ENDING
from tests.conformance.scene import Scene, message, send
from tests.conformance.table import Row, each
from tests.conformance.test_ppmessage import ROWS
from tests.world import World

#: Made first, while there is little on the queues that its making waits for.
pytestmark = pytest.mark.usefixtures("rival")

LONG = "x" * 5_000
OTHER_TYPES: list[Any] = [7, True, ["a"], {"a": 1}]


def sent(scene: Scene, row: Row, label: str, name: str, value: Any) -> dict[str, Any]:
    body = scene.body(row, label) | {name: value}
    answer = scene.world.pp(row.endpoint.path.removeprefix("/api/"), label, **body)
    if row.key in ENDING:
        scene.world.tokens.pop(label, None)
    assert answer.status == 200
    return dict(answer.body)


def _is_text(kind: Any) -> bool:
    found = msgspec.inspect.type_info(kind)
    kinds = found.types if isinstance(found, msgspec.inspect.UnionType) else (found,)
    return {type(one) for one in kinds} <= {msgspec.inspect.StrType, msgspec.inspect.NoneType}


def test_most_fields_are_texts() -> None:
    fields = [field for row in ROWS for field in msgspec.structs.fields(row.endpoint.request)]
    assert sum(_is_text(field.type) for field in fields) > len(fields) * 3 / 4


def _texts(row: Row) -> list[str]:
    """The fields of a row's requests that are texts."""
    fields = msgspec.structs.fields(row.endpoint.request)
    return [
        field.encode_name for field in fields if _is_text(field.type) and field.name not in ("app_uuid", *row.endpoint.headers)
    ]


@each([row for row in ROWS if _texts(row)])
def test_a_text_of_another_type_is_refused_and_named(scene: Scene, row: Row) -> None:
    label = str(row.facts["api_levels"][0])
    for name in _texts(row):
        for value in OTHER_TYPES:
            shown = sent(scene, row, label, name, value)
            assert shown["error_code"] == (16 if row.id == "PP_SEND_MESSAGE" and shown["error_code"] == 16 else 28), (name, value)
            assert name in shown["error_detail"]


@pytest.mark.parametrize("name", ["page_offset", "page_size"])
def test_a_page_is_a_whole_number(scene: Scene, name: str) -> None:
    (row,) = [row for row in ROWS if row.id == "PP_PAGE_HISTORY_MESSAGE"]
    wrong: list[Any] = [-1, -(10**30), 1.5, "one", [], {}, True]
    for value in wrong:
        assert (sent(scene, row, "PPCOM", name, value)["error_code"], value) == (28, value)
    assert sent(scene, row, "PPCOM", name, 10**30)["error_code"] in (0, 28, 41)
    for absent in (None, ""):
        assert sent(scene, row, "PPCOM", name, absent)["error_code"] == 0


def test_a_body_of_many_fields_is_read(scene: Scene) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"OAuth {scene.world.token('PPCOM')}"}
    many = {f"field {at}": at for at in range(5_000)} | {"app_uuid": scene.world.account}
    assert send("POST", "/api/PP_GET_APP_INFO", headers, json.dumps(many).encode()).body["error_code"] == 0


def test_a_visitor_reads_no_conversation_but_their_own(scene: Scene) -> None:
    world, own = scene.world, scene.visitor
    another = world.visitor()
    given = {"app_uuid": world.account, "user_uuid": another.id, "conversation_uuid": own.conversation}
    for endpoint in ("PP_GET_CONVERSATION_INFO", "PP_PAGE_HISTORY_MESSAGE"):
        assert world.pp(endpoint, **given).body["error_code"] == 26
        assert world.pp(endpoint, **given | {"user_uuid": own.id}).body["error_code"] == 0
        for agent in (world.owner.id, world.agents[0].id, "nobody"):
            assert world.pp(endpoint, **given | {"user_uuid": agent}).body["error_code"] == 7


@pytest.mark.parametrize("named", [{}, {"user_uuid": ""}, {"user_uuid": None}], ids=str)
def test_a_token_that_names_nobody_reads_only_what_it_has_spoken_for(scene: Scene, named: dict[str, str | None]) -> None:
    world, headers = scene.world, {"Authorization": f"OAuth {scene.world.token('PPCOM')}"}

    def ask(endpoint: str, **given: Any) -> dict[str, Any]:
        return dict(world.call("POST", f"/api/{endpoint}", {"app_uuid": world.account} | given, **headers).body)

    user = ask("PP_CREATE_ANONYMOUS", ppcom_trace_uuid=f"another browser {named}")["user_uuid"]
    own = ask("PPCOM_GET_DEFAULT_CONVERSATION", user_uuid=user, device_uuid="any")["uuid"]
    assert ask("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=own, **named)["error_code"] == 0
    assert ask("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=scene.visitor.conversation, **named)["error_code"] == 26


def test_a_visitor_writes_into_no_conversation_but_their_own(scene: Scene) -> None:
    world, own = scene.world, scene.visitor
    another, before = world.visitor(), own.history()
    for sender in (another.id, world.agents[0].id, world.owner.id, "nobody"):
        shown = world.pp("PP_SEND_MESSAGE", **message(scene, "PPCOM") | {"from_uuid": sender}).body
        assert shown["error_code"] == (16 if sender == another.id else 7), sender
    assert own.history() == before


def test_an_agent_writes_as_himself_and_a_program_as_an_agent_of_its_account(scene: Scene, rival: Scene) -> None:
    world, before = scene.world, scene.visitor.history()
    strangers = [world.agents[1].id, scene.visitor.id, rival.world.agents[0].id, rival.visitor.id, "nobody"]
    for sender in strangers:
        assert world.pp("PP_SEND_MESSAGE", "PPKEFU", **message(scene, "PPKEFU") | {"from_uuid": sender}).body["error_code"] == 20
    for sender in strangers[1:]:
        shown = world.pp("PP_SEND_MESSAGE", "THIRD_PARTY_KEFU", **message(scene, "THIRD_PARTY_KEFU") | {"from_uuid": sender}).body
        assert shown["error_code"] in (7, 16, 20), sender
    assert scene.visitor.history() == before


@each([row for row in ROWS if "conversation_uuid" in row.facts.get("params", {})])
def test_no_conversation_of_another_account_is_reached(scene: Scene, rival: Scene, row: Row) -> None:
    before = rival.visitor.history()
    theirs = {"conversation_uuid": rival.visitor.conversation, "to_uuid": rival.visitor.conversation}
    for label in row.facts["api_levels"]:
        own = scene.body(row, label)
        changes = {name: value for name, value in theirs.items() if name in own}
        answer = scene.ask(row, label, **changes)
        assert answer.body["error_code"] in (16, 26), label
        assert rival.visitor.id not in json.dumps(answer.body)
    assert rival.visitor.history() == before


def test_a_visitor_of_another_account_is_nobody(scene: Scene, rival: Scene) -> None:
    given = {"app_uuid": scene.world.account, "user_uuid": rival.visitor.id, "ppcom_trace_uuid": "t", "device_ostype": "IOS"}
    for user in (rival.visitor.id, rival.world.owner.id, scene.world.owner.id, scene.world.agents[0].id, "nobody"):
        device = scene.world.pp("PP_CREATE_DEVICE", **given | {"user_uuid": user, "device_id": "d"}).body
        chat = scene.world.pp("PPCOM_GET_DEFAULT_CONVERSATION", **given | {"user_uuid": user, "device_uuid": "d"}).body
        assert (device["error_code"], chat["error_code"]) == (7, 7), user


def test_a_conversation_that_does_not_exist(scene: Scene) -> None:
    world: World = scene.world
    for conversation in ("nothing", scene.visitor.id, LONG, "é" * 1_500):
        given = {"app_uuid": world.account, "user_uuid": scene.visitor.id, "conversation_uuid": conversation}
        for label in ("PPCOM", "PPKEFU"):
            assert world.pp("PP_GET_CONVERSATION_INFO", label, **given).body["error_code"] == 26
            assert world.pp("PP_PAGE_HISTORY_MESSAGE", label, **given).body["error_code"] == 26
