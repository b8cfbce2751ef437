"""Whose things a caller reaches: every endpoint and socket message, with the ids of other people, devices and accounts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.conversations import group_chats, messages
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.people import profiles
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.models import conversations, devices, people, receipts
from chalicelib.models import messages as message_rows
from chalicelib.models.base import Table
from tests.conformance.cases_apps import NEW_PASSWORD
from tests.conformance.cases_sockets import device_of
from tests.conformance.scene import Scene, send
from tests.conformance.table import Row, each, every_row
from tests.conformance.test_ppmessage import ROWS
from tests.conformance.test_ppmessage_apps import console_of
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World

PUBLIC = [row for row in ROWS if row.endpoint.needs and "PPCOM" in row.endpoint.needs]
#: Rows whose person is the one that the call asks about, not the one that it acts for.
ABOUT = {"PP_GET_APP_OWNED_BY_USER", "PP_GET_USER_INFO", "PP_GET_USER_DETAIL"}
#: What a plain agent may do with the console's key: look, and sign up or log out for themselves.
LOOKS = ("PP_GET_", "PPCONSOLE_GET_", "PP_IS_EMAIL_VALID", "PPCONSOLE_SIGNUP", "PPCONSOLE_LOGOUT")
#: Fields of a message that say nothing of whose it is, or where it goes.
IGNORED = ("app_uuid", "to_uuid", "device_uuid", "message_body", "conversation_type")
INTERNAL, ANOTHERS, NOTE, RIVALS, TONGUE = "psst-internal", "for-me-alone", "between-agents", "of-the-rival", "xx-hidden"


@dataclass
class Others:
    """What is not the scene's visitor's: another visitor, an agent with a device, a talk among agents, another account."""

    visitor: Visitor
    agent: str
    agents_device: str
    internal: str
    emails: list[str]
    rival: Scene

    @property
    def texts(self) -> list[str]:
        return [INTERNAL, ANOTHERS, NOTE, RIVALS]

    @property
    def of_agents(self) -> list[str]:
        """What tells more of an agent than is public."""
        return [*self.emails, self.agents_device, TONGUE, '"user_status": "OWNER_2"', '"is_owner_user": true']

    @property
    def people(self) -> list[str]:
        """People that the public token may not act for. Another visitor is not among them: their uuid is the proof."""
        return [self.agent, self.rival.world.agents[0].id, self.rival.visitor.id]

    @property
    def ids(self) -> list[str]:
        """What a client may put where another id belongs."""
        theirs = [self.visitor.conversation, self.visitor.device, self.internal, self.agents_device]
        push = [f"{self.agents_device}:{self.internal}:1", f"{self.visitor.device}:{self.visitor.conversation}:1"]
        return [*self.people, *theirs, *push, self.rival.visitor.conversation, self.rival.visitor.device]


@pytest.fixture(scope="module")
def others(scene: Scene, rival: Scene) -> Others:
    world = scene.world
    agent, peer = world.agents[0], world.agents[1]
    another = world.visitor()
    another.say(ANOTHERS)
    rival.visitor.say(RIVALS)
    talk = group_chats.create(world.ctx(AGENT, agent), CreateConversation(agent.id, (peer.id,), internal=True)).conversation.id
    messages.post(world.ctx(AGENT, agent), PostMessage(talk, INTERNAL))
    messages.post(world.ctx(AGENT, agent), PostMessage(scene.visitor.conversation, NOTE, kind=messages.NOTE))
    device = device_of(world, agent)
    messages.post(world.ctx(AGENT, agent), PostMessage(scene.visitor.conversation, "hello again", device=device))
    for each_ in (agent, world.owner):
        profiles.change(world.ctx(ADMIN), each_.id, ChangePerson(language=TONGUE))
    world.settle()
    return Others(another, agent.id, device, talk, [one.email for one in [world.owner, *world.agents]], rival)


def state(scene: Scene, others: Others) -> dict[str, Any]:
    """All that is stored of others, but for what a visitor may cause: an agent's load."""
    account, rival = scene.world.account, others.rival.world.account
    found: dict[str, Any] = {}
    load = (people.Person.open_conversations.attr_name, people.Person.last_assigned_at.attr_name)
    for name, person in ((account, others.agent), (account, others.visitor.id), (rival, others.rival.visitor.id)):
        row = people.get(name, person)
        assert row is not None
        found[person] = {key: value for key, value in row.serialize().items() if key not in load}
        found[f"devices of {person}"] = _all(devices.Device, f"{name}#{person}")
    for name, device in ((account, others.agents_device), (account, others.visitor.device), (rival, others.rival.visitor.device)):
        found[f"receipts of {device}"] = _all(receipts.Receipt, f"{name}#{device}")
    talks = ((account, others.internal), (account, others.visitor.conversation), (rival, others.rival.visitor.conversation))
    for name, talk in talks:
        summary = conversations.get(name, talk)
        assert summary is not None
        found[talk] = summary.serialize()
        found[f"messages of {talk}"] = _all(message_rows.Message, conversations.key(name, talk))
    return found


