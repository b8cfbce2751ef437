"""What conversations are called: after their agent, or after all who serve them, the same in every answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, participants
from chalicelib.desk.core import cache
from chalicelib.desk.people import profiles
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.desk.teams import groups
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World

ALL = "Olive Owner,Ada Agent,Ben Agent,Cleo Agent"


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch, aws: None) -> Iterator[World]:
    """A desk where all agents have a part in every conversation."""
    yield World(monkeypatch, name="together", allocation=accounts.EVERYONE)


def shown(world: World, visitor: Visitor, label: str = "PPCOM") -> list[dict[str, Any]]:
    """A visitor's conversation in each answer that has it."""
    user = {"PPCOM": visitor.id, "PPCONSOLE": world.owner.id}.get(label, world.agents[0].id)
    given = {"app_uuid": world.account, "user_uuid": user}
    found = [world.pp("PP_GET_CONVERSATION_INFO", label, **given, conversation_uuid=visitor.conversation).body]
    pages = ("PP_PAGE_USER_CONVERSATION",) if label in ("PPCOM", "PPKEFU") else ()
    for name in ("PP_GET_APP_CONVERSATION_LIST", "PP_GET_USER_CONVERSATION_LIST", *pages):
        found += [one for one in world.pp(name, label, **given).body["list"] if one["uuid"] == visitor.conversation]
    if label == "PPCOM":
        found.append(world.pp("PPCOM_GET_DEFAULT_CONVERSATION", label, **given, device_uuid=visitor.device).body)
        created = world.pp("PP_CREATE_CONVERSATION", label, **given, conversation_type="P2S").body
        found += [created] if created["error_code"] == 0 else []
    return found


def names(rows: list[dict[str, Any]]) -> list[str | None]:
    return [row["conversation_name"] for row in rows]


def arrived(world: World, text: str = "hello") -> Visitor:
    visitor = world.visitor()
    assert visitor.say(text).body["error_code"] == 0
    world.settle()
    return visitor


def test_where_all_serve_a_conversation_is_called_after_all_of_them(together: World) -> None:
    visitor = arrived(together)
    assert names(shown(together, visitor)) == [ALL] * 6
    for label in ("PPKEFU", "PPCONSOLE", "THIRD_PARTY_KEFU"):
        assert set(names(shown(together, visitor, label))) == {ALL}, label


def test_a_member_sees_the_other_side_as_its_own_name(together: World) -> None:
    visitor = arrived(together)
    (info, *_), (theirs, *_) = shown(together, visitor), shown(together, visitor, "PPKEFU")
    assert info["conversation_data"]["conversation_name"] == ALL
    assert theirs["conversation_data"]["conversation_name"] == "Unknown Area.User"


def test_a_group_s_conversation_is_called_after_its_members(together: World) -> None:
    group = groups.create(together.ctx(ADMIN), "Sales", groups.Change())
    for agent in together.agents[:2]:
        groups.add_member(together.ctx(ADMIN), group, agent.id)
    visitor = together.visitor()
    given = {"app_uuid": together.account, "user_uuid": visitor.id, "device_uuid": visitor.device, "group_uuid": group.id}
    visitor.conversation = together.pp("PPCOM_CREATE_CONVERSATION", **given).body["uuid"]
    visitor.say("hello")
    together.settle()
    assert set(names(shown(together, visitor)[:2])) == {"Ada Agent,Ben Agent"}


def test_one_that_is_given_out_is_called_after_its_agent_and_one_that_waits_has_no_name(world: World) -> None:
    waiting = arrived(world)
    assert set(names(shown(world, waiting))) == {None}
    world.online(world.agents[1])
    world.settle()
    assert set(names(shown(world, waiting))) == {"Ben Agent"}


def test_a_name_is_cut_after_a_whole_name(together: World) -> None:
    visitor = arrived(together)
    for at, agent in enumerate(together.agents):
        profiles.change(together.ctx(ADMIN), agent.id, ChangePerson(name=str(at) * 120))
    together.now += 61_000
    assert set(names(shown(together, visitor))) == {f"Olive Owner,{'0' * 120},{'1' * 120}…"}


def test_a_change_of_name_is_seen_at_once_where_it_was_made(together: World) -> None:
    visitor = arrived(together)
    shown(together, visitor)
    profiles.change(together.ctx(ADMIN), together.agents[0].id, ChangePerson(name="Ada Lovelace"))
    assert set(names(shown(together, visitor))) == {ALL.replace("Ada Agent", "Ada Lovelace")}


def test_names_cost_one_request_however_long_the_list_and_none_in_a_warm_process(together: World) -> None:
    visitors = [arrived(together, f"hello {at}") for at in range(5)]
    ctx = together.ctx(ADMIN)
    rows = [conversations.load(ctx, visitor.conversation) for visitor in visitors]

    def asked(count: int) -> list[str]:
        with counted() as sent:
            assert participants.conversation_names(ctx, rows[:count], {}) == {row.id: ALL for row in rows[:count]}
        return sent

    for count in (1, 5):
        cache.clear_all()
        accounts.load(ctx)
        assert (asked(count), asked(count)) == (["Query"], [])
