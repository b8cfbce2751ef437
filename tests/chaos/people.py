"""Visitors and agents as their clients behave: what gets no answer is asked again, under the same id."""

import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.chaos.desk import Desk

#: Seconds after which a client gives up a request; what it was for may have happened or not.
GIVES_UP = 90
_ANYTIME = "/api/v3/anytime"
#: PPMessage's codes of what is no fault of the caller's: the desk's own, and a conflict.
_AGAIN = (17,)


class GaveUp(Exception):
    """The desk did not answer in time."""


class Refused(Exception):
    """The desk said no to what it has to do."""


@dataclass
class Said:
    """What somebody said in a conversation: acknowledged texts in their order, and those of which nobody knows."""

    told: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class Client(threading.Thread):
    """Somebody in a thread, who acts until `ended` is set. `problems` are answers that no client should get."""

    def __init__(self, desk: Desk, seed: str, address: str, ended: threading.Event) -> None:
        super().__init__(name=seed, daemon=True)
        self.desk, self.dice, self.ended = desk, random.Random(seed), ended
        transport = httpx.HTTPTransport(local_address=address)
        self._http = httpx.Client(base_url=desk.http, timeout=15, transport=transport)
        self.problems: list[str] = []
        self.asked = self.repeated = 0

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                self.act()
            except GaveUp:
                continue
            except Refused as error:
                self.problems.append(f"{self.name}: {error}")
                self.ended.wait(1)
            self.ended.wait(self.dice.uniform(0.05, 0.6))

    def act(self) -> None:
        """One thing that they do."""
        raise NotImplementedError

    def ask(self, method: str, path: str, again: Callable[[httpx.Response], bool] = lambda answer: False, **content: Any) -> Any:
        """The JSON answered, the request being repeated as it is until there is one. Raises GaveUp, Refused."""
        until = time.monotonic() + GIVES_UP
        self.asked += 1
        while time.monotonic() < until:
            try:
                answer = self._http.request(method, path, **content)
                if answer.status_code < 500 and answer.status_code not in (409, 429) and not again(answer):
                    return self._read(method, path, answer)
            except httpx.TransportError:
                pass
            self.repeated += 1
            time.sleep(self.dice.uniform(0.1, 0.5))
        raise GaveUp

    def _read(self, method: str, path: str, answer: httpx.Response) -> Any:
        if not answer.is_success:
            raise Refused(f"{method} {path} answered {answer.status_code}: {answer.text[:200]}")
        return answer.json() if answer.content else None


class Visitor(Client):
    """Somebody on a page, with one conversation. `said` is what they told it, `heard` the texts that they were told."""

    def __init__(self, desk: Desk, seed: str, address: str, ended: threading.Event) -> None:
        super().__init__(desk, seed, address, ended)
        self.trace = str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        self.token = self.id = self.chat = ""
        self.said, self._count = Said(), 0
        self.heard: set[str] = set()

    def act(self) -> None:
        if not self.chat:
            self._arrive()
        if self.said.unknown:
            return  # their client shows an error, and they go away: what they said last is there or not
        self._count += 1
        text = f"{self.name} says {self._count}" + " word" * self.dice.choice([0, 3, 12])
        given = {"uuid": str(uuid.UUID(int=self.dice.getrandbits(128), version=4)), "conversation_uuid": self.chat}
        given |= {"from_uuid": self.id, "from_type": "DU", "to_uuid": self.chat, "to_type": "AP"}
        given |= {"message_type": "NOTI", "message_subtype": "TEXT", "message_body": text}
        self.said.unknown.append(text)
        self.send(given)
        self.said.told.append(self.said.unknown.pop())

    def send(self, given: dict[str, Any]) -> None:
        """Sends a message until it is acknowledged. Raises GaveUp."""
        self.pp("PP_SEND_MESSAGE", **given)

    def _arrive(self) -> None:
        client = self.desk.json["ppmessage"]["PPCOM"]
        form = {"grant_type": "client_credentials", "client_id": client["api_key"], "client_secret": client["api_secret"]}
        self.token = self.ask("POST", "/ppauth/token", data=form)["access_token"]
        self.id = self.pp("PP_CREATE_ANONYMOUS", ppcom_trace_uuid=self.trace)["user_uuid"]
        self.chat = self.pp("PPCOM_GET_DEFAULT_CONVERSATION", user_uuid=self.id, device_uuid=self.trace)["uuid"]

    def pp(self, endpoint: str, accepted: tuple[int, ...] = (0,), **given: Any) -> dict[str, Any]:
        """A PPMessage answer. Raises GaveUp; Refused for a code that is not accepted."""
        body = {"app_uuid": self.desk.json["account"]["app_uuid"], **given}
        headers = {"Authorization": f"OAuth {self.token}"}
        answer = self.ask("POST", f"/api/{endpoint}", lambda got: _code(got) in _AGAIN, json=body, headers=headers)
        if answer["error_code"] not in accepted:
            raise Refused(f"{endpoint} answered {answer['error_code']}: {answer.get('error_detail')}")
        return dict(answer)

    def history(self) -> list[str]:
        """The latest texts of the conversation that are not the desk's own, oldest first."""
        answer = self.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=self.chat, user_uuid=self.id)
        return [message["body"] for message in reversed(answer["list"])]


def _code(answer: httpx.Response) -> Any:
    return answer.json().get("error_code") if answer.is_success and answer.content else None


class Agent(Client):
    """One of the desk's agents, who answers what is theirs. `said` is what they told each conversation, by its number."""

    def __init__(self, desk: Desk, known: dict[str, Any], seed: str, address: str, ended: threading.Event) -> None:
        super().__init__(desk, seed, address, ended)
        self.known, self.number = known, int(known["id"])
        self.said: dict[int, Said] = {}
        self._token, self._came, self._count = "", 0.0, 0

    def act(self) -> None:
        if not self._token:
            self.log_in()
        if time.monotonic() > self._came + 10:
            self.call("PUT", "/cs-chat-ticket/v1/online")
            self._came = time.monotonic()
        condition = {"field": "agentAssigneeId", "matchType": "is", "value": self.number}
        asked = {f"conditions[0][{name}]": str(value) for name, value in condition.items()} | {"status": "open"}
        rows = self.call("GET", f"{_ANYTIME}/conversations", params=asked)["conversations"]
        for row in self.dice.sample(rows, min(3, len(rows))):
            if self.dice.random() < 0.1:
                self.call("PUT", f"{_ANYTIME}/conversations/{row['id']}", json={"status": "closed"})
            else:
                self._answer(int(row["id"]))

    def log_in(self) -> None:
        """Gets a token."""
        form = {"grant_type": "password", "email": self.known["email"], "password": self.known["password"]}
        self._token = self.ask("POST", "/oauth/token", data=form)["access_token"]

    def _answer(self, number: int) -> None:
        said = self.said.setdefault(number, Said())
        self._count += 1
        text = f"{self.name} answers {self._count}"
        said.unknown.append(text)
        body, key = {"type": "reply", "plainBody": text}, {"Idempotency-Key": f"{self.name} {self._count}"}
        self.call("POST", f"{_ANYTIME}/conversations/{number}/messages", json=body, headers=key)
        said.told.append(said.unknown.pop())

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **content: Any) -> Any:
        """A call with this agent's token."""
        return self.ask(method, path, headers={"Authorization": f"Bearer {self._token}", **(headers or {})}, **content)
