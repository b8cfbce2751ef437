"""Owners and agents who go: what one request does, what goes to others, what two at once can't spoil."""

import pytest

from chalicelib.context import ADMIN, AGENT, SYSTEM, Caller, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import api_clients, logins, tokens
from chalicelib.desk.automation import routing
from chalicelib.desk.conversations import conversations
from chalicelib.desk.core import people_events, publishing
from chalicelib.desk.core.account_events import SettingsChanged
from chalicelib.desk.core.errors import NOT_OWNER, Exists, Forbidden, NotAuthenticated, NotFound
from chalicelib.desk.people import agents, owners, people, profiles, registration
from chalicelib.desk.people.owners import MOST_OWNED, NewAccount
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.desk.people.registration import CreateAgent, CreateContact
from chalicelib.models import people as rows
from chalicelib.models import unique_names
from chalicelib.models.base import ConditionFailed
from chalicelib.rules import passwords
from tests.lambdas import counted
from tests.world import PASSWORD, World

NEW = NewAccount("New", {"WIDGET": "visitor", "CONSOLE": ADMIN}, frozenset({"WIDGET"}))


def owner_of(world: World, email: str) -> owners.Opened:
    return owners.sign_up(Context(Caller("", SYSTEM), now=world.now), CreateAgent(email, "Sue", passwords.wire("x")), NEW)


def as_owner(opened: owners.Opened, world: World) -> Context:
    who = opened.owner
    return Context(Caller(opened.account.id, ADMIN, who.id, who.number), now=world.now, pause=lambda _: None)


def test_signing_up_takes_two_requests_and_leaves_nothing_where_it_is_refused(world: World) -> None:
    with counted() as sent:
        opened = owner_of(world, f"sue@{world.account}")
    assert sent == ["UpdateItem", "TransactWriteItems"]
    key, secret = opened.credentials["WIDGET"].key, opened.credentials["WIDGET"].secret
    assert api_clients.check(world.ctx(SYSTEM), key, str(secret)).account == opened.account.id
    assert opened.credentials["CONSOLE"].secret is None
    with pytest.raises(Exists):
        owner_of(world, f"sue@{world.account}")
    settings = {"name": "New"} | {"id": opened.account.id}
    with pytest.raises(Exists) as taken:
        new = NewAccount(settings["name"], {}, id=settings["id"])
        owners.sign_up(world.ctx(SYSTEM), CreateAgent(f"tom@{world.account}", "Tom", None), new)
    assert taken.value.kind == "account"
    assert unique_names.find(unique_names.EVERYWHERE, "login", f"tom@{world.account}") is None


def test_nobody_owns_more_than_twenty(world: World) -> None:
    opened = owner_of(world, f"sue@{world.account}")
    ctx = as_owner(opened, world)
    for _ in range(MOST_OWNED - 1):
        owners.open_another(ctx, opened.owner.id, NEW)
    with pytest.raises(Forbidden):
        owners.open_another(ctx, opened.owner.id, NEW)
    with counted() as sent:
        assert len(owners.list_owned(ctx, opened.owner.id)) == MOST_OWNED
    assert sent == ["Query", "GetItem", "GetItem", "BatchGetItem"]


def test_two_accounts_opened_at_once_are_both_owned(world: World) -> None:
    opened = owner_of(world, f"sue@{world.account}")
    ctx, find = as_owner(opened, world), unique_names.find
    rivals: list[str] = []

    def late(scope: str, kind: str, name: str) -> unique_names.UniqueName | None:
        found = find(scope, kind, name)
        if not rivals:
            world.monkeypatch.setattr(unique_names, "find", find)
            rivals.append(owners.open_another(ctx, opened.owner.id, NEW).account.id)
        return found

    world.monkeypatch.setattr(unique_names, "find", late)
    mine = owners.open_another(ctx, opened.owner.id, NEW).account.id
    every = {account.id for account in owners.list_owned(ctx, opened.owner.id)}
    assert every == {opened.account.id, mine, *rivals}


def test_only_the_owner_gets_secrets_and_closes(world: World) -> None:
    for who in (world.agents[0], None):
        with pytest.raises(Forbidden) as refused:
            api_clients.renew(world.ctx(ADMIN, who), "PPCOM")
        assert refused.value.why == NOT_OWNER
    with pytest.raises(NotFound):
        api_clients.renew(world.ctx(ADMIN, world.owner), "NOBODY")
    with pytest.raises(Forbidden):
        owners.close(world.ctx(AGENT), world.owner.id)


