"""A running desk as its clients reach it: over HTTP only, a visitor by PPMessage, an agent by Anytime and OneView."""

import json
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from infra.replay.check import Line, Shown
from infra.replay.script import AGENT, VISITOR

Json = dict[str, Any]
_T = TypeVar("_T")
_RETRIES, _PAGE, _HOMES = 3, 30, 250
_EPOCH = datetime.fromtimestamp(0, UTC)
_ANYTIME, _ONEVIEW = "/api/v3/anytime/conversations", "/cs-chat-ticket/v1"


class Unusable(Exception):
    """There is nothing to replay, or no desk to replay it into."""


class Refused(Exception):
    """The desk gave an answer that it should not give."""


@dataclass(frozen=True)
class Desk:
    """What `desk.json` says."""

    http: str
    app: str
    key: str
    secret: str
    agents: list[Json]

    @classmethod
    def load(cls, folder: Path) -> "Desk":
        """Reads the folder's `desk.json`. Raises Unusable."""
        path = folder / "desk.json"
        try:
            found = json.loads(path.read_text())
            client = found["ppmessage"]["PPCOM"]
            return cls(found["http"], found["account"]["app_uuid"], client["api_key"], client["api_secret"], found["agents"])
        except FileNotFoundError as error:
            raise Unusable(f"no {path}: start the desk with `make run` first, or name its folder with DATA=") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unusable(f"{path} can't be read: {error!r}") from error


@dataclass(frozen=True)
class Web:
    """HTTP with kept connections. A request that gets no answer is sent again as it is, three times at most."""

    client: httpx.Client

    def call(self, method: str, path: str, **content: Any) -> httpx.Response:
        """The answer, whatever it says. Raises httpx.TransportError where none comes."""
        for attempt in range(_RETRIES):
            try:
                return self.client.request(method, path, **content)
            except httpx.TransportError:
                time.sleep(0.2 * 2**attempt)
        return self.client.request(method, path, **content)

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """The JSON answered, None for an empty answer. Raises Refused for any status of 300 and above."""
        answer = self.call(method, path, **content)
        if not answer.is_success:
            raise Refused(f"{method} {path.partition('?')[0]} answered {answer.status_code}: {answer.text[:200]}")
        return answer.json() if answer.content else None

    def ppmessage(self, token: str, endpoint: str, accepted: tuple[int, ...] = (0,), **body: Any) -> Json:
        """A PPMessage answer. Raises Refused for an error code that is not accepted."""
        answer: Json = self.ask("POST", f"/api/{endpoint}", json=body, headers={"Authorization": f"OAuth {token}"})
        if answer.get("error_code") not in accepted:
            raise Refused(f"{endpoint} answered {answer.get('error_code')}: {answer.get('error_string')}")
        return answer

    def download(self, fid: str) -> str:
        """A text that PPMessage shows by its id alone. Raises Refused where there is none."""
        answer = self.call("GET", f"/download/{fid}")
        if not answer.is_success:
            raise Refused(f"/download answered {answer.status_code}")
        return answer.text


@contextmanager
def homes(base_url: str, connections: int) -> Iterator[list[Web]]:
    """Returns HTTP clients from as many addresses as people come from, because a desk limits calls from one (docs/limits.md).

    A desk elsewhere is called from this machine's own address; so is one on a system with a single loopback address.
    """
    many = sys.platform == "linux" and httpx.URL(base_url).host in ("127.0.0.1", "localhost")
    addresses = [f"127.1.0.{at}" for at in range(1, _HOMES + 1)] if many else [None]
    context, kept = ssl.create_default_context(), 1 if many else connections
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=kept)
    with ExitStack() as stack:
        transports = [httpx.HTTPTransport(verify=context, limits=limits, local_address=address) for address in addresses]
        clients = [httpx.Client(base_url=base_url, timeout=30, transport=transport) for transport in transports]
        yield [Web(stack.enter_context(client)) for client in clients]


