"""What PPMessage's calls about conversations and their members find, in codes and in what they show."""

import json
import uuid
from typing import Any

import pytest

from chalicelib.desk.core import cache
from chalicelib.models import settings
from chalicelib.models.settings import Setting
from tests.conformance.scene import Scene, message
from tests.conformance.talks import ask, create, write


@pytest.fixture(scope="module")
def group(scene: Scene) -> str:
    """A group with the third agent in it."""
    id_ = str(uuid.uuid4())
    document = {"id": id_, "number": 1, "name": "Dancers", "created_at": scene.world.now, "updated_at": scene.world.now}
    settings.put(Setting(scene.world.account, f"group#{id_}"), document, [])
    agent = scene.world.agents[2]
    stored = type(agent)(agent.account, agent.id)
    stored.update([type(agent).group.set(id_)])
    cache.clear_all()
    return id_


def test_a_conversation_among_agents_is_there_once(scene: Scene) -> None:
    right, me = scene.world.agents[1], scene.world.agents[0]
    first = create(scene, member_list=[right.id])
    assert (first["status"], first["conversation_type"], first["group_uuid"]) == ("NEW", "S2S", None)
    assert (first["user_uuid"], first["assigned_uuid"], first["user_list"]) == (me.id, right.id, [right.id])
    assert first["conversation_name"] == right.name
    assert isinstance(first["createtimestamp"], float) and first["createtimestamp"] == first["updatetimestamp"]
    assert create(scene, member_list=[right.id])["uuid"] == first["uuid"]
    back = create(scene, "THIRD_PARTY_KEFU", user_uuid=right.id, member_list=[me.id, me.id])
    assert back["uuid"] == first["uuid"]


def test_several_agents_have_a_conversation_of_a_name(scene: Scene) -> None:
    others = [agent.id for agent in scene.world.agents[1:]]
    named = create(scene, member_list=others, conversation_name="lunch")
    assert (named["conversation_name"], named["assigned_uuid"], named["user_list"]) == ("lunch", None, others)
    info = ask(
        scene,
        "PP_GET_CONVERSATION_INFO",
        "THIRD_PARTY_KEFU",
        user_uuid=others[0],
        conversation_uuid=named["uuid"],
    )
    assert (info["conversation_type"], info["conversation_data"]["conversation_name"]) == ("S2S", "lunch")
    assert create(scene, member_list=others)["uuid"] != named["uuid"]


def test_a_visitor_asks_for_one_agent_for_several_or_for_a_group(scene: Scene, group: str) -> None:
    visitor, agents = scene.world.visitor(), scene.world.agents
    given = {"user_uuid": visitor.id, "conversation_type": "P2S"}
    one = create(scene, "PPCOM", **given, member_list=[agents[1].id])
    assert (one["assigned_uuid"], one["user_uuid"], one["conversation_name"]) == (agents[1].id, visitor.id, agents[1].name)
    assert create(scene, "PPCOM", **given, member_list=[agents[1].id])["uuid"] == one["uuid"] != visitor.conversation
    both = create(scene, "PPCOM", **given, member_list=[agents[1].id, agents[2].id])
    assert (both["assigned_uuid"], both["conversation_name"]) == (None, "demo")
    grouped = create(scene, "PPCOM", **given, group_uuid=group)
    assert (grouped["group_uuid"], grouped["user_list"], grouped["conversation_name"]) == (group, [agents[2].id], "Dancers")
    assert create(scene, "PPCOM", **given, group_uuid=group)["uuid"] == grouped["uuid"]


def test_conversations_that_cannot_be_created(scene: Scene, rival: Scene) -> None:
    agents, visitor = [agent.id for agent in scene.world.agents], scene.visitor.id
    p2s: dict[str, Any] = {"user_uuid": visitor, "conversation_type": "P2S"}
    assert create(scene)["error_code"] == 6
    for wrong in ("a", {"a": 1}, 5, [5], [None], [["a"]]):
        assert (create(scene, member_list=wrong)["error_code"], wrong) == (31, wrong)
    for nobody in ([], [str(uuid.uuid4())], ["x"], [rival.world.agents[0].id], [agents[1], "x"], [agents[0]]):
        assert (create(scene, member_list=nobody)["error_code"], nobody) == (35, nobody)
    assert create(scene, conversation_type="X2X", member_list=agents)["error_code"] == 36
    assert create(scene, member_list=[visitor])["error_code"] == 36
    assert create(scene, conversation_type="P2S", member_list=[agents[1]])["error_code"] == 36
    assert create(scene, user_uuid=agents[1], member_list=[agents[2]])["error_code"] == 20
    assert create(scene, "PPCOM", **p2s)["error_code"] == 35
    assert create(scene, "PPCOM", **p2s, group_uuid="none")["error_code"] == 30
    assert create(scene, "PPCOM", **p2s | {"conversation_type": "S2S"}, member_list=[agents[0]])["error_code"] == 36
    assert create(scene, "PPCOM", **p2s | {"user_uuid": agents[0]}, member_list=[visitor])["error_code"] == 7
    assert create(scene, "PPCOM", **p2s | {"user_uuid": rival.visitor.id}, member_list=[agents[0]])["error_code"] == 7


