"""What may be done so often: over a limit it is refused with a time, for who does it alone, and passes again after that time."""

import uuid
from contextlib import suppress

import pytest
from msgspec.structs import replace

from chalicelib.context import VISITOR
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import TooMany
from chalicelib.desk.core.rate_limits import DEFAULTS
from tests.desk.core.floods import (
    ELSEWHERE,
    FLOODS,
    MOST,
    OF_SOCKETS,
    PERSON,
    SOURCE,
    Act,
    Actor,
    any_request,
    comes,
    logs_in,
    only,
    refused,
    signs_up,
)
from tests.desk.core.floods import at_an_own_address as at_an_own_address
from tests.lambdas import counted
from tests.visitors import arrive
from tests.world import World

#: Limits of what triggers send, which no call does (tests/desk/automation/test_trigger_mails.py).
OF_TRIGGERS = {"trigger_mails", "trigger_mails_to"}
#: Limits of what administrators ask to be mailed (tests/desk/channels/test_email_accounts.py).
OF_ADDRESSES = {"verifications", "verifications_of", "verification_codes"}
#: Limits of mails that come and of what answers them, which no call does (tests/infra/test_smtp.py, tests/desk/channels).
OF_MAILS = {"source_mails", "mails_from", "account_mails", "automatic_mails_to"}


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


# --- a busy site, and a flood


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
