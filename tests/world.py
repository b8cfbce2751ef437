"""A desk in one process: moto's tables and queues, app.py's lambdas, and a clock that the test moves."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import boto3
import pytest
from chalice.test import Client
from moto.sqs.models import sqs_backends

import app
from chalicelib import config, context
from chalicelib.context import ADMIN, AGENT, VISITOR, Caller, Context
from chalicelib.desk import accounts, clients, people, tokens
from chalicelib.desk.people import CreateAgent, Person
from chalicelib.dialects.ppmessage.auth import LEVELS
from chalicelib.models import base, queues
from chalicelib.models import tokens as token_rows
from chalicelib.rules import ids, passwords
from tests import policies

START = 1_800_000_000_000
PASSWORD = "correct horse"
_STREAMS = {"conversations": "relay_conversations", "people": "relay_people"}
_QUEUES = {"routing": "route_conversations", "timers": "fire_timers"}
_http = Client(app.app)
_TICK: dict[str, Any] = dict.fromkeys(["version", "account", "region", "detail-type", "source", "time", "id"], "") | {
    "resources": [],
    "detail": {},
}
_T = TypeVar("_T")


@dataclass
class Answer:
    """What came back: `body` is the parsed JSON, None where there was none."""

    status: int
    body: Any
    headers: dict[str, str]


class Widget(Protocol):
    """What a visitor needs of a desk, in this process or elsewhere."""

    account: str

    def pp(self, endpoint: str, label: str = "PPCOM", **given: Any) -> Answer:
        """A call of the PPMessage dialect at an api level."""


@dataclass
class Visitor:
    """A visitor of the PPMessage dialect, with his chat."""

    world: Widget
    id: str
    device: str
    conversation: str

    def say(self, text: str, message: str | None = None) -> Answer:
        """Sends a text; the message's uuid is new unless given."""
        return self.world.pp(
            "PP_SEND_MESSAGE",
            uuid=message or str(uuid.uuid4()),
            app_uuid=self.world.account,
            conversation_uuid=self.conversation,
            from_uuid=self.id,
            from_type="DU",
            to_uuid=self.conversation,
            to_type="AP",
            device_uuid=self.device,
            message_type="NOTI",
            message_subtype="TEXT",
            message_body=text,
        )

    def info(self) -> dict[str, Any]:
        """PP_GET_CONVERSATION_INFO of his chat."""
        answer = self.world.pp(
            "PP_GET_CONVERSATION_INFO", app_uuid=self.world.account, user_uuid=self.id, conversation_uuid=self.conversation
        )
        return dict(answer.body)

    def history(self) -> list[str]:
        """The texts that he sees, oldest first (the last 100)."""
        answer = self.world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=self.conversation, user_uuid=self.id, page_size=100)
        return [message["body"] for message in reversed(answer.body["list"])]