def visitor_token(web: Web, desk: Desk) -> str:
    """A token that visitors share, as those of one web page do."""
    form = {"grant_type": "client_credentials", "client_id": desk.key, "client_secret": desk.secret}
    return str(web.ask("POST", "/ppauth/token", data=form)["access_token"])


def milliseconds(at: datetime) -> int:
    """A moment as epoch milliseconds."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _ppmessage_time(text: str) -> int:
    return milliseconds(datetime.strptime(f"{text} +0000", "%Y-%m-%d %H:%M:%S %f %z"))


def _anytime_time(text: str) -> int:
    return milliseconds(datetime.fromisoformat(text))


@dataclass(frozen=True)
class Visitor:
    """A visitor with their chat. `opened_at` is epoch milliseconds."""

    ask: Callable[..., Json]
    id: str
    email: str
    device: str
    conversation: str
    opened_at: int
    fetch: Callable[[str], str]

    @classmethod
    def arrive(cls, web: Web, token: str, app: str, greeted_by: Sequence[str] = ()) -> "Visitor":
        """A new visitor opens the chat on a page, or asks for one of the agents, who then speaks first."""
        ask, trace = partial(web.ppmessage, token, app_uuid=app), str(uuid4())
        ask("PP_GET_APP_INFO")
        user = ask("PP_CREATE_ANONYMOUS", ppcom_trace_uuid=trace)
        browser = {"device_id": trace, "device_ostype": "Chrome", "ppcom_trace_uuid": trace}
        device = ask("PP_CREATE_DEVICE", accepted=(0, 25), user_uuid=user["user_uuid"], **browser)["device_uuid"]
        who = {"user_uuid": user["user_uuid"], "device_uuid": device}
        if greeted_by:
            chat = ask("PPCOM_CREATE_CONVERSATION", member_list=list(greeted_by), **who)
        else:
            chat = ask("PPCOM_GET_DEFAULT_CONVERSATION", **who)
        opened_at = _ppmessage_time(chat["createtime"])
        return cls(ask, user["user_uuid"], user["user_email"], device, chat["uuid"], opened_at, web.download)

    def say(self, text: str) -> None:
        """Sends a message, once however often the request is repeated."""
        self.ask(
            "PP_SEND_MESSAGE",
            uuid=str(uuid4()),
            conversation_uuid=self.conversation,
            conversation_type="P2S",
            from_uuid=self.id,
            from_type="DU",
            to_uuid=self.conversation,
            to_type="AP",
            device_uuid=self.device,
            message_type="NOTI",
            message_subtype="TEXT",
            message_body=text,
        )

    def info(self) -> Json:
        """Returns the visitor's conversation as it is now."""
        return self.ask("PP_GET_CONVERSATION_INFO", user_uuid=self.id, conversation_uuid=self.conversation)

    def history(self) -> list[Shown]:
        """All that the two sides said, oldest first, read page by page. Raises Refused where the count is not kept."""
        rows: list[Json] = []
        total = 1
        while len(rows) < total:
            page = self._page(len(rows) // _PAGE)
            rows += page["list"]
            total = page["total_count"]
            if len(page["list"]) != min(_PAGE, total - page["page_offset"] * _PAGE):
                raise Refused(f"page {page['page_offset']} of {total} messages has {len(page['list'])}")
        return [self._shown(row) for row in reversed(rows) if row["from_type"] == "DU"]

    def _page(self, offset: int) -> Json:
        where = {"user_uuid": self.id, "conversation_uuid": self.conversation}
        return self.ask("PP_PAGE_HISTORY_MESSAGE", page_offset=offset, page_size=_PAGE, **where)

    def _shown(self, row: Json) -> Shown:
        speaker = VISITOR if row["from_uuid"] == self.id else AGENT
        return Shown(Line(speaker, self._text(row)), _ppmessage_time(row["createtime"]))

    def _text(self, row: Json) -> str:
        """A message's text; a long one is fetched."""
        return self.fetch(json.loads(row["body"])["fid"]) if row["message_subtype"] == "TXT" else str(row["body"])


@dataclass(frozen=True)
class Agent:
    """An agent who has logged in; `number` is their integer id in Anytime."""

    ask: Callable[..., Any]
    id: str
    number: int
    email: str
    was_offline: bool

    @classmethod
    def log_in(cls, web: Web, known: Json) -> "Agent":
        """Logs in one of the desk's agents, and goes online."""
        form = {"grant_type": "password", "email": known["email"], "password": known["password"]}
        token = web.ask("POST", "/oauth/token", data=form)["access_token"]

        def ask(method: str, path: str, headers: dict[str, str] | None = None, **content: Any) -> Any:
            return web.ask(method, path, headers={"Authorization": f"bearer {token}", **(headers or {})}, **content)

        was_offline = ask("GET", f"{_ONEVIEW}/info")["status"] == "offline"
        ask("PUT", f"{_ONEVIEW}/online")
        return cls(ask, known["user_uuid"], known["id"], known["email"], was_offline)

    def leave(self) -> None:
        """Goes offline again, if the agent was offline before."""
        if self.was_offline:
            self.ask("PUT", f"{_ONEVIEW}/offline")

    def find(self, visitor: Visitor) -> int | None:
        """Returns the integer id of a visitor's chat among this agent's, None if it can't be told yet.

        No API shows both names of a conversation: it is the one opened by that contact in the same millisecond, with the same
        texts at the same times.
        """
        opened = (row for row in self._held(visitor.opened_at) if _anytime_time(row["createdTime"]) == visitor.opened_at)
        numbers = [int(row["id"]) for row in opened if row["contact"]["email"] == visitor.email]
        said = visitor.history() if numbers else []
        same = [number for number in numbers if self.thread(number) == said]
        return same[0] if len(same) == 1 else None

    def _held(self, since: int) -> Iterator[Json]:
        """Returns the agent's conversations with activity since then, page after page."""
        condition = {"field": "agentAssigneeId", "matchType": "is", "value": self.number}
        asked = {f"conditions[0][{name}]": value for name, value in condition.items()}
        asked |= {"include": "contact", "timeFrom": (_EPOCH + timedelta(milliseconds=since)).isoformat()}
        path = f"{_ANYTIME}?{urlencode(asked)}"
        while path:
            page = self.ask("GET", path)
            yield from page["conversations"]
            path = page["nextPage"]

    def reply(self, number: int, text: str, key: str) -> None:
        """Answers in a conversation, once however often the request with this key is repeated."""
        body = {"type": "reply", "plainBody": text}
        self.ask("POST", f"{_ANYTIME}/{number}/messages", json=body, headers={"Idempotency-Key": key})

    def thread(self, number: int) -> list[Shown]:
        """All that the two sides said, oldest first."""
        rows = self.ask("GET", f"{_ANYTIME}/{number}/messages")["messages"]
        return [self._shown(row) for row in rows if row["senderType"] != "system"]

    def _shown(self, row: Json) -> Shown:
        speaker = VISITOR if row["senderType"] == "contact" else AGENT
        return Shown(Line(speaker, row["plainBody"]), _anytime_time(row["time"]))

    def close(self, conversation: str) -> None:
        """Closes the room of a conversation's uuid."""
        self.ask("DELETE", f"{_ONEVIEW}/rooms/{conversation}")


def awaited(look: Callable[[], _T | None], seconds: float) -> _T | None:
    """Returns the first thing that is not None, looked for ever more rarely; None after so many seconds."""
    until, pause = time.monotonic() + seconds, 0.05
    while (found := look()) is None and time.monotonic() < until:
        time.sleep(pause)
        pause = min(1.0, pause * 1.5)
    return found
