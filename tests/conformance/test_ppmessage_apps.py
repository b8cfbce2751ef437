"""What PPMessage's endpoints of accounts do: signing up, owning, secrets, removal."""

from typing import Any

import pytest

from chalicelib.context import ADMIN, Caller
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import cache
from tests.conformance.cases_apps import NEW_PASSWORD, address, revive
from tests.conformance.scene import WIRE_PASSWORD, Scene
from tests.visitors import Answer


def ask(scene: Scene, endpoint: str, label: str = "PPCONSOLE", **given: Any) -> dict[str, Any]:
    return dict(scene.world.pp(endpoint, label, **{"app_uuid": scene.world.account} | given).body)


def code(scene: Scene, endpoint: str, label: str = "PPCONSOLE", **given: Any) -> int:
    return int(ask(scene, endpoint, label, **given)["error_code"])


def call(scene: Scene, endpoint: str, token: str, **given: Any) -> dict[str, Any]:
    return dict(scene.world.call("POST", f"/api/{endpoint}", given, Authorization=f"OAuth {token}").body)


def console_of(scene: Scene, at: int) -> str:
    """A console token of an agent who is not an admin, as a login gives it."""
    agent = scene.world.agents[at]
    caller = Caller(scene.world.account, "agent", agent.id, agent.number, "PPCONSOLE")
    return tokens.issue(scene.world.ctx(ADMIN), caller, tokens.ACCESS, 3600)


def password(scene: Scene, key: str, email: str, wire: str) -> Answer:
    return scene.world.form("/ppauth/token", grant_type="password", client_id=key, user_email=email, user_password=wire)


def signed_up(scene: Scene, label: str = "PPCONSOLE_BEFORE_LOGIN", **changes: Any) -> tuple[str, dict[str, Any]]:
    email = changes.pop("user_email", address())
    given = {"app_name": "Shop", "user_email": email, "user_fullname": "Sue", "user_password": NEW_PASSWORD} | changes
    return email, dict(scene.world.pp("PPCONSOLE_SIGNUP", label, **given).body)


def test_who_signs_up_gets_a_new_account_and_is_told_its_secrets_once(scene: Scene) -> None:
    email, made = signed_up(scene)
    app, user = made["app"], made["user"]
    assert (made["error_code"], user["user_status"], user["user_password"]) == (0, "OWNER_2", None)
    assert (app["user_uuid"], app["app_route_policy"], app["app_billing_email"]) == (user["uuid"], "BROADCAST", email)
    assert app["uuid"] != scene.world.account
    form = {"grant_type": "client_credentials", "client_id": app["app_key"], "client_secret": app["app_secret"]}
    visitors = scene.world.form("/ppauth/token", **form).body["access_token"]
    assert call(scene, "PP_GET_APP_INFO", visitors, app_uuid=app["uuid"])["app_name"] == "Shop"
    assert call(scene, "PP_GET_APP_INFO", visitors, app_uuid=scene.world.account)["error_code"] == 4
    own = password(scene, app["apis"]["PPCONSOLE"]["api_key"], email, NEW_PASSWORD).body["access_token"]
    info = call(scene, "PP_GET_APP_INFO", own, app_uuid=app["uuid"])
    assert (info["app_key"], info["app_secret"], info["app_billing_email"]) == (app["app_key"], None, email)
    assert call(scene, "PP_GET_APP_INFO", visitors, app_uuid=app["uuid"])["app_billing_email"] is None


def test_only_the_console_where_they_signed_up_logs_them_in(scene: Scene, rival: Scene) -> None:
    email, made = signed_up(scene)
    shown = password(scene, scene.world.clients["PPCONSOLE"][0], email, NEW_PASSWORD).body
    assert (shown["error_code"], shown["user_uuid"]) == (0, made["user"]["uuid"])
    assert call(scene, "PP_GET_APP_INFO", shown["access_token"], app_uuid=made["app"]["uuid"])["error_code"] == 0
    assert password(scene, rival.world.clients["PPCONSOLE"][0], email, NEW_PASSWORD).body == {"error_code": -1}


def test_a_sign_up_may_name_the_account_that_is_to_be(scene: Scene, rival: Scene) -> None:
    wanted = "0190aaaa-0000-7000-8000-000000000001"
    _, made = signed_up(scene, app_uuid=wanted)
    assert made["app"]["uuid"] == wanted
    _, again = signed_up(scene, app_uuid=scene.world.account)
    assert again["error_code"] == 0 and again["app"]["uuid"] != scene.world.account
    assert signed_up(scene, app_uuid="")[1]["error_code"] == 0
    taken: list[Any] = [wanted, rival.world.account, "nonsense", 5]
    for app in taken:
        assert (signed_up(scene, app_uuid=app)[1]["error_code"], app) == (4, app)


