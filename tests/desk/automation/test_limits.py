"""Limits under contention: nobody has more than they may, whoever asks at the same moment, and nothing is forgotten."""

from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.automation import routing
from chalicelib.desk.conversations import updates
from chalicelib.desk.teams import allocation
from chalicelib.desk.teams.allocation import Change
from chalicelib.models import conversations, waiting
from tests.desk.automation.contended import ask, at_once, hire, loads
from tests.world import World

LIMIT = 5


def burst(world: World, agents: int, many: int, limit: int = LIMIT) -> tuple[list[str], list[str]]:
    """Agents with limits, and conversations that all came in one second, each with its event twice."""
    allocation.change(world.ctx(ADMIN), Change(is_enabled=True, limit=limit))
    staff, asked = hire(world, agents), ask(world, many)
    at_once([partial(routing.assign, world.ctx(SYSTEM), one) for one in asked])
    return staff, asked


def assigned(world: World, asked: list[str]) -> int:
    rows = [conversations.get(world.account, one) for one in asked]
    return sum(bool(row and row.assignee) for row in rows)


def test_a_burst_fills_everybody_to_the_limit_and_the_rest_waits(world: World) -> None:
    staff, asked = burst(world, 6, 45)
    assert loads(world, staff) == [LIMIT] * 6
    assert assigned(world, asked) == 30
    assert len(list(waiting.iterate(world.account))) == 15


@pytest.mark.slow
def test_a_thousand_in_a_second_to_fifty_agents(world: World) -> None:
    staff, asked = burst(world, 50, 1000, 15)
    assert loads(world, staff) == [15] * 50
    assert (assigned(world, asked), len(list(waiting.iterate(world.account)))) == (750, 250)


def test_while_places_come_free_the_oldest_get_them_and_nobody_is_above(world: World) -> None:
    staff, asked = burst(world, 3, 25)
    taken = [one for one in asked if (row := conversations.get(world.account, one)) and row.assignee]
    before = [one for one, *_ in waiting.iterate(world.account)]
    closed = taken[::3]
    work: list[Callable[[], object]] = [partial(updates.close, world.ctx(ADMIN), one) for one in closed]
    work += [partial(routing.drain, world.ctx(SYSTEM), agent) for agent in staff]
    at_once(work)
    for agent in staff:
        routing.drain(world.ctx(SYSTEM), agent)
    assert loads(world, staff) == [LIMIT] * 3
    assert [one for one, *_ in waiting.iterate(world.account)] == before[len(closed) :]
