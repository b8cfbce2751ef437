"""What PPMessage's calls about groups, canned replies and the waiting queue find by themselves."""

from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from tests.conformance.scene import Scene
from tests.lambdas import counted
from tests.world import World

CONSOLE = "PPCONSOLE"


@pytest.fixture
def desk(world: World) -> World:
    """An account that routes by group."""
    return World(world.monkeypatch, clock_of=world, name="grouped", allocation=accounts.GROUP)


def call(world: World, endpoint: str, label: str = CONSOLE, **given: Any) -> dict[str, Any]:
    return dict(world.pp(endpoint, label, app_uuid=world.account, **given).body)


def made(world: World, name: str = "Dancers", *users: str, **given: Any) -> str:
    uuid = str(call(world, "PP_CREATE_ORG_GROUP", group_name=name, group_desc="a club", **given)["uuid"])
    if users:
        assert call(world, "PP_ADD_ORG_GROUP_USER", group_uuid=uuid, user_list=users)["error_code"] == 0
    return uuid


def visitor(world: World, trace: str) -> str:
    return str(call(world, "PP_CREATE_ANONYMOUS", "PPCOM", ppcom_trace_uuid=trace)["user_uuid"])


def default(world: World, user: str) -> dict[str, Any]:
    return call(world, "PPCOM_GET_DEFAULT_CONVERSATION", "PPCOM", user_uuid=user, device_uuid="d")


def create(world: World, user: str, **given: Any) -> dict[str, Any]:
    return call(world, "PPCOM_CREATE_CONVERSATION", "PPCOM", user_uuid=user, device_uuid="d", **given)


def length(world: World) -> int:
    return int(call(world, "PP_GET_AMD_QUEUE_LENGTH", "PPCOM")["length"])


# --- groups


def test_a_group_is_made_shown_changed_and_removed(world: World) -> None:
    uuid = made(world, "Dancers", world.agents[0].id, world.agents[2].id, is_distributor=True)
    (listed,) = call(world, "PP_GET_APP_ORG_GROUP_LIST", "PPCOM")["list"]
    assert (listed["uuid"], listed["user_count"], listed["is_distributor"]) == (uuid, 2, True)
    changed = call(world, "PP_UPDATE_ORG_GROUP", group_uuid=uuid, group_desc="", group_icon="i.png", group_route_algorithm="LOAD")
    assert (changed["group_name"], changed["group_desc"], changed["group_icon"]) == ("Dancers", "", "i.png")
    detail = call(world, "PP_GET_ORG_GROUP_DETAIL", "PPKEFU", group_uuid=uuid)
    assert {name: detail[name] for name in changed if name != "uri"} == {k: v for k, v in changed.items() if k != "uri"}
    assert (detail["group_route_algorithm"], detail["app_uuid"]) == ("LOAD", world.account)
    assert call(world, "PP_REMOVE_ORG_GROUP", group_uuid=uuid)["error_code"] == 0
    assert call(world, "PP_GET_ORG_GROUP_DETAIL", group_uuid=uuid)["error_code"] == 30
    assert call(world, "PP_GET_APP_ORG_GROUP_LIST")["list"] == []
    assert len(call(world, "PP_GET_NO_GROUP_USER_LIST")["list"]) == 4


def test_a_group_that_is_not_there_is_30(scene: Scene, rival: Scene) -> None:
    world, theirs = scene.world, made(rival.world)
    conversation = scene.visitor.conversation
    for uuid in (theirs, "nothing", "x" * 3_000):
        calls: dict[str, dict[str, Any]] = {
            "PP_GET_ORG_GROUP_DETAIL": {},
            "PP_GET_ORG_GROUP_USER_LIST": {},
            "PP_UPDATE_ORG_GROUP": {"group_name": "n"},
            "PP_REMOVE_ORG_GROUP": {},
            "PP_ADD_ORG_GROUP_USER": {"user_list": [world.agents[0].id]},
            "PP_REMOVE_ORG_GROUP_USER": {"user_list": [world.agents[0].id]},
            "PP_SELECT_USERS_BY_GROUP_ALGORITHM": {"conversation_uuid": conversation},
        }
        for endpoint, given in calls.items():
            assert (call(world, endpoint, group_uuid=uuid, **given)["error_code"], endpoint) == (30, endpoint)
        user = scene.visitor.id
        assert create(world, user, group_uuid=uuid)["error_code"] == 30
        assert call(world, "PP_GET_ORG_GROUP_CONVERSATION", "PPCOM", user_uuid=user, group_uuid=uuid)["error_code"] == 30
    assert call(rival.world, "PP_GET_ORG_GROUP_DETAIL", group_uuid=theirs)["error_code"] == 0


