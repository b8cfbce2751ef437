"""What may be done too often: each act over HTTP with its limit, one limit set at a time, and what a refusal says."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.channels import email_accounts
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.rate_limits import DEFAULTS
from chalicelib.desk.people import contacts
from tests.desk.channels import scene
from tests.visitors import Answer, Visitor
from tests.world import PASSWORD, World

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


@pytest.fixture(autouse=True)
def at_an_own_address(world: World) -> Iterator[None]:
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
