"""Every field of every endpoint and of every socket message with values that no client should send: never a 500, never code 17,
and no request that DynamoDB would refuse.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from chalicelib.dialects.ppmessage.errors import STRINGS
from chalicelib.dialects.ppmessage.mapping.socket import REASONS
from chalicelib.models import people
from chalicelib.models.stamps import Stamp
from tests import hostile
from tests.conformance import cases_sockets
from tests.conformance.scene import Scene
from tests.conformance.table import Row, each
from tests.conformance.test_hostile_others import is_nested
from tests.conformance.test_ppmessage import ROWS as PPMESSAGE
from tests.e2e.test_sockets import words
from tests.websockets import Socket

#: Made first, while there is little on the queues that its making waits for.
pytestmark = pytest.mark.usefixtures("rival")
CODES = STRINGS.keys() - {17}


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    with hostile.watched():
        yield


def test_the_watch_sees_a_key_that_no_row_can_have(scene: Scene) -> None:
    for key in ("", "x" * 1_025):
        with pytest.raises(AssertionError):
            people.set_group(scene.world.account, key, None, Stamp(1))


def ask(scene: Scene, row: Row, label: str, given: dict[str, Any]) -> int:
    """The code of a call."""
    answer = scene.world.pp(row.endpoint.path.removeprefix("/api/"), label, **given)
    if row.key in cases_sockets.ENDING:
        scene.world.tokens.pop(label, None)
    assert answer.status == 200
    assert "Traceback" not in str(answer.body)
    return int(answer.body["error_code"])


def names(row: Row) -> list[str]:
    """The request's fields, and those that are read before it."""
    fields = [field.encode_name for field in msgspec.structs.fields(row.endpoint.request)]
    return [name for name in dict.fromkeys([*fields, "app_uuid", "user_uuid", "from_uuid"]) if name not in row.endpoint.headers]


@each(PPMESSAGE)
def test_no_value_of_a_field_is_an_error_of_ours(scene: Scene, row: Row) -> None:
    label = str(row.facts["api_levels"][0])
    for name in names(row):
        body = scene.body(row, label)
        for value in [*hostile.SOME, *(hostile.inside(body[name]) if is_nested(body.get(name)) else ())]:
            assert ask(scene, row, label, body | {name: value}) in CODES, (name, str(value)[:60])


@each([row for row in PPMESSAGE if len(row.facts["api_levels"]) > 1])
def test_nor_is_it_at_any_level(scene: Scene, row: Row) -> None:
    for label in row.facts["api_levels"][1:]:
        body = scene.body(row, label)
        for name in names(row):
            for value in hostile.FEW:
                assert ask(scene, row, label, body | {name: value}) in CODES, (label, name, str(value)[:60])


def called(name: str) -> Row:
    return next(found for found in PPMESSAGE if found.id == name)


LISTS = [
    ("PP_LEAVE_APP", "user_list", {}),
    ("PP_CREATE_CONVERSATION", "member_list", {}),
    ("PP_CREATE_CONVERSATION", "member_list", {"conversation_type": "P2S"}),
    ("PPCOM_CREATE_CONVERSATION", "member_list", {"group_uuid": None}),
    ("PP_UPDATE_CONVERSATION_MEMBER", "member_list", {"action": "ADD"}),
    ("PP_UPDATE_CONVERSATION_MEMBER", "member_list", {"action": "REMOVE"}),
    ("PP_ADD_ORG_GROUP_USER", "user_list", {}),
    ("PP_REMOVE_ORG_GROUP_USER", "user_list", {}),
    ("ACK_MESSAGE", "list", {}),
]


@pytest.mark.parametrize(("name", "field", "more"), LISTS, ids=str)
def test_a_list_of_ids_is_bounded_before_anything_is_read_of_it(
    scene: Scene, rival: Scene, name: str, field: str, more: dict[str, Any]
) -> None:
    found = called(name)
    label = str(found.facts["api_levels"][0])
    body = scene.body(found, label) | more
    # Nobody leaves: another account's agents can't, and those of this one are needed.
    known = [agent.id for agent in (rival if name == "PP_LEAVE_APP" else scene).world.agents]
    ask(scene, found, label, body | {field: known[:1]})
    for many in ([str(uuid.uuid4()) for _ in range(1_001)], [known[0]] * 40_000):
        with hostile.watched() as sent:
            code = ask(scene, found, label, body | {field: many})
        assert (code, len(sent.operations) <= 2) == (28, True), (code, sent.operations)
    values: list[str] = [*known, known[0], *hostile.TEXTS, known[0].upper(), f"{known[0]}#", known[0][:-1]]
    for value in values:
        assert ask(scene, found, label, body | {field: [known[0], known[0], value]}) in CODES, value[:60]