def test_a_removed_account_is_seen_by_what_goes_on_in_the_background_alone(world: World) -> None:
    world.visitor()
    owners.close(world.ctx(ADMIN, world.owner), world.owner.id)
    assert accounts.load(world.ctx(SYSTEM)).removed_at == world.now
    with pytest.raises(NotFound):
        accounts.load(world.ctx(ADMIN))
    with pytest.raises(NotFound):
        accounts.change(world.ctx(ADMIN), accounts.Change(name="Again"))
    world.settle()


def test_a_removed_agent_s_conversations_go_to_others(world: World) -> None:
    ada, ben = world.agents[:2]
    world.online(ada)
    visitors = [world.asking() for _ in range(3)]
    world.settle()
    assert {visitor.info()["assigned_uuid"] for visitor in visitors} == {ada.id}
    world.online(ben)
    agents.remove(world.ctx(ADMIN), ada.id)
    world.monkeypatch.setattr(routing, "MOST_AT_ONCE", 2)
    told = world.note_deliveries()
    world.settle()
    assert sum('"agent.removed.v1"' in body for _, body in told) == 2, "two at once, and what is left when it is told again"
    assert {visitor.info()["assigned_uuid"] for visitor in visitors} == {ben.id}
    loads = rows.get_many(world.account, {ada.id, ben.id})
    assert (loads[ada.id].open_conversations, loads[ben.id].open_conversations) == (0, 3)
    assert routing.hand_back(world.ctx(SYSTEM), ada.id) is False


def test_what_nobody_can_take_waits_for_the_next_one(world: World) -> None:
    ada, ben = world.agents[:2]
    world.online(ada)
    visitor = world.asking()
    world.settle()
    agents.remove(world.ctx(ADMIN), ada.id)
    world.settle()
    found = conversations.load(world.ctx(ADMIN), visitor.conversation)
    assert found.is_open and not found.assignee
    world.online(ben)
    assert visitor.info()["assigned_uuid"] == ben.id


def test_a_removed_agent_tells_the_routing_queue_once(world: World) -> None:
    agents.remove(world.ctx(ADMIN), world.agents[0].id)
    world.relay()
    told = [publishing.decode(body) for _, _, body in world.queued]
    told = [event for event in told if not isinstance(event, SettingsChanged)]  # which is for open consoles
    who = (world.account, world.now, world.agents[0].id)
    assert told == [people_events.AgentRemoved(*who), people_events.AccessEnded(*who)]


def test_a_removed_agent_is_found_by_nothing_and_their_name_stays(world: World) -> None:
    ctx, ada = world.ctx(ADMIN), world.agents[0]
    with counted() as sent:
        agents.remove(ctx, ada.id)
    assert sent == ["Query", "GetItem", "TransactWriteItems"], "the account, once a minute; the agent; all that goes"
    for look in (lambda: people.get(ctx, ada.id), lambda: people.get_agent_by_number(ctx, ada.number)):
        with pytest.raises(NotFound):
            look()
    with pytest.raises(NotAuthenticated):
        logins.log_in_plain(ctx, ada.email, PASSWORD)
    assert people.load_views(ctx, [ada.id])[ada.id].name == ada.name
    assert registration.create_agent(ctx, CreateAgent(ada.email, "Ada again", None)).id != ada.id


def test_all_tokens_and_keys_of_a_removed_agent_end_in_one_write(world: World) -> None:
    ctx, ada = world.ctx(ADMIN), world.agents[0]
    holder = Caller(world.account, AGENT, ada.id, ada.number)
    kinds = [tokens.ACCESS, tokens.REFRESH, tokens.KEY]
    secrets = [(kind, tokens.issue(ctx, holder, kind, None)) for kind in kinds]
    other = tokens.issue(ctx, Caller(world.account, AGENT, world.agents[1].id), tokens.ACCESS, None)
    agents.remove(ctx, ada.id)
    for kind, secret in secrets:
        with pytest.raises(NotAuthenticated):
            tokens.check(ctx, secret, kind)
    assert tokens.check(ctx, other, tokens.ACCESS).person == world.agents[1].id


def test_an_ended_token_can_t_be_saved_by_what_it_says_of_itself(world: World) -> None:
    ctx, ada = world.ctx(ADMIN), world.agents[0]
    secret = tokens.issue(ctx, Caller(world.account, AGENT, ada.id), tokens.ACCESS, 60)
    agents.remove(ctx, ada.id)
    random, account, person = secret.split(".")
    for forged in (random, f"{random}.{account}", f"{random}.{account}.{world.agents[1].id}", f"{random}..{person}"):
        with pytest.raises(NotAuthenticated):
            tokens.check(ctx, forged, tokens.ACCESS)


