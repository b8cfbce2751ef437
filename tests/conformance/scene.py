"""A desk with something on it, and a call of each row that must succeed: new rows add a line to CASES."""

import itertools
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from chalice.test import Client

import app
from chalicelib.context import ADMIN, AGENT, SYSTEM, Caller
from chalicelib.desk.auth import refresh_tokens, tokens
from chalicelib.desk.people import first_accounts
from chalicelib.dialects.http import MULTIPART
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from chalicelib.models import tokens as token_rows
from chalicelib.rules import ids, passwords
from tests.conformance import (
    cases_anytime_logs,
    cases_anytime_people,
    cases_apps,
    cases_conversations,
    cases_domains,
    cases_doors,
    cases_files,
    cases_gone,
    cases_groups,
    cases_junk,
    cases_mail,
    cases_numbers,
    cases_portal,
    cases_reports,
    cases_routing,
    cases_session,
    cases_settings,
    cases_sla,
    cases_sockets,
    cases_talks,
    cases_vendor,
    cases_webhooks,
    cases_widget,
)
from tests.conformance.cases_conversations import RESEND
from tests.conformance.table import Row
from tests.visitors import Answer, Visitor
from tests.world import PASSWORD, World

#: Under which `World.tokens` has the owner's api key.
BASIC = "basic"
_http = Client(app.app).http
_serial = itertools.count()


@dataclass
class Scene:
    """An account where `visitor` has written and been answered by the first agent, who has the conversation `number`."""

    world: World
    visitor: Visitor
    number: int
    kept: dict[str, Any] = field(default_factory=dict)

    def body(self, row: Row, label: str = "PPCOM", **changes: Any) -> dict[str, Any]:
        """A body with which the row succeeds; a change to None takes a field out, other changes replace it."""
        given = CASES[row.key](self, label) | changes
        return {name: value for name, value in given.items() if not (name in changes and value is None)}

    def path(self, row: Row, **variables: str) -> str:
        """The row's path with this scene's ids, or those given."""
        if variables.keys() >= set(re.findall(r"{(\w+)}", row.endpoint.path)):
            return _filled(row.endpoint.path, variables)
        known = {
            "id": str(self.number),
            "roomID": self.visitor.conversation,
            "ticketID": self.visitor.conversation,
            "name": f"{self.visitor.id}.png",
        }
        if make := {**cases_settings.IDS, **cases_sla.IDS, **cases_mail.IDS, **cases_junk.IDS}.get(row.key[1]):
            known["id"] = str(make(self))
        if "{fid}" in row.endpoint.path:
            known["fid"] = self.kept["fid"] = self.kept.get("fid") or self._file()
        if "{messageId}" in row.endpoint.path:
            of = variables.get("id", known["id"])
            known["messageId"] = str(ids.message_number(int(of) if of.isdecimal() else self.number, 1))
        if row.key == RESEND:
            known["messageId"] = cases_mail.failed_mail(self)
        if "{guid}" in row.endpoint.path:
            known["guid"] = attachment(self)
        if "{keyId}" in row.endpoint.path:
            known["keyId"] = ids.digest(api_key(self))
        known |= cases_anytime_people.new_id(self, row) | cases_portal.ids(self, row) | cases_gone.new_id(self, row)
        known |= cases_routing.new_id(self, row) | cases_webhooks.new_id(self, row)
        return _filled(row.endpoint.path, known | variables)

    def _file(self) -> str:
        return str(self.world.upload(self.visitor.id, b"words").body["fuuid"])

    def headers(self, row: Row, label: str = "PPCOM") -> dict[str, str]:
        """Credentials for the row: of an api level for PPMessage, of the owner where an agent's do not do."""
        if row.endpoint.needs is None:
            return cases_widget.headers(self) if row.key == cases_widget.START else {}
        if row.key in cases_sockets.ENDING:
            return {"Authorization": f"OAuth {self.world.token(label)}"}
        if row.dialect is PPMESSAGE:
            if label not in self.kept:
                self.kept[label] = self.world.token(label)
            return {"Authorization": f"OAuth {self.kept[label]}"}
        return self.bearer(owner=row.endpoint.needs != AGENT)

    def bearer(self, *, owner: bool = False) -> dict[str, str]:
        """Headers of the owner or the first agent, made once."""
        who = self.world.owner if owner else self.world.agents[0]
        if who.id not in self.kept:
            self.kept[who.id] = self.world.bearer(who)
        return dict(self.kept[who.id])

    def ask(self, row: Row, label: str = "PPCOM", **changes: Any) -> Answer:
        """A call of the row with which it succeeds, but for the changes to its body (its query for GET)."""
        body, path = self.body(row, label, **changes), self.path(row)
        if row.endpoint.method == "GET":
            return self.world.call("GET", f"{path}?{urlencode(body)}" if body else path, **self.headers(row))
        if row.endpoint.media_type == MULTIPART:
            return self.world.form_data(path, self.headers(row), **body)
        if row.endpoint.in_form:
            return self.world.form(path, self.headers(row), **body)
        answer = self.world.call(row.endpoint.method, path, body, **self.headers(row, label))
        if row.key == cases_doors.LOGOUT:
            self.kept.pop(label, None)  # the token has ended
        if row.key == cases_apps.REMOVE_APP:
            cases_apps.revive(self)
        return answer


