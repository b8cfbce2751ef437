"""The desk as `make run` starts it, over another DynamoDB where the environment points to one, and what its users do."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.bench.web import Connection, Unanswered
from tests.waiting import free_port

_CONVERSATIONS, _CONTACTS = "/api/v3/anytime/conversations", "/api/v3/anytime/contacts"
_INCLUDED = "include=contact,agentAssignee"
_OPEN = urlencode({"conditions[0][field]": "status", "conditions[0][matchType]": "isNot", "conditions[0][value]": "closed"})
_PAGE = 50


@contextmanager
def running(data: Path) -> Iterator[int]:
    """`make run` on a folder, ready. Yields its port."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "DATA": str(data)}
    process = subprocess.Popen([sys.executable, "-m", "infra.local"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or not process.stdout.readline().startswith("ready"):
            raise Unanswered("the desk does not start")
        yield port
    finally:
        process.terminate()
        process.wait()


class Desk:
    """A running desk, whose visitors write in PPMessage's words and whose agents in Anytime's.

    Every tenth of the first `size` conversations is open; those are what is posted to and closed.
    """

    name = "desk"

    def __init__(self, data: Path, port: int, size: int) -> None:
        self.port, self._json = port, json.loads((data / "desk.json").read_text())
        self._app = self._json["account"]["app_uuid"]
        self._visitors, self._agent = self._tokens()
        self._contacts: list[int] = []
        self._posted, self._closed = count(10, 10), count(size - size % 10, -10)
        self.operations: dict[str, Callable[[Connection], object]] = {
            "create": self._create,
            "chat of a new visitor": lambda web: self.open(web, self.arrive(web)),
            "post": self._post,
            "list, all": lambda web: self._page(web, ""),
            "list, open": lambda web: self._page(web, f"&{_OPEN}"),
            "close": self._close,
        }

    def _tokens(self) -> tuple[dict[str, str], dict[str, str]]:
        """Headers of the visitors' page, and of the first agent."""
        web, form = Connection(self.port), {"Content-Type": "application/x-www-form-urlencoded"}
        client, agent = self._json["ppmessage"]["PPCOM"], self._json["agents"][0]
        asked = {"grant_type": "client_credentials", "client_id": client["api_key"], "client_secret": client["api_secret"]}
        visitors = json.loads(web.request("POST", "/ppauth/token", urlencode(asked), form)[1])["access_token"]
        asked = {"grant_type": "password", "email": agent["email"], "password": agent["password"]}
        bearer = json.loads(web.request("POST", "/oauth/token", urlencode(asked), form)[1])["access_token"]
        kind = {"Content-Type": "application/json"}
        return {"Authorization": f"OAuth {visitors}", **kind}, {"Authorization": f"Bearer {bearer}", **kind}

    def _ask(self, web: Connection, endpoint: str, **given: Any) -> dict[str, Any]:
        answer: dict[str, Any] = web.json("POST", f"/api/{endpoint}", {"app_uuid": self._app, **given}, self._visitors)
        if answer["error_code"]:
            raise Unanswered(f"{endpoint} answered {answer}")
        return answer

    def expect(self, contacts: int) -> None:
        """Creates contacts that have no conversation yet."""
        web = Connection(self.port)
        for at in range(contacts):
            made = web.json("POST", _CONTACTS, {"name": f"New {at}", "email": f"new{at}@desk.example"}, self._agent)
            self._contacts.append(made["contact"]["id"])

    def arrive(self, web: Connection) -> str:
        """A visitor's uuid, who was never here before."""
        return str(self._ask(web, "PP_CREATE_ANONYMOUS", ppcom_trace_uuid=str(uuid4()))["user_uuid"])

    def _create(self, web: Connection) -> None:
        """A conversation with its first message for a contact who is known: one request."""
        said = {"type": "reply", "plainBody": "How do I change my order?"}
        given = {"subject": "My order", "channel": "portal", "contactId": self._contacts.pop(), "message": said}
        web.json("POST", _CONVERSATIONS, given, self._agent)

    def open(self, web: Connection, visitor: str) -> None:
        """A visitor's chat, with its first message: two requests."""
        chat = self._ask(web, "PPCOM_GET_DEFAULT_CONVERSATION", user_uuid=visitor, device_uuid="browser")["uuid"]
        ends = {"from_uuid": visitor, "from_type": "DU", "to_uuid": chat, "to_type": "AP", "conversation_uuid": chat}
        said = {"message_type": "NOTI", "message_subtype": "TEXT", "message_body": "How do I change my order?"}
        self._ask(web, "PP_SEND_MESSAGE", uuid=str(uuid4()), **ends, **said)

    def _post(self, web: Connection) -> None:
        said = {"type": "reply", "plainBody": "We have changed it for you."}
        web.json("POST", f"{_CONVERSATIONS}/{next(self._posted)}/messages", said, self._agent)

    def _close(self, web: Connection) -> None:
        web.json("PUT", f"{_CONVERSATIONS}/{next(self._closed)}", {"status": "closed"}, self._agent)

    def _page(self, web: Connection, further: str) -> None:
        page = web.json("GET", f"{_CONVERSATIONS}?{_INCLUDED}{further}", None, self._agent)
        if len(page["conversations"]) != _PAGE:
            raise Unanswered(f"a page of {len(page['conversations'])} conversations")