def test_members_come_and_go(scene: Scene) -> None:
    agents = [agent.id for agent in scene.world.agents]
    found = create(scene, member_list=[agents[1]])["uuid"]

    def update(**given: Any) -> int:
        return int(ask(scene, "PP_UPDATE_CONVERSATION_MEMBER", conversation_uuid=found, **given)["error_code"])

    def listed(label: str = "THIRD_PARTY_KEFU") -> set[str]:
        shown = ask(scene, "PP_GET_CONVERSATION_USER_LIST", label, conversation_uuid=found)
        return {entry["uuid"] for entry in shown["list"]}

    assert listed() == set(agents[:2])
    assert update(action="ADD", member_list=[agents[2]]) == update(action="ADD", member_list=[agents[2]]) == 0
    assert listed() == set(agents)
    assert update(action="REMOVE", member_list=agents[1:]) == update(action="REMOVE", member_list=agents[1:]) == 0
    assert listed() == {agents[0]}
    assert [update(), update(action="ADD"), update(member_list=agents)] == [6, 6, 6]
    assert [update(action="ADD", member_list=wrong) for wrong in ("x", {"a": 1}, [1])] == [31, 31, 31]
    assert [update(action="ADD", member_list=[]), update(action="REMOVE", member_list=["nobody"])] == [35, 35]
    assert [update(group_uuid="none"), update(action="SWAP", member_list=agents)] == [30, 28]
    assert [update(action="REMOVE", member_list=[agents[0]]), update(action="ADD", member_list=[scene.visitor.id])] == [33, 36]
    found = str(uuid.uuid4())
    assert update(action="ADD", member_list=agents) == update(group_uuid="none") == 26


def test_a_conversation_is_given_to_a_group(scene: Scene, group: str) -> None:
    visitor = scene.world.visitor()
    given = {"conversation_uuid": visitor.conversation, "user_uuid": visitor.id}
    assert ask(scene, "PP_UPDATE_CONVERSATION_MEMBER", "PPCOM", **given, group_uuid=group)["error_code"] == 0
    assert visitor.info()["group_uuid"] == group
    p2s = {"user_uuid": visitor.id, "conversation_type": "P2S", "group_uuid": group}
    assert create(scene, "PPCOM", **p2s)["uuid"] == visitor.conversation


def test_a_conversation_is_assigned_by_hand(scene: Scene, rival: Scene) -> None:
    visitor, agents = scene.world.visitor(), [agent.id for agent in scene.world.agents]

    def assign(conversation: str, agent: str) -> int:
        given = {"conversation_uuid": conversation, "assigned_uuid": agent}
        return int(ask(scene, "PP_UPDATE_CONVERSATION", **given)["error_code"])

    assert assign(visitor.conversation, agents[2]) == 0
    assert visitor.info()["assigned_uuid"] == agents[2]
    strangers = (visitor.id, "nobody", rival.world.agents[0].id)
    assert [assign(visitor.conversation, agent) for agent in strangers] == [7, 7, 7]
    assert [assign(str(uuid.uuid4()), agents[0]), assign(rival.visitor.conversation, agents[0])] == [26, 26]
    assert assign(create(scene, member_list=[agents[1]])["uuid"], agents[2]) == 36


def test_members_are_told_of_each_other(scene: Scene) -> None:
    given = {"conversation_uuid": scene.visitor.conversation, "user_uuid": scene.visitor.id}
    for label, email in (("PPKEFU", scene.world.agents[0].email), ("PPCOM", None)):
        agent, visitor = ask(scene, "PP_GET_CONVERSATION_USER_LIST", label, **given)["list"]
        assert (agent["uuid"], visitor["uuid"]) == (scene.world.agents[0].id, scene.visitor.id)
        assert (agent["user_email"], visitor["user_email"].count("@")) == (email, 1)


def test_only_its_members_reach_a_conversation_among_agents(scene: Scene) -> None:
    agents = [agent.id for agent in scene.world.agents]
    found = create(scene, "THIRD_PARTY_KEFU", user_uuid=agents[1], member_list=[agents[2]])["uuid"]
    write(scene, found, "psst", agents[1], "THIRD_PARTY_KEFU")
    given = {"conversation_uuid": found, "page_offset": 0}
    calls = {"PP_GET_CONVERSATION_INFO", "PP_PAGE_HISTORY_MESSAGE", "PP_GET_HISTORY_MESSAGE", "PP_GET_CONVERSATION_USER_LIST"}
    calls |= {"PP_OPEN_CONVERSATION", "PP_CLOSE_CONVERSATION"}
    for endpoint in calls:
        for label, user in (("PPKEFU", agents[0]), ("PPCONSOLE", scene.world.owner.id), ("PPCOM", scene.visitor.id)):
            assert (ask(scene, endpoint, label, **given, user_uuid=user)["error_code"], endpoint, label) == (26, endpoint, label)
        for user in agents[1:]:
            assert ask(scene, endpoint, "PPCOM", **given, user_uuid=user)["error_code"] == 7
            assert ask(scene, endpoint, "THIRD_PARTY_KEFU", **given, user_uuid=user)["error_code"] == 0
    sent = message(scene, "PPKEFU") | {"conversation_uuid": found, "to_uuid": found}
    assert ask(scene, "PP_SEND_MESSAGE", **sent)["error_code"] == 16
    (row,) = ask(scene, "PP_GET_HISTORY_MESSAGE", "THIRD_PARTY_KEFU", **given, user_uuid=agents[1])["list"]
    assert (row["body"], row["conversation_type"], json.loads(row["message_body"])["ct"]) == ("psst", "S2S", "S2S")
