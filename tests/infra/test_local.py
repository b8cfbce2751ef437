"""`make run` as a process: it starts, is killed, starts again, and has lost nothing."""

import json
import os
import signal
import smtplib
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.running import Desk
from tests.waiting import PATIENCE, until


class Browser:
    """A visitor's widget on a real WebSocket: `received` is what it was told."""

    def __init__(self, desk: Desk, user: str, device: str) -> None:
        self.desk, self.user, self.device = desk, user, device
        self.received: list[dict[str, Any]] = []
        self.socket = connect(desk.json["ws"], open_timeout=PATIENCE)
        given = {"api_token": desk.token, "app_uuid": desk.json["account"]["app_uuid"], "user_uuid": user, "device_uuid": device}
        self.send("auth", is_service_user=False, extra_data=None, **given)
        assert self.until("ACK", what="AUTH")["code"] == 0

    def send(self, kind: str, **given: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **given}))

    def until(self, kind: str, **facts: Any) -> dict[str, Any]:
        """The next thing of a type with these facts that it is told."""
        while True:
            told = dict(json.loads(self.socket.recv(timeout=PATIENCE)))
            if told["type"] == kind and facts.items() <= told.items():
                return told

    def lose(self) -> None:
        """The connection breaks off without a word."""
        self.socket.socket.close()


#: What desk.json says: where this run is, and what stays.
_ADDRESSES = {"http", "ws", "smtp", "console", "site"}
_NAMED = {"account", "owner", "agents", "ppmessage", "anytime", "livechat"}


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def written(desk: Desk) -> None:
    """A mail, which is refused before its address is an e-mail account, and taken after."""
    host, _, port = desk.json["smtp"].partition(":")
    made, to = b"From: ann@customer.example\r\nSubject: A mail\r\n\r\nhello\r\n", "support@desk.example"
    with smtplib.SMTP(host, int(port), timeout=PATIENCE) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("ann@customer.example", to, made)
        assert refused.value.recipients[to] == (550, f"5.1.1 No such address here: {to}".encode())
        owner = desk.bearer(desk.json["owner"])
        assert desk.http.post("/api/v3/anytime/emailAccounts", json={"email": to}, headers=owner).status_code == 200
        client.sendmail("ann@customer.example", to, made)


def mailed(desk: Desk) -> list[str]:
    """Where the conversations came to that mails have begun."""
    listed = desk.http.get("/api/v3/anytime/conversations", headers=desk.bearer(desk.json["owner"])).json()
    return [row["receivedFrom"] for row in listed["conversations"] if row["channel"] == "email"]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    """Starts a desk on the test's folder; whatever runs at the end is ended."""
    desks: list[Desk] = []

    def start() -> Desk:
        desks.append(Desk(tmp_path))
        return desks[-1].ready()

    yield start
    for desk in desks:
        desk.process.kill()
        desk.process.communicate()
        desk.http.close()


def test_ctrl_c_leaves_nothing_running_and_the_data_survives(started: Callable[[], Desk]) -> None:
    desk = started()
    first = desk.json
    assert set(first) == _NAMED | _ADDRESSES
    assert len(first["agents"]) >= 3
    visitor = desk.arrive()
    desk.say(visitor, "hello")
    file = desk.bring(visitor, bytes(range(256)))
    written(desk)
    command = [sys.executable, "-m", "infra.dead", "local", "list"]
    letters = subprocess.run(command, env=os.environ | {"DATA": str(desk.data)}, capture_output=True, text=True, timeout=PATIENCE)
    assert letters.stdout.splitlines()[0] == f"{'routing-dead':<14} 0", letters.stderr
    children = desk.children()
    assert desk.stop() == 0
    assert children and all(until(partial(gone, pid)) for pid in children)
    again = started()
    elsewhere = dict.fromkeys(_ADDRESSES, "")
    assert {**again.json, **elsewhere} == {**first, **elsewhere}
    assert until(partial(mailed, again)) == ["support@desk.example"]
    assert again.texts(visitor)[0] == "hello"
    found = again.download(file)
    assert (found.status_code, found.content, found.headers["Content-Type"]) == (200, bytes(range(256)), "text/plain")
    assert found.headers["Content-Disposition"] == "attachment; filename*=utf-8''%C3%A9.txt"
    assert found.headers["Access-Control-Allow-Origin"] in ("*", "https://shop.example")
    assert again.http.get(f"/identicon/{visitor['user_uuid']}.png").headers["Content-Type"] == "image/png"
    assert again.stop(signal.SIGTERM) == 0


def test_a_kill_between_a_message_and_its_event_loses_neither(started: Callable[[], Desk]) -> None:
    desk = started()
    agent = desk.online()
    visitors = [desk.arrive() for _ in range(3)]
    for visitor in visitors:
        desk.say(visitor, "hello")
    children = desk.children()
    desk.stop(signal.SIGKILL)
    assert all(until(partial(gone, pid)) for pid in children)
    again = started()
    for visitor in visitors:
        assert again.texts(visitor) == ["hello"]
        assert until(partial(assigned, again, visitor)) == agent


def test_a_kill_of_the_embedded_aws_is_told_and_loses_nothing(started: Callable[[], Desk]) -> None:
    desk = started()
    visitor = desk.arrive()
    desk.say(visitor, "hello")
    (aws,) = desk.children()
    os.kill(aws, signal.SIGKILL)
    assert desk.process.wait(timeout=PATIENCE) == 2
    assert "nothing that was stored is lost" in str(desk.process.stderr and desk.process.stderr.read())
    assert started().texts(visitor) == ["hello"]


