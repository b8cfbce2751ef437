"""Presence: who is gone is away after a while, then offline, by deadlines that can be cancelled."""

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import timers
from chalicelib.desk.conversations import conversations
from chalicelib.desk.core.people_events import AgentDeadlineSet
from chalicelib.desk.people import agents, presence
from chalicelib.desk.realtime import live
from chalicelib.models import people as rows
from chalicelib.models import presence as presence_rows
from tests.desk.people.presences import dropped, now_is, says, stored
from tests.desk.realtime.test_live import an_agent
from tests.lambdas import counted
from tests.websockets import Socket
from tests.world import World


def due(world: World) -> tuple[int | None, int | None]:
    """When the first agent will be away, and offline."""
    return stored(world).away_at, stored(world).offline_at


def told(world: World) -> list[str]:
    """The deadlines of agents that are on the queues."""
    world.relay()
    return [body for _, _, body in world.queued if "agent.deadline_set" in body]


def test_who_has_gone_is_away_after_two_minutes_and_offline_after_fifteen_more(world: World) -> None:
    dropped(world)
    world.pass_(119)
    assert now_is(world) == "online"
    world.pass_(1)
    assert now_is(world) == "away"
    assert stored(world).presence_at == world.now
    world.pass_(899)
    assert now_is(world) == "away"
    world.pass_(1)
    assert (now_is(world), stored(world).presence_alias, due(world)) == ("offline", "offline", (None, None))
    world.pass_(3600)
    assert now_is(world) == "offline"


@pytest.mark.parametrize(
    "word, becomes", [("busy", ["away", "offline"]), ("away", ["away", "offline"]), ("offline", ["offline"] * 2)]
)
def test_without_a_socket_the_presence_goes_down_whatever_it_was(world: World, word: str, becomes: list[str]) -> None:
    says(world, word)
    an_agent(world).close()
    world.pass_(120)
    seen = [now_is(world)]
    world.pass_(900)
    assert [*seen, now_is(world)] == becomes


def test_an_agent_is_given_nothing_while_away(world: World) -> None:
    dropped(world)
    world.pass_(120)
    visitor = world.asking()
    world.settle()
    assert visitor.info()["assigned_uuid"] is None


def test_a_socket_that_comes_back_in_time_changes_nothing(world: World) -> None:
    dropped(world)
    world.pass_(60)
    an_agent(world)
    assert due(world) == (None, None)
    world.pass_(3600)
    assert now_is(world) == "online"


def test_who_is_back_after_it_stays_away_until_they_say_otherwise_and_is_not_made_offline(world: World) -> None:
    dropped(world)
    world.pass_(300)
    an_agent(world)
    world.pass_(3600)
    assert now_is(world) == "away"
    says(world, "online")
    world.pass_(3600)
    assert now_is(world) == "online"


def test_what_an_agent_says_after_their_socket_went_cancels_it(world: World) -> None:
    dropped(world)
    world.pass_(60)
    assert says(world, "online").status == 200
    world.pass_(3600)
    assert now_is(world) == "online"


def test_one_of_two_sockets_is_not_the_last(world: World) -> None:
    world.online(world.agents[0])
    first, second = an_agent(world), an_agent(world)
    first.close()
    assert told(world) == []
    world.pass_(3600)
    assert now_is(world) == "online"
    second.close()
    world.pass_(120)
    assert now_is(world) == "away"


def test_a_socket_that_is_lost_without_a_word_is_found_by_sending_to_it(world: World) -> None:
    world.online(world.agents[0])
    an_agent(world).lose()
    world.visitor().say("hello")
    world.pass_(120)
    assert now_is(world) == "away"


def test_who_never_had_a_socket_and_a_contact_are_not_touched(world: World) -> None:
    world.online(*world.agents)
    visitor = world.visitor()
    socket = Socket()
    socket.auth(world, visitor.id, visitor.device)
    socket.close()
    presence.start_grace(world.ctx(SYSTEM), visitor.id)
    world.pass_(7200)
    assert [now_is(world, at) for at in range(3)] == ["online"] * 3


def test_who_authenticates_again_on_the_same_socket_has_not_gone(world: World) -> None:
    world.online(world.agents[0])
    socket = an_agent(world)
    (listener,) = live.listeners(world.as_agent(), [world.agents[0].id])
    assert socket.auth(world, world.agents[0].id, listener.device, "PPKEFU", world.token("PPKEFU"))["code"] == 0
    assert due(world) == (None, None)
    world.pass_(3600)
    assert now_is(world) == "online"