def _filled(path: str, variables: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda found: quote(variables[found[1]], safe=""), path)


def send(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    """A request whose header names are sent as they are, underscores too; a body that is no JSON comes back as text."""
    response = _http.request(method, path, headers=headers, body=body)
    return Answer(response.status_code, response.json_body, dict(response.headers))


def set_up(world: World) -> Scene:
    """The first agent answers a visitor's chat."""
    world.online(world.agents[0])
    visitor = world.visitor()
    assert visitor.say("hello").body["error_code"] == 0
    world.settle()
    (listed,) = world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"]
    scene = Scene(world, visitor, listed["id"])
    path = f"/api/v3/anytime/conversations/{scene.number}/messages"
    assert world.call("POST", path, {"type": "reply", "plainBody": "hi"}, **scene.bearer()).status == 200
    world.settle()
    return scene


def refresh_token(scene: Scene) -> str:
    """A refresh token of the first agent."""
    agent = scene.world.agents[0]
    caller = Caller(scene.world.account, AGENT, agent.id, agent.number)
    return refresh_tokens.issue_pair(scene.world.ctx(ADMIN), caller).refresh


def attachment(scene: Scene) -> str:
    """A new file of the first agent."""
    answer = scene.world.form_data(f"{_ANYTIME}/attachments", scene.world.bearer(), file=("notes.txt", "text/plain", b"words"))
    return str(answer.body["guid"])


def api_key(scene: Scene) -> str:
    """A new api key of the first agent."""
    agent = scene.world.agents[0]
    holder = Caller(scene.world.account, AGENT, agent.id, agent.number)
    return tokens.issue(scene.world.ctx(ADMIN), holder, tokens.KEY, None, name=agent.email)


def message(scene: Scene, label: str) -> dict[str, Any]:
    """A PP_SEND_MESSAGE that the level may send: the visitor's, the agent's own, the owner's own."""
    world, visitor = scene.world, scene.visitor
    sender = {"PPCOM": visitor.id, "PPCONSOLE": world.owner.id}.get(label, world.agents[0].id)
    return {
        "uuid": str(uuid.uuid4()),
        "app_uuid": world.account,
        "conversation_uuid": visitor.conversation,
        "conversation_type": "P2S",
        "from_uuid": sender,
        "from_type": "DU",
        "to_uuid": visitor.conversation,
        "to_type": "AP" if label == "PPCOM" else "CV",
        "device_uuid": visitor.device,
        "message_type": "NOTI",
        "message_subtype": "TEXT",
        "message_body": "words",
    }


def _app(scene: Scene, _: str) -> dict[str, Any]:
    return {"app_uuid": scene.world.account}


def _user(scene: Scene, _: str) -> dict[str, Any]:
    return {"app_uuid": scene.world.account, "user_uuid": scene.visitor.id}


def _nothing(scene: Scene, _: str) -> dict[str, Any]:
    return {}


def _a_key(scene: Scene, _: str) -> dict[str, Any]:
    """There is always room for one more key. The one that tests show stays."""
    kept = ids.digest(scene.world.tokens.get(BASIC, ""))
    keys = [row for row in token_rows.keys(scene.world.account, 1000) if row.digest != kept]
    for row in keys[:-50]:
        token_rows.delete(row.digest)
    return {"use": "anytime"}


_ANYTIME, _ONEVIEW, _LIVECHAT = "/api/v3/anytime", "/cs-chat-ticket/v1", "/auth/addon/live_chat"

#: For each row the body (the query for GET, the form) of a call that succeeds, from the scene and the api level.
CASES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("POST", "/ppauth/token"): lambda scene, _: {
        "grant_type": "client_credentials",
        "client_id": scene.world.clients["PPCOM"][0],
        "client_secret": scene.world.clients["PPCOM"][1],
    },
    ("POST", "/api/PP_GET_APP_INFO"): _app,
    ("POST", "/api/PP_CREATE_ANONYMOUS"): lambda scene, _: _app(scene, _) | {"ppcom_trace_uuid": "a browser"},
    ("POST", "/api/PP_CREATE_DEVICE"): lambda scene, _: (
        _user(scene, _) | {"device_id": f"device {next(_serial)}", "device_ostype": "BROWSER", "ppcom_trace_uuid": "a browser"}
    ),
    ("POST", "/api/PPCOM_GET_DEFAULT_CONVERSATION"): lambda scene, _: _user(scene, _) | {"device_uuid": scene.visitor.device},
    ("POST", "/api/PP_GET_CONVERSATION_INFO"): lambda scene, _: (
        _user(scene, _) | {"conversation_uuid": scene.visitor.conversation}
    ),
    ("POST", "/api/PP_PAGE_HISTORY_MESSAGE"): lambda scene, _: {"conversation_uuid": scene.visitor.conversation},
    ("POST", "/api/PP_SEND_MESSAGE"): message,
    ("POST", "/oauth/token"): lambda scene, _: {"grant_type": "refresh_token", "refresh_token": refresh_token(scene)},
    ("POST", f"{_ANYTIME}/accounts"): lambda scene, _: {
        "name": "Fern",
        "ownerName": "Kim Lee",
        "email": f"kim{next(_serial)}@fern.example",
        "password": "correct horse",
        "setupCode": first_accounts.make_code(scene.world.ctx(SYSTEM)),
    },
    ("POST", f"{_ANYTIME}/attachments"): lambda scene, _: {"file": ("notes.txt", "text/plain", b"words")},
    ("POST", f"{_ANYTIME}/attachments/uploads"): lambda scene, _: {"fileName": "film.mp4", "size": 19_000_000},
    ("GET", f"{_ANYTIME}/attachments/{{guid}}"): _nothing,
    ("PUT", f"{_ANYTIME}/attachments/{{guid}}"): lambda scene, _: {"isAvailable": False},
    ("DELETE", f"{_ANYTIME}/attachments/{{guid}}"): _nothing,
    ("GET", f"{_ANYTIME}/autoClose"): _nothing,
    ("GET", f"{_ANYTIME}/retention"): _nothing,
    ("PUT", f"{_ANYTIME}/retention"): lambda scene, _: {"isEnabled": True, "deleteClosedAfterDays": 365},
    ("PUT", f"{_ANYTIME}/autoClose"): lambda scene, _: {"isEnabled": True, "warnAfter": 300, "closeAfter": 600},
    ("GET", f"{_ANYTIME}/apiKeys"): _nothing,
    ("POST", f"{_ANYTIME}/apiKeys"): _a_key,
    ("DELETE", f"{_ANYTIME}/apiKeys/{{keyId}}"): _nothing,
    ("GET", f"{_ONEVIEW}/info"): _nothing,
    ("GET", f"{_ONEVIEW}/tickets"): _nothing,
    ("PUT", f"{_ONEVIEW}/online"): _nothing,
    ("PUT", f"{_ONEVIEW}/offline"): _nothing,
    ("PUT", f"{_ONEVIEW}/status"): lambda scene, _: {"status": "online"},
    ("DELETE", f"{_ONEVIEW}/rooms/{{roomID}}"): _nothing,
    ("PUT", f"{_ONEVIEW}/tickets/{{ticketID}}/pickedTime"): _nothing,
    ("GET", f"{_LIVECHAT}/operator/get"): lambda scene, _: {"email": scene.world.agents[0].email},
    ("GET", f"{_LIVECHAT}/operator/list"): _nothing,
}

CASES |= (
    cases_anytime_logs.CASES
    | cases_anytime_people.CASES
    | cases_apps.CASES
    | cases_conversations.CASES
    | cases_domains.CASES
    | cases_doors.CASES
    | cases_files.CASES
    | cases_gone.CASES
    | cases_groups.CASES
    | cases_junk.CASES
    | cases_mail.CASES
    | cases_numbers.CASES
    | cases_portal.CASES
    | cases_reports.CASES
    | cases_routing.CASES
    | cases_session.CASES
    | cases_settings.CASES
    | cases_sla.CASES
    | cases_sockets.CASES
    | cases_talks.CASES
    | cases_vendor.CASES
    | cases_webhooks.CASES
    | cases_widget.CASES
)

WIRE_PASSWORD = passwords.wire(PASSWORD)
