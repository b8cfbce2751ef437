"""One push a device a message, in whatever order the events of the notify queue come."""

import random
from collections import Counter

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, members, messages, updates
from chalicelib.desk.conversations.members import ChangeMembers
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.models.messages import Message
from chalicelib.models.status_history import StatusChange, messages_until_lost
from tests.desk.realtime.test_live import an_agent, listening
from tests.lambdas import invoke
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World


def held_back(world: World) -> list[tuple[str, str]]:
    """What the notify queue is to get, kept in a list instead."""
    kept: list[tuple[str, str]] = []
    deliver = world.deliver

    def keep(queue: str, body: str) -> None:
        if queue == "notify":
            kept.append((queue, body))
        else:
            deliver(queue, body)

    world.monkeypatch.setattr(world, "deliver", keep)
    return kept


def tell(body: str) -> None:
    invoke("notify_sockets", {"Records": [{"body": body, "messageId": "1", "receiptHandle": "1"}]})


def texts(socket: Socket) -> Counter[str]:
    return Counter(message["bo"] for message in socket.messages())


def acts(world: World, visitor: Visitor, dice: random.Random, at: int) -> None:
    """Something that happens to a conversation."""
    kind = dice.choice(["says", "says", "answers", "given", "given", "taken", "closed", "passes"])
    found = conversations.load(world.ctx(ADMIN), visitor.conversation)
    agent = dice.randrange(2)
    if kind == "says":
        visitor.say(f"visitor {at}")
    elif kind == "answers":
        messages.post(world.as_agent(agent), PostMessage(found.id, f"agent {at}"))
    elif kind == "given":
        updates.change(world.ctx(ADMIN), found.id, Change(assignee=world.agents[agent].number))
    elif kind == "taken":
        updates.change(world.ctx(ADMIN), found.id, Change(assignee=0))
    elif kind == "closed":
        updates.close(world.ctx(ADMIN), found.id)
    else:
        world.pass_(dice.choice([1, 181]))
    if dice.random() < 0.7:
        world.settle()


@pytest.mark.parametrize("seed", range(8))
def test_an_agent_s_device_is_told_each_message_once_in_any_order(world: World, seed: int) -> None:
    dice = random.Random(seed)
    sockets = [an_agent(world, at) for at in (0, 1)]
    world.online(*world.agents[: dice.randrange(3)])
    events = held_back(world)
    visitor = world.asking("visitor 0")
    for at in range(1, 14):
        acts(world, visitor, dice, at)
    if seed % 2:
        world.online(*world.agents[:2])
    visitor.say("last")
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=world.agents[seed % 2].number))
    world.settle()
    for _, body in dice.sample(events, len(events)):
        tell(body)
    for socket in sockets:
        assert not [text for text, times in texts(socket).items() if times > 1], texts(socket)
    assert texts(sockets[seed % 2])["last"] == 1, "the agent who has it is told what needs an answer"


def test_a_new_visitor_s_first_message_reaches_an_online_agent_once(world: World) -> None:
    socket = an_agent(world)
    world.online(world.agents[0])
    visitor = world.asking("hello")
    world.settle()
    visitor.say("anybody?")
    world.settle()
    assert texts(socket) == {"hello": 1, "anybody?": 1}


def test_who_gets_it_back_is_told_what_came_meanwhile_alone(world: World) -> None:
    first, second = an_agent(world, 0), an_agent(world, 1)
    world.online(world.agents[0])
    visitor = world.asking("one")
    world.settle()
    visitor.say("two")
    world.settle()
    for agent, text in ((1, "three"), (0, "four")):
        updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=world.agents[agent].number))
        world.settle()
        visitor.say(text)
        world.settle()
    assert texts(first) == {"one": 1, "two": 1, "three": 1, "four": 1}
    assert texts(second) == {"one": 1, "two": 1, "three": 1}


def test_the_desk_s_own_word_answers_nothing(world: World) -> None:
    accounts.change(world.ctx(ADMIN), accounts.Change(offline_message="We are asleep.", tells_offline=True))
    visitor = world.asking("hello")
    world.settle()
    assert visitor.history() == ["hello", "We are asleep."]
    world.now += 1000
    socket = an_agent(world, 1)
    world.online(world.agents[1])
    assert texts(socket) == {"hello": 1, "We are asleep.": 1}


@pytest.mark.parametrize("allocation", [accounts.LEAST_LOADED, accounts.EVERYONE])
def test_who_takes_part_anyway_is_told_by_the_message_alone(world: World, allocation: str) -> None:
    desk = World(world.monkeypatch, clock_of=world, name="another", allocation=allocation)
    socket = an_agent(desk, 0)
    visitor = desk.visitor()
    if allocation == accounts.LEAST_LOADED:
        members.change(desk.ctx(ADMIN), visitor.conversation, ChangeMembers(add=(desk.agents[0].id,)))
    visitor.say("hello")
    desk.settle()
    updates.change(desk.ctx(ADMIN), visitor.conversation, Change(assignee=desk.agents[0].number))
    desk.settle()
    assert texts(socket) == {"hello": 1}