def test_what_a_group_cannot_be_called_is_28(scene: Scene) -> None:
    uuid = made(scene.world)
    for wrong in (
        {"group_name": ""},
        {"group_name": "x" * 257},
        {"group_route_algorithm": "RANDOM"},
        {"is_distributor": "maybe"},
    ):
        assert (call(scene.world, "PP_UPDATE_ORG_GROUP", group_uuid=uuid, **wrong)["error_code"], wrong) == (28, wrong)


def test_users_move_one_by_one_and_each_failure_is_told(world: World, other: World) -> None:
    first, second = made(world, "first", world.agents[0].id), made(world, "second")
    strangers = [visitor(world, "t"), other.agents[0].id, "nobody"]
    shown = call(world, "PP_ADD_ORG_GROUP_USER", group_uuid=second, user_list=[*strangers, world.agents[0].id])
    assert (shown["error_code"], [(entry["user_uuid"], entry["error_code"]) for entry in shown["failed"]]) == (
        7,
        [(stranger, 7) for stranger in strangers],
    )
    left = call(world, "PP_REMOVE_ORG_GROUP_USER", group_uuid=first, user_list=[world.agents[0].id])
    assert (left["error_code"], left["error_string"]) == (32, "user not in this group")
    (user,) = call(world, "PP_GET_ORG_GROUP_USER_LIST", group_uuid=second)["list"]
    assert (user["uuid"], user["group"]) == (world.agents[0].id, {"uuid": second, "group_name": "second"})
    gone = call(world, "PP_REMOVE_ORG_GROUP_USER", group_uuid=second, user_list=[world.agents[1].id, world.agents[0].id] * 2)
    assert (gone["error_code"], len(gone["failed"])) == (32, 1)
    assert call(world, "PP_GET_ORG_GROUP_USER_LIST", group_uuid=second)["list"] == []


@pytest.mark.parametrize("endpoint", ["PP_ADD_ORG_GROUP_USER", "PP_REMOVE_ORG_GROUP_USER"])
def test_a_list_of_users_is_a_list_of_texts(scene: Scene, endpoint: str) -> None:
    uuid = made(scene.world)

    def code(given: Any) -> int:
        return int(call(scene.world, endpoint, group_uuid=uuid, user_list=given)["error_code"])

    assert [code(given) for given in ("one", 5, {"a": 1}, True)] == [31] * 4
    assert [code(given) for given in ([5], [["a"]], [None], ["a"] * 101)] == [28] * 4
    assert code([]) == 0


def test_a_visitor_learns_of_agents_only_name_icon_signature_and_presence(world: World) -> None:
    uuid = made(world, "Dancers", world.agents[0].id)
    for label, shown in (("PPCOM", {None}), ("PPKEFU", {world.agents[0].email})):
        users = call(world, "PP_GET_ORG_GROUP_USER_LIST", label, group_uuid=uuid)["list"]
        assert {user["user_email"] for user in users} == shown
    seen = call(world, "PP_GET_NO_GROUP_USER_LIST", "PPCOM")["list"]
    assert {(user["user_email"], user["user_status"], user["user_password"]) for user in seen} == {(None, None, None)}
    assert {user["user_status"] for user in call(world, "PP_GET_NO_GROUP_USER_LIST")["list"]} == {"ADMIN", "SERVICE"}
    world.online(world.agents[0])
    asking = world.asking()
    world.settle()
    agents = default(world, asking.id)["user_list"][1:]
    assert [(agent["uuid"], agent["user_email"]) for agent in agents] == [(world.agents[0].id, None)]