def _all(model: type[Table], key: str) -> list[dict[str, Any]]:
    return [row.serialize() for row in model.query(key, consistent_read=True)]


def bodies(scene: Scene, row: Row, others: Others) -> Iterator[dict[str, Any]]:
    """The row's own call with another's id in each of its fields, and beside them where a field is no parameter of it."""
    own = scene.body(row, "PPCOM")
    for field in msgspec.structs.fields(row.endpoint.request):
        name = field.encode_name
        if name in ("app_uuid", "uuid") or name in row.endpoint.headers:
            continue
        for id_ in others.ids:
            yield own | {name: [id_] if isinstance(own.get(name), list) or "list" in name else id_}
    actor = row.endpoint.actor
    for name in {"user_uuid", "from_uuid", "device_uuid", "conversation_uuid"} - {actor}:
        for person in others.people:
            yield own | {name: person}
    if actor:
        for person in others.people:
            for device in (others.agents_device, others.visitor.device):
                yield own | {actor: person, "device_uuid": device, "conversation_uuid": others.internal}


def spoken_for(scene: Scene) -> dict[str, str]:
    """Headers of a token that has spoken for the scene's visitor alone."""
    headers = {"Authorization": f"OAuth {scene.world.token('PPCOM')}"}
    given = {"app_uuid": scene.world.account, "user_uuid": scene.visitor.id, "conversation_uuid": scene.visitor.conversation}
    assert scene.world.call("POST", "/api/PP_GET_CONVERSATION_INFO", given, **headers).body["error_code"] == 0
    return headers


@each(PUBLIC)
def test_a_row_says_who_it_acts_for(row: Row) -> None:
    names = row.endpoint.fields.keys() & {"user_uuid", "from_uuid"}
    assert bool(row.endpoint.actor) is bool(names - ({"user_uuid"} if row.id in ABOUT else set()))
    assert not row.endpoint.actor or row.endpoint.actor in names


@each(PUBLIC)
def test_the_public_token_reaches_nothing_of_others(scene: Scene, others: Others, row: Row) -> None:
    before, headers = state(scene, others), spoken_for(scene)
    for body in bodies(scene, row, others):
        answer = scene.world.call("POST", row.endpoint.path, body, **headers)
        assert (answer.status, answer.body["error_code"] != 17) == (200, True), body
        shown = json.dumps(answer.body)
        assert [text for text in [*others.texts, *others.of_agents] if text in shown and text not in json.dumps(body)] == [], body
    after = state(scene, others)
    assert [name for name in before if before[name] != after[name]] == []


@each([row for row in PUBLIC if row.endpoint.actor])
def test_nobody_acts_for_an_agent_or_for_another_account_s_people(scene: Scene, others: Others, row: Row) -> None:
    assert row.endpoint.actor
    for person in others.people:
        own = scene.body(row, "PPCOM") | {row.endpoint.actor: person}
        assert scene.world.pp(row.endpoint.path.removeprefix("/api/"), **own).body["error_code"] == 7


@each(PUBLIC)
def test_a_visitor_is_shown_no_more_of_an_agent_than_is_public(scene: Scene, others: Others, row: Row) -> None:
    about = {"user_uuid": others.agent} if row.id in ABOUT else {"uuid": others.agent} if "YVOBJECT" in row.id else {}
    shown = json.dumps(scene.ask(row, "PPCOM", **about).body)
    assert [text for text in others.of_agents if text in shown] == []


# --- the same by socket


@pytest.fixture
def socket(scene: Scene) -> Iterator[Socket]:
    found = Socket()
    yield found
    if found.is_open:
        found.close()


def test_a_socket_of_the_public_token_is_nobody_else_s(scene: Scene, others: Others, socket: Socket) -> None:
    for person in others.people:
        for device in (others.agents_device, scene.visitor.device):
            one = Socket()
            assert one.auth(scene.world, person, device)["code"] == 13
    for device in (others.agents_device, others.visitor.device, others.rival.visitor.device):
        assert Socket().auth(scene.world, scene.visitor.id, device)["code"] == 1


