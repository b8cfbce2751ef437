"""`make run` as a process, for tests that need all of it; and its HTTP alone, in this process."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

import app
from infra import server
from tests.waiting import PATIENCE, free_port


@contextmanager
def served() -> Iterator[str]:
    """The address at which the app is served meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("__class__", "routes"):
            patch.setattr(app.app, name, getattr(app.app, name))
        web = server.serve(app.app, free_port())
        threading.Thread(target=web.server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{web.port}"
        web.shutdown()
        web.server.server_close()


class Desk:
    """A running desk, and one visitor's calls to it."""

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data, self.port = data, port or free_port()
        self.tokens: dict[str, str] = {}
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POLYDESK_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"],
            env=environment | {"PORT": str(self.port), "DATA": str(data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    def at(self, address: str) -> httpx.Client:
        """Calls from another address of this machine."""
        transport = httpx.HTTPTransport(local_address=address)
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20, transport=transport)

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
        """A visitor: their uuid and their conversation's."""
        user = self.pp("PP_CREATE_ANONYMOUS", ppcom_trace_uuid=str(uuid.uuid4()))["user_uuid"]
        chat = self.pp("PPCOM_GET_DEFAULT_CONVERSATION", user_uuid=user, device_uuid="d")["uuid"]
        return {"user_uuid": user, "conversation_uuid": chat}

    def say(self, visitor: dict[str, str], text: str) -> None:
        self.send(visitor, "TEXT", text)

    def send(self, visitor: dict[str, str], subtype: str, body: str) -> None:
        user, chat = visitor["user_uuid"], visitor["conversation_uuid"]
        given = {"from_uuid": user, "from_type": "DU", "to_uuid": chat, "to_type": "AP", "conversation_uuid": chat}
        kind = {"message_type": "NOTI", "message_subtype": subtype, "message_body": body}
        self.pp("PP_SEND_MESSAGE", uuid=str(uuid.uuid4()), **given, **kind)

    def bring(self, visitor: dict[str, str], data: bytes) -> str:
        """Sends a file; its id."""
        form = {"user_uuid": visitor["user_uuid"]}
        fid = str(self.http.post("/upload", data=form, files={"file": ("é.txt", data, "text/plain")}).json()["fuuid"])
        self.send(visitor, "FILE", json.dumps({"fid": fid, "mime": "text/plain"}))
        return fid

    def download(self, fid: str) -> httpx.Response:
        """What a browser gets, once it has gone where it is sent."""
        return self.http.get(f"/download/{fid}", follow_redirects=True, headers={"Origin": "https://shop.example"})

    def texts(self, visitor: dict[str, str]) -> list[str]:
        return [message["body"] for message in reversed(self.pp("PP_PAGE_HISTORY_MESSAGE", **visitor)["list"])]

    def agent(self) -> dict[str, str]:
        """Headers of the first agent."""
        return self.bearer(self.json["agents"][0])

    def bearer(self, who: dict[str, str]) -> dict[str, str]:
        """Headers of somebody with an e-mail and a password, who logs in once."""
        form = {"grant_type": "password", "email": who["email"], "password": who["password"]}
        if who["email"] not in self.tokens:
            self.tokens[who["email"]] = self.http.post("/oauth/token", data=form).json()["access_token"]
        return {"Authorization": f"Bearer {self.tokens[who['email']]}"}

    def online(self) -> str:
        assert self.http.put("/cs-chat-ticket/v1/online", headers=self.agent()).status_code == 200
        return str(self.json["agents"][0]["user_uuid"])

    def answer(self, text: str) -> None:
        """The first agent answers in the first conversation, through Anytime."""
        body = {"type": "reply", "plainBody": text}
        answer = self.http.post("/api/v3/anytime/conversations/1/messages", json=body, headers=self.agent())
        assert answer.status_code == 200, answer.text

    def children(self) -> list[int]:
        """Process ids of what it has started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE)
