"""Api keys: made, listed and ended by those whose they are, and refused everywhere then."""

import base64

import pytest

from chalicelib.context import ADMIN, AGENT, Caller, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import Forbidden, NotAuthenticated, NotFound
from chalicelib.desk.people import agents, api_keys, profiles
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.models import tokens as rows
from chalicelib.rules import ids, passwords
from tests.conformance.scene import send
from tests.lambdas import counted
from tests.world import PASSWORD, World

PATH = "/api/v3/anytime/apiKeys"


def owner(world: World) -> Context:
    return world.ctx(ADMIN, world.owner)


def begins(world: World, ctx: Context) -> list[str]:
    return [key.begins for key in api_keys.list_keys(ctx)]


def basic(email: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{email}:{secret}'.encode()).decode()}"}


def test_the_owner_sees_and_ends_all_keys_an_agent_their_own_and_nobody_anothers(world: World, other: World) -> None:
    mine, secret = api_keys.create(world.as_agent(0), is_named=True)
    world.now += 1
    bens, _ = api_keys.create(world.as_agent(1), is_named=False)
    world.now += 1
    owners, _ = api_keys.create(owner(world), is_named=True)
    admin = world.ctx(ADMIN, world.agents[2])
    assert begins(world, world.as_agent(0)) == [mine.begins] == [secret[:4]]
    assert begins(world, owner(world)) == [mine.begins, bens.begins, owners.begins]
    assert [key.email for key in api_keys.list_keys(owner(world))] == [each.email for each in (*world.agents[:2], world.owner)]
    assert begins(world, admin) == begins(other, owner(other)) == []
    for ctx in (world.as_agent(1), admin, owner(other), world.ctx(ADMIN)):
        with pytest.raises(NotFound):
            api_keys.revoke(ctx, mine.id)
    for unknown in ("", "x", rows.revocation_key(world.account), ids.digest(world.token("PPKEFU", world.agents[0])), "é" * 3000):
        with pytest.raises(NotFound):
            api_keys.revoke(owner(world), unknown)
    api_keys.revoke(world.as_agent(0), mine.id)
    api_keys.revoke(owner(world), bens.id)
    assert begins(world, owner(world)) == [owners.begins]
    with pytest.raises(NotFound):
        api_keys.revoke(owner(world), mine.id)


def test_an_ended_key_is_refused_at_once_here_and_after_a_minute_elsewhere(world: World) -> None:
    key, secret = api_keys.create(world.as_agent(), is_named=True)
    token, plain = api_keys.create(world.as_agent(), is_named=False)
    email = world.agents[0].email
    asked = [
        ("/api/v3/anytime/autoClose", basic(email, secret)),
        ("/auth/addon/live_chat/operator/list", {"Authorization": f"Bearer {plain}"}),
    ]
    for path, headers in asked:
        assert world.call("GET", path, **headers).status == 200
    elsewhere = dict(tokens._cache._entries)
    for id_ in (key.id, token.id):
        api_keys.revoke(world.as_agent(), id_)
    for path, headers in asked:
        assert world.call("GET", path, **headers).status == 401
    tokens._cache._entries.update(elsewhere)
    world.now += 60_000
    for path, headers in asked:
        assert world.call("GET", path, **headers).status == 401


def test_a_list_tells_no_secret(world: World) -> None:
    made = world.call("POST", PATH, {}, **world.bearer()).body
    listed = world.call("GET", PATH, **world.bearer(world.owner))
    assert [key["id"] for key in listed.body["apiKeys"]] == [made["apiKey"]["id"]]
    assert made["secret"] not in listed.raw.decode() and made["secret"].split(".")[0] not in listed.raw.decode()
    stored = rows.get(made["apiKey"]["id"])
    assert stored is not None and made["secret"].split(".")[0] not in str(stored.serialize())
    secret = made["secret"]
    assert world.call("GET", PATH, **basic(world.agents[0].email, secret)).status == 200
    for id_ in (made["apiKey"]["id"], secret[:4]):
        assert world.call("GET", PATH, **basic(world.agents[0].email, id_)).status == 401


def test_a_key_for_livechat_is_shown_alone(world: World) -> None:
    made = world.call("POST", PATH, {"use": "liveChat"}, **world.bearer()).body
    assert made["apiKey"]["use"] == "liveChat"
    listing = "/auth/addon/live_chat/operator/list"
    assert send("GET", listing, {"api_token": made["secret"]}).status == 200
    assert world.call("POST", PATH, {"use": "oneView"}, **world.bearer()).status == 400
    assert world.call("DELETE", f"{PATH}/{made['apiKey']['id']}", **world.bearer(world.owner)).body["id"] == made["apiKey"]["id"]
    assert send("GET", listing, {"api_token": made["secret"]}).status == 401
    assert world.call("DELETE", f"{PATH}/{made['apiKey']['id']}", **world.bearer(world.owner)).status == 404


def test_an_account_has_so_many_keys_and_those_of_who_has_gone_make_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "MOST", 3)
    for at in (0, 0, 1):
        api_keys.create(world.as_agent(at), is_named=True)
    with pytest.raises(Forbidden, match="3 api keys"):
        api_keys.create(owner(world), is_named=True)
    agents.remove(world.ctx(ADMIN), world.agents[0].id)
    assert len(api_keys.list_keys(owner(world))) == 1
    api_keys.create(owner(world), is_named=True)
    assert len(rows.keys(world.account, 10)) == 2


def test_a_program_has_none_and_who_is_switched_off_gets_none(world: World) -> None:
    warm = world.as_agent()
    agents.set_active(world.ctx(ADMIN), world.agents[0].id, on=False)
    for ctx in (world.ctx(AGENT), warm):
        with pytest.raises(Forbidden):
            api_keys.create(ctx, is_named=True)


def test_a_key_made_with_an_old_credential_ends_as_that_has(world: World) -> None:
    ada = world.agents[0]
    warm = world.ctx(AGENT, ada)
    profiles.change(owner(world), ada.id, ChangePerson(level=ADMIN))
    _, secret = api_keys.create(warm, is_named=True)
    with pytest.raises(NotAuthenticated):
        tokens.check(world.ctx(ADMIN), secret, tokens.KEY, name=ada.email)


def test_a_key_outlives_the_login_that_made_it_and_a_new_password(world: World) -> None:
    given = {"grant_type": "password", "email": world.agents[0].email, "password": PASSWORD}
    login = world.form("/oauth/token", **given).body["access_token"]
    secret = world.call("POST", PATH, {}, Authorization=f"Bearer {login}").body["secret"]
    wanted = ChangePerson(old_password=passwords.wire(PASSWORD), new_password=passwords.wire("another one"))
    profiles.change(world.as_agent(), world.agents[0].id, wanted)
    cache.clear_all()
    assert world.call("GET", PATH, **basic(world.agents[0].email, secret)).status == 200
    assert world.call("GET", PATH, Authorization=f"Bearer {login}").status == 401


def test_every_key_is_listed_whoever_makes_it(world: World) -> None:
    holder = Caller(world.account, AGENT, world.agents[0].id)
    secret = tokens.issue(world.ctx(ADMIN), holder, tokens.KEY, None)
    assert [key.id for key in api_keys.list_keys(world.as_agent())] == [ids.digest(secret)]


def test_a_list_takes_three_requests(world: World) -> None:
    for at in (0, 1, 2):
        api_keys.create(world.as_agent(at), is_named=True)
    cache.clear_all()
    with counted() as sent:
        api_keys.list_keys(owner(world))
    assert sorted(sent) == ["BatchGetItem", "BatchGetItem", "Query", "Query"], "one of them for the account, known for a minute"
