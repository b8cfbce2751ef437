"""What PPMessage's endpoints of people do: codes, who may change which people, and that accounts never meet."""

from typing import Any

import pytest

from chalicelib.context import ADMIN, Caller
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import cache
from chalicelib.desk.people import people
from tests.conformance.cases_apps import NEW_PASSWORD, address, newcomer
from tests.conformance.scene import WIRE_PASSWORD, Scene
from tests.conformance.test_ppmessage_apps import ask, call, code, console_of, password


def created(scene: Scene, **given: Any) -> dict[str, Any]:
    return ask(scene, "PP_CREATE_USER", **{"user_email": address(), "user_fullname": "Some Body"} | given)


@pytest.mark.parametrize(
    "given, status",
    [
        ({}, "THIRDPARTY"),
        ({"user_status": "ANONYMOUS"}, "ANONYMOUS"),
        ({"user_status": "SERVICE"}, "SERVICE"),
        ({"is_service_user": True}, "SERVICE"),
        ({"user_status": "ADMIN", "is_service_user": True}, "ADMIN"),
        ({"user_status": "OWNER_1"}, "ADMIN"),
    ],
    ids=str,
)
def test_a_user_is_made_with_their_status(scene: Scene, given: dict[str, Any], status: str) -> None:
    made = created(scene, **given, user_language="en", user_password=NEW_PASSWORD)
    assert (made["error_code"], made["user_status"], made["user_language"]) == (0, status, "en")
    assert made["is_anonymous_user"] is (status == "ANONYMOUS")
    shown = ask(scene, "PP_GET_USER_DETAIL", user_uuid=made["uuid"], return_password=True)
    assert (shown["user_status"], shown["user_email"], shown["user_password"]) == (status, made["user_email"], None)
    assert code(scene, "PP_CREATE_USER", user_email=made["user_email"].upper(), user_fullname="Again") == 22
    listed = {entry["uuid"] for entry in ask(scene, "PP_GET_APP_SERVICE_USER_LIST")["list"]}
    assert (made["uuid"] in listed) is (status in ("SERVICE", "ADMIN"))


def test_a_user_that_cannot_be_made(scene: Scene) -> None:
    wrong: list[dict[str, Any]] = [
        {"user_status": "KING"},
        {"user_status": "SERVICE", "is_service_user": False},
        {"user_email": "none"},
    ]
    wrong += [{"user_fullname": " "}, {"user_fullname": "x" * 257}, {"user_language": "x" * 36}]
    for given in wrong:
        shown = created(scene, **given)
        assert (shown["error_code"], any(name in shown["error_detail"] for name in given), given) == (28, True, given)
    assert created(scene, user_password="")["error_code"] == 0, "an empty text is no password"
    given = {"app_uuid": scene.world.account, "user_email": address(), "user_fullname": "A", "user_status": "ADMIN"}
    assert call(scene, "PP_CREATE_USER", console_of(scene, 0), **given)["error_code"] == 43


def test_a_visitor_learns_of_an_agent_name_picture_signature_and_presence(scene: Scene) -> None:
    agent = scene.world.agents[0]
    for endpoint in ("PP_GET_USER_INFO", "PP_GET_USER_DETAIL"):
        shown = ask(scene, endpoint, "PPCOM", user_uuid=agent.id)
        assert (shown["user_fullname"], shown["user_email"], shown["user_name"]) == (agent.name, None, None)
        assert shown["service_user_status"] == "READY"
    listed = ask(scene, "PP_GET_APP_SERVICE_USER_LIST", "PPCOM")["list"]
    assert {entry["user_email"] for entry in listed} == {None}
    assert {entry["user_email"] for entry in ask(scene, "PP_GET_APP_SERVICE_USER_LIST", "PPKEFU")["list"]} >= {agent.email}
    detail = ask(scene, "GET_YVOBJECT_DETAIL", "PPCOM", uuid=agent.id, type="DU")
    assert (detail["fullname"], detail["email"], detail["name"]) == (agent.name, None, None)
    scene.visitor.world.pp("PP_GET_APP_INFO", app_uuid=scene.world.account)
    given = {"app_uuid": scene.world.account, "user_uuid": scene.visitor.id, "device_uuid": "d"}
    chat = scene.world.pp("PPCOM_GET_DEFAULT_CONVERSATION", **given).body["user_list"]
    assert {entry["uuid"]: entry["user_email"] for entry in chat}[agent.id] is None


