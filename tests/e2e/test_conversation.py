"""One whole conversation through all four doors, to the second."""

from tests.e2e import walk
from tests.world import World


def test_a_conversation_is_seen_answered_and_closed_through_every_dialect(world: World) -> None:
    walk.set_auto_close(world, warn_after=300, close_after=600)
    visitor = walk.arrive(world)
    world.now += 1000
    chat = walk.answer(world, visitor)
    walk.assert_closes(world, chat, world.now // 1000, warn_after=300, close_after=600)
    world.pass_(299)
    assert len(visitor.history()) == 2
    world.pass_(2)
    assert len(visitor.history()) == 3
    world.pass_(298)
    assert visitor.info()["status"] == "OPEN"
    world.pass_(2)
    walk.assert_closed(world, chat)


def test_a_room_is_closed_by_hand_and_again_without_harm(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    room = f"/cs-chat-ticket/v1/rooms/{visitor.conversation}"
    for _ in range(2):
        assert world.call("DELETE", room, **world.bearer()).status == 200
        assert visitor.info()["status"] == "CLOSE"


def test_a_customer_who_writes_again_opens_their_conversation_and_gets_an_agent(world: World) -> None:
    world.online(world.agents[1])
    visitor = world.asking()
    world.settle()
    world.call("DELETE", f"/cs-chat-ticket/v1/rooms/{visitor.conversation}", **world.bearer(world.owner))
    visitor.say("one more thing")
    assert visitor.info()["status"] == "OPEN"
    world.settle()
    assert visitor.info()["assigned_uuid"] == world.agents[1].id
    assert [ticket["id"] for ticket in walk.tickets(world, 1)] == [visitor.conversation]
