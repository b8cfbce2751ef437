"""What single PPMessage endpoints do: devices, visitors, tokens, messages, pages."""

import json
import uuid
from typing import Any

import pytest

from tests.conformance.scene import WIRE_PASSWORD, Scene, message
from tests.conformance.table import DOCUMENTS, gaps
from tests.conformance.test_ppmessage import ROWS
from tests.visitors import Answer, Visitor

LETTERS = DOCUMENTS["PPMessage"]["letters"]


def test_a_device_that_exists_is_told(scene: Scene) -> None:
    given = {
        "app_uuid": scene.world.account,
        "user_uuid": scene.visitor.id,
        "device_id": "their phone",
        "device_ostype": "IOS",
        "ppcom_trace_uuid": "t",
    }
    first, again = (scene.world.pp("PP_CREATE_DEVICE", **given).body for _ in range(2))
    assert (first["error_code"], again["error_code"]) == (0, 25)
    assert again["error_string"] == "device existed."
    assert first["device_uuid"] == again["device_uuid"]
    another = scene.world.visitor()
    assert scene.world.pp("PP_CREATE_DEVICE", **given | {"user_uuid": another.id}).body["error_code"] == 0
    known: dict[str, Any] = given | {"device_id": "a known customer's", "ppcom_trace_uuid": None}
    assert scene.world.pp("PP_CREATE_DEVICE", **known).body["error_code"] == 0, "a web widget has no trace of them"


def test_a_trace_is_one_visitor_of_its_account(scene: Scene, rival: Scene) -> None:
    def shown(of: Scene, trace: str) -> dict[str, Any]:
        return dict(of.world.pp("PP_CREATE_ANONYMOUS", app_uuid=of.world.account, ppcom_trace_uuid=trace).body)

    first = shown(scene, "one browser")
    assert first == shown(scene, "one browser")
    assert first["user_uuid"] != shown(scene, "One browser")["user_uuid"]
    assert first["user_uuid"] != shown(rival, "one browser")["user_uuid"]
    assert first["user_email"] == f"{first['user_uuid'][:6]}@{scene.world.account[:6]}"
    assert first["user_icon"].endswith(f"/identicon/{first['user_uuid']}.png")


def test_a_visitor_keeps_their_default_conversation(scene: Scene) -> None:
    (row,) = [row for row in ROWS if row.id == "PPCOM_GET_DEFAULT_CONVERSATION"]
    first, again = scene.ask(row).body, scene.ask(row).body
    assert first["uuid"] == again["uuid"] == scene.visitor.conversation
    assert first["user_list"][0]["uuid"] == scene.visitor.id
    assert {entry["uuid"] for entry in first["user_list"]} == {scene.visitor.id, scene.world.agents[0].id}
    assert first["conversation_name"] == scene.world.agents[0].name
    assert [type(entry["updatetime"]) for entry in first["user_list"]] == [int, int]


# --- tokens


def token(scene: Scene, **fields: str) -> Answer:
    return scene.world.form("/ppauth/token", **fields)


def by_client(scene: Scene, label: str, **changes: str) -> Answer:
    key, secret = scene.world.clients[label]
    given = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret} | changes
    return token(scene, **given)


def by_password(scene: Scene, label: str, **changes: str) -> Answer:
    given = {"client_id": scene.world.clients[label][0], "user_email": scene.world.agents[0].email}
    return token(scene, **{"grant_type": "password", "user_password": WIRE_PASSWORD} | given | changes)


def works(scene: Scene, access: str) -> bool:
    body = {"app_uuid": scene.world.account}
    answer = scene.world.call("POST", "/api/PP_GET_APP_INFO", body, Authorization=f"OAuth {access}")
    return bool(answer.body["error_code"] == 0)


@pytest.mark.parametrize("label", ["PPCOM", "THIRD_PARTY_KEFU", "THIRD_PARTY_CONSOLE"])
def test_a_clients_secret_gives_a_token_of_its_level(scene: Scene, label: str) -> None:
    answer = by_client(scene, label)
    assert (answer.status, answer.body.keys(), answer.body["token_type"]) == (200, {"access_token", "token_type"}, "Bearer")
    assert len(answer.body["access_token"]) >= 22
    assert works(scene, answer.body["access_token"])
    row = next(row for row in ROWS if row.id == "PP_CREATE_ANONYMOUS")
    headers = {"Authorization": f"OAuth {answer.body['access_token']}"}
    visitor = scene.world.call("POST", row.endpoint.path, scene.body(row), **headers)
    assert visitor.body["error_code"] == (0 if label == "PPCOM" else 4)


def test_the_consoles_client_gets_a_token_from_before_the_login(scene: Scene) -> None:
    answer = by_client(scene, "PPCONSOLE")
    assert (answer.status, answer.body["token_type"]) == (200, "Bearer")
    assert not works(scene, answer.body["access_token"])


