"""Agents who are switched off or removed serve nobody, and contacts who were removed are nobody any more."""

from collections.abc import Callable

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import conversations, group_chats, members, messages, participants, updates
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.conversations.members import ChangeMembers
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import NotFound, Unavailable
from chalicelib.desk.people import agents
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World

Going = Callable[[World, str], object]
WAYS: list[Going] = [
    lambda world, agent: agents.set_active(world.ctx(ADMIN), agent, on=False),
    lambda world, agent: agents.remove(world.ctx(ADMIN), agent),
]
both = pytest.mark.parametrize("goes", WAYS, ids=["switched off", "removed"])


def found(world: World, visitor: Visitor) -> Conversation:
    return conversations.load(world.ctx(ADMIN), visitor.conversation)


def answered(world: World, at: int = 0) -> Visitor:
    """A visitor whose conversation an agent has and has answered."""
    world.online(world.agents[at])
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    messages.post(world.ctx("agent", world.agents[at]), PostMessage(visitor.conversation, "hi"))
    return visitor


@both
def test_naming_one_is_refused_in_every_dialect(world: World, goes: Going) -> None:
    visitor, gone = answered(world), world.agents[2]
    goes(world, gone.id)
    cache.clear_all()
    (listed,) = world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"]
    path = f"/api/v3/anytime/conversations/{listed['id']}"
    answer = world.call("PUT", path, {"agentAssigneeId": gone.number}, **world.bearer())
    assert (answer.status, "agentAssigneeId" in answer.body["message"]) == (400, True)
    given = {"app_uuid": world.account, "conversation_uuid": visitor.conversation}
    assert world.pp("PP_UPDATE_CONVERSATION", "PPKEFU", **given, assigned_uuid=gone.id).body["error_code"] == 33
    assert (
        world.pp("PP_UPDATE_CONVERSATION_MEMBER", "PPKEFU", **given, action="ADD", member_list=[gone.id]).body["error_code"] == 33
    )
    for kind, owner in (("P2S", visitor.id), ("S2S", world.agents[0].id)):
        asked = {"app_uuid": world.account, "user_uuid": owner, "conversation_type": kind}
        label = "PPCOM" if kind == "P2S" else "PPKEFU"
        assert world.pp("PP_CREATE_CONVERSATION", label, **asked, member_list=[gone.id]).body["error_code"] == 33
    asked = {"app_uuid": world.account, "user_uuid": world.visitor().id, "device_uuid": "d"}
    assert world.pp("PPCOM_CREATE_CONVERSATION", **asked, member_list=[gone.id]).body["error_code"] == 33
    assert found(world, visitor).assignee == world.agents[0].id


def test_a_supervisor_acts_for_nobody_who_is_switched_off(world: World) -> None:
    agents.set_active(world.ctx(ADMIN), world.agents[0].id, on=False)
    headers = world.bearer(world.owner) | {"X_Agent_ID": world.agents[0].email}
    assert world.call("GET", "/cs-chat-ticket/v1/tickets", **headers).status == 403


@both
@pytest.mark.parametrize("opens", ["by hand", "by an agent", "by the visitor"])
def test_a_closed_chat_of_one_waits_and_is_routed_when_it_opens(world: World, goes: Going, opens: str) -> None:
    visitor = answered(world)
    updates.close(world.ctx(ADMIN), visitor.conversation)
    goes(world, world.agents[0].id)
    world.online(world.agents[1])
    if opens == "by hand":
        updates.change(world.ctx(ADMIN), visitor.conversation, Change(status="pending_internal"))
    elif opens == "by an agent":
        members.open_for(world.ctx("agent", world.agents[2]), visitor.conversation, world.agents[2].id)
    else:
        visitor.say("are you there?")
    world.settle()
    now = found(world, visitor)
    assert (now.is_open, now.assignee) == (True, world.agents[1].id)


@both
def test_where_all_serve_an_answer_opens_what_one_had(world: World, other: World, goes: Going) -> None:
    from chalicelib.desk.accounts import accounts

    visitor = answered(world)
    accounts.change(world.ctx(ADMIN), accounts.Change(allocation=accounts.EVERYONE))
    updates.close(world.ctx(ADMIN), visitor.conversation)
    goes(world, world.agents[0].id)
    messages.post(world.ctx("agent", world.agents[1]), PostMessage(visitor.conversation, "one thing more"))
    now = found(world, visitor)
    assert now.is_open and now.assignee is None
    assert visitor.history()[-1] == "one thing more"


@both
def test_a_chat_whose_members_by_name_have_all_gone_is_routed(world: World, goes: Going) -> None:
    visitor = world.visitor()
    named = [world.agents[0].id, world.agents[1].id]
    talk = group_chats.create(world.as_visitor(visitor.id), CreateConversation(visitor.id, tuple(named))).conversation
    own = Visitor(world, visitor.id, visitor.device, talk.id)
    own.say("hello")
    world.online(world.agents[2])
    for agent, left in zip(named, (named[1:], [world.agents[2].id]), strict=True):
        assert found(world, own).assignee is None
        goes(world, agent)
        world.settle()
        assert participants.list_participants(world.ctx(ADMIN), found(world, own)) == [*left, visitor.id]
    assert found(world, own).assignee == world.agents[2].id


@both
def test_and_so_is_one_that_was_closed_meanwhile(world: World, goes: Going) -> None:
    visitor, agent = world.visitor(), world.agents[0].id
    visitor.say("hello")
    members.change(world.ctx(ADMIN), visitor.conversation, ChangeMembers(add=(agent,)))
    updates.close(world.ctx(ADMIN), visitor.conversation)
    goes(world, agent)
    world.settle()
    world.online(world.agents[2])
    visitor.say("again")
    world.settle()
    assert found(world, visitor).assignee == world.agents[2].id


def test_a_race_for_an_agent_who_goes_says_so_at_once(world: World) -> None:
    visitor = answered(world)
    agents.set_active(world.ctx(ADMIN), world.agents[2].id, on=False)
    with pytest.raises(Unavailable):
        updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=world.agents[2].number))


def test_a_removed_contact_neither_writes_nor_reads(world: World) -> None:
    visitor = answered(world)
    socket = Socket()
    assert socket.auth(world, visitor.id, visitor.device)["code"] == 0
    agents.remove(world.ctx(ADMIN), visitor.id)
    world.settle()
    assert not socket.is_open
    given = {"app_uuid": world.account, "conversation_uuid": visitor.conversation}
    assert visitor.say("me again").body["error_code"] == 7
    for endpoint in ("PP_PAGE_HISTORY_MESSAGE", "PP_GET_CONVERSATION_INFO"):
        assert world.pp(endpoint, **given, user_uuid=visitor.id).body["error_code"] == 7
    assert world.pp("PP_PAGE_HISTORY_MESSAGE", **given).body["error_code"] == 26
    assert world.upload(visitor.id, b"words").body["error_code"] in (7, 20)
    assert Socket().auth(world, visitor.id, visitor.device)["code"] == 13
    with pytest.raises(NotFound):
        group_chats.create(world.as_agent(), CreateConversation(world.agents[0].id, (visitor.id,)))


def test_what_nobody_had_when_it_was_closed_waits_and_is_looked_at_again_when_a_person_opens_it(world: World) -> None:
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    for status in ("closed", "new"):
        updates.change(world.ctx("agent", world.agents[0]), visitor.conversation, Change(status=status))
    assert found(world, visitor).assignee is None
    assert (found(world, visitor).reassign_at or 0) > world.now