def test_a_socket_reaches_nothing_of_others(scene: Scene, others: Others, socket: Socket) -> None:
    before, visitor = state(scene, others), scene.visitor
    assert socket.auth(scene.world, visitor.id, visitor.device)["code"] == 0
    own = scene.body(next(row for row in ROWS if row.id == "PP_SEND_MESSAGE"), "PPCOM")
    for name in own.keys() - {"uuid"}:
        for id_ in others.ids:
            ack = socket.send({"type": "send", "send": own | {name: id_}})
            assert ack["code"] != 0 or name in IGNORED, (name, id_)
    for kind in ("typing_watch", "typing_unwatch", "typing"):
        for talk in (others.internal, others.visitor.conversation, others.rival.visitor.conversation, others.agent):
            socket.send({"type": kind, "conversation_uuid": talk})
            assert socket.received[-1]["code"] != 0 or kind == "typing_unwatch", (kind, talk)
    scene.world.settle()
    shown = json.dumps([told for told in socket.received if told["type"] != "ACK"])  # an ack says what was sent
    assert [text for text in [*others.texts, *others.of_agents] if text in shown] == []
    after = state(scene, others)
    assert [name for name in before if before[name] != after[name]] == []


def test_what_is_pushed_to_contacts_shows_of_an_agent_what_is_public(scene: Scene, others: Others, socket: Socket) -> None:
    world, second = scene.world, others.visitor
    given = {"conversation_uuid": scene.visitor.conversation, "action": "ADD", "member_list": [second.id]}
    assert world.pp("PP_UPDATE_CONVERSATION_MEMBER", "PPKEFU", app_uuid=world.account, **given).body["error_code"] == 0
    member = Socket()
    assert member.auth(world, second.id, second.device)["code"] == 0
    assert socket.auth(world, scene.visitor.id, scene.visitor.device)["code"] == 0
    messages.post(
        world.ctx(AGENT, world.agents[0]), PostMessage(scene.visitor.conversation, "for both", device=others.agents_device)
    )
    world.settle()
    for listener in (socket, member):
        assert [message["bo"] for message in listener.messages()][-1:] == ["for both"]
        assert [text for text in others.of_agents if text in json.dumps(listener.received)] == []
    member.close()
    world.pp("PP_UPDATE_CONVERSATION_MEMBER", "PPKEFU", app_uuid=world.account, **given | {"action": "REMOVE"})


# --- agents


@each([row for row in ROWS if row.endpoint.needs and "PPCONSOLE" in row.endpoint.needs and "PPKEFU" not in row.endpoint.needs])
def test_an_agent_with_the_console_s_key_is_no_admin(scene: Scene, row: Row) -> None:
    headers = {"Authorization": f"OAuth {console_of(scene, 0)}", "Content-Type": "application/json"}
    body = scene.body(row, "PPCONSOLE") | ({"user_password": NEW_PASSWORD} if row.id == "PP_REMOVE_USER" else {})
    if row.id == "PPCONSOLE_LOGOUT":
        body["user_uuid"] = scene.world.agents[0].id
    code = send("POST", row.endpoint.path, headers, json.dumps(body).encode()).body["error_code"]
    assert code in ((0,) if row.id.startswith(LOOKS) else (43, 39))


def test_an_agent_closes_nobody_else_s_view(scene: Scene) -> None:
    given = {"app_uuid": scene.world.account, "conversation_uuid": scene.visitor.conversation}
    for endpoint in ("PP_CLOSE_CONVERSATION", "PP_OPEN_CONVERSATION"):
        for person in (scene.world.agents[1].id, scene.visitor.id):
            assert scene.world.pp(endpoint, "PPKEFU", **given, user_uuid=person).body["error_code"] == 20


@each([row for row in every_row() if row.dialect.name == "OneView" and "{" in row.endpoint.path])
def test_another_account_s_agent_finds_no_ticket_of_ours(scene: Scene, others: Others, row: Row) -> None:
    ours, world = scene.path(row), others.rival.world
    assert world.call(row.endpoint.method, ours, **world.bearer(world.owner)).status == 404


def test_another_account_s_numbers_are_its_own(scene: Scene, others: Others) -> None:
    world: World = others.rival.world
    own = {row["contactId"] for row in world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"]}
    statuses = set()
    for number in range(1, 20):
        answer = world.call("GET", f"/api/v3/anytime/conversations/{number}/messages", **world.bearer())
        assert not any(text in json.dumps(answer.body) for text in (ANOTHERS, INTERNAL, NOTE)), own
        statuses.add(answer.status)
    assert statuses == {200, 404}, "numbers of theirs, and of nobody's"
