"""Audit logs: what was changed in an account, newest first, in a few requests at any size, and never another account's."""

from typing import Any

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import log_retention, tags
from chalicelib.desk.conversations import audit_logs, deletion, event_logs, purging, updates
from chalicelib.desk.conversations.audit_logs import Change, Wanted
from chalicelib.desk.conversations.updates import Change as ConversationChange
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import Forbidden, Invalid
from chalicelib.desk.people import contacts, profiles
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.models import audit_logs as lists
from chalicelib.models import event_logs as rows
from chalicelib.models.event_logs import LogEntry
from chalicelib.rules.actors import Actor, pack
from chalicelib.rules.status import STAFF
from tests.lambdas import counted
from tests.world import World


def page(world: World, *, before: str | None = None, index: int = 1, **wanted: Any) -> audit_logs.Page:
    world.settle()
    return audit_logs.list_page(world.ctx(ADMIN), Wanted(**wanted), before, index)


def whole(world: World, **wanted: Any) -> list[Change]:
    """All pages, each of which costs a request for each partition at most."""
    found: list[Change] = []
    before, pages = None, 0
    while pages == 0 or before:
        with counted() as sent:
            one = audit_logs.list_page(world.ctx(ADMIN), Wanted(**wanted), before)
        assert len(sent) <= 3 and len(one.changes) <= audit_logs.ON_PAGE
        found, before, pages = [*found, *one.changes], one.before, pages + 1
        assert pages < 100
    return found


