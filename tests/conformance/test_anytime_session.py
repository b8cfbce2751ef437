"""Anytime's session of a browser: the cookie, pages of other origins, several accounts, and the socket that it opens."""

import uuid
from http.cookies import SimpleCookie
from typing import Any

import pytest

from chalicelib import config
from chalicelib.context import ADMIN
from chalicelib.desk.auth import login_attempts
from chalicelib.desk.people import owners
from chalicelib.desk.people.owners import NewAccount
from tests.visitors import Answer
from tests.websockets import Socket
from tests.world import PASSWORD, World

PATH = "/api/v3/anytime/session"


class Browser:
    """A page of the desk with its cookie."""

    def __init__(self, world: World, **headers: str) -> None:
        self.world, self.headers, self.cookie = world, headers, ""

    def ask(self, method: str, path: str = "", body: Any = None, **headers: str) -> Answer:
        sent = {**self.headers, **headers} | ({"Cookie": f"other=1; {self.cookie}"} if self.cookie else {})
        answer = self.world.call(method, PATH + path, body, **sent)
        if said := answer.headers.get("Set-Cookie"):
            ((name, morsel),) = SimpleCookie(said).items()
            self.cookie = f"{name}={morsel.value}" if morsel.value else ""
        return answer

    def sign_in(self, at: int = 0, **given: Any) -> dict[str, Any]:
        answer = self.ask("POST", "", {"email": self.world.agents[at].email, "password": PASSWORD} | given)
        assert answer.status == 200, answer.body
        return dict(answer.body["session"])


def bearer(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['accessToken']}"}


def test_a_session_is_a_token_for_scripts_and_a_cookie_that_none_can_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "PUBLIC_URL", "https://desk.example/v1")
    browser = Browser(world)
    answer = browser.ask("POST", "", {"email": world.agents[0].email.upper(), "password": PASSWORD})
    session, cookie = answer.body["session"], answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-polydesk_session_v1=") and browser.cookie.partition("=")[2] not in str(answer.body)
    assert set(cookie.split("; ")[1:]) == {"Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Strict", "Secure"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert (session["agent"]["id"], session["expiresIn"]) == (world.agents[0].number, 86_400)
    assert session["account"] == {"id": world.account, "name": "demo"} and session["accounts"] == [session["account"]]
    assert [word["status"] for word in session["statuses"]] == ["online", "away", "busy", "offline"]
    assert world.call("GET", "/cs-chat-ticket/v1/info", **bearer(session)).body["status"] == session["statusName"]


def test_a_refresh_uses_the_cookie_up_and_a_copy_that_comes_later_ends_the_session(world: World) -> None:
    browser, copy = Browser(world), Browser(world)
    first = browser.sign_in()
    copy.cookie = browser.cookie
    second = browser.ask("POST", "/refresh").body["session"]
    assert copy.cookie != browser.cookie and second["accessToken"] != first["accessToken"]
    world.now += 11_000
    assert copy.ask("POST", "/refresh").body == {"session": None}
    assert browser.ask("POST", "/refresh").body == {"session": None} and browser.cookie == ""
    assert Browser(world).ask("POST", "/refresh").body == {"session": None}


def test_pages_of_other_origins_are_refused(world: World) -> None:
    given = {"email": world.agents[0].email, "password": PASSWORD}
    ours, theirs = {"Host": "desk.example", "Origin": "https://desk.example"}, {"Host": "desk.example", "Origin": "https://evil"}
    for headers, status in (
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "same-origin", **theirs}, 200),
        ({"Sec_Fetch_Site": "none"}, 200),
        (theirs, 403),
        ({"Host": "desk.example", "Origin": "null"}, 403),
        ({"Host": "desk.example", "Origin": "http://desk.example"}, 403),
        ({"Host": "desk.example", "Origin": "https://[desk.example"}, 403),
        (ours, 200),
        ({}, 200),
    ):
        assert (world.call("POST", PATH, given, **headers).status, headers) == (status, headers)
    for method, path in (("POST", "/refresh"), ("DELETE", ""), ("POST", "/password")):
        assert world.call(method, PATH + path, {"email": given["email"]}, Sec_Fetch_Site="cross-site").status == 403


