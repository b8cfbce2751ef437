"""A desk in one process: moto's tables and queues, app.py's lambdas, and a clock that the test moves."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from chalicelib import context
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
from tests import lambdas, policies
from tests.streams_and_queues import StreamsAndQueues
from tests.visitors import Answer, Visitor, arrive, multipart
from tests.websockets import pushed

PASSWORD = "correct horse"


@dataclass
class World(StreamsAndQueues):
    """An account and what is needed to use it. Times are epoch milliseconds."""

    name: str = "demo"
    allocation: str = accounts.LEAST_LOADED
    tokens: dict[str, str] = field(default_factory=dict)

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
        self.listen()

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
            response = getattr(lambdas.http, method.lower(), lambdas.http.get)(path, headers=sent, body=body or b"")
        is_json = response.headers.get("Content-Type") == "application/json"
        shown = json.loads(response.body) if response.body and is_json else None
        return Answer(response.status_code, shown, dict(response.headers), response.body)

    @contextmanager
    def at(self, source: str) -> Iterator[None]:
        """Meanwhile calls, and new sockets, come from another network address than 127.0.0.1."""
        before, lambdas.events.LOCAL_SOURCE_IP = lambdas.events.LOCAL_SOURCE_IP, source
        try:
            yield
        finally:
            lambdas.events.LOCAL_SOURCE_IP = before

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