def posted_and_assigned(world: World, agent: int) -> tuple[str, str]:
    """The events, which nobody was told yet, of a visitor's first message and of its assignment to an agent."""
    events = held_back(world)
    visitor = world.asking("hello")
    world.settle()
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=world.agents[agent].number))
    world.settle()
    bodies = [body for _, body in events]
    (posted,) = [body for body in bodies if "message.posted" in body]
    (assigned,) = [body for body in bodies if "conversation.assigned" in body]
    return posted, assigned


@pytest.mark.parametrize("is_posted_first", [True, False])
@pytest.mark.parametrize(
    ("before", "after"), [(accounts.LEAST_LOADED, accounts.EVERYONE), (accounts.EVERYONE, accounts.LEAST_LOADED)]
)
def test_an_account_that_allocates_otherwise_between_two_events_tells_once(
    world: World, before: str, after: str, is_posted_first: bool
) -> None:
    accounts.change(world.ctx(ADMIN), accounts.Change(allocation=before))
    socket = an_agent(world, 0)
    first, last = posted_and_assigned(world, 0) if is_posted_first else posted_and_assigned(world, 0)[::-1]
    tell(first)
    accounts.change(world.ctx(ADMIN), accounts.Change(allocation=after))
    tell(last)
    assert texts(socket) == {"hello": 1}


def joined(world: World, conversation: str, *, leaves: bool = False) -> None:
    """The first agent becomes a member, or leaves."""
    who = (world.agents[0].id,)
    members.change(world.ctx(ADMIN), conversation, ChangeMembers(remove=who) if leaves else ChangeMembers(add=who))
    world.settle()


def test_a_member_who_left_before_it_was_theirs_is_told_by_the_message_alone(world: World) -> None:
    socket = an_agent(world, 0)
    visitor = world.visitor()
    joined(world, visitor.conversation)
    visitor.say("hello")
    world.settle()
    joined(world, visitor.conversation, leaves=True)
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=world.agents[0].number))
    world.settle()
    assert texts(socket) == {"hello": 1}


def test_a_member_who_came_after_the_message_is_told_by_the_assignment(world: World) -> None:
    socket = an_agent(world, 0)
    visitor = world.asking("hello")
    world.settle()
    joined(world, visitor.conversation)
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=world.agents[0].number))
    world.settle()
    assert texts(socket) == {"hello": 1}


def test_who_becomes_a_member_of_what_was_theirs_is_not_told_by_a_late_message(world: World) -> None:
    socket = an_agent(world, 0)
    posted, assigned = posted_and_assigned(world, 0)
    tell(assigned)
    (found,) = conversations.list_open_of(world.ctx(ADMIN), world.agents[0].id)
    updates.change(world.ctx(ADMIN), found.id, Change(assignee=world.agents[1].number))
    joined(world, found.id)
    tell(posted)
    assert texts(socket) == {"hello": 1}


def test_a_visitor_who_is_no_member_any_more_is_not_told_what_came_while_they_were(world: World) -> None:
    guest, visitor = world.visitor(), world.visitor()
    socket = listening(world, guest)
    members.change(world.ctx(ADMIN), visitor.conversation, ChangeMembers(add=(guest.id,)))
    visitor.say("hello")
    world.settle()
    events = held_back(world)
    visitor.say("between us")
    world.settle()
    (posted,) = [body for _, body in events if "message.posted" in body]
    members.change(world.ctx(ADMIN), visitor.conversation, ChangeMembers(remove=(guest.id,)))
    tell(posted)
    assert texts(socket) == {"hello": 1}


def test_a_message_of_the_version_before_is_told_to_who_takes_part_now(world: World) -> None:
    socket = an_agent(world, 0)
    accounts.change(world.ctx(ADMIN), accounts.Change(allocation=accounts.EVERYONE))
    posted, assigned = posted_and_assigned(world, 0)
    for row in Message.scan():
        row.update([Message.others.remove()])
    tell(assigned)
    tell(posted)
    assert texts(socket) == {"hello": 1}


def test_events_of_the_version_before_are_still_told(world: World) -> None:
    socket = an_agent(world)
    world.online(world.agents[0])
    events = held_back(world)
    visitor = world.asking("hello")
    world.settle()
    (posted,) = [body for _, body in events if "message.posted" in body]
    (assigned,) = [body for _, body in events if "conversation.assigned" in body]
    old = (posted.replace(".v2", ".v1"), assigned.replace(".v2", ".v1"))
    for body in old:
        tell(body)
    assert set(texts(socket)) == {"hello"}
    assert visitor.history() == ["hello"]


def test_what_an_agent_had_before_is_known_by_the_steps() -> None:
    taken = {
        3: StatusChange("A", 1, 7, 0),
        4: StatusChange("R", 1, 8, 2),
        5: StatusChange("R", 1, 9, 3),
        6: StatusChange("R", 1, 7, 4),
    }
    assert messages_until_lost(taken, 7, 6) == 2
    assert messages_until_lost(taken, 8, 4) == 0
    assert (
        messages_until_lost(
            {**taken, 7: StatusChange("C", 1, 7, 5), 8: StatusChange("W", 1, 0, 6), 9: StatusChange("A", 1, 7, 7)}, 7, 9
        )
        == 6
    )
    assert messages_until_lost({}, 7, 1) == 0