def test_signing_out_ends_every_token_of_the_session_and_its_sockets_and_no_other_session(world: World) -> None:
    browser, other = Browser(world), Browser(world)
    session, kept = browser.sign_in(), other.sign_in()
    fresh = browser.ask("POST", "/refresh").body["session"]
    mine, theirs = Socket(), Socket()
    for socket, each in ((mine, session), (theirs, kept)):
        assert listen(socket, each)["code"] == 0
    assert browser.ask("DELETE").body == {"session": None}
    assert browser.cookie == "" and not mine.is_open and theirs.is_open
    world.now += 61_000
    for each, status in ((session, 401), (fresh, 401), (kept, 200)):
        assert world.call("GET", "/api/v3/anytime/tags", **bearer(each)).status == status
    assert browser.ask("DELETE").status == 200, "again it changes nothing"


def test_a_sign_in_is_in_the_audit_log(world: World) -> None:
    browser = Browser(world)
    assert world.call("POST", PATH, {"email": world.agents[0].email, "password": "wrong"}).status == 401
    browser.sign_in()
    browser.ask("POST", "/refresh")
    logged = world.call("GET", "/api/v3/anytime/auditLogs?kind=agent", **world.bearer(world.owner)).body["auditLogs"]
    told = [(one["objectId"], one["actorId"], one["dialect"]) for one in logged if one["field"] == "signedIn"]
    assert told == [(world.agents[0].number, world.agents[0].number, "Anytime")]


def test_wrong_passwords_lock_as_at_the_token(world: World) -> None:
    given = {"email": world.agents[0].email, "password": "wrong"}
    for _ in range(login_attempts.MOST_WRONG):
        assert world.call("POST", PATH, given).status == 401
    locked = world.call("POST", PATH, given | {"password": PASSWORD})
    assert locked.status == 429 and int(locked.headers["Retry-After"]) > 0
    assert world.form("/oauth/token", grant_type="password", email=given["email"], password=PASSWORD).status == 429


def test_an_owner_goes_to_another_account_of_theirs_and_nobody_else_does(world: World) -> None:
    there = str(uuid.uuid4())
    owners.open_another(world.ctx(ADMIN, world.owner), world.owner.id, NewAccount("second", {}, id=there))
    browser = Browser(world)
    here = browser.sign_in(email=world.owner.email)
    assert [one["name"] for one in here["accounts"]] == ["demo", "second"]
    second = browser.ask("PUT", "", {"accountId": there}, **bearer(here)).body["session"]
    assert second["account"] == {"id": there, "name": "second"}
    assert world.call("GET", "/api/v3/anytime/agents", **bearer(second)).body["agents"][0]["email"] == world.owner.email
    assert browser.ask("POST", "/refresh").body["session"]["account"]["id"] == there
    assert Browser(world).sign_in(email=world.owner.email, accountId=there)["account"]["id"] == there
    agent = Browser(world)
    assert agent.ask("PUT", "", {"accountId": there}, **bearer(agent.sign_in())).status == 403


def test_who_forgot_their_password_gets_the_mail_and_nobody_learns_who_is_known(world: World) -> None:
    noted = world.note_deliveries()
    answers = [world.call("POST", f"{PATH}/password", {"email": each}) for each in (world.agents[0].email, "no@body.test")]
    assert [(one.status, one.body) for one in answers] == [(200, None)] * 2
    world.settle()
    assert [queue for queue, _ in noted] == ["mail", "mail"]


