"""An agent whose line has died: what a customer waits for goes to somebody who is there, once, and no other chat does."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, messages
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.people import people, presence
from tests.desk.realtime.test_live import an_agent
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World


def stored(world: World, visitor: Visitor) -> Conversation:
    return conversations.load(world.ctx(ADMIN), visitor.conversation)


def answered(world: World) -> tuple[Visitor, Socket]:
    """A chat that the first agent has answered, and their socket."""
    accounts.set_auto_close(world.ctx(ADMIN), {"warn_after": 40_000, "close_after": 50_000})
    world.online(world.agents[0])
    socket = an_agent(world)
    visitor = world.asking("hello")
    world.settle()
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "yes?"))
    world.settle()
    return visitor, socket


def says(world: World, visitor: Visitor, text: str) -> None:
    messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, text))
    world.settle()


def loads(world: World) -> list[int]:
    return [agent.open_conversations for agent in people.list_agents(world.ctx(ADMIN))][1:]


def switch(world: World, word: str) -> int:
    return int(world.pp("PP_UPDATE_APP_INFO", "PPCONSOLE", app_uuid=world.account, hand_over=word).body["error_code"])


def test_who_writes_after_the_grace_gets_an_agent_who_is_there_once(world: World) -> None:
    visitor, socket = answered(world)
    world.online(*world.agents[1:])
    second = an_agent(world, 1)
    deliver = world.deliver
    bodies = world.note_deliveries()
    socket.close()
    world.pass_(1000)
    says(world, visitor, "still there?")
    assert stored(world, visitor).assignee == world.agents[0].id, "they are away yet, and may come back"
    world.pass_(30)
    found = stored(world, visitor)
    assert found.assignee == world.agents[1].id, "at the end of the grace what is waited for goes on"
    assert [message["bo"] for message in second.messages()] == ["still there?"]
    before = len(socket.received)
    says(world, visitor, "good")
    for queue, body in bodies * 2:
        if queue == "routing":
            deliver(queue, body)
    assert (stored(world, visitor).assignee, loads(world)) == (world.agents[1].id, [0, 1, 0])
    assert len(socket.received) == before


def test_what_nobody_waits_for_stays_until_the_customer_writes(world: World) -> None:
    visitor, socket = answered(world)
    socket.close()
    world.online(world.agents[1])
    world.pass_(1100)
    assert stored(world, visitor).assignee == world.agents[0].id
    says(world, visitor, "still there?")
    found = stored(world, visitor)
    assert (found.assignee, loads(world)) == (world.agents[1].id, [0, 1, 0])
    assert not found.picked_at
    world.online(world.agents[0])
    says(world, visitor, "and more")
    assert stored(world, visitor).assignee == world.agents[1].id


@pytest.mark.parametrize("back", [0, 2])
def test_where_nobody_is_there_it_waits_for_the_next_who_comes(world: World, back: int) -> None:
    visitor, socket = answered(world)
    socket.close()
    world.pass_(1100)
    says(world, visitor, "still there?")
    assert stored(world, visitor).waits_since and loads(world) == [0, 0, 0]
    comes = an_agent(world, back)
    world.online(world.agents[back])
    assert stored(world, visitor).assignee == world.agents[back].id
    # The one who had it when it was said finds it among what they have not acknowledged.
    assert [message["bo"] for message in comes.messages()] == ["still there?"] * (back == 2)


def test_what_was_waited_for_when_the_line_died_waits_for_the_next_who_comes(world: World) -> None:
    visitor, socket = answered(world)
    socket.close()
    says(world, visitor, "still there?")
    world.pass_(1100)
    assert stored(world, visitor).waits_since
    world.online(world.agents[2])
    assert (stored(world, visitor).assignee, loads(world)) == (world.agents[2].id, [0, 0, 1])


def test_who_is_back_keeps_it(world: World) -> None:
    visitor, socket = answered(world)
    world.online(world.agents[1])
    socket.close()
    world.pass_(1100)
    presence.set_own(world.as_agent(), "busy")
    says(world, visitor, "still there?")
    assert stored(world, visitor).assignee == world.agents[0].id


@pytest.mark.parametrize("word, by_choice, goes", [("lost", True, False), ("always", True, True), ("never", False, False)])
def test_whose_chats_go_is_the_account_s_word(world: World, word: str, by_choice: bool, goes: bool) -> None:
    assert switch(world, word) == 0
    visitor, socket = answered(world)
    world.online(world.agents[1])
    if by_choice:
        presence.set_own(world.as_agent(), "offline")
    socket.close()
    world.pass_(1100)
    says(world, visitor, "still there?")
    assert stored(world, visitor).assignee == world.agents[1 if goes else 0].id


def test_who_says_that_they_are_offline_after_their_line_died_chose_it(world: World) -> None:
    visitor, socket = answered(world)
    world.online(world.agents[1])
    socket.close()
    world.pass_(1100)
    presence.set_own(world.as_agent(), "offline")
    says(world, visitor, "still there?")
    assert stored(world, visitor).assignee == world.agents[0].id


def test_another_word_is_refused(world: World) -> None:
    assert [switch(world, word) for word in ("sometimes", "x" * 100)] == [28, 28]
