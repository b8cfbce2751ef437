"""A list of two thousand conversations: in a file of its own, because moto looks through all that is stored."""

import json
from collections.abc import Callable
from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import open_lists
from chalicelib.desk.conversations.open_lists import PageRequest
from chalicelib.models import base
from tests.desk.conversations.test_open_lists import fill, shown
from tests.lambdas import counted
from tests.world import World


def test_a_page_costs_two_requests_and_holds_one_page_of_two_thousand(world: World) -> None:
    agent = world.agents[0].id
    all_ = fill(world, 2_040, world.visitor().id, agent)
    ctx = world.as_agent()
    page = open_lists.list_of_person(ctx, agent, PageRequest())
    assert (shown(page), page.total) == (all_[:30], 2_040)
    assert page.listed[0].last is not None and page.listed[0].last.body == "message 2039"
    with counted() as warm:
        open_lists.list_of_person(ctx, agent, PageRequest())
    with counted() as older_:
        assert shown(open_lists.list_of_person(ctx, agent, PageRequest(older_than=all_[1_499]))) == all_[1_500:1_530]
    with counted() as deep:
        assert shown(open_lists.list_of_person(ctx, agent, PageRequest(offset=66))) == all_[1_980:2_010]
    assert warm == ["Query", "BatchGetItem"]
    assert older_ == ["BatchGetItem", "Query", "BatchGetItem", "BatchGetItem"], "the pivot; last messages not known yet"
    assert deep == ["Query"] * 3 + ["BatchGetItem"] * 2, "a Query a thousand places"
    with counted() as whole:
        assert shown(open_lists.list_of_account(world.ctx(ADMIN), PageRequest(100))) == all_[:100]
    assert whole[:2] == ["Query", "BatchGetItem"]
    assert set(limits(lambda: open_lists.list_of_person(ctx, agent, PageRequest()))) == {30}


def limits(act: Callable[[], Any]) -> list[int]:
    """The Limit of each Query."""
    asked: list[int] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(json.loads(params["body"])["Limit"])

    emitter = base.connection.client.meta.events
    emitter.register("before-call.dynamodb.Query", note)
    try:
        act()
    finally:
        emitter.unregister("before-call.dynamodb.Query", note)
    return asked