def test_a_sign_up_wants_an_e_mail_that_nobody_has(scene: Scene) -> None:
    email, _ = signed_up(scene)
    assert signed_up(scene, user_email=email.upper())[1]["error_code"] == 22
    assert signed_up(scene, user_email=scene.world.agents[0].email)[1]["error_code"] == 22
    for wrong in ("nobody", "a b@c", "@", "x" * 300 + "@y"):
        assert signed_up(scene, user_email=wrong)[1]["error_code"] == 28
    assert signed_up(scene, app_name="x" * 257)[1]["error_code"] == 28
    assert signed_up(scene, "THIRD_PARTY_CONSOLE")[1]["app"]["app_secret"] is None


# --- accounts


def test_an_account_is_changed_by_an_admin_and_shown_as_it_is(scene: Scene) -> None:
    changes = {"app_name": "Demo 2", "company_name": "Co", "app_route_policy": "GROUP", "offline_message": "Later."}
    changes |= {"ppcom_launcher_color": "#123456", "ppcom_launcher_style": "round", "app_icon": "https://x.test/i.png"}
    shown = ask(scene, "PP_UPDATE_APP_INFO", **changes, return_offline_message=True, app_time_zone="Europe/Berlin")
    assert {name: shown[name] for name in changes} == changes
    assert shown["return_offline_message"] is True
    assert accounts.load(scene.world.ctx(ADMIN)).time_zone == "Europe/Berlin"
    assert ask(scene, "PP_GET_APP_INFO", "PPCOM")["app_name"] == "Demo 2"
    cleared = ask(scene, "PP_UPDATE_APP_INFO", company_name="", app_route_policy="SMART", app_name=scene.world.name)
    assert (cleared["company_name"], cleared["app_route_policy"], cleared["offline_message"]) == (None, "SMART", "Later.")
    given = {"app_uuid": scene.world.account, "app_name": "Mine"}
    assert call(scene, "PP_UPDATE_APP_INFO", console_of(scene, 0), **given)["error_code"] == 43


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_name": " "},
        {"app_name": "x" * 257},
        {"app_route_policy": "NOBODY"},
        {"app_route_policy": ""},
        {"app_time_zone": "Moon/Base"},
        {"app_time_zone": "../../etc/passwd"},
        {"app_time_zone": ""},
        {"app_billing_email": "none"},
        {"welcome_message": "x" * 2001},
    ],
    ids=str,
)
def test_what_an_account_cannot_have(scene: Scene, wrong: dict[str, str]) -> None:
    assert code(scene, "PP_UPDATE_APP_INFO", **wrong) == 28


def test_an_owner_has_several_accounts_under_one_login(scene: Scene) -> None:
    email, made = signed_up(scene)
    home, me = made["app"], made["user"]["uuid"]
    first = password(scene, home["apis"]["PPCONSOLE"]["api_key"], email, NEW_PASSWORD).body["access_token"]
    second = call(scene, "PP_CREATE_APP", first, user_uuid=me, app_name="Second")
    assert (second["error_code"], second["user_uuid"], second["app_billing_email"]) == (0, me, email)
    assert second["app_key"] and second["app_secret"]
    key = second["apis"]["PPCONSOLE"]["api_key"]
    there = password(scene, key, email, NEW_PASSWORD).body
    assert (there["error_code"], there["user_uuid"]) == (0, me)
    assert call(scene, "PP_GET_APP_INFO", there["access_token"], app_uuid=second["uuid"])["app_name"] == "Second"
    listed = call(scene, "PP_GET_ALL_APP_LIST", there["access_token"], user_uuid=me)["app"]
    assert [entry["uuid"] for entry in listed] == [second["uuid"], home["uuid"]]
    assert call(scene, "PP_GET_APP_OWNED_BY_USER", first, user_uuid=me)["app"]["uuid"] == home["uuid"]
    assert call(scene, "PP_CREATE_APP", first, user_uuid=scene.world.owner.id, app_name="Not mine")["error_code"] == 20

    new = "b" * 40
    changed = {"app_uuid": second["uuid"], "user_uuid": me, "old_password": NEW_PASSWORD, "new_password": new}
    assert call(scene, "PP_UPDATE_USER", there["access_token"], **changed)["error_code"] == 0
    cache.clear_all()
    assert call(scene, "PP_GET_APP_INFO", first, app_uuid=home["uuid"])["error_code"] == 4
    assert call(scene, "PP_GET_APP_INFO", there["access_token"], app_uuid=second["uuid"])["error_code"] == 0
    assert password(scene, key, email, NEW_PASSWORD).body == {"error_code": -1}
    again = password(scene, home["apis"]["PPCONSOLE"]["api_key"], email, new).body["access_token"]

    assert call(scene, "PP_REMOVE_APP", again, app_uuid=home["uuid"], user_uuid=me)["error_code"] == 0
    cache.clear_all()
    assert call(scene, "PP_GET_APP_INFO", again, app_uuid=home["uuid"])["error_code"] == 4
    assert password(scene, home["apis"]["PPCONSOLE"]["api_key"], email, new).body == {"error_code": -1}
    left = password(scene, key, email, new).body["access_token"]
    assert [app["uuid"] for app in call(scene, "PP_GET_ALL_APP_LIST", left, user_uuid=me)["app"]] == [second["uuid"]]
    assert call(scene, "PP_REMOVE_APP", left, app_uuid=second["uuid"], user_uuid=me)["error_code"] == 0
    assert password(scene, key, email, new).body == {"error_code": -1}
    assert signed_up(scene, user_email=email)[1]["error_code"] == 0