def test_a_widget_hears_its_agent_and_after_a_lost_connection_what_it_missed(started: Callable[[], Desk]) -> None:
    desk = started()
    desk.online()
    assert desk.pp("PP_GET_APP_INFO")["uuid"] == desk.json["account"]["app_uuid"]
    user = desk.pp("PP_CREATE_ANONYMOUS", ppcom_trace_uuid="a browser")["user_uuid"]
    made = {"user_uuid": user, "device_id": "a browser", "device_ostype": "BROWSER", "ppcom_trace_uuid": "a browser"}
    device = desk.pp("PP_CREATE_DEVICE", **made)["device_uuid"]
    desk.pp("PP_UPDATE_DEVICE", device_uuid=device, user_uuid=user, device_fullname="Firefox")
    browser = Browser(desk, user, device)
    asked = {"from_uuid": user, "device_uuid": device}
    assert desk.pp("GET_UNACKED_MESSAGES", **asked)["size"] == 0
    chat = desk.pp("PPCOM_GET_DEFAULT_CONVERSATION", user_uuid=user, device_uuid=device)["uuid"]
    visitor = {"user_uuid": user, "conversation_uuid": chat}
    browser.send("typing_watch", conversation_uuid=chat)
    assert browser.until("ACK", what="TYPING_WATCH")["code"] == 0
    said = {
        "uuid": str(uuid.uuid4()),
        "from_uuid": user,
        "from_type": "DU",
        "to_uuid": chat,
        "to_type": "AP",
        "device_uuid": device,
    }
    said |= {"conversation_uuid": chat, "message_type": "NOTI", "message_subtype": "TEXT", "message_body": "hello"}
    for _ in range(2):
        browser.send("send", send=said)
        ack = browser.until("ACK", what="SEND")
        assert (ack["code"], ack["extra"]) == (0, {"uuid": said["uuid"], "conversation_uuid": chat})
    until(partial(assigned, desk, visitor))
    desk.answer("How can I help?")
    message = browser.until("MSG")["msg"]
    assert (message["bo"], message["ci"]) == ("How can I help?", chat)
    desk.pp("ACK_MESSAGE", list=[message["pid"]], user_uuid=user)
    browser.lose()
    desk.answer("Are you still there?")
    again = Browser(desk, user, device)
    missed = desk.pp("GET_UNACKED_MESSAGES", **asked)
    assert [json.loads(missed["message"][pid])["bo"] for pid in missed["list"]] == ["Are you still there?"]
    desk.pp("ACK_MESSAGE", list=missed["list"], user_uuid=user)
    assert desk.pp("GET_UNACKED_MESSAGES", **asked)["size"] == 0
    desk.answer("Bye.")
    while (message := again.until("MSG")["msg"])["bo"] != "Bye.":
        assert message["bo"] == "Are you still there?", "the event may come after the new connection"
    assert desk.texts(visitor) == ["hello", "How can I help?", "Are you still there?", "Bye."]
    again.socket.close()


def assigned(desk: Desk, visitor: dict[str, str]) -> str | None:
    agent: str | None = desk.pp("PP_GET_CONVERSATION_INFO", **visitor)["assigned_uuid"]
    return agent


def test_a_taken_port_and_a_taken_folder_are_clear_errors(started: Callable[[], Desk], tmp_path: Path) -> None:
    desk = started()
    for rival, word in ((Desk(tmp_path / "other", desk.port), f"port {desk.port} is taken"), (Desk(tmp_path), "another desk")):
        _, error = rival.process.communicate(timeout=PATIENCE)
        assert rival.process.returncode == 2
        assert word in error and "Traceback" not in error
        rival.http.close()


def test_each_address_is_a_client_of_its_own_whatever_it_says_of_itself(started: Callable[[], Desk]) -> None:
    desk = started()
    own, user = {"app_uuid": desk.json["account"]["app_uuid"]}, desk.arrive()["user_uuid"]
    headers, claim = {"Authorization": f"OAuth {desk.token}"}, {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
    device = desk.pp("PP_CREATE_DEVICE", user_uuid=user, device_id="a", device_ostype="BROWSER", ppcom_trace_uuid="a")[
        "device_uuid"
    ]

    def upload(client: httpx.Client, who: str) -> int:
        sent = client.post("/upload", data={"user_uuid": who}, files={"file": ("a.txt", b"words", "text/plain")}, headers=claim)
        return int(sent.json()["error_code"])

    with desk.at("127.0.0.2") as elsewhere:
        assert (upload(desk.http, user), upload(elsewhere, user)) == (0, 20)
        assert upload(desk.http, desk.json["agents"][0]["user_uuid"]) == 20, "the uuid of an agent is told to everybody"
        assert elsewhere.post("/upload_txt", data={"content_txt": "words"}, headers=claim).json()["error_code"] == 20
        with connect(desk.json["ws"], open_timeout=PATIENCE, source_address=("127.0.0.2", 0)) as socket:
            given = {"type": "auth", "api_token": desk.token, "user_uuid": user, "device_uuid": device, **own}
            socket.send(json.dumps({**given, "is_service_user": False, "extra_data": None}))
            assert json.loads(socket.recv(timeout=PATIENCE))["code"] == 0
        assert upload(elsewhere, user) == 0
        for _ in range(200):
            made = {**own, "ppcom_trace_uuid": str(uuid.uuid4())}
            answer = desk.http.post("/api/PP_CREATE_ANONYMOUS", json=made, headers=headers | {"X-Forwarded-For": "10.0.0.9"})
            if answer.json()["error_code"]:
                break
        assert answer.status_code == 200
        assert answer.json()["error_code"] == 20
        assert 0 < int(answer.headers["Retry-After"]) == answer.json()["retry_after"] <= 60
        assert elsewhere.post("/api/PP_CREATE_ANONYMOUS", json=made, headers=headers).json()["error_code"] == 0