def test_who_a_conversation_would_go_to(desk: World) -> None:
    ours, theirs = made(desk, "ours", desk.agents[0].id, desk.agents[1].id), made(desk, "theirs", desk.agents[2].id)
    desk.online(*desk.agents)
    user, stranger = visitor(desk, "a"), visitor(desk, "b")
    conversation = create(desk, user, group_uuid=ours)["uuid"]

    def select(group: str, label: str = "PPKEFU", conversation: str = conversation) -> dict[str, Any]:
        return call(desk, "PP_SELECT_USERS_BY_GROUP_ALGORITHM", label, group_uuid=group, conversation_uuid=conversation)

    assert select(theirs)["list"] == [desk.agents[2].id]
    assert select(ours)["error_code"] == 37
    assert select(theirs, conversation="nothing")["error_code"] == 26
    first, second = desk.agents[0].id, desk.agents[1].id
    given = {"user_uuid": first, "conversation_type": "S2S", "member_list": [second]}
    internal = call(desk, "PP_CREATE_CONVERSATION", "THIRD_PARTY_KEFU", **given)["uuid"]
    assert select(ours, "THIRD_PARTY_KEFU", internal)["error_code"] == 36
    other = create(desk, stranger, group_uuid=theirs)["uuid"]
    assert select(ours, conversation=other)["list"] == [desk.agents[0].id, desk.agents[1].id]
    call(desk, "PP_UPDATE_ORG_GROUP", group_uuid=ours, group_route_algorithm="SMART")
    desk.count()
    assert select(ours, conversation=other)["list"] == [desk.agents[1].id]


# --- the waiting queue


def test_a_visitor_gets_no_uuid_until_an_agent_is_there(desk: World) -> None:
    group = made(desk, "Dancers", desk.agents[0].id)
    user = visitor(desk, "a")
    for waits in (create(desk, user, group_uuid=group), default(desk, user), create(desk, user)):
        assert waits["error_code"] == 0
        assert waits.keys() == {"error_code", "error_string", "uri"}, "a web widget takes anything more for a conversation"
    given = {"user_uuid": user, "group_uuid": group}
    assert (length(desk), call(desk, "PP_GET_ORG_GROUP_CONVERSATION", "PPCOM", **given)["error_code"]) == (1, 26)
    desk.online(desk.agents[0])
    shown = default(desk, user)
    assert (shown["assigned_uuid"], shown["conversation_name"], length(desk)) == (desk.agents[0].id, "Ada Agent", 0)
    assert (shown["group_uuid"], shown["user_list"][1]["group"]) == (group, None)
    assert create(desk, user, group_uuid=group)["uuid"] == create(desk, user)["uuid"] == shown["uuid"]
    assert call(desk, "PP_GET_ORG_GROUP_CONVERSATION", "PPCOM", **given)["conversation_uuid"] == shown["uuid"]


def test_a_visitor_leaves_the_queue_and_comes_back(desk: World) -> None:
    user, group = visitor(desk, "a"), made(desk)
    given = {"user_uuid": user, "device_uuid": "d"}
    create(desk, user, group_uuid=group)
    for leaving, left in (({"group_uuid": made(desk, "another")}, 1), ({}, 0), ({}, 0)):
        assert call(desk, "PP_CANCEL_WAITING_CREATE_CONVERSATION", "PPCOM", **given, **leaving)["error_code"] == 0
        assert length(desk) == left
    assert "uuid" not in default(desk, user)
    assert length(desk) == 1


def test_nobody_asks_or_cancels_for_another(desk: World, other: World) -> None:
    default(desk, visitor(desk, "a"))
    for stranger in (visitor(other, "b"), desk.agents[0].id, "nobody"):
        assert create(desk, stranger)["error_code"] == default(desk, stranger)["error_code"] == 7
        given = {"user_uuid": stranger, "device_uuid": "d"}
        assert call(desk, "PP_CANCEL_WAITING_CREATE_CONVERSATION", "PPCOM", **given)["error_code"] == 7
    assert (length(desk), length(other)) == (1, 0)


def test_a_visitor_may_ask_for_agents(desk: World, other: World) -> None:
    user = visitor(desk, "a")
    shown = create(desk, user, member_list=[desk.agents[1].id])
    assert (shown["assigned_uuid"], shown["conversation_name"]) == (desk.agents[1].id, "Ben Agent")
    assert create(desk, user, member_list=[desk.agents[1].id])["uuid"] == shown["uuid"]
    for wrong, code in ((["nobody"], 7), ([other.agents[0].id], 7), ([user], 7), ("x", 31), ([5], 28), (["a"] * 101, 28)):
        assert (create(desk, user, member_list=wrong)["error_code"], wrong) == (code, wrong)
    assert "uuid" in create(desk, user, member_list=[])


def test_where_nobody_is_assigned_a_visitor_is_with_everybody_or_the_group(world: World) -> None:
    ours = World(world.monkeypatch, clock_of=world, name="broadcast", allocation=accounts.EVERYONE)
    group, user = made(ours, "Dancers", ours.agents[0].id, ours.agents[1].id), visitor(ours, "a")
    assert create(ours, user)["conversation_name"] == "Olive Owner,Ada Agent,Ben Agent,Cleo Agent"
    assert create(ours, user, group_uuid=group)["conversation_name"] == "Ada Agent,Ben Agent"
    assert length(ours) == 0