def test_nobody_is_found_from_another_account(scene: Scene, rival: Scene) -> None:
    for label in ("PPCOM", "PPKEFU", "PPCONSOLE"):
        for stranger in (rival.world.agents[0].id, rival.visitor.id, "nobody", ""):
            expected = (7,) if stranger else (6,)
            assert code(scene, "PP_GET_USER_INFO", label, user_uuid=stranger) in expected
            assert code(scene, "PP_GET_USER_DETAIL", label, user_uuid=stranger) in expected
            assert code(scene, "PP_UPDATE_USER", label, user_uuid=stranger, user_fullname="Mine") in expected
            assert code(scene, "GET_YVOBJECT_DETAIL", label, uuid=stranger, type="DU") in expected
        assert code(scene, "GET_YVOBJECT_DETAIL", label, uuid=rival.world.account, type="AP") == 13
        assert code(scene, "GET_YVOBJECT_DETAIL", label, uuid=rival.visitor.conversation, type="CV") == 26
    assert code(scene, "PP_REMOVE_USER", user_uuid=rival.world.agents[0].id, user_password=WIRE_PASSWORD) == 7
    assert code(scene, "PP_LEAVE_APP", user_list=[rival.world.agents[0].id]) == 40


def test_an_object_is_a_user_the_account_a_conversation_or_nothing(scene: Scene) -> None:
    world = scene.world
    account = ask(scene, "GET_YVOBJECT_DETAIL", "PPCOM", uuid=world.account, type="AP")
    assert (account["type"], account["name"], account["email"]) == ("AP", world.name, None)
    shown = ask(scene, "GET_YVOBJECT_DETAIL", "PPKEFU", uuid=scene.visitor.conversation, type="CV")
    assert (shown["error_code"], shown["uuid"]) == (0, scene.visitor.conversation)
    assert code(scene, "GET_YVOBJECT_DETAIL", "PPCOM", uuid="g", type="OG") == 30
    assert code(scene, "GET_YVOBJECT_DETAIL", "PPCOM", uuid="g", type="XX") == 28


def test_an_e_mail_is_valid_while_nobody_has_it(scene: Scene, rival: Scene) -> None:
    free = address()
    assert ask(scene, "PP_IS_EMAIL_VALID", user_email=free)["valid"] is True
    customer = created(scene)["user_email"]
    for taken in (scene.world.owner.email.upper(), rival.world.agents[0].email, customer, "none", "a@b@c"):
        assert (ask(scene, "PP_IS_EMAIL_VALID", user_email=taken)["valid"], taken) == (False, taken)
    assert ask(rival, "PP_IS_EMAIL_VALID", user_email=customer)["valid"] is True


def test_who_may_change_which_people(scene: Scene) -> None:
    world, visitor = scene.world, scene.visitor.id
    ada, ben, owner = world.agents[0].id, world.agents[1].id, world.owner.id
    admin = created(scene, user_status="ADMIN")["uuid"]
    allowed = [("PPCOM", visitor), ("PPKEFU", ada), ("PPCONSOLE", owner), ("PPCONSOLE", ben), ("PPCONSOLE", visitor)]
    allowed += [("THIRD_PARTY_KEFU", ben), ("THIRD_PARTY_CONSOLE", ben), ("THIRD_PARTY_CONSOLE", owner)]
    for label, user in allowed:
        assert (code(scene, "PP_UPDATE_USER", label, user_uuid=user, user_signature="hi"), label) == (0, label)
        assert ask(scene, "PP_GET_USER_INFO", user_uuid=user)["user_signature"] == "hi"
    refused = [("PPKEFU", ben), ("PPKEFU", owner), ("PPKEFU", visitor), ("THIRD_PARTY_KEFU", owner), ("THIRD_PARTY_KEFU", admin)]
    for label, user in refused:
        assert (code(scene, "PP_UPDATE_USER", label, user_uuid=user, user_signature="no"), label) == (20, label)
    assert code(scene, "PP_UPDATE_USER", "PPCOM", user_uuid=ada, user_signature="no") == 7
    assert ask(scene, "PP_GET_USER_INFO", user_uuid=ben)["user_signature"] == "hi"
    assert code(scene, "PP_UPDATE_USER", user_uuid=ben, user_signature="", is_distributor_user=True) == 0
    listed = {entry["uuid"]: entry for entry in ask(scene, "PP_GET_APP_SERVICE_USER_LIST")["list"]}
    assert (listed[ben]["is_distributor_user"], listed[ben]["user_signature"]) == (True, None)
    assert (listed[owner]["is_owner_user"], listed[ada]["is_owner_user"]) == (True, False)