@dataclass
class World:
    """An account and what is needed to use it. Times are epoch milliseconds."""

    monkeypatch: pytest.MonkeyPatch
    clock_of: "World | None" = None
    name: str = "demo"
    allocation: str = accounts.LEAST_LOADED
    now: int = START
    queued: list[tuple[int, str, str]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for client in (base.connection.client, queues.client()):
            client.meta.events.register("before-call", policies.check, unique_id="policies")
        if self.clock_of is None:
            self.monkeypatch.setattr(context, "clock", lambda: self.now)
        self.account = ids.uuid7(self.time, uuid.uuid4().bytes[:10])
        ctx = self.ctx(ADMIN)
        self.owner = self._agent(ctx, "Olive Owner", ADMIN)
        accounts.create(ctx, self.name, self.owner.id, welcome="What can we do for you?", allocation=self.allocation)
        self.agents = [self._agent(ctx, f"{first} Agent", AGENT) for first in ("Ada", "Ben", "Cleo")]
        self.clients = {
            label: clients.create(ctx, label, level) for label, level in LEVELS.items() if label != "PPCONSOLE_BEFORE_LOGIN"
        }
        self.streams = {table: self._stream(table) for table in _STREAMS}

    @property
    def time(self) -> int:
        """The moment, which accounts of one desk share."""
        return self.clock_of.now if self.clock_of else self.now

    def _agent(self, ctx: Context, name: str, level: str) -> Person:
        email = f"{name.split()[0].lower()}@{self.account[-12:]}.test"
        return people.create_agent(ctx, CreateAgent(email, name, passwords.wire(PASSWORD), level))

    def ctx(self, level: str, person: Person | str | None = None) -> Context:
        """A context of a caller of the level: a person of the account, or a program."""
        who = person if isinstance(person, Person) else None
        id_ = who.id if who else person if isinstance(person, str) else None
        token = ids.digest(f"{level} {id_}")
        return Context(
            Caller(self.account, level, id_, who.number if who else None, token=token), now=self.time, pause=lambda _: None
        )

    def as_agent(self, at: int = 0) -> Context:
        """A context of one of the agents."""
        return self.ctx(AGENT, self.agents[at])

    def as_visitor(self, person: str) -> Context:
        """A context of a contact."""
        ctx = self.ctx(VISITOR, person)
        token_rows.put(tokens.Token(ctx.caller.token, kind=tokens.ACCESS, account=self.account, level=VISITOR))
        return ctx

    # --- calls, as clients make them

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request through app.py: `body` is JSON unless it is text or bytes. Header names have _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, str | bytes):
            body, sent = json.dumps(body), {"Content-Type": "application/json"} | sent
        with policies.acting("api_handler"):
            response = getattr(_http.http, method.lower(), _http.http.get)(path, headers=sent, body=body or b"")
        shown = json.loads(response.body) if response.body else None
        return Answer(response.status_code, shown, dict(response.headers))

    def form(self, path: str, **fields: str) -> Answer:
        """A POST of a form."""
        return self.call("POST", path, urlencode(fields), Content_Type="application/x-www-form-urlencoded")

    def token(self, label: str, person: Person | None = None) -> str:
        """An access token of a PPMessage api level."""
        who = person or (self.owner if label == "PPCONSOLE" else self.agents[0] if label == "PPKEFU" else None)
        caller = Caller(self.account, LEVELS[label], who.id if who else None, who.number if who else None, label)
        return tokens.issue(self.ctx(ADMIN), caller, tokens.ACCESS, 3600)

    def pp(self, endpoint: str, label: str = "PPCOM", **given: Any) -> Answer:
        """A call of the PPMessage dialect at an api level."""
        return self.call("POST", f"/api/{endpoint}", given, Authorization=f"OAuth {self._kept(label)}")

    def bearer(self, agent: Person | None = None) -> dict[str, str]:
        """Headers of an agent (the first one), for Anytime and OneView."""
        who = agent or self.agents[0]
        caller = Caller(self.account, who.level or AGENT, who.id, who.number)
        return {"Authorization": f"Bearer {tokens.issue(self.ctx(ADMIN), caller, tokens.ACCESS, 3600)}"}

    def _kept(self, label: str) -> str:
        if label not in self.tokens:
            self.tokens[label] = self.token(label)
        return self.tokens[label]

    def visitor(self) -> Visitor:
        """A visitor who has just opened the widget."""
        return arrive(self)

    def online(self, *agents: Person) -> None:
        """The agents go online through OneView."""
        for agent in agents:
            assert self.call("PUT", "/cs-chat-ticket/v1/online", **self.bearer(agent)).status == 200
        self.settle()

    # --- what AWS does between

    def _stream(self, table: str) -> str:
        client = boto3.client("dynamodbstreams")
        arn = client.list_streams(TableName=config.table(table))["Streams"][0]["StreamArn"]
        shard = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        return str(client.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="LATEST")["ShardIterator"])

    def records(self, table: str) -> list[dict[str, Any]]:
        """What the table's stream has had since the last call, in the shape in which lambdas get it."""
        page = boto3.client("dynamodbstreams").get_records(ShardIterator=self.streams[table], Limit=1000)
        self.streams[table] = page["NextShardIterator"]
        return [dict(record) for record in page["Records"]]

    def relay(self) -> None:
        """Streams to queues."""
        for table, function in _STREAMS.items():
            records = self.records(table)
            if records:
                invoke(function, {"Records": records})
        self._collect()

    def _collect(self) -> None:
        """Takes what is on the queues, with the moment from which each message can be received."""
        for name in _QUEUES:
            queue = sqs_backends["123456789012"]["us-east-1"].queues[config.queue(name)]
            for message in queue._messages:
                held = int(message.delayed_until or 0) - int(message.sent_timestamp or 0)
                delay = round(held / 1000) * 1000  # asked for in seconds; moto reads the machine's clock twice
                self.queued.append((self.time + delay, name, message.body))
            queue._messages.clear()

    def settle(self) -> None:
        """Relays and handles until nothing is left that is due."""
        self.relay()
        while due := [entry for entry in self.queued if entry[0] <= self.time]:
            self.queued = [entry for entry in self.queued if entry[0] > self.time]
            for _, name, body in due:
                self.deliver(name, body)
            self.relay()

    def eventually(self, holds: Callable[[], _T | None]) -> _T:
        """What `holds` returns when all is done that is due; fails where that is nothing."""
        self.settle()
        found = holds()
        assert found
        return found

    def deliver(self, queue: str, body: str) -> None:
        """Hands one message of a queue to its lambda."""
        invoke(_QUEUES[queue], {"Records": [{"body": body, "messageId": "1", "receiptHandle": "1"}]})

    def sweep(self) -> None:
        """What the schedule does each minute."""
        invoke("sweep_timers", _TICK)

    def pass_(self, seconds: float) -> None:
        """Lets time pass, doing on the second what is due then."""
        clock = self.clock_of or self
        until = clock.now + int(seconds * 1000)
        self.settle()
        while upcoming := sorted(at for at, _, _ in self.queued if at <= until):
            clock.now = max(clock.now, upcoming[0])
            self.settle()
        clock.now = until


def arrive(desk: Widget) -> Visitor:
    """A visitor who has just opened the widget."""
    trace = str(uuid.uuid4())
    user = desk.pp("PP_CREATE_ANONYMOUS", app_uuid=desk.account, ppcom_trace_uuid=trace).body["user_uuid"]
    given = {"app_uuid": desk.account, "user_uuid": user}
    device = desk.pp("PP_CREATE_DEVICE", device_id=trace, device_ostype="BROWSER", ppcom_trace_uuid=trace, **given)
    chat = desk.pp("PPCOM_GET_DEFAULT_CONVERSATION", device_uuid=device.body["device_uuid"], **given)
    return Visitor(desk, user, device.body["device_uuid"], chat.body["uuid"])


def invoke(function: str, event: dict[str, Any]) -> Any:
    """What a lambda of app.py returns for an event, under its own policy."""
    with policies.acting(function):
        return getattr(app, function)(event, None)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The requests that are sent to DynamoDB and SQS meanwhile, by operation."""
    sent: list[str] = []

    def note(model: Any, **_: Any) -> None:
        sent.append(model.name)

    events = [base.connection.client.meta.events, queues.client().meta.events]
    for emitter in events:
        emitter.register("before-call", note)
    try:
        yield sent
    finally:
        for emitter in events:
            emitter.unregister("before-call", note)
