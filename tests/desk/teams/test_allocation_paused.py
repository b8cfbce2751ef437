"""Auto allocation: what is paused doesn't count where it is excluded, and counts are those of the rows."""

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import deletion, updates
from chalicelib.desk.conversations.updates import Change as Update
from tests.desk.teams.allocated import agent, allocates, answer, asking, assignees, recount
from tests.world import World


def test_what_waits_for_its_contact_does_not_count_where_it_is_excluded(world: World) -> None:
    allocates(world, limit=1, excludes_pending_external=True)
    world.online(world.agents[0])
    visitors = asking(world, 3)
    assert assignees(world, visitors) == [0, None, None]
    answer(world, visitors[0])
    assert assignees(world, visitors) == [0, 0, None]
    visitors[0].say("thanks")
    answer(world, visitors[1])
    assert assignees(world, visitors) == [0, 0, None], "what came back counts again"
    recount(world, visitors)
    updates.close(world.ctx(ADMIN), visitors[0].conversation)
    world.settle()
    assert assignees(world, visitors) == [0, 0, 0]
    recount(world, visitors)


def test_only_what_is_excluded_does_not_count(world: World) -> None:
    allocates(world, limit=1, excludes_on_hold=True)
    world.online(world.agents[0])
    visitors = asking(world, 2)
    answer(world, visitors[0])
    assert assignees(world, visitors) == [0, None]
    updates.change(world.as_agent(), visitors[0].conversation, Update(status="on_hold"))
    world.settle()
    assert assignees(world, visitors) == [0, 0]
    recount(world, visitors)


def test_counts_of_what_is_paused_equal_a_recount_whatever_happens(world: World) -> None:
    allocates(world, excludes_pending_external=True, excludes_on_hold=True)
    world.online(*world.agents)
    visitors = asking(world, 6)
    ctx = world.ctx(ADMIN)
    for at, visitor in enumerate(visitors):
        answer(world, visitor, at % 3)
    recount(world, visitors)
    updates.change(ctx, visitors[0].conversation, Update(status="on_hold"))
    updates.change(ctx, visitors[1].conversation, Update(assignee=world.agents[0].number))
    updates.change(ctx, visitors[2].conversation, Update(assignee=0))
    deletion.delete(ctx, visitors[3].conversation)
    updates.change(ctx, visitors[4].conversation, Update(status="closed"))
    visitors[5].say("more")
    world.settle()
    recount(world, visitors)
    deletion.restore(ctx, visitors[3].conversation)
    allocates(world, excludes_pending_external=False, excludes_on_hold=False)
    visitors[4].say("again")
    updates.change(ctx, visitors[0].conversation, Update(status="pending_internal"))
    world.settle()
    recount(world, visitors)


def test_where_nothing_is_excluded_no_answer_writes_the_agent_s_row(world: World) -> None:
    allocates(world, limit=5)
    world.online(world.agents[0])
    (visitor,) = asking(world, 1)
    answer(world, visitor)
    visitor.say("more")
    before = agent(world).serialize()
    answer(world, visitor)
    assert agent(world).serialize() == before
