"""`make run` as a process: it starts, is killed, starts again, and has lost nothing."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.waiting import PATIENCE, free_port, until


class Desk:
    """A running desk, and one visitor's calls to it."""

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data, self.port = data, port or free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POLYDESK_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"],
            env=environment | {"PORT": str(self.port), "DATA": str(data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    def ready(self) -> "Desk":
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line == f"ready http://127.0.0.1:{self.port}\n", self.process.communicate()[1]
        self.json = json.loads((self.data / "desk.json").read_text())
        client = self.json["ppmessage"]["PPCOM"]
        form = {"grant_type": "client_credentials", "client_id": client["api_key"], "client_secret": client["api_secret"]}
        self.token = self.http.post("/ppauth/token", data=form).json()["access_token"]
        return self

    def pp(self, endpoint: str, **given: Any) -> dict[str, Any]:
        body = {"app_uuid": self.json["account"]["app_uuid"], **given}
        answer = self.http.post(f"/api/{endpoint}", json=body, headers={"Authorization": f"OAuth {self.token}"}).json()
        assert answer["error_code"] == 0, answer
        return dict(answer)

    def arrive(self) -> dict[str, str]:
        """A visitor: his uuid and his conversation's."""
        user = self.pp("PP_CREATE_ANONYMOUS", ppcom_trace_uuid=str(uuid.uuid4()))["user_uuid"]
        chat = self.pp("PPCOM_GET_DEFAULT_CONVERSATION", user_uuid=user, device_uuid="d")["uuid"]
        return {"user_uuid": user, "conversation_uuid": chat}

    def say(self, visitor: dict[str, str], text: str) -> None:
        user, chat = visitor["user_uuid"], visitor["conversation_uuid"]
        given = {"from_uuid": user, "from_type": "DU", "to_uuid": chat, "to_type": "AP", "conversation_uuid": chat}
        kind = {"message_type": "NOTI", "message_subtype": "TEXT", "message_body": text}
        self.pp("PP_SEND_MESSAGE", uuid=str(uuid.uuid4()), **given, **kind)

    def texts(self, visitor: dict[str, str]) -> list[str]:
        return [message["body"] for message in reversed(self.pp("PP_PAGE_HISTORY_MESSAGE", **visitor)["list"])]

    def online(self) -> str:
        agent = self.json["agents"][0]
        form = {"grant_type": "password", "email": agent["email"], "password": agent["password"]}
        token = self.http.post("/oauth/token", data=form).json()["access_token"]
        assert self.http.put("/cs-chat-ticket/v1/online", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        return str(agent["user_uuid"])

    def children(self) -> list[int]:
        """Process ids of what it has started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE)


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


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
    assert {"http", "ws", "account", "owner", "agents", "ppmessage", "anytime", "livechat"} == set(first)
    assert len(first["agents"]) >= 3
    visitor = desk.arrive()
    desk.say(visitor, "hello")
    children = desk.children()
    assert desk.stop() == 0
    assert children and all(until(partial(gone, pid)) for pid in children)
    again = started()
    assert {**again.json, "http": "", "ws": ""} == {**first, "http": "", "ws": ""}
    assert again.texts(visitor) == ["hello"]
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
