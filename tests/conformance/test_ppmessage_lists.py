"""PPMessage's lists of conversations and the older history: what they show, page by page, and what they cost."""

import uuid
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import updates
from tests.conformance.scene import Scene
from tests.conformance.talks import ask, create, write
from tests.lambdas import counted
from tests.visitors import Visitor

# --- lists


def listed(scene: Scene, user: str, label: str = "THIRD_PARTY_KEFU", **given: Any) -> list[dict[str, Any]]:
    shown = ask(scene, "PP_GET_USER_CONVERSATION_LIST", label, user_uuid=user, **given)
    assert shown["error_code"] == 0
    return list(shown["list"])


def test_a_list_shows_the_conversation_its_last_message_and_who_it_is_with(scene: Scene) -> None:
    visitor = scene.world.visitor()
    assert listed(scene, visitor.id) == []
    visitor.say("日本 🙂")
    for label in ("PPCOM", "THIRD_PARTY_KEFU"):
        (row,) = listed(scene, visitor.id, label)
        assert (row["uuid"], row["status"], row["message_total_count"]) == (visitor.conversation, "OPEN", 1)
        assert (row["latest_message"]["body"], row["latest_task"]) == ("日本 🙂", row["latest_message"]["uuid"])
        assert row["latest_message"]["from_device_uuid"] == visitor.device
        assert (row["create_user"]["uuid"], row["create_user"]["user_status"]) == (visitor.id, "ANONYMOUS")
        assert row["create_user"]["ppcom_trace_uuid"] is not None
        assert (row["conversation_data"]["user_uuid"], row["conversation_data"]["conversation_status"]) == (visitor.id, "OPEN")
        assert row["from_user"]["uuid"] == visitor.id


def test_closing_is_for_one_user(scene: Scene) -> None:
    visitor, agent = scene.world.visitor(), scene.world.agents[0].id
    visitor.say("hello")
    updates.change(scene.world.ctx(ADMIN), visitor.conversation, updates.Change(assignee=scene.world.agents[0].number))
    given = {"conversation_uuid": visitor.conversation}

    def seen() -> list[bool]:
        lists = [listed(scene, user) for user in (agent, visitor.id)]
        return [visitor.conversation in [row["uuid"] for row in rows] for rows in lists]

    def status(user: str) -> str:
        info = ask(scene, "PP_GET_CONVERSATION_INFO", "THIRD_PARTY_KEFU", **given, user_uuid=user)
        return str(info["conversation_data"]["conversation_status"])

    assert seen() == [True, True]
    assert ask(scene, "PP_CLOSE_CONVERSATION", **given, user_uuid=agent)["error_code"] == 0
    assert (seen(), status(agent), status(visitor.id)) == ([False, True], "CLOSE", "OPEN")
    assert ask(scene, "PP_OPEN_CONVERSATION", **given, user_uuid=agent)["error_code"] == 0
    assert seen() == [True, True]
    for user, label in ((agent, "PPKEFU"), (visitor.id, "PPCOM")):
        assert ask(scene, "PP_CLOSE_CONVERSATION", label, **given, user_uuid=user)["error_code"] == 0
    assert seen() == [False, False]
    visitor.say("and?")
    assert seen() == [True, True]
    assert ask(scene, "PP_CLOSE_CONVERSATION", **given, user_uuid="nobody")["error_code"] == 7
    assert ask(scene, "PP_CLOSE_CONVERSATION", **given, user_uuid=scene.visitor.id)["error_code"] == 35
    assert ask(scene, "PP_CLOSE_CONVERSATION", "PPCOM", **given, user_uuid=scene.visitor.id)["error_code"] == 26