def test_a_pid_is_of_uuids_and_a_number(scene: Scene) -> None:
    device, chat = scene.visitor.device, scene.visitor.conversation
    body = {"user_uuid": scene.visitor.id}
    for part in [*hostile.TEXTS, "nobody", str(10**11), "1.5", "-1", "٣"]:
        for pid in (f"{part}:{chat}:1", f"{device}:{part}:1", f"{device}:{chat}:{part}", f"{part}:{part}:{part}", part):
            if pid != f"{device}:{chat}:1":
                code = ask(scene, called("ACK_MESSAGE"), "PPCOM", body | {"list": [pid]})
                assert code in (0, 1, 8, 28), (pid[:60], code)
    for nothing in ("", "nobody", "x" * 1_100):
        with hostile.watched() as sent:
            assert ask(scene, called("ACK_MESSAGE"), "PPCOM", body | {"list": [f"{device}:{nothing}:1"]}) == 0
            assert ask(scene, called("ACK_MESSAGE"), "PPCOM", body | {"list": [f"{nothing}:{chat}:1"]}) == 8
        assert "UpdateItem" not in sent.operations


@pytest.mark.parametrize("subtype", ["TXT", "IMAGE", "AUDIO", "FILE"])
def test_what_a_message_says_of_a_file_is_looked_at(scene: Scene, subtype: str) -> None:
    found, good = called("PP_SEND_MESSAGE"), {"fid": str(uuid.uuid4()), "name": "a", "mime": "a/b", "dura": 1}
    body = scene.body(found, "PPCOM") | {"message_subtype": subtype}
    wrong: list[Any] = [*hostile.inside(good), *hostile.SOME]
    for value in wrong:
        given = body | {"uuid": str(uuid.uuid4()), "message_body": json.dumps(value)}
        assert ask(scene, found, "PPCOM", given) in (14, 16), str(value)[:60]
    for text in ("{" * 50_000, '{"fid":' * 5_000, '{"fid": NaN}', "\ufeff{}"):
        assert ask(scene, found, "PPCOM", body | {"message_body": text}) == 16


def test_a_message_that_is_wrong_is_6_or_16(scene: Scene) -> None:
    found = called("PP_SEND_MESSAGE")
    body = scene.body(found, "PPCOM")
    wrong: list[Any] = [5, ["a"], {}, "x" * 70_000]
    for name in ("uuid", "to_uuid", "to_type", "message_type", "message_subtype", "message_body", "device_uuid"):
        assert {ask(scene, found, "PPCOM", body | {name: value}) for value in wrong} == {16}, name
    for name in ("uuid", "to_uuid", "to_type", "message_type", "message_subtype", "message_body"):
        assert ask(scene, found, "PPCOM", body | {name: None}) == 6


IDS = ["nobody", "sharp#nobody", "0" * 36]
#: Fields that name something which is looked up.
NAMED = ["conversation_uuid", "user_uuid", "device_uuid", "group_uuid", "script_uuid", "assigned_uuid"]


def named(row: Row) -> set[str]:
    """Those of the request's fields that name something."""
    return {field.encode_name for field in msgspec.structs.fields(row.endpoint.request)} & set(NAMED)


@each([found for found in PPMESSAGE if named(found) and found.key not in cases_sockets.ENDING])
def test_an_id_that_is_no_uuid_is_not_looked_for(scene: Scene, row: Row) -> None:
    label = str(row.facts["api_levels"][0])
    for name in named(row):
        body = scene.body(row, label)
        for value in IDS:
            with hostile.watched() as sent:
                ask(scene, row, label, body | {name: value})
            assert not any(value in key for key in sent.keys), (name, value)


# --- the other dialects, and what is no call of PPMessage's


def test_no_auth_is_an_error_of_ours(scene: Scene) -> None:
    visitor, world = scene.visitor, scene.world
    good: dict[str, Any] = {"type": "auth", "app_uuid": world.account, "user_uuid": visitor.id, "device_uuid": visitor.device}
    good |= {"is_service_user": False, "extra_data": None, "api_token": world.token("PPCOM")}
    for name in (*good, "more"):
        for value in hostile.SOME:
            told(Socket().send(good | {name: value}))


def told(ack: Any) -> None:
    """Fails where an answer is no ack of ours, or is as long as what was sent."""
    assert ack["type"] in ("ACK", "ONLINE")
    assert ack["type"] == "ONLINE" or ack["code"] in REASONS
    assert len(json.dumps(ack)) < 2_000


def test_no_message_of_a_socket_is_an_error_of_ours(scene: Scene) -> None:
    visitor = scene.visitor
    socket = Socket()
    assert socket.auth(scene.world, visitor.id, visitor.device)["code"] == 0
    for name in (*words(visitor, "x"), "more"):
        for value in [*hostile.LEAVES, *hostile.NESTED]:
            told(socket.send({"type": "send", "send": words(visitor, "x") | {name: value}}))
    for kind in ("send", "typing", "typing_watch", "typing_unwatch"):
        for value in [*hostile.LEAVES, *hostile.NESTED]:
            told(socket.send({"type": kind, "send": value, "conversation_uuid": value}))
    assert socket.send("\ufeff" + json.dumps({"type": "send", "send": words(visitor, "marked")}))["code"] == 0


def test_a_text_that_is_too_long_is_a_bad_message(scene: Scene) -> None:
    visitor = scene.visitor
    socket = Socket()
    socket.auth(scene.world, visitor.id, visitor.device)
    for text in ("x" * 60_001, "é" * 30_001):
        assert socket.send({"type": "send", "send": words(visitor, text)})["code"] == 7
