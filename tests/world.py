"""A desk in one process: moto's tables and queues, app.py's lambdas, and a clock that the test moves."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import unquote, urlencode

import boto3
import httpx
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from chalice.test import Client
from moto.core.botocore_stubber import MockRawResponse
from moto.sqs.models import sqs_backends

import app
from chalicelib import config, context
from chalicelib.context import ADMIN, AGENT, SYSTEM, VISITOR, Caller, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import tokens
from chalicelib.desk.people import owners, registration
from chalicelib.desk.people.owners import NewAccount
from chalicelib.desk.people.people import Person
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.dialects.ppmessage.auth import CLIENTS, LEVELS
from chalicelib.models import base, mail, queues, sockets, storage
from chalicelib.models import tokens as token_rows
from chalicelib.rules import ids, passwords
from tests import policies

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

START = 1_800_000_000_000
PASSWORD = "correct horse"
_STREAMS = {"conversations": "relay_conversations", "people": "relay_people"}
_QUEUES = {
    "routing": "route_conversations",
    "timers": "fire_timers",
    "notify": "notify_sockets",
    "mail": "send_mail",
    "inbound": "receive_mail",
    "mail-events": "note_mail_events",
    "automation": "fire_triggers",
    "search": "index_words",
    "webhooks": "deliver_webhooks",
}
_http = Client(app.app)
#: What makes Lambda's events of calls over HTTP, and says which address they come from.
_events: Any = _http.http._local_gateway.event_converter
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
    raw: bytes = b""


class Widget(Protocol):
    """What a visitor needs of a desk, in this process or elsewhere."""

    account: str

    def pp(self, endpoint: str, label: str = "PPCOM", **given: Any) -> Answer:
        """A call of the PPMessage dialect at an api level."""


@dataclass
class Visitor:
    """A visitor of the PPMessage dialect, with their chat; it is empty while they wait to be let in."""

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
        """PP_GET_CONVERSATION_INFO of their chat."""
        answer = self.world.pp(
            "PP_GET_CONVERSATION_INFO", app_uuid=self.world.account, user_uuid=self.id, conversation_uuid=self.conversation
        )
        return dict(answer.body)

    def history(self) -> list[str]:
        """The texts that they see, oldest first (the last 100)."""
        answer = self.world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=self.conversation, user_uuid=self.id, page_size=100)
        return [message["body"] for message in reversed(answer.body["list"])]


_connected: dict[str, "Socket"] = {}


def pushed(request: Any, **_: Any) -> AWSResponse:
    """API Gateway's management API: a text goes to the socket it is for, 410 where that has gone."""
    to = _connected.get(unquote(request.url.rsplit("/", 1)[1]))
    if to and request.method == "POST":
        to.received.append(json.loads(request.body))
    elif to:
        to.closed_by_server()
    headers = HTTPHeaders.from_dict({} if to else {"x-amzn-errortype": "GoneException"})
    return AWSResponse(request.url, 200 if to else 410, headers, MockRawResponse(b"{}"))


@dataclass
class Socket:
    """A client's WebSocket: `received` is what it was told, `connected` the status with which it was let in or not."""

    id: str = field(default_factory=lambda: f"{uuid.uuid4().hex[:11]}=")
    received: list[Any] = field(default_factory=list)
    source: str = field(default_factory=lambda: str(_events.LOCAL_SOURCE_IP))

    def __post_init__(self) -> None:
        _connected[self.id] = self
        self.connected = int(invoke("websocket_connect", self._event(None))["statusCode"])

    def _event(self, body: str | None) -> dict[str, Any]:
        context = {"connectionId": self.id, "domainName": "d", "apiId": "an-api", "stage": "v1"}
        return {"requestContext": {**context, "identity": {"sourceIp": self.source}}, "body": body}

    def send(self, message: Any) -> Any:
        """Sends a message, JSON unless it is text; returns the last thing it was told then."""
        text = message if isinstance(message, str) else json.dumps(message)
        invoke("websocket_message", self._event(text))
        return self.received[-1] if self.received else None

    def auth(self, world: "World", user: str, device: str, label: str = "PPCOM", token: str | None = None) -> Any:
        """Says whose it is; returns the ack."""
        given = {"api_token": token or world._kept(label), "app_uuid": world.account, "user_uuid": user, "device_uuid": device}
        self.send({"type": "auth", "is_service_user": label != "PPCOM", "extra_data": None, **given})
        return next(told for told in reversed(self.received) if told["type"] == "ACK")

    def messages(self) -> list[dict[str, Any]]:
        """The messages it was told, in their order."""
        return [told["msg"] for told in self.received if told["type"] == "MSG"]

    @property
    def is_open(self) -> bool:
        return self.id in _connected

    def closed_by_server(self) -> None:
        """The gateway closes it, and says so."""
        _connected.pop(self.id, None)
        invoke("websocket_disconnect", self._event(None))

    def close(self) -> None:
        """The client goes, and the gateway says so."""
        self.closed_by_server()

    def lose(self) -> None:
        """The client goes, and nobody says so."""
        _connected.pop(self.id, None)