def test_a_login_that_read_the_old_password_ends_with_it(world: World) -> None:
    ctx, ada = world.ctx(ADMIN), world.agents[0]
    _, early = logins.log_in_plain(ctx, ada.email, PASSWORD)
    wanted = ChangePerson(old_password=passwords.wire(PASSWORD), new_password=passwords.wire("new"))
    with counted() as sent:
        profiles.change(world.as_agent(), ada.id, wanted)
    counted_first = ["GetItem", "GetItem", "UpdateItem", "GetItem", "GetItem", "TransactWriteItems"]
    assert sent == counted_first, "the update counts the old password before it is looked at"
    late = tokens.issue(ctx, early, tokens.ACCESS, 60)
    with pytest.raises(NotAuthenticated):
        tokens.check(ctx, late, tokens.ACCESS)
    _, fresh = logins.log_in_plain(ctx, ada.email, "new")
    assert tokens.check(ctx, tokens.issue(ctx, fresh, tokens.ACCESS, 60), tokens.ACCESS).token_version == 1


def test_a_new_password_does_not_bring_back_keys_that_another_level_has_ended(world: World) -> None:
    ctx, ada = world.ctx(ADMIN), world.agents[0]
    key = tokens.issue(ctx, Caller(world.account, AGENT, ada.id), tokens.KEY, None)
    profiles.change(ctx, ada.id, ChangePerson(level=ADMIN))
    old = passwords.wire(PASSWORD)
    profiles.change(ctx, ada.id, ChangePerson(old_password=old, new_password=passwords.wire("new")))
    with pytest.raises(NotAuthenticated):
        tokens.check(ctx, key, tokens.KEY)


def test_a_change_of_who_has_just_been_removed_writes_nothing(world: World) -> None:
    ctx, ada = world.ctx(ADMIN), world.agents[0]
    stale = people.get(ctx, ada.id)
    agents.remove(ctx, ada.id)
    with pytest.raises(ConditionFailed):
        rows.change(stale, {"name": "Back"}, ctx.stamp)
    assert people.load_views(ctx, [ada.id])[ada.id].name == ada.name


def test_a_visitor_who_was_removed_is_another_one_when_they_come_back(world: World) -> None:
    first = registration.get_or_create_visitor(world.as_visitor("a"), "my browser")
    agents.remove(world.ctx(ADMIN), first.id)
    assert registration.get_or_create_visitor(world.as_visitor("a"), "my browser").id != first.id


def test_two_who_ask_for_one_customer_at_once_get_the_same(world: World) -> None:
    ctx, find = world.ctx(ADMIN), unique_names.find
    rivals: list[str] = []

    def late(scope: str, kind: str, name: str) -> unique_names.UniqueName | None:
        if rivals:
            return find(scope, kind, name)
        rivals.append(registration.create_contact(ctx, CreateContact(name, "Cu")).id)
        return None

    world.monkeypatch.setattr(unique_names, "find", late)
    assert registration.get_or_create_contact(ctx, "cu@shop.test", None, None).id == rivals[0]


def test_reading_people_and_the_account_takes_one_request_each(world: World) -> None:
    visitor = world.visitor()
    given = {"app_uuid": world.account, "user_uuid": visitor.id}
    calls = {"PP_GET_USER_INFO": ["GetItem"], "PP_GET_USER_DETAIL": ["GetItem"], "PP_GET_APP_SERVICE_USER_LIST": ["Query"]}
    for endpoint, expected in calls.items():
        world.pp(endpoint, **given)
        with counted() as sent:
            assert world.pp(endpoint, **given).body["error_code"] == 0
        assert (endpoint, sent) == (endpoint, expected)
    with counted() as sent:
        assert world.pp("PP_UPDATE_USER", **given, user_signature="hi").body["error_code"] == 0
    assert sent == ["GetItem", "UpdateItem"]
    with counted() as sent:
        assert world.pp("PP_GET_APP_OWNED_BY_USER", user_uuid=world.owner.id).body["error_code"] == 0
    assert sent == []
    world.pp("PP_GET_APP_INFO", "PPCONSOLE", app_uuid=world.account)
    with counted() as sent:
        assert world.pp("PP_UPDATE_APP_INFO", "PPCONSOLE", app_uuid=world.account, app_name="A").body["error_code"] == 0
    assert sent == ["GetItem", "TransactWriteItems"]
