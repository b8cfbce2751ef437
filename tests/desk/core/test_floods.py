"""What may be done so often: over a limit it is refused with a time, for who does it alone, and passes again after that time."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib.context import ADMIN, VISITOR
from chalicelib.desk.channels import email_accounts
from chalicelib.desk.conversations import group_chats
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import TooMany
from chalicelib.desk.core.rate_limits import DEFAULTS
from chalicelib.desk.people import contacts
from chalicelib.desk.people import devices as desk_devices
from chalicelib.desk.realtime import live
from chalicelib.models import devices, receipts, topics
from tests import policies
from tests.desk.channels import scene
from tests.e2e.test_sockets import device_of
from tests.world import PASSWORD, Answer, Socket, Visitor, World, arrive, counted

ELSEWHERE = "127.0.0.2"
MOST = 3
Act = Callable[["Actor"], Answer]


@dataclass
class Actor:
    """Who does it: a visitor and an agent of an account."""

    world: World
    visitor: Visitor
    agent: int = 0

    def token(self, label: str = "PPCOM") -> str:
        return self.world.token(label, self.world.agents[self.agent] if label == "PPKEFU" else None)


def pp(actor: Actor, endpoint: str, label: str = "PPCOM", **given: Any) -> Answer:
    headers = {"Authorization": f"OAuth {kept(actor, label)}"}
    return actor.world.call("POST", f"/api/{endpoint}", {"app_uuid": actor.world.account, **given}, **headers)


def kept(actor: Actor, label: str) -> str:
    """The same token for each call of an actor."""
    name = f"{label} {actor.agent}"
    if name not in actor.world.tokens:
        actor.world.tokens[name] = actor.token(label)
    return actor.world.tokens[name]


def any_request(actor: Actor) -> Answer:
    return actor.world.call("GET", "/oauth/nothing")


def with_a_token(actor: Actor) -> Answer:
    return pp(actor, "PP_GET_APP_INFO", "PPKEFU")


def comes(actor: Actor) -> Answer:
    return pp(actor, "PP_CREATE_ANONYMOUS", ppcom_trace_uuid=str(uuid.uuid4()))


def comes_by_email(actor: Actor) -> Answer:
    return pp(actor, "PP_GET_USER_UUID", user_email=f"{uuid.uuid4()}@new.test")


def opens(actor: Actor) -> Answer:
    """A conversation with the same two agents, which is another each time."""
    pair = [agent.id for agent in actor.world.agents[:2]]
    return pp(actor, "PP_CREATE_CONVERSATION", user_uuid=actor.visitor.id, conversation_type="P2S", member_list=pair)


def opens_among_agents(actor: Actor) -> Answer:
    own, *others = [agent.id for agent in (actor.world.agents[actor.agent :] + actor.world.agents[: actor.agent])]
    return pp(actor, "PP_CREATE_CONVERSATION", "PPKEFU", user_uuid=own, conversation_type="S2S", member_list=others)


def says(actor: Actor) -> Answer:
    return actor.visitor.say("hello")


def answers(actor: Actor) -> Answer:
    world, chat = actor.world, actor.visitor.conversation
    given = {"conversation_uuid": chat, "from_uuid": world.agents[actor.agent].id, "from_type": "DU"}
    given |= {"to_uuid": chat, "to_type": "AP", "message_type": "NOTI", "message_subtype": "TEXT", "message_body": "hi"}
    return pp(actor, "PP_SEND_MESSAGE", "PPKEFU", uuid=str(uuid.uuid4()), **given)


def mails(actor: Actor) -> Answer:
    """An e-mail of an agent; the account gets an e-mail account first."""
    world = actor.world
    if not email_accounts.load(world.ctx(ADMIN)):
        scene.account(world)
    path = f"{scene.BASE}/conversations/{scene.number(world, actor.visitor)}/messages"
    given = {"type": "email", "plainBody": "hi", "to": "mia@customers.example"}
    return world.call("POST", path, given, Authorization=f"Bearer {kept(actor, 'PPKEFU')}")


def brings(actor: Actor) -> Answer:
    return actor.world.upload(actor.visitor.id, b"words", Authorization=f"OAuth {kept(actor, 'PPCOM')}")


def brings_a_text(actor: Actor) -> Answer:
    return actor.world.form("/upload_txt", {"Authorization": f"OAuth {kept(actor, 'PPCOM')}"}, content_txt="words")


def adds_a_device(actor: Actor) -> Answer:
    given = {"user_uuid": actor.visitor.id, "device_id": str(uuid.uuid4()), "device_ostype": "BROWSER", "ppcom_trace_uuid": "any"}
    return pp(actor, "PP_CREATE_DEVICE", **given)


def logs_in(actor: Actor) -> Answer:
    email = actor.world.agents[actor.agent].email
    return actor.world.form("/oauth/token", grant_type="password", email=email, password=PASSWORD)


def takes_a_token(actor: Actor) -> Answer:
    key, secret = actor.world.clients["PPCOM"]
    return actor.world.form("/ppauth/token", grant_type="client_credentials", client_id=key, client_secret=secret)


def signs_up(actor: Actor) -> Answer:
    given = {"user_email": f"{uuid.uuid4()}@new.test", "user_fullname": "New", "user_password": "x", "app_name": "N"}
    return pp(actor, "PPCONSOLE_SIGNUP", "PPCONSOLE_BEFORE_LOGIN", **given)


def exports(actor: Actor) -> Answer:
    return _of_contact(actor, "GET", "export")


def erases(actor: Actor) -> Answer:
    return _of_contact(actor, "POST", "erase")


def _of_contact(actor: Actor, method: str, what: str) -> Answer:
    """A call of the owner about another contact each time, of some that were made before."""
    world = actor.world
    if "contacts" not in world.tokens:
        made = [contacts.create(world.ctx(ADMIN), contacts.Change(str(uuid.uuid4()))).number for _ in range(20)]
        world.tokens |= {"contacts": " ".join(map(str, made)), "owner": world.bearer(world.owner)["Authorization"]}
    number, _, world.tokens["contacts"] = world.tokens["contacts"].partition(" ")
    return world.call(method, f"/api/v3/anytime/contacts/{number}/{what}", Authorization=world.tokens["owner"])


def searches(actor: Actor) -> Answer:
    headers = {"Authorization": f"Bearer {kept(actor, 'PPKEFU')}"}
    return actor.world.call("GET", "/api/v3/anytime/conversations?keywords=parcel", **headers)


def replays(actor: Actor) -> Answer:
    world = actor.world
    if "owner" not in world.tokens:
        world.tokens["owner"] = world.bearer(world.owner)["Authorization"]
    path = "/api/v3/anytime/webhooks/deliveries/1-1800000000000-00000001-11-1/replay"
    return world.call("POST", path, {}, Authorization=world.tokens["owner"])


def reports(actor: Actor) -> Answer:
    world = actor.world
    if "owner" not in world.tokens:
        world.tokens["owner"] = world.bearer(world.owner)["Authorization"]
    return world.call("GET", "/api/v3/anytime/reports/volume?startTime=2027-01-01", Authorization=world.tokens["owner"])


SOURCE, PERSON, ACCOUNT = "source", "person", "account"
#: Each limit over HTTP: what is counted, and what it is counted by.
FLOODS: list[tuple[str, Act, str]] = [
    ("requests", any_request, SOURCE),
    ("token_requests", with_a_token, PERSON),
    ("visitors", comes, SOURCE),
    ("visitors", comes_by_email, SOURCE),
    ("account_visitors", comes, ACCOUNT),
    ("conversations", opens, SOURCE),
    ("contact_conversations", opens, PERSON),
    ("account_conversations", opens, ACCOUNT),
    ("agent_conversations", opens_among_agents, PERSON),
    ("source_messages", says, SOURCE),
    ("messages", says, PERSON),
    ("account_messages", says, ACCOUNT),
    ("exports", exports, ACCOUNT),
    ("erasures", erases, ACCOUNT),
    ("agent_messages", answers, PERSON),
    ("mails", mails, ACCOUNT),
    ("searches", searches, PERSON),
    ("replays", replays, ACCOUNT),
    ("reports", reports, ACCOUNT),
    ("source_uploads", brings, SOURCE),
    ("source_uploads", brings_a_text, SOURCE),
    ("uploads", brings, PERSON),
    ("account_uploads", brings, ACCOUNT),
    ("account_uploads", brings_a_text, ACCOUNT),
    ("lookups", comes_by_email, SOURCE),
    ("devices", adds_a_device, SOURCE),
    ("logins", logs_in, SOURCE),
    ("tokens", takes_a_token, SOURCE),
    ("signups", signs_up, SOURCE),
]
#: Limits of what sockets do, which have tests of their own.
OF_SOCKETS = {"sockets", "socket_messages", "socket_refusals"}
#: Limits of what triggers send, which no call does (tests/desk/automation/test_trigger_mails.py).
OF_TRIGGERS = {"trigger_mails", "trigger_mails_to"}
#: Limits of what administrators ask to be mailed (tests/desk/channels/test_email_accounts.py).
OF_ADDRESSES = {"verifications", "verifications_of", "verification_codes"}
#: Limits of mails that come and of what answers them, which no call does (tests/infra/test_smtp.py, tests/desk/channels).
OF_MAILS = {"source_mails", "mails_from", "account_mails", "automatic_mails_to"}


@pytest.fixture(autouse=True)
def _at_an_own_address(world: World) -> Iterator[None]:
    """No test counts what another one did; none leaves a limit behind."""
    part = int(world.account[-6:], 16)
    with world.at(f"10.{part >> 16}.{part >> 8 & 255}.{part & 255}"):
        yield
    rate_limits.use("off")


def only(name: str, most: int = MOST, seconds: int = 3600) -> None:
    """Sets one limit to a number that a test reaches, and all others out of reach."""
    beyond = [f"{other}=1000000/3600" for other in DEFAULTS if other != name]
    rate_limits.use(" ".join([f"{name}={most}/{seconds}", *beyond]))


def refused(answer: Answer) -> int:
    """The seconds after which an answer tells to come again; 0 where it refuses nothing."""
    body = answer.body or {}
    if answer.status == 429 or body.get("error_code") == 20:
        return int(answer.headers["Retry-After"])
    assert answer.status < 500 and body.get("error_code", 0) in (0, 4, None), answer
    return 0


def test_each_limit_has_a_row_here() -> None:
    assert {name for name, _, _ in FLOODS} | OF_SOCKETS | OF_TRIGGERS | OF_ADDRESSES | OF_MAILS == set(DEFAULTS)


@pytest.mark.parametrize(("name", "act", "by"), FLOODS, ids=[f"{name}-{act.__name__}" for name, act, _ in FLOODS])
def test_one_more_than_a_limit_is_refused_with_a_time_and_passes_after_it(
    world: World, other: World, name: str, act: Act, by: str
) -> None:
    actor = Actor(world, world.visitor())
    another, theirs = Actor(world, world.visitor(), agent=1), Actor(other, other.visitor())
    for each in (actor, another, theirs):
        act(each)  # whatever is made for the first call only is there
    only(name)
    assert [refused(act(actor)) for _ in range(MOST)] == [0] * MOST
    seconds = refused(act(actor))
    assert 0 < seconds <= 3600
    with counted() as sent:
        assert refused(act(actor))
    assert not [each for each in sent if each not in ("GetItem", "BatchGetItem")], "a refusal writes nothing"
    if by == SOURCE:
        assert refused(act(another)), "the address is the same"
        with world.at(ELSEWHERE):
            assert not refused(act(actor))
    elif by == PERSON:
        assert not refused(act(another))
    assert bool(refused(act(theirs))) == (by == SOURCE), "no account uses up another's"
    rate_limits.clear()
    assert refused(act(actor)), "another process knows it too"
    world.now += seconds * 1000
    world.tokens.clear()
    assert not refused(act(actor))


@pytest.mark.parametrize(
    "name, act, reads",
    [("requests", any_request, 0), ("logins", logs_in, 0), ("signups", signs_up, 0), ("visitors", comes, 1)],
)
def test_who_is_known_to_be_over_a_limit_costs_no_request_but_to_see_who_is_known(
    world: World, name: str, act: Act, reads: int
) -> None:
    actor = Actor(world, world.visitor())
    act(actor)
    only(name)
    assert [bool(refused(act(actor))) for _ in range(MOST + 1)] == [False] * MOST + [True]
    with counted() as sent:
        for _ in range(20):
            assert refused(act(actor))
    assert sent == ["GetItem"] * 20 * reads


def test_each_dialect_refuses_in_its_shape(world: World) -> None:
    only("requests", most=0)
    pp_, page = world.pp("PP_GET_APP_INFO", app_uuid=world.account), world.call("GET", "/identicon/x.png")
    assert (pp_.status, pp_.body["error_code"], pp_.body["uri"]) == (200, 20, "/PP_GET_APP_INFO")
    assert pp_.body["retry_after"] == int(pp_.headers["Retry-After"]) > 0
    assert "too many requests from this address" in pp_.body["error_detail"]
    assert page.status == world.call("GET", "/widget.js").status == world.call("GET", "/openapi.json").status == 429
    anytime = world.call("GET", "/api/v3/anytime/conversations", **world.bearer())
    assert (anytime.status, anytime.body["code"]) == (429, 429000)
    oneview = world.call("GET", "/cs-chat-ticket/v1/tickets", **world.bearer())
    assert (oneview.status, oneview.body["errors"][0]["status"]) == (429, "429")
    livechat = world.call("GET", "/auth/organization", api_token="x")
    assert (livechat.status, livechat.body["status"]) == (429, 0)
    for answer in (page, anytime, oneview, livechat):
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_a_header_says_of_the_address_is_not_believed(world: World) -> None:
    only("requests")
    claimed = [
        world.call("GET", "/oauth/nothing", X_Forwarded_For=f"10.0.0.{at}", Forwarded=f"for=10.0.0.{at}") for at in range(9)
    ]
    assert [answer.status for answer in claimed] == [404] * MOST + [429] * (9 - MOST)


def test_a_long_message_counts_as_many_short_ones(world: World) -> None:
    visitor = world.visitor()
    only("messages", most=20)
    assert visitor.say("x" * 60_000).body["error_code"] == 0
    again = str(uuid.uuid4())
    assert visitor.say("x" * 60_000, again).body["error_code"] == 20
    world.now += 3_600_000
    world.tokens.clear()
    assert visitor.say("x" * 60_000, again).body["error_code"] == 0, "what was refused may be sent again as it was"
    assert len(visitor.history()) == 2


# --- sockets


def test_an_address_opens_so_many_sockets(world: World) -> None:
    only("sockets")
    assert [Socket().connected for _ in range(MOST + 1)] == [200] * MOST + [429]
    assert Socket(source=ELSEWHERE).connected == 200


def test_a_socket_is_told_to_wait_and_closed_when_it_does_not(world: World) -> None:
    visitor = world.visitor()
    socket = Socket()
    assert socket.auth(world, visitor.id, visitor.device)["code"] == 0
    beyond = " ".join(f"{name}=1000000/3600" for name in DEFAULTS if name not in OF_SOCKETS)
    rate_limits.use(f"{beyond} socket_messages={MOST}/60 socket_refusals=5/60")
    sent = {"uuid": str(uuid.uuid4()), "conversation_uuid": visitor.conversation}
    for _ in range(MOST):
        assert socket.send({"type": "nonsense"})["code"] == 5
    with counted() as cost:
        ack = socket.send({"type": "send", "send": sent})
        assert socket.send({"type": "typing_watch", "conversation_uuid": visitor.conversation})["what"] == "TYPING_WATCH"
    assert (ack["what"], ack["code"], ack["extra"]["uuid"]) == ("SEND", 7, sent["uuid"])
    assert f"try again in {ack['extra']['retry_after']} seconds" in ack["reason"]
    assert {*cost} == {"PostToConnection", "UpdateItem"} and cost.count("UpdateItem") <= 3
    assert [socket.send("no json")["code"] for _ in range(3)] == [4] * 3 and socket.is_open
    socket.send("no json")
    assert not socket.is_open
    again = Socket()
    assert again.auth(world, visitor.id, visitor.device)["code"] == 0, "another socket counts for itself"


def test_a_message_over_a_limit_is_refused_on_the_socket_too(world: World) -> None:
    visitor = world.visitor()
    socket = Socket()
    socket.auth(world, visitor.id, visitor.device)
    only("messages", most=1)
    given = {"app_uuid": world.account, "conversation_uuid": visitor.conversation, "from_uuid": visitor.id, "from_type": "DU"}
    given |= {"to_uuid": visitor.conversation, "to_type": "AP", "message_type": "NOTI", "message_subtype": "TEXT"}
    acks = [socket.send({"type": "send", "send": {**given, "uuid": str(uuid.uuid4()), "message_body": "x"}}) for _ in range(2)]
    assert [ack["code"] for ack in acks] == [0, 7]
    assert acks[1]["extra"]["retry_after"] > 0
    assert visitor.history() == ["x"]


def test_one_socket_more_than_a_person_may_have_closes_the_oldest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_SOCKETS", 3)
    visitor, sockets = world.visitor(), []
    for _ in range(5):
        sockets.append(Socket())
        world.now += 1000
        assert sockets[-1].auth(world, visitor.id, visitor.device, token=world.token("PPCOM"))["code"] == 0
        assert all(socket.is_open for socket in sockets[-3:])
    assert [socket.is_open for socket in sockets] == [False, False, True, True, True]
    listening = topics.listeners(world.account, [visitor.id], world.now)[visitor.id]
    assert {each.connection for each in listening} == {socket.id for socket in sockets[2:]}


# --- what is stored


def test_a_person_has_so_many_devices_and_keeps_those_in_use(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_devices, "MOST", 3)
    visitor, given = world.visitor(), {"app_uuid": world.account, "device_ostype": "BROWSER", "ppcom_trace_uuid": "any"}
    made = [visitor.device]
    for at in range(4):
        world.now += 1000
        made.append(world.pp("PP_CREATE_DEVICE", user_uuid=visitor.id, device_id=f"{at}", **given).body["device_uuid"])
        world.pp("PP_UPDATE_DEVICE", user_uuid=visitor.id, device_uuid=visitor.device, device_fullname="mine", **given)
    kept_ = {device.id for device in devices.of_person(world.account, visitor.id, 100)}
    assert kept_ == {visitor.device, *made[-2:]}
    assert world.pp("PP_CREATE_DEVICE", user_uuid=visitor.id, device_id="3", **given).body["error_code"] == 25


def test_a_device_that_made_room_is_not_there_any_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_devices, "MOST", 1)
    visitor, given = world.visitor(), {"app_uuid": world.account, "device_ostype": "BROWSER", "ppcom_trace_uuid": "any"}
    update = {"user_uuid": visitor.id, "device_uuid": visitor.device, "device_fullname": "mine", **given}
    assert world.pp("PP_UPDATE_DEVICE", **update).body["error_code"] == 0
    unused = devices.of_person(world.account, visitor.id)
    devices.create(world.account, visitor.id, devices.Device(id=str(uuid.uuid4()), client_id="x", os="", created_at=1), unused)
    assert world.pp("PP_UPDATE_DEVICE", **update).body["error_code"] == 8, "another process removed it"


def test_devices_that_came_at_the_same_moment_make_room_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, given = world.visitor(), {"app_uuid": world.account, "device_ostype": "BROWSER", "ppcom_trace_uuid": "any"}
    for at in range(6):
        world.pp("PP_CREATE_DEVICE", user_uuid=visitor.id, device_id=f"{at}", **given)
    monkeypatch.setattr(desk_devices, "MOST", 3)
    last = world.pp("PP_CREATE_DEVICE", user_uuid=visitor.id, device_id="last", **given).body["device_uuid"]
    left = devices.of_person(world.account, visitor.id)
    assert len(left) == 3 and last in {device.id for device in left}


def test_who_was_here_before_comes_back_where_no_new_visitor_may_come(world: World) -> None:
    only("visitors", 2)
    known, another = str(uuid.uuid4()), str(uuid.uuid4())
    actor = Actor(world, world.visitor())
    answers_ = [pp(actor, "PP_CREATE_ANONYMOUS", ppcom_trace_uuid=trace) for trace in (known, another, known)]
    assert [answer.body["error_code"] for answer in answers_] == [0, 20, 0]


def test_acknowledging_what_is_not_there_or_another_s_stores_nothing(world: World, other: World) -> None:
    visitor, another, theirs = world.visitor(), world.visitor(), other.visitor()
    made_up = [f"{visitor.device}:{uuid.uuid4()}:{at}" for at in range(90)]
    foreign = [f"{visitor.device}:{chat}:1" for chat in (another.conversation, theirs.conversation, "none")]
    world.pp("ACK_MESSAGE", list=[f"{visitor.device}:{visitor.conversation}:1"], user_uuid=visitor.id)
    with counted() as sent:
        for _ in range(5):
            answer = world.pp("ACK_MESSAGE", list=[*made_up, *foreign], user_uuid=visitor.id)
            assert answer.body["error_code"] == 0
    assert sent == ["BatchGetItem"] * 5
    assert [*receipts.of_device(world.account, visitor.device)] == [visitor.conversation]


def test_a_member_by_name_acknowledges_and_an_agent_does_in_any_conversation_but_others_own(world: World) -> None:
    visitor, guest = world.visitor(), world.visitor()
    openings_ = group_chats.CreateConversation(visitor.id, (guest.id, world.agents[0].id))
    talk = group_chats.create(world.ctx(ADMIN), openings_).conversation.id
    among = group_chats.CreateConversation(world.agents[1].id, (world.agents[2].id,), internal=True)
    internal = group_chats.create(world.as_agent(1), among).conversation.id
    device = device_of(world, 0)
    token = world.token("PPKEFU")
    world.pp("ACK_MESSAGE", list=[f"{guest.device}:{chat}:1" for chat in (talk, visitor.conversation)], user_uuid=guest.id)
    acked = [f"{device}:{chat}:1" for chat in (talk, visitor.conversation, internal)]
    world.call("POST", "/api/ACK_MESSAGE", {"list": acked}, Authorization=f"OAuth {token}")
    assert {*receipts.of_device(world.account, guest.device)} == {talk}
    assert {*receipts.of_device(world.account, device)} == {talk, visitor.conversation}


def test_an_acknowledgement_of_a_conversation_that_is_known_is_one_request(world: World) -> None:
    visitor = world.visitor()

    def ack(at: int) -> None:
        world.pp("ACK_MESSAGE", list=[f"{visitor.device}:{visitor.conversation}:{at}"], user_uuid=visitor.id)

    ack(1)
    world.now += 50_000
    with counted() as sent:
        ack(2)
    assert sent == ["UpdateItem"]
    answer = world.pp("ACK_MESSAGE", list=[f"{uuid.uuid4()}:{uuid.uuid4()}:1" for _ in range(6)], user_uuid=visitor.id)
    assert answer.body["error_code"] == 28, "one client has one device"


# --- files without a token


def test_a_file_without_a_token_is_taken_from_who_was_seen_at_the_same_address_within_the_hour(world: World) -> None:
    visitor, another = world.visitor(), world.visitor()
    assert "fuuid" in world.upload(visitor.id, b"words").body
    with world.at(ELSEWHERE):
        assert world.upload(visitor.id, b"words").body["error_code"] == 20
        assert (
            world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=visitor.conversation, user_uuid=visitor.id).body["error_code"]
            == 0
        )
        assert "fuuid" in world.upload(visitor.id, b"words").body
        assert world.upload(another.id, b"words").body["error_code"] == 20
    world.now += 3_599_000
    assert "fuuid" in world.upload(visitor.id, b"words").body
    world.now += 1_000
    assert world.upload(visitor.id, b"words").body["error_code"] == 20


def test_an_agent_s_uuid_is_no_proof_and_their_token_or_socket_is(world: World) -> None:
    agent, key = world.agents[0], world.token("PPCOM")
    visitor = world.visitor()
    headers = {"Authorization": f"OAuth {key}"}
    assert world.upload(agent.id, b"words").body["error_code"] == 20
    assert world.upload(agent.id, b"words", **headers).body["error_code"] == 7, "a visitors' token is public"
    for endpoint in ("PP_GET_USER_INFO", "PP_GET_APP_INFO", "PPCOM_GET_DEFAULT_CONVERSATION", "PP_GET_USER_CONVERSATION_LIST"):
        world.pp(endpoint, app_uuid=world.account, user_uuid=agent.id, from_uuid=agent.id, device_uuid="d")
    world.pp("PP_PAGE_HISTORY_MESSAGE", user_uuid=agent.id, conversation_uuid=visitor.conversation)
    assert world.upload(agent.id, b"words").body["error_code"] == 20, "naming them in a call is none either"
    device = device_of(world, 0)
    assert Socket(source=ELSEWHERE).auth(world, agent.id, device, "PPKEFU", world.token("PPKEFU"))["code"] == 0
    assert world.upload(agent.id, b"words").body["error_code"] == 20
    with world.at(ELSEWHERE):
        assert "fuuid" in world.upload(agent.id, b"words").body
        assert world.upload(world.agents[1].id, b"words").body["error_code"] == 20
    assert world.pp("PP_GET_APP_INFO", "PPKEFU", app_uuid=world.account).body["error_code"] == 0
    assert "fuuid" in world.upload(agent.id, b"words").body


def test_a_program_s_token_proves_each_of_its_account(world: World, other: World) -> None:
    with world.at(ELSEWHERE):
        assert world.upload(world.agents[1].id, b"words").body["error_code"] == 20
        assert world.pp("PP_GET_APP_INFO", "THIRD_PARTY_KEFU", app_uuid=world.account).body["error_code"] == 0
        assert "fuuid" in world.upload(world.agents[1].id, b"words").body
        assert world.upload(other.agents[1].id, b"words").body["error_code"] == 20


def test_a_text_without_a_token_is_taken_where_anybody_was_seen(world: World) -> None:
    with world.at(f"10.1.{world.account[-1]}.9"):
        with counted() as sent:
            assert world.form("/upload_txt", content_txt="x" * 60_000).body["error_code"] == 20
        assert sent == ["BatchGetItem"]
        world.visitor()
        assert world.form("/upload_txt", content_txt="words").body["error_code"] == 0


def test_another_process_knows_who_was_seen(world: World) -> None:
    visitor = world.visitor()
    policies.forget()
    assert "fuuid" in world.upload(visitor.id, b"words").body
    policies.forget()
    world.now += 3_600_000
    assert world.upload(visitor.id, b"words").body["error_code"] == 20


def test_who_was_seen_is_stored_once_in_half_an_hour(world: World) -> None:
    visitor = world.visitor()
    visitor.say("hello")
    stored = []
    for _ in range(8):
        world.now += 10 * 60_000
        world.tokens.clear()
        with counted() as sent:
            visitor.history()
        stored.append("TransactWriteItems" in sent)
    assert stored.count(True) >= 2
    world.now += 1_000
    with counted() as sent:
        visitor.history()
    assert "TransactWriteItems" not in sent


# --- a busy site, and the flood of the issue


def test_a_busy_site_meets_no_limit(world: World) -> None:
    rate_limits.use("")
    for _ in range(100):  # come within a minute, behind one address, and write
        visitor = arrive(world)
        assert visitor.say("hello").body["error_code"] == 0
        world.now += 500
    polling, working = world.bearer(), world.bearer(world.agents[1])
    for _ in range(20):
        asked = [polling] * 5 + [working] * 20  # five tabs that poll each second, a program with 20 requests a second
        assert {world.call("GET", "/api/v3/anytime/autoClose", **headers).status for headers in asked} == {200}
        world.now += 1_000


def test_empty_chats_from_one_address_soon_meet_a_limit(world: World) -> None:
    rate_limits.use("")
    opened = 0
    for at in range(10 * 120):  # 120 in ten seconds, each minute
        world.now += 50_000 if at % 120 == 0 else 83
        ctx = replace(world.ctx(VISITOR), source="192.0.2.7")
        with suppress(TooMany):
            rate_limits.spend_contact(ctx)
            rate_limits.spend_conversation(ctx, f"contact {at}")
            opened += 1
    assert opened == 600


def test_limits_that_nobody_meets_cost_the_common_calls_nothing(world: World) -> None:
    visitor = world.visitor()
    visitor.say("hello")
    rate_limits.use("")
    with counted() as sent:
        visitor.say("more")
    assert sent == ["GetItem", "TransactWriteItems"]
    user = world.pp("PP_CREATE_ANONYMOUS", app_uuid=world.account, ppcom_trace_uuid="another").body["user_uuid"]
    with counted() as opening:
        world.pp("PPCOM_GET_DEFAULT_CONVERSATION", app_uuid=world.account, user_uuid=user, device_uuid="any")
    assert opening == ["GetItem", "UpdateItem", "TransactWriteItems"]