@cache
def streams() -> "DynamoDBStreamsClient":
    """One client for all tests of a process, because making one takes longer than asking.

    It does not check what it sends: the benchmarks' emulator has shorter numbers than AWS.
    """
    return boto3.client("dynamodbstreams", config=Config(parameter_validation=False))


@dataclass
class World:
    """An account and what is needed to use it. Times are epoch milliseconds."""

    monkeypatch: pytest.MonkeyPatch
    clock_of: "World | None" = None
    name: str = "demo"
    allocation: str = accounts.LEAST_LOADED
    now: int = START
    queued: list[tuple[int, str, str]] = field(default_factory=list)
    #: What is for the search, which most tests have no need of: `index` delivers it, unless it is `searched` always.
    unindexed: list[tuple[int, str, str]] = field(default_factory=list)
    searched: bool = False
    tokens: dict[str, str] = field(default_factory=dict)
    shards: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for client in (base.connection.client, queues.client(), sockets.client(), storage.client(), mail.client()):
            client.meta.events.register("before-call", policies.check, unique_id="policies")  # type: ignore[arg-type]
        sockets.client().meta.events.register("before-send", pushed, unique_id="pushed")  # type: ignore[arg-type]
        if self.clock_of is None:
            self.monkeypatch.setattr(context, "clock", lambda: self.now)
        self.account = ids.uuid7(self.time, uuid.uuid4().bytes[:10])
        opened = self._opened()
        self.owner = opened.owner
        self.agents = [self._agent(self.ctx(ADMIN), f"{first} Agent", AGENT) for first in ("Ada", "Ben", "Cleo")]
        self.clients = {label: (told.key, str(told.secret)) for label, told in opened.credentials.items()}
        self.streams = {table: self._stream(table) for table in _STREAMS}

    @property
    def time(self) -> int:
        """The moment, which accounts of one desk share."""
        return self.clock_of.now if self.clock_of else self.now

    def _opened(self) -> owners.Opened:
        settings = {"welcome": "What can we do for you?", "allocation": self.allocation}
        new = NewAccount(self.name, CLIENTS, frozenset(CLIENTS), id=self.account, settings=settings)
        who = CreateAgent(f"olive@{self.account[-12:]}.test", "Olive Owner", passwords.wire(PASSWORD))
        return owners.sign_up(Context(Caller("", SYSTEM), now=self.time), who, new)

    def _agent(self, ctx: Context, name: str, level: str) -> Person:
        email = f"{name.split()[0].lower()}@{self.account[-12:]}.test"
        return registration.create_agent(ctx, CreateAgent(email, name, passwords.wire(PASSWORD), level))

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
        is_json = response.headers.get("Content-Type") == "application/json"
        shown = json.loads(response.body) if response.body and is_json else None
        return Answer(response.status_code, shown, dict(response.headers), response.body)

    @contextmanager
    def at(self, source: str) -> Iterator[None]:
        """Meanwhile calls, and new sockets, come from another network address than 127.0.0.1."""
        before, _events.LOCAL_SOURCE_IP = _events.LOCAL_SOURCE_IP, source
        try:
            yield
        finally:
            _events.LOCAL_SOURCE_IP = before

    def form(self, path: str, headers: Mapping[str, str] | None = None, /, **fields: str) -> Answer:
        """A POST of a form."""
        return self.call("POST", path, urlencode(fields), Content_Type="application/x-www-form-urlencoded", **(headers or {}))

    def form_data(self, path: str, headers: Mapping[str, str] | None = None, /, **fields: Any) -> Answer:
        """A POST of a form with files, each as a name, a type and bytes."""
        kind, body = multipart(**fields)
        return self.call("POST", path, body, Content_Type=kind, **(headers or {}))

    def upload(
        self, user: str, data: bytes, name: str = "a.bin", mime: str = "application/octet-stream", **headers: str
    ) -> Answer:
        """A file of a user's, as a widget sends it."""
        return self.form_data("/upload", headers, user_uuid=user, file=(name, mime, data))

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

    def asking(self, text: str = "hello") -> Visitor:
        """A visitor who has just written their first message, which is what brings them an agent."""
        visitor = self.visitor()
        assert visitor.say(text).body["error_code"] == 0
        return visitor

    def online(self, *agents: Person) -> None:
        """The agents go online through OneView."""
        for agent in agents:
            assert self.call("PUT", "/cs-chat-ticket/v1/online", **self.bearer(agent)).status == 200
        self.settle()

    # --- what AWS does between

    def _stream(self, table: str, kind: str = "LATEST") -> str:
        if table not in self.shards:
            arn = streams().list_streams(TableName=config.table(table))["Streams"][0]["StreamArn"]
            shard = streams().describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
            self.shards[table] = {"StreamArn": arn, "ShardId": shard}
        asked: Any = {**self.shards[table], "ShardIteratorType": kind}
        return str(streams().get_shard_iterator(**asked)["ShardIterator"])

    def records(self, table: str, *, since: str | None = None) -> list[dict[str, Any]]:
        """What the table's stream has had since the last call, in the shape in which lambdas get it; or all from TRIM_HORIZON."""
        iterator, full, records = self._stream(table, since) if since else self.streams[table], True, []
        while full:
            page = streams().get_records(ShardIterator=iterator, Limit=1000)
            full, iterator = len(page["Records"]) == 1000, page["NextShardIterator"]
            records += page["Records"]
        if not since:
            self.streams[table] = iterator
        # Of the clock that the test moves, and not of moto's.
        at = {"ApproximateCreationDateTime": self.time // 1000}
        return [{**record, "dynamodb": record["dynamodb"] | at} for record in records]

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
                is_apart = name == "search" and not self.searched
                (self.unindexed if is_apart else self.queued).append((self.time + delay, name, message.body))
            queue._messages.clear()

    def settle(self) -> None:
        """Relays and handles until nothing is left that is due."""
        self.relay()
        while due := [entry for entry in self.queued if entry[0] <= self.time]:
            self.queued = [entry for entry in self.queued if entry[0] > self.time]
            for _, name, body in due:
                self.deliver(name, body)
            self.relay()

    def index(self) -> None:
        """Does all that is due, also for the search."""
        self.settle()
        while due := [entry for entry in self.unindexed if entry[0] <= self.time]:
            self.unindexed = [entry for entry in self.unindexed if entry[0] > self.time]
            for _, name, body in due:
                self.deliver(name, body)
            self.settle()

    def eventually(self, holds: Callable[[], _T | None]) -> _T:
        """What `holds` returns when all is done that is due; fails where that is nothing."""
        self.settle()
        found = holds()
        assert found
        return found

    def deliver(self, queue: str, body: str) -> None:
        """Hands one message of a queue to its lambda."""
        invoke(_QUEUES[queue], {"Records": [{"body": body, "messageId": "1", "receiptHandle": "1"}]})

    def note_deliveries(self) -> list[tuple[str, str]]:
        """Queue and body of each message that is delivered from now on, in a list that grows."""
        noted: list[tuple[str, str]] = []
        deliver = self.deliver

        def note(queue: str, body: str) -> None:
            noted.append((queue, body))
            deliver(queue, body)

        self.monkeypatch.setattr(self, "deliver", note)
        return noted

    def count(self) -> None:
        """Streams to tallies, from their beginning: what was counted is not counted again."""
        for table in ("people", "conversations"):
            invoke(f"count_{table}", {"Records": self.records(table, since="TRIM_HORIZON")})

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
    return Visitor(desk, user, device.body["device_uuid"], chat.body.get("uuid", ""))


def multipart(**fields: str | tuple[str, str, bytes]) -> tuple[str, bytes]:
    """Content type and body of a form: texts, and files as name, type and bytes."""
    request = httpx.Request(
        "POST",
        "http://desk.test",
        data={name: field for name, field in fields.items() if isinstance(field, str)},
        files={name: (field[0], field[2], field[1]) for name, field in fields.items() if not isinstance(field, str)},
    )
    return request.headers["Content-Type"], request.read()


def invoke(function: str, event: dict[str, Any]) -> Any:
    """What a lambda of app.py returns for an event, under its own policy."""
    with policies.acting(function):
        return getattr(app, function)(event, None)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The requests that a warm process sends to DynamoDB, SQS and S3 meanwhile, by operation: it has the queues' addresses."""
    sent: list[str] = []

    def note(model: Any, **_: Any) -> None:
        if model.name != "GetQueueUrl":
            sent.append(model.name)

    events = [client.meta.events for client in (base.connection.client, queues.client(), sockets.client(), storage.client())]
    for emitter in events:
        emitter.register("before-call", note)
    try:
        yield sent
    finally:
        for emitter in events:
            emitter.unregister("before-call", note)