def test_a_wrong_client_is_http_400_with_an_error(scene: Scene, rival: Scene) -> None:
    foreign = {"client_secret": rival.world.clients["PPCOM"][1]}
    wrong = [by_client(scene, "PPCOM", **changes) for changes in (foreign, {"client_secret": "x"}, {"client_secret": ""})]
    wrong += [by_client(scene, "PPCOM", **changes) for changes in ({"client_id": "x"}, {"client_id": ""}, {"grant_type": "x"})]
    wrong += [by_client(scene, "PPCOM", client_id=scene.world.clients["PPKEFU"][0])]
    wrong += [by_client(scene, "PPKEFU"), token(scene), token(scene, grant_type="client_credentials")]
    for answer in wrong:
        assert answer.status == 400
        assert isinstance(answer.body["error"], str)
        assert "access_token" not in answer.body


@pytest.mark.parametrize("label", ["PPKEFU", "PPCONSOLE"])
def test_a_password_gives_a_token_of_a_person(scene: Scene, label: str) -> None:
    answer = by_password(scene, label)
    agent = scene.world.agents[0]
    assert (answer.status, answer.body["error_code"], answer.body["user_uuid"]) == (200, 0, agent.id)
    assert answer.body.keys() == {"error_code", "access_token", "user_uuid", "token_type"}
    assert works(scene, answer.body["access_token"])
    written = message(scene, "PPKEFU")
    headers = {"Authorization": f"OAuth {answer.body['access_token']}"}
    assert scene.world.call("POST", "/api/PP_SEND_MESSAGE", written, **headers).body["error_code"] == 0
    assert by_password(scene, label, user_password=WIRE_PASSWORD.upper()).body["error_code"] == 0


def test_a_wrong_password_is_minus_one_for_whatever_is_wrong(scene: Scene, rival: Scene) -> None:
    wrong = [{"user_password": "correct horse"}, {"user_password": ""}, {"user_email": "nobody@x.test"}, {"user_email": ""}]
    wrong += [{"client_id": "x"}, {"client_id": ""}, {"client_id": rival.world.clients["PPKEFU"][0]}]
    wrong += [
        {"user_email": scene.visitor.id},
        {"user_email": "é" * 3_000},
        {"client_id": "é" * 3_000},
        {"user_password": "\x00"},
    ]
    answers = [by_password(scene, "PPKEFU", **changes) for changes in wrong]
    answers += [by_password(scene, label) for label in ("PPCOM", "THIRD_PARTY_KEFU", "THIRD_PARTY_CONSOLE")]
    assert [(answer.status, answer.body) for answer in answers] == [(200, {"error_code": -1})] * len(answers)


def test_only_a_form_is_posted_for_a_token(scene: Scene) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert scene.world.call(method, "/ppauth/token").body["error_code"] == 1
    for body in ("", "{}", "grant_type", "&&&", "%ff%00", "a=" + "b&a=" * 200, json.dumps({"grant_type": "password"})):
        answer = scene.world.call("POST", "/ppauth/token", body, Content_Type="application/x-www-form-urlencoded")
        assert answer.status < 500
        assert "access_token" not in answer.body
        assert answer.body.get("error") or answer.body.get("error_code") not in (None, 0, 17)


# --- messages


def page(visitor: Visitor, **given: Any) -> dict[str, Any]:
    body = {"conversation_uuid": visitor.conversation, "user_uuid": visitor.id} | given
    return dict(visitor.world.pp("PP_PAGE_HISTORY_MESSAGE", **body).body)


def texts(shown: dict[str, Any]) -> list[str]:
    assert (shown["error_code"], shown["return_count"]) == (0, len(shown["list"]))
    return [entry["body"] for entry in shown["list"]]


@pytest.fixture(scope="module")
def talkative(scene: Scene) -> Visitor:
    """A visitor who has written 65 messages, between which stand two notes of an agent."""
    visitor = scene.world.visitor()
    listed = scene.world.call("GET", "/api/v3/anytime/conversations", **scene.bearer()).body["conversations"]
    number = max(entry["id"] for entry in listed)
    note = {"type": "note", "plainBody": "for agents only"}
    for at in range(65):
        assert visitor.say(str(at)).body["error_code"] == 0
        if at in (20, 63):
            scene.world.call("POST", f"/api/v3/anytime/conversations/{number}/messages", note, **scene.bearer())
    return visitor


def expected(first: int, last: int) -> list[str]:
    return [str(at) for at in range(first, last - 1, -1)]


def test_pages_are_thirty_newest_first_and_notes_are_on_none(talkative: Visitor) -> None:
    first = page(talkative)
    assert texts(first) == expected(64, 35)
    assert (first["total_count"], first["page_size"], first["page_offset"]) == (65, 30, 0)
    assert texts(page(talkative, page_offset=0)) == expected(64, 35)
    assert texts(page(talkative, page_offset=1)) == expected(34, 5)
    assert texts(page(talkative, page_offset=2)) == expected(4, 0)
    assert texts(page(talkative, page_offset=3)) == []
    assert texts(page(talkative, page_size=7, page_offset=2)) == expected(50, 44)
    assert texts(page(talkative, page_size=100)) == expected(64, 0)