def listen(socket: Socket, session: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The socket's `auth`, as the session says it."""
    place = session["socket"]
    said = {"api_token": session["accessToken"], "app_uuid": place["appId"], "user_uuid": place["userId"]}
    return dict(socket.send({"type": "auth", **said, "device_uuid": place["deviceId"], "is_service_user": True} | changes))


def test_an_agents_socket_hears_of_every_change_and_watches_a_conversation_by_its_number(world: World) -> None:
    session, socket, idle = Browser(world).sign_in(1), Socket(), Socket()
    assert listen(socket, session, is_service_user=False)["code"] != 0
    socket, other = Socket(), Browser(world).sign_in(2)
    assert (listen(socket, session)["code"], listen(idle, other)["code"]) == (0, 0)
    assert socket.send({"type": "inbox_watch"}) == {
        "type": "ACK",
        "what": "INBOX_WATCH",
        "code": 0,
        "reason": "success",
        "extra": {},
    }
    visitor = world.asking()
    world.settle()
    told = [each for each in socket.received if each["type"] == "CONVERSATION"]
    number = told[-1]["conversation_id"]
    assert told[-1] == {"type": "CONVERSATION", "conversation_uuid": visitor.conversation, "conversation_id": number}
    assert not [each for each in idle.received if each["type"] == "CONVERSATION"], "it did not ask"
    acked = socket.send({"type": "typing_watch", "conversation_id": number})
    assert (acked["code"], acked["extra"]) == (0, {"conversation_uuid": visitor.conversation, "conversation_id": number})
    for method, path, body in (
        ("PUT", "", {"priority": "high"}),
        ("PUT", "", {"subject": "other"}),
        ("POST", "/messages", {"type": "note", "plainBody": "look"}),
        ("PUT", "", {"status": "closed"}),
        ("DELETE", "", None),
    ):
        before = len(socket.received)
        answer = world.call(method, f"/api/v3/anytime/conversations/{number}{path}", body, **bearer(session))
        assert answer.status == 200, answer.body
        world.settle()
        assert "CONVERSATION" in [each["type"] for each in socket.received[before:]], (method, path, body)
    count = len(socket.received)
    socket.send({"type": "typing", "conversation_uuid": "inbox"})
    assert [each["type"] for each in socket.received[count:]] == ["ACK"], "no conversation is called so"


def test_a_visitor_watches_no_inbox(world: World) -> None:
    visitor, socket = world.visitor(), Socket()
    socket.auth(world, visitor.id, visitor.device)
    assert socket.send({"type": "inbox_watch"})["code"] == 9


def test_unread_counts_of_the_views_that_inboxes_begin_with(world: World) -> None:
    world.online(world.agents[0])
    world.asking()
    world.settle()
    path = "/api/v3/anytime/conversations/unreadCount"
    mine = world.call("GET", f"{path}?include=views", **world.bearer()).body
    assert mine["views"] == {"mine": 1, "unassigned": 0, "open": 1, "mentions": 0}
    ben = world.agents[1]
    assert world.call("GET", f"{path}?include=views", **world.bearer(ben)).body["views"]["mine"] == 0
    number = world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"][0]["id"]
    given = {"type": "note", "htmlBody": f'<span data-id="{ben.number}" class="athighlight">@Ben</span> look'}
    world.call("POST", f"/api/v3/anytime/conversations/{number}/messages", given, **world.bearer())
    assert world.call("GET", f"{path}?include=views", **world.bearer(ben)).body["views"]["mentions"] == 1
    world.call("PUT", f"/api/v3/anytime/conversations/{number}/read", **world.bearer())
    assert world.call("GET", f"{path}?include=views", **world.bearer(ben)).body["views"]["mentions"] == 1, "another has read it"
    world.call("PUT", f"/api/v3/anytime/conversations/{number}/read", **world.bearer(ben))
    assert world.call("GET", f"{path}?include=views", **world.bearer(ben)).body["views"]["mentions"] == 0
    assert "views" not in world.call("GET", path, **world.bearer()).body