def test_a_socket_that_came_unseen_when_the_last_one_went_stops_the_timer(world: World) -> None:
    dropped(world)
    at = stored(world).away_at
    an_agent(world)
    presence_rows.set_deadline(stored(world), {"away_at": at})
    world.pass_(3600)
    assert (now_is(world), due(world)) == ("online", (None, None))


def test_a_deadline_twice_late_early_or_out_of_order_does_no_harm(world: World) -> None:
    dropped(world)
    (away,) = told(world)
    early = next(entry for entry in world.queued if entry[2] == away)
    world.deliver(early[1], away)
    assert now_is(world) == "online"
    world.collect()
    world.pass_(120)
    (offline,) = [body for body in told(world) if body != away]
    says(world, "online")
    for body in (offline, away, offline, away):
        world.now += 3_600_000
        world.deliver("timers", body)
    assert now_is(world) == "online"
    an_agent(world).close()
    world.deliver("timers", away)
    world.deliver("timers", offline)
    assert now_is(world) == "online"


def test_a_deadline_that_fires_late_takes_nothing_from_the_next(world: World) -> None:
    dropped(world)
    at = stored(world).away_at
    world.settle()
    world.now += 600_000
    world.settle()
    assert (now_is(world), stored(world).offline_at) == ("away", at + 900_000)


def test_an_agent_who_has_gone_for_good_has_no_deadline(world: World) -> None:
    dropped(world)
    agents.remove(world.ctx(ADMIN, world.owner), world.agents[0].id)
    world.pass_(3600)
    assert timers.fire_agent(world.ctx(SYSTEM), AgentDeadlineSet(world.account, 1, "nobody", "away", 1)) is False


def test_the_graces_are_the_account_s(world: World) -> None:
    given = {"app_uuid": world.account, "away_after": 5, "offline_after": 3600}
    assert world.pp("PP_UPDATE_APP_INFO", "PPCONSOLE", **given).body["error_code"] == 0
    dropped(world)
    world.pass_(5)
    assert now_is(world) == "away"
    for _ in range(59):
        world.sweep()
        world.pass_(60)
    assert now_is(world) == "away"
    for _ in range(2):
        world.sweep()
        world.pass_(60)
    assert now_is(world) == "offline", "what is due later than a queue holds comes by the sweep"


def test_it_costs_few_requests(world: World) -> None:
    world.online(world.agents[0])
    socket = an_agent(world)
    with counted() as sent:
        socket.close()
    assert sent == ["GetItem", "UpdateItem", "GetItem", "UpdateItem", "DeleteItem"]
    (body,) = told(world)
    world.now += 120_000
    world.pp("PP_GET_APP_INFO", app_uuid=world.account)
    with counted() as sent:
        world.deliver("timers", body)
    assert sent == ["GetItem", "BatchGetItem", "UpdateItem"]


def test_the_last_change_by_the_servers_clocks_wins(world: World) -> None:
    agent = world.agents[0]
    late = world.as_agent()
    world.now += 5_000
    assert presence.set_own(world.as_agent(), "busy").presence == "busy"
    assert presence.set_own(late, "online").presence == "busy"
    assert now_is(world) == "busy"
    assert stored(world).presence_at == world.now
    assert rows.get(world.account, agent.id) is not None


def test_a_login_holds_whichever_clock_was_ahead(world: World) -> None:
    world.now += 5_000
    says(world, "busy")
    world.now -= 4_000
    body = {"user_email": world.agents[0].email, "terminal": "a laptop", "ostype": "BROWSER"}
    told = world.call("POST", "/api/PPKEFU_LOGIN", body, Authorization=f"OAuth {world.token('PPKEFU')}").body
    assert (told["error_code"], now_is(world)) == (0, "online")


def test_where_nothing_is_handed_over_who_is_made_offline_keeps_what_they_have_picked(world: World) -> None:
    accounts.change(world.ctx(ADMIN), accounts.Change(hand_over="never"))
    dropped(world)
    visitor = world.asking()
    world.settle()
    world.call("PUT", f"/cs-chat-ticket/v1/tickets/{visitor.conversation}/pickedTime", **world.bearer())
    world.online(world.agents[1])
    world.pass_(1100)
    assert now_is(world) == "offline"
    assert conversations.load(world.ctx(ADMIN), visitor.conversation).assignee == world.agents[0].id