def test_an_account_is_removed_by_its_owner_alone_and_all_its_tokens_end(scene: Scene) -> None:
    world, owner = scene.world, scene.world.owner.id
    given = {"app_uuid": world.account, "user_uuid": owner}
    assert call(scene, "PP_REMOVE_APP", console_of(scene, 0), **given)["error_code"] == 39
    for other in (world.agents[0].id, "nobody"):
        assert code(scene, "PP_REMOVE_APP", user_uuid=other) == 39
    try:
        assert code(scene, "PP_REMOVE_APP", user_uuid=owner) == 0
        assert code(scene, "PP_GET_APP_INFO", "PPCOM") in (4, 13)
        cache.clear_all()
        assert [code(scene, "PP_GET_APP_INFO", label) for label in ("PPCOM", "PPKEFU", "PPCONSOLE")] == [4, 4, 4]
        key, secret = world.clients["PPCOM"]
        assert world.form("/ppauth/token", grant_type="client_credentials", client_id=key, client_secret=secret).status == 400
        kefu = world.clients["PPKEFU"][0]
        assert password(scene, kefu, world.agents[0].email, WIRE_PASSWORD).body == {"error_code": -1}
    finally:
        revive(scene)
    assert code(scene, "PP_GET_APP_INFO", "PPCOM") == 0


def test_the_owned_app_is_13_where_there_is_none_and_7_for_nobody(scene: Scene, rival: Scene) -> None:
    world = scene.world
    assert code(scene, "PP_GET_APP_OWNED_BY_USER", user_uuid=world.agents[0].id) == 13
    for stranger in ("nobody", rival.world.owner.id):
        assert code(scene, "PP_GET_APP_OWNED_BY_USER", user_uuid=stranger) == 7
        assert code(scene, "PP_GET_ALL_APP_LIST", user_uuid=stranger) == 7
        assert code(scene, "PP_CREATE_APP", "THIRD_PARTY_CONSOLE", user_uuid=stranger, app_name="A") == 7
    assert ask(scene, "PP_GET_ALL_APP_LIST", user_uuid=world.agents[0].id)["app"] == []


def test_a_clients_secret_is_told_once_to_the_owners_console_and_can_be_renewed(scene: Scene) -> None:
    email, made = signed_up(scene)
    app, me = made["app"], made["user"]["uuid"]
    console = password(scene, app["apis"]["PPCONSOLE"]["api_key"], email, NEW_PASSWORD).body["access_token"]
    given = {"app_uuid": app["uuid"], "user_uuid": me}
    first, again = (call(scene, "PP_GET_API_INFO", console, **given) for _ in range(2))
    kefu = first["ppkefu_thirdparty"]
    assert kefu["api_level"] == "THIRD_PARTY_KEFU" and kefu["api_secret"] and kefu["api_key"]
    assert again["ppkefu_thirdparty"] == kefu | {"api_secret": None}
    assert first["ppconsole_thirdparty"]["api_secret"] and first["ppcom"]["api_secret"] is None

    def enters(client: dict[str, Any]) -> bool:
        form = {"client_id": client["api_key"], "client_secret": client["api_secret"]}
        return scene.world.form("/ppauth/token", grant_type="client_credentials", **form).status == 200

    assert enters(kefu) and enters(first["ppconsole_thirdparty"])
    fresh = call(scene, "PP_GET_API_INFO", console, **given, renew="THIRD_PARTY_KEFU")["ppkefu_thirdparty"]
    assert fresh["api_key"] == kefu["api_key"] and fresh["api_secret"] != kefu["api_secret"]
    cache.clear_all()
    assert enters(fresh) and not enters(kefu)
    assert call(scene, "PP_GET_API_INFO", console, **given, renew="NOBODY")["error_code"] == 28
    assert code(scene, "PP_GET_API_INFO", "THIRD_PARTY_CONSOLE", user_uuid=scene.world.owner.id, renew="PPCOM") == 20
    assert code(scene, "PP_GET_API_INFO", user_uuid="nobody") == 7
