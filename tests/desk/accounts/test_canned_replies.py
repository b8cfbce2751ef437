"""Canned replies and their groups."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import canned_replies
from chalicelib.desk.core.errors import Invalid, NotFound
from tests.lambdas import counted
from tests.world import World


def questions(world: World, group: str) -> list[str]:
    return [reply.question for reply in canned_replies.load(world.ctx(ADMIN)).of_group(group)]


def test_replies_are_kept_in_groups_and_moved(world: World) -> None:
    ctx = world.ctx(ADMIN)
    first, second = canned_replies.add_group(ctx, "first"), canned_replies.add_group(ctx, "second")
    reply, loose = canned_replies.add(ctx, "why?", "So.", first.id), canned_replies.add(ctx, "how?", "Thus.")
    assert (reply.group, loose.group) == (first.id, None)
    canned_replies.move(ctx, reply.id, second.id)
    canned_replies.move(ctx, loose.id, second.id)
    assert (questions(world, first.id), sorted(questions(world, second.id))) == ([], ["how?", "why?"])
    canned_replies.remove(ctx, loose.id)
    assert questions(world, second.id) == ["why?"]


def test_removing_a_group_leaves_its_replies_without_one(world: World) -> None:
    ctx = world.ctx(ADMIN)
    group = canned_replies.add_group(ctx, "first")
    reply = canned_replies.add(ctx, "why?", "So.", group.id)
    with counted() as sent:
        canned_replies.remove_group(ctx, group.id)
    assert sent == ["GetItem", "TransactWriteItems", "SendMessageBatch"]
    known = canned_replies.load(ctx)
    assert ([kept.id for kept in known.replies], known.replies[0].group, known.groups) == ([reply.id], None, [])
    other = canned_replies.add_group(ctx, "second")
    canned_replies.move(ctx, reply.id, other.id)
    assert questions(world, other.id) == ["why?"]


def test_what_is_not_there_and_what_is_another_account_s_is_not_found(world: World, other: World) -> None:
    ctx, theirs = world.ctx(ADMIN), other.ctx(ADMIN)
    group, reply = canned_replies.add_group(theirs, "theirs"), canned_replies.add(theirs, "why?", "So.")
    own = canned_replies.add(ctx, "how?", "Thus.")
    for unknown in (group.id, "nothing", "x" * 5000):
        for act in (
            lambda id_: canned_replies.add(ctx, "q", "a", id_),
            lambda id_: canned_replies.move(ctx, own.id, id_),
            lambda id_: canned_replies.remove_group(ctx, id_),
            lambda id_: canned_replies.load(ctx).of_group(id_),
        ):
            with pytest.raises(NotFound):
                act(unknown)
    with pytest.raises(NotFound):
        canned_replies.remove(ctx, reply.id)
    assert [kept.id for kept in canned_replies.load(theirs).replies] == [reply.id]


def test_texts_and_their_number_have_limits(world: World) -> None:
    ctx = world.ctx(ADMIN)
    for question, answer in (("", "a"), ("q", ""), ("x" * 501, "a"), ("q", "x" * 5001)):
        with pytest.raises(Invalid):
            canned_replies.add(ctx, question, answer)
    with pytest.raises(Invalid):
        canned_replies.add_group(ctx, "x" * 501)
    for kind in (canned_replies.REPLIES, canned_replies.GROUPS):
        world.monkeypatch.setattr(kind, "most", 1)
    canned_replies.add(ctx, "q", "a")
    with pytest.raises(Invalid):
        canned_replies.add(ctx, "q", "a")
    with pytest.raises(Invalid):
        canned_replies.add_group(ctx, "g")