def put(world: World, count: int, kind: str = rows.CONVERSATION, by: int = 0, at: int = 0) -> None:
    """Stores many changes, several of the same moment."""
    made = [
        LogEntry(
            rows.setting_key(world.account, kind, str(number)),
            rows.place((at or world.now) + number // 3, 1, 0),
            field="name",
            after=str(number),
            changed_by=by,
            kind=kind,
            number_of=number,
        )
        for number in range(count)
    ]
    rows.put(rows.listed(row, None) for row in made)


def test_all_kinds_stand_in_one_list_newest_first(world: World) -> None:
    visitor = world.asking()
    world.settle()
    for act in (
        lambda: tags.create(world.ctx(ADMIN, world.owner), "vip"),
        lambda: profiles.change(world.ctx(ADMIN, world.owner), world.agents[1].id, ChangePerson(name="Benny")),
        lambda: updates.change(world.as_agent(), visitor.conversation, ConversationChange(priority="high")),
        lambda: contacts.create(world.as_agent(), contacts.Change(name="Bo")),
    ):
        world.now += 1_000
        act()
    latest = page(world).changes[:4]
    assert [(one.kind, one.setting, one.field, one.before, one.after) for one in latest] == [
        ("contact", None, "created", None, '{"name":"Bo"}'),
        ("conversation", None, "priority", "normal", "high"),
        ("agent", None, "name", "Ben Agent", "Benny"),
        ("setting", "tag", "created", None, '{"key":"vip","name":"vip"}'),
    ]
    assert [one.at for one in latest] == [world.now - 1_000 * back for back in range(4)]
    assert [one.actor_name for one in latest] == ["Ada Agent", "Ada Agent", "Olive Owner", "Olive Owner"]
    assert all(one.number for one in latest)


def test_of_a_kind_an_actor_and_a_span(world: World) -> None:
    world.settle()
    began = world.now = world.now + 1_000
    ada, ben = (pack(Actor(STAFF, agent.number)) for agent in world.agents[:2])
    for kind, by in ((rows.CONVERSATION, ada), (rows.CONTACT, ben), (rows.AGENT, ada), ("tag", ben)):
        put(world, 3, kind, by)
    put(world, 2, rows.CONTACT, ada, at=began + 60_000)
    for kind, count in (("conversation", 3), ("contact", 5), ("agent", 3), ("setting", 3)):
        found = whole(world, kind=kind, since=began)
        assert len(found) == count and {one.kind for one in found} == {kind}
    number = world.agents[0].number
    assert {one.actor.number for one in whole(world, actor=number)} == {number}
    assert len(whole(world, actor=number, since=began, until=began)) == 6
    assert len(whole(world, actor=number, since=began + 60_000, kind="contact")) == 2
    assert whole(world, since=began + 60_001) == whole(world, until=1) == whole(world, since=5, until=4) == []
    put(world, 2, "tag")
    assert [one.actor for one in whole(world, actor=0)] == [Actor()] * 2


@pytest.mark.parametrize("kind", [None, "contact"])
def test_pages_have_each_change_once_in_order(world: World, kind: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LOOKED_THROUGH", 40)
    world.now += 1_000
    for kind_, count in ((rows.CONVERSATION, 130), ("tag", 70), (rows.CONTACT, 60)):
        put(world, count, kind_)
    found = whole(world, since=world.now, kind=kind)
    assert len(found) == (60 if kind else 260) == len({one.id for one in found})
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)


def test_a_page_by_its_number_is_the_one_that_following_leads_to(world: World) -> None:
    world.now += 1_000
    put(world, 130)
    first = page(world, since=world.now)
    second = page(world, since=world.now, before=first.before)
    assert page(world, since=world.now, index=2) == second
    assert page(world, since=world.now, index=4).changes == []
    for wrong in (0, audit_logs.MOST_PAGES + 1):
        with pytest.raises(Invalid, match="page"):
            page(world, index=wrong)
    with pytest.raises(Invalid, match="cursor"):
        page(world, before="Ω")


def test_a_page_costs_three_requests_cold_and_two_warm(world: World) -> None:
    put(world, 500)
    cache.clear_all()
    for expected in (["Query"] * 3, ["Query"] * 2):
        with counted() as sent:
            audit_logs.list_page(world.ctx(ADMIN), Wanted())
        assert sent == expected


def test_what_has_expired_is_not_shown_though_it_is_stored(world: World) -> None:
    log_retention.change(world.ctx(ADMIN), 30)
    visitor = world.asking()
    world.settle()
    updates.change(world.as_agent(), visitor.conversation, ConversationChange(priority="high"))
    world.settle()
    agent = world.as_agent()
    assert [one.field for one in event_logs.list_page(agent, visitor.conversation).events] == ["created", "priority"]
    world.now += 30 * 86_400_000
    assert event_logs.list_page(world.as_agent(), visitor.conversation).events == []
    assert not [one for one in audit_logs.list_page(world.ctx(ADMIN), Wanted()).changes if one.kind == "conversation"]


def test_a_purge_takes_the_log_and_leaves_who_did_it(world: World) -> None:
    visitor = world.asking("my secret subject")
    updates.change(world.as_agent(), visitor.conversation, ConversationChange(subject="my secret subject"))
    deletion.delete(world.as_agent(), visitor.conversation)
    world.now += 1_000
    deletion.purge(world.as_agent(), visitor.conversation)
    world.settle()
    assert purging.run(world.ctx(SYSTEM), visitor.conversation) is False
    (left,) = whole(world, kind="conversation")
    assert (left.field, left.before, left.after, left.actor) == ("purged", None, None, Actor("agent", world.agents[0].number))
    assert left.number and left.at == world.now


def test_nobody_sees_another_account_s_and_no_plain_agent_sees_it(world: World) -> None:
    other = World(world.monkeypatch, clock_of=world, name="other")
    tags.create(world.ctx(ADMIN), "vip")
    mine = page(world)
    assert not {one.id for one in mine.changes} & {one.id for one in page(other).changes}
    assert page(other, before=mine.before or f"{world.now:013d}.0.0.0").changes is not mine.changes
    for use in (lambda: audit_logs.list_page(world.as_agent(), Wanted()), lambda: log_retention.change(world.as_agent(), 30)):
        with pytest.raises(Forbidden):
            use()