def test_pages_before_and_after_a_message_leave_it_out(talkative: Visitor) -> None:
    at = {entry["body"]: entry["uuid"] for entry in page(talkative, page_size=100)["list"]}
    assert texts(page(talkative, max_uuid=at["40"])) == expected(39, 10)
    assert texts(page(talkative, max_uuid=at["3"])) == expected(2, 0)
    assert texts(page(talkative, max_uuid=at["0"])) == texts(page(talkative, min_uuid=at["64"])) == []
    assert texts(page(talkative, min_uuid=at["60"])) == expected(64, 61)
    assert texts(page(talkative, min_uuid=at["40"], page_size=5)) == expected(45, 41)
    seen, pivot = texts(page(talkative, page_size=20)), at["45"]
    while older := page(talkative, max_uuid=pivot, page_size=20)["list"]:
        seen += [entry["body"] for entry in older]
        pivot = older[-1]["uuid"]
    assert seen == expected(64, 0)


def test_pages_that_cannot_be(talkative: Visitor, scene: Scene) -> None:
    known = page(talkative)["list"][0]["uuid"]
    assert page(talkative, max_uuid=known, min_uuid=known)["error_code"] == 42
    assert page(talkative, page_size=101)["error_code"] == page(talkative, page_size=10**9)["error_code"] == 41
    foreign = page(scene.visitor)["list"][0]["uuid"]
    for pivot in (str(uuid.uuid4()), "nothing", foreign):
        assert page(talkative, max_uuid=pivot)["error_code"] == page(talkative, min_uuid=pivot)["error_code"] == 18


def test_a_message_is_stored_once_however_often_it_is_sent(scene: Scene) -> None:
    visitor, id_ = scene.world.visitor(), str(uuid.uuid4())
    first, again, other = visitor.say("once", id_).body, visitor.say("once", id_).body, visitor.say("twice", id_).body
    assert first["error_code"] == again["error_code"] == 0
    assert first["uuid"] == again["uuid"] == id_
    assert other["error_code"] in (0, 33)
    assert visitor.history() == ["once"]
    assert texts(page(visitor)) == ["once"]
    elsewhere = scene.world.visitor()
    assert elsewhere.say("also mine", id_).body["error_code"] == 0
    assert (elsewhere.history(), visitor.history()) == (["also mine"], ["once"])


def test_what_is_no_message_is_16(scene: Scene) -> None:
    before = scene.visitor.history()
    wrong: list[dict[str, Any]] = [
        {"message_subtype": "NOISE"},
        {"message_type": "SYS"},
        {"from_type": "AP"},
        {"uuid": "no uuid"},
    ]
    wrong += [{"message_body": "x" * 60_001}, {"message_body": "é" * 30_001}]
    wrong += [{"conversation_uuid": "none", "to_uuid": "none"}, {"conversation_uuid": str(uuid.uuid4())}]
    for changes in wrong:
        shown = scene.world.pp("PP_SEND_MESSAGE", **message(scene, "PPCOM") | changes).body
        assert (shown["error_code"], changes) == (16, changes)
    assert scene.visitor.history() == before


def test_a_recipient_is_of_a_documented_type(scene: Scene) -> None:
    for to_type in ("XX", "ap", "\x00"):
        shown = scene.world.pp("PP_SEND_MESSAGE", **message(scene, "PPCOM") | {"to_type": to_type}).body
        assert (shown["error_code"], to_type) == (16, to_type)


def test_a_message_is_shown_with_the_letters_of_the_socket(scene: Scene) -> None:
    visitor = scene.world.visitor()
    sent = message(scene, "PPCOM") | {"from_uuid": visitor.id, "message_body": "日本 🙂 \x00 \"'"}
    sent |= {"conversation_uuid": visitor.conversation, "to_uuid": visitor.conversation, "device_uuid": visitor.device}
    assert scene.world.pp("PP_SEND_MESSAGE", **sent).body["error_code"] == 0
    (shown,) = page(visitor)["list"]
    letters = json.loads(shown["message_body"])
    assert sorted(letters) == LETTERS
    assert {name: letters[name] for name in ("ci", "ct", "fi", "ft", "ti", "tt", "mt", "ms", "bo", "id", "tl")} == {
        "ci": visitor.conversation,
        "ct": "P2S",
        "fi": visitor.id,
        "ft": "DU",
        "ti": visitor.conversation,
        "tt": "AP",
        "mt": "NOTI",
        "ms": "TEXT",
        "bo": sent["message_body"],
        "id": sent["uuid"],
        "tl": None,
    }
    assert isinstance(letters["ts"], float)
    assert letters["ts"] == scene.world.now / 1000
    assert (shown["uuid"], shown["body"], shown["from_device_uuid"]) == (sent["uuid"], sent["message_body"], visitor.device)
    assert gaps({"uuid": "string", "user_fullname": "string"}, shown["from_user"], {}) == []