def test_nobody_raises_himself(scene: Scene) -> None:
    world = scene.world
    cases = [
        ("PPCOM", scene.visitor.id, "SERVICE"),
        ("PPCOM", scene.visitor.id, "ADMIN"),
        ("PPKEFU", world.agents[0].id, "ADMIN"),
    ]
    cases += [("THIRD_PARTY_KEFU", world.agents[1].id, "ADMIN"), ("PPCONSOLE", scene.visitor.id, "ADMIN")]
    for label, user, status in cases:
        before = ask(scene, "PP_GET_USER_INFO", user_uuid=user)["user_status"]
        assert (code(scene, "PP_UPDATE_USER", label, user_uuid=user, user_status=status), label) == (20, label)
        assert ask(scene, "PP_GET_USER_INFO", user_uuid=user)["user_status"] == before
    assert code(scene, "PP_UPDATE_USER", user_uuid=world.owner.id, user_status="SERVICE") == 38
    assert code(scene, "PP_UPDATE_USER", user_uuid=world.owner.id, user_status="OWNER_2") == 0
    assert code(scene, "PP_UPDATE_USER", user_uuid=world.agents[1].id, user_status="KING") == 28


def test_another_status_ends_all_tokens_of_the_old_one(scene: Scene) -> None:
    user = newcomer(scene)
    agent = people.get(scene.world.ctx(ADMIN), user)
    key = scene.world.clients["PPCONSOLE"][0]
    old = password(scene, key, agent.email, NEW_PASSWORD).body["access_token"]
    assert code(scene, "PP_UPDATE_USER", user_uuid=user, user_status="ADMIN") == 0
    cache.clear_all()
    given = {"app_uuid": scene.world.account, "user_uuid": user}
    assert call(scene, "PP_GET_USER_INFO", old, **given)["error_code"] == 4
    new = password(scene, key, agent.email, NEW_PASSWORD).body["access_token"]
    assert call(scene, "PP_GET_USER_INFO", new, **given)["user_status"] == "ADMIN"


@pytest.mark.parametrize("name", ["new_password", "user_password"])
def test_a_password_changes_with_the_old_one_and_ends_the_other_tokens(scene: Scene, name: str) -> None:
    user = newcomer(scene)
    agent = people.get(scene.world.ctx(ADMIN), user)
    key, new = scene.world.clients["PPKEFU"][0], "c" * 40
    mine, other = (password(scene, key, agent.email, NEW_PASSWORD).body["access_token"] for _ in range(2))
    holder = Caller(scene.world.account, "agent", user, agent.number)
    api_key = tokens.issue(scene.world.ctx(ADMIN), holder, tokens.KEY, None)
    given = {"app_uuid": scene.world.account, "user_uuid": user}
    wrong: list[dict[str, str]] = [{}, {"old_password": "d" * 40}, {"old_password": ""}]
    for old in wrong:
        changes = {**given, **old, name: new, "user_fullname": "Not yet"}
        assert call(scene, "PP_UPDATE_USER", mine, **changes)["error_code"] == 10
    assert call(scene, "PP_UPDATE_USER", mine, **given, **{"old_password": NEW_PASSWORD, name: ""})["error_code"] == 28
    assert people.get(scene.world.ctx(ADMIN), user).name == "New Agent"
    assert call(scene, "PP_UPDATE_USER", mine, **given, **{"old_password": NEW_PASSWORD, name: new})["error_code"] == 0
    cache.clear_all()
    assert [call(scene, "PP_GET_USER_INFO", token, **given)["error_code"] for token in (mine, other)] == [0, 4]
    assert tokens.check(scene.world.ctx(ADMIN), api_key, tokens.KEY).person == user
    assert password(scene, key, agent.email, NEW_PASSWORD).body == {"error_code": -1}
    assert password(scene, key, agent.email, new).body["error_code"] == 0