# --- canned replies


def test_scripts_and_their_groups(world: World, other: World) -> None:
    group = call(world, "PP_ADD_PREDEFINED_SCRIPT_GROUP", group_name="install")["uuid"]
    script = call(world, "PP_ADD_PREDEFINED_SCRIPT", "PPKEFU", script_question="why?", script_answer="So.", group_uuid=group)
    loose = call(world, "PP_ADD_PREDEFINED_SCRIPT", "PPKEFU", script_question="how?", script_answer="Thus.")
    assert (script["group_uuid"], loose["group_uuid"]) == (group, None)
    assert call(world, "PP_GET_ALL_PREDEFINED_SCRIPT", "PPKEFU")["list"] == [script["uuid"], loose["uuid"]]
    assert call(world, "PP_MOVE_PREDEFINED_SCRIPT_INTO_GROUP", group_uuid=group, script_uuid=loose["uuid"])["error_code"] == 0
    found = call(world, "PP_GET_PREDEFINED_SCRIPT_WITH_GROUP", group_uuid=group)["list"]
    assert sorted(entry["script_answer"] for entry in found) == ["So.", "Thus."]
    for endpoint, given in {
        "PP_GET_PREDEFINED_SCRIPT_WITH_GROUP": {"group_uuid": group},
        "PP_ADD_PREDEFINED_SCRIPT": {"script_question": "q", "script_answer": "a", "group_uuid": group},
        "PP_MOVE_PREDEFINED_SCRIPT_INTO_GROUP": {"group_uuid": group, "script_uuid": script["uuid"]},
        "PP_REMOVE_PREDEFINED_SCRIPT": {"script_uuid": script["uuid"]},
        "PP_REMOVE_PREDEFINED_SCRIPT_GROUP": {"group_uuid": group},
    }.items():
        assert (call(other, endpoint, **given)["error_code"], endpoint) == (18, endpoint)
    assert call(world, "PP_REMOVE_PREDEFINED_SCRIPT_GROUP", group_uuid=group)["error_code"] == 0
    assert call(world, "PP_GET_ALL_PREDEFINED_SCRIPT_GROUP")["list"] == []
    assert len(call(world, "PP_GET_ALL_PREDEFINED_SCRIPT")["list"]) == 2
    assert call(world, "PP_REMOVE_PREDEFINED_SCRIPT", script_uuid=script["uuid"])["error_code"] == 0
    assert call(world, "PP_REMOVE_PREDEFINED_SCRIPT", script_uuid=script["uuid"])["error_code"] == 18


# --- what it costs, the process being warm


def test_requests(desk: World) -> None:
    user, group = visitor(desk, "a"), made(desk, "Dancers", desk.agents[0].id)
    script = call(desk, "PP_ADD_PREDEFINED_SCRIPT_GROUP", group_name="g")["uuid"]
    default(desk, user)
    desk.token("PPKEFU")
    given = {"group_uuid": group}
    users = given | {"user_list": [agent.id for agent in desk.agents]}
    budgets: list[tuple[str, str, dict[str, Any], list[str]]] = [
        ("PP_GET_APP_ORG_GROUP_LIST", CONSOLE, {}, ["Query", "Query"]),
        ("PP_GET_ORG_GROUP_DETAIL", CONSOLE, given, ["GetItem"]),
        ("PP_GET_ORG_GROUP_USER_LIST", CONSOLE, given, ["GetItem", "Query"]),
        ("PP_GET_NO_GROUP_USER_LIST", CONSOLE, {}, ["Query", "Query"]),
        ("PP_ADD_ORG_GROUP_USER", CONSOLE, users, ["GetItem", *["UpdateItem"] * 3]),
        ("PP_UPDATE_ORG_GROUP", CONSOLE, given | {"group_name": "n"}, ["GetItem"]),  # the second of the two changes nothing
        ("PP_GET_AMD_QUEUE_LENGTH", "PPCOM", {}, []),  # counted by the first of the two calls
        ("PP_GET_PREDEFINED_SCRIPT_WITH_GROUP", CONSOLE, {"group_uuid": script}, ["Query"]),
    ]
    for endpoint, label, body, expected in budgets:
        call(desk, endpoint, label, **body)
        accounts.load(desk.ctx(ADMIN))
        with counted() as sent:
            assert call(desk, endpoint, label, **body)["error_code"] == 0
        assert (sent, endpoint) == (expected, endpoint)