def test_the_app_s_list_is_the_account_s_for_agents_and_their_own_for_visitors(scene: Scene, rival: Scene) -> None:
    rows = ask(scene, "PP_GET_APP_CONVERSATION_LIST", "PPCONSOLE")["list"]
    times = [row["updatetime"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert scene.visitor.conversation in [row["uuid"] for row in rows]
    assert {row["conversation_type"] for row in rows} == {"P2S"} and {row["status"] for row in rows} == {"OPEN"}
    assert rival.visitor.conversation not in [row["uuid"] for row in rows]
    own = ask(scene, "PP_GET_APP_CONVERSATION_LIST", "PPCOM", user_uuid=scene.visitor.id)["list"]
    assert [row["uuid"] for row in own] == [scene.visitor.conversation]
    assert ask(scene, "PP_GET_APP_CONVERSATION_LIST", "PPCOM")["list"] == []
    assert len(ask(scene, "PP_GET_APP_CONVERSATION_LIST", "PPKEFU", page_size=1)["list"]) == 1


def test_a_page_of_a_user_s_conversations(scene: Scene) -> None:
    agent = scene.world.agents[2].id
    others = [agent_.id for agent_ in scene.world.agents[:2]]
    made: list[str] = []
    for _ in range(3):
        scene.world.now += 1000
        made.insert(0, create(scene, "THIRD_PARTY_KEFU", user_uuid=agent, member_list=others)["uuid"])
        write(scene, made[0], "psst", agent, "THIRD_PARTY_KEFU")

    def page(**given: Any) -> dict[str, Any]:
        return ask(scene, "PP_PAGE_USER_CONVERSATION", "THIRD_PARTY_KEFU", user_uuid=agent, **given)

    def shown(**given: Any) -> list[str]:
        return [row["uuid"] for row in page(**given)["list"]]

    whole = page()
    assert (whole["page_offset"], whole["page_size"], whole["return_count"]) == (0, 30, len(whole["list"]))
    assert whole["total_count"] == len(whole["list"])
    assert shown()[:3] == made
    assert shown(page_size=2) == shown(page_size="2", page_offset="0") == made[:2]
    assert shown(page_size=1, page_offset=1) == made[1:2]
    assert shown(max_uuid=made[0], page_size=2) == made[1:]
    assert shown(min_uuid=made[2]) == made[:2]
    assert page(min_uuid=made[0], max_uuid=made[1])["error_code"] == 42
    assert page(page_size=101)["error_code"] == 41
    assert [page(**{name: -1})["error_code"] for name in ("page_offset", "page_size")] == [28, 28]
    assert page(max_uuid=str(uuid.uuid4()))["error_code"] == page(min_uuid="nothing")["error_code"] == 26


def test_nobody_s_list(scene: Scene, rival: Scene) -> None:
    for label, user in (("PPKEFU", "nobody"), ("PPKEFU", rival.visitor.id), ("PPCOM", scene.world.agents[0].id), ("PPCOM", "x")):
        for endpoint in ("PP_GET_USER_CONVERSATION_LIST", "PP_PAGE_USER_CONVERSATION"):
            assert (ask(scene, endpoint, label, user_uuid=user)["error_code"], user) == (7, user)


def test_lists_cost_two_requests_warm(scene: Scene) -> None:
    visitor = scene.world.visitor()
    visitor.say("hello")
    for endpoint in ("PP_GET_USER_CONVERSATION_LIST", "PP_PAGE_USER_CONVERSATION"):
        for label, user in (("PPCOM", visitor.id), ("THIRD_PARTY_KEFU", scene.world.agents[0].id)):
            ask(scene, endpoint, label, user_uuid=user)
            with counted() as sent:
                ask(scene, endpoint, label, user_uuid=user)
            assert (sent, endpoint) == (["Query", "BatchGetItem"], endpoint)
    ask(scene, "PP_GET_APP_CONVERSATION_LIST")
    visitor.say("more")
    with counted() as sent:
        ask(scene, "PP_GET_APP_CONVERSATION_LIST")
    assert sent == ["Query", "BatchGetItem"]


# --- the older history


@pytest.fixture(scope="module")
def talkative(scene: Scene) -> Visitor:
    """A visitor who has written 45 messages."""
    visitor = scene.world.visitor()
    for at in range(45):
        assert visitor.say(str(at)).body["error_code"] == 0
    return visitor


def history(visitor: Visitor, **given: Any) -> dict[str, Any]:
    body = {"conversation_uuid": visitor.conversation, "user_uuid": visitor.id, "page_offset": "0"} | given
    return dict(visitor.world.pp("PP_GET_HISTORY_MESSAGE", **body).body)


def texts(shown: dict[str, Any]) -> list[int]:
    assert (shown["error_code"], shown["count"]) == (0, len(shown["list"]))
    return [int(entry["body"]) for entry in shown["list"]]


def down(first: int, last: int) -> list[int]:
    return list(range(first, last - 1, -1))


def test_the_history_is_twenty_a_page_and_whole_at_minus_one(talkative: Visitor) -> None:
    first = history(talkative)
    assert texts(first) == down(44, 25)
    assert (first["total_count"], first["page_size"], first["page_offset"]) == (45, 20, 0)
    assert first["max_id"] == first["list"][0]["uuid"]
    assert texts(history(talkative, page_offset=2)) == down(4, 0)
    assert texts(history(talkative, page_offset="3")) == []
    assert texts(history(talkative, page_offset="1", page_size="7")) == down(37, 31)
    assert texts(history(talkative, page_offset="-1")) == texts(history(talkative, page_offset=-1)) == down(44, 0)


def test_it_includes_max_id_and_excludes_since_id(talkative: Visitor) -> None:
    at = {int(entry["body"]): entry["uuid"] for entry in history(talkative, page_offset=-1)["list"]}
    assert texts(history(talkative, max_id=at[30])) == down(30, 11)
    assert texts(history(talkative, max_id=at[30], page_offset=1)) == down(10, 0)
    assert texts(history(talkative, since_id=at[40])) == down(44, 41)
    assert texts(history(talkative, since_id=at[2], max_id=at[8], page_size=4)) == down(8, 5)
    assert texts(history(talkative, since_id=at[2], max_id=at[8], page_size=4, page_offset=1)) == down(4, 3)
    assert texts(history(talkative, since_id=at[2], max_id=at[8], page_offset=-1)) == down(8, 3)
    assert texts(history(talkative, since_id=at[8], max_id=at[2], page_offset=-1)) == []
    for pivot in (str(uuid.uuid4()), "nothing", "x" * 3_000):
        assert history(talkative, since_id=pivot)["error_code"] == history(talkative, max_id=pivot)["error_code"] == 18


def test_histories_that_cannot_be(talkative: Visitor, scene: Scene) -> None:
    assert history(talkative, page_size=101)["error_code"] == 41
    for name, wrong in (("page_offset", -2), ("page_offset", "one"), ("page_offset", 1.5), ("page_size", -1)):
        assert (history(talkative, **{name: wrong})["error_code"], name) == (28, name)
    assert history(talkative, user_uuid=scene.visitor.id)["error_code"] == 26
    foreign = history(scene.visitor)["list"][0]["uuid"]
    assert history(talkative, max_id=foreign)["error_code"] == 18


def test_a_page_of_history_costs_two_requests_and_one_more_from_a_message(talkative: Visitor) -> None:
    newest = history(talkative)["max_id"]
    with counted() as sent:
        history(talkative, page_offset=1)
    assert sent == ["GetItem", "Query"]
    with counted() as sent:
        history(talkative, max_id=newest, since_id=newest)
    assert sent == ["GetItem", "BatchGetItem"]
