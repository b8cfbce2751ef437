"""Changes of a conversation by a person: its department, contact, tags and custom fields, and what has been read of it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.conversations import merging, messages, updates
from chalicelib.desk.conversations.composing import NOTE, PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core.errors import Invalid, Stale, Unavailable
from chalicelib.models import conversations as rows
from chalicelib.models import details, labels
from chalicelib.models.conversations import Conversation
from tests.desk.conversations.desk import contact, create, department, field, load_of, read, tag
from tests.lambdas import counted
from tests.world import World


def change(world: World, conversation: Conversation, at: int = 0, **given: Any) -> Conversation:
    world.now += 1_000
    updates.change(world.as_agent(at), conversation.id, Change(**given))
    return read(conversation)


def beside(conversation: Conversation) -> details.Details:
    return details.get(conversation.key) or details.Details(details.key(conversation.key))


# --- departments


def test_another_department_routes_an_open_conversation_again(world: World) -> None:
    sales = department(world, "Sales", world.agents[1])
    world.online(*world.agents[:2])
    made = create(world.as_agent(), contact=contact(world).number, assignee=world.agents[0].number)
    waits = change(world, made, group=sales.number)
    assert [waits.group, waits.assignee, waits.waits_since, load_of(world)] == [sales.id, None, world.now, 0]
    world.settle()
    assert (read(made).assignee, load_of(world, 1)) == (world.agents[1].id, 1)
    again = change(world, made, group=sales.number)
    assert again.assignee == world.agents[1].id, "the same department changes nothing"
    world.settle()
    freed = change(world, made, group=0)
    assert [freed.group, freed.group_number, freed.assignee] == [None] * 3
    world.settle()
    assert read(made).assignee is not None


def test_with_an_agent_another_department_is_theirs_at_once(world: World) -> None:
    sales = department(world, "Sales", world.agents[1])
    world.online(*world.agents)
    made = create(world.as_agent(), contact=contact(world).number)
    after = change(world, made, group=sales.number, assignee=world.agents[2].number)
    world.settle()
    assert (read(made).assignee, after.group, load_of(world, 2)) == (world.agents[2].id, sales.id, 1)


def test_a_closed_conversation_keeps_its_agent_in_another_department(world: World) -> None:
    sales = department(world, "Sales", world.agents[1])
    world.online(*world.agents[:2])
    made = create(world.as_agent(), contact=contact(world).number, assignee=world.agents[0].number, status="closed")
    for group in (sales.number, 0):
        after = change(world, made, group=group)
        assert [after.status, after.assignee, after.reassign_at] == ["closed", world.agents[0].id, None]
    open_ = create(world.as_agent(), contact=contact(world, "Ned Novak").number, assignee=world.agents[0].number)
    after = change(world, open_, group=sales.number, status="closed")
    world.settle()
    assert (read(open_).assignee, after.group, load_of(world)) == (world.agents[0].id, sales.id, 0)


def test_one_that_opens_in_another_department_is_routed_there(world: World) -> None:
    sales = department(world, "Sales", world.agents[1])
    world.online(*world.agents[:2])
    made = create(world.as_agent(), contact=contact(world).number, assignee=world.agents[0].number, status="closed")
    change(world, made, group=sales.number, status="pending_internal")
    world.settle()
    assert (read(made).assignee, load_of(world), load_of(world, 1)) == (world.agents[1].id, 0, 1)


# --- contacts


def test_a_conversation_that_is_given_to_another_contact_is_in_their_list_alone(world: World) -> None:
    mia, ned = contact(world), contact(world, "Ned Novak")
    made = create(world.as_agent(), contact=mia.number)
    after = change(world, made, contact=ned.number)
    assert (after.contact, after.contact_number, after.touched_at) == (ned.id, ned.number, world.now)
    assert rows.of_contact(world.account, mia.id, 10) == []
    assert rows.of_contact(world.account, ned.id, 10) == [made.id]


@pytest.mark.parametrize("name", ["contact", "assignee", "group"])
def test_who_does_not_exist_is_named(world: World, name: str) -> None:
    made = create(world.as_agent(), contact=contact(world).number)
    with pytest.raises(Unavailable) as refused:
        change(world, made, priority="low", **{name: 10**6})
    assert refused.value.field == name
    assert read(made).priority == "normal"


def test_an_agent_is_no_contact(world: World) -> None:
    made = create(world.as_agent(), contact=contact(world).number)
    with pytest.raises(Unavailable):
        change(world, made, contact=world.agents[0].number)


# --- tags


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.tuples(some.integers(0, 1), some.lists(some.integers(0, 3), max_size=3)), min_size=1, max_size=6))
def test_totals_of_tags_are_right_after_any_changes(world: World, steps: list[tuple[int, list[int]]]) -> None:
    known = [one.number for one in tags.list_all(world.ctx(ADMIN))] or [tag(world, f"tag {at}") for at in range(4)]
    before = labels.counts(world.account, [labels.tag(number) for number in known])
    made = [create(world.as_agent(), tags=tuple(known[:at])) for at in (0, 2)]
    own: list[list[int]] = [[], known[:2]]
    for of, chosen in steps:
        own[of] = [*dict.fromkeys(known[at] for at in chosen)]
        after = change(world, made[of], tags=tuple(known[at] for at in chosen))
        assert (beside(made[of]).tags, bool(after.has_tags)) == (own[of], bool(own[of]))
    for number in known:
        name = labels.tag(number)
        assert labels.counts(world.account, [name])[name] - before[name] == sum(number in tagged for tagged in own)
        found = labels.conversations_with(world.account, name)[0]
        assert {one.id for one in made} & {*found} == {one.id for one, tagged in zip(made, own, strict=True) if number in tagged}


def test_the_same_tags_again_change_nothing(world: World) -> None:
    made = create(world.as_agent(), tags=(tag(world, "a"), tag(world, "b")))
    after = change(world, made, tags=tuple(beside(made).tags))
    assert (after.version, after.touched_at) == (made.version, made.touched_at)


def test_more_tags_than_one_may_have_are_refused(world: World) -> None:
    made, many = create(world.as_agent()), tuple(tag(world, f"tag {at}") for at in range(tags.MOST_ON_ONE + 1))
    with pytest.raises(Invalid):
        change(world, made, tags=many)
    assert beside(change(world, made, tags=many[1:])).tags == [*many[1:]]


# --- custom fields


def test_fields_are_set_one_by_one_and_cleared(world: World) -> None:
    size, colour = field(world, "size"), field(world, "colour")
    made = create(world.as_agent(), custom_fields={size: "L"})
    change(world, made, custom_fields={colour: "red"})
    assert beside(made).custom_fields == {size: "L", colour: "red"}
    change(world, made, custom_fields={size: None}, metadata={"order": "7"})
    assert (beside(made).custom_fields, beside(made).metadata) == ({colour: "red"}, {"order": "7"})


def test_values_have_room_together_and_a_merge_keeps_what_fits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom_fields, "MOST_BYTES", 10)
    size, colour, shape = field(world, "size"), field(world, "colour"), field(world, "shape")
    made = create(world.as_agent(), custom_fields={size: "12345", colour: "é"})
    with pytest.raises(Invalid, match="10 bytes"):
        change(world, made, custom_fields={shape: "1234"})
    with pytest.raises(Invalid, match="10 bytes"):
        create(world.as_agent(), custom_fields={size: "éééééé"})
    other = create(world.as_agent(), custom_fields={size: "1", colour: "123456", shape: "123"})
    change(world, other, contact=made.contact_number)
    merging.merge(world.as_agent(), made.id, other.id)
    assert beside(made).custom_fields == {size: "12345", colour: "é", shape: "123"}


def test_a_required_field_can_not_be_cleared(world: World) -> None:
    made, size = create(world.as_agent()), field(world, "size", is_required=True)
    with pytest.raises(Invalid):
        change(world, made, custom_fields={size: ""})
    assert change(world, made, priority="low").priority == "low", "what was there before the field may go without it"


# --- reading


def test_what_one_agent_reads_is_theirs_and_moves_nothing(world: World) -> None:
    made = create(world.as_agent(), contact=contact(world).number)
    numbers = [agent.number for agent in world.agents[1:]]
    html = "".join(f'<span data-id={number} class="athighlight">you</span>' for number in numbers)
    messages.post(world.as_agent(), PostMessage(made.id, "", kind=NOTE, html_body=html))
    before = read(made)
    after = change(world, made, 1, is_read=True)
    assert {agent: one.is_read for agent, one in beside(made).mentions.items()} == {numbers[0]: True, numbers[1]: False}
    assert after.touched_at == before.touched_at
    after = change(world, made, 2, is_read=True)
    assert all(one.is_read for one in beside(made).mentions.values()) and after.touched_at == before.touched_at
    change(world, made, 2, is_read=False)
    assert {agent: one.is_read for agent, one in beside(made).mentions.items()} == {numbers[0]: True, numbers[1]: False}


def test_reading_takes_two_requests_and_none_is_written_again(world: World) -> None:
    made = create(world.ctx(ADMIN), contact=contact(world).number)
    ctx = world.as_agent()
    with counted() as sent:
        updates.change(ctx, made.id, Change(is_read=True))
    assert sent == ["GetItem", "UpdateItem"]
    with counted() as sent:
        updates.change(ctx, made.id, Change(is_read=True))
    assert sent == ["GetItem"]


def test_only_a_version_that_is_accepted_is_changed(world: World) -> None:
    made = create(world.as_agent(), tags=(tag(world, "a"),))
    version = made.version or 0
    with pytest.raises(Stale):
        updates.change(world.as_agent(), made.id, Change(tags=()), [version + 1])
    updates.change(world.as_agent(), made.id, Change(tags=()), [version])
    assert beside(made).tags == [] and read(made).version == version + 1