def test_an_admin_gives_a_first_password_to_who_has_none(scene: Scene) -> None:
    made = created(scene, user_status="SERVICE")
    key, new = scene.world.clients["PPKEFU"][0], "e" * 40
    assert password(scene, key, made["user_email"], new).body == {"error_code": -1}
    assert code(scene, "PP_UPDATE_USER", user_uuid=made["uuid"], new_password=new) == 0
    assert password(scene, key, made["user_email"], new).body["error_code"] == 0
    assert code(scene, "PP_UPDATE_USER", user_uuid=made["uuid"], new_password="f" * 40) == 10


def test_a_user_is_removed_with_a_password_and_their_words_stay(scene: Scene) -> None:
    world = scene.world
    user = newcomer(scene)
    agent = people.get(world.ctx(ADMIN), user)
    key = world.clients["PPKEFU"][0]
    token = password(scene, key, agent.email, NEW_PASSWORD).body["access_token"]
    assert code(scene, "PP_REMOVE_USER", user_uuid=world.owner.id, user_password=WIRE_PASSWORD) == 38
    assert code(scene, "PP_REMOVE_USER", user_uuid=user, user_password="d" * 40) == 10
    given = {"user_uuid": user, "user_password": NEW_PASSWORD}
    assert call(scene, "PP_REMOVE_USER", console_of(scene, 0), **given)["error_code"] == 43
    assert code(scene, "PP_REMOVE_USER", **given) == 0
    cache.clear_all()
    assert code(scene, "PP_REMOVE_USER", **given) == code(scene, "PP_GET_USER_INFO", user_uuid=user) == 7
    assert call(scene, "PP_GET_APP_INFO", token, app_uuid=world.account)["error_code"] == 4
    assert password(scene, key, agent.email, NEW_PASSWORD).body == {"error_code": -1}
    assert user not in {entry["uuid"] for entry in ask(scene, "PP_GET_APP_SERVICE_USER_LIST")["list"]}
    assert people.load_views(world.ctx(ADMIN), [user])[user].name == "New Agent"
    assert created(scene, user_email=agent.email, user_status="SERVICE")["error_code"] == 0
    assert code(scene, "PP_REMOVE_USER", user_uuid=newcomer(scene), user_password=WIRE_PASSWORD) == 0


def test_a_list_leaves_as_far_as_it_can_and_each_failure_is_told(scene: Scene) -> None:
    user, owner = newcomer(scene), scene.world.owner.id
    answer = ask(scene, "PP_LEAVE_APP", user_list=[owner, user, "nobody", scene.visitor.id, user])
    assert (answer["error_code"], answer["error_string"]) == (38, "user is the owner of app.")
    told = {entry["user_uuid"]: entry["error_code"] for entry in answer["failures"]}
    assert told == {owner: 38, "nobody": 40, scene.visitor.id: 40}
    assert code(scene, "PP_GET_USER_INFO", user_uuid=user) == 7
    wrong: list[Any] = ["x", {}, 5, [5], [None], [[user]]]
    for given in wrong:
        assert (code(scene, "PP_LEAVE_APP", user_list=given), given) == (31, given)
    assert code(scene, "PP_LEAVE_APP", user_list=["x"] * 101) == 28
    assert code(scene, "PP_LEAVE_APP", user_list=[]) == 0
    given = {"app_uuid": scene.world.account, "user_list": ["x"]}
    assert call(scene, "PP_LEAVE_APP", console_of(scene, 0), **given)["error_code"] == 43
