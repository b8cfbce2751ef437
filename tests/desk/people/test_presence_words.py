"""Presence has one word in all dialects, beside which an account has words of its own."""

from typing import Any

import pytest

from tests.desk.people.presences import dropped, says
from tests.desk.realtime.test_live import an_agent
from tests.world import World


def test_the_words_are_the_account_s_and_one_that_can_t_be_changes_nothing(world: World) -> None:
    def code(label: str = "PPCONSOLE", **given: Any) -> int:
        return int(world.pp("PP_UPDATE_APP_INFO", label, app_uuid=world.account, **given).body["error_code"])

    assert code(status_aliases={"lunch": "away", "In Besprechung": "busy"}) == 0
    wrong: list[dict[str, Any]] = [
        *[{"status_aliases": words} for words in ({"online": "away"}, {"x": "sad"}, {"": "away"}, {"x" * 65: "away"})],
        {"status_aliases": {str(at): "away" for at in range(51)}},
        *[{name: value} for name in ("away_after", "offline_after") for value in (0, -1, 10**9)],
    ]
    assert {code(**given) for given in wrong} == {28}
    for given in ({"status_aliases": ["x"]}, {"away_after": "soon"}):
        assert code(**given) in (28, 31)
    assert says(world, "lunch").body["status"] == "away"
    assert says(world, "In Besprechung").body["status"] == "busy"
    assert world.call("GET", "/cs-chat-ticket/v1/info", **world.bearer()).body["statusAlias"] == "In Besprechung"
    assert code(status_aliases={}) == 0
    assert says(world, "lunch").status == 400


READY = {"online": "READY", "busy": "BUSY", "away": "REST", "offline": None}


def seen(world: World) -> dict[str, Any]:
    """The first agent's presence in each dialect."""
    agent = world.agents[0]
    info = world.call("GET", "/cs-chat-ticket/v1/info", **world.bearer()).body
    operator = world.call("GET", f"/auth/addon/live_chat/operator/get?email={agent.email}", **world.bearer()).body
    user = world.pp("PP_GET_USER_INFO", "PPKEFU", app_uuid=world.account, user_uuid=agent.id).body
    everybody = world.pp("PP_GET_APP_SERVICE_USER_LIST", "PPKEFU", app_uuid=world.account).body["list"]
    listed = next(one for one in everybody if one["uuid"] == agent.id)
    assert listed["is_browser_online"] == user["is_browser_online"] == (user["service_user_status"] is not None)
    return {"oneview": info["status"], "livechat": operator["message"]["status"], "ppmessage": user["service_user_status"]}


@pytest.mark.parametrize("word", READY)
def test_what_is_said_in_one_dialect_is_seen_in_all_and_told_to_the_others(world: World, word: str) -> None:
    numbers = {"offline": 0, "online": 1, "away": 2, "busy": 3}
    if word == "online":
        says(world, "busy")
    else:
        world.online(world.agents[0])
    world.settle()
    other = an_agent(world, 1)
    if READY[word]:
        given = {"app_uuid": world.account, "user_uuid": world.agents[0].id, "user_status": READY[word]}
        assert world.pp("PPKEFU_SET_SERVICE_USER_STATUS", "PPKEFU", **given).body["error_code"] == 0
    else:
        says(world, word)
    world.settle()
    assert seen(world) == {"oneview": word, "livechat": numbers[word], "ppmessage": READY[word]}
    notices = [notice for notice in other.received if notice["type"] == "ONLINE"]
    expected = "OFFLINE" if word == "offline" else "ONLINE"
    assert [(notice["user_uuid"], notice["browser"]) for notice in notices] == [(world.agents[0].id, expected)]


def test_the_timer_s_changes_are_told_as_any_other(world: World) -> None:
    other = an_agent(world, 1)
    dropped(world)
    world.settle()
    other.received.clear()
    world.pass_(1020)
    notices = [notice["browser"] for notice in other.received if notice["type"] == "ONLINE"]
    assert notices == ["ONLINE", "OFFLINE"]
